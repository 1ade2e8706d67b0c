"""Until when a step is decided: by the calendar of those whose turn it is, the latest end for all of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from gucang.accounts.models import Member
from gucang.approvals import flow
from gucang.kernel import clock
from gucang.worktime.hours import NoWorkingTime, Span, Unit
from gucang.worktime.queries import calendar_of

# Before the time is over they are reminded, the last time when a quarter of it is left.
REMIND_AT = 0.75
# Who lets a late step lie is reminded each working day, for so long.
REMIND_FOR = timedelta(days=14)
# From one reminder to the next at least: what was said in the evening is said again in the morning.
PAUSE = timedelta(hours=12)


def due_at(case: flow.Case) -> datetime | None:
    """When the present step is late; None for one without end. By the calendar of each who decides."""
    step = case.definition.steps[case.step]
    if not step.hours or case.state is not flow.State.WAITING:
        return None
    now, span = clock.now(), Span(step.hours, step.unit)
    return max((_end(member, now, span) for member in _deciding(case)), default=now + _natural(span))


def remind_again_at(case: flow.Case, due: datetime | None) -> datetime | None:
    """When those who let a late step lie are reminded once more: on their next working day; None after two weeks."""
    now = clock.now()
    if due is None or now - due >= REMIND_FOR:
        return None
    return max((_next_day(member, now) for member in _deciding(case)), default=now + PAUSE)


def _deciding(case: flow.Case) -> list[Member]:
    ids = [task.member for task in case.here() if task.decision is flow.Decision.OPEN and task.member]
    return list(Member.objects.filter(pk__in=ids).select_related("department"))


def _end(member: Member, start: datetime, span: Span) -> datetime:
    try:
        return calendar_of(member).deadline(start, span)
    except NoWorkingTime:
        # A calendar without working days must not let a request wait for ever.
        return start + _natural(span)


def _natural(span: Span) -> timedelta:
    seconds = span.seconds
    return timedelta(days=span.amount) if seconds is None else timedelta(seconds=seconds)


def _next_day(member: Member, now: datetime) -> datetime:
    try:
        return calendar_of(member).next_working(now + PAUSE)
    except NoWorkingTime:
        return now + PAUSE


def reminded(since: datetime, until: datetime, reminders: int, now: datetime) -> int:
    """How many of the reminders before the end should have come by `now`: evenly, the last with a quarter left."""
    part = (until - since) * REMIND_AT
    return sum(now >= since + part * number / reminders for number in range(1, reminders + 1))


def in_words(hours: int, unit: str) -> str:
    """A time as a policy says it: "8 working hours"."""
    return f"{hours} {Unit(unit).label}"
