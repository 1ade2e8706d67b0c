"""Verbs of the ledger of stock: what is entered into it, and how a line is taken back by another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from django.utils import formats
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.books import queries as books
from gucang.kernel import clock, records
from gucang.kernel.actions import Row, action, create_many, creating, or_raise
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import Text
from gucang.stock import ledger, queries, rules
from gucang.stock.ledger import Change
from gucang.stock.models import MoveKind, Product, StockMove
from gucang.stock.quantities import counted

# What a program fills in beyond the form: the record behind a document, and what a move reverses.
ALSO = ("document_type", "document_id", "reverses")
EARLIEST = date(2000, 1, 1)


def _enter(move: StockMove, actor: Actor) -> None:
    """Check what was entered, and let the stock follow."""
    if move.kind == MoveKind.REVERSE:
        _take_back(move)
        return
    _check_places(move)
    _check_product(move)
    move.on = move.on or clock.today()
    check_day(move.on)
    base = counted(move.quantity, move.unit, move.product, nothing=move.kind == MoveKind.COUNT)
    move.unit = move.unit or move.product.unit
    ledger.lock([move.product_id])
    move.change = _change(move, base)
    _apply(move)


def _check_places(move: StockMove) -> None:
    if move.kind != MoveKind.TRANSFER:
        if move.to_warehouse_id is not None:
            raise Invalid({"to_warehouse": [_t("Only a transfer goes to another warehouse. Leave this empty.")]})
        return
    if move.to_warehouse_id is None:
        raise Invalid({"to_warehouse": [_t("Say into which warehouse it goes.")]})
    if move.to_warehouse_id == move.warehouse_id:
        raise Invalid({"to_warehouse": [_t("It is there already. Choose another warehouse.")]})


def _check_product(move: StockMove) -> None:
    if sentence := rules.why_not_stocked(move.product):
        raise Invalid({"product": [sentence]})
    if move.kind == MoveKind.RECEIVE and not move.product.active and not move.document_type:
        sentence = _t("“%(product)s” is off offer. Offer it again before more of it is received.")
        raise Invalid({"product": [sentence % {"product": move.product}]})


def check_day(on: date) -> None:
    """Refuse a day that lies ahead, and one in a period that is closed. Raises Invalid."""
    if on > clock.today():
        raise Invalid({"on": [_t("This day is still to come. Enter what has happened.")]})
    opens_on = queries.settings().opens_on
    if opens_on is not None and on < opens_on:
        sentence = _t(
            "The books before %(day)s are closed. Date it %(day)s or later, and say in the reason when it was."
        )
        raise Invalid({"on": [sentence % {"day": formats.date_format(opens_on, "DATE_FORMAT")}]})
    books.check_open(on, "on")
    if on < EARLIEST:
        raise Invalid({"on": [_t("This day lies too far back.")]})


def _change(move: StockMove, base: Decimal) -> Decimal:
    if move.kind == MoveKind.COUNT:
        return base - ledger.on_hand_at_end_of(move.on, move.product_id, move.warehouse_id)
    return base if move.kind == MoveKind.RECEIVE else -base


def _apply(move: StockMove) -> None:
    changes = [Change(move.product, move.warehouse, move.change)]
    if move.to_warehouse is not None:
        changes.append(Change(move.product, move.to_warehouse, -move.change))
    after = ledger.apply(changes)
    move.balance = after[(move.product_id, move.warehouse_id)].on_hand


def _take_back(move: StockMove) -> None:
    former = move.reverses
    if former is None:
        raise Invalid({"kind": [_t("Open the move that was wrong and reverse it there.")]})
    move.product, move.warehouse, move.to_warehouse = former.product, former.warehouse, former.to_warehouse
    move.quantity, move.unit = former.quantity, former.unit
    move.on = clock.today()
    check_day(move.on)
    move.change = -former.change
    _apply(move)


def _why_not_reversed(move: StockMove) -> str | None:
    if move.kind == MoveKind.REVERSE:
        return _t("This is a counter-move itself. Enter anew what should be there.")
    counter = StockMove.objects.filter(reverses=move).first()
    return _t("%(number)s has reversed this move already.") % {"number": counter} if counter is not None else None


create = creating("stock_move", prepare=_enter, label=_("Enter"))


@action(
    "stock_move.reverse", label=pgettext_lazy("stock", "Reverse"), guard=_why_not_reversed, always=True,
    icon="arrow-back-up", tone="danger", labels={"reason": _("Reason")},
    says=_("Nothing is deleted: a counter-move dated today takes it back, and both stay in the ledger."),
)  # fmt: skip
def reverse(move: StockMove, *, reason: Annotated[str, Text(max_length=200)], actor: Actor) -> dict[str, Any]:
    """Take a move back by a counter-move."""
    values = {
        "kind": MoveKind.REVERSE, "reverses": move.pk, "product": move.product_id, "warehouse": move.warehouse_id,
        "quantity": move.quantity, "reason": reason, "document": move.document,
    }  # fmt: skip
    counter: StockMove = create(actor=actor, values=values, also=ALSO).record
    return {"by": counter.number, "reason": reason}


def enter(actor: Any, kind: str, product: Product, quantity: Decimal, **values: Any) -> StockMove:
    """One line of the ledger for a program: `warehouse`, `unit`, `on`, `reason`, `document`, `document_type`, …"""
    found: StockMove = create(
        actor=actor, values={"kind": kind, "product": product, "quantity": quantity, **values}, also=ALSO
    ).record
    return found


def enter_many(actor: Any, rows: Sequence[Mapping[str, Any]]) -> list[StockMove]:
    """Several lines of the ledger as one set, with the values of `enter`; all or none."""
    given = [Row(values) for values in rows]
    made = create_many(records.get("stock_move"), given, actor=actor, also=ALSO) if given else []
    return [row.record for row in or_raise(made)]


__all__ = ["ALSO", "check_day", "create", "enter", "enter_many", "reverse"]
