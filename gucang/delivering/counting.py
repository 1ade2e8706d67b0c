"""How much of each line of an order is delivered, on its way, back, and left. Read from the deliveries themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Sum

from gucang.delivering.models import ZERO, Delivery, DeliveryLine, DeliveryState
from gucang.documents import money
from gucang.documents.models import ProductLine
from gucang.kernel import lines
from gucang.ordering.models import Delivered, SalesOrder


@dataclass(frozen=True)
class Counted:
    """Of one line, in the product's own unit: delivered, come back, of that to be delivered again, in drafts."""

    out: Decimal = ZERO
    back: Decimal = ZERO
    again: Decimal = ZERO
    drafted: Decimal = ZERO

    @property
    def with_customer(self) -> Decimal:
        """What the customer has."""
        return self.out - self.back

    @property
    def settled(self) -> Decimal:
        """What of the order is done with: delivered, and not to be delivered again."""
        return self.out - self.again

    def plus(self, amount: Decimal, *, state: str, is_return: bool, again: bool) -> Counted:
        """With so much of a delivery in this state, too. What a return only drafts has not come back."""
        if state == DeliveryState.DRAFT:
            return self if is_return else replace(self, drafted=self.drafted + amount)
        if is_return:
            return replace(self, back=self.back + amount, again=self.again + (amount if again else ZERO))
        return replace(self, out=self.out + amount)


Counts = dict[int, Counted]


def of_order(order: SalesOrder, *, but: int | None = None) -> Counts:
    """By the key of the order's line; `but` leaves a delivery out. One query."""
    found = DeliveryLine.objects.filter(delivery__order=order, delivery__deleted_at=None)
    if but is not None:
        found = found.exclude(delivery=but)
    counts: Counts = {}
    rows = found.values_list("item", "delivery__state", "delivery__returns_id", "delivery__again")
    for item, state, returned, again, amount in rows.annotate(Sum("base_quantity")):
        counted = counts.get(item, Counted())
        counts[item] = counted.plus(amount, state=state, is_return=returned is not None, again=again)
    return counts


def goods_of(order: SalesOrder) -> dict[int, int]:
    """The product that was delivered of each line of the order. One query."""
    found = DeliveryLine.objects.filter(delivery__order=order, delivery__state=DeliveryState.CONFIRMED)
    return dict(found.values_list("item", "product_id"))


def come_back(delivery: Delivery) -> dict[int, Decimal]:
    """What has come back of a delivery already, by the key of the order's line. One query."""
    found = DeliveryLine.objects.filter(delivery__returns=delivery, delivery__state=DeliveryState.CONFIRMED)
    return dict(found.values_list("item").annotate(Sum("base_quantity")))


def left(line: ProductLine, counts: Counts) -> Decimal:
    """How much of an order's line is still to be delivered; what drafts hold is."""
    return max(ZERO, line.base_quantity - counts.get(line.key, Counted()).settled)


def progress(order: SalesOrder, counts: Counts) -> Delivered:
    """How far an order is delivered."""
    if not any(one.with_customer > 0 or one.settled > 0 for one in counts.values()):
        return Delivered.NONE
    every = lines.of(order)
    return Delivered.PART if any(left(line, counts) > 0 for line in every) else Delivered.WHOLE


def share(line: ProductLine, before: Decimal, change: Decimal, places: int) -> tuple[Decimal, Decimal]:
    """Net and tax of `change` of an order's line where the customer has `before` of it.

    The difference of two rounded parts of the line, so that all deliveries of a line come to the line, to the cent.
    """

    def part(amount: Decimal, quantity: Decimal) -> Decimal:
        return money.rounded(amount * quantity / line.base_quantity, places)

    return (
        part(line.net, before + change) - part(line.net, before),
        part(line.tax, before + change) - part(line.tax, before),
    )
