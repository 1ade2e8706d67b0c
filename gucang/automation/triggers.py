"""What starts an automation: which events are looked at, and which of them count."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _t

from gucang.activity import subjects
from gucang.automation.models import ALSO, Automation, Trigger
from gucang.kernel import records
from gucang.kernel.actions import Action
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import FieldSpec
from gucang.kernel.models import Event
from gucang.kernel.permissions import may_filter_by
from gucang.kernel.records import RecordType
from gucang.kernel.setup import kept
from gucang.surface import filters

# What takes a record away leaves nothing to do anything with.
NOT_WATCHED = frozenset(["create", "delete", "erase"])
COMPARED = frozenset(["choice", "reference", "boolean"])
MOST_DAYS = 366
_TIME = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$")


def about(name: str) -> bool:
    """Whether automations can be about this record type."""
    return subjects.allowed(name) or name in ALSO


def verbs(record_type: RecordType) -> dict[str, Action]:
    """What may be done with a record that an automation can wait for, by verb."""
    return {name: verb for name, verb in record_type.verbs.items() if name not in NOT_WATCHED and not verb.internal}


def fields(record_type: RecordType, actor: Actor) -> dict[str, FieldSpec]:
    """The fields whose change an automation of this actor can wait for, without those that a filter would betray."""
    names = [*record_type.form.fields, *record_type.filters, filters.owner_field(record_type)]
    specs = {name: record_type.specs[name] for name in names if name in record_type.specs}
    specs |= {spec.name: spec for spec in record_type.custom_fields()}
    return {name: spec for name, spec in specs.items() if may_filter_by(actor, record_type, name)}


def dates(record_type: RecordType, actor: Actor) -> dict[str, FieldSpec]:
    """The dates that an automation can count from."""
    known = filters.filterable(record_type, actor, record_type.custom_fields())
    return {name: spec for name, spec in known.items() if spec.kind in ("date", "moment")}


# --- which events ----------------------------------------------------------------------------------------------------


def wanted(event: Event) -> bool:
    """Whether an automation that is on may start by this event. Asked of every event."""
    if not about(event.subject_type):
        return False
    watched = kept("automations", _watched)
    if not watched:
        return False
    by_import = "import" in event.facts
    return any(key in watched and (watched[key] or not by_import) for key in _keys_of_event(event))


def _watched() -> dict[str, bool]:
    """Every key of an automation that is on, with whether imports count, too."""
    rows = Automation.objects.filter(active=True).exclude(trigger=Trigger.DATE)
    found: dict[str, bool] = {}
    for record_type, trigger, verb, field, imports in rows.values_list(
        "record_type", "trigger", "verb", "field", "on_imports"
    ):
        key = _key(record_type, trigger, verb, field)
        found[key] = found.get(key, False) or imports
    return found


def _key(record_type: str, trigger: str, verb: str, field: str) -> str:
    if trigger == Trigger.CREATED:
        return f"{record_type} new"
    return f"{record_type}.{verb}" if trigger == Trigger.DONE else f"{record_type} {field}"


def _keys_of_event(event: Event) -> Iterable[str]:
    if event.subject_version == 1:
        return (f"{event.subject_type} new", event.name)
    return (event.name, *(f"{event.subject_type} {field}" for field in event.changes))


def starts(automation: Automation, event: Event) -> bool:
    """Whether this event starts this automation."""
    if event.subject_type != automation.record_type or ("import" in event.facts and not automation.on_imports):
        return False
    if automation.trigger == Trigger.CREATED:
        return event.subject_version == 1
    if automation.trigger == Trigger.DONE:
        return event.name == f"{automation.record_type}.{automation.verb}"
    if automation.trigger != Trigger.CHANGED or event.subject_version == 1:
        return False
    pair = event.changes.get(automation.field)
    return pair is not None and _is_meant(automation.old, pair[0]) and _is_meant(automation.new, pair[1])


def _is_meant(wanted_values: str, value: Any) -> bool:
    if not wanted_values:
        return True
    text = "none" if value in (None, "", []) else str(value).lower() if isinstance(value, bool) else str(value)
    return text in wanted_values.split(",")


# --- what may be set -------------------------------------------------------------------------------------------------


def check(values: Mapping[str, Any], record_type: RecordType, actor: Actor) -> dict[str, Any]:
    """The values of a trigger without what does not belong to its kind. Raises Invalid."""
    kind = values["trigger"]
    found = {"trigger": kind, "verb": "", "field": "", "old": "", "new": "", "days": 0, "at_time": "09:00"}
    if kind == Trigger.DONE:
        if values["verb"] not in verbs(record_type):
            raise Invalid({"verb": [_t("Choose what has to be done with it.")]})
        found["verb"] = values["verb"]
    elif kind == Trigger.CHANGED:
        specs = fields(record_type, actor)
        if values["field"] not in specs:
            raise Invalid({"field": [_t("Choose the field that has to change.")]})
        spec = specs[values["field"]]
        found["field"] = spec.name
        found |= {name: _compared(spec, name, values[name], actor) for name in ("old", "new")}
    elif kind == Trigger.DATE:
        if values["field"] not in dates(record_type, actor):
            raise Invalid({"field": [_t("Choose the date that the days are counted from.")]})
        found |= {"field": values["field"]} | _when(values)
    return found


def _compared(spec: FieldSpec, name: str, raw: str, actor: Actor) -> str:
    texts = [text.strip() for text in raw.split(",") if text.strip()]
    if not texts:
        return ""
    if spec.kind not in COMPARED:
        raise Invalid({name: [_t("“%(field)s” can only change in any way.") % {"field": spec.label}]})
    return ",".join("none" if text == "none" else _stored(spec, name, text, actor) for text in texts)[:200]


def _stored(spec: FieldSpec, name: str, text: str, actor: Actor) -> str:
    from gucang.kernel.fields import BadValue

    try:
        value = spec.to_json(spec.clean(text, actor))
    except BadValue as problem:
        raise Invalid({name: [problem.sentence]}) from None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _when(values: Mapping[str, Any]) -> dict[str, Any]:
    days, at_time = values["days"] or 0, values["at_time"] or "09:00"
    if abs(days) > MOST_DAYS:
        raise Invalid({"days": [_t("At most a year before or after the date.")]})
    if not _TIME.match(at_time):
        raise Invalid({"at_time": [_t("Write the time of day like 09:00.")]})
    return {"days": days, "at_time": at_time}


def type_of(automation: Automation) -> RecordType:
    """The record type that it is about. Raises Invalid when there is none any more."""
    if not about(automation.record_type):
        raise Invalid({"record_type": [_t("Choose what the automation is about.")]})
    return records.get(automation.record_type)


def find_type(automation: Automation) -> RecordType | None:
    """The record type that it is about; None when there is none any more."""
    try:
        return type_of(automation)
    except Invalid:
        return None
