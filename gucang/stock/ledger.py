"""What keeps stock levels in step with what moves and what is reserved. Only actions of this module call it.

Whoever changes the stock of a product first locks the product's row; those of several products in the order of their
ids. So what is read afterwards is true until the end of the transaction, nobody waits in a circle, and the sentence
about what is missing names the right amount. The constraint `never_oversold` is the last word.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q, Sum
from django.utils.translation import gettext as _t

from gucang.kernel import clock
from gucang.kernel.actions import keep
from gucang.kernel.actions.saving import lock_rows
from gucang.kernel.errors import Invalid, Refused
from gucang.kernel.scope import active_company_id, check_writing
from gucang.kernel.sets import column_types, update_rows
from gucang.kernel.snapshots import Snapshot
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


class _Count:
    """What is there of some products, which are locked, as it is and as it will be once what was applied is written."""

    def __init__(self, products: Collection[int]) -> None:
        self.products: set[int] = set()
        self.ids: dict[Place, int] = {}
        self.there: dict[Place, Amounts] = {}
        self.touched: set[Place] = set()
        self.read(products)

    def read(self, products: Collection[int]) -> None:
        rows = StockLevel.objects.filter(product_id__in=products)
        for pk, product, place, *some in rows.values_list("id", "product_id", "warehouse_id", "on_hand", "reserved"):
            self.ids[product, place], self.there[product, place] = pk, Amounts(*some)
        self.products |= {*products}

    def cover(self, products: set[int]) -> _Count:
        """Know these products too."""
        if more := products - self.products:
            lock_rows(Product, sorted(more))
            self.read(more)
        return self

    def apply(self, changes: Sequence[Change]) -> dict[Place, Amounts]:
        before, after = self.there, dict(self.there)
        for one in changes:
            had = after.get(one.place, Amounts())
            after[one.place] = Amounts(had.on_hand + one.on_hand, had.reserved + one.reserved)
        for one in changes:
            if after[one.place].free < 0 or after[one.place].reserved < 0:
                raise Refused(why_short(one, before.get(one.place, Amounts())), field="quantity")
            if after[one.place].on_hand >= MOST:
                raise Invalid({"quantity": [_t("This number is too large.")]})
        self.there = after
        self.touched |= {one.place for one in changes}
        return {one.place: after[one.place] for one in changes}

    def write(self) -> None:
        """Levels in one statement, and in another the sums over all warehouses, which the list of products shows."""
        if not self.touched:
            return
        check_writing(StockLevel)
        now = clock.now()
        new = sorted(self.touched - self.ids.keys())
        if new:
            made = StockLevel.objects.bulk_create([_level(*place, self.there[place], now) for place in new])
            self.ids |= {(one.product_id, one.warehouse_id): one.pk for one in made}
        old = [(self.ids[place], *self.there[place], self.there[place].free, now) for place in self.touched - {*new}]
        update_rows("stock_stocklevel", column_types(StockLevel, _LEVEL), old)
        moved = {product for product, _place in self.touched}
        sums = dict.fromkeys(moved, (NONE, NONE))
        for (product, _place), found in self.there.items():
            if product in moved:
                on_hand, free = sums[product]
                sums[product] = (on_hand + found.on_hand, free + found.free)
        update_rows("stock_product", column_types(Product, _SUMS), [(pk, *some) for pk, some in sums.items()])
        self.touched = set()


_LEVEL = ("id", "on_hand", "reserved", "free", "updated_at")
_SUMS = ("id", "on_hand", "free")
_open: ContextVar[_Count | None] = ContextVar("open_count", default=None)


def _level(product: int, warehouse: int, found: Amounts, now: datetime) -> StockLevel:
    return StockLevel(
        company_id=active_company_id(), product_id=product, warehouse_id=warehouse, on_hand=found.on_hand,
        reserved=found.reserved, free=found.free, version=1, created_at=now, updated_at=now,
    )  # fmt: skip


def lock(products: Iterable[int]) -> None:
    """Keep everybody else from changing the stock of these products (ids) until the end of the transaction.

    A document with several lines calls it with all of its products before the first of them is touched.
    """
    ids = set(products)
    if (count := _open.get()) is not None:
        count.cover(ids)
    elif ids:
        lock_rows(Product, sorted(ids))


@contextmanager
def together(products: Iterable[int]) -> Iterator[None]:
    """Lock these products (ids), and read and write their stock once for all that is applied inside.

    It is written with the records that moved it (`settle`), before anybody reacts to them.
    """
    ids = set(products)
    lock(ids)
    if _open.get() is not None:
        yield
        return
    count = _Count(ids)
    token = _open.set(count)
    try:
        yield
    finally:
        _open.reset(token)
    if count.touched:
        raise RuntimeError("What was applied belongs to no record of this module.")


@keep("stock_move")
@keep("reservation")
def settle(pairs: list[tuple[Snapshot | None, Any]]) -> None:
    """Write what was applied, once the records that it belongs to are written."""
    if (count := _open.get()) is not None:
        count.write()


def amounts(products: Iterable[int], warehouse: int | None = None) -> dict[Place, Amounts]:
    """What is where, by (product, warehouse), of these products. One query at most."""
    ids = set(products)
    there = _open.get()
    count = _Count(ids) if there is None else there.cover(ids)
    return {place: found for place, found in count.there.items() if place[0] in ids and warehouse in (None, place[1])}


def apply(changes: Sequence[Change]) -> dict[Place, Amounts]:
    """Make the changes, all or none; returns what is where afterwards. Raises Refused with what is missing, Invalid for
    more than a number holds.

    Locks the products itself, too: who has locked them before waits for nobody.
    """
    ids = {one.product.pk for one in changes}
    lock(ids)
    if (there := _open.get()) is not None:
        return there.apply(changes)
    count = _Count(ids)
    after = count.apply(changes)
    count.write()
    return after


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
