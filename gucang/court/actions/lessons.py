"""Lessons after a harmful deviation: given and withdrawn by the court, confirmed by whoever has read them."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.court import rules
from gucang.court.kinds import LessonState
from gucang.court.models import Deviation, Lesson, LessonReader
from gucang.kernel import clock
from gucang.kernel.actions import action
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid, Refused
from gucang.kernel.fields import Text
from gucang.kernel.permissions import is_the_system

_ENGINE: dict[str, Any] = {"allow": is_the_system, "internal": True}
Words = Annotated[str, Text(long=True, max_length=4000)]


@action("lesson.give", label=pgettext_lazy("lesson", "Given"), creates=True, icon="book", **_ENGINE)
def give(lesson: Lesson, *, deviation: int, text: Words, readers: int, exercise: str = "") -> None:
    """Give a lesson to so many members, as part of a verdict, which says who they are."""
    about = Deviation.objects.get(pk=deviation)
    lesson.deviation, lesson.title, lesson.readers = about, about.title, readers
    lesson.text, lesson.exercise = text.strip(), exercise.strip()


@action(
    "lesson.confirm", label=_("I have read it"), allow=rules.is_a_reader, guard=rules.why_not_given, icon="check",
    tone="primary", labels={"answer": pgettext_lazy("lesson", "Answer to the question")},
)  # fmt: skip
def confirm(lesson: Lesson, *, actor: Actor, answer: Annotated[str, Text(long=True, max_length=2000)] = "") -> None:
    """Say that one has read it, and answer its question. The answer is kept for who audits."""
    row = LessonReader.objects.select_for_update().get(lesson=lesson, member=actor.member_id)
    if row.confirmed_at is not None:
        raise Refused(_t("You have confirmed that already."))
    if lesson.exercise and not answer.strip():
        raise Invalid({"answer": [_t("Answer the question in your own words.")]})
    row.answer, row.confirmed_at = answer.strip(), clock.now()
    row.save()
    lesson.read_by += 1


@action(
    "lesson.withdraw", label=pgettext_lazy("lesson", "Withdrawn"), guard=rules.why_not_given, icon="arrow-back-up",
    **_ENGINE,
)  # fmt: skip
def withdraw(lesson: Lesson) -> None:
    """The verdict behind it was taken back."""
    lesson.state = LessonState.WITHDRAWN


ENGINE = (give, withdraw)
