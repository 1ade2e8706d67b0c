"""Rules, what they found, what was agreed about it, and how a company wants to be audited."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts.models import Department, Member
from gucang.audits import declared
from gucang.audits.kinds import LIVE, PRIVATE, Cause, CorrectionState, Every, Kind, Lapse, Severity, State
from gucang.kernel import records
from gucang.kernel.models import AboutRecord, CompanyModel, MoneyField, Record, Reference, list_index


def types() -> list[tuple[str, Any]]:
    """What a rule can be about: every type of which there are many."""
    return [(one.name, one.label) for one in records.every() if not one.only]


class AuditRule(Record):
    """One rule as it holds in this company: one of the program's, by its `key`, or one that somebody has made.

    `figures` are the parameters of a declared rule that the company has set otherwise. Of its own rule, `conditions` is
    what stands behind the ? of a list, judged with the rights of the `owner`.
    """

    setup = True

    key = models.CharField(max_length=80, blank=True, editable=False)
    name = models.CharField(pgettext_lazy("audit rule", "name"), max_length=80)
    says = models.CharField(
        pgettext_lazy("audit rule", "sentence"), max_length=300,
        help_text=_("What the person reads. Fields of the record may stand in it: {number}."),
    )  # fmt: skip
    kind = models.CharField(
        pgettext_lazy("audit rule", "kind"), max_length=16, choices=Kind, default=Kind.OWN, editable=False
    )
    record_type = models.CharField(_("about"), max_length=40, choices=types)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity, default=Severity.WARNING)
    every = models.CharField(pgettext_lazy("audit rule", "looked for"), max_length=4, choices=Every, default=Every.DAY)
    responsible = models.CharField(
        _("responsible"), max_length=60, blank=True,
        help_text=_("The field of the record that names who is responsible; empty is its owner."),
    )  # fmt: skip
    conditions = models.CharField(
        _("condition"), max_length=2000, blank=True,
        help_text=_("What stands behind the ? of a narrowed list, whose menu makes a rule of it, too."),
    )  # fmt: skip
    figures = models.JSONField(_("figures"), default=dict, editable=False)
    active = models.BooleanField(pgettext_lazy("audit rule", "on"), default=True, editable=False)
    owner = Reference(Member, verbose_name=_("made by"), null=True, editable=False, related_name="+")

    class Meta(Record.Meta):
        verbose_name = _("audit rule")
        verbose_name_plural = _("audit rules")
        constraints = [
            models.UniqueConstraint(fields=["company", "key"], condition=~Q(key=""), name="one_declared_audit_rule")
        ]

    def __str__(self) -> str:
        found = self.builtin
        return str(found.name) if found is not None else self.name

    @property
    def builtin(self) -> declared.Declared | None:
        """What the program says of it; None for one of the company's own."""
        return declared.get(self.key) if self.key else None

    @property
    def sentence(self) -> str:
        """Its words with the places in braces, in the reader's language."""
        found = self.builtin
        return str(found.says) if found is not None else self.says


class RuleRun(CompanyModel):
    """The last time a rule was looked for: when, and how many offended. It only tells of findings, hence `derived`."""

    derived = True

    rule = Reference(AuditRule, models.CASCADE, related_name="runs")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    offenders = models.PositiveIntegerField(default=0)
    waiting = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "rule"], name="one_audit_run")]


