"""What may be done with a delivery: written, confirmed when the goods leave, and taken back by a return."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import pgettext_lazy

from gucang.delivering import rules, settling, supply
from gucang.delivering.counting import Counts
from gucang.delivering.models import Delivery, DeliveryState
from gucang.kernel import clock, lines
from gucang.kernel.actions import action, creating, deleting, editing, restoring
from gucang.kernel.actors import Actor, system
from gucang.kernel.errors import Invalid, Refused
from gucang.ordering.models import SalesOrder
from gucang.stock.actions.moves import check_day


def _begin(delivery: Delivery, actor: Actor) -> None:
    """Fill in from the order what the form leaves open; without lines it is all that is left."""
    order = delivery.order
    if delivery.state != DeliveryState.DRAFT:
        delivery.confirmed_on = delivery.confirmed_on or delivery.due_on or clock.today()  # history from an import
    elif not delivery.is_return and (sentence := rules.why_not_deliverable(order)):
        raise Invalid({"order": [sentence]})
    delivery.customer_id, delivery.currency, delivery.order_number = order.customer_id, order.currency, order.number
    delivery.address = delivery.address or order.address
    delivery.receiver = delivery.receiver or _receiver(order)
    if delivery.due_on is None and not delivery.is_return:
        delivery.due_on = order.deliver_by
    others = settling.others_of(delivery)
    if not lines.of(delivery):
        _fill(delivery, others)
    if delivery.returns is not None:
        _number(delivery, delivery.returns)
    _settle(delivery, actor, others)


def _receiver(order: SalesOrder) -> str:
    return "，".join(str(one) for one in (order.customer, order.contact) if one)[:200]


def _fill(delivery: Delivery, others: Counts) -> None:
    rows = settling.all_that_is_left(delivery, others)
    if not rows and delivery.is_return:
        raise Refused(_t("Everything of %(delivery)s has come back.") % {"delivery": delivery.returns})
    if not rows and delivery.state == DeliveryState.DRAFT:
        sentence = _t("All that is left of %(order)s stands in deliveries already. Confirm or delete those.")
        raise Refused(sentence % {"order": delivery.order})
    lines.put(delivery, rows)


def _number(delivery: Delivery, returned: Delivery) -> None:
    """A return has the number of what it returns with "-R1" behind it."""
    count = Delivery.with_bin.filter(returns=returned).count()
    delivery.number = f"{returned.number}-R{count + 1}"


def _settle(delivery: Delivery, actor: Actor, others: Counts | None = None) -> None:
    if delivery.again and not delivery.is_return:
        raise Invalid({"again": [_t("Only what has come back is delivered again. Leave this empty.")]})
    settling.settle(delivery, others)


create = creating("delivery", prepare=_begin)
edit = editing("delivery", prepare=_settle, guard=rules.why_not_draft)
delete = deleting("delivery", guard=rules.why_not_draft)
restore = restoring("delivery")


@action(
    "delivery.confirm", label=pgettext_lazy("delivery", "Confirm"), guard=rules.why_not_draft, tone="primary",
    icon="truck-delivery", labels={"on": pgettext_lazy("delivery", "On")},
)  # fmt: skip
def confirm(delivery: Delivery, *, on: date | None = None) -> dict[str, Any]:
    """The goods have left (of a return: come back): stock moves, reservations end, all in this transaction or nothing.

    `on` is the day, today where it is not given. The order's row is locked first, so of two deliveries of the same
    order the second counts what the first has taken.
    """
    day = on or clock.today()
    check_day(day)
    order = supply.hold(delivery.order_id)
    if not delivery.is_return and (sentence := rules.why_not_deliverable(order)):
        raise Refused(sentence)
    delivery.order = order
    found = lines.of(delivery)
    if not found:
        raise Refused(_t("There is nothing in %(delivery)s. Write lines first.") % {"delivery": delivery})
    settling.settle(delivery)
    moved = supply.take_in(delivery, found, day) if delivery.is_return else supply.send(delivery, order, found, day)
    delivery.state, delivery.confirmed_on = DeliveryState.CONFIRMED, day
    return {
        "total": delivery.total, "currency": delivery.currency, "order": order.number, "moves": moved,
        "return": delivery.is_return,
    }  # fmt: skip


@action(
    "delivery.take_back", label=pgettext_lazy("delivery", "Return"), guard=rules.why_not_returnable, always=True,
    icon="arrow-back-up",
)  # fmt: skip
def take_back(delivery: Delivery) -> dict[str, Any]:
    """Write a return of all that has not come back yet; confirmed, the goods are in stock again.

    By the program's hand: who keeps the stock need not see the order.
    """
    values = {"order": delivery.order_id, "returns": delivery.pk, "receiver": delivery.receiver}
    delivery.made = create(actor=system(), values=values, also=("returns",)).record
    return {"return": delivery.made.number}
