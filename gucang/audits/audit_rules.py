"""Audit rules about what lies below this module: tasks, next steps, what is entered late, exports, what is opened."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts.models import Member
from gucang.activity.models import FollowUp, Task
from gucang.audits.clocks import working_days_ago
from gucang.audits.declared import audit_rule
from gucang.audits.kinds import Every, Kind, Severity
from gucang.audits.models import Opening
from gucang.exchange.models import Export

WORKING_DAYS = {"working_days": _("working days")}


def done_since(tasks: QuerySet[Any], *, since: datetime, now: datetime) -> QuerySet[Any]:
    """Tasks that were settled since then."""
    return tasks.filter(done_at__gte=since)


def _late(tasks: QuerySet[Any], now: datetime, days: int) -> QuerySet[Any]:
    before = working_days_ago(timezone.localdate(now), days)
    return tasks.filter(done_at=None, due_on__lt=before)


@audit_rule(
    "activity.next-step-late", on=Task, kind=Kind.TIMELINESS, responsible="assignee_id",
    name=_("Next steps with customers are late"),
    says=_("“{title}” was to be done on {due_on}; that is more than {working_days} working days ago."),
    labels=WORKING_DAYS, cases=done_since,
)  # fmt: skip
def next_step_late(tasks: QuerySet[Any], *, now: datetime, working_days: int = 2) -> QuerySet[Any]:
    """What was planned after a follow-up, and its day is long over."""
    return _late(tasks, now, working_days).filter(follow_up__isnull=False)


@audit_rule(
    "activity.task-late", on=Task, kind=Kind.TIMELINESS, severity=Severity.HINT, responsible="assignee_id",
    name=_("Tasks are late"),
    says=_("“{title}” was to be done on {due_on}; that is more than {working_days} working days ago."),
    labels=WORKING_DAYS, cases=done_since,
)  # fmt: skip
def task_late(tasks: QuerySet[Any], *, now: datetime, working_days: int = 5) -> QuerySet[Any]:
    """A task that is no next step, and its day is long over."""
    return _late(tasks, now, working_days).filter(follow_up=None)


@audit_rule(
    "activity.entered-late", on=FollowUp, kind=Kind.BYPASS, severity=Severity.HINT, responsible="author_id",
    name=_("Follow-ups are entered late"),
    says=_("It happened {happened_at} and was written down {created_at}, more than {hours} hours later."),
    labels={"hours": pgettext_lazy("audit rule", "hours"), "days": _("of the last days")}, window="days",
)  # fmt: skip
def entered_late(follow_ups: QuerySet[Any], *, now: datetime, hours: int = 48, days: int = 30) -> QuerySet[Any]:
    """What was written down so long after it happened that others worked without it (补录)."""
    recent = follow_ups.filter(created_at__gte=now - timedelta(days=days))
    return recent.filter(created_at__gt=F("happened_at") + timedelta(hours=hours))


@audit_rule(
    "exchange.large-export", on=Export, kind=Kind.PROTECTION, severity=Severity.SERIOUS, every=Every.HOUR,
    name=_("Large lists leave the company"), says=_("{rows} rows left the company as a file, more than {most}."),
    labels={"most": _("rows"), "days": _("of the last days")}, window="days", responsible="owner_id",
)  # fmt: skip
def large_export(exports: QuerySet[Any], *, now: datetime, most: int = 1000, days: int = 30) -> QuerySet[Any]:
    """A file with more rows than anybody works through."""
    return exports.filter(created_at__gte=now - timedelta(days=days), rows__gt=most)


@audit_rule(
    "exchange.many-exports", on=Export, kind=Kind.PROTECTION, every=Every.HOUR, responsible="owner_id",
    name=_("Many lists leave the company in a day"),
    says=_("With this one {on_that_day} lists left the company on one day, more than {most}."),
    labels={"most": _("lists a day"), "days": _("of the last days")}, window="days",
)  # fmt: skip
def many_exports(exports: QuerySet[Any], *, now: datetime, most: int = 5, days: int = 30) -> QuerySet[Any]:
    """One more export of the same person within a day than is usual: the first that is too many, and each after it."""
    since = now - timedelta(days=days)
    others = exports.filter(
        owner_id=OuterRef("owner_id"), pk__lte=OuterRef("pk"), created_at__gt=OuterRef("created_at") - timedelta(days=1)
    )
    counted = others.order_by().values("owner_id").annotate(n=Count("pk")).values("n")
    return exports.filter(Q(created_at__gte=since)).annotate(on_that_day=Subquery(counted)).filter(on_that_day__gt=most)


@audit_rule(
    "audits.unusual-viewing", on=Member, kind=Kind.PROTECTION, severity=Severity.SERIOUS, every=Every.HOUR,
    name=_("Unusually many customers are opened"), responsible="pk", evidence=lambda ids: {},
    says=_("{opened} customers, contacts and leads were opened on {opened_on}, over {most} and {times} × the usual."),
    labels={"most": _("records a day"), "times": _("times as many as usual"), "days": _("of the last days")},
    window="days",
)  # fmt: skip
def unusual_viewing(
    members: QuerySet[Any], *, now: datetime, most: int = 200, times: int = 3, days: int = 7
) -> QuerySet[Any]:
    """Whoever opened far more on a day than on those of four weeks before. It is known how many, and not which."""
    recent = timezone.localdate(now) - timedelta(days=days)
    counted = Opening.objects.filter(member_id=OuterRef("pk"))
    highest = counted.filter(on__gt=recent).order_by("-count", "-on")
    before = counted.filter(on__gt=recent - timedelta(days=28), on__lte=recent).order_by().values("member_id")
    return (
        members.annotate(
            opened=Subquery(highest.values("count")[:1]),
            opened_on=Subquery(highest.values("on")[:1]),
            usual=Coalesce(Subquery(before.annotate(mean=Avg("count")).values("mean")), 0.0),
        )
        .filter(opened__gt=most)
        .filter(opened__gt=F("usual") * times)
    )
