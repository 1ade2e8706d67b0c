"""What follows here from what happens elsewhere: another late-entry limit judges anew what it makes a difference to."""

from __future__ import annotations

from datetime import timedelta

from gucang.audits.models import AuditSettings
from gucang.conformance import jobs, night
from gucang.kernel.models import Event
from gucang.kernel.reactions import after

LIMIT = "late_entry_hours"


@after("audit_settings.create", "audit_settings.edit")
def judge_by_another_limit(event: Event) -> None:
    """The cases that the new limit says otherwise of are judged now, not only when they have news."""
    if LIMIT not in event.changes:
        return
    before, now = event.changes[LIMIT]
    if before is None:
        before = AuditSettings().late_entry_hours
    if before == now:
        return
    for case_type in night.case_types():
        night.relimit(case_type, timedelta(hours=before), timedelta(hours=now))
        jobs.judge_soon(case_type)
