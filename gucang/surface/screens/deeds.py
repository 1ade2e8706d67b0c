"""Every other verb of a record: its dialog and the deed, and taking a deed back. All work without JavaScript."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _t

from gucang.kernel import records, undoing
from gucang.kernel.actions import Action
from gucang.kernel.errors import NeedsApproval, NotVisible, Problem
from gucang.kernel.models import Event
from gucang.kernel.records import RecordType
from gucang.surface.middleware import CompanyRequest
from gucang.surface.render import fragment, go, render, toast, wants_fragment
from gucang.surface.screens.common import find, here, list_url, only_post, record_url, screen, sentences
from gucang.surface.screens.forms import form_status, parked, seen_by
from gucang.surface.screens.inputs import input_for, typed


@screen
def act(request: CompanyRequest, record_type: RecordType, pk: int, verb: str) -> HttpResponse:
    """An action's dialog (GET) and the deed (POST)."""
    action = record_type.verbs.get(verb.replace("-", "_"))
    if action is None or action in (record_type.create, record_type.edit):
        raise NotVisible
    record = find(record_type, request, pk, binned=action.binned)
    asks = request.method != "POST"
    if (asks or action.binned) and (sentence := action.why_not(request.actor, record)):
        status = 409 if request.actor.may(action.name) else 403
        return _dialog(request, record_type, record, action, {}, {"": [sentence]}, status=status)
    if asks:
        values = {spec.name: request.GET.get(spec.name, spec.default) for spec in action.params}
        return _dialog(request, record_type, record, action, values, {})
    raw = typed(request.POST, {spec.name: spec for spec in action.params})
    try:
        outcome = action(record, actor=request.actor, seen=seen_by(request), request_id=request.request_id, **raw)
    except NeedsApproval as waiting:
        return parked(request, waiting, record_url(request, record_type, record.pk))
    except Problem as problem:
        return _dialog(request, record_type, record, action, raw, sentences(problem), status=form_status(problem))
    if outcome.event is not None:
        toast(request, _t("Done: %(action)s.") % {"action": action.label})
    if (made := getattr(outcome.record, "made", None)) is not None:
        return go(request, record_url(request, records.by_model(type(made)), made.pk))
    gone = not record_type.query(request.actor).filter(pk=record.pk).exists()
    fallback = list_url(request, record_type) if gone else record_url(request, record_type, record.pk)
    return go(request, fallback if gone else here(request, fallback))


def _dialog(
    request: CompanyRequest,
    record_type: RecordType,
    record: Any,
    action: Action,
    values: Mapping[str, Any],
    problems: Mapping[str, Sequence[str]],
    status: int = 200,
) -> HttpResponse:
    inputs = [
        input_for(request, spec, values.get(spec.name), error=" ".join(problems.get(spec.name, ())))
        for spec in action.params
    ]
    names = {one.name for one in inputs}
    context = {
        "type": record_type,
        "record": record,
        "action": action,
        "inputs": inputs,
        "whole": [sentence for name, many in problems.items() if name not in names for sentence in many],
        "possible": not problems or action.why_not(request.actor, record) is None,
        "url": f"{record_url(request, record_type, record.pk)}/{action.verb}",
        "next": request.POST.get("next") or request.GET.get("next") or "",
        "cancel_url": record_url(request, record_type, record.pk),
    }
    part = wants_fragment(request)
    return (fragment if part else render)(
        request, "surface/_action.html" if part else "surface/action.html", context, status
    )


@screen
def undo(request: CompanyRequest, record_type: RecordType, pk: int, event_id: int) -> HttpResponse:
    """Take back an edit or another deed that has a way back, if nobody has changed the same since."""
    only_post(request)
    record = find(record_type, request, pk)
    event = Event.objects.filter(pk=event_id, subject_type=record_type.name, subject_id=record.pk).first()
    if event is None or undoing.way_back(event) is None:
        raise NotVisible
    undoing.undo(event, actor=request.actor, request_id=request.request_id)
    toast(request, _t("Taken back."))
    return go(request, here(request, record_url(request, record_type, record.pk)))
