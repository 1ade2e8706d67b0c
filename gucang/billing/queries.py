"""Reads of money that are used in two places or more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from gucang.billing.models import (
    DunningStep,
    EntryKind,
    Instalment,
    Payment,
    PaymentState,
    Receivable,
)
from gucang.kernel import permissions, records
from gucang.kernel.actors import Actor
from gucang.kernel.setup import kept

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


def payments_of(actor: Actor, receivables: Sequence[int]) -> list[Any]:
    """The payments that settle something of these receivables now, and that `actor` sees: each with `settles`, how much
    of them. One query.
    """
    lines = Q(entries__kind=EntryKind.PAYMENT, entries__receivable__in=receivables)
    found = records.get("payment").query(actor).select_related(None).filter(lines)
    found = found.annotate(settles=Sum("entries__amount")).filter(settles__gt=0)
    return list(found.order_by("received_on", "pk")) if receivables else []


def positions_of(receivables: Sequence[int]) -> dict[int, list[Instalment]]:
    """The instalments of these receivables by receivable, in their order. One query."""
    found: dict[int, list[Instalment]] = {}
    for one in Instalment.objects.filter(receivable_id__in=receivables).order_by("receivable_id", "position"):
        found.setdefault(one.receivable_id, []).append(one)
    return found
