"""The controls of the editor: which fields "when", "if" and "then" show, and what they send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _t

from gucang.accounts.models import Member
from gucang.automation import steps, texts, triggers
from gucang.automation.models import Trigger
from gucang.kernel import records
from gucang.kernel.actors import Actor
from gucang.kernel.fields import FieldSpec
from gucang.kernel.records import RecordType
from gucang.surface import filters, spans
from gucang.surface.middleware import CompanyRequest
from gucang.surface.screens.inputs import Input, input_for, typed

Values = Mapping[str, Any]
FEW = 30
DAY_WORDS = ("today", "overdue", "next7d", "next30d", "last7d", "last30d", "thismonth", "none")
TIMES = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 30)]


def select(name: str, label: str, choices: Any, value: Any = "", **more: Any) -> Input:
    """A choice of a few."""
    rows = [(key, str(text), "") for key, text in choices]
    return Input(name=name, kind="choice", label=label, value=value, choices=rows, **more)


def when_inputs(request: CompanyRequest, record_type: RecordType, kind: str, values: Values) -> list[Input]:
    """What a trigger of this kind asks for."""
    actor = request.actor
    if kind == Trigger.DONE:
        verbs = [(name, verb.label) for name, verb in triggers.verbs(record_type).items()]
        return [select("verb", _t("What is done"), verbs, values.get("verb", ""), required=True)]
    if kind == Trigger.CHANGED:
        specs = triggers.fields(record_type, actor)
        fields = [(name, spec.label) for name, spec in specs.items()]
        found = [select("field", _t("Field"), fields, values.get("field", ""), required=True)]
        spec = specs.get(str(values.get("field", "")))
        if spec is not None and spec.kind in triggers.COMPARED:
            found += [
                _end_of(request, spec, "old", _t("from"), values),
                _end_of(request, spec, "new", _t("to"), values),
            ]
        return found
    if kind == Trigger.DATE:
        fields = [(name, spec.label) for name, spec in triggers.dates(record_type, actor).items()]
        days = values.get("days", 0)
        side = values.get("side") or ("before" if isinstance(days, int) and days < 0 else "after")
        shown = str(abs(days) if isinstance(days, int) else days)
        return [
            select("field", _t("Date"), fields, values.get("field", ""), required=True),
            Input("days", "integer", _t("Days"), shown, help=_t("0 is the day itself.")),
            select("side", _t("Before or after"), [("before", _t("before it")), ("after", _t("after it"))], side),
            select("at_time", _t("Time of day"), zip(TIMES, TIMES, strict=True), values.get("at_time") or "09:00"),
        ]
    return []


def _end_of(request: CompanyRequest, spec: FieldSpec, name: str, label: str, values: Values) -> Input:
    found = input_for(request, replace(spec, name=name, label=label, required=False, help=""), values.get(name, ""),
                      filtering=True)  # fmt: skip
    found = replace(found, help=_t("Empty: any value."))
    if not found.choices or spec.kind == "boolean" or len(found.choices) > FEW:
        return found
    picked = [one for one in str(values.get(name, "")).split(",") if one]
    known = {str(key): key for key, _text, _find in found.choices}
    return replace(found, kind="references", value=[known.get(one, one) for one in picked])


def when_values(posted: QueryDict) -> dict[str, Any]:
    """What the controls of "when" send."""
    found: dict[str, Any] = {"trigger": posted.get("trigger", "")}
    for name in ("verb", "field", "old", "new", "at_time"):
        found[name] = ",".join(filter(None, posted.getlist(name))) or posted.get(f"{name}_text", "")
    if "days" in posted:
        raw = (posted.get("days") or "").strip() or "0"
        digits = raw.isascii() and raw.isdigit() and len(raw) < 5
        found["days"] = (-int(raw) if posted.get("side") == "before" else int(raw)) if digits else raw
    return found


# --- if --------------------------------------------------------------------------------------------------------------


def condition_fields(record_type: RecordType, actor: Actor) -> dict[str, FieldSpec]:
    """What can be a condition."""
    return filters.filterable(record_type, actor, record_type.custom_fields())


def condition_inputs(request: CompanyRequest, spec: FieldSpec, values: Values) -> list[Input]:
    """How and with what a field is compared."""
    dated = spec.kind in ("date", "moment")
    if dated:
        ops = [(word, _t("none") if word == "none" else spans.day_words(word)) for word in DAY_WORDS]
        ops += [("on", _t("on the day")), ("gte", _t("from the day on")), ("lte", _t("up to the day"))]
        day = Input("value", "date", _t("Day"), values.get("value", ""), help=_t("Only for the last three."))
        return [select("op", _t("When"), ops, values.get("op", "")), day]
    plain = replace(spec, name="value", label=_t("Value"), required=False, help="")
    value = input_for(request, plain, values.get("value", ""), filtering=True)
    if value.choices and spec.kind != "boolean" and len(value.choices) <= FEW:
        picked = values.get("value", [])
        value = replace(
            value, kind="references", label=_t("is one of"), value=picked if isinstance(picked, list) else [picked]
        )
        own = [("me", _t("me"), "")] if spec.target is Member else []
        value = replace(value, choices=[*own, *value.choices, ("none", _t("none"), "")])
    if spec.kind in filters.RANGED:
        ops = [("gte", _t("at least")), ("lte", _t("at most")), ("", _t("exactly"))]
        return [select("op", _t("How"), ops, values.get("op", "gte")), value]
    return [value]


def condition_of(posted: QueryDict, spec: FieldSpec) -> tuple[str, str]:
    """The parameter and its value that the controls of "if" send."""
    op = posted.get("op", "")
    many = [one for one in posted.getlist("value") if one.strip()] or [posted.get("value_text", "")]
    value = ",".join(many)
    if spec.kind in ("date", "moment"):
        if op in DAY_WORDS:
            return spec.name, op
        return (f"{spec.name}__{op}", value) if op in ("gte", "lte") else (spec.name, value)
    return (f"{spec.name}__{op}", value) if op in ("gte", "lte") and spec.kind in filters.RANGED else (spec.name, value)


# --- then ------------------------------------------------------------------------------------------------------------


def step_inputs(
    request: CompanyRequest, record_type: RecordType, kind: str, values: Values, *, part: str = ""
) -> list[Input]:
    """What a step of this kind asks for; `part` is the field that is set, or the verb that is done."""
    if kind in ("task", "notify"):
        return [*_text_inputs(request, record_type, kind, values), *_who_inputs(request, values)]
    if kind == "set":
        spec = steps.settable(record_type, request.actor).get(part)
        return [] if spec is None else [_value_input(request, spec, "value", values.get("value", ""))]
    if kind == "act":
        verb = steps.callable_verbs(record_type).get(part)
        given = values.get("values", values)
        return [
            replace(_value_input(request, spec, spec.name, given.get(spec.name, "")), required=spec.required)
            for spec in (verb.params if verb is not None else ())
        ]
    if kind == "webhook":
        help_text = _t("An address that begins with https://. What is sent is signed; see below.")
        return [Input("url", "text", _t("Address"), values.get("url", ""), help=help_text, required=True)]
    return []


def _text_inputs(request: CompanyRequest, record_type: RecordType, kind: str, values: Values) -> list[Input]:
    known = texts.places(record_type, request.actor)
    listed = " ".join(f"{{{label}}}" for label in list(dict.fromkeys(known.values()))[:9])
    help_text = _t("You may write %(places)s …") % {"places": listed}
    if kind == "notify":
        return [Input("text", "text", _t("Text"), values.get("text", ""), help=help_text, required=True,
                      max_length=steps.MOST_TEXT)]  # fmt: skip
    return [
        Input("title", "text", _t("Task"), values.get("title", ""), help=help_text, required=True,
              max_length=steps.MOST_TITLE),
        Input("days", "integer", _t("Due in how many days"), str(values.get("days", 1))),
        Input("note", "longtext", str(records.get("task").specs["note"].label), values.get("note", "")),
    ]  # fmt: skip


def _who_inputs(request: CompanyRequest, values: Values) -> list[Input]:
    spec = FieldSpec(name="member", kind="reference", label=_t("Which member"), target=Member)
    member = replace(input_for(request, spec, values.get("member", "")), help=_t("Only for “a member”."))
    return [select("for", _t("For whom"), steps.WHO.items(), values.get("for", "owner"), required=True), member]


def _value_input(request: CompanyRequest, spec: FieldSpec, name: str, value: Any) -> Input:
    if spec.kind in ("date", "moment"):
        help_text = _t("A day such as 2026-12-01, or +3 for three days after the run")
        return Input(name, "text", str(spec.label), value, help=help_text)
    return input_for(request, replace(spec, name=name, required=False), value)


def step_values(posted: QueryDict, record_type: RecordType, actor: Actor, kind: str, part: str) -> dict[str, Any]:
    """The step that the controls of "then" send, as typed."""
    found: dict[str, Any] = {"kind": kind}
    if kind in ("task", "notify"):
        found |= {name: posted.get(name, "") for name in ("title", "note", "days", "text", "for")}
        found["member"] = posted.get("member") or posted.get("member_text", "")
    elif kind == "set":
        spec = steps.settable(record_type, actor).get(part)
        raw = typed(posted, {"value": replace(spec, name="value")}) if spec is not None else {}
        found |= {"field": part, "value": raw.get("value", "")}
    elif kind == "act":
        verb = steps.callable_verbs(record_type).get(part)
        specs = {spec.name: spec for spec in verb.params} if verb is not None else {}
        found |= {"verb": part, "values": typed(posted, specs)}
    elif kind == "webhook":
        found["url"] = posted.get("url", "")
    return found
