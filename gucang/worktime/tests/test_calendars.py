"""Working calendars, their years and days, and who uses which."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gucang.accounts.models import Department
from gucang.kernel import clock
from gucang.kernel.actors import system
from gucang.kernel.errors import Forbidden, Invalid, NotVisible, Refused
from gucang.kernel.models import Company, Event
from gucang.kernel.scope import company_scope
from gucang.worktime.actions import calendars, days
from gucang.worktime.hours import Span
from gucang.worktime.jobs import enter_holidays
from gucang.worktime.models import WEEKDAYS, DayKind, SpecialDay, WorkCalendar
from gucang.worktime.queries import calendar_of, default_calendar
from gucang.worktime.shifts import read_shifts
from gucang.worktime.statutory import statutory_year

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHTS = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "22:00-06:00")


@pytest.fixture
def office(scope: Any) -> WorkCalendar:
    """The calendar that Acme began with."""
    found = default_calendar()
    assert found is not None
    return found


@pytest.fixture
def warehouse(office: WorkCalendar) -> WorkCalendar:
    """A second calendar, with nights."""
    return calendars.create(actor=system(), values={"name": "仓库", **NIGHTS}).record


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_a_new_company_works_office_hours_in_no_confirmed_year(office: WorkCalendar) -> None:
    hours = calendar_of()
    assert (office.name, office.is_default) == ("总部", True)
    assert hours.minutes_between(at("2026-11-20 00:00"), at("2026-11-23 00:00")) == 450
    assert hours.unconfirmed(2026)


def entered() -> list[tuple[int, int]]:
    """How many days were entered for which year, as the log tells."""
    found = Event.objects.filter(name="work_calendar.seed").order_by("id")
    return [(event.facts["year"], event.facts["holidays"] + event.facts["make_up"]) for event in found]


def test_the_night_enters_the_holidays_of_this_year_and_the_next_once(office: WorkCalendar) -> None:
    with clock.at(at("2026-11-22 01:20")):
        enter_holidays()
        enter_holidays()
    assert entered() == [(2026, 28), (2027, 19)]


def test_the_night_adds_the_make_up_workdays_when_they_become_known(office: WorkCalendar, adam: Any) -> None:
    """What was entered before the notice were bare holidays."""
    days.create(actor=adam, values={"calendar": office, "on": date(2026, 10, 1), "kind": "holiday"})
    calendars.confirm(office, actor=adam, year=2027)
    with clock.at(at("2026-11-22 01:20")):
        enter_holidays()
    assert entered() == [(2026, 27)]
    assert not SpecialDay.objects.filter(on__year=2027).exists()


def test_the_year_2026_is_known_with_what_is_worked_instead() -> None:
    found = statutory_year(2026, "zh-hans")
    worked = [(day.on, day.name) for day in found.days if day.kind == DayKind.MAKE_UP]
    assert found.complete
    assert worked == [
        (date(2026, 1, 4), "元旦"), (date(2026, 2, 14), "春节"), (date(2026, 2, 28), "春节"),
        (date(2026, 5, 9), "劳动节"), (date(2026, 9, 20), "国庆节"), (date(2026, 10, 10), "国庆节"),
    ]  # fmt: skip
    assert (date(2026, 10, 7), "国庆节") in [(day.on, day.name) for day in found.days]


def test_what_is_worked_in_december_for_january_is_known_in_its_own_year() -> None:
    assert date(2011, 12, 31) in [day.on for day in statutory_year(2011, "en").days]


def test_a_year_without_the_notice_is_not_called_complete() -> None:
    found = statutory_year(2027, "zh-hans")
    assert not found.complete
    assert {day.kind for day in found.days} == {DayKind.HOLIDAY}


def test_seeding_enters_a_year_once_and_leaves_what_is_there(office: WorkCalendar, act: Any, adam: Any) -> None:
    mine = act(days.create, by=adam, calendar=office, on=date(2026, 10, 1), kind="hours", hours="9-12").record
    first = act(calendars.seed, office, by=adam, year=2026)
    assert first.event.facts == {"year": 2026, "holidays": 21, "make_up": 6, "complete": True}
    again = act(calendars.seed, office, by=adam, year=2026)
    assert (again.event.facts["holidays"], again.event.facts["make_up"]) == (0, 0)
    assert SpecialDay.objects.get(on=date(2026, 10, 1)) == mine
    assert SpecialDay.objects.filter(on__year=2026).count() == 28
    hours = calendar_of()
    assert hours.deadline(at("2026-09-30 10:00"), Span(2)) == at("2026-10-08 18:00")  # half of 1 October is worked
    assert hours.is_working_day(date(2026, 2, 14))


def test_a_make_up_workday_has_the_usual_hours_unless_it_says_others(office: WorkCalendar, act: Any, adam: Any) -> None:
    day = act(days.create, by=adam, calendar=office, on=date(2026, 11, 21), kind="make_up").record
    assert calendar_of().shifts_on(date(2026, 11, 21)) == read_shifts("09:00-12:00, 13:30-18:00")
    act(days.edit, day, by=adam, hours="9:00—12:00")
    assert SpecialDay.objects.get().hours == "09:00-12:00"
    assert calendar_of().shifts_on(date(2026, 11, 21)) == read_shifts("9-12")


def test_a_day_off_has_no_hours_and_a_day_of_other_hours_needs_some(office: WorkCalendar, act: Any, adam: Any) -> None:
    off = act(days.create, by=adam, calendar=office, on=date(2026, 11, 20), kind="closed", hours="9-12").record
    assert off.hours == ""
    with pytest.raises(Invalid) as refused:
        days.create(actor=adam, values={"calendar": office, "on": date(2026, 11, 19), "kind": "hours"})
    assert "hours" in refused.value.fields


def test_a_day_is_entered_once_in_each_calendar(office: WorkCalendar, warehouse: WorkCalendar, adam: Any) -> None:
    values = {"on": date(2026, 11, 20), "kind": "closed"}
    first = days.create(actor=adam, values={"calendar": office, **values}).record
    days.create(actor=adam, values={"calendar": warehouse, **values})
    with pytest.raises(Refused, match="这一天已经登记过"):
        days.create(actor=adam, values={"calendar": office, **values})
    days.delete(first, actor=adam)
    days.create(actor=adam, values={"calendar": office, **values})


def test_a_department_and_those_below_it_use_the_calendar_it_was_given(
    office: WorkCalendar, warehouse: WorkCalendar, act: Any, adam: Any, alice: Any, carol: Any
) -> None:
    sales, first = (Department.objects.get(name=name) for name in ("销售部", "销售一组"))
    act(calendars.set_departments, warehouse, by=adam, departments=[sales])
    used = [calendar_of(one).name for one in (None, sales, first, alice, carol)]
    assert used == ["总部", "仓库", "仓库", "仓库", "总部"]
    act(calendars.set_departments, office, by=adam, departments=[first])
    assert [calendar_of(one).name for one in (sales, first, alice)] == ["仓库", "总部", "总部"]
    act(calendars.set_departments, warehouse, by=adam, departments=[])
    assert calendar_of(sales).name == "总部"


def test_there_is_one_usual_calendar_and_it_stays(office: WorkCalendar, warehouse: WorkCalendar, adam: Any) -> None:
    with pytest.raises(Refused):
        calendars.delete(office, actor=adam)
    calendars.make_usual(warehouse, actor=adam)
    assert list(WorkCalendar.objects.filter(is_default=True)) == [warehouse]
    assert calendar_of().name == "仓库"
    calendars.delete(office, actor=adam)
    assert calendar_of().name == "仓库"


def test_a_deleted_calendar_leaves_its_departments_to_the_usual_one(
    office: WorkCalendar, warehouse: WorkCalendar, adam: Any, alice: Any
) -> None:
    calendars.set_departments(warehouse, actor=adam, departments=[Department.objects.get(name="销售部")])
    calendars.delete(warehouse, actor=adam)
    assert calendar_of(alice).name == "总部"


def test_hours_that_nobody_understands_are_refused_by_their_day(office: WorkCalendar, adam: Any) -> None:
    with pytest.raises(Invalid) as refused:
        calendars.edit(office, actor=adam, values={"tuesday": "all day", "sunday": "10-9, 8-12"})
    assert set(refused.value.fields) == {"tuesday", "sunday"}
    with pytest.raises(Invalid):
        calendars.edit(office, actor=adam, values=dict.fromkeys(WEEKDAYS, ""))
    with pytest.raises(Invalid) as refused:
        calendars.edit(office, actor=adam, values={"zone": "Mars/Olympus"})
    assert "zone" in refused.value.fields


def test_the_log_shows_hours_as_they_are_kept(office: WorkCalendar, act: Any, adam: Any) -> None:
    event = act(calendars.edit, office, by=adam, saturday="9～12").event
    assert event.changes == {"saturday": ["", "09:00-12:00"]}


def test_a_year_is_confirmed_and_taken_back(office: WorkCalendar, act: Any, adam: Any) -> None:
    act(calendars.confirm, office, by=adam, year=2026)
    assert not calendar_of().unconfirmed(2026)
    assert calendars.confirm(office, actor=adam, year=2026).event is None
    act(calendars.reopen, office, by=adam, year=2026)
    assert calendar_of().unconfirmed(2026)
    with pytest.raises(Invalid):
        calendars.confirm(office, actor=adam, year=1492)


def test_everybody_sees_the_hours_and_only_administrators_change_them(office: WorkCalendar, alice: Any) -> None:
    assert list(calendars.edit.type.query(alice.as_actor())) == [office]
    with pytest.raises(Forbidden):
        calendars.confirm(office, actor=alice, year=2026)
    with pytest.raises(Forbidden):
        days.create(actor=alice, values={"calendar": office, "on": date(2026, 11, 20), "kind": "closed"})


def test_another_companys_calendar_is_not_there(other: Company, dan: Any, acme: Company, adam: Any) -> None:
    with company_scope(other):
        theirs = default_calendar()
        assert theirs is not None
        calendars.edit(theirs, actor=dan, values={"monday": "01:00-02:00"})
        days.create(actor=dan, values={"calendar": theirs, "on": date(2026, 11, 20), "kind": "closed"})
    with company_scope(acme):
        assert calendar_of().shifts_on(date(2026, 11, 16)) == read_shifts("09:00-12:00, 13:30-18:00")
        assert calendar_of().is_working_day(date(2026, 11, 20))
        with pytest.raises(NotVisible):
            calendars.confirm(theirs, actor=adam, year=2026)
        with pytest.raises(Invalid):
            days.create(actor=adam, values={"calendar": theirs.pk, "on": date(2026, 11, 19), "kind": "closed"})
        assert not Event.objects.filter(name="work_calendar.edit").exists()


def test_what_was_computed_with_is_kept_until_a_day_changes(office: WorkCalendar, adam: Any, acme: Company) -> None:
    assert calendar_of() is calendar_of()
    before = calendar_of()
    days.create(actor=adam, values={"calendar": office, "on": date(2026, 11, 20), "kind": "closed"})
    assert calendar_of() is not before
    assert not calendar_of().is_working_day(date(2026, 11, 20))
