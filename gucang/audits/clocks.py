"""Working time, seen from an audit: until when somebody has it to themselves, and when so much of it began to pass."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from gucang.accounts.models import Member
from gucang.audits.models import AuditSettings
from gucang.worktime.hours import NoWorkingTime, Span, Unit, WorkHours
from gucang.worktime.queries import calendar_of

LONGEST = timedelta(days=400)


def grace_end(member: Member, now: datetime, settings: AuditSettings) -> datetime:
    """Until when a finding of `now` is the person's alone: working hours by their own calendar."""
    hours = settings.grace_on(now)
    try:
        return calendar_of(member).deadline(now, Span(hours, Unit.WORKING_HOURS))
    except NoWorkingTime:
        # A calendar without working days must not hide a finding for ever.
        return now + timedelta(hours=hours)


def working_hours_ago(now: datetime, hours: int, calendar: WorkHours | None = None) -> datetime:
    """The latest moment since which so many working hours have passed: what is older has waited longer.

    By the company's usual calendar, to the minute; at most 400 days back.
    """
    table = calendar or calendar_of()
    early, late = now - LONGEST, now
    if table.seconds_between(early, late) < hours * 3600:
        return early
    while late - early > timedelta(minutes=1):
        middle = early + (late - early) / 2
        if table.seconds_between(middle, now) >= hours * 3600:
            early = middle
        else:
            late = middle
    return early


def working_days_ago(today: date, days: int, calendar: WorkHours | None = None) -> date:
    """The day that lies `days` working days before `today`; at most 400 days back."""
    table = calendar or calendar_of()
    day = today
    for _ in range(LONGEST.days):
        if days <= 0:
            break
        day -= timedelta(days=1)
        days -= table.is_working_day(day)
    return day
