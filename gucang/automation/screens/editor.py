"""One automation: its sentence, its switch, and the three parts that it is made of. Every change is a small form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_POST

from gucang.automation import actions, conditions, queries, rules, steps, triggers
from gucang.automation.models import Automation, Outcome, Secret, Trigger
from gucang.automation.screens import controls
from gucang.automation.screens.common import OUTCOME_TONES, TONES, find, state_of, url_of
from gucang.automation.words import Words
from gucang.kernel.errors import Invalid
from gucang.kernel.records import RecordType
from gucang.surface import filters
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import go, render, toast
from gucang.surface.screens.common import sentences
from gucang.surface.screens.details import show as generic_page
from gucang.surface.screens.inputs import Input

LATEST = 5
NEW = "new"


@dataclass
class Typed:
    """What somebody sent to one part of the page (`when`, `if`, `then`) and was refused."""

    part: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)


@require_GET
@answered
def page(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """The page of an automation. What is in the bin, the side panel and the history are as everybody's."""
    found = None if {"peek", "history"} & set(request.GET) else queries.automations(request.actor).filter(pk=pk).first()
    if found is None or not request.actor.may("automation.view"):
        return generic_page(request, company=request.company.slug, plural="automations", pk=pk)
    return _page(request, found, Typed())


def _page(request: CompanyRequest, automation: Any, typed: Typed) -> HttpResponse:
    words = Words([automation], request.actor)
    may = rules.is_the_owner(request.actor, automation) and actions.set_steps.why_not(request.actor, automation) is None
    record_type = words.type_of(automation)
    state = state_of(automation)
    context: dict[str, Any] = {
        "record": automation,
        "url": url_of(request, automation),
        "sentence": words.whole(automation),
        "state": state,
        "tone": TONES[state],
        "tones": OUTCOME_TONES,
        "may": may and record_type is not None,
        "buttons": _buttons(request, automation),
        "switch_why": (actions.turn_off if automation.active else actions.turn_on).why_not(request.actor, automation),
        "runs": queries.runs(automation, request.actor, request.base, size=LATEST),
        "counts": _counts(automation),
        "wrong": typed.part,
        "secret": _secret(automation) if may else "",
    }
    if record_type is not None:
        context |= _when(request, automation, record_type, words, typed)
        context |= _if(request, automation, record_type, words, typed)
        context |= _then(request, automation, record_type, words, typed)
    drawn = {one.name for one in context.get(f"{typed.part}_inputs", ())}
    context["errors"] = [one for name, many in typed.errors.items() for one in many if name not in drawn]
    return render(request, "automation/page.html", context, status=422 if typed.part else 200)


def _buttons(request: CompanyRequest, automation: Automation) -> list[dict[str, Any]]:
    """The deeds in the menu that this person may do now."""
    found = [actions.edit, actions.take_over, actions.new_secret, actions.delete]
    if '"webhook"' not in automation.steps:
        found.remove(actions.new_secret)
    return [
        {"label": str(verb.label), "icon": verb.icon, "url": f"{url_of(request, automation)}/{verb.verb}"}
        for verb in found
        if verb.why_not(request.actor, automation) is None
        and not (verb is actions.take_over and automation.owner_id == request.actor.member_id)
    ]


def _counts(automation: Automation) -> list[tuple[str, int, str]]:
    found = queries.counts(automation)
    return [(str(label), found.get(value, 0), value) for value, label in Outcome.choices if found.get(value)]


def _secret(automation: Automation) -> str:
    found = Secret.objects.filter(automation=automation).first() if '"webhook"' in automation.steps else None
    return found.value if found is not None else ""


# --- what the three parts show ---------------------------------------------------------------------------------------


def _when(
    request: CompanyRequest, automation: Automation, record_type: RecordType, words: Words, typed: Typed
) -> dict[str, Any]:
    asked = typed.values.get("trigger") if typed.part == "when" else request.GET.get("trigger", "")
    kind = asked if asked in Trigger.values else automation.trigger
    stored = {name: getattr(automation, name) for name in ("verb", "field", "old", "new", "days", "at_time")}
    values = typed.values if typed.part == "when" else stored if kind == automation.trigger else {}
    kinds = [
        (str(label), f"?trigger={value}#when", value == kind)
        for value, label in Trigger.choices
        if value != Trigger.DATE or triggers.dates(record_type, request.actor)
    ]
    inputs = controls.when_inputs(request, automation, record_type, kind, values)
    return {
        "when": words.when(automation),
        "when_kinds": kinds,
        "when_kind": kind,
        "when_inputs": _with_errors(inputs, typed, "when"),
    }


def _if(
    request: CompanyRequest, automation: Automation, record_type: RecordType, words: Words, typed: Typed
) -> dict[str, Any]:
    specs = controls.condition_fields(request, record_type)
    asked = typed.values.get("field", "") if typed.part == "if" else request.GET.get("by", "")
    spec = specs.get(asked)
    values = typed.values if typed.part == "if" else {}
    inputs = controls.condition_inputs(request, spec, values) if spec is not None else []
    return {
        "groups": [[text for _one, text in group] for group in words.groups(automation)],
        "if_fields": [(name, str(one.label)) for name, one in specs.items()],
        "if_field": spec,
        "if_inputs": _with_errors(inputs, typed, "if"),
    }


