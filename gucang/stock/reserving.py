"""Stock for a document with several lines: kept, issued and let go as a whole, for those above who call by program.

Call these inside an action or a transaction: they lock all products at once and in one order, so that two documents
never wait for each other in a circle, and what a refusal leaves is nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _t

from gucang.kernel import records
from gucang.kernel.actions import Row, create_many, do_many, or_raise
from gucang.kernel.actors import Actor, ActsAs
from gucang.kernel.errors import Refused
from gucang.stock import ledger
from gucang.stock.actions import moves, reservations
from gucang.stock.bundles import Parts, parts_of
from gucang.stock.ledger import Change
from gucang.stock.models import MoveKind, Product, Reservation, StockMove, Warehouse
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
    wanted = [(line, *piece) for line in lines for piece in _pieces(line, parts)]
    products = {product.pk for _line, product, _amount in wanted}
    with ledger.together(products):
        free = {place: found.free for place, found in ledger.amounts(products).items()}
        picks, short = _picked(wanted, free, [one.pk for one in warehouses])
        if short and not partial:
            raise Refused(_said(short))
        return Reserved(_kept(document, picks, actor), short)


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


def _kept(document: Document, picks: Sequence[Pick], actor: Actor | ActsAs) -> list[Reservation]:
    """A reservation for each pick, all of them as one set."""
    places = Warehouse.objects.in_bulk({warehouse for *_rest, warehouse in picks}) if picks else {}
    rows = [
        Row({
            "product": product, "warehouse": places[warehouse], "quantity": amount, "document": document.number,
            "document_type": document.record_type, "document_id": document.id, "line": line.key,
        })
        for line, product, amount, warehouse in picks
    ]  # fmt: skip
    made = create_many(records.get("reservation"), rows, actor=actor, also=reservations.ALSO) if rows else []
    return [row.record for row in or_raise(made)]


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
    found = _of(document) if line is None else _of(document).filter(line=line)
    return list(found.select_related("product", "warehouse").order_by("product_id", "warehouse_id", "id"))


def _of(document: Document) -> QuerySet[Reservation]:
    return Reservation.objects.filter(document_type=document.record_type, document_id=document.id, left__gt=0)


@contextmanager
def held(document: Document, products: Iterable[int] = ()) -> Iterator[list[Reservation]]:
    """What is kept for a document, as it stays until the end of the transaction; `products` (ids) are locked along.

    First the reservations and then the products, as every verb of a reservation locks them: nobody waits in a circle.
    Stock that moves inside is read and written once.
    """
    query = _of(document).order_by("pk").select_for_update(no_key=True, of=("self",))
    mine = list(query.values_list("product_id", flat=True))
    with ledger.together([*products, *mine]):
        yield reservations_of(document) if mine else []


def release(document: Document, *, actor: Actor | ActsAs, reason: str = "", line: int | None = None) -> None:
    """Keep nothing more for a document, or for one of its lines."""
    with transaction.atomic(), held(document) as kept:
        let_go([(one, one.left) for one in kept if line in (None, one.line)], actor=actor, reason=reason)


def let_go(some: Sequence[tuple[Reservation, Decimal]], *, actor: Actor | ActsAs, reason: str = "") -> None:
    """Keep so much less of each of these reservations, which are held."""
    rows = [Row({"quantity": amount, "reason": reason}, record=one) for one, amount in some]
    if rows:
        or_raise(do_many(reservations.release, rows, actor=actor, related=("product", "warehouse")))


def use(
    some: Sequence[tuple[Reservation, Decimal]], by: Document, *, on: date, actor: Actor | ActsAs
) -> list[StockMove]:  # fmt: skip
    """Let so much of each of these reservations, which are held, leave the warehouse on a day, by another document."""
    ledger.apply([Change(one.product, one.warehouse, reserved=-amount) for one, amount in some])
    moved = moves.enter_many(
        actor,
        [
            {
                "kind": MoveKind.ISSUE, "product": one.product, "quantity": amount, "warehouse": one.warehouse,
                "on": on, "document": by.number, "document_type": by.record_type, "document_id": by.id,
            }
            for one, amount in some
        ],
    )  # fmt: skip
    rows = [
        Row({"quantity": amount, "move": move.number}, record=one)
        for (one, amount), move in zip(some, moved, strict=True)
    ]
    or_raise(do_many(reservations.use, rows, actor=actor))
    return moved


def issue(document: Document, lines: Sequence[Line], *, actor: Actor | ActsAs, reason: str = "") -> list[Decimal]:
    """Issue what is kept for a document: of each line so much; returns the amounts in the products' own units.

    Raises Refused where less is kept than a line wants; then nothing is issued.
    """
    parts = parts_of(line.product for line in lines)
    with transaction.atomic(), held(document) as kept:
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
