"""对账单: what happened between a customer and us in a period, from the opening to the closing balance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db.models import Q, Sum
from django.utils.translation import gettext as _t

from gucang.billing.models import Entry, EntryKind, Method, Payment, Receivable

ZERO = Decimal(0)
MOST_LINES = 5_000


class What(StrEnum):
    """What a line of a statement tells."""

    OWED = "owed"
    PAID = "paid"
    CREDIT = "credit"
    WRITE_OFF = "write_off"
    CANCEL = "cancel"
    REFUND = "refund"
    REVERSAL = "reversal"


@dataclass(frozen=True)
class Line:
    """One thing that happened: `owed` makes the balance larger, `settled` smaller, `balance` is the sum until here."""

    on: date
    what: What
    number: str
    text: str
    owed: Decimal
    settled: Decimal
    balance: Decimal
    record: str
    pk: int


@dataclass
class Statement:
    """From `opening` by `lines` to `closing`; below zero the customer has credit. `cut` says that lines are missing."""

    first: date
    last: date
    currency: str
    opening: Decimal = ZERO
    closing: Decimal = ZERO
    owed: Decimal = ZERO
    settled: Decimal = ZERO
    lines: list[Line] = field(default_factory=list)
    cut: bool = False


def currencies_of(customer_id: int) -> list[str]:
    """The currencies in which a customer has owed or paid anything; the company's own ("") first."""
    owed = Receivable.objects.filter(customer_id=customer_id).order_by().values_list("currency", flat=True).distinct()
    paid = Payment.objects.filter(customer_id=customer_id).order_by().values_list("currency", flat=True).distinct()
    return sorted({*owed, *paid}) or [""]


def statement_of(customer_id: int, currency: str, first: date, last: date) -> Statement:
    """A customer's account in one currency from `first` to `last`, both included. Six statements, whatever happened.

    A payment counts on the day it was received, allocated or not: what is not is the customer's credit.
    """
    found = Statement(first, last, currency)
    found.opening = found.closing = _balance(customer_id, currency, before=first)
    happened = sorted(_happened(customer_id, currency, first, last), key=lambda one: (one[0], one[1], one[2]))
    found.cut = len(happened) > MOST_LINES
    for on, _order, pk, what, number, text, amount, record in happened:
        owed, settled = (amount, ZERO) if _ADDS[what] else (ZERO, amount)
        found.closing += owed - settled
        found.owed += owed
        found.settled += settled
        if len(found.lines) < MOST_LINES:
            found.lines.append(Line(on, what, number, text, owed, settled, found.closing, record, pk))
    return found


def words_of(line: Line) -> str:
    """What a line tells."""
    return {
        What.OWED: _t("Receivable"),
        What.PAID: _t("Payment"),
        What.CREDIT: _t("Credit note"),
        What.WRITE_OFF: _t("Write-off"),
        What.CANCEL: _t("Cancellation"),
        What.REFUND: _t("Refund"),
        What.REVERSAL: _t("Reversal"),
    }[line.what]


_ADDS = {
    What.OWED: True, What.PAID: False, What.CREDIT: False, What.WRITE_OFF: False, What.CANCEL: False, What.REFUND: True,
    What.REVERSAL: True,
}  # fmt: skip
_ON_RECEIVABLES = (EntryKind.WRITE_OFF, EntryKind.CANCEL)
_ON_PAYMENTS = (EntryKind.REFUND, EntryKind.REVERSAL)


def _balance(customer_id: int, currency: str, *, before: date) -> Decimal:
    """What was owed less what was paid before a day. Four statements."""
    mine = {"customer_id": customer_id, "currency": currency}
    owed = _sum(Receivable.objects.filter(**mine, billed_on__lt=before))
    paid = _sum(Payment.objects.filter(**mine, received_on__lt=before))
    given_up = _sum(_entries("receivable", customer_id, currency).filter(kind__in=_ON_RECEIVABLES, on__lt=before))
    gone_back = _sum(_entries("payment", customer_id, currency).filter(kind__in=_ON_PAYMENTS, on__lt=before))
    return owed - paid - given_up + gone_back


def _happened(customer_id: int, currency: str, first: date, last: date) -> Iterator[tuple[Any, ...]]:
    """(day, order within the day, id, what, number, text, amount, record type) of all that counts in the period."""
    mine = {"customer_id": customer_id, "currency": currency}
    owed = Receivable.objects.filter(**mine, billed_on__gte=first, billed_on__lte=last)
    for pk, on, number, text, amount in owed.values_list("pk", "billed_on", "number", "name", "amount"):
        yield on, 0, pk, What.OWED, number, text, amount, "receivable"
    paid = Payment.objects.filter(**mine, received_on__gte=first, received_on__lte=last)
    columns = ("pk", "received_on", "number", "method", "bank_reference", "note", "amount")
    for pk, on, number, method, bank, note, amount in paid.values_list(*columns):
        if method == Method.CREDIT:
            yield on, 1, pk, What.CREDIT, number, note[:80], amount, "payment"
        else:
            yield on, 1, pk, What.PAID, number, bank, amount, "payment"
    for role, kinds in (("receivable", _ON_RECEIVABLES), ("payment", _ON_PAYMENTS)):
        lines = _entries(role, customer_id, currency).filter(kind__in=kinds, on__gte=first, on__lte=last)
        # A cancellation over three instalments is one thing that happened.
        grouped = lines.values(f"{role}_id", f"{role}__number", "kind", "on", "at").annotate(total=Sum("amount"))
        for one in grouped.order_by("at"):
            yield (
                one["on"], 2, one[f"{role}_id"], What(one["kind"]), one[f"{role}__number"], "", one["total"], role,
            )  # fmt: skip


def _entries(role: str, customer_id: int, currency: str) -> Any:
    return Entry.objects.filter(Q(**{f"{role}__customer_id": customer_id, f"{role}__currency": currency}))


def _sum(rows: Any) -> Decimal:
    total: Decimal | None = rows.aggregate(total=Sum("amount"))["total"]
    return total or ZERO
