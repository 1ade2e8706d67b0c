"""Words for days as filters have them: today, this week, next7d, 2026-11; which days, and how they are called."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from gucang.surface import ui

DAY_WORDS: dict[str, Any] = {
    "overdue": _("overdue"), "today": _("today"), "tomorrow": _("tomorrow"), "yesterday": _("yesterday"),
    "thisweek": _("this week"), "lastweek": _("last week"), "nextweek": _("next week"),
    "thismonth": _("this month"), "lastmonth": _("last month"), "nextmonth": _("next month"),
    "thisquarter": _("this quarter"), "thisyear": _("this year"), "lastyear": _("last year"),
}  # fmt: skip
_COUNTED = re.compile(r"^(next|last)(\d{1,3})d$")
_MONTH = re.compile(r"^(19|20|21)\d\d-(0[1-9]|1[0-2])$")


def span(word: str, today: date) -> tuple[date | None, date | None] | None:
    """The days that a word such as "next7d" means, as (first, day after the last); None for no such word."""
    one = timedelta(days=1)
    if counted := _COUNTED.match(word):
        days = timedelta(days=int(counted[2]))
        return (today, today + days + one) if counted[1] == "next" else (today - days, today + one)
    if _MONTH.match(word):
        first = date.fromisoformat(f"{word}-01")
        return first, _months_on(first, 1)
    monday = today - timedelta(days=today.weekday())
    month = today.replace(day=1)
    week = timedelta(days=7)
    spans: dict[str, tuple[date | None, date | None]] = {
        "overdue": (None, today),
        "today": (today, today + one),
        "tomorrow": (today + one, today + 2 * one),
        "yesterday": (today - one, today),
        "thisweek": (monday, monday + week),
        "lastweek": (monday - week, monday),
        "nextweek": (monday + week, monday + 2 * week),
        "thismonth": (month, _months_on(month, 1)),
        "lastmonth": (_months_on(month, -1), month),
        "nextmonth": (_months_on(month, 1), _months_on(month, 2)),
        "thisquarter": (_quarter(month), _months_on(_quarter(month), 3)),
        "thisyear": (month.replace(month=1), month.replace(year=month.year + 1, month=1)),
        "lastyear": (month.replace(year=month.year - 1, month=1), month.replace(month=1)),
    }
    return spans.get(word)


def is_word(text: str) -> bool:
    """Whether `day_words` knows what this is called."""
    return text in DAY_WORDS or bool(_COUNTED.match(text) or _MONTH.match(text))


def day_words(word: str) -> str:
    """What a word of `span` is called on screen."""
    if counted := _COUNTED.match(word):
        days = int(counted[2])
        if counted[1] == "next":
            return ngettext("next %(days)s day", "next %(days)s days", days) % {"days": days}
        return ngettext("last %(days)s day", "last %(days)s days", days) % {"days": days}
    if _MONTH.match(word):
        return ui.month_text(date.fromisoformat(f"{word}-01"))
    return str(DAY_WORDS[word])


def _quarter(month: date) -> date:
    return month.replace(month=(month.month - 1) // 3 * 3 + 1)


def _months_on(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
