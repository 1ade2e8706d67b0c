"""Forms: create and edit. They work without JavaScript."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _t

from gucang.kernel import custom, events, idempotency, lines
from gucang.kernel.actions import Outcome
from gucang.kernel.actors import Access
from gucang.kernel.errors import Clash, Forbidden, NeedsApproval, NotVisible, Problem, Stale
from gucang.kernel.fields import FieldSpec
from gucang.kernel.models import CustomField
from gucang.kernel.permissions import access
from gucang.kernel.records import RecordType
from gucang.surface import controls, lineform, panels
from gucang.surface.columns import Shower
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import waits_at
from gucang.surface.render import fragment, go, render, toast, with_toast
from gucang.surface.screens.common import (
    find,
    here,
    list_url,
    record_url,
    screen,
    sentences,
    value_of,
)
from gucang.surface.screens.inputs import FEW, Input, input_for, is_found_by, typed

NEW_KEY_BYTES = 16
MADE = 201


@screen
def new(request: CompanyRequest, record_type: RecordType) -> HttpResponse:
    """The form of a new record, and its creation."""
    verb = record_type.create
    if verb is not None and not record_type.form_makes:
        raise NotVisible  # it has a page of its own
    if verb is None or not request.actor.may(verb.name):
        raise Forbidden(_t("Your role does not include this. Ask an administrator if you need it."))
    specs = writable(record_type, request, None)
    if request.method != "POST":
        values = {name: request.GET.get(name, _default(spec, request)) for name, spec in specs.items()}
        return _form(request, record_type, None, specs, values, {})
    raw = _typed(request, record_type, specs)
    if _redraws(request, record_type):
        return _form(request, record_type, None, specs, raw, {})
    if gone := _gone(request, record_type, None):
        return _form(request, record_type, None, specs, raw, {"": gone}, status=409)
    if request.POST.get("_check") != "done" and (found := _advice(record_type, raw, request)):
        # A second click finds what the first one made among the likely duplicates.
        if (made := idempotency.known(request.actor, _form_key(request))) is not None and made.status == MADE:
            return go(request, record_url(request, record_type, int(made.body["id"])))
        return _form(request, record_type, None, specs, raw, {}, advice=found)
    try:
        pk = once(request, lambda: verb(actor=request.actor, values=raw, request_id=request.request_id).record.pk)
    except NeedsApproval as waiting:
        return parked(request, waiting, list_url(request, record_type))
    except Problem as problem:
        return _form(request, record_type, None, specs, raw, sentences(problem), status=form_status(problem))
    toast(request, _t("%(what)s added.") % {"what": record_type.label})
    return _on(request, record_type, pk)


def _typed(request: CompanyRequest, record_type: RecordType, specs: Mapping[str, FieldSpec]) -> dict[str, Any]:
    """What was typed, also into controls of their own."""
    own = {name: one.read(request.POST) for name, one in controls.of(record_type.name).items() if name in specs}
    if record_type.lines is not None and lines.NAME in specs:
        own[lines.NAME] = lineform.read(request.POST, record_type.lines)
    return typed(request.POST, specs) | {name: value for name, value in own.items() if value is not None}


def _redraws(request: CompanyRequest, record_type: RecordType) -> bool:
    if record_type.lines is not None and lineform.pressed(request.POST):
        return True
    return any(one.redraws(request.POST) for one in controls.of(record_type.name).values())


def _default(spec: FieldSpec, request: CompanyRequest) -> Any:
    return spec.default if spec.own is None else custom.default_of(spec, request.actor)


def _gone(request: CompanyRequest, record_type: RecordType, record: Any) -> list[str]:
    """What was typed into own fields that were retired meanwhile, in sentences: the form comes back without them."""
    known = {spec.name for spec in record_type.custom_fields()}
    names = [name for name in request.POST if name.startswith(custom.PREFIX) and name not in known]
    keys = [name.removeprefix(custom.PREFIX) for name in names if len(name) < 60 and "__" not in name]
    found = []
    for field in CustomField.objects.filter(record_type=record_type.name, key__in=keys, retired=True) if keys else ():
        typed_text = "、".join(one for one in request.POST.getlist(f"{custom.PREFIX}{field.key}") if one)
        held = record.extra.get(field.key) if record is not None else None
        same = "、".join(map(str, held)) if isinstance(held, list) else str("" if held is None else held)
        if typed_text and typed_text != same:
            sentence = _t("“%(field)s” was retired while you were writing. You typed: %(text)s. Save again without it.")
            found.append(sentence % {"field": field, "text": typed_text[:200]})
    return found


def new_key() -> str:
    """A key by which a form of something new is known when it comes twice."""
    return secrets.token_urlsafe(NEW_KEY_BYTES)


def once(request: CompanyRequest, make: Callable[[], int]) -> int:
    """Make the record once per form: a second click on the same form leads to the record that the first one made."""
    key = _form_key(request)
    if not key:
        return int(make())
    with transaction.atomic():
        # The key alone tells a second click; what was typed may differ after a correction, so it is not compared.
        earlier = idempotency.begin(request.actor, key, b"form")
        if earlier is None:
            try:
                earlier = idempotency.Answer(MADE, {"id": int(make())}, {})
            except NeedsApproval as waiting:
                earlier = idempotency.Answer(waiting.status, {"sentence": str(waiting)}, {})
            idempotency.finish(request.actor, key, earlier)
    if earlier.status != MADE:
        raise NeedsApproval(earlier.body["sentence"])
    return int(earlier.body["id"])


def parked(request: CompanyRequest, waiting: NeedsApproval, fallback: str) -> HttpResponse:
    """After something was sent for approval: to the request, which says who holds it; else to `fallback`."""
    toast(request, str(waiting))
    address = waits_at(waiting)
    return go(request, f"{request.base}{address}" if address else fallback)


def _form_key(request: CompanyRequest) -> str:
    key = request.POST.get("_key", "")[:180]
    return f"form:{key}" if key else ""


def form_status(problem: Problem) -> int:
    """The status of a form that comes back with a refusal."""
    return problem.status if problem.status in (403, 409) else 422


@screen
def edit(request: CompanyRequest, record_type: RecordType, pk: int) -> HttpResponse:
    """The form of an existing record, and its change. Somebody else's change in between is shown beside one's own."""
    record = find(record_type, request, pk)
    verb = record_type.edit
    if verb is None:
        raise NotVisible
    if sentence := verb.why_not(request.actor, record):
        raise Forbidden(sentence)
    specs = writable(record_type, request, record)
    if request.method != "POST":
        values = {name: value_of(record, spec) for name, spec in specs.items()}
        return _form(request, record_type, record, specs, values, {})
    raw = _typed(request, record_type, specs)
    if _redraws(request, record_type):
        return _form(request, record_type, record, specs, raw, {})
    if gone := _gone(request, record_type, record):
        return _form(request, record_type, record, specs, raw, {"": gone}, status=409)
    if "_take" in request.POST or "_keep" in request.POST:
        return _settle(request, record_type, record, specs, raw)
    try:
        outcome = verb(record, actor=request.actor, seen=seen_by(request), values=raw, request_id=request.request_id)
    except Stale as stale:
        record.refresh_from_db()
        found = Clashes(stale.clashes, since=seen_by(request), seen=record.version)
        return _form(request, record_type, record, specs, raw, {}, clashes=found, status=409)
    except NeedsApproval as waiting:
        return parked(request, waiting, record_url(request, record_type, record.pk))
    except Problem as problem:
        return _form(request, record_type, record, specs, raw, sentences(problem), status=form_status(problem))
    if outcome.event is not None:
        toast(request, _t("Saved."), undo_url(request, record_type, outcome))
    return _on(request, record_type, record.pk)


def _on(request: CompanyRequest, record_type: RecordType, pk: int) -> HttpResponse:
    """Where a saved form leads: back to where it was asked for, or with Ctrl+S on to the form of the same record."""
    url = record_url(request, record_type, pk)
    if request.POST.get("_stay") != "1":
        return go(request, here(request, url))
    back = here(request, "")
    return go(request, f"{url}/edit" + (f"?{urlencode({'next': back})}" if back else ""))


@dataclass(frozen=True)
class Clashes:
    """What is still to be chosen after a clash. `since` is the version the person began with, `seen` what the page
    shows now: whoever saves after that clashes again.
    """

    open: Sequence[Clash]
    since: int | None
    seen: int | None


def _settle(
    request: CompanyRequest,
    record_type: RecordType,
    record: Any,
    specs: Mapping[str, FieldSpec],
    raw: dict[str, Any],
) -> HttpResponse:
    """The form again after one clashing field was decided: with their value in it, or with what was typed.

    Nothing is saved yet, and everything else that was typed stays.
    """
    taken, kept = request.POST.get("_take", ""), request.POST.get("_keep", "")
    if taken in specs:
        raw[taken] = value_of(record, specs[taken])
    names = [name for name in request.POST.getlist("_clash") if name in specs and name not in (taken, kept)]
    since = _version(request, "_since")
    left = events.clashes(record_type, record, since or 0, dict.fromkeys(names, (None, ...)))
    found = Clashes(left, since=since, seen=seen_by(request))
    return _form(request, record_type, record, specs, raw, {}, clashes=found)


def seen_by(request: CompanyRequest) -> int | None:
    """The version of the record that the person has looked at, as the form sends it; None for none."""
    return _version(request, "seen")


def _version(request: CompanyRequest, name: str) -> int | None:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def writable(record_type: RecordType, request: CompanyRequest, record: Any) -> dict[str, FieldSpec]:
    """The form's fields that this person may fill in; `record` is None for one that is not there yet."""
    left_out = {*record_type.form.unseen, *(record_type.withheld(request.actor) if record_type.withheld else ())}
    return {
        name: spec
        for name, spec in record_type.form_specs().items()
        if name not in left_out and access(request.actor, record_type, name, record) is Access.WRITE
    }


