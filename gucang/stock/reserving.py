"""Stock for a document with several lines: kept, issued and let go as a whole, for those above who call by program.

Call these inside an action or a transaction: they lock all products at once and in one order, so that two documents
never wait for each other in a circle, and what a refusal leaves is nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _t

from gucang.kernel.actions.saving import lock_rows
from gucang.kernel.actors import Actor, ActsAs
from gucang.kernel.errors import Refused
from gucang.stock import ledger
from gucang.stock.actions import reservations
from gucang.stock.bundles import Parts, parts_of
from gucang.stock.models import Product, Reservation, Warehouse
from gucang.stock.models.products import NONE
from gucang.stock.quantities import counted
from gucang.stock.units import amount_text

MOST_TOLD = 5


@dataclass(frozen=True)
class Document:
    """What stock is moved for: a record by type and id, and the number by which people know it."""

    record_type: str
    id: int
    number: str = ""


@dataclass(frozen=True)
class Line:
    """So much of a product, in `unit` ("" is its own). `key` is the document's line; `warehouse` where it must lie."""

    product: Product
    quantity: Decimal
    unit: str = ""
    key: int = 0
    warehouse: Warehouse | None = None


@dataclass(frozen=True)
class Short:
    """What a line lacks: `free` is all that is left of the product, in its own unit."""

    line: Line
    product: Product
    wanted: Decimal
    free: Decimal


@dataclass(frozen=True)
class Reserved:
    """What was kept for a document, and what was not to be had; nothing of the latter unless some was asked for."""

    reservations: list[Reservation]
    short: list[Short]


def reserve(
    document: Document,
    lines: Sequence[Line],
    *,
    actor: Actor | ActsAs,
    warehouses: Sequence[Warehouse] = (),
    partial: bool = False,
) -> Reserved:
    """Keep stock for every line, all or nothing; with `partial` as much as there is.

    A line without a warehouse takes from `warehouses` in their order, or from wherever most is free. Of bundles their
    parts are kept; what is not kept in stock (a service) needs nothing. Raises Refused with what is short, Invalid for
    a quantity or unit that makes no sense.
    """
    parts = parts_of(line.product for line in lines)
    with transaction.atomic():
        wanted = [(line, *piece) for line in lines for piece in _pieces(line, parts)]
        ledger.lock(product.pk for _line, product, _amount in wanted)
        there = ledger.amounts(product.pk for _line, product, _amount in wanted)
        free = {place: found.free for place, found in there.items()}
        picks, short = _picked(wanted, free, [one.pk for one in warehouses])
        if short and not partial:
            raise Refused(_said(short))
        places = Warehouse.objects.in_bulk({warehouse for *_rest, warehouse in picks})
        made = [_one(document, line, product, amount, places[pk], actor) for line, product, amount, pk in picks]
        return Reserved(made, short)


def _pieces(line: Line, parts: Parts) -> Iterable[tuple[Product, Decimal]]:
    """The products that a line needs with their amounts, in their own units."""
    amount = counted(line.quantity, line.unit, line.product)
    for product, each in parts.get(line.product.pk, [(line.product, Decimal(1))]):
        if product.stocked:
            yield product, amount * each


Wanted = tuple[Line, Product, Decimal]
Pick = tuple[Line, Product, Decimal, int]


def _picked(
    wanted: Sequence[Wanted], free: dict[ledger.Place, Decimal], preferred: Sequence[int]
) -> tuple[list[Pick], list[Short]]:
    """From which warehouse each amount is taken, and what is lacking; `free` shrinks with what is taken."""
    picks: list[Pick] = []
    short: list[Short] = []
    for line, product, amount in wanted:
        missing = amount
        for place in _places(line, product, free, preferred):
            some = min(missing, free.get(place, NONE))
            if some > 0:
                free[place] -= some
                missing -= some
                picks.append((line, product, some, place[1]))
        if missing > 0:
            short.append(Short(line, product, amount, amount - missing))
    return picks, short


def _places(
    line: Line, product: Product, free: dict[ledger.Place, Decimal], preferred: Sequence[int]
) -> list[ledger.Place]:
    if line.warehouse is not None:
        return [(product.pk, line.warehouse.pk)]
    if preferred:
        return [(product.pk, pk) for pk in preferred]
    return sorted((place for place in free if place[0] == product.pk), key=lambda place: (-free[place], place[1]))


def _one(
    document: Document, line: Line, product: Product, amount: Decimal, warehouse: Warehouse, actor: Actor | ActsAs
) -> Reservation:
    values = {
        "product": product, "warehouse": warehouse, "quantity": amount, "document": document.number,
        "document_type": document.record_type, "document_id": document.id, "line": line.key,
    }  # fmt: skip
    found: Reservation = reservations.create(actor=actor, values=values, also=reservations.ALSO).record
    return found


def _said(short: Sequence[Short]) -> str:
    """What is short, in a sentence."""
    told = _t("; ").join(
        _t("“%(product)s”: %(wanted)s wanted, %(free)s free")
        % {
            "product": one.product,
            "wanted": amount_text(one.wanted, one.product.unit),
            "free": amount_text(one.free, one.product.unit),
        }
        for one in short[:MOST_TOLD]
    )
    return _t("There is not enough of everything. %(told)s. Reserve what there is, or wait for what comes.") % {
        "told": told
    }


def reservations_of(document: Document, *, line: int | None = None) -> list[Reservation]:
    """What is still kept for a document (for one of its lines), the oldest first."""
    found = Reservation.objects.filter(document_type=document.record_type, document_id=document.id, left__gt=0)
    found = found if line is None else found.filter(line=line)
    return list(found.select_related("product", "warehouse").order_by("product_id", "warehouse_id", "id"))


def hold(document: Document, products: Iterable[int] = ()) -> list[Reservation]:
    """What is kept for a document, as it stays until the end of the transaction; `products` (ids) are locked along.

    First the reservations and then the products, as every verb of a reservation locks them: nobody waits in a circle.
    """
    lock_rows(Reservation, [one.pk for one in reservations_of(document)])
    ledger.lock([*products, *(one.product_id for one in reservations_of(document))])
    return reservations_of(document)


def release(document: Document, *, actor: Actor | ActsAs, reason: str = "", line: int | None = None) -> None:
    """Keep nothing more for a document, or for one of its lines."""
    with transaction.atomic():
        for one in (one for one in hold(document) if line in (None, one.line)):
            reservations.release(one, actor=actor, reason=reason)


def issue(document: Document, lines: Sequence[Line], *, actor: Actor | ActsAs, reason: str = "") -> list[Decimal]:
    """Issue what is kept for a document: of each line so much; returns the amounts in the products' own units.

    Raises Refused where less is kept than a line wants; then nothing is issued.
    """
    parts = parts_of(line.product for line in lines)
    with transaction.atomic():
        kept = hold(document)
        left = {one.pk: one.left for one in kept}
        done = []
        for line in lines:
            for product, amount in _pieces(line, parts):
                missing = amount
                for one in (one for one in kept if (one.product_id, one.line) == (product.pk, line.key)):
                    some = min(missing, left[one.pk])
                    if some > 0:
                        reservations.issue(one, actor=actor, quantity=some, reason=reason)
                        left[one.pk] -= some
                        missing -= some
                if missing > 0:
                    words = {"product": product, "missing": amount_text(missing, product.unit)}
                    raise Refused(
                        _t("%(missing)s of “%(product)s” are not reserved for this. Reserve them first.") % words
                    )
                done.append(amount)
        return done
