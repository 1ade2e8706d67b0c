"""Then: the steps of an automation, as they are kept, and what may stand in them.

A step is a dict with its `kind`; `for` says whom it is for (a key of WHO), `member` which one when that is "member".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.accounts.models import Member, Status
from gucang.automation import texts, webhooks
from gucang.kernel import records
from gucang.kernel.actions import Action
from gucang.kernel.actors import Access, Actor
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import BadValue, FieldSpec
from gucang.kernel.permissions import access
from gucang.kernel.records import RecordType
from gucang.kernel.text import BadText, clean_text

Step = dict[str, Any]
KINDS: dict[str, Any] = {
    "task": _("Create a task"), "notify": _("Tell somebody"), "set": _("Set a field"), "act": _("Do something with it"),
    "webhook": _("Call a webhook"),
}  # fmt: skip
ICONS = {"task": "checkbox", "notify": "bell", "set": "pencil", "act": "player-play", "webhook": "webhook"}
WHO: dict[str, Any] = {
    "owner": _("its owner"), "manager": _("the owner's manager"), "me": _("me"), "member": _("a member"),
}  # fmt: skip
MOST_STEPS, MOST_DAYS, MOST_TITLE, MOST_TEXT = 10, 366, 150, 200
# Cannot be taken back, or is for whoever looks at the page.
NOT_CALLED = frozenset(["create", "edit", "erase"])


def read(text: str) -> list[Step]:
    """The steps in a JSON text. Raises Invalid when it is none."""
    try:
        found = json.loads(text or "[]")
    except ValueError:
        found = None
    if not isinstance(found, list) or not all(isinstance(step, dict) for step in found):
        raise Invalid({"steps": [_t("Write the steps as a JSON list of objects.")]})
    return found


def write(steps: list[Step]) -> str:
    """The reverse of `read`."""
    return json.dumps(steps, ensure_ascii=False)


def check(steps: list[Step], record_type: RecordType, actor: Actor) -> list[Step]:
    """The steps as they are kept, unknown keys left out. Raises Invalid with the first sentence against one."""
    if len(steps) > MOST_STEPS:
        raise Invalid({"steps": [_t("At most %(most)s steps fit.") % {"most": MOST_STEPS}]})
    return [check_one(step, record_type, actor) for step in steps]


def check_one(step: Mapping[str, Any], record_type: RecordType, actor: Actor) -> Step:
    """One step as it is kept. Raises Invalid, by the step's own field names."""
    kind = step.get("kind")
    if not isinstance(kind, str) or kind not in _CHECKS:
        raise Invalid({"kind": [_t("Choose what shall be done.")]})
    return {"kind": kind} | _CHECKS[kind](step, record_type, actor)


def callable_verbs(record_type: RecordType) -> dict[str, Action]:
    """What a step may do with a record, by verb."""
    return {
        name: verb
        for name, verb in record_type.verbs.items()
        if name not in NOT_CALLED and not (verb.internal or verb.creates or verb.binned or verb.redacts)
    }


def settable(record_type: RecordType, actor: Actor) -> dict[str, FieldSpec]:
    """The fields that a step of this actor may set."""
    return {
        name: spec
        for name, spec in record_type.form_specs().items()
        if access(actor, record_type, name) is Access.WRITE and spec.kind not in ("references", "lines")
    }


def _text(step: Mapping[str, Any], name: str, most: int, record_type: RecordType, actor: Actor, what: Any = "") -> str:
    raw = step.get(name, "")
    try:
        text = clean_text(raw if isinstance(raw, str) else str(raw), most, multiline=name == "note")
    except BadText as problem:
        raise Invalid({name: [str(problem)]}) from None
    if what and not text:
        raise Invalid({name: [_t("Fill in %(field)s.") % {"field": what}]})
    return texts.check(text, name, record_type, actor)


def _who(step: Mapping[str, Any], actor: Actor) -> Step:
    who = step.get("for") or "owner"
    if not isinstance(who, str) or who not in WHO:
        raise Invalid({"for": [_t("Choose whom it is for.")]})
    if who != "member":
        return {"for": who}
    raw = str(step.get("member", ""))
    found = raw.isascii() and raw.isdigit() and len(raw) < 19
    seen = records.by_model(Member).query(actor).exclude(status=Status.LEFT)
    member = seen.filter(pk=int(raw)).first() if found else None
    if member is None:
        raise Invalid({"member": [_t("Choose a member who works here.")]})
    return {"for": who, "member": member.pk}


