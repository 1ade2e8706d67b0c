"""Policies with their versions, requests with those who are asked, and who decides in whose place."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts.models import Member
from gucang.approvals import flow
from gucang.approvals.deeds import deeds, types
from gucang.approvals.definition import Definition, Mode, of
from gucang.kernel.models import AboutRecord, CompanyModel, Record, Reference


class ApprovalPolicy(Record):
    """Which deed needs whose agreement. Of several that are in force and meant, the first by `rank` decides."""

    setup = True

    name = models.CharField(pgettext_lazy("approval policy", "name"), max_length=80)
    record_type = models.CharField(_("about"), max_length=40, choices=types)
    action = models.CharField(_("what needs approval"), max_length=80, choices=deeds)
    rank = models.PositiveSmallIntegerField(_("rank"), default=10, help_text=_("The lowest that fits decides."))
    active = models.BooleanField(_("in force"), default=False, editable=False)

    class Meta(Record.Meta):
        verbose_name = _("approval policy")
        verbose_name_plural = _("approval policies")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a deed of something else."""
        if self.action.partition(".")[0] != self.record_type:
            raise ValidationError({"action": _("This is done to something else. Choose what fits “about”.")})


class PolicyVersion(CompanyModel):
    """What a policy said from a moment on; never changed, because requests finish by the words they began with."""

    setup = True

    policy = Reference(ApprovalPolicy, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    made_at = models.DateTimeField()
    made_by = Reference(Member, null=True, related_name="+")

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "policy", "number"], name="one_policy_version")]

    def read(self) -> Definition:
        """The words of it."""
        return of(self.definition)


class State(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("approval", "waiting")
    RETURNED = "returned", pgettext_lazy("approval", "sent back")
    CARRIED_OUT = "carried_out", pgettext_lazy("approval", "agreed and done")
    FAILED = "failed", pgettext_lazy("approval", "agreed, but not possible any more")
    REFUSED = "refused", pgettext_lazy("approval", "refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("approval", "withdrawn")


UNDECIDED = (State.WAITING, State.RETURNED)


class ApprovalRequest(AboutRecord):
    """A deed that waits for others to agree. `about_id` is 0 while what it would make is not there yet; `party_id`
    is the customer whom it concerns, see `briefing`.

    `params` is what the action is called with, `also` the fields that it fills beyond the form, `changes` what it would
    change, `seen` the version that it counts on. `standing` maps steps to the visits by which they stand, see `flow`.
    """

    # What approvers write is for who may read the request, not for everybody who sees the record.
    seen_with_it = False

    number = models.CharField(_("number"), max_length=40, editable=False)
    policy_version = Reference(PolicyVersion, models.PROTECT, related_name="requests", editable=False)
    policy_name = models.CharField(_("policy"), max_length=80, editable=False)
    about_type = models.CharField(_("about"), max_length=40, choices=types, editable=False)
    party_id = models.BigIntegerField(null=True, editable=False)
    action = models.CharField(_("what is asked for"), max_length=80, choices=deeds, editable=False)
    subject = models.CharField(_("of what"), max_length=200, editable=False)
    params = models.JSONField(default=dict, editable=False)
    also = models.JSONField(default=list, editable=False)
    changes = models.JSONField(default=dict, editable=False)
    seen = models.PositiveIntegerField(null=True, editable=False)
    submitter = Reference(Member, verbose_name=_("asked by"), editable=False, related_name="+")
    state = models.CharField(
        pgettext_lazy("approval", "state"), max_length=12, choices=State, default=State.WAITING, editable=False
    )
    reason = models.CharField(_("why"), max_length=500, blank=True, editable=False)
    step = models.PositiveSmallIntegerField(default=0, editable=False)
    visit = models.PositiveSmallIntegerField(default=0, editable=False)
    standing = models.JSONField(default=dict, editable=False)
    locked = models.BooleanField(_("holds the record"), default=True, editable=False)
    since = models.DateTimeField(pgettext_lazy("approval", "since"), editable=False)
    due_at = models.DateTimeField(pgettext_lazy("approval", "until"), null=True, blank=True, editable=False)
    # When the clock does something next: at the end of the time, then for each reminder after it.
    acts_at = models.DateTimeField(null=True, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)
    urged_at = models.DateTimeField(null=True, editable=False)

    # What is asked for may hold fields that not everybody sees; the log would show them. See `wording`.
    derived_fields: ClassVar[tuple[str, ...]] = (
        "params", "also", "changes", "seen", "visit", "standing", "since", "due_at", "acts_at", "urged_at", "reason",
        "party_id",
    )  # fmt: skip

    class Meta(Record.Meta):
        verbose_name = _("approval request")
        verbose_name_plural = _("approvals")
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="one_approval_number"),
            models.UniqueConstraint(
                fields=["company", "about_type", "about_id"],
                condition=Q(state="waiting", about_id__gt=0, deleted_at=None),
                name="one_waiting_request",
                violation_error_message=_("Something else about this waits for approval already."),
            ),
        ]
        indexes = [
            models.Index(fields=["company", "about_type", "about_id", "-id"], name="approvals_about"),
            models.Index(fields=["company", "submitter", "-id"], name="approvals_asked_by"),
            models.Index(fields=["company", "party_id", "-id"], condition=Q(party_id__gt=0), name="approvals_party"),
            models.Index(fields=["company", "due_at"], condition=Q(state="waiting"), name="approvals_due"),
            models.Index(fields=["company", "acts_at"], condition=Q(state="waiting"), name="approvals_clock"),
        ]

    def __str__(self) -> str:
        # No translated word: the log keeps this name for readers of every language.
        return self.subject or self.number

    def get_about(self) -> Any:
        return super().get_about() if self.about_id else None


