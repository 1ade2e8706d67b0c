"""Deviations before the court, who is asked whether a better way hinders them, and lessons about harmful ones."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts.models import Member
from gucang.conformance.kinds import Kind
from gucang.court.kinds import Hinders, LessonState, Origin, State
from gucang.kernel.models import CompanyModel, Record, Reference, list_index
from gucang.sops.models import Process, ProcessVersion


class Deviation(Record):
    """A pattern before the court: deviations of one kind at one step of a process, in all versions with that step.

    `other` is the second step of a kind that has two. `title` says it in the company's language, for lists and the log.
    `draft` is the version that a better way has led to; `settled_at` is when it came into force. `until` is the last
    day on which it is tolerated.
    """

    number = models.CharField(_("number"), max_length=40, editable=False)
    title = models.CharField(_("what departs"), max_length=240, editable=False)
    process = Reference(Process, verbose_name=pgettext_lazy("SOP", "process"), editable=False, related_name="+")
    kind = models.CharField(_("kind of deviation"), max_length=12, choices=Kind, editable=False)
    step = models.CharField(pgettext_lazy("deviation court", "step"), max_length=60, editable=False)
    other = models.CharField(_("other step"), max_length=60, blank=True, editable=False)
    origin = models.CharField(_("how it came here"), max_length=8, choices=Origin, editable=False)
    why = models.TextField(_("why it is looked at"), editable=False)
    proposed_by = Reference(Member, verbose_name=_("brought by"), null=True, editable=False, related_name="+")
    state = models.CharField(
        pgettext_lazy("deviation court", "verdict"), max_length=9, choices=State, default=State.OPEN, editable=False
    )
    reason = models.TextField(_("reasons of the verdict"), blank=True, editable=False)
    judged_by = Reference(Member, verbose_name=_("judged by"), null=True, editable=False, related_name="+")
    judged_at = models.DateTimeField(pgettext_lazy("deviation court", "judged on"), null=True, editable=False)
    until = models.DateField(_("tolerated until"), null=True, editable=False)
    draft = Reference(ProcessVersion, verbose_name=_("next version"), null=True, editable=False, related_name="+")
    settled_at = models.DateTimeField(_("new version in force since"), null=True, editable=False)

    process_id: int
    draft_id: int | None
    proposed_by_id: int | None
    judged_by_id: int | None

    class Meta(Record.Meta):
        verbose_name = pgettext_lazy("deviation court", "deviation")
        verbose_name_plural = pgettext_lazy("deviation court", "deviations")
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="one_deviation_number"),
            models.UniqueConstraint(
                fields=["company", "process", "kind", "step", "other"],
                condition=~Q(state="better"),
                name="one_deviation_a_pattern",
                violation_error_message=_("This deviation is before the court already."),
            ),
            models.CheckConstraint(condition=Q(state="open") | ~Q(reason=""), name="verdict_with_reasons"),
            models.CheckConstraint(
                condition=~Q(state="tolerated") | Q(until__isnull=False), name="tolerated_until_a_day"
            ),
        ]
        indexes = [
            list_index("deviation_by_change", "-updated_at", "-id"),
            models.Index(fields=["company", "process", "-id"], name="deviation_by_process"),
            models.Index(fields=["company", "until"], condition=Q(state="tolerated"), name="deviation_tolerated"),
            models.Index(fields=["company", "draft"], condition=Q(draft__isnull=False), name="deviation_by_draft"),
        ]

    @property
    def verdict(self) -> str:
        """How it stands, in words."""
        return str(State(self.state).label)

    def __str__(self) -> str:
        # Written once in the company's language: the log keeps this name for readers of every language.
        return self.title


class Asked(CompanyModel):
    """That a member whose work comes after it was asked whether a draft hinders them, and what they said."""

    deviation = Reference(Deviation, models.CASCADE, related_name="asked")
    draft = Reference(ProcessVersion, models.CASCADE, related_name="+")
    member = Reference(Member, models.CASCADE, related_name="+")
    hinders = models.CharField(max_length=3, choices=Hinders, blank=True)
    why = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)

    member_id: int

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "draft", "member"], name="asked_once_a_draft")]
        indexes = [
            models.Index(fields=["company", "deviation", "id"], name="asked_of_deviation"),
            models.Index(fields=["company", "member"], condition=Q(answered_at=None), name="asked_and_silent"),
        ]


class Lesson(Record):
    """What a harmful deviation teaches: a text and a question, for everybody whose role it concerns."""

    number = models.CharField(_("number"), max_length=40, editable=False)
    deviation = Reference(
        Deviation, verbose_name=pgettext_lazy("deviation court", "deviation"), editable=False, related_name="lessons"
    )
    title = models.CharField(pgettext_lazy("lesson", "title"), max_length=240, editable=False)
    text = models.TextField(_("what to know"), editable=False)
    exercise = models.CharField(pgettext_lazy("lesson", "question"), max_length=300, blank=True, editable=False)
    state = models.CharField(
        pgettext_lazy("lesson", "state"), max_length=9, choices=LessonState, default=LessonState.GIVEN, editable=False
    )
    readers = models.PositiveIntegerField(_("for so many"), default=0, editable=False)
    read_by = models.PositiveIntegerField(pgettext_lazy("lesson", "read by"), default=0, editable=False)

    deviation_id: int

    class Meta(Record.Meta):
        verbose_name = pgettext_lazy("deviation court", "lesson")
        verbose_name_plural = pgettext_lazy("deviation court", "lessons")
        constraints = [models.UniqueConstraint(fields=["company", "number"], name="one_lesson_number")]
        indexes = [
            list_index("lesson_by_change", "-updated_at", "-id"),
            models.Index(fields=["company", "deviation"], name="lesson_of_deviation"),
        ]

    def __str__(self) -> str:
        return self.title


class LessonReader(CompanyModel):
    """That a lesson is for a member, and what they answered once they had read it."""

    lesson = Reference(Lesson, models.CASCADE, related_name="for_whom")
    member = Reference(Member, models.CASCADE, related_name="+")
    answer = models.TextField(blank=True)
    confirmed_at = models.DateTimeField(null=True)

    member_id: int

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "lesson", "member"], name="one_lesson_reader")]
        indexes = [
            models.Index(fields=["company", "member"], condition=Q(confirmed_at=None), name="lessons_to_read"),
        ]