class Finding(AboutRecord):
    """One record that offends a rule, and what became of it. Nothing of it is ever deleted.

    `facts` fill the rule's sentence, and tell by which figures or condition it was found; `evidence` are ids of events.
    While it is `present` the record still offends, so no second finding is opened of the same. `picked_on` is when it
    was drawn for the auditor's work list. What is tolerated until a day is no offence until then: `tolerated_by` has
    judged so, `verdict` is where that is read.
    """

    # The record's page does not tell of it to everybody who sees the record.
    seen_with_it = False

    number = models.CharField(_("number"), max_length=40, editable=False)
    rule = Reference(AuditRule, verbose_name=_("rule"), editable=False, related_name="findings")
    about_type = models.CharField(_("about"), max_length=40, choices=types, editable=False)
    about_id = models.BigIntegerField(_("record"), editable=False)
    subject = models.CharField(_("of what"), max_length=200, editable=False)
    member = Reference(Member, verbose_name=_("responsible"), null=True, editable=False, related_name="findings")
    department = Reference(Department, verbose_name=_("department"), null=True, editable=False, related_name="+")
    severity = models.CharField(_("severity"), max_length=8, choices=Severity, editable=False)
    state = models.CharField(
        pgettext_lazy("finding", "state"), max_length=14, choices=State, default=State.OWN, editable=False
    )
    facts = models.JSONField(default=dict, editable=False)
    evidence = models.JSONField(default=list, editable=False)
    cost = MoneyField(_("estimated cost"), null=True, editable=False)
    first_seen_at = models.DateTimeField(_("first seen"), editable=False)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, editable=False)
    present = models.BooleanField(_("still so"), default=True, editable=False)
    grace_until = models.DateTimeField(_("with the person until"), null=True, editable=False)
    cause = models.CharField(_("cause"), max_length=10, choices=Cause, blank=True, editable=False)
    answer = models.TextField(_("answer"), blank=True, editable=False)
    answered_at = models.DateTimeField(pgettext_lazy("finding", "answered on"), null=True, editable=False)
    judged_by = Reference(Member, verbose_name=_("judged by"), null=True, editable=False, related_name="+")
    remark = models.TextField(_("remark of the auditor"), blank=True, editable=False)
    waived_until = models.DateField(_("waived until"), null=True, editable=False)
    tolerated_until = models.DateField(pgettext_lazy("finding", "tolerated until"), null=True, editable=False)
    tolerated_by = Reference(
        Member, verbose_name=pgettext_lazy("finding", "tolerance judged by"), null=True, editable=False,
        related_name="+",
    )  # fmt: skip
    verdict = models.JSONField(default=dict, editable=False)
    lapse = models.CharField(
        pgettext_lazy("finding", "why not looked for any more"), max_length=8, choices=Lapse, blank=True,
        editable=False,
    )  # fmt: skip
    closed_at = models.DateTimeField(_("ended on"), null=True, editable=False)
    recurrence_of = Reference(
        "audits.Finding", verbose_name=_("again after"), null=True, editable=False, related_name="recurrences"
    )
    picked_on = models.DateField(_("on the work list since"), null=True, editable=False)
    picked_for = models.CharField(max_length=20, blank=True, editable=False)

    derived_fields: ClassVar[tuple[str, ...]] = ("last_seen_at", "closed_at", "evidence", "department")
    rule_id: int
    member_id: int | None
    recurrence_of_id: int | None
    tolerated_by_id: int | None

    class Meta(Record.Meta):
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="one_finding_number"),
            models.UniqueConstraint(
                fields=["company", "rule", "about_id"], condition=Q(present=True), name="one_present_finding"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.WAIVED) | (Q(waived_until__isnull=False) & ~Q(remark="")),
                name="waived_with_reason_and_end",
            ),
            models.CheckConstraint(condition=~Q(state=State.OWN) | Q(member__isnull=False), name="own_is_somebodys"),
            models.CheckConstraint(condition=~Q(state=State.ANSWERED) | ~Q(cause=""), name="answered_with_a_cause"),
        ]
        indexes = [
            list_index("finding_by_change", "-updated_at", "-id", carries=["member"]),
            list_index("finding_by_first", "-first_seen_at", "-id", carries=["member"]),
            models.Index(fields=["company", "rule", "state", "-id"], name="finding_by_rule"),
            models.Index(fields=["company", "member", "state", "-id"], name="finding_by_member"),
            models.Index(fields=["company", "about_type", "about_id", "-id"], name="finding_about"),
            models.Index(fields=["company", "grace_until"], condition=Q(state="own"), name="finding_in_grace"),
            models.Index(
                fields=["company", "picked_on", "id"], condition=Q(picked_on__isnull=False), name="finding_picked"
            ),
        ]

    def __str__(self) -> str:
        # No translated word: the log keeps this name for readers of every language.
        return self.subject or self.number

    @property
    def is_live(self) -> bool:
        """Whether something is still to be done about it."""
        return self.state in LIVE

    @property
    def is_private(self) -> bool:
        """Whether it is the person's business alone."""
        return self.state in PRIVATE


