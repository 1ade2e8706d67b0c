"""Working time against the plainest way to know it: looking at every minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gucang.worktime.hours import EPOCH, NoWorkingTime, Span, Unit, WorkHours
from gucang.worktime.shifts import Shift, Shifts, read_shifts

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = read_shifts("09:00-12:00, 13:30-18:00")
WEEK = (OFFICE,) * 5 + ((), ())
MINUTE = timedelta(minutes=1)


def local(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.fixture
def office() -> WorkHours:
    """Office hours in Shanghai with the National Day of 2026 as it was."""
    off = [date(2026, 10, day) for day in (1, 2, 3, 5, 6, 7)]
    special: dict[date, Shifts] = dict.fromkeys(off, ())
    special |= dict.fromkeys((date(2026, 9, 20), date(2026, 10, 10)), OFFICE)
    return WorkHours(zone=SHANGHAI, week=WEEK, special=special, confirmed=[2026], name="总部")


def test_lunch_nights_and_weekends_are_no_working_time(office: WorkHours) -> None:
    assert office.minutes_between(local("2026-11-20 11:30"), local("2026-11-20 14:00")) == 60
    assert office.minutes_between(local("2026-11-20 17:00"), local("2026-11-23 10:00")) == 120
    assert office.minutes_between(local("2026-11-21 00:00"), local("2026-11-23 00:00")) == 0


def test_time_runs_backwards_with_a_sign(office: WorkHours) -> None:
    start, end = local("2026-11-20 17:00"), local("2026-11-23 10:00")
    assert office.minutes_between(end, start) == -120
    assert office.minutes_between(local("2026-11-20 17:00:30"), local("2026-11-20 17:00")) == 0


def test_holidays_are_off_and_make_up_workdays_are_not(office: WorkHours) -> None:
    assert office.minutes_between(local("2026-09-30 18:00"), local("2026-10-08 09:00")) == 0
    assert office.minutes_between(local("2026-10-10 00:00"), local("2026-10-11 00:00")) == 450
    assert office.working_days_between(date(2026, 9, 28), date(2026, 10, 12)) == 6
    assert not office.is_working_day(date(2026, 10, 1))
    assert office.is_working_day(date(2026, 9, 20))


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        ("2026-11-20 17:00", Span(1, "working_hours"), "2026-11-20 18:00"),
        ("2026-11-20 17:00", Span(61, "working_minutes"), "2026-11-23 09:01"),
        ("2026-11-20 11:00", Span(2, "working_hours"), "2026-11-20 14:30"),
        ("2026-11-21 10:00", Span(1, "working_minutes"), "2026-11-23 09:01"),
        # The day of the start does not count; the last one ends with its last shift.
        ("2026-11-19 10:00", Span(2, "working_days"), "2026-11-23 18:00"),
        ("2026-11-21 10:00", Span(1, "working_days"), "2026-11-23 18:00"),
        ("2026-09-30 10:00", Span(2, "working_days"), "2026-10-09 18:00"),
        ("2026-10-09 10:00", Span(1, "working_days"), "2026-10-10 18:00"),
        ("2026-09-30 10:00", Span(3, "natural_days"), "2026-10-03 10:00"),
        ("2026-09-30 10:00", Span(0, "working_days"), "2026-09-30 10:00"),
    ],
)
def test_a_deadline_is_where_the_time_has_passed(office: WorkHours, start: str, span: Span, end: str) -> None:
    assert office.deadline(local(start), span) == local(end)


def test_the_zone_is_the_calendars_and_not_that_of_the_moment(office: WorkHours) -> None:
    in_berlin = local("2026-11-20 10:00", ZoneInfo("Europe/Berlin"))  # 17:00 in Shanghai
    assert office.deadline(in_berlin, Span(1, "working_hours")) == local("2026-11-20 18:00")
    assert office.deadline(in_berlin, Span(1)).tzinfo is UTC


def test_a_night_shift_belongs_to_the_day_on_which_it_begins() -> None:
    guard = WorkHours(zone=SHANGHAI, week=(read_shifts("22:00-06:00"),) * 5 + ((), ()))
    assert guard.minutes_between(local("2026-11-20 23:00"), local("2026-11-22 00:00")) == 7 * 60
    assert guard.deadline(local("2026-11-19 12:00"), Span(1)) == local("2026-11-21 06:00")
    assert guard.is_working(local("2026-11-21 05:59"))
    assert not guard.is_working(local("2026-11-21 06:00"))


def test_the_night_before_the_first_year_counts() -> None:
    guard = WorkHours(zone=SHANGHAI, week=(read_shifts("22:00-06:00"),) * 7)
    assert guard.minutes_between(local("2026-01-01 00:00"), local("2026-01-01 12:00")) == 360


def test_work_begins_again_with_the_next_shift(office: WorkHours) -> None:
    assert office.next_working(local("2026-11-20 12:00")) == local("2026-11-20 13:30")
    assert office.next_working(local("2026-11-20 13:45")) == local("2026-11-20 13:45")
    assert office.next_working(local("2026-11-20 18:00")) == local("2026-11-23 09:00")


def test_unconfirmed_years_are_named(office: WorkHours) -> None:
    assert not office.unconfirmed(2026)
    assert office.unconfirmed(2027)
    assert office.unconfirmed_between(local("2026-12-30 10:00"), local("2027-01-05 10:00")) == (2027,)
    assert office.unconfirmed_between(local("2026-11-05 10:00"), local("2026-11-30 10:00")) == ()
    # New Year in Shanghai, still the old year in Berlin.
    assert office.unconfirmed_between(*[local("2026-12-31 18:00", ZoneInfo("Europe/Berlin"))] * 2) == (2027,)


@pytest.mark.parametrize("span", [Span(1, "working_minutes"), Span(1), Span(10**9, "natural_days")])
def test_without_working_time_a_deadline_is_refused_and_not_searched_forever(span: Span) -> None:
    idle = WorkHours(zone=SHANGHAI, week=((),) * 7, name="空")
    with pytest.raises(NoWorkingTime, match="空"):
        idle.deadline(local("2026-11-20 10:00"), span)


def test_years_far_away_are_known_and_beyond_them_nothing(office: WorkHours) -> None:
    assert office.minutes_between(local("1980-01-01 00:00"), local("1980-01-08 00:00")) == 5 * 450
    far = office.deadline(local("2026-01-05 09:00"), Span(20_000, "working_days"))
    assert office.working_days_between(date(2026, 1, 5), far.date()) == 20_000
    with pytest.raises(NoWorkingTime):
        office.minutes_between(local("1900-01-01 00:00"), local("2026-01-01 00:00"))
    with pytest.raises(NoWorkingTime):
        office.deadline(local("2026-01-05 09:00"), Span(10**9, "working_hours"))


@pytest.mark.parametrize(("amount", "unit"), [(-1, "working_days"), (1, "weeks")])
def test_a_span_is_an_amount_of_a_known_unit(amount: int, unit: str) -> None:
    with pytest.raises(ValueError):
        Span(amount, unit)


def test_an_hour_that_the_clocks_skip_begins_where_they_jump() -> None:
    early = WorkHours(zone=ZoneInfo("Europe/Berlin"), week=(read_shifts("02:00-02:45, 02:50-04:00"),) * 7)
    day = _berlin("2026-03-29 00:00")
    assert early.minutes_between(day, day + timedelta(hours=12)) == 60
    assert early.next_working(day) == _berlin("2026-03-29 03:00")


def test_where_clocks_go_forward_the_lost_hour_is_not_worked_and_the_doubled_one_is() -> None:
    nights = WorkHours(zone=ZoneInfo("Europe/Berlin"), week=(read_shifts("22:00-06:00"),) * 7)
    assert nights.minutes_between(_berlin("2026-03-28 12:00"), _berlin("2026-03-29 12:00")) == 7 * 60
    assert nights.minutes_between(_berlin("2026-10-24 12:00"), _berlin("2026-10-25 12:00")) == 9 * 60


def _berlin(text: str) -> datetime:
    return local(text, ZoneInfo("Europe/Berlin"))


# --- against every minute ------------------------------------------------------------------------------------------

ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kolkata"]).map(ZoneInfo)
MOST_DAYS = 12


@st.composite
def shifts(draw: st.DrawFn) -> Shifts:
    """Any shifts that `read_shifts` would give."""
    cuts = sorted(draw(st.sets(st.integers(0, 1439), max_size=6)))
    found = [Shift(start, end) for start, end in zip(cuts[::2], cuts[1::2], strict=False)]
    if cuts and len(cuts) % 2:  # the last one goes over midnight
        found.append(Shift(cuts[-1], draw(st.integers(1441, 1440 + cuts[0])) if cuts[0] > 0 else 1440))
    return tuple(found)


@st.composite
def calendars(draw: st.DrawFn) -> WorkHours:
    around = draw(st.sampled_from([date(2026, 3, 22), date(2026, 10, 20), date(2026, 12, 28), date(2026, 6, 1)]))
    days = st.integers(0, MOST_DAYS).map(lambda more: around + timedelta(days=more))
    found = WorkHours(
        zone=draw(ZONES),
        week=tuple(draw(st.lists(shifts(), min_size=7, max_size=7))),
        special=draw(st.dictionaries(days, shifts(), max_size=4)),
    )
    found.name = around.isoformat()
    return found


def worked_minutes(hours: WorkHours, start: datetime, end: datetime) -> list[datetime]:
    """Every minute from `start` up to `end` in which somebody works, found by looking at each of them."""
    first = start.astimezone(hours.zone).date() - timedelta(days=2)
    stretches = []
    for number in range((end - start).days + 5):
        day = first + timedelta(days=number)
        stretches += [(_wall(hours, day, one.start), _wall(hours, day, one.end)) for one in hours.shifts_on(day)]
    count = int((end - start) / MINUTE)
    every = (start + number * MINUTE for number in range(count))
    return [at for at in every if any(begin <= at < until for begin, until in stretches)]


def _wall(hours: WorkHours, day: date, minutes: int) -> datetime:
    """The first moment at which a clock on the wall shows this time or a later one, going minute by minute."""
    wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)
    at = (wall - timedelta(hours=15)).replace(tzinfo=UTC)
    while at.astimezone(hours.zone).replace(tzinfo=None) < wall:
        at += MINUTE
    return at


moments = st.integers(0, MOST_DAYS * 1440 // 4)


@settings(max_examples=40, deadline=None)
@given(calendars(), moments, st.integers(0, 2 * 1440))
def test_minutes_between_are_the_minutes_worked(hours: WorkHours, offset: int, length: int) -> None:
    start = datetime.fromisoformat(hours.name).replace(tzinfo=UTC) + offset * MINUTE
    end = start + length * MINUTE
    assert hours.minutes_between(start, end) == len(worked_minutes(hours, start, end))


@settings(max_examples=40, deadline=None)
@given(calendars(), moments, st.integers(1, 1200))
def test_a_deadline_is_the_end_of_the_last_minute_worked(hours: WorkHours, offset: int, amount: int) -> None:
    start = datetime.fromisoformat(hours.name).replace(tzinfo=UTC) + offset * MINUTE
    minutes = worked_minutes(hours, start, start + timedelta(days=2))
    if len(minutes) < amount:
        return
    assert hours.deadline(start, Span(amount, Unit.WORKING_MINUTES)) == minutes[amount - 1] + MINUTE


@settings(max_examples=100, deadline=None)
@given(calendars(), st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9))
@example(WorkHours(zone=SHANGHAI, week=WEEK), 0, 10**9, 5)
def test_parts_add_up_and_a_deadline_is_worked_to(hours: WorkHours, one: int, two: int, three: int) -> None:
    first, middle, last = (EPOCH + timedelta(days=20_000, seconds=more) for more in sorted((one, two, three)))
    assert hours.seconds_between(first, last) == hours.seconds_between(first, middle) + hours.seconds_between(
        middle, last
    )
    minutes = hours.minutes_between(first, last)
    if minutes:
        until = hours.deadline(first, Span(minutes, Unit.WORKING_MINUTES))
        assert hours.seconds_between(first, until) == minutes * 60
        assert until <= last
