"""Reads of the log and of what was done: what changed since somebody looked, and what can be taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from gucang.grid.models import GridStep, Kind
from gucang.kernel import records
from gucang.kernel.actors import Actor
from gucang.kernel.fields import to_json
from gucang.kernel.models import Event, EventObject
from gucang.kernel.records import RecordType
from gucang.surface.labels import labels_of

KEPT = 50


@dataclass(frozen=True)
class Later:
    """The last change of one field by somebody else: the JSON value that it left, and who it was."""

    value: Any
    who: str


def stored(value: Any) -> Any:
    """A clean value as the log has it."""
    return to_json(value)


def changed_since(
    record_type: RecordType, actor: Actor, seen: Mapping[int, int], found: Mapping[int, Any]
) -> dict[int, dict[str, Later]]:
    """By record and field: what others changed after the version that this person saw. Two queries, or none."""
    stale = {pk: version for pk, version in seen.items() if found[pk].version > version}
    if not stale:
        return {}
    ids = EventObject.objects.filter(object_type=record_type.name, object_id__in=stale, role="subject")
    events = Event.objects.filter(id__in=ids.values("event_id"), subject_version__gt=min(stale.values()))
    events = events.order_by("subject_version").only(
        "id", "subject_id", "subject_version", "changes", "actor_kind", "actor_id"
    )
    later = [event for event in events if event.subject_version > stale[event.subject_id]]
    member = records.get("member").model
    names = labels_of(actor, {member: [event.actor_id for event in later if event.actor_id]})
    told: dict[int, dict[str, Later]] = {}
    for event in later:
        of_record = told.setdefault(event.subject_id, {})
        for name, (_old, new) in event.changes.items():
            if event.actor_id == actor.member_id and event.actor_kind == "member":
                of_record.pop(name, None)  # one's own hand, perhaps in another window
            else:
                who = names.get((member, event.actor_id)) if event.actor_id else _t("Gucang")
                of_record[name] = Later(new, who or _t("A colleague"))
    return told


def steps_of(actor: Actor, record_type: RecordType) -> list[GridStep]:
    """What this person did in this grid and can still take back or do again, in order."""
    return list(
        GridStep.objects.filter(member_id=actor.member_id or 0, record_type=record_type.name).order_by("-id")[:KEPT]
    )[::-1]


def next_undo(steps: list[GridStep]) -> GridStep | None:
    """The step that would be taken back next."""
    return next((step for step in reversed(steps) if not step.undone), None)


def next_redo(steps: list[GridStep]) -> GridStep | None:
    """The step that would be done again next."""
    return next((step for step in steps if step.undone), None)


def told(steps: list[GridStep]) -> dict[str, Any]:
    """What the undo and redo buttons do next, for the browser."""
    return {
        name: {"id": step.pk, "words": words_of(step)} if step is not None else None
        for name, step in (("undo", next_undo(steps)), ("redo", next_redo(steps)))
    }


def words_of(step: GridStep) -> str:
    """A step in words: "pasting, 36 cells"."""
    if step.kind == Kind.DELETE:
        much = ngettext("%(num)s row", "%(num)s rows", step.cells)
    else:
        much = ngettext("%(num)s cell", "%(num)s cells", step.cells)
    return _t("%(what)s, %(cells)s") % {"what": Kind(step.kind).label, "cells": much % {"num": step.cells}}