class Correction(Record):
    """What was agreed after a finding: who puts it right until when, and what prevents it next time.

    Once done, it is verified by so many clean cases, or by another finding shown not to have helped.
    """

    number = models.CharField(_("number"), max_length=40, editable=False)
    finding = Reference(Finding, verbose_name=_("finding"), editable=False, related_name="corrections")
    rule = Reference(AuditRule, verbose_name=_("rule"), editable=False, related_name="+")
    owner = Reference(Member, verbose_name=_("who does it"), editable=False, related_name="+")
    what = models.CharField(_("what is put right"), max_length=200, editable=False)
    prevents = models.TextField(_("what prevents it next time"), editable=False)
    due_on = models.DateField(pgettext_lazy("correction", "until"), editable=False)
    state = models.CharField(
        pgettext_lazy("correction", "state"), max_length=10, choices=CorrectionState, default=CorrectionState.OPEN,
        editable=False,
    )  # fmt: skip
    made_by = Reference(Member, verbose_name=_("agreed with"), null=True, editable=False, related_name="+")
    done_at = models.DateTimeField(_("done on"), null=True, editable=False)
    done_how = models.TextField(_("what was done"), blank=True, editable=False)
    clean_cases = models.PositiveSmallIntegerField(_("clean cases since"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended on"), null=True, editable=False)
    failed_by = Reference(Finding, verbose_name=_("again with"), null=True, editable=False, related_name="+")

    finding_id: int
    owner_id: int

    class Meta(Record.Meta):
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="one_correction_number"),
            models.UniqueConstraint(
                fields=["company", "finding"], condition=Q(state__in=["open", "done"]), name="one_correction_at_a_time"
            ),
        ]
        indexes = [
            list_index("correction_by_due", "due_on", "id", carries=["owner"]),
            models.Index(fields=["company", "owner", "due_on"], condition=Q(state="open"), name="correction_to_do"),
            models.Index(fields=["company", "rule"], condition=Q(state="done"), name="correction_to_verify"),
        ]

    def __str__(self) -> str:
        return self.what


def _figure(label: Any, default: int, help_text: Any = "", least: int = 0, most: int = 1000) -> Any:
    checks = [
        MinValueValidator(least, _("At least %(limit_value)s.")),
        MaxValueValidator(most, _("At most %(limit_value)s.")),
    ]
    return models.PositiveSmallIntegerField(label, default=default, help_text=help_text, validators=checks)


class AuditSettings(Record):
    """How this company wants to be audited; one row. Without it these defaults hold."""

    setup = True

    grace_hours = _figure(
        _("working hours that a finding is the person's alone"), 16, _("Nobody else sees it meanwhile."), 1, 400
    )
    running_in_until = models.DateField(
        _("running-in period until"), null=True, blank=True, help_text=_("Until then everybody has more time.")
    )
    running_in_hours = _figure(_("working hours during the running-in period"), 40, least=1, most=400)
    most_each = _figure(
        _("findings of one rule that a person has at a time"),
        10,
        _("The rest waits its turn, the oldest first."),
        1,
        200,
    )
    clean_cases = _figure(_("clean cases that verify a correction"), 5, least=1, most=100)
    sample_size = _figure(_("findings on the auditor's work list each week"), 15, _("0 for none"))
    probation_weight = _figure(
        _("weight of members on probation in the sample"), 3, _("1 is like everybody else."), 1, 20
    )
    confirm_each_week = _figure(
        _("records that an owner confirms each week"),
        10,
        _("At least a fiftieth of what somebody owns, so that each is looked at once a year; 0 for none."),
        0,
        100,
    )
    late_entry_hours = _figure(
        _("hours after which an entry is late"), 24,
        _("From when a step happened until it was written down."), 1, 720,
    )  # fmt: skip

    class Meta(Record.Meta):
        verbose_name = _("audit settings")
        verbose_name_plural = _("audit settings")
        constraints = [
            models.UniqueConstraint(
                fields=["company"],
                name="one_set_of_audit_settings",
                violation_error_message=_("The company has its audit settings; change those."),
            )
        ]

    def __str__(self) -> str:
        return str(_("Audit settings"))

    def grace_on(self, now: datetime) -> int:
        """For how many working hours a finding of that moment is the person's alone."""
        running_in = self.running_in_until is not None and timezone.localdate(now) <= self.running_in_until
        return max(self.grace_hours, self.running_in_hours) if running_in else self.grace_hours


