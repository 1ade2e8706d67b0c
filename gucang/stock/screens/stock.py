"""How much of a product is where, on its page; and the form of a move."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Min, Sum
from django.http import QueryDict

from gucang.kernel.records import RecordType
from gucang.stock.availability import availability
from gucang.stock.ledger import Amounts
from gucang.stock.models import BundlePart, ExpectedReceipt, MoveKind, Product, StockLevel, Warehouse
from gucang.stock.models.products import NONE
from gucang.surface.middleware import CompanyRequest
from gucang.surface.screens.inputs import Input


@dataclass(frozen=True)
class Lying:
    """What lies in one warehouse, and what should come into it."""

    warehouse: Warehouse
    there: Amounts
    expected: Decimal
    next_on: date | None


def of_product(request: CompanyRequest, record_type: RecordType, product: Product) -> dict[str, Any] | None:
    """What lies where and what should come; for who keeps the stock the ways to enter a move."""
    if not request.actor.may("stock_level.view") or not product.stocked or product.deleted_at:
        return None
    return {
        "rows": _lying(product),
        "product": product,
        "base": request.base,
        "deeds": deeds(request, product=product),
        "may_expect": request.actor.may("expected_receipt.create"),
    }


def _lying(product: Product) -> list[Lying]:
    """One row for each warehouse in which something lies or should come. Two queries."""
    levels = {one.warehouse_id: one for one in StockLevel.objects.filter(product=product).select_related("warehouse")}
    coming = ExpectedReceipt.objects.filter(product=product, left__gt=0).values_list("warehouse_id")
    expected = {pk: (left, first) for pk, left, first in coming.annotate(Sum("left"), Min("on"))}
    places = {pk: level.warehouse for pk, level in levels.items()}
    if missing := expected.keys() - places.keys():
        places |= Warehouse.with_bin.in_bulk(missing)
    rows = [
        Lying(
            place,
            Amounts(levels[pk].on_hand, levels[pk].reserved) if pk in levels else Amounts(),
            *expected.get(pk, (NONE, None)),
        )
        for pk, place in places.items()
    ]
    return sorted(rows, key=lambda row: row.warehouse.name)


def of_bundle(request: CompanyRequest, record_type: RecordType, product: Product) -> dict[str, Any] | None:
    """What a bundle is made of, and how many can be put together now."""
    if product.stocked or product.deleted_at or not request.actor.may("bundle_part.view"):
        return None
    lines = list(BundlePart.objects.filter(bundle=product).select_related("part").order_by("id"))
    may_add = request.actor.may("bundle_part.create")
    if not lines and not may_add:
        return None
    found = availability([product, *(line.part for line in lines)]) if lines else {}
    return {
        "lines": [(line, found[line.part_id]) for line in lines],
        "available": found.get(product.pk),
        "product": product,
        "base": request.base,
        "may_add": may_add,
    }


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