class ApprovalTask(CompanyModel):
    """One whose agreement is wanted, as `flow.Task` says it; `open` while they can decide now."""

    request = Reference(ApprovalRequest, models.CASCADE, related_name="tasks")
    number = models.PositiveSmallIntegerField()
    visit = models.PositiveSmallIntegerField()
    step = models.PositiveSmallIntegerField()
    member = Reference(Member, null=True, related_name="+")
    place = models.PositiveSmallIntegerField(default=0)
    mode = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Mode])
    origin = models.CharField(max_length=12, choices=[(one.value, one.value) for one in flow.Origin])
    side = models.CharField(max_length=6, default="main")
    parent = models.PositiveSmallIntegerField(null=True)
    batch = models.PositiveSmallIntegerField(default=0)
    personal = models.BooleanField(default=True)
    decision = models.CharField(max_length=12, blank=True)
    by = Reference(Member, null=True, related_name="+")
    why = models.CharField(max_length=12, blank=True)
    comment = models.TextField(blank=True)
    open = models.BooleanField(default=False)
    opened_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "request", "number"], name="one_approval_task")]
        indexes = [
            models.Index(fields=["company", "member", "-request"], condition=Q(open=True), name="approvals_waiting"),
            models.Index(fields=["company", "member", "request"], name="approvals_asked"),
            models.Index(fields=["company", "by", "request"], name="approvals_decided_by"),
        ]


class ApprovalCopy(CompanyModel):
    """Somebody who is told of the result and may read it."""

    request = Reference(ApprovalRequest, models.CASCADE, related_name="copies")
    member = Reference(Member, models.CASCADE, related_name="+")

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "member", "request"], name="one_approval_copy")]


class Delegation(Record):
    """Who decides in whose place, from day to day; about one policy or all."""

    setup = True

    owner = Reference(Member, verbose_name=_("in the place of"), editable=False, related_name="+")
    deputy = Reference(Member, verbose_name=_("deputy"), related_name="+")
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    policy = Reference(
        ApprovalPolicy, models.CASCADE, verbose_name=_("only for"), null=True, blank=True, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=120, blank=True)
    stopped_at = models.DateTimeField(_("stopped"), null=True, blank=True, editable=False)

    class Meta(Record.Meta):
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        indexes = [
            models.Index(fields=["company", "deputy", "ends_on"], condition=Q(stopped_at=None), name="delegations_to"),
            models.Index(fields=["company", "owner", "ends_on"], condition=Q(stopped_at=None), name="delegations_from"),
        ]

    def __str__(self) -> str:
        # No names: each would be a query for every row of a list.
        return f"{self.starts_on:%Y-%m-%d} – {self.ends_on:%Y-%m-%d}"

    def clean(self) -> None:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("The last day lies before the first.")})
