"""Parts of generic pages: how far an order is delivered, what is to be sent, tabs of the list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gucang.delivering import counting
from gucang.delivering.counting import Counted
from gucang.delivering.models import DeliveryState
from gucang.delivering.supply import document_of
from gucang.documents.panels import figures
from gucang.kernel import clock, lines, records
from gucang.kernel.records import RecordType
from gucang.ordering.models import OrderState, SalesOrder
from gucang.stock import reserving
from gucang.stock.availability import availability
from gucang.stock.models import Product
from gucang.surface import columns, home, nav, panels
from gucang.surface.middleware import CompanyRequest
from gucang.surface.panels import View

MOST = 8


@dataclass(frozen=True)
class Going:
    """How far one line of an order is, in the product's own unit; `next_on` is when more of it should come."""

    product: Product
    ordered: Decimal
    count: Counted
    left: Decimal
    kept: Decimal
    next_on: date | None = None

    @property
    def lacking(self) -> Decimal:
        """What is neither delivered nor kept; of what lies in no warehouse nothing is."""
        return max(Decimal(0), self.left - self.kept) if self.product.stocked else Decimal(0)


def going(request: CompanyRequest, record_type: RecordType, order: SalesOrder) -> dict[str, Any] | None:
    """What of an approved order is delivered, kept and lacking, line by line."""
    if order.state not in (OrderState.APPROVED, OrderState.CHANGING) or order.deleted_at is not None:
        return None
    found = lines.of(order)
    products = Product.with_bin.in_bulk({line.product_id for line in found})
    counts = counting.of_order(order)
    kept: dict[tuple[int, int], Decimal] = {}
    for one in reserving.reservations_of(document_of(order)):
        kept[one.line, one.product_id] = kept.get((one.line, one.product_id), Decimal(0)) + one.left
    coming = availability(products.values(), order.deliver_by) if order.lacking else {}
    rows = [
        Going(
            products[line.product_id], line.base_quantity, counts.get(line.key, Counted()), counting.left(line, counts),
            kept.get((line.key, line.product_id), Decimal(0)),
            coming[line.product_id].next_on if line.product_id in coming else None,
        )
        for line in found
    ]  # fmt: skip
    return {"rows": rows, "order": order, "base": request.base, "back": any(row.count.back for row in rows)}


def to_send(request: CompanyRequest) -> dict[str, Any] | None:
    """What is to leave, the most urgent first, for the warehouse's home."""
    found = records.get("delivery").query(request.actor).filter(state=DeliveryState.DRAFT)
    rows = list(found.order_by("due_on", "id")[: MOST + 1])
    if not rows:
        return None
    return {
        "rows": rows[:MOST],
        "more": len(rows) > MOST,
        "may_confirm": request.actor.may("delivery.confirm"),
        "today": clock.today(),
    }


def in_figures(request: CompanyRequest, record_type: RecordType, delivery: Any) -> dict[str, Any] | None:
    """Whoever is shown the order itself needs no second line with its number."""
    shown = _BESIDE_ORDER if request.actor.may("sales_order.view") else _WITHOUT_ORDER
    return shown(request, record_type, delivery)


_BESIDE_ORDER, _WITHOUT_ORDER = figures("returns", "confirmed_on"), figures("order_number", "returns", "confirmed_on")
panels.add("sales_order", "main", "delivering/going.html", going, order=10)
panels.add("delivery", "left", "documents/figures.html", in_figures, order=20)
panels.add_view("delivery", View("to_send", _("To confirm"), lambda actor: Q(state=DeliveryState.DRAFT)))
panels.add_view("delivery", View("sent", _("Delivered"), lambda actor: Q(state=DeliveryState.CONFIRMED, returns=None)))
panels.add_view("delivery", View("back", _("Returns"), lambda actor: Q(returns__isnull=False)))
panels.add_view("sales_order", View("lacking", _("Waits for goods"), lambda actor: Q(lacking=True)))
panels.when_empty(
    "delivery", _("A delivery is written on the page of an approved order, and confirmed when it leaves.")
)
nav.add(_("Deliveries"), "truck-delivery", "/deliveries/", "delivery.view", order=34, homes=("warehouse", "manager"))
columns.tones("delivery.state", {"draft": "wait", "confirmed": "ok"})
columns.due("delivery.due_on", "state", ("draft",))
home.card("to-send", template="delivering/to_send.html", context=to_send, homes=("warehouse",), order=5)
