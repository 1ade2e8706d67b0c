"""Taking an import back: what it made goes to the bin, unless somebody has worked on it since."""

from __future__ import annotations

from typing import Any

from gucang.exchange.actions import imports
from gucang.exchange.engine.plan import maker
from gucang.exchange.models import Import, Origin, State
from gucang.kernel import events, records
from gucang.kernel.actors import system
from gucang.kernel.errors import Problem
from gucang.kernel.records import RecordType
from gucang.kernel.scope import deriving

SOME = 100
MOST_TOLD = 1000


def step(import_id: int) -> bool:
    """Take back some records, those made last first; whether there may be more.

    An origin whose record is gone is forgotten at once, so a job that was killed goes on with the rest. One whose
    record must stay is kept until the end and marked as found, not made.
    """
    record = Import.objects.select_for_update().filter(pk=import_id).first()
    if record is None or record.state != State.TAKING_BACK:
        return False
    some = list(Origin.objects.filter(import_record=record, made=True).order_by("-id")[:SOME])
    stay = [origin for origin in some if not _take_back(record, origin)]
    with deriving("exchange"):
        Origin.objects.filter(pk__in=[origin.pk for origin in stay]).update(made=False, digest="stays")
        Origin.objects.filter(pk__in=[origin.pk for origin in some if origin not in stay]).delete()
    if some:
        return True
    left = Origin.objects.filter(import_record=record, digest="stays").count()
    imports.taken_back(record, actor=system(), left=left)
    return False


def _has_been_worked_on(record: Import, record_type: RecordType, found: Any) -> bool:
    """Whether anybody changed the record since. What followed by itself from the import's rows is nobody's work.

    A customer is a buyer because a deal of the same file was won. Whatever cannot be told apart counts as work.
    """
    if found.version == 1:
        return False
    told = events.timeline(record_type.name, found.pk, limit=MOST_TOLD)
    brought = {event.id for event in told if event.name.endswith(".create") and event.actor_id == record.owner_id}
    followed = [
        event
        for event in told
        if (event.subject_type, event.subject_id) == (record_type.name, found.pk)
        and event.actor_kind == "system"
        and event.cause in brought
    ]
    return bool(found.version - 1 != len(followed))


def _take_back(record: Import, origin: Origin) -> bool:
    """Whether the record of an origin is gone now."""
    record_type = records.get(origin.record_type)
    delete = record_type.verbs.get("delete")
    found = record_type.query(maker(record)).filter(pk=origin.object_id).first()
    if found is None:
        return True
    if delete is None or _has_been_worked_on(record, record_type, found):
        return False
    try:
        delete(found, actor=maker(record))
    except Problem:
        return False
    return True
