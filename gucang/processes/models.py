"""Event logs from elsewhere, whole, and the models that they are compared with."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.kernel.models import CompanyModel, Record, Reference, list_index
from gucang.processes.mining.logs import LIFECYCLE, NAME, Classifier


class ProcessModel(Record):
    """What a process allows, as a process tree or as a Petri net (PNML). Which one, its first sign tells."""

    name = models.CharField(_("name"), max_length=100)
    definition = models.TextField(
        _("definition"),
        help_text=_("A process tree such as ->( 'A', X( 'B', tau ) ), or a Petri net in PNML."),
    )

    class Meta(Record.Meta):
        verbose_name = _("process model")
        verbose_name_plural = _("process models")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "name"],
                condition=Q(deleted_at=None),
                name="one_process_model_name",
                violation_error_message=_("There is already a process model with this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class State(models.TextChoices):
    READING = "reading", pgettext_lazy("outside log", "being read")
    READY = "ready", pgettext_lazy("outside log", "ready")
    FAILED = "failed", pgettext_lazy("outside log", "not read")


class ActivityName(models.TextChoices):
    """What makes the name of an activity."""

    PLAIN = "plain", _("the event's name")
    LIFECYCLE = "lifecycle", _("name and life cycle, such as “Accepted+In Progress”")
    COMPLETE = "complete", _("the name, of completed events only")


CLASSIFIERS = {
    ActivityName.PLAIN: Classifier(),
    ActivityName.LIFECYCLE: Classifier(keys=(NAME, LIFECYCLE)),
    ActivityName.COMPLETE: Classifier(only=((LIFECYCLE, "complete"),)),
}


class OutsideLog(Record):
    """A log of another program under a name. Of an object-centric one, `case_type` says which objects are the cases.

    `cost`, `worst` and `fitting` (cases that fit perfectly) are from the last comparison with `process_model`; `judged`
    says which text of the model that was.
    """

    name = models.CharField(_("name"), max_length=100)
    file_name = models.CharField(_("file"), max_length=120, editable=False)
    file = models.CharField(max_length=32, blank=True, editable=False)
    activity = models.CharField(
        _("activity is"), max_length=10, choices=ActivityName, default=ActivityName.PLAIN, editable=False
    )
    case_type = models.CharField(_("cases are"), max_length=100, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.READING, editable=False)
    reason = models.CharField(_("why not"), max_length=500, blank=True, editable=False)
    cases = models.PositiveIntegerField(_("cases"), default=0, editable=False)
    events = models.PositiveIntegerField(_("events"), default=0, editable=False)
    variants = models.PositiveIntegerField(_("variants"), default=0, editable=False)
    begins_at = models.DateTimeField(_("first event"), null=True, blank=True, editable=False)
    ends_at = models.DateTimeField(_("last event"), null=True, blank=True, editable=False)
    process_model = Reference(
        ProcessModel, verbose_name=_("process model"), null=True, blank=True, editable=False, related_name="+"
    )
    judged = models.CharField(max_length=64, blank=True, editable=False)
    shortest = models.PositiveIntegerField(default=0, editable=False)
    cost = models.BigIntegerField(_("deviations"), null=True, blank=True, editable=False)
    worst = models.BigIntegerField(null=True, blank=True, editable=False)
    fitting = models.PositiveIntegerField(_("cases without deviation"), null=True, blank=True, editable=False)
    owner = Reference("accounts.Member", verbose_name=_("by"), null=True, editable=False, related_name="+")

    class Meta(Record.Meta):
        verbose_name = _("outside log")
        verbose_name_plural = _("outside logs")
        constraints = [
            models.UniqueConstraint(
                fields=["company", "name"],
                condition=Q(deleted_at=None),
                name="one_outside_log_name",
                violation_error_message=_("There is already a log with this name."),
            )
        ]
        indexes = [list_index("outside_log_by_owner", "owner", "-id")]

    def __str__(self) -> str:
        return self.name

    @property
    def classifier(self) -> Classifier:
        """Which attributes make the name of an activity."""
        return CLASSIFIERS[ActivityName(self.activity)]

    @property
    def fitness(self) -> float | None:
        """Log fitness, from 0 to 1; None before a comparison."""
        if self.cost is None or self.worst is None:
            return None
        return 1 - self.cost / self.worst if self.worst else 1.0


class LogFile(CompanyModel):
    """What stood in a file before its cases, and how much of it has been written, in cases, while it is being read.

    `activities` are [[name, events, cases], …], the most frequent first; `handoffs` [hand-offs, revisits, aba]; `ways`
    [[before, after, times, half, most], …] as `ways.Way` has them, None where they were not counted yet.
    """

    derived = True

    log = Reference(OutsideLog, models.CASCADE, related_name="+")
    header = models.JSONField(default=dict)
    activities = models.JSONField(default=list)
    handoffs = models.JSONField(default=list)
    ways = models.JSONField(null=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "log"], name="one_log_file")]


class LogVariant(CompanyModel):
    """Cases whose activities are the same. `cost` and `steps` ([[move, label, event], …]) are from the comparison."""

    derived = True

    log = Reference(OutsideLog, models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    activities = models.JSONField(default=list)
    cases = models.PositiveIntegerField(default=0)
    cost = models.PositiveIntegerField(null=True)
    steps = models.JSONField(null=True)

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "log", "number"], name="one_log_variant")]
        indexes = [models.Index(F("company"), F("log"), F("cases").desc(), F("number"), name="log_variants_by_cases")]


class LogCase(CompanyModel):
    """One case of a log, with what stood on it. A loose one holds an event that had no case."""

    derived = True

    log = Reference(OutsideLog, models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=400)
    loose = models.BooleanField(default=False)
    variant = models.PositiveIntegerField()
    events = models.PositiveIntegerField()
    begins_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    handoffs = models.PositiveIntegerField(default=0)
    revisits = models.PositiveIntegerField(default=0)
    aba = models.PositiveIntegerField(default=0)
    attributes = models.JSONField(default=list)

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "log", "number"], name="one_log_case")]
        indexes = [models.Index(fields=["company", "log", "variant", "number"], name="log_cases_by_variant")]


class LogEvent(CompanyModel):
    """One event of a case, in the order of the file. `attributes` is all that stood there, as it was written."""

    derived = True

    log = Reference(OutsideLog, models.CASCADE, related_name="+")
    case = models.PositiveIntegerField()
    number = models.PositiveIntegerField()
    activity = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField(null=True)
    holder = models.CharField(max_length=200, blank=True)
    attributes = models.JSONField(default=list)

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "log", "case", "number"], name="one_log_event")]
        indexes = [models.Index(fields=["company", "log", "activity"], name="log_events_by_activity")]


class ExportState(models.TextChoices):
    WRITING = "writing", pgettext_lazy("log export", "being written")
    READY = "ready", pgettext_lazy("log export", "ready")
    FAILED = "failed", pgettext_lazy("log export", "not written")


class LogExport(Record):
    """An extract of the company's own event log that left it as a file: who, what, of which days, how much.

    `types` are names of record types, none for everything; `since` and `until` are days, both included. Of XES
    `objects_told` are the cases, of OCEL the records that it tells of.
    """

    number = models.CharField(_("number"), max_length=40, editable=False)
    form = models.CharField(_("format"), max_length=10, editable=False)
    types = models.JSONField(pgettext_lazy("log export", "what"), default=list, editable=False)
    since = models.DateField(pgettext_lazy("period", "from"), null=True, blank=True, editable=False)
    until = models.DateField(pgettext_lazy("period", "until"), null=True, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=8, choices=ExportState, default=ExportState.WRITING, editable=False)
    reason = models.CharField(_("why not"), max_length=500, blank=True, editable=False)
    events = models.PositiveIntegerField(_("events"), default=0, editable=False)
    objects_told = models.PositiveIntegerField(_("cases or records"), default=0, editable=False)
    file = models.CharField(max_length=32, blank=True, editable=False)
    owner = Reference("accounts.Member", verbose_name=_("by"), null=True, editable=False, related_name="+")
    ready_at = models.DateTimeField(_("ready"), null=True, blank=True, editable=False)

    owner_id: int | None

    class Meta(Record.Meta):
        verbose_name = _("log taken out")
        verbose_name_plural = _("logs taken out")
        constraints = [models.UniqueConstraint(fields=["company", "number"], name="one_log_export_number")]
        indexes = [list_index("log_export_by_owner", "owner", "-id")]

    def __str__(self) -> str:
        return self.number


class LogExportProgress(CompanyModel):
    """How far the writing of an extract has come, in events or, of XES, in cases."""

    derived = True

    log_export = Reference(LogExport, models.CASCADE, related_name="+")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "log_export"], name="one_log_export_progress")]
