"""Columns of customers that retell what happens elsewhere, kept in step inside the same transaction.

Last contact and next step come from follow-ups and tasks, the last deal from selling. They are not deeds of their own,
so they leave no events and do not raise a customer's version.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gucang.activity.models import FollowUpKind, Task
from gucang.kernel import events, records, search
from gucang.kernel.actions import keep
from gucang.kernel.snapshots import Snapshot
from gucang.parties.models import Contact, Customer

Pairs = list[tuple[Snapshot | None, Any]]


@keep("follow_up")
def last_contacts(pairs: Pairs) -> None:
    """The last contact is the latest follow-up that is more than a note to oneself."""
    latest: dict[int, datetime] = {}
    for _before, follow_up in pairs:
        if follow_up.kind == FollowUpKind.NOTE or follow_up.deleted_at is not None:
            continue
        happened = follow_up.happened_at or follow_up.created_at
        for pk in customers_of(follow_up):
            latest[pk] = max(happened, latest.get(pk, happened))
    for pk, happened in sorted(latest.items()):
        Customer.objects.filter(pk=pk).exclude(last_contact_at__gte=happened).update(last_contact_at=happened)


@keep("task")
def next_steps(pairs: Pairs) -> None:
    """The next step is the open task about the customer, or what concerns it, that is due first."""
    touched = {pk for _before, task in pairs for pk in customers_of(task)}
    for pk in sorted(touched):
        task = open_tasks(pk).order_by("due_on", "id").first()
        on, words = (task.due_on, task.title) if task else (None, "")
        Customer.objects.filter(pk=pk).update(next_step_on=on, next_step=words)


@keep("customer")
def contacts_found_by_owner(pairs: Pairs) -> None:
    """Contacts are searched within the reach of their customer's owner, so they move with it."""
    for before, customer in pairs:
        if before is not None and before["owner"] != customer.owner_id:
            ids = Contact.objects.filter(customer_id=customer.pk).values_list("pk", flat=True)
            search.give_to("contact", ids, customer.owner_id)


def customers_of(entry: Any) -> list[int]:
    """The ids of the customers that a follow-up or task concerns: its subject, or whom its subject belongs to."""
    found = events.objects_of(records.by_model(type(entry)), entry, {})
    return list(dict.fromkeys(pk for kind, pk, _role in found if kind == "customer"))


def open_tasks(customer_id: int) -> Any:
    """Dated tasks, not done, about a customer or a record that concerns it."""
    dated = Task.objects.filter(done_at=None, due_on__isnull=False)
    parts = []
    for record_type in records.every():
        for name in record_type.concerns:
            if record_type.model._meta.get_field(name).related_model is Customer:
                ids = record_type.model._default_manager.filter(**{name: customer_id}).values("pk")
                parts.append(dated.filter(about_type=record_type.name, about_id__in=ids))
    # A union, because one filter with OR would look at every open task of the company.
    return dated.filter(about_type="customer", about_id=customer_id).union(*parts, all=True)
