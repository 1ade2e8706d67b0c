"""One automation: its sentence, its switch, and the three parts that it is made of, in one form with one “Save”.

The other buttons of the form change the draft and draw the page again; nothing is kept before “Save”.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_POST

from gucang.automation import actions, conditions, queries, rules, steps, triggers
from gucang.automation.models import Automation, Outcome, Secret, Trigger
from gucang.automation.screens import controls
from gucang.automation.screens.common import OUTCOME_TONES, TONES, find, state_of, url_of
from gucang.automation.screens.draft import Draft, Errors
from gucang.automation.words import Words
from gucang.kernel.errors import Invalid, Refused
from gucang.kernel.records import RecordType
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import go, render, toast
from gucang.surface.screens.common import sentences
from gucang.surface.screens.details import show as generic_page
from gucang.surface.screens.inputs import Input

LATEST = 5
# Which part of the page a button is about, for what is refused.
_PART_OF = {"trigger": "when", "about": "if", "if": "if", "drop-if": "if", "cancel-if": "if"}
Wrong = tuple[str, Errors]


@require_GET
@answered
def page(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """The page of an automation. What is in the bin, the side panel and the history are as everybody's."""
    found = None if {"peek", "history"} & set(request.GET) else queries.automations(request.actor).filter(pk=pk).first()
    if found is None or not request.actor.may("automation.view"):
        return generic_page(request, company=request.company.slug, plural="automations", pk=pk)
    return _page(request, found, Draft.of(found))


