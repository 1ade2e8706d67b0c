"""Findings and what belongs to them, as people see them; and what the built-in roles may do."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts import roles
from gucang.activity import subjects
from gucang.audits import models, rules
from gucang.audits.actions import confirmations, corrections, findings, setup
from gucang.kernel import permissions
from gucang.kernel.actors import Reach
from gucang.kernel.permissions import all_with
from gucang.kernel.records import Calendar, Exchange, Layout, RecordType, Related, register

finding = register(
    RecordType(
        name="finding",
        model=models.Finding,
        plural="findings",
        number="JH{yy}{mm}-{seq:05}",
        icon="zoom-check",
        owner="member_id",
        visible=rules.visible_findings,
        columns=("subject", "rule", "member", "department", "severity", "state", "first_seen_at", "grace_until"),
        filters=(
            "rule", "state", "severity", "member", "department", "about_type", "cause", "present", "cost",
            "first_seen_at", "last_seen_at", "answered_at", "waived_until", "tolerated_until", "closed_at", "picked_on",
            "judged_by", "tolerated_by", "recurrence_of",
        ),
        form=Layout((_("Finding"),)),
        actions=(findings.answer, findings.correct, findings.accept, findings.waive),
        related=(Related("correction", "finding", ("what", "owner", "due_on", "state", "clean_cases")),),
        order="-first_seen_at",
        exchange=Exchange(
            also=(
                "about_type", "about_id", "present", "last_seen_at", "cost", "cause", "answer", "answered_at",
                "judged_by", "remark", "waived_until", "tolerated_until", "tolerated_by", "lapse", "closed_at",
                "recurrence_of",
            )
        ),
    )
)  # fmt: skip

correction = register(
    RecordType(
        name="correction",
        model=models.Correction,
        plural="corrections",
        number="ZG{yy}{mm}-{seq:04}",
        icon="tool",
        owner="owner_id",
        concerns=("finding",),
        visible=rules.visible_corrections,
        columns=("what", "owner", "due_on", "state", "clean_cases", "rule", "finding", "done_at"),
        filters=("state", "owner", "due_on", "rule", "made_by", "done_at", "ended_at"),
        form=Layout((_("Correction"),)),
        actions=(corrections.finish, corrections.postpone),
        calendar=Calendar(title=("what",), on="due_on", tone="warn", only=Q(state="open")),
        order="due_on",
        exchange=Exchange(also=("prevents", "made_by", "done_how", "ended_at", "failed_by")),
    )
)

audit_rule = register(
    RecordType(
        name="audit_rule",
        model=models.AuditRule,
        plural="audit-rules",
        icon="checklist",
        owner="owner_id",
        visible=all_with("audit_rule.view"),
        columns=("name", "kind", "record_type", "severity", "every", "active", "owner"),
        filters=("kind", "record_type", "severity", "every", "active"),
        form=Layout(
            (_("Audit rule"), "name", "says", "record_type", "conditions", "responsible", "severity", "every"),
            first=("name", "says", "record_type", "conditions"),
        ),
        create=setup.create,
        edit=setup.edit,
        actions=(setup.tune, setup.turn_off, setup.turn_on, setup.reset),
        order="kind",
    )
)

audit_settings = register(
    RecordType(
        name="audit_settings",
        model=models.AuditSettings,
        plural="audit-settings",
        icon="settings",
        visible=all_with("audit_settings.view"),
        columns=("grace_hours", "running_in_until", "most_each", "sample_size"),
        form=Layout(
            (_("Time of grace"), "grace_hours", "running_in_until", "running_in_hours", "most_each"),
            (_("The auditor"), "sample_size", "probation_weight", "clean_cases"),
            (_("Master data"), "confirm_each_week"),
            (_("Late entry"), "late_entry_hours"),
        ),
        create=setup.create_settings,
        edit=setup.edit_settings,
        only=True,
    )
)

sample_weight = register(
    RecordType(
        name="sample_weight",
        model=models.SampleWeight,
        plural="sampling-plan",
        icon="scale",
        visible=all_with("sample_weight.view"),
        columns=("rule", "department", "member", "weight"),
        filters=("rule", "department", "member"),
        form=Layout((pgettext_lazy("sample", "Whom or what"), "rule", "department", "member", "weight")),
        create=setup.create_weight,
        edit=setup.edit_weight,
        actions=(setup.delete_weight, setup.restore_weight),
    )
)

confirmation = register(
    RecordType(
        name="confirmation",
        model=models.Confirmation,
        plural="confirmations",
        icon="circle-check",
        owner="member_id",
        visible=rules.visible_confirmations,
        visible_with_about=True,
        columns=("about_type", "member", "confirmed_at"),
        filters=("member", "confirmed_at"),
        form=Layout((_("Confirmation"), "about_type", "about_id")),
        create=confirmations.create,
        order="-confirmed_at",
    )
)

subjects.allow("finding", "correction", internal=True)
permissions.declare(rules.AUDIT, _("See the findings of others"))
permissions.declare(rules.PATTERNS, _("See what the rules find, in numbers"))
for verb in (*findings.ENGINE, *corrections.ENGINE, setup.install):
    permissions.declare(verb.name, verb.label)

# Everybody sees their own, answers them and does what they have agreed to; how one is audited is no secret.
roles.grant_all(
    dict.fromkeys(
        ("finding.view", "finding.answer", "correction.view", "correction.finish", "confirmation.view"), Reach.OWN
    )
    | dict.fromkeys(("audit_rule.view", "audit_settings.view"), Reach.COMPANY)
)
for key in ("salesperson", "sales_manager", "service"):
    roles.grant(key, {"confirmation.create": Reach.OWN})
for key in ("sales_manager", "executive"):
    roles.grant(key, {rules.PATTERNS: Reach.COMPANY})
roles.grant(
    "auditor",
    dict.fromkeys(
        (
            rules.AUDIT, "finding.accept", "finding.correct", "finding.waive", "correction.postpone",
            "audit_rule.create", "audit_rule.edit", "audit_rule.tune", "audit_rule.reset", "audit_rule.turn_on",
            "audit_rule.turn_off", "audit_settings.create", "audit_settings.edit", "sample_weight.view",
            "sample_weight.create", "sample_weight.edit", "sample_weight.delete", "sample_weight.restore",
            "confirmation.view", "correction.view",
        ),
        Reach.COMPANY,
    ),
)  # fmt: skip
