"""The hours of a day as people write them: "09:00-12:00, 13:30-18:00", or "22:00-06:00" over midnight. Pure."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import NamedTuple

from django.utils.translation import gettext as _t

DAY = 24 * 60
MOST = 6
_SHIFT = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*(?:-|~|to|到|至)\s*(\d{1,2})(?::(\d{2}))?")
_DASHES = str.maketrans({"–": "-", "—": "-", "−": "-", "～": "~", "点": ":"})


class BadShifts(ValueError):
    """The hours cannot be understood; the message is a sentence that says how to write them."""


class Shift(NamedTuple):
    """From `start` up to `end`, in minutes after the midnight that begins the day; past 1440 it is the next morning."""

    start: int
    end: int

    def __str__(self) -> str:
        return f"{_clock(self.start)}-{_clock(self.end)}"


Shifts = tuple[Shift, ...]


def read_shifts(text: str) -> Shifts:
    """The shifts that `text` means, in order; () for none. Raises BadShifts.

    A shift that ends no later than it begins goes over midnight and belongs to the day on which it begins.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    parts = [part.strip() for part in re.split(r"[,、;\n]", plain) if part.strip()]
    if len(parts) > MOST:
        raise BadShifts(_t("A day has at most %(most)s shifts.") % {"most": MOST})
    found = sorted(_shift(part) for part in parts)
    for before, after in pairwise(found):
        if after.start < before.end:
            raise BadShifts(_t("%(one)s and %(other)s overlap.") % {"one": before, "other": after})
    if found and found[-1].end - DAY > found[0].start:
        raise BadShifts(_t("%(one)s and %(other)s overlap.") % {"one": found[-1], "other": found[0]})
    return tuple(found)


def write_shifts(shifts: Shifts) -> str:
    """The shifts in their one spelling: "09:00-12:00, 13:30-18:00"."""
    return ", ".join(map(str, shifts))


def minutes_of(shifts: Shifts) -> int:
    """How many minutes these shifts last together."""
    return sum(shift.end - shift.start for shift in shifts)


def _shift(part: str) -> Shift:
    match = _SHIFT.fullmatch(part)
    if match is None:
        raise BadShifts(_t("Write hours like 09:00-12:00, 13:30-18:00; “%(text)s” is none.") % {"text": part[:30]})
    hours = [int(match[1]) * 60 + int(match[2] or 0), int(match[3]) * 60 + int(match[4] or 0)]
    if any(one > DAY for one in hours) or hours[0] == DAY or int(match[2] or 0) > 59 or int(match[4] or 0) > 59:
        raise BadShifts(_t("“%(text)s” is no time of day.") % {"text": part[:30]})
    start, end = hours
    return Shift(start, end if end > start else end + DAY)


def _clock(minutes: int) -> str:
    minutes = minutes if minutes <= DAY else minutes - DAY
    return f"{minutes // 60:02}:{minutes % 60:02}"
