"""What people do and plan about a record: follow-ups, tasks, coaching, attachments."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts.models import Member
from gucang.activity import subjects
from gucang.kernel import clock
from gucang.kernel.models import AboutRecord, Record, Reference, list_index

# Clocks of phones run a little fast.
TOLERANCE = timedelta(minutes=5)


def about_index(name: str) -> models.Index:
    """The index behind "everything about this record", newest first."""
    return models.Index(fields=["company", "about_type", "about_id", "-id"], name=name)


class FollowUpKind(models.TextChoices):
    CALL = "call", pgettext_lazy("follow-up", "call")
    VISIT = "visit", pgettext_lazy("follow-up", "visit")
    MESSAGE = "message", pgettext_lazy("follow-up", "message")
    EMAIL = "email", pgettext_lazy("follow-up", "e-mail")
    NOTE = "note", pgettext_lazy("follow-up", "note")


class FollowUpOutcome(models.TextChoices):
    REACHED = "reached", _("reached")
    NO_ANSWER = "no_answer", _("no answer")
    VOICEMAIL = "voicemail", _("left a voice message")
    DECLINED = "declined", _("declined")


class FollowUp(AboutRecord):
    """A call, visit, message, e-mail or note, and the next step with its date."""

    about_type = models.CharField(_("about"), max_length=40, choices=subjects.choices)
    about_id = models.BigIntegerField(_("record"))
    kind = models.CharField(_("kind"), max_length=10, choices=FollowUpKind, default=FollowUpKind.NOTE)
    text = models.TextField(pgettext_lazy("follow-up", "text"))
    happened_at = models.DateTimeField(_("when it was"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=FollowUpOutcome, blank=True)
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_on = models.DateField(_("next date"), null=True, blank=True)
    author = Reference(Member, verbose_name=_("written by"), null=True, editable=False, related_name="follow_ups")

    class Meta(Record.Meta):
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        indexes = [
            about_index("follow_up_about"),
            models.Index(
                fields=["company", "author", "-happened_at"],
                condition=models.Q(deleted_at__isnull=True),
                name="follow_up_by_author",
            ),
            list_index("follow_up_by_day", "happened_at"),
        ]

    def __str__(self) -> str:
        # No translated word: the log keeps this name for readers of every language.
        return Truncator(" ".join(self.text.split())).chars(60) or self.next_step

    def clean(self) -> None:
        if self.happened_at is not None and self.happened_at > clock.now() + TOLERANCE:
            sentence = _("This lies in the future. Write down what has happened, and plan the rest as a task.")
            raise ValidationError({"happened_at": sentence})


class Task(AboutRecord):
    """Something to do, by whom and until when; about a record, or about nothing but itself."""

    about_type = models.CharField(_("about"), max_length=40, choices=subjects.choices, blank=True)
    about_id = models.BigIntegerField(_("record"), null=True, blank=True)  # type: ignore[assignment]  # of no record
    title = models.CharField(_("task"), max_length=200)
    note = models.TextField(_("note"), blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    assignee = Reference(Member, verbose_name=_("assignee"), null=True, blank=True, related_name="tasks")
    created_by = Reference(Member, verbose_name=_("given by"), null=True, editable=False, related_name="+")
    # The follow-up whose next step this is.
    follow_up = Reference(
        FollowUp, models.SET_NULL, verbose_name=_("follow-up"), null=True, editable=False, related_name="tasks"
    )
    done_at = models.DateTimeField(_("done"), null=True, blank=True, editable=False)
    escalated_at = models.DateTimeField(_("manager told"), null=True, blank=True, editable=False)

    class Meta(Record.Meta):
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes = [
            about_index("task_about"),
            models.Index(
                fields=["company", "assignee", "due_on"],
                condition=models.Q(done_at=None, deleted_at=None),
                name="task_open_of",
            ),
            models.Index(
                fields=["company", "due_on"], condition=models.Q(done_at=None, deleted_at=None), name="task_open"
            ),
            # The calendar shows what was done as well.
            list_index("task_by_day", "due_on"),
            list_index("task_of_by_day", "assignee", "due_on"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_about(self) -> Any:
        return super().get_about() if self.about_type else None


class Coaching(AboutRecord):
    """A manager's advice on a record or on an entry about it. Whoever sees the record sees it."""

    about_type = models.CharField(_("about"), max_length=40, choices=subjects.choices_to_coach)
    about_id = models.BigIntegerField(_("record"))
    text = models.TextField(_("advice"))
    to = Reference(Member, verbose_name=_("advice for"), null=True, blank=True, related_name="+")
    author = Reference(Member, verbose_name=_("written by"), null=True, editable=False, related_name="coachings")

    class Meta(Record.Meta):
        verbose_name = _("coaching")
        verbose_name_plural = _("coaching")
        indexes = [about_index("coaching_about")]

    def __str__(self) -> str:
        return Truncator(" ".join(self.text.split())).chars(60)


class AttachmentKind(models.TextChoices):
    """What a file is, where that decides who may see it."""

    CONTRACT = "contract", pgettext_lazy("file", "contract")


class Attachment(AboutRecord):
    """A file. `file` is its random name in the company's folder; `kind` is what it is to us, everything else was read
    off the file itself.
    """

    # A contract is for fewer than what it hangs on.
    seen_with_it = False

    about_type = models.CharField(_("about"), max_length=40, choices=subjects.choices_to_attach)
    about_id = models.BigIntegerField(_("record"))
    name = models.CharField(_("file name"), max_length=120)
    file = models.CharField(max_length=32, editable=False)
    content_type = models.CharField(_("file type"), max_length=80, editable=False)
    size = models.BigIntegerField(_("file size"), editable=False)
    kind = models.CharField(
        pgettext_lazy("file", "kind"), max_length=10, choices=AttachmentKind, blank=True, editable=False
    )
    sha256 = models.CharField(max_length=64, editable=False)
    width = models.PositiveIntegerField(null=True, editable=False)
    height = models.PositiveIntegerField(null=True, editable=False)
    author = Reference(Member, verbose_name=_("added by"), null=True, editable=False, related_name="+")

    class Meta(Record.Meta):
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        indexes = [about_index("attachment_about")]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "file"],
                name="one_attachment_a_file",
                violation_error_message=_("This file is attached already. Upload it once more."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_picture(self) -> bool:
        return self.width is not None
