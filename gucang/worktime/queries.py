"""Reads that are used in two places or more, here and above: working time, and who is away."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Q

from gucang.accounts.models import Department, Member, Status
from gucang.kernel.models import Company
from gucang.kernel.setup import kept
from gucang.worktime.hours import NoWorkingTime, Span, Unit, WorkHours
from gucang.worktime.models import OFFICE_HOURS, ZONE, DayKind, DepartmentCalendar, Leave, SpecialDay, WorkCalendar
from gucang.worktime.shifts import Shifts, read_shifts

__all__ = ["NoWorkingTime", "Span", "Unit", "WorkHours", "away", "away_among", "calendar_of", "deputy_hint"]


def calendar_of(subject: Company | Department | Member | None = None) -> WorkHours:
    """The working hours of a company (the active one, also for None), a department or a member, ready to compute with.

    A department uses its own calendar, else that of the department above it, else the company's usual one; a member
    uses the department's. A company without any works Monday to Friday, in no confirmed year. Kept between requests:
    asking costs nothing while nobody changes the set-up.

        hours = calendar_of(member)
        until = hours.deadline(clock.now(), Span(2, "working_days"))
        spent = hours.minutes_between(task.created_at, clock.now())
        doubtful = hours.unconfirmed_between(clock.now(), until)  # years; say so beside the result
    """
    known = _known()
    department_id = subject.department_id if isinstance(subject, Member) else None
    if isinstance(subject, Department):
        department_id = subject.pk
    return known.of_department(department_id)


def hours_of(calendar: WorkCalendar) -> WorkHours:
    """The working hours of one calendar."""
    return _known().hours[calendar.pk]


@dataclass(frozen=True)
class _Known:
    """What is kept of a company: its calendars by id, the usual one, and which departments use which."""

    hours: dict[int, WorkHours]
    usual: WorkHours
    chosen: dict[int, int]
    parents: dict[int, int | None]

    def of_department(self, department_id: int | None) -> WorkHours:
        seen: set[int] = set()
        while department_id is not None and department_id not in seen:
            if (found := self.hours.get(self.chosen.get(department_id, 0))) is not None:
                return found
            seen.add(department_id)
            department_id = self.parents.get(department_id)
        return self.usual


def _known() -> _Known:
    return kept("work calendars", _read)


def _read() -> _Known:
    calendars = list(WorkCalendar.objects.order_by("-is_default", "pk"))
    days: dict[int, list[SpecialDay]] = {calendar.pk: [] for calendar in calendars}
    for day in SpecialDay.objects.filter(calendar__in=calendars):
        days[day.calendar_id].append(day)
    hours = {calendar.pk: _hours(calendar, days[calendar.pk]) for calendar in calendars}
    return _Known(
        hours=hours,
        usual=hours[calendars[0].pk] if calendars else _office(),
        chosen=dict(DepartmentCalendar.objects.values_list("department_id", "calendar_id")),
        parents=dict(Department.objects.values_list("pk", "parent_id")),
    )


def _hours(calendar: WorkCalendar, days: Collection[SpecialDay]) -> WorkHours:
    return WorkHours(
        zone=ZoneInfo(calendar.zone),
        week=calendar.week,
        special={day.on: shifts_of(calendar, day) for day in days},
        confirmed=map(int, calendar.confirmed),
        name=calendar.name,
        pk=calendar.pk,
    )


def shifts_of(calendar: WorkCalendar, day: SpecialDay) -> Shifts:
    """The shifts of a special day."""
    if day.kind in (DayKind.HOLIDAY, DayKind.CLOSED):
        return ()
    return read_shifts(day.hours or (calendar.usual if day.kind == DayKind.MAKE_UP else ""))


def _office() -> WorkHours:
    """For a company that has no calendar at all."""
    shifts = read_shifts(OFFICE_HOURS)
    return WorkHours(zone=ZoneInfo(ZONE), week=(shifts,) * 5 + ((), ()))


def default_calendar() -> WorkCalendar | None:
    """The company's usual calendar."""
    found: WorkCalendar | None = WorkCalendar.objects.filter(is_default=True).first()
    return found


def away(member: Member | int, on: date) -> Leave | None:
    """The leave for which `member` is away on `on`; None when at work. One query.

    It asks for no right: who it is shown to may see that somebody is away, and not why. Half a day counts as well.
    """
    pk = member if isinstance(member, int) else member.pk
    return away_among([pk], on).get(pk)


def away_among(members: Collection[int], on: date) -> dict[int, Leave]:
    """The same for several members, by their ids: who is not in it is at work. One query, deputies included."""
    rows = Leave.objects.filter(member_id__in=members, begins_on__lte=on, ends_on__gte=on)
    return {row.member_id: row for row in rows.select_related("deputy").order_by("pk")}


def deputy_hint(member: Member, on: date) -> Member | None:
    """Who should be asked instead of `member` on `on`; None when at work, or when nobody can be named.

    The deputy named in the leave; where there is none, or that one is away or has left too, the manager, then the
    heads of the department and of those above it. At most three queries.
    """
    leave = away(member, on)
    if leave is None:
        return None
    candidates = list(dict.fromkeys([*([leave.deputy_id] if leave.deputy_id else []), *_superiors(member)]))
    absent = away_among(candidates, on)
    working = Member.objects.filter(pk__in=candidates).exclude(Q(status=Status.LEFT) | Q(pk=member.pk))
    people = {one.pk: one for one in working}
    return next((people[pk] for pk in candidates if pk in people and pk not in absent), None)


def _superiors(member: Member) -> list[int]:
    """The manager, and the heads of the departments from the member's own upwards."""
    tree = kept("department heads", _tree)
    found = [member.manager_id] if member.manager_id else []
    here, seen = member.department_id, set[int]()
    while here is not None and here not in seen:
        seen.add(here)
        here, head = tree.get(here, (None, None))
        found += [head] if head else []
    return found


def _tree() -> dict[int, tuple[int | None, int | None]]:
    return {pk: (parent, head) for pk, parent, head in Department.objects.values_list("pk", "parent_id", "head_id")}
