"""Audit rules about the company's own log as a file."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from gucang.audits.declared import audit_rule
from gucang.audits.kinds import Every, Kind, Severity
from gucang.processes.models import ExportState, LogExport


@audit_rule(
    "processes.log-taken-out", on=LogExport, kind=Kind.PROTECTION, severity=Severity.SERIOUS, every=Every.HOUR,
    name=_("Large parts of the log leave the company"), responsible="owner_id",
    says=_("{events} events of the log left the company as a file ({form}), more than {most}."),
    labels={"most": _("events"), "days": _("of the last days")}, window="days",
)  # fmt: skip
def log_taken_out(extracts: QuerySet[Any], *, now: datetime, most: int = 1000, days: int = 30) -> QuerySet[Any]:
    """An extract with more events than anybody reads: who did what with which customer, in one file."""
    return extracts.filter(created_at__gte=now - timedelta(days=days), state=ExportState.READY, events__gt=most)
