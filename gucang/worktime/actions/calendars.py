"""Verbs of the working calendar: its week, its years, and who uses it."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from gucang.accounts.models import Department
from gucang.kernel import clock
from gucang.kernel.actions import action, creating, deleting, editing, restoring
from gucang.kernel.actors import Actor, system
from gucang.kernel.errors import Invalid
from gucang.kernel.models import Company
from gucang.kernel.scope import active_company_id
from gucang.worktime import queries, rules
from gucang.worktime.models import WEEKDAYS, DayKind, DepartmentCalendar, SpecialDay, WorkCalendar
from gucang.worktime.shifts import BadShifts, read_shifts, write_shifts

HEAD_OFFICE = gettext_noop("Head office")


def _settle(calendar: WorkCalendar, actor: Actor) -> None:
    """Bring the hours of the week into their one spelling."""
    problems: dict[str, list[Any]] = {}
    week = []
    for name in WEEKDAYS:
        try:
            week.append(read_shifts(getattr(calendar, name)))
        except BadShifts as problem:
            problems[name] = [str(problem)]
        else:
            setattr(calendar, name, write_shifts(week[-1]))
    if problems:
        raise Invalid(problems)
    if not any(week):
        raise Invalid({WEEKDAYS[0]: [_t("Give at least one day of the week its hours.")]})


def _begin(calendar: WorkCalendar, actor: Actor) -> None:
    _settle(calendar, actor)
    calendar.is_default = queries.default_calendar() is None


create = creating("work_calendar", prepare=_begin)
edit = editing("work_calendar", prepare=_settle)
delete = deleting("work_calendar", guard=rules.why_kept)
restore = restoring("work_calendar")


@action("work_calendar.make_usual", label=_("Make the usual one"), guard=rules.why_usual, icon="star")
def make_usual(calendar: WorkCalendar) -> dict[str, Any]:
    """Let everybody use this calendar whose department has none of its own."""
    former = WorkCalendar.objects.filter(is_default=True).first()
    WorkCalendar.objects.filter(is_default=True).update(is_default=False)
    calendar.is_default = True
    return {"former": str(former)} if former else {}


@action(
    "work_calendar.set_departments", label=_("Departments"), icon="hierarchy", always=True,
    labels={"departments": _("Departments")},
)  # fmt: skip
def set_departments(calendar: WorkCalendar, *, departments: list[Department] = []) -> dict[str, Any]:  # noqa: B006 never changed
    """Let exactly these departments, and those below them, use this calendar and not the company's usual one."""
    chosen = {one.pk for one in departments}
    DepartmentCalendar.objects.filter(Q(calendar=calendar) | Q(department_id__in=chosen)).delete()
    for one in departments:
        DepartmentCalendar.objects.create(department=one, calendar=calendar)
    return {"departments": [one.name for one in departments]}


@action(
    "work_calendar.seed", label=_("Enter the public holidays"), icon="wand", always=True, labels={"year": _("Year")}
)
def seed(calendar: WorkCalendar, *, year: int, actor: Actor) -> dict[str, Any]:
    """Enter China's statutory holidays and make-up workdays of a year; days that are entered already stay as they are.

    The year still waits to be confirmed. `complete` in the facts is false where the State Council's notice, which says
    what is worked instead, was not known yet when this program was made: then only the holidays themselves are entered.
    """
    from gucang.worktime.statutory import statutory_year  # a second, and needed only here

    _check_year(year)
    found = statutory_year(year, Company.objects.get(pk=active_company_id()).language)
    there = set(SpecialDay.objects.filter(calendar=calendar, on__year=year).values_list("on", flat=True))
    now = clock.now()
    new = [
        SpecialDay(
            company_id=active_company_id(), calendar=calendar, on=day.on, kind=day.kind, name=day.name,
            version=1, created_at=now, updated_at=now,
        )
        for day in found.days
        if day.on not in there
    ]  # fmt: skip
    SpecialDay.objects.bulk_create(new)
    kinds = [day.kind for day in new]
    return {
        "year": year,
        "holidays": kinds.count(DayKind.HOLIDAY),
        "make_up": kinds.count(DayKind.MAKE_UP),
        "complete": found.complete,
    }


@action("work_calendar.confirm", label=_("Confirm a year"), icon="circle-check", labels={"year": _("Year")})
def confirm(calendar: WorkCalendar, *, year: int) -> dict[str, Any]:
    """Somebody has compared the year with the State Council's notice: what is computed in it can be relied on."""
    _check_year(year)
    calendar.confirmed = sorted({*calendar.confirmed, str(year)})
    return {"year": year}


@action("work_calendar.reopen", label=_("Take the confirmation back"), icon="arrow-back-up", labels={"year": _("Year")})
def reopen(calendar: WorkCalendar, *, year: int) -> dict[str, Any]:
    """The year is not certain any more; whoever computes with it is warned again."""
    _check_year(year)
    calendar.confirmed = [one for one in calendar.confirmed if one != str(year)]
    return {"year": year}


def _check_year(year: int) -> None:
    if sentence := rules.why_not_year(year):
        raise Invalid({"year": [sentence]})


def ensure_standard(language: str) -> WorkCalendar:
    """The company's first calendar, if it has none: office hours from Monday to Friday."""
    if (found := queries.default_calendar()) is not None:
        return found
    with translation.override(language):
        calendar: WorkCalendar = create(actor=system(), values={"name": _t(HEAD_OFFICE)}).record
        return calendar
