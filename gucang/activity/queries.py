"""Reads used in two places or more: what is due, what belongs to a record, what somebody did today."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import models

from gucang.activity.models import Attachment, AttachmentKind, Coaching, FollowUp, Task
from gucang.activity.rules import SEE_CONTRACTS, visible_coaching, visible_tasks
from gucang.kernel import clock, event_visibility
from gucang.kernel.actors import Actor
from gucang.kernel.models import Event
from gucang.kernel.records import RecordType

MOST_OF_A_DAY = 300


def open_tasks(actor: Actor) -> models.QuerySet[Task]:
    """The visible tasks that are not done."""
    return Task.objects.filter(visible_tasks(actor), done_at=None)


@dataclass(frozen=True)
class Due:
    """One member's open tasks with a date, soonest first, in three parts."""

    overdue: list[Task]
    today: list[Task]
    soon: list[Task]

    def __len__(self) -> int:
        return len(self.overdue) + len(self.today) + len(self.soon)


def due(actor: Actor, member_id: int, *, days: int = 7, limit: int = 200) -> Due:
    """What `member_id` has to do until `days` days from today, as far as `actor` sees it. One query.

    At most `limit` tasks, the soonest first. See `remember_subjects` for what they are about.
    """
    today = clock.today()
    until = today + timedelta(days=days)
    # One's own tasks need no look at what they are about, which is a million customers for some.
    own = member_id == actor.member_id and actor.may("task.view")
    rows = list(
        (Task.objects.filter(done_at=None) if own else open_tasks(actor))
        .filter(assignee_id=member_id, due_on__lte=until)
        .select_related("assignee")
        .order_by("due_on", "due_at", "pk")[:limit]
    )
    return Due(
        [task for task in rows if task.due_on is not None and task.due_on < today],
        [task for task in rows if task.due_on == today],
        [task for task in rows if task.due_on is not None and task.due_on > today],
    )


def remember_subjects(actor: Actor, entries: Sequence[Any]) -> None:
    """Load what entries are about, with whom that concerns, one query per record type: `get_about` costs nothing.

    It answers None for what `actor` may not see: a task may be about a colleague's customer.
    """
    from gucang.kernel import records

    wanted: dict[str, set[int]] = {}
    for entry in entries:
        if entry.about_type:
            wanted.setdefault(entry.about_type, set()).add(entry.about_id)
    found = {
        (name, record.pk): record
        for name, ids in wanted.items()
        for record in _with_concerned(records.get(name), actor).filter(pk__in=ids)
    }
    for entry in entries:
        entry._about = found.get((entry.about_type, entry.about_id))


def _with_concerned(record_type: RecordType, actor: Actor) -> models.QuerySet[Any]:
    found = record_type.query(actor)
    # Without names Django would follow every reference there is.
    return found.select_related(*record_type.concerns) if record_type.concerns else found


def next_step_of(follow_up: FollowUp) -> Task | None:
    """The open task that is a follow-up's next step."""
    return Task.objects.filter(follow_up=follow_up, done_at=None).order_by("pk").first()


def open_steps(member_id: int, about_type: str, about_id: int) -> models.QuerySet[Task]:
    """One member's open next steps with one record (tasks made by hand are not among them)."""
    return Task.objects.filter(
        assignee_id=member_id, about_type=about_type, about_id=about_id, done_at=None, follow_up__isnull=False
    ).order_by("pk")


def done_by(entry: Any) -> list[Task]:
    """The steps that writing this follow-up has ticked off; none for another kind of entry."""
    if not isinstance(entry, FollowUp):
        return []
    about = {"about_type": entry.about_type, "about_id": entry.about_id}
    done = Task.objects.filter(assignee_id=entry.author_id, done_at__gte=entry.created_at, **about)
    return list(done.exclude(follow_up=entry).order_by("pk"))


def attachments_on(name: str, pk: int) -> list[Attachment]:
    """The attachments of one record that the reader is known to see, oldest first: no right is asked again. Contracts
    are not among them, see `contracts_on`.
    """
    return list(Attachment.objects.filter(about_type=name, about_id=pk, kind="").order_by("pk"))


def contracts_on(actor: Actor, name: str, pk: int) -> list[Attachment]:
    """The contracts on a record that the actor is known to see, the latest first; none for who may not see them."""
    if not actor.may("attachment.view") or not actor.may(SEE_CONTRACTS):
        return []
    found = Attachment.objects.filter(about_type=name, about_id=pk, kind=AttachmentKind.CONTRACT)
    return list(found.order_by("-pk"))


def coaching_of(actor: Actor, name: str, ids: Sequence[int]) -> dict[int, list[Coaching]]:
    """The visible coaching on some records of one type, by id, oldest first. One query."""
    query = Coaching.objects.filter(visible_coaching(actor), about_type=name, about_id__in=ids)
    found: dict[int, list[Coaching]] = {}
    for row in query.select_related("author").order_by("pk"):
        found.setdefault(row.about_id, []).append(row)
    return found


_REPORTED = ("name", "subject_type", "subject_id", "subject_label", "changes", "occurred_at", "recorded_at")


@dataclass
class DayReport:
    """What one member did on one day: every event, oldest first, and how often each kind of deed.

    `talks` counts the follow-ups by kind ("call", "visit" …), `deeds` all events by name, `late` those entered more
    than a day after they happened (补录).
    """

    day: date
    events: list[Event] = field(default_factory=list)
    talks: Counter[str] = field(default_factory=Counter)
    deeds: Counter[str] = field(default_factory=Counter)
    late: int = 0


def day_report(member_id: int, day: date, *, viewer: Actor) -> DayReport:
    """The day of a member as written by what they did, as far as `viewer` may see it.

    By when it happened, in the company's zone; at most 300 events. One query, and one more for somebody else's day.
    """
    start = clock.midnight(day)
    found = Event.objects.filter(
        actor_id=member_id,
        actor_kind__in=("member", "token"),
        occurred_at__gte=start,
        occurred_at__lt=clock.midnight(day + timedelta(days=1)),
    ).order_by("occurred_at", "id")
    # One's own deeds are no secret to oneself, even where the record has been handed over since.
    own = viewer.member_id == member_id
    rows = found.only(*_REPORTED)[:MOST_OF_A_DAY] if own else event_visibility.visible_to(viewer, found[:MOST_OF_A_DAY])
    report = DayReport(day)
    for event in rows:
        report.events.append(event)
        report.deeds[event.name] += 1
        if event.name == "follow_up.create":
            report.talks[event.changes.get("kind", [None, "note"])[1]] += 1
        if event.recorded_at - event.occurred_at > timedelta(days=1):
            report.late += 1
    return report
