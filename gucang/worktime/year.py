"""A year of a working calendar as it is drawn: twelve months, and what each of their days is. It knows no request."""

from __future__ import annotations

import calendar as months
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _t
from django.utils.translation import pgettext

from gucang.surface import ui
from gucang.worktime.hours import WorkHours
from gucang.worktime.models import DayKind, SpecialDay
from gucang.worktime.shifts import minutes_of, write_shifts

WEEKEND = "weekend"


@dataclass(frozen=True)
class Cell:
    """One day: its kind ("" is an ordinary workday), the sign in its corner, and the same in words."""

    day: date
    kind: str
    mark: str
    words: str
    special: int | None
    today: bool


@dataclass(frozen=True)
class Month:
    """One month; its weeks hold None where a day belongs to another month."""

    name: str
    weeks: list[list[Cell | None]]


@dataclass(frozen=True)
class Year:
    """The whole year, with how much is worked in it."""

    number: int
    months: list[Month]
    days: int
    minutes: int
    known: bool
    make_up: bool

    @property
    def hours(self) -> str:
        """The working hours, with a decimal where there is a half."""
        return f"{self.minutes / 60:,.1f}".removesuffix(".0")


def marks() -> dict[str, tuple[str, str]]:
    """The sign of each kind of day, and what it means; a weekend has none."""
    labels = dict(DayKind.choices)
    return {
        DayKind.HOLIDAY: (pgettext("sign of a day", "H"), str(labels[DayKind.HOLIDAY])),
        DayKind.MAKE_UP: (pgettext("sign of a day", "W"), str(labels[DayKind.MAKE_UP])),
        DayKind.CLOSED: (pgettext("sign of a day", "C"), str(labels[DayKind.CLOSED])),
        DayKind.HOURS: (pgettext("sign of a day", "½"), str(labels[DayKind.HOURS])),
        WEEKEND: ("", _t("ordinary day off")),
    }


def year_of(number: int, hours: WorkHours, special: Mapping[date, SpecialDay], today: date) -> Year:
    """The year `number` of a calendar; `special` are its special days."""
    signs = marks()
    drawn = [
        Month(
            ui.month_text(date(number, month, 1)),
            [
                [_cell(day, hours, special.get(day), today, signs) if day.month == month else None for day in week]
                for week in months.Calendar().monthdatescalendar(number, month)
            ],
        )
        for month in range(1, 13)
    ]
    days = [cell for month in drawn for week in month.weeks for cell in week if cell is not None]
    worked = [minutes_of(hours.shifts_on(cell.day)) for cell in days]
    return Year(
        number,
        drawn,
        days=sum(1 for minutes in worked if minutes),
        minutes=sum(worked),
        known=any(cell.special for cell in days),
        make_up=any(cell.kind == DayKind.MAKE_UP for cell in days),
    )


def _cell(
    day: date, hours: WorkHours, special: SpecialDay | None, today: date, signs: Mapping[str, tuple[str, str]]
) -> Cell:
    shifts = hours.shifts_on(day)
    kind = special.kind if special is not None else "" if shifts else WEEKEND
    mark, meaning = signs.get(kind, ("", _t("ordinary workday")))
    parts = [f"{ui.date_text(day, today)} {ui.weekday(day)}", meaning]
    parts += [special.name] if special is not None and special.name else []
    parts += [write_shifts(shifts)] if shifts else []
    return Cell(day, kind, mark, " · ".join(parts), special.pk if special is not None else None, day == today)
