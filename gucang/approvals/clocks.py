"""Until when a step is decided: working hours of those whose turn it is, the latest end for all of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from gucang.accounts.models import Member
from gucang.approvals import flow
from gucang.kernel import clock
from gucang.worktime.hours import NoWorkingTime, Span, Unit
from gucang.worktime.queries import calendar_of

# Before the time is over they are reminded once, when a quarter of it is left.
REMIND_AT = 0.75


def due_at(case: flow.Case) -> datetime | None:
    """When the present step is late; None for one without end. By the calendar of each who decides."""
    hours = case.definition.steps[case.step].hours
    if not hours or case.state is not flow.State.WAITING:
        return None
    members = [task.member for task in case.here() if task.decision is flow.Decision.OPEN and task.member]
    now = clock.now()
    ends = [_end(member, now, hours) for member in Member.objects.filter(pk__in=members).select_related("department")]
    return max(ends, default=now + timedelta(hours=hours))


def _end(member: Member, start: datetime, hours: int) -> datetime:
    try:
        return calendar_of(member).deadline(start, Span(hours, Unit.WORKING_HOURS))
    except NoWorkingTime:
        # A calendar without working days must not let a request wait for ever.
        return start + timedelta(hours=hours)


def remind_from(since: datetime, until: datetime) -> datetime:
    """From when on those whose turn it is are reminded."""
    return since + (until - since) * REMIND_AT
