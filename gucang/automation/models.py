"""An automation, and what is kept of its work: its runs, its webhooks' deliveries, the secret it signs them with."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts.models import Member
from gucang.activity import subjects
from gucang.kernel.models import CompanyModel, Record, Reference

# Tasks and follow-ups are about other records, and things happen to them as well.
ALSO = ("task", "follow_up")


def choices() -> list[tuple[str, Any]]:
    """The record types that automations are about."""
    return subjects.choices(ALSO)


class Trigger(models.TextChoices):
    CREATED = "created", _("one is added")
    DONE = "done", _("something is done with it")
    CHANGED = "changed", _("a field changes")
    DATE = "date", _("a date comes")


class Automation(Record):
    """When this happens, if that holds, then these steps, with the rights of its owner.

    `verb` is what was done (DONE), `field` what changed (CHANGED, from `old` to `new`, "" for any) or the date (DATE,
    `days` after it at `at_time`, company time). `conditions` are lines of list parameters, such as
    "amount__gte=10000&owner=me", of which one must hold whole. `steps` is a JSON list, see `steps`.
    """

    setup = True

    name = models.CharField(pgettext_lazy("automation", "name"), max_length=80)
    owner = Reference(Member, models.PROTECT, verbose_name=_("acts as"), editable=False, related_name="+")
    record_type = models.CharField(_("about"), max_length=40, choices=choices)
    on_imports = models.BooleanField(_("also for records that an import brings in"), default=False)
    trigger = models.CharField(
        _("starts when"), max_length=10, choices=Trigger, default=Trigger.CREATED, editable=False
    )
    verb = models.CharField(_("what is done"), max_length=60, blank=True, editable=False)
    field = models.CharField(_("field"), max_length=60, blank=True, editable=False)
    old = models.CharField(_("from"), max_length=200, blank=True, editable=False)
    new = models.CharField(_("to"), max_length=200, blank=True, editable=False)
    days = models.SmallIntegerField(_("days after the date"), default=0, editable=False)
    at_time = models.CharField(_("time of day"), max_length=5, default="09:00", editable=False)
    conditions = models.TextField(_("conditions"), blank=True, editable=False)
    steps = models.TextField(_("steps"), default="[]", editable=False)
    active = models.BooleanField(_("on"), default=False, editable=False)
    on_since = models.DateTimeField(_("on since"), null=True, blank=True, editable=False)
    paused_because = models.CharField(_("why it was paused"), max_length=300, blank=True, editable=False)

    class Meta(Record.Meta):
        verbose_name = _("automation")
        verbose_name_plural = _("automations")
        indexes = [
            models.Index(fields=["company"], condition=models.Q(active=True, deleted_at=None), name="automation_active")
        ]

    def __str__(self) -> str:
        return self.name

    def step_list(self) -> list[dict[str, Any]]:
        """The steps as they are stored."""
        found: list[dict[str, Any]] = json.loads(self.steps)
        return found


class Outcome(models.TextChoices):
    DONE = "done", _("done")
    SKIPPED = "skipped", pgettext_lazy("automation", "no match")
    HELD = "held", _("held back")
    REFUSED = "refused", _("refused")
    FAILED = "failed", pgettext_lazy("automation", "failed")


class AutomationRun(CompanyModel):
    """One run: what caused it, what was done or why not. It retells the log and leaves no event itself.

    `key` says what happens once: an event's id, or a record with its date. `done` holds what the steps did and
    `why` the reason against it, each as an English msgid with its values.
    """

    derived = True

    automation = Reference(Automation, models.CASCADE, related_name="runs")
    key = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    event_id = models.BigIntegerField(null=True)
    object_type = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    outcome = models.CharField(max_length=8, choices=Outcome)
    done = models.JSONField(default=list)
    why = models.CharField(max_length=300, blank=True)
    params = models.JSONField(default=dict)
    depth = models.PositiveSmallIntegerField(default=1)
    at = models.DateTimeField()
    took_ms = models.PositiveIntegerField(default=0)

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "automation", "key"], name="run_once")]
        indexes = [
            models.Index(fields=["company", "automation", "-id"], name="runs_of"),
            models.Index(fields=["company", "automation", "outcome", "-at"], name="runs_by_outcome"),
            models.Index(fields=["company", "automation", "object_id", "-at"], name="runs_on_a_record"),
            models.Index(fields=["company", "at"], name="runs_by_age"),
        ]


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("on its way")
    DELIVERED = "delivered", _("delivered")
    GIVEN_UP = "given_up", _("given up")


class Delivery(CompanyModel):
    """One webhook on its way out: where to, how often tried, what came back. What was sent is not kept."""

    derived = True

    run = Reference(AutomationRun, models.CASCADE, related_name="deliveries")
    url = models.CharField(max_length=500)
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    took_ms = models.PositiveIntegerField(default=0)

    class Meta:
        base_manager_name = "objects"
        indexes = [models.Index(fields=["company", "run"], name="deliveries_of")]


class Secret(CompanyModel):
    """What an automation signs its webhooks with. A table of its own, so that no log, list or export ever holds it."""

    automation = Reference(Automation, models.CASCADE, related_name="secrets")
    value = models.CharField(max_length=80)
    created_at = models.DateTimeField()

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "automation"], name="one_secret")]
