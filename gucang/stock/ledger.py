"""What keeps stock levels in step with what moves and what is reserved. Only actions of this module call it.

Whoever changes the stock of a product first locks the product's row; those of several products in the order of their
ids. So what is read afterwards is true until the end of the transaction, nobody waits in a circle, and the sentence
about what is missing names the right amount. The constraint `never_oversold` is the last word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import F, Q, Sum
from django.utils.translation import gettext as _t

from gucang.kernel import clock
from gucang.kernel.actions.saving import lock_rows
from gucang.kernel.errors import Invalid, Refused
from gucang.kernel.scope import active_company_id
from gucang.stock.models import Product, StockLevel, StockMove, Warehouse
from gucang.stock.models.products import NONE
from gucang.stock.quantities import MOST
from gucang.stock.units import amount_text

Place = tuple[int, int]


class Amounts(NamedTuple):
    """How much is there, and how much of it is promised to documents."""

    on_hand: Decimal = NONE
    reserved: Decimal = NONE

    @property
    def free(self) -> Decimal:
        return self.on_hand - self.reserved


@dataclass(frozen=True)
class Change:
    """What happens to one product in one warehouse, in the product's own unit."""

    product: Product
    warehouse: Warehouse
    on_hand: Decimal = NONE
    reserved: Decimal = NONE

    @property
    def place(self) -> Place:
        return self.product.pk, self.warehouse.pk


def lock(products: Iterable[int]) -> None:
    """Keep everybody else from changing the stock of these products (ids) until the end of the transaction.

    A document with several lines calls it with all of its products before the first of them is touched.
    """
    if ids := sorted(set(products)):
        lock_rows(Product, ids)


def amounts(products: Iterable[int], warehouse: int | None = None) -> dict[Place, Amounts]:
    """What is where, by (product, warehouse), of these products. One query."""
    found = StockLevel.objects.filter(product_id__in=set(products))
    if warehouse is not None:
        found = found.filter(warehouse_id=warehouse)
    rows = found.values_list("product_id", "warehouse_id", "on_hand", "reserved")
    return {(product, place): Amounts(on_hand, reserved) for product, place, on_hand, reserved in rows}


def apply(changes: Sequence[Change]) -> dict[Place, Amounts]:
    """Make the changes, all or none; returns what is where afterwards. Raises Refused with what is missing, Invalid for
    more than a number holds.

    Locks the products itself, too: who has locked them before waits for nobody.
    """
    lock(one.product.pk for one in changes)
    before = amounts(one.product.pk for one in changes)
    after = dict(before)
    for one in changes:
        had = after.get(one.place, Amounts())
        after[one.place] = Amounts(had.on_hand + one.on_hand, had.reserved + one.reserved)
    for one in changes:
        if after[one.place].free < 0 or after[one.place].reserved < 0:
            raise Refused(why_short(one, before.get(one.place, Amounts())), field="quantity")
        if after[one.place].on_hand >= MOST:
            raise Invalid({"quantity": [_t("This number is too large.")]})
    touched = {one.place for one in changes}
    _write({place: after[place] for place in touched}, before)
    _add_up(changes)
    return {place: after[place] for place in touched}


def why_short(change: Change, there: Amounts) -> str:
    """Why a change is not possible: how much there is, and what of it is promised."""
    product = change.product
    words = {
        "product": product,
        "warehouse": change.warehouse,
        "free": amount_text(there.free, product.unit),
        "on_hand": amount_text(there.on_hand, product.unit),
        "reserved": amount_text(there.reserved, product.unit),
    }
    if there.reserved:
        return (
            _t(
                "Only %(free)s of “%(product)s” are free in “%(warehouse)s”: %(on_hand)s are there, %(reserved)s"
                " reserved. Take less, or release a reservation."
            )
            % words
        )
    return _t("There are only %(free)s of “%(product)s” in “%(warehouse)s”. Take less, or receive some first.") % words


def _write(after: Mapping[Place, Amounts], before: Mapping[Place, Amounts]) -> None:
    now = clock.now()
    new = [
        StockLevel(
            company_id=active_company_id(), product_id=product, warehouse_id=warehouse, on_hand=found.on_hand,
            reserved=found.reserved, free=found.free, version=1, created_at=now, updated_at=now,
        )
        for (product, warehouse), found in after.items()
        if (product, warehouse) not in before
    ]  # fmt: skip
    if new:
        StockLevel.objects.bulk_create(new)
    for (product, warehouse), found in after.items():
        if (product, warehouse) in before:
            StockLevel.objects.filter(product_id=product, warehouse_id=warehouse).update(
                on_hand=found.on_hand, reserved=found.reserved, free=found.free, updated_at=now
            )


def _add_up(changes: Sequence[Change]) -> None:
    """The sums over all warehouses, which the list of products shows."""
    sums: dict[int, list[Decimal]] = defaultdict(lambda: [NONE, NONE])
    for one in changes:
        sums[one.product.pk][0] += one.on_hand
        sums[one.product.pk][1] += one.on_hand - one.reserved
    for product, (on_hand, free) in sums.items():
        if on_hand or free:
            Product.with_bin.filter(pk=product).update(on_hand=F("on_hand") + on_hand, free=F("free") + free)


def on_hand_at_end_of(day: date, product: int, warehouse: int) -> Decimal:
    """How much lay there in the evening of `day`, by the ledger: what is there now without what came and went since."""
    now = amounts([product], warehouse).get((product, warehouse), Amounts()).on_hand
    return now - _moved(product, warehouse, Q(on__gt=day))


def sum_of(product: int, warehouse: int) -> Decimal:
    """What the ledger says lies there: everything that came, less everything that went."""
    return _moved(product, warehouse, Q())


def _moved(product: int, warehouse: int, when: Q) -> Decimal:
    here = StockMove.objects.filter(when, product_id=product, warehouse_id=warehouse).aggregate(sum=Sum("change"))
    there = StockMove.objects.filter(when, product_id=product, to_warehouse_id=warehouse).aggregate(sum=Sum("change"))
    return (here["sum"] or NONE) - (there["sum"] or NONE)