@require_POST
@answered
def parts(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """What a button of the page does (`_do`): change the draft and show it, or save it."""
    automation = find(request, pk)
    record_type = triggers.type_of(automation)
    draft = Draft.read(request.POST, automation, record_type, request.actor)
    do, _colon, what = request.POST.get("_do", "save").partition(":")
    try:
        if do == "save":
            return _save(request, automation, record_type, draft)
        draft.press(do, what, request.POST, record_type, request.actor)
    except _Wrong as wrong:
        return _page(request, automation, draft, (wrong.part, sentences(wrong.problem)))
    except Invalid as problem:
        return _page(request, automation, draft, (_PART_OF.get(do, "then"), sentences(problem)))
    return _page(request, automation, draft)


class _Wrong(Exception):
    """What is refused, and in which part of the page."""

    def __init__(self, part: str, problem: Invalid | Refused) -> None:
        super().__init__(part)
        self.part, self.problem = part, problem


def _save(request: CompanyRequest, automation: Automation, record_type: RecordType, draft: Draft) -> HttpResponse:
    """Save the three parts together, with the condition and the step that are still open: all or nothing."""
    known: dict[str, Any] = {"actor": request.actor, "request_id": request.request_id}
    try:
        part = "if"
        if draft.about and draft.condition_says_something:
            draft.take_condition(str(len(draft.groups) - 1), record_type, request.actor, request.POST)
        part = "then"
        if draft.kind and (draft.part or draft.kind not in ("set", "act")):
            draft.take_step(record_type, request.actor)
        with transaction.atomic():
            part = "when"
            actions.set_trigger(automation, **draft.when, **known)
            part = "if"
            actions.set_conditions(automation, conditions=conditions.write(draft.groups), **known)
            part = "then"
            saved = actions.set_steps(automation, steps=steps.write(draft.steps), **known).record
            if saved.active:
                actions.check_ready(saved, request.actor)
    except (Invalid, Refused) as problem:
        raise _Wrong(part, problem) from None
    toast(request, _t("Saved."))
    return go(request, url_of(request, automation))


# --- what is shown ---------------------------------------------------------------------------------------------------


def _page(request: CompanyRequest, automation: Any, draft: Draft, wrong: Wrong = ("", {})) -> HttpResponse:
    may = rules.is_the_owner(request.actor, automation) and actions.set_steps.why_not(request.actor, automation) is None
    record_type = triggers.find_type(automation)
    shown = draft.onto(automation, record_type, request.actor) if record_type is not None else automation
    words = Words([shown], request.actor)
    part, errors = wrong
    missing = actions.missing(shown, request.actor)
    context: dict[str, Any] = {
        "record": automation,
        "url": url_of(request, automation),
        "sentence": words.whole(shown),
        "state": state_of(automation),
        "tone": TONES[state_of(automation)],
        "tones": OUTCOME_TONES,
        "may": may and record_type is not None,
        "unsaved": may and record_type is not None and draft.differs(automation),
        "missing": list(missing.items()),
        "buttons": _buttons(request, automation),
        "switch_why": _why_not_switched(request, automation, missing),
        "runs": queries.runs(automation, request.actor, request.base, size=LATEST),
        "counts": _counts(automation),
        "secret": _secret(automation) if may else "",
    }
    if record_type is not None:
        context |= _when(request, shown, record_type, words, draft, errors if part == "when" else {})
        context |= _if(request, shown, record_type, words, draft, errors if part == "if" else {})
        context |= _then(request, shown, record_type, words, draft, errors if part == "then" else {})
    drawn = {one.name.partition("-")[2] for one in context.get(f"{part}_inputs", ())}
    context["errors"] = [(f"f-{part}-{n}" if n in drawn else part, one) for n, many in errors.items() for one in many]
    return render(request, "automation/page.html", context, status=422 if part else 200)


def _why_not_switched(request: CompanyRequest, automation: Automation, missing: dict[str, str]) -> str:
    verb = actions.turn_off if automation.active else actions.turn_on
    why = verb.why_not(request.actor, automation)
    return why or ("" if automation.active else next(iter(missing.values()), ""))


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


def _when(
    request: CompanyRequest, shown: Automation, record_type: RecordType, words: Words, draft: Draft, errors: Errors
) -> dict[str, Any]:
    kind = draft.when["trigger"] if draft.when["trigger"] in Trigger.values else shown.trigger
    kinds = [
        (str(label), value, value == kind)
        for value, label in Trigger.choices
        if value != Trigger.DATE or triggers.dates(record_type, request.actor)
    ]
    inputs = controls.when_inputs(request, record_type, kind, draft.when)
    return {
        "when": words.when(shown),
        "when_kinds": kinds,
        "when_kind": kind,
        "when_asks": kind == Trigger.CHANGED,
        "when_inputs": _named(inputs, "when", errors),
    }


def _if(
    request: CompanyRequest, shown: Automation, record_type: RecordType, words: Words, draft: Draft, errors: Errors
) -> dict[str, Any]:
    specs = controls.condition_fields(record_type, request.actor)
    spec = specs.get(draft.about)
    inputs = controls.condition_inputs(request, spec, draft.condition) if spec is not None else []
    return {
        "conditions": conditions.write(draft.groups),
        "groups": [[text for _one, text in group] for group in words.groups(shown)],
        "if_fields": [(name, str(one.label)) for name, one in specs.items()],
        "if_field": spec,
        "if_inputs": _named(inputs, "if", errors),
    }


def _then(
    request: CompanyRequest, shown: Automation, record_type: RecordType, words: Words, draft: Draft, errors: Errors
) -> dict[str, Any]:
    kind = draft.kind if draft.kind in steps.KINDS else ""
    choices = _parts_of(request, record_type, kind)
    part = draft.part if draft.part in dict(choices) else ""
    inputs = controls.step_inputs(request, record_type, kind, draft.step, part=part)
    return {
        "steps_text": steps.write(draft.steps),
        "steps": [
            {"number": place, "text": words.step(shown, step), "icon": steps.ICONS[step["kind"]]}
            for place, step in enumerate(draft.steps)
        ],
        "step_kinds": [(value, str(label), steps.ICONS[value]) for value, label in steps.KINDS.items()],
        "step_kind": kind,
        "step_label": str(steps.KINDS.get(kind, "")),
        "step_number": draft.number,
        "step_part": part,
        "step_parts": choices,
        "then_inputs": _named(inputs, "then", errors),
    }


def _parts_of(request: CompanyRequest, record_type: RecordType, kind: str) -> list[tuple[str, str]]:
    """What is chosen before the rest of a step can be asked: the field to set, the deed to do."""
    if kind == "set":
        return [(name, str(spec.label)) for name, spec in steps.settable(record_type, request.actor).items()]
    if kind == "act":
        may = request.actor.may
        return [(n, str(verb.label)) for n, verb in steps.callable_verbs(record_type).items() if may(verb.name)]
    return []


def _named(inputs: list[Input], part: str, errors: Errors) -> list[Input]:
    """The controls of one part, under names that no other part has, each with what is said against it."""
    return [replace(one, name=f"{part}-{one.name}", error=" ".join(errors.get(one.name, ()))) for one in inputs]
