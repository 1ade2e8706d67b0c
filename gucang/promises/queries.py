"""Reads that are used in two places or more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from gucang.activity.models import Task
from gucang.kernel import clock
from gucang.kernel.actors import Actor
from gucang.kernel.models import Collaborator
from gucang.promises.kinds import BY_DOCUMENT
from gucang.promises.models import OPEN, OWED, Promise, State
from gucang.promises.rules import visible_promises
from gucang.worktime.queries import calendar_of

TO_BOOK = Q(state=State.BINDING, kind__in=BY_DOCUMENT)


def visible(actor: Actor) -> QuerySet[Promise]:
    """The promises that the actor may see."""
    found: QuerySet[Promise] = Promise.objects.filter(visible_promises(actor))
    return found


def open_to(customer_id: int, actor: Actor, limit: int = 20) -> list[Promise]:
    """What is open with a customer, what is due first first, with the people in it. One query."""
    query = visible(actor).filter(customer_id=customer_id, state__in=OPEN)
    return list(
        query.select_related("customer", "holder__department", "promised_by", "approved_by").order_by("until", "pk")[
            :limit
        ]
    )


def made_with(about_type: str, about_id: int, actor: Actor, limit: int = 5) -> list[Promise]:
    """What was promised with one record and is open. One query."""
    query = visible(actor).filter(about_type=about_type, about_id=about_id, state__in=OPEN)
    return list(query.select_related("holder").order_by("until", "pk")[:limit])


def held_by(member_id: int, until: datetime, limit: int) -> list[Promise]:
    """What a member holds whose next step is to be done before `until`, the soonest first; one's own need no right."""
    query = Promise.objects.filter(holder_id=member_id, state__in=OPEN, due_at__lte=until)
    return list(query.select_related("customer").order_by("due_at", "pk")[:limit])


def to_book(actor: Actor, limit: int) -> list[Promise]:
    """What is to be booked by hand or by document, the soonest first."""
    query = visible(actor).filter(TO_BOOK).select_related("customer", "holder")
    return list(query.order_by("book_by", "pk")[:limit])


@dataclass(frozen=True)
class Debt:
    """What is owed to customers: how many promises, worth how much; how much of it is overdue, how much not booked."""

    number: int
    owed: Decimal
    overdue: int
    overdue_worth: Decimal
    unbooked: int
    unbooked_worth: Decimal


def debt(actor: Actor) -> Debt:
    """The promise debt within the actor's sight. One query."""
    late, unbooked = Q(until__lt=clock.today()), TO_BOOK
    found = (
        visible(actor)
        .filter(state__in=OWED)
        .aggregate(
            number=Count("pk"),
            owed=Sum("worth"),
            overdue=Count("pk", filter=late),
            overdue_worth=Sum("worth", filter=late),
            unbooked=Count("pk", filter=unbooked),
            unbooked_worth=Sum("worth", filter=unbooked),
        )
    )
    worths: dict[str, Any] = {name: value if value is not None else Decimal(0) for name, value in found.items()}
    return Debt(**worths)


def who_serve(promise: Promise) -> set[int]:
    """The members who may be asked about it: the owner, who shares the customer, who has a task about them, who holds
    it, and who promised it. Two queries.
    """
    found = {promise.customer.owner_id, promise.holder_id, promise.promised_by_id}
    shared = Collaborator.objects.filter(record_type="customer", object_id=promise.customer_id)
    tasks = Task.objects.filter(about_type="customer", about_id=promise.customer_id, done_at=None)
    found |= set(shared.values_list("member_id", flat=True)) | set(tasks.values_list("assignee_id", flat=True))
    return {pk for pk in found if pk is not None}


def days_open(promise: Promise) -> int:
    """For how many working days the customer has waited, or had to wait, the last one included."""
    first, last = (timezone.localdate(one) for one in (promise.created_at, promise.settled_at or clock.now()))
    return max(calendar_of().working_days_between(first, last), 0)