def _form(
    request: CompanyRequest,
    record_type: RecordType,
    record: Any,
    specs: Mapping[str, FieldSpec],
    values: Mapping[str, Any],
    problems: Mapping[str, Sequence[str]],
    *,
    advice: Sequence[panels.Advice] = (),
    clashes: Clashes | None = None,
    status: int = 200,
) -> HttpResponse:
    inputs = {
        name: input_for(request, spec, values.get(name), error=" ".join(problems.get(name, ())))
        for name, spec in specs.items()
        if spec.kind != "lines"
    }
    for name, control in controls.of(record_type.name).items():
        if name in inputs and (drawn := control.draw(request, record, inputs.pop(name))) is not None:
            inputs[name] = drawn
    for name in record_type.form.shown_if.keys() & inputs.keys():
        inputs[name] = replace(inputs[name], show_if=record_type.form.shown_if[name])
    sections = [(title, [inputs[n] for n in names if n in inputs]) for title, names in record_type.sections()]
    first = _first(record_type, inputs) if record is None else []
    sections = [(title, [one for one in many if one not in first]) for title, many in sections]
    context = {
        "type": record_type,
        "record": record,
        "sections": [(title, many) for title, many in sections if many],
        "first": first,
        "later": sum(len(many) for _title, many in sections),
        # What was typed there, or is wrong there, is not folded away.
        "later_open": request.method == "POST"
        and any(one.error or one.value for _title, many in sections for one in many),
        "whole": [
            s for name, many in problems.items() if name not in inputs and not lineform.is_part(name) for s in many
        ],
        "wrong": [
            (f"f-{name.replace('.', '-')}", s)
            for name, many in problems.items()
            if name in inputs or lineform.is_part(name)
            for s in many
        ],
        "lines": lineform.in_form(request, record_type, record, values, problems) if lines.NAME in specs else None,
        "advice": advice,
        "advisable": record is None and panels.has_advisers(record_type),
        "clashed": clashes,
        "clashes": _clashes(record_type, request, record, clashes, inputs) if clashes else [],
        "seen": clashes.seen if clashes else _seen_next(request, record),
        "key": request.POST.get("_key") or new_key(),
        "checked": bool(advice) or request.POST.get("_check") == "done",
        "next": request.POST.get("next") or request.GET.get("next") or "",
        "cancel_url": record_url(request, record_type, record.pk) if record else list_url(request, record_type),
    }
    return render(request, "surface/form.html", context, status)


