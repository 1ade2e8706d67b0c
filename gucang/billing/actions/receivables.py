"""Verbs of the receivable. Its money moves through `ledger.post` alone."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.billing import ledger, rules
from gucang.billing.actions.days import booked
from gucang.billing.models import Entry, EntryKind, Instalment, Payment, Receivable, ReceivableState
from gucang.billing.terms import Start
from gucang.books import queries as books
from gucang.kernel import clock
from gucang.kernel.actions import action, creating, editing
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid, Refused
from gucang.kernel.fields import Money, Text
from gucang.kernel.models import Event
from gucang.kernel.permissions import is_the_system
from gucang.surface import ui

_MONEY = ("customer_id", "amount", "currency", "billed_on", "terms_id", "due_on")


class WriteOffReason(models.TextChoices):
    ROUNDING = "rounding", _("a small difference")
    BAD_DEBT = "bad_debt", _("cannot be collected")
    CONCESSION = "concession", _("a concession")
    OTHER = "other", _("another reason")


def _begin(receivable: Receivable, actor: Actor) -> None:
    """A receivable begins open, with its rate and its due day."""
    receivable.billed_on = receivable.billed_on or clock.today()
    books.check_open(receivable.billed_on, "billed_on")
    receivable.rate = books.check_rate(receivable.currency, receivable.billed_on)
    receivable.open_amount = receivable.amount
    _settle_due(receivable)


def _changed(receivable: Receivable, actor: Actor) -> None:
    """What is booked against stays as it is; the rest may be put right while the period is open."""
    if sentence := rules.why_cancelled(receivable):
        raise Refused(sentence)
    changed = [name for name in _MONEY if receivable.was_changed(name)]
    if not changed:
        return
    if Entry.objects.filter(receivable_id=receivable.pk).exists():
        sentence = _t("Something has been booked against it. Take that back first, or make another receivable.")
        raise Invalid({changed[0].removesuffix("_id"): [sentence]})
    books.check_open(receivable.loaded["billed_on"], "billed_on")
    _begin(receivable, actor)


def _settle_due(receivable: Receivable) -> None:
    """The due day follows from the terms; without terms it is what was written, or the day of the receivable."""
    if receivable.amount is None or receivable.amount <= 0:
        return  # validation says so in a moment
    if receivable.terms is None:
        receivable.due_on = receivable.due_on or receivable.billed_on
        if receivable.due_on < receivable.billed_on:
            raise Invalid({"due_on": [_t("It is due before its date. Write the same day or a later one.")]})
        return
    first = min((share.due_on for share in receivable.shares() if share.due_on is not None), default=None)
    if receivable.due_on not in (None, first) and receivable.was_changed("due_on"):
        raise Invalid({"due_on": [_t("The payment terms say when it is due. Leave this empty, or leave them out.")]})
    receivable.due_on = first


create = creating("receivable", prepare=_begin)
edit = editing("receivable", prepare=_changed)


def _written_off_back(event: Event) -> tuple[str, dict[str, Any]]:
    return "take_back_write_off", {"amount": event.facts["amount"]}


@action(
    "receivable.write_off", label=_("Write off"), guard=rules.why_not_open, icon="eraser", back=_written_off_back,
    labels={"amount": _("Amount"), "reason": _("Reason"), "on": pgettext_lazy("booked", "On"), "note": _("Remark")},
)  # fmt: skip
def write_off(
    receivable: Receivable,
    *,
    reason: WriteOffReason,
    amount: Annotated[Decimal, Money()] | None = None,
    on: date | None = None,
    note: Annotated[str, Text(long=True)] = "",
) -> dict[str, Any]:
    """Give up what is open of it, or part of that: it will not be paid. Without an amount, all of it."""
    day = booked(on)
    given = receivable.open_amount if amount is None else _above_zero(amount)
    if given > receivable.open_amount:
        left = ui.money_text(receivable.open_amount, receivable.currency)
        raise Refused(_t("Only %(open)s of it is open.") % {"open": left}, field="amount")
    shares = _over(ledger.instalments_of(receivable), given)
    ledger.post(receivable, EntryKind.WRITE_OFF, shares, on=day)
    return {"amount": str(given), "reason": reason, "note": note, "on": day.isoformat()}


@action(
    "receivable.take_back_write_off", label=_("Take the write-off back"), guard=rules.why_not_written_off,
    icon="arrow-back-up", labels={"amount": _("Amount"), "note": _("Remark")},
)  # fmt: skip
def take_back_write_off(
    receivable: Receivable,
    *,
    amount: Annotated[Decimal, Money()] | None = None,
    note: Annotated[str, Text(long=True)] = "",
) -> dict[str, Any]:
    """It can be paid after all: open again what was written off, or part of it."""
    day = booked(None, "")
    given = receivable.written_off if amount is None else _above_zero(amount)
    if given > receivable.written_off:
        gone = ui.money_text(receivable.written_off, receivable.currency)
        raise Refused(_t("Only %(amount)s of it is written off.") % {"amount": gone}, field="amount")
    left, shares = given, {}
    for position, settled in sorted(ledger.settled_by(receivable, EntryKind.WRITE_OFF).items(), reverse=True):
        part = min(left, settled)
        if part > 0:
            shares[position] = -part
            left -= part
    ledger.post(receivable, EntryKind.WRITE_OFF, shares, on=day)
    return {"amount": str(given), "note": note}


@action(
    "receivable.cancel", label=_("Cancel"), guard=rules.why_not_untouched, icon="ban", tone="danger",
    says=_("“%(record)s” is owed no more. It stays in the list with its number."), labels={"reason": _("Reason")},
)  # fmt: skip
def cancel(receivable: Receivable, *, reason: Annotated[str, Text(max_length=200)]) -> dict[str, Any]:
    """Say that nothing is owed: it was made by mistake, or the goods came back. Nothing may be booked against it."""
    books.check_open(receivable.billed_on)
    day = booked(None, "")
    shares = {one.position: one.open_amount for one in ledger.instalments_of(receivable)}
    ledger.post(receivable, EntryKind.CANCEL, shares, on=day)
    return {"reason": reason}


@action(
    "receivable.accept", label=_("Customer has accepted"), guard=rules.why_accepted, icon="clipboard-check",
    labels={"on": pgettext_lazy("receivable", "Accepted on")},
)  # fmt: skip
def accept(receivable: Receivable, *, on: date | None = None) -> None:
    """Enter the day of the customer's acceptance: instalments that waited for it get their due day."""
    day = on or clock.today()
    if day > clock.today():
        raise Invalid({"on": [_t("This day has not come yet. Write today or an earlier day.")]})
    rows = ledger.instalments_of(receivable)
    waiting = [one for one in rows if one.awaits == Start.ACCEPTED]
    if not waiting:
        raise Refused(_t("No instalment of “%(receivable)s” waits for an acceptance.") % {"receivable": receivable})
    receivable.accepted_on = day
    by_position = _dues(receivable)
    for one in waiting:
        one.due_on = by_position[one.position]
        one.awaits = ""
    Instalment.objects.bulk_update(waiting, ["due_on", "awaits"])
    receivable.next_due_on = min((o.due_on for o in rows if o.is_open and o.due_on is not None), default=None)


