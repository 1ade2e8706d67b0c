"""Home pages: what runs low, for who keeps the stock, buys or sells it; and what should have come by today."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gucang.kernel import clock, records
from gucang.stock import alerts, ledger
from gucang.stock.availability import Available, availability
from gucang.stock.models import ExpectedReceipt, ReorderPoint
from gucang.surface.middleware import CompanyRequest

MOST = 8
# A seller's few are looked for among so many.
MOST_LOOKED_AT = 500


@dataclass(frozen=True)
class LowRow:
    """Something that has fallen below its reorder point."""

    point: ReorderPoint
    free: Decimal
    available: Available


def low(request: CompanyRequest) -> dict[str, Any] | None:
    """Everything that runs low, for the warehouse's home."""
    return _shown(request, _points(request), all_of_it=True)


def low_of_mine(request: CompanyRequest) -> dict[str, Any] | None:
    """What runs low of the things that this person has quoted or sold, for the salesperson's home."""
    if not alerts.has_sources() or request.actor.member_id is None:
        return None
    points = _points(request)[:MOST_LOOKED_AT]
    mine = alerts.interested_in({point.product_id for point in points})
    return _shown(request, [one for one in points if request.actor.member_id in mine[one.product_id]], all_of_it=False)


def _points(request: CompanyRequest) -> list[ReorderPoint]:
    found = records.get("reorder_point").query(request.actor).filter(low_since__isnull=False)
    return list(found.select_related("product", "warehouse").order_by("-low_since", "-id")[: MOST_LOOKED_AT + 1])


def _shown(request: CompanyRequest, points: list[ReorderPoint], *, all_of_it: bool) -> dict[str, Any] | None:
    if not points:
        return None
    shown = points[:MOST]
    products = [point.product for point in shown]
    found, places = availability(products), ledger.amounts(point.product_id for point in shown)

    def free(point: ReorderPoint) -> Decimal:
        if point.warehouse_id is None:
            return found[point.product_id].free
        return places.get((point.product_id, point.warehouse_id), ledger.Amounts()).free

    return {
        "rows": [LowRow(point, free(point), found[point.product_id]) for point in shown],
        "count": len(points),
        "more_url": f"{request.base}/reorder-points/?view=low" if len(points) > MOST else "",
        "may_expect": all_of_it and request.actor.may("expected_receipt.create"),
        "mine": not all_of_it,
        "today": clock.today(),
    }


def arrivals(request: CompanyRequest) -> dict[str, Any] | None:
    """What should have come by today, the longest awaited first."""
    found = records.get("expected_receipt").query(request.actor).filter(left__gt=0, on__lte=clock.today())
    rows: list[ExpectedReceipt] = list(found.select_related("product", "warehouse").order_by("on", "id")[: MOST + 1])
    if not rows:
        return None
    return {
        "rows": rows[:MOST],
        "more": len(rows) > MOST,
        "may_receive": request.actor.may("expected_receipt.arrive"),
        "today": clock.today(),
    }
