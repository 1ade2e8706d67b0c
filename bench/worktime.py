"""A million questions to a working calendar: how long each kind takes, on one processor, no database."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from gucang.worktime.hours import Span, WorkHours
from gucang.worktime.models import DayKind
from gucang.worktime.shifts import Shifts, read_shifts
from gucang.worktime.statutory import statutory_year

ROUNDS = 1_000_000
YEARS = (2024, 2025, 2026)
HOURS = "09:00-12:00, 13:30-18:00"


def measure() -> None:
    """Print the seconds that a million of each question take, over moments of three seeded years."""
    hours = _office()
    chance = random.Random(1)
    since = datetime(YEARS[0], 1, 1, tzinfo=UTC)
    moments = [since + timedelta(seconds=chance.randrange(3 * 365 * 86_400)) for _ in range(10_000)]
    pairs = list(zip(moments, reversed(moments), strict=True))
    spans = [Span(chance.randrange(1, 90), unit) for unit in ("working_hours", "working_days") for _ in range(5_000)]
    begun = time.perf_counter()
    hours.is_working(since)
    print(f"The table of the first years: {(time.perf_counter() - begun) * 1000:.1f} ms")
    _time("working minutes between two moments", lambda: [hours.minutes_between(a, b) for a, b in pairs])
    tasks = list(zip(moments, spans, strict=True))
    _time("deadlines, half in hours, half in days", lambda: [hours.deadline(start, span) for start, span in tasks])


def _time(what: str, ask: Callable[[], list[object]]) -> None:
    begun = time.process_time()
    for _ in range(ROUNDS // len(ask())):
        ask()
    print(f"{ROUNDS:,} {what}: {time.process_time() - begun:.2f} s of CPU")


def _office() -> WorkHours:
    shifts = read_shifts(HOURS)
    special: dict[date, Shifts] = {}
    for year in YEARS:
        for day in statutory_year(year, "zh-hans").days:
            special[day.on] = shifts if day.kind == DayKind.MAKE_UP else ()
    return WorkHours(zone=ZoneInfo("Asia/Shanghai"), week=(shifts,) * 5 + ((), ()), special=special)
