"""Processes, what they said when, and who has confirmed having read it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts.models import Member
from gucang.kernel.models import CompanyModel, Record, Reference, list_index
from gucang.sops import definitions, vocabulary
from gucang.sops.definitions import Definition


class Process(Record):
    """One way of working, about records of one type: each of these is a case. What it says stands in its versions."""

    setup = True

    name = models.CharField(pgettext_lazy("process", "name"), max_length=80)
    code = models.CharField(
        pgettext_lazy("process", "code"), max_length=40,
        validators=[RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9-]*$", _("Letters, digits and hyphens, such as SOP-01."))],
        help_text=_("Short, as people quote it, such as SOP-01."),
    )  # fmt: skip
    case_type = models.CharField(pgettext_lazy("process", "about"), max_length=40, choices=vocabulary.case_types)
    purpose = models.CharField(
        pgettext_lazy("process", "what it is for"), max_length=300, blank=True,
        help_text=_("In a sentence, for who reads it the first time."),
    )  # fmt: skip

    # The other side of `ProcessVersion.process`.
    versions: Any

    class Meta(Record.Meta):
        verbose_name = pgettext_lazy("SOP", "process")
        verbose_name_plural = pgettext_lazy("SOP", "processes")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "code"],
                condition=Q(deleted_at=None),
                name="one_process_code",
                violation_error_message=_("There is already a process with this code."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class State(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("process version", "draft")
    IN_FORCE = "in_force", pgettext_lazy("process version", "in force")
    SUPERSEDED = "superseded", pgettext_lazy("process version", "superseded")


class ProcessVersion(Record):
    """What a process says from a moment on. A draft is worked on; once in force its words never change.

    A case is judged by the version that was in force when it began: `in_force_from` ≤ begin < `in_force_until`.
    `name` and `case_type` are those of the process, kept here so that a list and a constraint know them.
    """

    setup = True

    process = Reference(Process, verbose_name=pgettext_lazy("SOP", "process"), editable=False, related_name="versions")
    number = models.PositiveIntegerField(pgettext_lazy("process version", "version"), editable=False)
    name = models.CharField(pgettext_lazy("process", "name"), max_length=80, editable=False)
    case_type = models.CharField(
        pgettext_lazy("process", "about"), max_length=40, choices=vocabulary.case_types, editable=False
    )
    definition = models.JSONField(default=dict, editable=False)
    reason = models.CharField(_("what is different and why"), max_length=300, blank=True, editable=False)
    author = Reference(Member, verbose_name=_("author"), null=True, editable=False, related_name="+")
    state = models.CharField(
        pgettext_lazy("process version", "state"), max_length=10, choices=State, default=State.DRAFT, editable=False
    )
    in_force_from = models.DateTimeField(_("in force from"), null=True, editable=False)
    in_force_until = models.DateTimeField(_("in force until"), null=True, editable=False)

    process_id: int
    author_id: int | None

    class Meta(Record.Meta):
        verbose_name = _("process version")
        verbose_name_plural = _("process versions")
        constraints = [
            models.UniqueConstraint(fields=["company", "process", "number"], name="one_process_version_number"),
            models.UniqueConstraint(
                fields=["company", "case_type"],
                condition=Q(state="in_force"),
                name="one_process_in_force",
                violation_error_message=_("Another process about the same is in force. Retire it first."),
            ),
            models.CheckConstraint(
                condition=Q(state="draft", in_force_from=None)
                | Q(state="in_force", in_force_from__isnull=False, in_force_until=None)
                | Q(state="superseded", in_force_from__isnull=False, in_force_until__isnull=False),
                name="process_version_times",
            ),
        ]
        indexes = [list_index("process_version_by_number", "process", "-number")]

    def __str__(self) -> str:
        # No translated word: the log keeps this name for readers of every language.
        return f"{self.name} v{self.number}"

    def read(self) -> Definition:
        """The words of it, parsed once."""
        if not hasattr(self, "_words") or self._words[0] is not self.definition:
            self._words: tuple[Any, Definition] = (self.definition, definitions.read(self.definition))
        return self._words[1]

    def held_at(self, moment: datetime) -> bool:
        """Whether it was in force then."""
        if self.in_force_from is None or moment < self.in_force_from:
            return False
        return self.in_force_until is None or moment < self.in_force_until


class Reading(CompanyModel):
    """That a member has confirmed having read a version."""

    version = Reference(ProcessVersion, models.CASCADE, related_name="readings")
    member = Reference(Member, models.CASCADE, related_name="+")
    read_at = models.DateTimeField()

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "version", "member"], name="one_reading")]
        indexes = [models.Index(fields=["company", "member", "version"], name="readings_of_a_member")]
