"""The cases of an outside log, and one of them with what departs from the model."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET

from gucang.kernel import records
from gucang.kernel.errors import NotVisible
from gucang.processes.mining.alignments import Move, Step
from gucang.processes.mining.deviations import Deviation, Kind, deviations
from gucang.processes.mining.logs import NAME, TIME
from gucang.processes.models import LogCase, LogEvent, LogVariant, OutsideLog, State
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import render
from gucang.surface.screens.common import find, record_url

PAGE = 50
EVENTS = 200


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _log(request: CompanyRequest, pk: int) -> OutsideLog:
    log: OutsideLog = find(records.get("outside_log"), request, pk)
    if log.state != State.READY:
        raise NotVisible
    return log


@require_GET
@answered
def cases(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """The cases, all or those of one variant, fifty at a time."""
    log = _log(request, pk)
    variant, after = _number(request.GET.get("variant", "")), _number(request.GET.get("after", ""))
    query = LogCase.objects.filter(log=log, loose=False, number__gt=after)
    if variant:
        query = query.filter(variant=variant)
    found = list(query.order_by("number")[: PAGE + 1])
    rows, further = found[:PAGE], len(found) > PAGE
    costs = dict(
        LogVariant.objects.filter(log=log, number__in={case.variant for case in rows}).values_list("number", "cost")
    )
    url = record_url(request, records.get("outside_log"), log.pk)
    following = {"variant": variant, "after": rows[-1].number} if rows else {}
    context = {
        "log": log,
        "url": url,
        "variant": variant,
        "rows": [(case, _lasted(case), costs.get(case.variant) if log.judged else None) for case in rows],
        "first_url": f"{url}/cases?{urlencode({'variant': variant})}" if after else "",
        "next_url": f"{url}/cases?{urlencode(following)}" if further else "",
    }
    return render(request, "processes/cases.html", context)


def _lasted(case: LogCase) -> str:
    """How long a case took, in days and hours."""
    if case.begins_at is None or case.ends_at is None:
        return ""
    hours = int((case.ends_at - case.begins_at).total_seconds() // 3600)
    days, hours = divmod(hours, 24)
    if days:
        return _t("%(days)s d %(hours)s h") % {"days": days, "hours": hours}
    return _t("%(hours)s h") % {"hours": hours}


@require_GET
@answered
def case(request: CompanyRequest, pk: int, number: int, **_address: str) -> HttpResponse:
    """One case: its events with all that stood on them, and what departs from the model."""
    log = _log(request, pk)
    found = LogCase.objects.filter(log=log, number=number).first()
    if found is None:
        raise NotVisible
    after = _number(request.GET.get("after", ""))
    events = list(LogEvent.objects.filter(log=log, case=number, number__gt=after).order_by("number")[: EVENTS + 1])
    variant = LogVariant.objects.filter(log=log, number=found.variant).first()
    url = record_url(request, records.get("outside_log"), log.pk)
    shown, further = events[:EVENTS], len(events) > EVENTS
    context = {
        "log": log,
        "url": url,
        "case": found,
        "lasted": _lasted(found),
        "attributes": [(key, value) for _kind, key, value, *_below in found.attributes if key != NAME],
        "events": [(event, _rest(event)) for event in shown],
        "next_url": f"{url}/cases/{number}?{urlencode({'after': shown[-1].number})}" if further else "",
        "cost": variant.cost if variant and log.judged else None,
        "deviations": _told(variant) if variant and log.judged else [],
    }
    return render(request, "processes/case.html", context)


def _rest(event: LogEvent) -> list[tuple[str, str]]:
    return [(key, value) for _kind, key, value, *_below in event.attributes if key not in (NAME, TIME) and value]


def _told(variant: LogVariant) -> list[tuple[str, str]]:
    steps = [Step(Move(move), label, at) for move, label, at in variant.steps or ()]
    return [_said(one) for one in deviations(steps)]


def _said(one: Deviation) -> tuple[str, str]:
    parts: dict[str, Any] = {"step": one.label, "number": one.at + 1}
    return one.kind.value, {
        Kind.SKIPPED: _t("“%(step)s” was skipped before event %(number)s."),
        Kind.EXTRA: _t("“%(step)s” (event %(number)s) is not foreseen there."),
        Kind.REPEATED: _t("“%(step)s” was done again (event %(number)s)."),
        Kind.EARLY: _t("“%(step)s” came too early (event %(number)s)."),
        Kind.LATE: _t("“%(step)s” came too late (event %(number)s)."),
    }[one.kind] % parts
