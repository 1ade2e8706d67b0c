"""The calendar: its page, what stands in it as JSON, and moving an entry to another day by its record's action."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from gucang.kernel import clock
from gucang.kernel.actions import Action, Outcome
from gucang.kernel.actors import Reach
from gucang.kernel.errors import Invalid, NotVisible, Problem, Refused, Stale
from gucang.kernel.records import Calendar, RecordType
from gucang.surface import calendarpage, dated, nav, ui
from gucang.surface.calendarpage import Entry, Found, Looking, Span
from gucang.surface.dated import Dated
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import fragment, go, render, toast, wants_fragment, with_toast
from gucang.surface.screens.common import find, here, record_url, screen
from gucang.surface.screens.forms import undo_url

nav.add(
    _("Calendar"),
    "calendar",
    "/calendar",
    order=17,
    shown=lambda request: dated.has_any(request.actor),
    key="d",
)

VIEW_ICONS = {"month": "calendar", "week": "columns-3", "day": "calendar-event", "agenda": "list"}


@require_safe
@answered
def page(request: CompanyRequest, **_company: str) -> HttpResponse:
    """The calendar: the agenda of a week, or room for the month, the week and the day that a script draws."""
    kinds = _kinds(request)
    looking = _looking(request, kinds)
    span, found = calendarpage.span_of(looking.view, looking.on), Found()
    if looking.view in ("", "agenda"):
        shown = [one for one in kinds if looking.shows(one)]
        found = calendarpage.entries(request.actor, shown, span, looking.whose)
    context = {
        "looking": looking,
        "span": span,
        "heading": heading(looking.view, looking.on, span),
        "days": _days(request, span, found),
        "sentences": found.sentences(),
        "found": bool(found.entries),
        "today": clock.today(),
        "url": f"{request.base}/calendar",
        "back": looking.query(on=calendarpage.beside(looking.view, looking.on, -1)),
        "on": looking.query(on=calendarpage.beside(looking.view, looking.on, 1)),
        "views": [(view, _view_name(view), looking.query(view=view), VIEW_ICONS[view]) for view in calendarpage.VIEWS],
        "whose": _whose(request, looking),
        "kinds": _chips(looking, kinds),
        "new": _new(request, kinds),
        "zone": timezone.get_current_timezone_name(),
    }
    return render(request, "surface/calendar.html", context)


@require_safe
@answered
def entries(request: CompanyRequest, **_company: str) -> HttpResponse:
    """What stands in the calendar `from` a day up to the day before `until`, as JSON for the page's script."""
    kinds = _kinds(request)
    looking = _looking(request, kinds)
    first, until = (calendarpage.day_in(request.GET.get(name, "")) for name in ("from", "until"))
    if first is None or until is None or not 0 < (until - first).days <= calendarpage.MOST_DAYS:
        sentence = _t("Ask for one to %(most)s days: from the first up to the day after the last.")
        raise Invalid({"from": [sentence % {"most": calendarpage.MOST_DAYS}]})
    shown = [one for one in kinds if looking.shows(one)]
    found = calendarpage.entries(request.actor, shown, Span(first, until), looking.whose)
    rows = [_as_json(request, entry) for entry in found.entries]
    return JsonResponse({"entries": rows, "sentences": found.sentences()}, json_dumps_params={"ensure_ascii": False})


@require_http_methods(["GET", "HEAD", "POST"])
@screen
def when(request: CompanyRequest, kind: RecordType, pk: int, **_company: str) -> HttpResponse:
    """Move a record to another day: the form for it, and the deed. A drag sends what the form sends."""
    one = _asked(request, kind)
    verb = _movable(one)
    record = find(kind, request, pk)
    if not one.may_read(request.actor, one.calendar.by, record):
        raise NotVisible
    why = verb.why_not(request.actor, record)
    if request.method != "POST":
        return _form(request, one, record, _now(one, record), why or "", 409 if why else 200)
    asked = (request.POST.get("day", ""), request.POST.get("time"))
    try:
        outcome = _move(request, one, record, *asked)
    except NotVisible:
        raise
    except Problem as problem:
        # An entry waits for an approval where it was: for the calendar that is a refusal, too.
        status = 409 if problem.status == 202 else problem.status
        if wants_fragment(request) and "_drag" in request.POST:
            return _refused(request, kind, record, problem, verb, status)
        return _form(request, one, record, (asked[0], asked[1] or ""), _sentence(record, problem), status)
    back = here(request, f"{request.base}/calendar")
    if outcome.event is None:
        return HttpResponse(status=204) if "_drag" in request.POST else go(request, back)
    text = _t("“%(what)s” is now on %(day)s.") % {"what": record, "day": ui.day_text(_day(asked[0]))}
    undo = f"{undo_url(request, kind, outcome)}?{urlencode({'next': back})}" if verb is kind.edit else ""
    if wants_fragment(request) and "_drag" in request.POST:
        return with_toast(HttpResponse(status=204), text, undo)
    toast(request, text, undo)
    return go(request, back)


