"""When the company works: its two calendars, entered and confirmed on the first day, and who is away when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from gucang.accounts.models import Department
from gucang.demo.story.world import World, working_day
from gucang.worktime.actions import calendars, days, leave
from gucang.worktime.models import WEEKDAYS, DayKind, SpecialDay, WorkCalendar
from gucang.worktime.queries import default_calendar

STORE_HOURS = "08:00-12:00, 13:00-17:30"
WAREHOUSE: dict[str, Any] = {
    "name": "仓库", **dict.fromkeys(WEEKDAYS[:5], STORE_HOURS), "saturday": "08:00-12:00",
}  # fmt: skip
# The last day of the year belongs to the stock-taking.
STOCK_TAKING = (12, 31)


@dataclass(frozen=True)
class Away:
    """Somebody's leave: it begins so many working days from today and lasts some days."""

    user: str
    starts: int
    days: int
    kind: str
    deputy: str = ""
    note: str = ""


LEAVE = (
    Away("he.jing", -18, 2, "sick", "li.xiangdong", "发烧，医生开了两天"),
    Away("chen.siyuan", -9, 3, "trip", "lin.xiaotong", "深圳展会"),
    Away("huang.zhiqiang", 0, 3, "trip", "chen.siyuan", "去东莞陪客户验收"),
    Away("li.xiangdong", 4, 2, "annual", "he.jing"),
    Away("zhao.min", 8, 5, "family", note="婚假"),
)


def set_up(world: World) -> None:
    """The office's calendar and the warehouse's, with their years; the next one still waits for the notice."""
    admin, office = world.actor("admin"), default_calendar()
    assert office is not None
    store: WorkCalendar = calendars.create(actor=admin, values=WAREHOUSE).record
    calendars.set_departments(store, actor=admin, departments=[Department.objects.get(name="仓库")])
    years = range(world.first_day.year, world.today.year + 1)
    for calendar in (office, store):
        for year in (*years, years[-1] + 1):
            calendars.seed(calendar, actor=admin, year=year)
        for year in years:
            calendars.confirm(calendar, actor=admin, year=year)
    for year in years:
        _special(world, store, date(year, *STOCK_TAKING), DayKind.HOURS, "年终盘点", "08:00-12:00")
        _special(world, office, working_day(date(year, 6, 12)), DayKind.CLOSED, "公司成立日")


def _special(world: World, calendar: WorkCalendar, on: date, kind: DayKind, name: str, hours: str = "") -> None:
    if SpecialDay.objects.filter(calendar=calendar, on=on).exists():
        return  # a holiday of that year
    values = {"calendar": calendar, "on": on, "kind": kind, "name": name, "hours": hours}
    days.create(actor=world.actor("admin"), values=values)


def begin(world: World) -> None:
    """Everybody enters their own leave some days before it begins."""
    for one in LEAVE:
        first = world.today
        for _step in range(abs(one.starts)):
            first = working_day(first + timedelta(days=1 if one.starts > 0 else -1), 1 if one.starts > 0 else -1)
        entered = min(working_day(first - timedelta(days=6), -1), working_day(world.today - timedelta(days=1), -1))
        world.once(world.moment(entered, 9, 20), partial(_enter, world, one, first))


def _enter(world: World, one: Away, first: date) -> None:
    values: dict[str, Any] = {
        "kind": one.kind, "begins_on": first, "ends_on": first + timedelta(days=one.days - 1), "note": one.note,
        "deputy": world.members[one.deputy] if one.deputy else None,
    }  # fmt: skip
    leave.create(actor=world.actor(one.user), values=values)
