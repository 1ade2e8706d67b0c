"""Verbs of the reservation: keep something for a document, issue it, or let it go."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.kernel.actions import action, creating
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import Text
from gucang.stock import ledger, rules
from gucang.stock.actions import moves
from gucang.stock.ledger import Change
from gucang.stock.models import MoveKind, Reservation, StockMove
from gucang.stock.quantities import counted
from gucang.stock.units import amount_text

ALSO = ("document_type", "document_id", "line")


def _keep(reservation: Reservation, actor: Actor) -> None:
    """Keep it, if so much is free."""
    product = reservation.product
    if sentence := rules.why_not_stocked(product):
        raise Invalid({"product": [sentence]})
    reservation.quantity = reservation.left = counted(reservation.quantity, "", product)
    ledger.apply([Change(product, reservation.warehouse, reserved=reservation.quantity)])


def _some(reservation: Reservation, quantity: Decimal | None) -> Decimal:
    """How much of it: all that is left where nothing is said. Raises Invalid for more than that."""
    if quantity is None:
        return reservation.left
    return _at_most(reservation, counted(quantity, "", reservation.product))


def _at_most(reservation: Reservation, some: Decimal) -> Decimal:
    if some > reservation.left:
        left = amount_text(reservation.left, reservation.product.unit)
        raise Invalid({"quantity": [_t("Only %(left)s are still reserved here.") % {"left": left}]})
    return some


create = creating("reservation", prepare=_keep, label=pgettext_lazy("stock", "Reserve"))


@action(
    "reservation.issue", label=pgettext_lazy("stock", "Issue"), guard=rules.why_nothing_left, icon="package-export",
    labels={"quantity": _("Quantity"), "reason": _("Reason")},
)  # fmt: skip
def issue(
    reservation: Reservation,
    *,
    quantity: Decimal | None = None,
    reason: Annotated[str, Text(max_length=200)] = "",
    actor: Actor,
) -> dict[str, Any]:
    """Issue what is reserved, all of it or some: it leaves the warehouse and the reservation in one."""
    some = _some(reservation, quantity)
    move = _issue(
        reservation, some, actor, reason=reason, document=reservation.document,
        document_type=reservation.document_type, document_id=reservation.document_id,
    )  # fmt: skip
    return {"move": move.number, "quantity": some}


@action("reservation.use", label=pgettext_lazy("stock", "Issue"), internal=True, guard=rules.why_nothing_left)
def use(reservation: Reservation, *, quantity: Decimal, move: str) -> dict[str, Any]:
    """Some of it has left by a move of another document: of what is kept for an order, by a delivery."""
    some = _at_most(reservation, quantity)
    reservation.issued += some
    reservation.left -= some
    return {"move": move, "quantity": some}


def _issue(reservation: Reservation, some: Decimal, actor: Actor, **values: Any) -> StockMove:
    """Let some of it leave the reservation and the warehouse in one; `values` are of the move."""
    ledger.apply([Change(reservation.product, reservation.warehouse, reserved=-some)])
    reservation.issued += some
    reservation.left -= some
    return moves.enter(actor, MoveKind.ISSUE, reservation.product, some, warehouse=reservation.warehouse, **values)


@action(
    "reservation.release", label=pgettext_lazy("stock", "Release"), guard=rules.why_nothing_left, icon="lock-open",
    labels={"quantity": _("Quantity"), "reason": _("Reason")},
)  # fmt: skip
def release(
    reservation: Reservation,
    *,
    quantity: Decimal | None = None,
    reason: Annotated[str, Text(max_length=200)] = "",
    actor: Actor,
) -> dict[str, Any]:
    """Keep it no longer, all of it or some: others may have it."""
    some = _some(reservation, quantity)
    ledger.apply([Change(reservation.product, reservation.warehouse, reserved=-some)])
    reservation.released += some
    reservation.left -= some
    return {"quantity": some, "reason": reason} if reason else {"quantity": some}