# --- what is shown -----------------------------------------------------------------------------------------------


def _kinds(request: CompanyRequest) -> list[Dated]:
    kinds = dated.readable(request.actor)
    if not kinds:
        raise NotVisible
    return kinds


def _looking(request: CompanyRequest, kinds: Sequence[Dated]) -> Looking:
    return Looking.of(request.GET, {kind.name for kind in kinds}, _usual(request, kinds))


def _view_name(view: str) -> str:
    return {"month": _t("Month"), "week": _t("Week"), "day": _t("Day"), "agenda": _t("Agenda")}[view]


def heading(view: str, on: date, span: Span) -> str:
    """What the days shown are called: a month, a day, or the first and the last day of a week."""
    if view == "month":
        return ui.month_text(on)
    if view == "day":
        return ui.day_of_week(on, near=False)
    return f"{ui.date_text(span.first)} – {ui.date_text(span.last)}"


def _days(request: CompanyRequest, span: Span, found: Found) -> list[dict[str, Any]]:
    """The days of the agenda."""
    rows: dict[date, list[dict[str, Any]]] = {}
    for entry in found.entries:
        for day in Span(max(entry.day, span.first), min(entry.last, span.last) + timedelta(days=1)).days:
            rows.setdefault(day, []).append(_as_row(request, entry))
    return [{"day": day, "today": day == clock.today(), "rows": rows.get(day, [])} for day in span.days]


def _as_row(request: CompanyRequest, entry: Entry) -> dict[str, Any]:
    return {
        "entry": entry,
        "url": record_url(request, entry.kind, entry.pk),
        "when": when_url(request, entry),
        "hour": timezone.localtime(entry.at).strftime("%H:%M") if entry.at else "",
    }


def _as_json(request: CompanyRequest, entry: Entry) -> dict[str, Any]:
    return {
        "id": f"{entry.dated.name}-{entry.pk}",
        "title": entry.title,
        "start": timezone.localtime(entry.at).isoformat(timespec="minutes") if entry.at else entry.day.isoformat(),
        # Exclusive, as FullCalendar wants it: the day after the last.
        **({"end": (entry.last + timedelta(days=1)).isoformat()} if entry.last > entry.day else {}),
        "allDay": entry.at is None,
        "url": record_url(request, entry.kind, entry.pk),
        "when": when_url(request, entry),
        "editable": entry.movable,
        "kind": entry.dated.label,
        "icon": entry.kind.icon,
        "tone": "bad" if entry.late else entry.dated.calendar.tone,
        "about": entry.about,
        "who": entry.who,
        "done": entry.done,
        "late": entry.late,
        "seen": entry.version,
    }


def _usual(request: CompanyRequest, kinds: Sequence[Dated]) -> str:
    """Whose days one looks at first: who leads a team, the team's; everybody else their own."""
    leads = any(
        request.actor.reach(f"{one.kind.name}.view") in (Reach.DEPARTMENT, Reach.TREE) for one in _kinds(request)
    )
    return "team" if leads and len(calendarpage.circle(request.actor, "team") or ()) > 1 else "me"


def _whose(request: CompanyRequest, looking: Looking) -> list[tuple[str, str, bool]]:
    """(name, address, whether it is on) of one's own, the team's, everybody's; the team only for who has one."""
    names = {"me": _t("Only mine"), "team": _t("My team"), "all": _t("Everyone I may see")}
    team = calendarpage.circle(request.actor, "team") or frozenset()
    offered = [whose for whose in calendarpage.WHOSE if whose != "team" or len(team) > 1]
    return [(names[whose], looking.query(whose=whose), whose == looking.whose) for whose in offered]


def _chips(looking: Looking, kinds: Sequence[Dated]) -> list[tuple[str, str, str, bool]]:
    """(name, tone, address with it switched, whether it is on) of every kind."""
    return [
        (
            kind.label_plural,
            kind.calendar.tone,
            looking.query(kinds=looking.toggled(kind, kinds)),
            looking.shows(kind),
        )
        for kind in kinds
    ]


def _new(request: CompanyRequest, kinds: Sequence[Dated]) -> dict[str, str]:
    """What an empty day offers to make: its name, the address of its form, and what the form calls day and moment."""
    for one in kinds:
        calendar, kind = one.calendar, one.kind
        if calendar.offered and kind.create is not None:
            if not request.actor.may(kind.create.name):
                continue
            form = f"{request.base}/{kind.plural}/new"
            return {"label": capfirst(str(kind.label)), "url": form, "on": calendar.on, "at": calendar.at}
    return {}


# --- moving ------------------------------------------------------------------------------------------------------


def when_url(request: CompanyRequest, entry: Entry) -> str:
    """Where an entry is put on another day; with the own field that holds its day, if one does."""
    of_field = f"?{urlencode({'field': entry.dated.key})}" if entry.dated.key else ""
    return f"{record_url(request, entry.kind, entry.pk)}/when{of_field}"


