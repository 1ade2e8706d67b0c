"""Verbs of the payment: received, allocated, allocated otherwise, refunded, reversed. Nothing of it is edited away."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.billing import ledger, queries, rules
from gucang.billing.actions import receivables
from gucang.billing.actions.days import booked
from gucang.billing.allocation import BadAllocation, read_allocation, write_allocation
from gucang.billing.models import EntryKind, Instalment, Payment, Receivable
from gucang.books import queries as books
from gucang.kernel import clock
from gucang.kernel.actions import action, creating, editing
from gucang.kernel.actions.saving import lock_rows
from gucang.kernel.actors import Actor, system
from gucang.kernel.currency import own_currency
from gucang.kernel.errors import Invalid, Refused
from gucang.kernel.fields import Money, Text
from gucang.kernel.models import Event
from gucang.surface import ui

ZERO = Decimal(0)
# So many of the oldest open instalments are looked at when a payment is allocated by itself.
MOST = 500
_FIXED = ("customer_id", "amount", "currency", "received_on", "pays_id")
Shares = dict[tuple[int, int], Decimal]


def _begin(payment: Payment, actor: Actor) -> None:
    """A payment begins free: it is the customer's credit until it is allocated."""
    payment.received_on = booked(payment.received_on, "received_on")
    payment.rate = books.check_rate(payment.currency, payment.received_on)
    payment.free_amount = payment.amount
    if payment.pays is not None:
        if payment.pays.customer_id != payment.customer_id:
            raise Invalid({"pays": [_t("“%(what)s” is another customer's.") % {"what": payment.pays}]})
        _same_currency(payment, payment.pays, "pays")
    _settle_commission(payment)


def _changed(payment: Payment, actor: Actor) -> None:
    """What was received does not change: a mistake is reversed and entered anew."""
    changed = [name for name in _FIXED if payment.was_changed(name)]
    if changed:
        sentence = _t("What was received does not change. Reverse the payment, then enter it anew.")
        raise Invalid({changed[0].removesuffix("_id"): [sentence]})
    _settle_commission(payment)


def _settle_commission(payment: Payment) -> None:
    """A settled commission has its day, and a day means that it is settled."""
    if payment.commission_settled_on is not None and (
        not payment.loaded or not payment.was_changed("commission_settled")
    ):
        payment.commission_settled = True
    if not payment.commission_settled:
        payment.commission_settled_on = None
    elif payment.commission_settled_on is None:
        payment.commission_settled_on = clock.today()


create = creating("payment", prepare=_begin)
edit = editing("payment", prepare=_changed)


def _allocated_back(event: Event) -> tuple[str, dict[str, Any]]:
    before = str(event.facts.get("before", ""))
    return ("allocate", {"to": before}) if before else ("unallocate", {})


@action(
    "payment.allocate", label=_("Allocate"), guard=rules.why_reversed, icon="arrows-split", tone="primary",
    back=_allocated_back, labels={"to": _("To what")},
)  # fmt: skip
def allocate(
    payment: Payment, *, actor: Actor, to: Annotated[str, Text(long=True, max_length=20_000)] = ""
) -> dict[str, Any]:
    """Say what this payment settles: lines such as “YS202600012/1 = 3000”, which replace what it settled before.

    Without lines, what is free of it goes to the oldest open instalments of the customer.
    """
    day = booked(None, "")
    before = ledger.allocated(payment)
    if to.strip():
        wanted = _wanted(payment, actor, to, before)
        deltas = {key: wanted.get(key, ZERO) - before.get(key, ZERO) for key in wanted.keys() | before.keys()}
    else:
        if sentence := rules.why_not_free(payment):
            raise Refused(sentence)
        deltas = _oldest(payment)
    return _apply(payment, before, {key: amount for key, amount in deltas.items() if amount}, day)


