"""The form by which a deviation comes before the court: from a pattern, from one's own case, or out of the blue."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _t

from gucang.conformance.kinds import Kind
from gucang.conformance.variants import words_of
from gucang.court import patterns
from gucang.court.actions import deviations
from gucang.kernel import records
from gucang.kernel.actions import Action
from gucang.kernel.errors import Forbidden, NotVisible, Problem
from gucang.sops.definitions import Definition
from gucang.sops.models import Process, ProcessVersion, State
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import go, render, toast
from gucang.surface.screens.common import find, record_url, sentences
from gucang.surface.ui import headed

FIELDS = ("kind", "step", "other", "why")


@answered
def bring(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """The form (GET) and the deed (POST, `do` is open or propose)."""
    if not request.actor.may("process.view"):
        raise NotVisible
    process: Process = find(records.get("process"), request, pk)
    verbs = [one for one in (deviations.propose, deviations.open_one) if _may(request, one)]
    if not verbs:
        raise Forbidden(_t("Your role does not include this. Ask an administrator if you need it."))
    sent = request.POST if request.method == "POST" else request.GET
    given = {name: sent.get(name, "").replace("\0", "") for name in FIELDS}
    said: dict[str, list[str]] = {}
    if request.method == "POST":
        verb = next((one for one in verbs if one.verb == sent.get("do")), verbs[0])
        params: dict[str, Any] = {"process": process, **given}
        try:
            made = verb(actor=request.actor, request_id=request.request_id, **params).record
        except Problem as problem:
            if problem.status == 202:
                raise
            said = sentences(problem)
        else:
            toast(request, _t("It is before the court: %(number)s.") % {"number": made.number})
            return go(request, record_url(request, records.get("deviation"), made.pk))
    return render(
        request, "court/bring.html", _context(request, process, verbs, given, said), status=422 if said else 200
    )


def _may(request: CompanyRequest, verb: Action) -> bool:
    return verb.why_not(request.actor, records.get("deviation").blank()) is None


def _context(
    request: CompanyRequest, process: Process, verbs: list[Action], given: dict[str, str], said: dict[str, list[str]]
) -> dict[str, Any]:
    words = _words(process)
    steps = [] if words is None else [(one.key, one.name or one.key) for one in words.in_order]
    names = dict(steps)
    known = given["kind"] in Kind.values and given["step"] in names
    place = patterns.place_of(process, given["kind"], given["step"], given["other"]) if known else None
    fixed = request.method == "GET" or bool(request.POST.get("fixed"))
    return {
        "process": process,
        "given": given,
        "fixed": place is not None and fixed,
        "sentence": place.said() if place is not None and place.versions else "",
        "counted": patterns.counted(place) if place is not None else None,
        "kinds": [(value, headed(label)) for value, label in Kind.choices],
        "steps": steps,
        "verbs": [{"do": one.verb, "label": one.label, "icon": one.icon} for one in verbs],
        "wrong": {name: " ".join(said.get(name, ())) for name in FIELDS},
        "whole": [sentence for name, many in said.items() if name not in FIELDS for sentence in many],
        "url": f"{request.base}/processes/{process.pk}",
    }  # fmt: skip


def _words(process: Process) -> Definition | None:
    """The words of the version in force, or of the last one that was."""
    versions = ProcessVersion.objects.filter(process=process).exclude(state=State.DRAFT)
    found = versions.order_by("-in_force_from").first()
    return None if found is None else words_of(found).definition
