"""Columns of customers that retell what happens elsewhere, kept in step inside the same transaction.

Last contact and next step come from follow-ups and tasks, the last deal from selling. They are not deeds of their own,
so they leave no events and do not raise a customer's version.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from gucang.activity.models import FollowUpKind
from gucang.kernel import events, records, search
from gucang.kernel.actions import keep
from gucang.kernel.scope import active_company_id
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
    """The next step is the open task about the customer, or what concerns it, that is due first. One statement.

    Most tasks are not that one, and a customer written for nothing is written to each of its indexes.
    """
    touched = sorted({pk for _before, task in pairs for pk in customers_of(task)})
    if touched:
        with connection.cursor() as cursor:
            cursor.execute(_next_steps_sql(), {"company": active_company_id(), "ids": touched})


def _next_steps_sql() -> str:
    """Tasks by what they are about, one part for each record type: with OR it would read every open task there is."""
    subjects = ["SELECT 'customer'::text AS kind, c.id AS id"]
    for record_type in records.every():
        for name in record_type.concerns:
            field = record_type.model._meta.get_field(name)
            if field.related_model is Customer:
                rows = "".join(f" AND r.{column} = {value:d}" for column, value in record_type.model.only_rows.items())  # type: ignore[attr-defined]
                subjects.append(
                    f"SELECT '{record_type.name}', r.id FROM {record_type.model._meta.db_table} r"  # noqa: S608
                    f" WHERE r.company_id = c.company_id AND r.{field.column} = c.id AND r.deleted_at IS NULL{rows}"  # type: ignore[union-attr]
                )
    return f"""
        UPDATE parties_customer SET next_step_on = first.due_on, next_step = coalesce(first.title, '')
        FROM parties_customer c LEFT JOIN LATERAL (
            SELECT t.due_on, t.title FROM ({" UNION ALL ".join(subjects)}) s
            JOIN activity_task t ON t.company_id = c.company_id AND t.about_type = s.kind AND t.about_id = s.id
            WHERE t.done_at IS NULL AND t.deleted_at IS NULL AND t.due_on IS NOT NULL
            ORDER BY t.due_on, t.id LIMIT 1) first ON true
        WHERE c.company_id = %(company)s AND c.id = ANY(%(ids)s)
          AND parties_customer.company_id = c.company_id AND parties_customer.id = c.id
          AND (c.next_step_on, c.next_step) IS DISTINCT FROM (first.due_on, coalesce(first.title, ''))
    """  # noqa: S608


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
