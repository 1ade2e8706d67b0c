"""What of many products is to be had by a day, for whoever quotes and orders: a few statements, however many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Min, Q, Sum

from gucang.stock.bundles import parts_of
from gucang.stock.models import ExpectedReceipt, Product, StockLevel, Warehouse
from gucang.stock.models.products import NONE


@dataclass(frozen=True)
class Available:
    """How much of a product is there, kept for documents and free now, and how much more should come by the day asked.

    `next_on` is the first day on which something should come. Of what is not `kept` in stock (a service) there is
    always enough; the amounts are 0 then. All in the product's own unit; of a bundle, whole ones.
    """

    product: Product
    on_hand: Decimal = NONE
    reserved: Decimal = NONE
    expected: Decimal = NONE
    next_on: date | None = None
    kept: bool = True

    @property
    def free(self) -> Decimal:
        return self.on_hand - self.reserved

    def enough(self, quantity: Decimal) -> bool:
        """Whether so much is free now."""
        return not self.kept or self.free >= quantity

    def enough_by_then(self, quantity: Decimal) -> bool:
        """Whether so much will be free by the day asked, if everything comes as expected."""
        return not self.kept or self.free + self.expected >= quantity


def availability(
    products: Iterable[Product], on: date | None = None, *, warehouse: Warehouse | None = None
) -> dict[int, Available]:
    """What is to be had of each product, by its id, in all warehouses or in one; at most four queries.

    `expected` counts what should come by `on`, all of it where no day is given; what is late counts as well.
    """
    asked = {one.pk: one for one in products}
    parts = parts_of(asked.values())
    real = {one.pk: one for one in asked.values() if one.stocked}
    real |= {part.pk: part for many in parts.values() for part, _each in many if part.stocked}
    found = _counted(real, on, warehouse)
    for pk, product in asked.items():
        if not product.stocked:
            many = [(found[part.pk], each) for part, each in parts.get(pk, ()) if part.stocked]
            found[pk] = _bundled(product, many) if many else Available(product, kept=False)
    return {pk: found[pk] for pk in asked}


def _counted(products: dict[int, Product], on: date | None, warehouse: Warehouse | None) -> dict[int, Available]:
    if not products:
        return {}
    here = Q(product_id__in=products) & (Q() if warehouse is None else Q(warehouse=warehouse))
    levels = StockLevel.objects.filter(here).values_list("product_id").annotate(Sum("on_hand"), Sum("reserved"))
    there = {pk: (on_hand, reserved) for pk, on_hand, reserved in levels}
    in_time = None if on is None else Q(on__lte=on)
    coming = (
        ExpectedReceipt.objects.filter(here, left__gt=0)
        .values_list("product_id")
        .annotate(coming=Sum("left", filter=in_time), first=Min("on"))
    )
    expected = {pk: (left or NONE, first) for pk, left, first in coming}
    return {
        pk: Available(product, *there.get(pk, (NONE, NONE)), *expected.get(pk, (NONE, None)))
        for pk, product in products.items()
    }


def _bundled(bundle: Product, parts: list[tuple[Available, Decimal]]) -> Available:
    """As many whole bundles as the scarcest part allows."""
    on_hand = min(part.on_hand // each for part, each in parts)
    free = min(part.free // each for part, each in parts)
    later = min((part.free + part.expected) // each for part, each in parts)
    days = [part.next_on for part, _each in parts if part.next_on is not None]
    return Available(bundle, on_hand, on_hand - free, later - free, min(days, default=None))
