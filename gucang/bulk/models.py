"""Runs of bulk work: one verb on many records, how far it has come, and what became of each."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.kernel.models import CompanyModel, Record, Reference


class State(models.TextChoices):
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("stopped")
    FAILED = "failed", _("failed")
    TAKING_BACK = "taking_back", _("being taken back")
    TAKEN_BACK = "taken_back", _("taken back")


OVER = (State.DONE, State.CANCELLED, State.FAILED)


LONGEST = 4000  # characters of a list's address


class BulkRun(Record):
    """One verb on many records. `query` is the address of the list that was meant as a whole; empty for picked rows.

    `came_from` is the address of the list on which it was begun, whatever was meant of it: people go back there.
    The values that it was called with stand in `RunProgress`, not here: this row and its events are read by people who
    may not see every field.
    """

    number = models.CharField(_("number"), max_length=40, editable=False)
    record_type = models.CharField(_("what"), max_length=40, editable=False)
    verb = models.CharField(_("action"), max_length=40, editable=False)
    query = models.CharField(_("filter"), max_length=LONGEST, blank=True, editable=False)
    came_from = models.CharField(_("list it was begun on"), max_length=LONGEST, blank=True, editable=False)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.RUNNING, editable=False)
    reason = models.CharField(_("why it ended"), max_length=300, blank=True, editable=False)
    rows = models.PositiveIntegerField(_("records"), default=0, editable=False)
    done = models.PositiveIntegerField(_("changed"), default=0, editable=False)
    waiting = models.PositiveIntegerField(pgettext_lazy("bulk", "waiting for approval"), default=0, editable=False)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0, editable=False)
    refused = models.PositiveIntegerField(_("not done"), default=0, editable=False)
    undone = models.PositiveIntegerField(_("taken back"), default=0, editable=False)
    left = models.PositiveIntegerField(_("left as they are"), default=0, editable=False)
    owner = Reference("accounts.Member", verbose_name=_("by"), null=True, editable=False, related_name="+")
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True, editable=False)

    class Meta(Record.Meta):
        verbose_name = _("bulk run")
        verbose_name_plural = _("bulk runs")
        constraints = [models.UniqueConstraint(fields=["company", "number"], name="one_bulk_number")]
        indexes = [models.Index(fields=["company", "owner", "-id"], name="bulk_by_owner")]

    def __str__(self) -> str:
        return self.number

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it by itself."""
        return self.state not in (State.RUNNING, State.TAKING_BACK)


FORWARD = ("rows", "done", "waiting", "unchanged", "refused")
COUNTS = (*FORWARD, "undone", "left")


class RunProgress(CompanyModel):
    """What a run was told to do, which chunk is next, and the counts so far.

    Written in the transaction of each chunk, so a killed job goes on exactly where its last chunk ended. The run itself
    gets the counts when it ends.
    """

    derived = True

    run = Reference(BulkRun, models.CASCADE, related_name="progress")
    values = models.JSONField(default=dict)
    place = models.PositiveIntegerField(default=0)
    rows = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    undone = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "run"], name="one_run_progress")]


class RunChunk(CompanyModel):
    """Some of the records that a run is about, fixed when it began; and the events that it left on them."""

    derived = True

    run = Reference(BulkRun, models.CASCADE, related_name="chunks")
    place = models.PositiveIntegerField()
    ids = ArrayField(models.BigIntegerField())
    events = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "run", "place"], name="one_run_chunk")]


class Kind(models.TextChoices):
    REFUSED = "refused", _("not done")
    WAITING = "waiting", pgettext_lazy("bulk", "waiting for approval")
    LEFT = "left", _("left as it is")


class RunLine(CompanyModel):
    """Why one record was not changed, or not set back. The sentence names no record, so that equal ones stand together
    and nobody reads in it what they may not see. `waits_at` is the address, below the company's, of what it waits for.
    """

    derived = True

    run = Reference(BulkRun, models.CASCADE, related_name="lines")
    kind = models.CharField(max_length=8, choices=Kind)
    object_id = models.BigIntegerField()
    sentence = models.CharField(max_length=500)
    waits_at = models.CharField(max_length=80, blank=True)

    class Meta:
        base_manager_name = "objects"
        indexes = [models.Index(fields=["company", "run", "kind", "id"], name="run_lines")]


def label_of(run: BulkRun) -> str:
    """What a run did to what, in words: "Assign · Customers"."""
    from gucang.kernel import records

    try:
        record_type = records.get(run.record_type)
    except LookupError:
        return f"{run.verb} · {run.record_type}"
    action = record_type.verbs.get(run.verb)
    return f"{action.label if action is not None else run.verb} · {record_type.label_plural}"
