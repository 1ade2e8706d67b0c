"""Taking a deed back: the verb that undoes an event with the values from before, unless somebody changed them since.

An edit is undone by an edit, a deletion by a restoration, and a verb whose parameter is the very field that it changed
(a deal's stage, a customer's owner) by itself. Any other verb says so with its `back`, or cannot be undone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _t

from gucang.kernel import records
from gucang.kernel.actions import Action, Outcome
from gucang.kernel.actors import Actor, ActsAs
from gucang.kernel.errors import Refused
from gucang.kernel.models import Event
from gucang.kernel.records import RecordType
from gucang.kernel.snapshots import old_values


@dataclass(frozen=True)
class WayBack:
    """The action that undoes an event, and what it is called with: form values, or its parameters."""

    action: Action
    values: Mapping[str, Any]


def can_be_undone(record_type: RecordType, action: Action) -> bool:
    """Whether what this verb does can be taken back at all."""
    if action is record_type.edit:
        return True
    if action.verb == "delete":
        return "restore" in record_type.verbs
    return action.back is not None or _says_its_field(record_type, action)


def _says_its_field(record_type: RecordType, action: Action) -> bool:
    """Whether everything that the verb must be told is a field of the record, so that it can be told the old value."""
    needed = [spec.name for spec in action.params if spec.required]
    return not action.creates and bool(needed) and all(name in record_type.specs for name in needed)


def way_back(event: Event) -> WayBack | None:
    """What undoes `event`; None when nothing does. No query, but for the company's own fields of an edit."""
    record_type = records.get(event.subject_type)
    action = record_type.verbs.get(event.name.partition(".")[2])
    if action is None or not can_be_undone(record_type, action):
        return None
    before = old_values(event.changes)
    if action is record_type.edit:
        return WayBack(action, {name: old for name, old in before.items() if name in record_type.form_specs()})
    if action.verb == "delete":
        return WayBack(record_type.verbs["restore"], {})
    if action.back is not None:
        found = action.back(event)
        return WayBack(record_type.verbs[found[0]], found[1]) if found is not None else None
    return WayBack(action, {spec.name: before[spec.name] for spec in action.params if spec.name in before})


def undo(event: Event, *, actor: Actor | ActsAs, request_id: str = "") -> Outcome:
    """Undo one event with the rights of `actor`.

    Raises what the action raises: Stale when somebody has changed the same since, and Refused when nothing undoes it.
    """
    found = way_back(event)
    if found is None:
        raise Refused(_t("This cannot be taken back."))
    values = {"values": found.values} if found.action.on_values else found.values
    return found.action(event.subject_id, actor=actor, seen=event.subject_version, request_id=request_id, **values)