@action(
    "payment.unallocate", label=_("Take the allocation back"), guard=rules.why_not_allocated, icon="arrow-back-up",
    labels={"receivable": _("Of which receivable"), "reason": _("Reason")},
)  # fmt: skip
def unallocate(
    payment: Payment, *, receivable: Receivable | None = None, reason: Annotated[str, Text(max_length=200)] = ""
) -> dict[str, Any]:
    """Free what this payment settles, of one receivable or of all: they are open again by as much."""
    day = booked(None, "")
    before = ledger.allocated(payment)
    deltas = {key: -amount for key, amount in before.items() if receivable is None or key[0] == receivable.pk}
    if not deltas:
        raise Refused(
            _t("Payment %(payment)s settles nothing of “%(what)s”.") % {"payment": payment, "what": receivable},
            field="receivable",
        )
    return _apply(payment, before, deltas, day) | ({"reason": reason} if reason else {})


@action(
    "payment.refund", label=_("Refund"), guard=rules.why_not_free, icon="receipt-refund",
    labels={"amount": _("Amount"), "on": pgettext_lazy("booked", "On"), "reference": _("Bank reference"),
            "note": _("Remark")},
)  # fmt: skip
def refund(
    payment: Payment,
    *,
    amount: Annotated[Decimal, Money()],
    on: date | None = None,
    reference: Annotated[str, Text(max_length=60)] = "",
    note: Annotated[str, Text(long=True)] = "",
) -> dict[str, Any]:
    """Enter that free money of this payment went back to the customer."""
    if amount <= 0:
        raise Invalid({"amount": [_t("Write an amount above zero.")]})
    day = booked(on)
    if day < payment.received_on:
        raise Invalid({"on": [_t("It was received later than that. Write the day of the refund.")]})
    ledger.take_out(payment, EntryKind.REFUND, amount, day)
    payment.refunded_amount += amount
    payment.state = ledger.standing(payment)
    return {"amount": str(amount), "on": day.isoformat(), "reference": reference, "note": note}


@action(
    "payment.reverse", label=_("Reverse"), guard=rules.why_reversed, icon="rotate", tone="danger",
    says=_("%(record)s counts no more. What it settled is open again; both stay in the books."),
    labels={"reason": _("Reason"), "on": pgettext_lazy("booked", "On")},
)  # fmt: skip
def reverse(
    payment: Payment, *, reason: Annotated[str, Text(max_length=200)], on: date | None = None
) -> dict[str, Any]:
    """Take the whole payment back: it bounced, or was entered by mistake. Counter lines are written for all of it."""
    day = booked(on)
    if day < payment.received_on:
        raise Invalid({"on": [_t("It was received later than that. Write the day of the reversal.")]})
    if payment.refunded_amount:
        raise Refused(_t("Part of payment %(payment)s was refunded, so it was really received.") % {"payment": payment})
    before = ledger.allocated(payment)
    facts = _apply(payment, before, {key: -amount for key, amount in before.items()}, day)
    ledger.take_out(payment, EntryKind.REVERSAL, payment.free_amount, day)
    payment.reversed_on = day
    payment.state = ledger.standing(payment)
    return facts | {"reason": reason}


def _apply(payment: Payment, before: Shares, deltas: Shares, day: date) -> dict[str, Any]:
    """Move money between the payment and receivables, each as a deed of its own, in the order of their ids."""
    total = sum(deltas.values(), ZERO)
    if total > payment.free_amount:
        raise Refused(
            _t("That is %(more)s more than the payment has. Allocate less.")
            % {"more": ui.money_text(total - payment.free_amount, payment.currency or "CNY")},
            field="to",
        )
    by_receivable: dict[int, dict[int, str]] = defaultdict(dict)
    for (pk, position), amount in deltas.items():
        by_receivable[pk][position] = str(amount)
    lock_rows(Receivable, sorted(by_receivable))
    numbers: dict[int, str] = {}
    for pk in sorted(by_receivable):
        shares = json.dumps(by_receivable[pk])
        settled = receivables.settle(pk, actor=system(), payment=payment, shares=shares, on=day).record
        numbers[pk] = settled.number
    payment.free_amount -= total
    payment.state = ledger.standing(payment)
    after = {key: before.get(key, ZERO) + deltas.get(key, ZERO) for key in before.keys() | deltas.keys()}
    if untouched := {pk for pk, _n in after} - numbers.keys():
        numbers |= dict(Receivable.with_bin.filter(pk__in=untouched).values_list("pk", "number"))
    return {
        "amount": str(total),
        "before": _written(before, numbers),
        "after": _written({key: amount for key, amount in after.items() if amount}, numbers),
    }


