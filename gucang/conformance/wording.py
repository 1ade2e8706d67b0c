"""Deviations and times, said to people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from gucang.conformance.kinds import Kind
from gucang.conformance.models import CaseDeviation
from gucang.processes.mining.alignments import Move

HOUR, DAY = 60, 8 * 60


def working(minutes: int | None) -> str:
    """So many working minutes in the largest unit that says something; a working day is eight hours."""
    if minutes is None:
        return "–"
    if minutes < HOUR:
        return ngettext("%(num)s working minute", "%(num)s working minutes", minutes) % {"num": minutes}
    if minutes < 3 * DAY:
        return _t("%(num)s working hours") % {"num": _short(minutes / HOUR)}
    return _t("%(num)s working days") % {"num": _short(minutes / DAY)}


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0") if number < 100 else f"{number:,.0f}"


def pattern(kind: str, step: str, other: str) -> str:
    """What departs, without who and how much: “Deliver” before “Approve”."""
    parts = {"step": step, "other": other}
    return {
        Kind.SKIPPED: _t("“%(step)s” is skipped"),
        Kind.EXTRA: _t("“%(step)s” is done where nobody foresaw it"),
        Kind.REVERSED: _t("“%(step)s” comes before “%(other)s”"),
        Kind.REPEATED: _t("“%(step)s” is done again"),
        Kind.ROLE: _t("“%(step)s” is done by another role"),
        Kind.FOUR_EYES: _t("“%(step)s” and “%(other)s” are done by the same person"),
        Kind.LATE: _t("“%(step)s” is over time"),
        Kind.ENTERED_LATE: _t("“%(step)s” is entered late"),
    }[Kind(kind)] % parts


def sentence(one: CaseDeviation, names: Mapping[str, str], overdue: int | None = None) -> str:
    """One deviation of a case. `overdue` are working minutes since a step that still waits should have been done."""
    said = pattern(one.kind, names.get(one.step, one.step), names.get(one.other, one.other))
    amount = one.amount if one.amount is not None else overdue
    if one.kind == Kind.LATE:
        told = _t("%(what)s by %(time)s") if one.since is None else _t("%(what)s, by %(time)s so far")
        return told % {"what": said, "time": working(amount)}
    if one.kind == Kind.ENTERED_LATE:
        return _t("%(what)s, %(time)s after it happened") % {"what": said, "time": working(amount)}
    return said


def moves(rows: list[Any], names: Mapping[str, str]) -> list[tuple[str, str, int]]:
    """An explanation as (how, step's name, event): done, skipped or extra."""
    how = {Move.SYNC.value: "done", Move.SKIPPED.value: "skipped", Move.EXTRA.value: "extra"}
    return [(how[move], names.get(step, step), at) for move, step, at in rows]


def fitness(cost: int, worst: int) -> str:
    """Fitness in per cent; a dash where there is nothing to compare."""
    return f"{100 * (1 - cost / worst):.1f}%" if worst else "–"


def since(moment: datetime, now: datetime, hours: Any) -> str:
    """How long something has waited, in working time."""
    return working(max(hours.minutes_between(moment, now), 0))