def _asked(request: CompanyRequest, kind: RecordType) -> Dated:
    """Which of a record's days is meant."""
    one = dated.called(kind, request.GET.get("field", ""))
    if one is None or one.calendar.move not in kind.verbs:
        raise NotVisible
    return one


def _movable(one: Dated) -> Action:
    return one.kind.verbs[one.calendar.move]


def _move(request: CompanyRequest, one: Dated, record: Any, day: str, hour: str | None) -> Outcome:
    """Do it by the action that the calendar names. Raises what the action raises; Invalid for no day, no hour."""
    kind, calendar, verb = one.kind, one.calendar, _movable(one)
    seen = request.POST.get("seen", "")
    version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None
    to, at, keeps = _day(day), _hour(hour), one.hour_of(record)
    if at and at != keeps and (not calendar.at or verb is not kind.edit):
        raise Refused(_t("“%(what)s” has a day and no hour. Put it on the day itself.") % {"what": record})
    known: dict[str, Any] = {"actor": request.actor, "seen": version, "request_id": request.request_id}
    if verb is kind.edit:
        return verb(record, values=_values(calendar, to, keeps if hour is None else at), **known)
    if missing := [spec for spec in verb.params if spec.required and spec.name != "to"]:
        if sentence := verb.why_not(request.actor, record):
            raise Refused(sentence)
        labels = "、".join(str(spec.label) for spec in missing)
        raise _NeedsForm(_t("“%(action)s” asks for: %(fields)s.") % {"action": verb.label, "fields": labels}, to)
    return verb(record, to=to, **known)


class _NeedsForm(Refused):
    """The day alone does not say enough; the action's own form does."""

    def __init__(self, sentence: str, to: date) -> None:
        super().__init__(sentence)
        self.to = to


def _values(calendar: Calendar, to: date, hour: time | None) -> dict[str, Any]:
    """What "edit" writes to put the record on that day, at that hour where there is one."""
    values: dict[str, Any] = {calendar.on: to} if calendar.on else {}
    if calendar.at:
        values[calendar.at] = timezone.make_aware(datetime.combine(to, hour)) if hour is not None else None
    return values


def _day(text: str) -> date:
    day = calendarpage.day_in(text)
    if day is None:
        raise Invalid({"day": [_t("Choose a day, as in 2026-11-25.")]})
    return day


def _hour(text: str | None) -> time | None:
    if not text:
        return None
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise Invalid({"time": [_t("Choose an hour, as in 14:30, or leave it empty.")]}) from None


def _now(one: Dated, record: Any) -> tuple[str, str]:
    """The day and the hour that a record has, as the form writes them."""
    day, hour = one.day_of(record), one.hour_of(record)
    return day.isoformat() if day else "", hour.strftime("%H:%M") if hour else ""


def _form(
    request: CompanyRequest, one: Dated, record: Any, asked: tuple[str, str], sentence: str, status: int
) -> HttpResponse:
    verb = _movable(one)
    seen = request.POST.get("seen", "") if request.method == "POST" else ""
    page = record_url(request, one.kind, record.pk)
    context = {
        "record": record,
        "field": one.spec.label if one.spec is not None else "",
        "day": asked[0],
        "hour": asked[1],
        "has_hour": bool(one.calendar.at) and verb is one.kind.edit,
        "sentence": sentence,
        "possible": verb.why_not(request.actor, record) is None,
        "seen": seen if seen.isascii() and seen.isdigit() else record.version,
        "next": here(request, f"{request.base}/calendar"),
        "url": f"{page}/when" + (f"?{urlencode({'field': one.key})}" if one.key else ""),
        "record_url": page,
    }
    part = wants_fragment(request)
    name = "surface/_when.html" if part else "surface/when.html"
    return (fragment if part else render)(request, name, context, status)


def _refused(
    request: CompanyRequest, kind: RecordType, record: Any, problem: Problem, verb: Action, status: int
) -> HttpResponse:
    page = record_url(request, kind, record.pk)
    form = ""
    if isinstance(problem, _NeedsForm):
        back = here(request, f"{request.base}/calendar")
        form = f"{page}/{verb.verb}?{urlencode({'to': problem.to.isoformat(), 'next': back})}"
    refusal = {
        "sentence": _sentence(record, problem),
        "waits": problem.status == 202,
        "form_url": form,
        "form_label": verb.label,
        "record_url": page,
    }
    return fragment(request, "surface/_refused_card.html", {"refusal": refusal}, status)


def _sentence(record: Any, problem: Problem) -> str:
    """What is said of a refused move. Of two people's values only the day is here to be looked at."""
    if not isinstance(problem, Stale):
        return str(problem)
    said = _t("%(who)s has changed “%(what)s” meanwhile. See where it stands now, and move it again if need be.")
    return said % {"who": problem.clashes[0].by, "what": record}


patterns: list[URLPattern] = [
    path("calendar", page, name="calendar"),
    path("calendar/entries", entries, name="calendar-entries"),
    path("<str:plural>/<int:pk>/when", when, name="when"),
]