class SampleWeight(Record):
    """That a rule, a department or a member is drawn more often for the work list, or less, or not at all."""

    setup = True

    rule = Reference(AuditRule, models.CASCADE, verbose_name=_("rule"), null=True, blank=True, related_name="+")
    department = Reference(
        Department, models.CASCADE, verbose_name=_("department"), null=True, blank=True, related_name="+"
    )
    member = Reference(Member, models.CASCADE, verbose_name=_("member"), null=True, blank=True, related_name="+")
    weight = _figure(_("weight"), 2, _("1 is usual, 0 is never."), 0, 20)

    class Meta(Record.Meta):
        verbose_name = _("sample weight")
        verbose_name_plural = _("sampling plan")
        constraints = [
            models.CheckConstraint(
                condition=Q(rule__isnull=False) | Q(department__isnull=False) | Q(member__isnull=False),
                name="a_weight_of_something",
                violation_error_message=_("Choose a rule, a department or a member."),
            )
        ]

    def __str__(self) -> str:
        return f"× {self.weight}"


class Confirmation(AboutRecord):
    """That somebody has looked at a record's master data and found them right on that day."""

    about_type = models.CharField(_("about"), max_length=40, choices=types)
    about_id = models.BigIntegerField(_("record"))
    member = Reference(Member, verbose_name=_("confirmed by"), null=True, editable=False, related_name="+")
    confirmed_at = models.DateTimeField(_("confirmed on"), editable=False)

    class Meta(Record.Meta):
        verbose_name = _("confirmation")
        verbose_name_plural = _("confirmations")
        indexes = [
            models.Index(fields=["company", "about_type", "about_id", "-confirmed_at"], name="confirmation_about"),
            models.Index(fields=["company", "member", "-confirmed_at"], name="confirmation_by_member"),
        ]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.confirmed_at):%Y-%m-%d}"


class Opening(CompanyModel):
    """How many records about people and companies a member has opened on a day. Counted, no deed, hence `derived`."""

    derived = True

    member = Reference(Member, models.CASCADE, related_name="+")
    on = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["company", "member", "on"], name="one_count_a_day")]
        indexes = [models.Index(fields=["company", "on"], name="openings_by_day")]


class Look(CompanyModel):
    """That somebody has looked at a colleague's finding, or at the case of a record, where `finding` is null.

    It tells of a look and changes nothing, hence `derived`.
    """

    derived = True

    member = Reference(Member, models.CASCADE, related_name="+")
    looker = Reference(Member, models.CASCADE, related_name="+")
    finding = Reference(Finding, models.CASCADE, null=True, related_name="looks")
    about_type = models.CharField(max_length=40, blank=True)
    about_id = models.BigIntegerField(null=True)
    on = models.DateField()
    at = models.DateTimeField()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["company", "looker", "finding", "on"], name="one_look_a_day"),
            models.UniqueConstraint(
                fields=["company", "looker", "member", "about_type", "about_id", "on"],
                condition=Q(finding__isnull=True), name="one_look_a_day_at_a_case",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["company", "member", "-at"], name="looks_at_member")]