def _dues(receivable: Receivable) -> dict[int, date | None]:
    return {position: share.due_on for position, share in enumerate(receivable.shares(), 1)}


@action(
    "receivable.note_promise", label=_("Customer promised a day"), guard=rules.why_not_open, icon="calendar-event",
    labels={"on": _("Promised to pay on"), "note": _("Who said so")},
)  # fmt: skip
def note_promise(receivable: Receivable, *, on: date, note: Annotated[str, Text(long=True)] = "") -> dict[str, Any]:
    """Enter the day on which the customer has promised to pay. Until it is over, nobody is reminded."""
    if on < clock.today():
        raise Invalid({"on": [_t("This day is over. Choose today or a later one.")]})
    receivable.promised_on = on
    return {"note": note} if note else {}


@action("receivable.settle", label=_("Book a payment"), allow=is_the_system, internal=True, icon="coin")
def settle(
    receivable: Receivable, *, payment: Payment, shares: Annotated[str, Text(long=True)], on: date
) -> dict[str, Any]:
    """Bring the receivable in line with a payment's allocation; `shares` is JSON, {position: amount}.

    Only an allocation does this, inside its own transaction, and so each receivable tells in its timeline who paid.
    """
    if receivable.state == ReceivableState.CANCELLED:
        raise Refused(str(rules.why_cancelled(receivable)))
    parts = {int(position): Decimal(amount) for position, amount in json.loads(shares).items()}
    total = ledger.post(receivable, EntryKind.PAYMENT, parts, on=on, payment=payment)
    return {"payment": payment.pk, "payment_number": payment.number, "amount": str(total)}


def _above_zero(amount: Decimal) -> Decimal:
    if amount <= 0:
        raise Invalid({"amount": [_t("Write an amount above zero.")]})
    return amount


def _over(rows: list[Instalment], amount: Decimal) -> dict[int, Decimal]:
    by_id = {row.pk: row.position for row in rows}
    return {by_id[pk]: part for pk, part in ledger.oldest_first(amount, rows).items()}


__all__ = [
    "WriteOffReason", "accept", "cancel", "create", "edit", "note_promise", "settle", "take_back_write_off",
    "write_off",
]  # fmt: skip