def _first(record_type: RecordType, inputs: Mapping[str, Input]) -> list[Input]:
    """The few that a new record's form shows at once: the declared ones, and whatever must be filled or mended."""
    own = [spec.name for spec in record_type.custom_fields() if spec.own is not None and spec.own.first]
    needed = [name for name, one in inputs.items() if (one.required and one.value in ("", None)) or one.error]
    return [inputs[name] for name in dict.fromkeys([*record_type.form.first, *own, *needed]) if name in inputs]


def _seen_next(request: CompanyRequest, record: Any) -> Any:
    """The version that the form sends back: what the person has looked at."""
    if record is None:
        return ""
    return record.version if request.method != "POST" else (seen_by(request) or record.version)


def _clashes(
    record_type: RecordType, request: CompanyRequest, record: Any, clashes: Clashes, inputs: Mapping[str, Input]
) -> list[dict[str, Any]]:
    """Both values of every field that somebody else changed meanwhile, in words."""
    by_field = {clash.field: clash for clash in clashes.open}
    shower = Shower(record_type, request.actor, request.base, [record], list(by_field))
    found = [lineform.clash(by_field[lines.NAME], record)] if lines.NAME in by_field else []
    return found + [
        {
            "name": name,
            "label": one.label,
            "theirs": shower.show(record, record_type.spec(name), link=False),
            "mine": one.words,
            "clash": by_field[name],
        }
        for name, one in inputs.items()
        if name in by_field and access(request.actor, record_type, name, record) in (Access.READ, Access.WRITE)
    ]


