"""The lines of a document as its record type declares them."""

from __future__ import annotations

from typing import Any

from gucang.documents.hints import stock_hints
from gucang.documents.models import FILLED, SHOWN, ProductLine
from gucang.documents.settling import settle, units_of
from gucang.kernel.lines import Lines


def product_lines(model: type[ProductLine], to: str) -> Lines:
    """The declaration for a model of product lines, which belong by `to` to their document."""
    return Lines(
        model=model, to=to, fields=FILLED, shown=SHOWN, found_by=("barcode",), totals=("net", "tax", "total"),
        measured={"quantity": "unit"},
        settle=settle, offers=_offers, hints=stock_hints,
    )  # fmt: skip


def _offers(line: Any) -> dict[str, list[str]]:
    return {"unit": units_of(line.product)}
