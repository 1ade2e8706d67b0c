"""Kept in step inside the same transaction: instalments with their receivable, search entries with the owner."""

from __future__ import annotations

from typing import Any

from gucang.billing.models import Instalment, Invoice, Payment, Receivable
from gucang.billing.terms import Start
from gucang.kernel import search
from gucang.kernel.actions import keep
from gucang.kernel.fields import to_json
from gucang.kernel.snapshots import Snapshot

Pairs = list[tuple[Snapshot | None, Any]]
_DECIDES = ("customer", "amount", "currency", "billed_on", "terms", "due_on")


@keep("receivable")
def instalments(pairs: Pairs) -> None:
    """A new receivable gets its instalments, one that nothing is booked against gets them anew when it changes."""
    made: list[Instalment] = []
    for before, receivable in pairs:
        if before is not None:
            if not any(before[name] != _now(receivable, name) for name in _DECIDES):
                continue
            Instalment.objects.filter(receivable_id=receivable.pk).delete()
        made += _of(receivable)
    if made:
        Instalment.objects.bulk_create(made)


def _now(receivable: Receivable, name: str) -> Any:
    field: Any = Receivable._meta.get_field(name)
    return to_json(getattr(receivable, field.attname))


def _of(receivable: Receivable) -> list[Instalment]:
    return [
        Instalment(
            company_id=receivable.company_id, receivable=receivable, customer_id=receivable.customer_id,
            position=position, amount=share.amount, open_amount=share.amount, currency=receivable.currency,
            rate=receivable.rate, due_on=share.due_on, days=share.days,
            awaits=Start.ACCEPTED.value if share.start is Start.ACCEPTED and share.due_on is None else "",
            created_at=receivable.updated_at, updated_at=receivable.updated_at, version=1,
        )
        for position, share in enumerate(receivable.shares(), 1)
    ]  # fmt: skip


@keep("customer")
def money_found_by_owner(pairs: Pairs) -> None:
    """Money is searched within the reach of its customer's owner, so it moves with the customer."""
    for before, customer in pairs:
        if before is not None and before["owner"] != customer.owner_id:
            for name, model in (("receivable", Receivable), ("payment", Payment), ("invoice", Invoice)):
                ids = model.objects.filter(customer_id=customer.pk).values_list("pk", flat=True)
                search.give_to(name, ids, customer.owner_id)
