"""How much of a product is where, on its page; and the form of a move."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import QueryDict

from gucang.kernel import records
from gucang.kernel.records import RecordType
from gucang.stock.models import MoveKind, Product, Warehouse
from gucang.surface.middleware import CompanyRequest
from gucang.surface.screens.inputs import Input


def of_product(request: CompanyRequest, record_type: RecordType, product: Product) -> dict[str, Any] | None:
    """What lies where, and for who keeps the stock the ways to enter a move."""
    if not request.actor.may("stock_level.view") or not product.stocked or product.deleted_at:
        return None
    levels = records.get("stock_level").query(request.actor).filter(product=product).select_related("warehouse")
    rows = sorted(levels, key=lambda level: level.warehouse.name)
    return {"rows": rows, "product": product, "base": request.base, "deeds": deeds(request, product=product)}


def of_warehouse(request: CompanyRequest, record_type: RecordType, warehouse: Warehouse) -> dict[str, Any] | None:
    """The ways to enter a move of this warehouse."""
    found = deeds(request, warehouse=warehouse)
    return {"deeds": found} if found and not warehouse.deleted_at else None


def deeds(request: CompanyRequest, **about: Any) -> list[tuple[str, str, str]]:
    """(words, icon, address) of the forms that enter a move of this product or warehouse."""
    if not request.actor.may("stock_move.create"):
        return []
    of_it = "".join(f"&{name}={record.pk}" for name, record in about.items())
    icons = {MoveKind.RECEIVE: "package-import", MoveKind.ISSUE: "package-export", MoveKind.TRANSFER: "transfer"}
    base = f"{request.base}/stock-moves/new"
    return [
        (str(kind.label), icons.get(kind, "clipboard-list"), f"{base}?kind={kind.value}{of_it}")
        for kind in MoveKind
        if kind is not MoveKind.REVERSE
    ]


def read_kind(params: QueryDict) -> str | None:
    return params.get("kind")


def draw_kind(request: CompanyRequest, record: Any, plain: Input) -> Input:
    """What is entered; a move is reversed on its own page."""
    return replace(plain, choices=[one for one in plain.choices if one[0] != MoveKind.REVERSE])
