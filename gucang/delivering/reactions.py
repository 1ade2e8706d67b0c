"""What delivering does when something happens to orders and to stock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from gucang.delivering import counting, supply
from gucang.delivering.actions import deliveries
from gucang.delivering.models import Delivery, DeliveryState
from gucang.kernel import lines
from gucang.kernel.actions import Action, gate
from gucang.kernel.actors import Actor, system
from gucang.kernel.errors import Refused
from gucang.kernel.events import actor_name
from gucang.kernel.models import Event
from gucang.kernel.reactions import after, reaction, watch
from gucang.messages import kinds
from gucang.messages.hearing import Told, hears
from gucang.ordering.models import OrderLine, OrderState, SalesOrder
from gucang.stock.bundles import above
from gucang.stock.models import MoveKind, Product, Reservation, StockMove
from gucang.stock.units import amount_text

DELIVERED = kinds.declare("delivered", _("Goods have left"), icon="truck-delivery")
# Orders that wait for one product are served in one job, the most urgent first.
MOST_SERVED = 500


@gate
def keep_what_is_delivered(verb: Action, actor: Actor, record: Any, params: Mapping[str, Any]) -> None:
    """A new version of an order wants no less than what the customer has already."""
    if verb.name != "sales_order.approve" or record.delivered == "none":
        return
    now = {line.key: line for line in lines.of(record)}
    goods = counting.goods_of(record)
    for key, count in counting.of_order(record).items():
        line = now.get(key)
        if count.settled > 0 and (line is None or line.product_id != goods[key]):
            product = Product.with_bin.get(pk=goods[key])
            sentence = _t("%(quantity)s of “%(product)s” are delivered already. Leave that line in the order.")
            words = {"product": product, "quantity": amount_text(count.settled, product.unit)}
            raise Refused(sentence % words)
        if line is not None and count.settled > line.base_quantity:
            product = Product.with_bin.get(pk=line.product_id)
            sentence = _t("%(quantity)s of “%(product)s” are delivered already. Order at least so many.")
            raise Refused(sentence % {"product": product, "quantity": amount_text(count.settled, product.unit)})


@reaction("sales_order.approve", "sales_order.reopen", "delivery.confirm")
def keep_up(event: Event, record: SalesOrder | Delivery, actor: Actor) -> None:
    """What an approved order wants is kept for it; how far it is delivered stands on it.

    Each of these deeds holds the order's row: it is as it was read.
    """
    if isinstance(record, SalesOrder):
        supply.keep_up(record, moved=False)
    else:
        supply.keep_up(record.order)


@reaction("sales_order.create", "delivery.create")
def keep_up_with_history(event: Event, record: SalesOrder | Delivery, actor: Actor) -> None:
    """What an import brings in as approved or delivered counts like what happened here; for it no stock has moved."""
    if record.state in (OrderState.APPROVED, DeliveryState.CONFIRMED):
        supply.keep_up(supply.hold(record.pk if isinstance(record, SalesOrder) else record.order_id))


@reaction("sales_order.cancel", "sales_order.complete")
def let_go(event: Event, order: SalesOrder, actor: Actor) -> None:
    """Nothing is kept for an order that wants no more."""
    supply.let_go(order)


@reaction("sales_order.deliver")
def write_delivery(event: Event, order: SalesOrder, actor: Actor) -> None:
    """A delivery of all that is left; the order leads on to it."""
    order.made = deliveries.create(actor=actor, values={"order": order}).record


# Not in the transaction: it would lock orders while it holds the product, and whoever confirms does it the other way.
@after("sales_order.cancel", "sales_order.complete")
def drop_drafts(event: Event) -> None:
    """Deliveries of an order that is over, and have not left, go to the bin."""
    drafts = Delivery.objects.filter(order_id=event.subject_id, state=DeliveryState.DRAFT, returns=None)
    for one in drafts.order_by("id"):
        deliveries.delete(one, actor=system())


def _frees(event: Event) -> bool:
    """Whether more of something may be free now than before."""
    if event.name == "stock_move.create":
        return event.changes.get("kind", [None, None])[1] != MoveKind.ISSUE
    return event.name == "reservation.release"


@watch(_frees)
def serve_who_waits(event: Event) -> None:
    """What has come, or is free again, is kept for the orders that wait for it, the most urgent first."""
    model = StockMove if event.subject_type == "stock_move" else Reservation
    about = model.objects.filter(pk=event.subject_id).values_list("product_id", flat=True).first()
    if about is None or not (waiting := SalesOrder.objects.filter(lacking=True)).exists():
        return
    wanted = OrderLine.objects.filter(order__lacking=True, product_id__in=[about, *above(about)])
    found = waiting.filter(pk__in=wanted.values("order_id")).order_by("deliver_by", "id")
    supply.serve(list(found.values_list("pk", flat=True)[:MOST_SERVED]))


@hears("delivery.confirm", kind=DELIVERED)
def tell_owner(event: Event) -> Iterable[Told]:
    """Whose order it is hears that the goods have left, or are back."""
    delivery = Delivery.objects.filter(pk=event.subject_id).select_related("order").first()
    if delivery is None:
        return
    if delivery.is_return:
        sentence = gettext_noop("%(delivery)s: goods of the order %(order)s are back in stock, %(by)s says.")
    else:
        sentence = gettext_noop("%(delivery)s of the order %(order)s has left, %(by)s says.")
    words = {"by": actor_name(event), "delivery": event.subject_label, "order": delivery.order_number}
    yield Told(delivery.order.owner_id, sentence, words)
