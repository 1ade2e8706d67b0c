"""Reads of money that are used in two places or more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import DecimalField, F, Q, QuerySet, Sum, Value

from gucang.billing.models import (
    DunningStep,
    Instalment,
    Payment,
    PaymentState,
    Receivable,
)
from gucang.kernel import permissions, records
from gucang.kernel.actors import Actor
from gucang.kernel.setup import kept
from gucang.parties.models import Customer

ZERO = Decimal(0)
_AMOUNTS = {
    "receivable": ("amount", "open_amount", "paid_amount"),
    "instalment": ("amount", "open_amount"),
    "payment": ("amount", "free_amount"),
}


def sees_amounts(actor: Actor, *kinds: str) -> bool:
    """Whether this actor may know the amounts of every record of these types: what sums and reports would tell."""
    for kind in kinds or _AMOUNTS:
        record_type = records.get(kind)
        if not actor.may(f"{kind}.view"):
            return False
        if not all(permissions.may_filter_by(actor, record_type, name) for name in _AMOUNTS[kind]):
            return False
    return True


def open_instalments(customer_id: int, currency: str) -> QuerySet[Instalment]:
    """What a customer still owes in one currency, the oldest first; what waits for an acceptance comes last."""
    found = Instalment.objects.filter(customer_id=customer_id, currency=currency, is_open=True)
    return found.select_related("receivable").order_by(F("due_on").asc(nulls_last=True), "id")


@dataclass(frozen=True)
class Standing:
    """What one customer owes, and how much of it is late, in one currency ("" is the company's own)."""

    currency: str
    owed: Decimal = ZERO
    overdue: Decimal = ZERO
    received: Decimal = ZERO
    credit: Decimal = ZERO


def standing_of(actor: Actor, customer: Customer, today: date) -> list[Standing]:
    """A customer's money by currency: owed, overdue, received this year, credit. One query, whatever there is of it.

    Only what `actor` may see counts.
    """
    nothing = Value(ZERO, output_field=DecimalField())
    owed = records.get("instalment").query(actor).filter(customer=customer, is_open=True).select_related(None)
    owed = (
        owed.order_by()
        .values("currency")
        .annotate(
            owed=Sum("open_amount"),
            overdue=Sum("open_amount", filter=Q(due_on__lt=today)),
            received=nothing,
            credit=nothing,
        )
    )
    paid = records.get("payment").query(actor).filter(customer=customer).exclude(state=PaymentState.REVERSED)
    since = today.replace(month=1, day=1)
    paid = (
        paid.select_related(None)
        .order_by()
        .values("currency")
        .annotate(
            owed=nothing,
            overdue=nothing,
            received=Sum(F("amount") - F("refunded_amount"), filter=Q(received_on__gte=since)),
            credit=Sum("free_amount"),
        )
    )
    sums: dict[str, list[Decimal]] = {}
    names = ("owed", "overdue", "received", "credit")
    for row in owed.union(paid, all=True):
        amounts = sums.setdefault(row["currency"], [ZERO] * len(names))
        for place, name in enumerate(names):
            amounts[place] += row[name] or ZERO
    found = [Standing(currency, *amounts) for currency, amounts in sorted(sums.items())]
    return [one for one in found if one.owed or one.received or one.credit]


def dunning_steps() -> list[DunningStep]:
    """The steps of dunning, the earliest first."""
    return list(kept("dunning steps", lambda: list(DunningStep.objects.order_by("days_after_due", "id"))))


def same_reference(reference: str, leave_out: int = 0) -> list[Payment]:
    """Payments of the whole company that have this bank reference, at most three."""
    if not reference.strip():
        return []
    found = Payment.objects.filter(bank_reference=reference.strip()).exclude(pk=leave_out)
    return list(found.exclude(state=PaymentState.REVERSED).order_by("-id")[:3])


def receivables_called(actor: Actor, customer_id: int, numbers: Iterable[str]) -> dict[str, Receivable]:
    """A customer's receivables that `actor` sees, by their numbers. One query."""
    found = records.get("receivable").query(actor).filter(customer_id=customer_id, number__in=sorted(set(numbers)))
    return {one.number: one for one in found}


def positions_of(receivables: Sequence[int]) -> dict[int, list[Instalment]]:
    """The instalments of these receivables by receivable, in their order. One query."""
    found: dict[int, list[Instalment]] = {}
    for one in Instalment.objects.filter(receivable_id__in=receivables).order_by("receivable_id", "position"):
        found.setdefault(one.receivable_id, []).append(one)
    return found
