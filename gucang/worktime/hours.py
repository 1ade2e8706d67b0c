"""Working time, computed: how much of it lies between two moments, and when an amount of it will have passed. Pure.

Everything is asked of one table: the stretches of working time in order, each with the sum of what lies before it. A
question is one or two searches by halves in it, whatever the distance. The table grows by years when one is asked for.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.kernel.errors import Refused
from gucang.worktime.shifts import Shifts

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# One year is left free at each end, for shifts that reach over midnight and for zones.
FIRST_YEAR, LAST_YEAR = 1971, 2199
GROWTH = 4  # years


class Unit(TextChoices):
    """In what a deadline is counted."""

    WORKING_MINUTES = "working_minutes", _("working minutes")
    WORKING_HOURS = "working_hours", _("working hours")
    WORKING_DAYS = "working_days", _("working days")
    NATURAL_DAYS = "natural_days", _("calendar days")


@dataclass(frozen=True)
class Span:
    """An amount of time: `Span(2, "working_days")`. Raises ValueError for less than nothing, and for another unit."""

    amount: int
    unit: str = Unit.WORKING_DAYS

    def __post_init__(self) -> None:
        Unit(self.unit)
        if self.amount < 0:
            raise ValueError("A span of time cannot be negative.")

    @property
    def seconds(self) -> int | None:
        """The working seconds in it; None where it is counted in days."""
        size = {Unit.WORKING_MINUTES: 60, Unit.WORKING_HOURS: 3600}.get(Unit(self.unit))
        return None if size is None else self.amount * size


class NoWorkingTime(Refused):
    """There is not so much working time ahead in this calendar."""


@dataclass(frozen=True)
class _Table:
    """The working time of some years. Moments are whole seconds since 1970, days are ordinals."""

    first_year: int
    last_year: int
    since: int
    until: int
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    # How much was worked before each stretch began, and when it ends.
    before: list[int] = field(default_factory=list)
    after: list[int] = field(default_factory=list)
    days: list[int] = field(default_factory=list)
    days_end: list[int] = field(default_factory=list)

    def add(self, start: int, end: int) -> None:
        """One more stretch, which begins no earlier than those before; what overlaps counts once."""
        if end == start:  # where clocks go forward
            return
        if self.ends and start <= self.ends[-1]:
            longer = max(0, end - self.ends[-1])
            self.ends[-1] += longer
            self.after[-1] += longer
            return
        worked = self.after[-1] if self.after else 0
        self.starts.append(start)
        self.ends.append(end)
        self.before.append(worked)
        self.after.append(worked + end - start)

    def worked(self, moment: int) -> int:
        """The working seconds from the beginning of the table up to `moment`."""
        at = bisect_right(self.starts, moment) - 1
        return 0 if at < 0 else self.before[at] + min(moment, self.ends[at]) - self.starts[at]


class WorkHours:
    """A working calendar, ready to compute with. Never changed once made; see `queries.calendar_of`.

    `week` holds the shifts of Monday to Sunday, `special` those of single days (() for a day off), `confirmed` the
    years whose holidays somebody has checked. Moments go in aware, in any zone, and come out in UTC; fractions of a
    second are dropped. It knows the years 1971 to 2199 and raises NoWorkingTime beyond.
    """

    def __init__(
        self,
        *,
        zone: ZoneInfo,
        week: tuple[Shifts, ...],
        special: Mapping[date, Shifts] | None = None,
        confirmed: Iterable[int] = (),
        name: str = "",
        pk: int | None = None,
    ) -> None:
        self.zone, self.week, self.special = zone, week, dict(special or {})
        self.confirmed, self.name, self.pk = frozenset(confirmed), name, pk
        self._table: _Table | None = None

    def __repr__(self) -> str:
        return f"<WorkHours {self.name}>"

    def minutes_between(self, start: datetime, end: datetime) -> int:
        """The whole working minutes from `start` to `end`; negative when `end` lies before."""
        seconds = self.seconds_between(start, end)
        return seconds // 60 if seconds >= 0 else -(-seconds // 60)

    def seconds_between(self, start: datetime, end: datetime) -> int:
        """The working seconds from `start` to `end`; negative when `end` lies before."""
        first, last = _seconds(start), _seconds(end)
        table = self._covering(first, last)
        return table.worked(last) - table.worked(first)

    def deadline(self, start: datetime, span: Span) -> datetime:
        """The moment at which `span` has passed since `start`. Raises NoWorkingTime where that never happens.

        Working minutes and hours: the first moment by which so much was worked; an hour from 17:00 on ends at 18:00
        and not on the next morning. Working days: the end of the last shift of the n-th working day after the day of
        `start`, which does not count itself (《民法典》第 201、203 条). Calendar days: the same time of day, n days on.
        Nothing at all is `start` itself.
        """
        if span.amount == 0:
            return start.astimezone(UTC)
        if span.unit == Unit.NATURAL_DAYS:
            return self._after_days(start, span.amount)
        seconds = span.seconds
        if seconds is None:
            return _moment(self._end_of_working_day(start, span.amount))
        return _moment(self._after_seconds(_seconds(start), seconds))

    def is_working(self, moment: datetime) -> bool:
        """Whether somebody works at this moment."""
        at = _seconds(moment)
        table = self._covering(at, at)
        place = bisect_right(table.starts, at) - 1
        return place >= 0 and at < table.ends[place]

    def next_working(self, moment: datetime) -> datetime:
        """`moment` itself while somebody works, else the beginning of the next shift. Raises NoWorkingTime."""
        at = _seconds(moment)
        return _moment(max(at, self._after_seconds(at, 1) - 1))

    def shifts_on(self, day: date) -> Shifts:
        """The shifts that begin on `day`; () where nobody works."""
        found = self.special.get(day)
        return self.week[day.weekday()] if found is None else found

    def is_working_day(self, day: date) -> bool:
        return bool(self.shifts_on(day))

    def working_days_between(self, first: date, until: date) -> int:
        """How many working days there are from `first` up to the day before `until`."""
        table = self._for_years(first.year, until.year)
        return max(0, bisect_left(table.days, until.toordinal()) - bisect_left(table.days, first.toordinal()))

    def unconfirmed(self, year: int) -> bool:
        """Whether nobody has confirmed the holidays of `year`: what is computed there may still change."""
        return year not in self.confirmed

    def unconfirmed_between(self, start: datetime, end: datetime) -> tuple[int, ...]:
        """The unconfirmed years that lie between two moments, theirs included; say so wherever the result is shown."""
        years = sorted(moment.astimezone(self.zone).year for moment in (start, end))
        return tuple(year for year in range(years[0], years[1] + 1) if self.unconfirmed(year))

    def _after_seconds(self, start: int, amount: int) -> int:
        table = self._covering(start, start)
        wanted = table.worked(start) + amount
        while not table.after or table.after[-1] < wanted:
            table = self._longer(table)
            wanted = table.worked(start) + amount
        at = bisect_left(table.after, wanted)
        return table.ends[at] - (table.after[at] - wanted)

    def _end_of_working_day(self, start: datetime, amount: int) -> int:
        day = start.astimezone(self.zone).date()
        table = self._for_years(day.year, day.year)
        while (at := bisect_right(table.days, day.toordinal()) + amount - 1) >= len(table.days):
            table = self._longer(table)
        return table.days_end[at]

    def _after_days(self, start: datetime, amount: int) -> datetime:
        local = start.astimezone(self.zone).replace(microsecond=0)
        if amount > (LAST_YEAR - local.year) * 365:
            raise self._nothing_more()
        return (local + timedelta(days=amount)).astimezone(UTC)

    def _covering(self, first: int, last: int) -> _Table:
        table = self._table
        if table is not None and table.since <= first < table.until and table.since <= last < table.until:
            return table
        years = [_moment(moment).astimezone(self.zone).year for moment in (first, last)]
        return self._for_years(min(years), max(years))

    def _for_years(self, first: int, last: int) -> _Table:
        table = self._table
        if table is not None:
            if table.first_year <= first and last <= table.last_year:
                return table
            first, last = min(first, table.first_year), max(last, table.last_year)
        if first < FIRST_YEAR or last > LAST_YEAR:
            raise self._nothing_more()
        self._table = table = self._make(first, last)
        return table

    def _longer(self, table: _Table) -> _Table:
        """The table with more years ahead, each time twice as many, so that a far deadline takes few steps."""
        if table.last_year == LAST_YEAR:
            raise self._nothing_more()
        more = max(GROWTH, table.last_year - table.first_year + 1)
        return self._for_years(table.first_year, min(LAST_YEAR, table.last_year + more))

    def _make(self, first: int, last: int) -> _Table:
        days = range(date(first, 1, 1).toordinal(), date(last + 1, 1, 1).toordinal())
        table = _Table(first, last, self._at(days[0], 0), self._at(days[-1] + 1, 0))
        # The night before may reach into the first day.
        for number in range(days[0] - 1, days[-1] + 1):
            shifts = self.shifts_on(date.fromordinal(number))
            for shift in shifts:
                table.add(self._at(number, shift.start), self._at(number, shift.end))
            if shifts and number >= days[0]:
                table.days.append(number)
                table.days_end.append(self._at(number, shifts[-1].end))
        return table

    def _at(self, day: int, minutes: int) -> int:
        """The moment of a time of day: the first of two where clocks go back, the jump where they go past it."""
        more, minutes = divmod(minutes, 24 * 60)
        here = date.fromordinal(day + more)
        local = datetime(here.year, here.month, here.day, minutes // 60, minutes % 60, tzinfo=self.zone)
        other = local.replace(fold=1)
        offset = other.utcoffset()
        if local.utcoffset() >= offset:  # type: ignore[operator]  # both are aware
            return _seconds(local)
        between = range(_seconds(other), _seconds(local))
        jump = bisect_left(between, True, key=lambda at: _moment(at).astimezone(self.zone).utcoffset() == offset)
        return between.start + jump

    def _nothing_more(self) -> NoWorkingTime:
        return NoWorkingTime(
            _t("The working calendar “%(name)s” has not so much working time. Give it hours first, or ask for less.")
            % {"name": self.name}
        )


def _seconds(moment: datetime) -> int:
    since = moment - EPOCH
    return since.days * 86_400 + since.seconds


def _moment(seconds: int) -> datetime:
    return EPOCH + timedelta(seconds=seconds)
