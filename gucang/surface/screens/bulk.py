"""Work on many picked records at once: the action's form first when it has one, then what came of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from gucang.kernel.actions import Action, Row, edit_many
from gucang.kernel.errors import Forbidden, Invalid, NotVisible, Problem
from gucang.kernel.fields import FieldSpec
from gucang.kernel.records import RecordType
from gucang.surface.middleware import CompanyRequest
from gucang.surface.render import go, render, toast
from gucang.surface.screens.common import here, list_url, only_post, screen
from gucang.surface.screens.forms import writable
from gucang.surface.screens.inputs import Input, input_for, typed

BULK_MOST = 500


@screen
def bulk(request: CompanyRequest, record_type: RecordType) -> HttpResponse:
    """One action on the picked records: its form first when it has one, then a page of what came of each."""
    only_post(request)
    picked = _picked(request)
    verb = request.POST.get("do", "")
    action = record_type.verbs.get(verb)
    if action is None or action.creates or action.binned:
        raise NotVisible
    if not request.actor.may(action.name):
        raise Forbidden(_t("Your role does not include this. Ask an administrator if you need it."))
    if not picked:
        raise Invalid({"": [_t("Pick at least one row first.")]})
    editing = action is record_type.edit
    specs = _bulk_specs(record_type, request) if editing else {spec.name: spec for spec in action.params}
    if specs and request.POST.get("_run") != "1":
        return _bulk_form(request, record_type, action, picked, specs, {})
    raw = _changed_only(request, specs) if editing else typed(request.POST, specs)
    if editing and not raw:
        return _bulk_form(request, record_type, action, picked, specs, {"": [_t("Tick what you want to change.")]})
    rows = _run_many(request, record_type, action, picked, raw)
    return _bulk_result(request, record_type, action, rows)


def _picked(request: CompanyRequest) -> list[int]:
    found = dict.fromkeys(request.POST.getlist("picked"))
    ids = [int(one) for one in found if one.isascii() and one.isdigit() and len(one) < 19]
    if len(ids) > BULK_MOST:
        raise Invalid({"": [_t("At most %(most)s rows at once.") % {"most": BULK_MOST}]})
    return ids


def _bulk_specs(record_type: RecordType, request: CompanyRequest) -> dict[str, FieldSpec]:
    return {
        name: spec for name, spec in writable(record_type, request, None).items() if spec.kind not in ("references",)
    }


def _changed_only(request: CompanyRequest, specs: Mapping[str, FieldSpec]) -> dict[str, Any]:
    ticked = set(request.POST.getlist("_change"))
    return {name: value for name, value in typed(request.POST, specs).items() if name in ticked}


def _bulk_form(
    request: CompanyRequest,
    record_type: RecordType,
    action: Action,
    picked: list[int],
    specs: Mapping[str, FieldSpec],
    problems: Mapping[str, Sequence[str]],
) -> HttpResponse:
    inputs: list[Input] = [input_for(request, spec, request.POST.get(name)) for name, spec in specs.items()]
    context = {
        "type": record_type,
        "action": action,
        "editing": action is record_type.edit,
        "picked": picked,
        "inputs": inputs,
        "whole": [sentence for many in problems.values() for sentence in many],
        "url": f"{request.base}/{record_type.plural}/bulk",
        "cancel_url": list_url(request, record_type),
    }
    return render(request, "surface/bulk.html", context, 422 if problems else 200)


def _run_many(
    request: CompanyRequest, record_type: RecordType, action: Action, picked: list[int], raw: dict[str, Any]
) -> list[Row]:
    rows = [Row(raw, record=pk) for pk in picked]
    if action is record_type.edit:
        return edit_many(record_type, rows, actor=request.actor)
    for row in rows:
        try:
            outcome = action(row.record, actor=request.actor, request_id=request.request_id, **raw)
            row.record, row.changes = outcome.record, outcome.event.changes if outcome.event else {}
        except Problem as problem:
            row.record = record_type.query(request.actor).filter(pk=row.record).first()
            row.problem = problem
    return rows


def _bulk_result(request: CompanyRequest, record_type: RecordType, action: Action, rows: list[Row]) -> HttpResponse:
    failed = [row for row in rows if row.problem is not None]
    done = len(rows) - len(failed)
    if not failed:
        text = ngettext("%(action)s: %(n)s record.", "%(action)s: %(n)s records.", done)
        toast(request, text % {"action": action.label, "n": done})
        return go(request, here(request, list_url(request, record_type)))
    context = {
        "type": record_type,
        "action": action,
        "done": done,
        "failed": [{"record": row.record, "sentence": str(row.problem)} for row in failed],
        "list_url": list_url(request, record_type),
    }
    return render(request, "surface/bulk_result.html", context)