def _then(
    request: CompanyRequest, automation: Automation, record_type: RecordType, words: Words, typed: Typed
) -> dict[str, Any]:
    found = automation.step_list()
    number, values = _edited_step(request, found, typed)
    kind = str(values.get("kind", ""))
    part = str(values.get("field") or values.get("verb") or request.GET.get("part", ""))
    parts = _parts_of(request, record_type, kind)
    part = part if part in dict(parts) else ""
    inputs = controls.step_inputs(request, record_type, kind, values, part=part)
    return {
        "steps": [
            {"number": place, "text": words.step(automation, step), "icon": steps.ICONS[step["kind"]]}
            for place, step in enumerate(found)
        ],
        "step_kinds": [(value, str(label), steps.ICONS[value]) for value, label in steps.KINDS.items()],
        "step_kind": kind if kind in steps.KINDS else "",
        "step_label": str(steps.KINDS.get(kind, "")),
        "step_number": number,
        "step_part": part,
        "step_parts": parts,
        "then_inputs": _with_errors(inputs, typed, "then"),
    }


def _edited_step(request: CompanyRequest, found: list[steps.Step], typed: Typed) -> tuple[str, Mapping[str, Any]]:
    """(which step the form is about, "new" for one more; what stands in it)."""
    if typed.part == "then":
        return str(typed.values.get("_number", NEW)), typed.values
    raw = request.GET.get("edit", "")
    if raw.isascii() and raw.isdigit() and len(raw) < 3 and int(raw) < len(found):
        return raw, found[int(raw)]
    return NEW, {"kind": request.GET.get("step", "")}


def _parts_of(request: CompanyRequest, record_type: RecordType, kind: str) -> list[tuple[str, str]]:
    """What is chosen before the rest of a step can be asked: the field to set, the deed to do."""
    if kind == "set":
        return [(name, str(spec.label)) for name, spec in steps.settable(record_type, request.actor).items()]
    if kind == "act":
        may = request.actor.may
        return [(n, str(verb.label)) for n, verb in steps.callable_verbs(record_type).items() if may(verb.name)]
    return []


def _with_errors(inputs: list[Input], typed: Typed, part: str) -> list[Input]:
    if typed.part != part:
        return inputs
    return [replace(one, error=" ".join(typed.errors.get(one.name, ()))) for one in inputs]


# --- what the three parts send ---------------------------------------------------------------------------------------


@require_POST
@answered
def when(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """Keep what starts it."""
    automation = find(request, pk)
    values = controls.when_values(request)
    try:
        actions.set_trigger(automation, actor=request.actor, **values)
    except Invalid as problem:
        return _page(request, automation, Typed("when", values, sentences(problem)))
    return _kept(request, automation, "when")


@require_POST
@answered
def only_if(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """Add a condition to a group (`group`, "new" for another way), or take one out (`remove`: "group.place")."""
    automation = find(request, pk)
    record_type = triggers.type_of(automation)
    found = conditions.groups(automation.conditions)
    values: dict[str, Any] = {}
    if "remove" in request.POST:
        found = _without(found, request.POST["remove"])
    else:
        name = request.POST.get("_field", "")
        spec = controls.condition_fields(request, record_type).get(name)
        if spec is None:
            raise Invalid({"_field": [_t("Choose what the condition is about.")]})
        values = {"field": name, "op": request.POST.get("op", ""), "value": request.POST.getlist("value")}
        if len(values["value"]) < 2:
            values["value"] = request.POST.get("value", "")
        param, value = controls.condition_of(request, spec)
        if not value:
            error = {"value": [_t("Fill in %(field)s.") % {"field": spec.label}]}
            return _page(request, automation, Typed("if", values, error))
        _add(found, request.POST.get("group", NEW), (param, value))
    try:
        actions.set_conditions(automation, actor=request.actor, conditions=conditions.write(found))
    except Invalid as problem:
        errors = {"value": [one for many in sentences(problem).values() for one in many]}
        return _page(request, automation, Typed("if", values, errors))
    return _kept(request, automation, "if")


def _add(found: list[filters.Group], group: str, condition: tuple[str, str]) -> None:
    if group.isascii() and group.isdigit() and len(group) < 3 and int(group) < len(found):
        found[int(group)].append(condition)
    else:
        found.append([condition])


def _without(found: list[filters.Group], which: str) -> list[filters.Group]:
    return [
        [one for place, one in enumerate(group) if f"{number}.{place}" != which] for number, group in enumerate(found)
    ]


@require_POST
@answered
def then(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """Add or change a step (`_number`), take one out (`remove`) or move it up (`up`)."""
    automation = find(request, pk)
    record_type = triggers.type_of(automation)
    found = automation.step_list()
    values: dict[str, Any] = {}
    if (raw := request.POST.get("remove") or request.POST.get("up") or "").isdigit() and int(raw[:3]) < len(found):
        place = int(raw[:3])
        if "remove" in request.POST:
            del found[place]
        else:
            found.insert(max(0, place - 1), found.pop(place))
    else:
        kind, number = request.POST.get("_kind", ""), request.POST.get("_number", NEW)
        values = controls.step_values(request, record_type, kind, request.POST.get("_part", "")) | {"_number": number}
        _put(found, number, {name: value for name, value in values.items() if name != "_number"})
    try:
        actions.set_steps(automation, actor=request.actor, steps=_as_json(found))
    except Invalid as problem:
        return _page(request, automation, Typed("then", values, sentences(problem)))
    return _kept(request, automation, "then")


def _as_json(found: list[steps.Step]) -> str:
    return steps.write([_plain(step) for step in found])


def _plain(step: steps.Step) -> steps.Step:
    """A step without what is empty, so that its own check says what is missing."""
    return {name: value for name, value in step.items() if value not in ("", None)}


def _put(found: list[steps.Step], number: str, step: steps.Step) -> None:
    if number.isascii() and number.isdigit() and len(number) < 3 and int(number) < len(found):
        found[int(number)] = step
    else:
        found.append(step)


def _kept(request: CompanyRequest, automation: Automation, part: str) -> HttpResponse:
    toast(request, _t("Saved."))
    return go(request, f"{url_of(request, automation)}#{part}")
