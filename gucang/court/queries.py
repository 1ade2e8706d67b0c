"""Reads that are used in two places or more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, QuerySet, Value

from gucang.court.kinds import LessonState, State
from gucang.court.models import Asked, LessonReader
from gucang.kernel.scope import remembered

ASKED, LESSON = "asked", "lesson"


@dataclass(frozen=True)
class Waiting:
    """What waits for a member: the deviation `pk` for an answer (ASKED), or the lesson `pk` to be read (LESSON)."""

    what: str
    pk: int
    title: str
    since: datetime
    who: str


def waiting_for(member_id: int) -> list[Waiting]:
    """Everything of the court that waits for a member. One query, asked once in a request."""
    found: list[Waiting] = remembered(f"the court waits for {member_id}", lambda: _read(member_id))
    return found


def asked_of(member_id: int) -> QuerySet[Asked]:
    """The questions that a member has not answered, about drafts that are still written."""
    return Asked.objects.filter(
        member=member_id, answered_at=None, deviation__state=State.BETTER, deviation__settled_at=None,
        draft=F("deviation__draft"),
    )  # fmt: skip


def _read(member_id: int) -> list[Waiting]:
    asked = asked_of(member_id).values_list(
        Value(ASKED), "deviation_id", "deviation__title", "deviation__judged_at", "deviation__proposed_by__name"
    )  # fmt: skip
    lessons = LessonReader.objects.filter(
        member=member_id, confirmed_at=None, lesson__state=LessonState.GIVEN
    ).values_list(Value(LESSON), "lesson_id", "lesson__title", "lesson__created_at", Value(""))  # fmt: skip
    rows = asked.order_by().union(lessons.order_by(), all=True)
    found = [Waiting(what, pk, title, since, who or "") for what, pk, title, since, who in rows]
    return sorted(found, key=lambda one: (one.since, one.pk))
