"""Verbs of the special day."""

from __future__ import annotations

from django.utils.translation import gettext as _t

from gucang.kernel.actions import creating, deleting, editing, restoring
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.worktime import rules
from gucang.worktime.models import DayKind, SpecialDay
from gucang.worktime.shifts import BadShifts, read_shifts, write_shifts


def _settle(day: SpecialDay, actor: Actor) -> None:
    """Bring the hours into their one spelling; a day off has none."""
    if sentence := rules.why_not_year(day.on.year):
        raise Invalid({"on": [sentence]})
    if day.kind in (DayKind.HOLIDAY, DayKind.CLOSED):
        day.hours = ""
        return
    try:
        day.hours = write_shifts(read_shifts(day.hours))
    except BadShifts as problem:
        raise Invalid({"hours": [str(problem)]}) from None
    if day.kind == DayKind.HOURS and not day.hours:
        raise Invalid({"hours": [_t("Write the hours of this day, such as 09:00-12:00.")]})


create = creating("special_day", prepare=_settle)
edit = editing("special_day", prepare=_settle)
delete = deleting("special_day")
restore = restoring("special_day")
