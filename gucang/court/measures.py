"""What the log itself can tell of an effect. Modules above register what their own records say of the same cases."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from gucang.conformance.kinds import Kind as Deviates
from gucang.court.effects import Kind, Seen, Values, measure


@measure("time", _("Working time from begin to end"), Kind.TIME, about=_("of cases that were not broken off"))
def from_begin_to_end(case_type: str, cases: Sequence[Seen]) -> Values:
    """From the first deed to the last one."""
    return {one.pk: one.minutes for one in cases if one.whole}


@measure("after", _("Working time up to the steps after it"), Kind.TIME, about=_("of cases that were not broken off"))
def up_to_later_steps(case_type: str, cases: Sequence[Seen]) -> Values:
    """What the steps behind the deviation took."""
    found = {one.pk: one.after() for one in cases if one.whole}
    return {pk: minutes for pk, minutes in found.items() if minutes is not None}


@measure("later", _("Depart from the process at a later step"), Kind.SHARE)
def departs_later(case_type: str, cases: Sequence[Seen]) -> Values:
    """Whether anything departs behind it."""
    return {one.pk: any(step in one.later for _kind, step in one.departures) for one in cases}


@measure("late", _("Are late at a later step"), Kind.SHARE)
def late_later(case_type: str, cases: Sequence[Seen]) -> Values:
    """Whether a step behind it was over time."""
    return {one.pk: any(kind == Deviates.LATE and step in one.later for kind, step in one.departures) for one in cases}


@measure("broken_off", _("Are broken off"), Kind.SHARE)
def broken_off(case_type: str, cases: Sequence[Seen]) -> Values:
    """Whether it ended by an event that is no step, such as a cancellation."""
    return {one.pk: not one.whole for one in cases}
