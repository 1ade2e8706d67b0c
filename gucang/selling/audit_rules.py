"""Audit rules about leads."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from gucang.audits import openings
from gucang.audits.clocks import working_hours_ago
from gucang.audits.declared import audit_rule
from gucang.audits.kinds import Every, Kind
from gucang.selling.models import Lead, LeadStatus

openings.protect("lead")


def _answered(leads: QuerySet[Any], *, since: datetime, now: datetime) -> QuerySet[Any]:
    return leads.filter(contacted_at__gte=since)


@audit_rule(
    "selling.lead-unanswered", on=Lead, kind=Kind.TIMELINESS, every=Every.HOUR, name=_("Enquiries are not answered"),
    says=_("This enquiry came {created_at}, and nobody has answered it for {working_hours} working hours."),
    labels={"working_hours": _("working hours")}, cases=_answered,
)  # fmt: skip
def lead_unanswered(leads: QuerySet[Any], *, now: datetime, working_hours: int = 8) -> QuerySet[Any]:
    """New leads that nobody has contacted."""
    return leads.filter(status=LeadStatus.NEW, contacted_at=None, created_at__lt=working_hours_ago(now, working_hours))