def _written(shares: Mapping[tuple[int, int], Decimal], numbers: Mapping[int, str]) -> str:
    return write_allocation({(numbers[pk], position): shares[pk, position] for pk, position in sorted(shares)})


def _wanted(payment: Payment, actor: Actor, text: str, settled: Shares) -> Shares:
    """What the lines mean: {(receivable id, position): amount}; `settled` is what the payment settles now. Raises
    Invalid about `to`.
    """
    try:
        lines = read_allocation(text)
    except BadAllocation as problem:
        raise Invalid({"to": [str(problem)]}) from None
    found = queries.receivables_called(actor, payment.customer_id, (number for number, _n in lines))
    for number, _position in lines:
        if number not in found:
            sentence = _t("The customer has no receivable “%(number)s” that you may see.")
            raise Invalid({"to": [sentence % {"number": number[:40]}]})
        _same_currency(payment, found[number], "to")
    # With those it settles now, which may be given back: two payments that change places would wait in a circle.
    lock_rows(Receivable, sorted({one.pk for one in found.values()} | {pk for pk, _position in settled}))
    rows = queries.positions_of([one.pk for one in found.values()])
    wanted: Shares = defaultdict(lambda: ZERO)
    for (number, position), amount in lines.items():
        pk = found[number].pk
        parts = _spread(payment, rows[pk], amount, settled) if position is None else {position: amount}
        for place, part in parts.items():
            wanted[pk, place] += part
    return dict(wanted)


def _spread(payment: Payment, rows: list[Instalment], amount: Decimal, settled: Shares) -> dict[int, Decimal]:
    """An amount for a whole receivable over its instalments in their order; what is too much stands on the last."""
    found: dict[int, Decimal] = {}
    for row in rows:
        room = row.open_amount + settled.get((row.receivable_id, row.position), ZERO)
        part = amount if row is rows[-1] else min(room, amount)
        if part > 0:
            found[row.position] = part
            amount -= part
    return found


def _oldest(payment: Payment) -> Shares:
    """What is free, to the oldest open instalments that are there once their receivables are locked."""
    candidates = list(queries.open_instalments(payment.customer_id, payment.currency)[:MOST])
    ids = sorted({one.receivable_id for one in candidates})
    lock_rows(Receivable, ids)
    rows = list(queries.open_instalments(payment.customer_id, payment.currency).filter(receivable_id__in=ids)[:MOST])
    by_id = {row.pk: (row.receivable_id, row.position) for row in rows}
    found = {by_id[pk]: part for pk, part in ledger.oldest_first(payment.free_amount, rows).items()}
    if not found:
        raise Refused(_t("The customer owes nothing in this currency; the payment stays as credit."))
    return found


def _same_currency(payment: Payment, receivable: Receivable, field: str) -> None:
    own = own_currency()
    mine, theirs = payment.currency or own, receivable.currency or own
    if payment.currency != receivable.currency:
        sentence = _t("The payment is in %(mine)s, “%(what)s” in %(theirs)s. Enter the payment in %(theirs)s.")
        raise Invalid({field: [sentence % {"mine": mine, "theirs": theirs, "what": receivable}]})


__all__ = ["allocate", "create", "edit", "refund", "reverse", "unallocate"]
