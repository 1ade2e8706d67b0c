"""The page of a working calendar: a year at a glance whose days are pressed to be changed, and a reckoner."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _t

from gucang.accounts.models import Department
from gucang.kernel import clock
from gucang.kernel.errors import Problem
from gucang.kernel.records import RecordType
from gucang.surface import ui
from gucang.surface.middleware import CompanyRequest
from gucang.surface.screens.common import record_url
from gucang.worktime import queries, rules
from gucang.worktime.actions import calendars, days
from gucang.worktime.hours import Span, Unit, WorkHours
from gucang.worktime.models import DayKind, SpecialDay, WorkCalendar
from gucang.worktime.year import WEEKEND, Cell, marks, year_of

MOST_AMOUNT = 100_000


def page(request: CompanyRequest, record_type: RecordType, calendar: WorkCalendar) -> dict[str, Any]:
    """What the page shows besides the common; nothing of it for a calendar in the bin."""
    if calendar.deleted_at is not None:
        return {"year": None}
    today, hours = clock.today(), queries.hours_of(calendar)
    number = _number(request.GET.get("year", ""), today)
    special = {day.on: day for day in SpecialDay.objects.filter(calendar=calendar, on__year=number)}
    year = year_of(number, hours, special, today)
    url = record_url(request, record_type, calendar.pk)
    here = f"{url}?year={number}"
    context = {
        "year": year,
        "signs": marks(),
        "years": [one for one in (number - 1, number, number + 1) if one in rules.YEARS],
        "weekdays": [ui.weekday(date(2024, 1, day)) for day in range(1, 8)],
        "confirmed": not hours.unconfirmed(number),
        "back": here,
        "day_url": lambda cell: _day_url(request, calendar, cell, here),
        "departments": _departments(calendar),
        "reckoner": _reckoner(request, hours),
    }
    may = {verb.verb: not verb.why_not(request.actor, calendar) for verb in (calendars.seed, calendars.confirm)}
    return context | {"may_seed": may["seed"], "may_confirm": may["confirm"]}


def _number(text: str, today: date) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else today.year
    return number if number in rules.YEARS else today.year


def _day_url(request: CompanyRequest, calendar: WorkCalendar, cell: Cell, back: str) -> str:
    """Where a day is changed: the form of the special day that it is, or of a new one; "" for who may not."""
    verb = days.create if cell.special is None else days.edit
    if not request.actor.may(verb.name):
        return ""
    if cell.special is not None:
        return f"{request.base}/special-days/{cell.special}/edit?{urlencode({'next': back})}"
    kind = DayKind.MAKE_UP if cell.kind == WEEKEND else DayKind.CLOSED
    asked = {"calendar": calendar.pk, "on": cell.day.isoformat(), "kind": kind.value, "next": back}
    return f"{request.base}/special-days/new?{urlencode(asked)}"


def _departments(calendar: WorkCalendar) -> list[str]:
    """The departments that use this calendar by themselves."""
    found = calendar.departments.values_list("department_id", flat=True)
    return list(Department.objects.filter(pk__in=found).order_by("name").values_list("name", flat=True))


def _reckoner(request: CompanyRequest, hours: WorkHours) -> dict[str, Any]:
    """What was asked of the reckoner, and its answer: until when something is due, or why nobody can say."""
    now = timezone.localtime(clock.now(), hours.zone).replace(second=0, microsecond=0)
    asked = {"start": request.GET.get("start", ""), "amount": request.GET.get("amount", "")}
    unit = request.GET.get("unit", "")
    found: dict[str, Any] = {
        "start": asked["start"] or now.strftime("%Y-%m-%dT%H:%M"),
        "amount": asked["amount"] or "2",
        "unit": unit if unit in Unit.values else Unit.WORKING_DAYS.value,
        "units": [(str(value), str(label)) for value, label in Unit.choices],
        "answer": "",
        "problem": "",
        "doubt": "",
    }
    if not asked["amount"]:
        return found
    try:
        start = _moment(found["start"], hours)
        amount = int(found["amount"]) if found["amount"].isascii() and found["amount"].isdigit() else -1
        if start is None or not 0 <= amount <= MOST_AMOUNT:
            return found | {"problem": _t("Choose a moment, and write a whole number up to 100,000.")}
        until = hours.deadline(start, Span(amount, found["unit"]))
    except Problem as problem:
        return found | {"problem": str(problem)}
    local = until.astimezone(hours.zone)
    said = f"{ui.date_text(local.date())} {ui.weekday(local)} {local:%H:%M}"
    return found | {"answer": said, "doubt": doubt(hours, start, until)}


def _moment(text: str, hours: WorkHours) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    if found is None or not 1972 <= found.year <= 2150:
        return None
    return found.replace(tzinfo=hours.zone) if timezone.is_naive(found) else found


def doubt(hours: WorkHours, start: datetime, until: datetime) -> str:
    """What has to be said beside a time that was computed: which of its years nobody has confirmed; "" for none."""
    years = hours.unconfirmed_between(start, until)
    if not years:
        return ""
    return _t("Not certain yet: the holidays of %(years)s have not been confirmed.") % {
        "years": "、".join(map(str, years))
    }