def _advice(record_type: RecordType, raw: Mapping[str, Any], request: CompanyRequest) -> list[panels.Advice]:
    clean = {name: str(value)[:200] for name, value in raw.items() if isinstance(value, str)}
    return panels.advice(record_type, clean, request.actor)


@screen
def advise(request: CompanyRequest, record_type: RecordType) -> HttpResponse:
    """What is worth knowing about the values typed so far: a fragment under the form's first field."""
    raw = typed(request.POST or request.GET, record_type.form_specs())
    return fragment(request, "surface/_advice.html", {"advice": _advice(record_type, raw, request)})


@screen
def options(request: CompanyRequest, record_type: RecordType) -> HttpResponse:
    """What a picker offers for the words typed: visible records, the best first."""
    from gucang.kernel import search

    text = request.GET.get("q", "").strip()[:60]
    whole = record_type.owned_through
    within = request.GET.get(whole, "") if whole else ""
    if within.isascii() and within.isdigit() and len(within) < 19:
        # Of one customer there are few contacts: all of them are compared with what is typed.
        parts = record_type.query(request.actor).filter(**{whole: int(within)}).order_by("-pk")[:FEW]
        rows = [(row.pk, str(row), "") for row in parts if is_found_by(str(row), text)]
    elif text and record_type.search:
        hits = search.search(request.actor, text, types=[record_type], limit=20).get(record_type.name, [])
        rows = [(hit.object_id, hit.title, hit.detail) for hit in hits]
    else:
        query = record_type.query(request.actor)
        if text and "name" in record_type.specs:
            query = query.filter(name__contains=text)
        rows = [(row.pk, str(row), str(getattr(row, whole)) if whole else "") for row in query.order_by("-pk")[:20]]
    return fragment(request, "surface/_options.html", {"rows": rows})


# --- taking an edit back --------------------------------------------------------------------------------------------


def undo_url(request: CompanyRequest, record_type: RecordType, outcome: Outcome) -> str:
    """Where an edit is taken back."""
    assert outcome.event is not None
    return f"{record_url(request, record_type, outcome.record.pk)}/undo/{outcome.event.pk}"


def with_undo(
    request: CompanyRequest, response: HttpResponse, record_type: RecordType, outcome: Outcome
) -> HttpResponse:
    """The same answer with a toast that offers to take the edit back."""
    return with_toast(response, _t("Saved."), undo_url(request, record_type, outcome))