def _task(step: Mapping[str, Any], record_type: RecordType, actor: Actor) -> Step:
    raw = str(step.get("days") if step.get("days") is not None else "0").strip() or "0"
    if not (raw.isascii() and raw.isdigit() and len(raw) < 5 and int(raw) <= MOST_DAYS):
        raise Invalid({"days": [_t("Write in how many days it is due, from 0 to %(most)s.") % {"most": MOST_DAYS}]})
    title = _text(step, "title", MOST_TITLE, record_type, actor, _t("task"))
    return _who(step, actor) | {"title": title, "note": _text(step, "note", 2000, record_type, actor), "days": int(raw)}


def _notify(step: Mapping[str, Any], record_type: RecordType, actor: Actor) -> Step:
    return _who(step, actor) | {"text": _text(step, "text", MOST_TEXT, record_type, actor, _t("text"))}


def _set(step: Mapping[str, Any], record_type: RecordType, actor: Actor) -> Step:
    spec = settable(record_type, actor).get(str(step.get("field", "")))
    if record_type.edit is None or spec is None:
        raise Invalid({"field": [_t("Choose a field that you may change.")]})
    if not actor.may(record_type.edit.name):
        raise Invalid({"field": [_t("Your role does not include this. Ask an administrator if you need it.")]})
    return {"field": spec.name, "value": _value(spec, step.get("value", ""), "value", record_type, actor)}


def _act(step: Mapping[str, Any], record_type: RecordType, actor: Actor) -> Step:
    verb = callable_verbs(record_type).get(str(step.get("verb", "")))
    if verb is None:
        raise Invalid({"verb": [_t("Choose what shall be done with it.")]})
    if not actor.may(verb.name):
        sentence = _t("Your role does not include “%(action)s”. Ask an administrator if you need it.")
        raise Invalid({"verb": [sentence % {"action": verb.label}]})
    given = step.get("values", {})
    if not isinstance(given, dict):
        raise Invalid({"verb": [_t("Choose what shall be done with it.")]})
    values = {}
    for spec in verb.params:
        raw = given.get(spec.name, "")
        if raw in ("", None, []):
            if spec.required:
                raise Invalid({spec.name: [_t("Fill in %(field)s.") % {"field": spec.label}]})
            continue
        values[spec.name] = _value(spec, raw, spec.name, record_type, actor)
    return {"verb": verb.verb, "values": values}


def _webhook(step: Mapping[str, Any], record_type: RecordType, actor: Actor) -> Step:
    try:
        return {"url": webhooks.check_url(str(step.get("url", "")))}
    except webhooks.BadAddress as problem:
        raise Invalid({"url": [_t(str(problem))]}) from None


_CHECKS: dict[str, Callable[[Mapping[str, Any], RecordType, Actor], Step]] = {
    "task": _task, "notify": _notify, "set": _set, "act": _act, "webhook": _webhook,
}  # fmt: skip


def in_days(spec: FieldSpec, raw: Any) -> int | None:
    """The number of days that "+3" in a date means, counted from the day of the run; None for another value."""
    text = str(raw).strip()
    digits = text[1:]
    if spec.kind not in ("date", "moment") or text[:1] not in ("+", "-") or not (digits.isascii() and digits.isdigit()):
        return None
    return int(text) if len(digits) < 5 else None


def _value(spec: FieldSpec, raw: Any, name: str, record_type: RecordType, actor: Actor) -> Any:
    """A value as it is kept: what the field takes now, "+3" for a date, and {fields} in texts."""
    if in_days(spec, raw) is not None:
        return str(raw).strip()
    if spec.kind in ("text", "longtext") and isinstance(raw, str):
        raw = texts.check(raw, name, record_type, actor)
    try:
        value = spec.clean(raw, actor)
    except BadValue as problem:
        raise Invalid({name: [problem.sentence]}) from None
    return records_to_ids(spec, value)


def records_to_ids(spec: FieldSpec, value: Any) -> Any:
    """JSON for a value; references as ids."""
    if spec.kind == "references":
        return [one.pk for one in value]
    return spec.to_json(value)


__all__ = ["ICONS", "KINDS", "WHO", "callable_verbs", "check", "check_one", "in_days", "read", "settable", "write"]
