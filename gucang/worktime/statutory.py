"""China's statutory holidays and make-up workdays of a year, from the library `holidays`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from gucang.worktime.models import DayKind

_LANGUAGES = {"en": "en_US"}
# “清明节（补假）”, "Tomb-Sweeping Day (observed)": that a day is a substitute is not its name.
_ADDED = re.compile(r"\s*[（(].*[)）]$")


@dataclass(frozen=True)
class Statutory:
    """One day off, or one day worked instead, with the holiday it is for."""

    on: date
    kind: DayKind
    name: str


@dataclass(frozen=True)
class StatutoryYear:
    """The days of a year in order. While not `complete`, the make-up workdays are not known yet."""

    days: tuple[Statutory, ...]
    complete: bool


def statutory_year(year: int, language: str) -> StatutoryYear:
    """What the library knows of `year`, named in `language`. It takes a second to load, so only here."""
    from holidays.countries.china import China, ChinaStaticHolidays

    name = _LANGUAGES.get(language, "zh_CN")
    # A holiday of the next January may be worked for in this December.
    notices: Mapping[int, Any] = ChinaStaticHolidays.special_public_holidays
    known: Any = China(years=(year, year + 1), language=name)
    moved = list(_moved(notices, year)) + list(_moved(notices, year + 1))
    named = {day: _ADDED.sub("", text.partition(";")[0]) for day, text in known.items()}
    for free, _worked in moved:
        named[free] = _nearest(free, named, {one for one, _other in moved})
    off = [Statutory(day, DayKind.HOLIDAY, text) for day, text in named.items() if day.year == year]
    worked = [Statutory(day, DayKind.MAKE_UP, named[free]) for free, day in moved if day.year == year]
    days = tuple(sorted((*off, *worked), key=lambda day: day.on))
    return StatutoryYear(days, year in notices)


def _moved(notices: Mapping[int, Any], year: int) -> Iterator[tuple[date, date]]:
    """The days off that are worked for on another day, with that day."""
    for month, day, *worked in notices.get(year, ()):
        if len(worked) < 2:  # a day that was given once, with its name
            continue
        yield date(year, month, day), date(worked[2] if len(worked) > 2 else year, worked[0], worked[1])


def _nearest(day: date, named: dict[date, str], without: set[date]) -> str:
    """The holiday that a day off belongs to: the nearest one that has a name of its own."""
    return named[min((one for one in named if one not in without), key=lambda one: (abs(one - day), one))]
