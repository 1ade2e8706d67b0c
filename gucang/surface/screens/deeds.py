"""Every other verb of a record: its dialog and the deed, and taking a deed back. All work without JavaScript."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _t

from gucang.kernel import records, undoing
from gucang.kernel.actions import Action, Outcome
from gucang.kernel.errors import Lacking, NeedsApproval, NotVisible, Problem
from gucang.kernel.fields import FieldSpec
from gucang.kernel.models import Event
from gucang.kernel.records import RecordType
from gucang.surface import panels
from gucang.surface.middleware import CompanyRequest
from gucang.surface.panels import Dialog
from gucang.surface.render import fragment, go, render, toast, wants_fragment
from gucang.surface.screens.common import find, here, list_url, only_post, record_url, screen, sentences, value_of
from gucang.surface.screens.forms import form_status, parked, seen_by, undo_url, writable
from gucang.surface.screens.inputs import input_for, typed

FILL = "fill"  # names in an address or a form the fields that are filled in together with the deed


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
    filled = _filled(request, record_type, record, action, (request.GET if asks else request.POST).getlist(FILL))
    if asks:
        begins = panels.dialog_of(action.name, request.actor, record).values
        values = {name: value_of(record, spec) for name, spec in filled.items()}
        values |= {one.name: request.GET.get(one.name, begins.get(one.name, one.default)) for one in action.params}
        return _dialog(request, record_type, record, action, values, {}, filled)
    raw = typed(request.POST, {spec.name: spec for spec in action.params})
    more = typed(request.POST, filled)
    try:
        outcome = _done(request, record_type, record, action, raw, more)
    except NeedsApproval as waiting:
        return parked(request, waiting, record_url(request, record_type, record.pk))
    except Problem as problem:
        if isinstance(problem, Lacking):
            filled |= _filled(request, record_type, record, action, problem.fields)
        values, said = raw | more, _said(problem, {*raw, *filled})
        return _dialog(request, record_type, record, action, values, said, filled, status=form_status(problem))
    gone = not record_type.query(request.actor).filter(pk=record.pk).exists()
    if outcome.event is not None:
        undo_at = "" if gone else _undo_at(request, record_type, outcome)
        toast(request, _t("Done: %(action)s.") % {"action": action.label}, undo_at)
    if (made := getattr(outcome.record, "made", None)) is not None:
        return go(request, record_url(request, records.by_model(type(made)), made.pk))
    fallback = list_url(request, record_type) if gone else record_url(request, record_type, record.pk)
    return go(request, fallback if gone else here(request, fallback))


def _undo_at(request: CompanyRequest, record_type: RecordType, outcome: Outcome) -> str:
    """Where the deed is taken back; "" where nothing does that, or this person may not."""
    way = undoing.way_back(outcome.event) if outcome.event is not None else None
    return undo_url(request, record_type, outcome) if way and request.actor.may(way.action.name) else ""


def _filled(
    request: CompanyRequest, record_type: RecordType, record: Any, action: Action, names: Collection[str]
) -> dict[str, FieldSpec]:
    """The fields of the record that are filled in together with the deed: those of `names` that the person may."""
    edit = record_type.edit
    if not names or edit is None or edit.why_not(request.actor, record) is not None:
        return {}
    wanted = set(names) - {spec.name for spec in action.params}
    return {name: spec for name, spec in writable(record_type, request, record).items() if name in wanted}


def _said(problem: Problem, asked: Collection[str]) -> dict[str, list[str]]:
    """The sentences by field; where the person may not fill in what is lacking, the one that names all of it."""
    if isinstance(problem, Lacking) and not problem.fields.keys() <= set(asked):
        return {"": [str(problem)]}
    return sentences(problem)


def _done(
    request: CompanyRequest, record_type: RecordType, record: Any, action: Action, raw: Mapping[str, Any],
    more: Mapping[str, Any],
) -> Outcome:  # fmt: skip
    """Fill in what the deed lacks, and do it: both or neither."""
    seen, waiting = seen_by(request), None
    with transaction.atomic():
        try:
            if more and record_type.edit is not None:
                record = record_type.edit(
                    record, actor=request.actor, seen=seen, values=dict(more), request_id=request.request_id
                ).record
                seen = record.version
            return action(record, actor=request.actor, seen=seen, request_id=request.request_id, **raw)
        except NeedsApproval as problem:
            waiting = problem  # what was sent for approval stays, and what was filled in
    raise waiting


def _dialog(
    request: CompanyRequest,
    record_type: RecordType,
    record: Any,
    action: Action,
    values: Mapping[str, Any],
    problems: Mapping[str, Sequence[str]],
    filled: Mapping[str, FieldSpec] = MappingProxyType({}),
    status: int = 200,
) -> HttpResponse:
    possible = not problems or action.why_not(request.actor, record) is None
    dialog = panels.dialog_of(action.name, request.actor, record) if possible else Dialog()
    inputs = [
        input_for(request, spec, values.get(spec.name), error=" ".join(problems.get(spec.name, ())))
        for spec in action.params
        if spec.name not in dialog.leaves_out
    ]
    inputs += [
        replace(input_for(request, spec, values.get(name), error=" ".join(problems.get(name, ()))), required=True)
        for name, spec in filled.items()
    ]
    names = {one.name for one in inputs}
    context = {
        "type": record_type,
        "record": record,
        "action": action,
        "inputs": inputs,
        "filled": list(filled),
        "whole": [sentence for name, many in problems.items() if name not in names for sentence in many],
        "says": dialog.says or str(action.says).replace("%(record)s", str(record)),
        "possible": possible,
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
