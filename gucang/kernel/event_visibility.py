"""Which events a person may see: those whose subject they may see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import CharField, QuerySet, Value

from gucang.kernel import records
from gucang.kernel.actors import Actor
from gucang.kernel.events import with_bin
from gucang.kernel.models import AboutRecord, Event, EventObject
from gucang.kernel.records import RecordType

Subject = tuple[str, int]
# What an entry is about, what that is about, and so on: a file on an advice on a follow-up about a customer.
_ABOUT_ROLES = tuple("about " * depth + "subject" for depth in range(1, 5))


def visible_to(actor: Actor, found: Iterable[Event], *, page: Subject | None = None) -> list[Event]:
    """The events whose subject the actor may see. The subject of the `page` itself is known to be visible.

    Two queries, whatever the types: what the entries among the subjects are about is read from the log, so that one
    asks only for the records at the end of each chain; one more where an entry may be seen for another reason.
    """
    found = list(found)
    unsure = [event for event in found if not _goes_with(page, event, actor)]
    grounds = _grounds(unsure)
    seen = visible_subjects(actor, {ground[-1] for ground in grounds.values()} - {page}) | {page}
    shown = {event.pk for event in unsure if _stands(actor, grounds[event.pk], seen)}
    other = {_subject(event) for event in unsure if event.pk not in shown and _has_own_grounds(grounds[event.pk])}
    seen = visible_subjects(actor, other)
    shown |= {event.pk for event in unsure if _subject(event) in seen}
    hidden = {event.pk for event in unsure} - shown
    return [event for event in found if event.pk not in hidden]


def _subject(event: Event) -> Subject:
    return event.subject_type, event.subject_id


def _goes_with(page: Subject | None, event: Event, actor: Actor) -> bool:
    """Whether whoever sees the page's record sees this event's subject: it is that record, or was written about it."""
    if page is None or _subject(event) == page:
        return page is not None
    return (
        getattr(event, "about_it", False) and _is_entry(event.subject_type) and actor.may(f"{event.subject_type}.view")
    )


def _grounds(found: Sequence[Event]) -> dict[int, list[Subject]]:
    """For each event's id its subject, what that is about, and so on to a record that is about nothing."""
    chains = {event.pk: [_subject(event)] for event in found}
    entries = [event.pk for event in found if _is_entry(event.subject_type)]
    if entries:
        rows = EventObject.objects.filter(event_id__in=entries, role__in=_ABOUT_ROLES)
        about = {(pk, role): (kind, about_id) for pk, role, kind, about_id in rows.values_list(
            "event_id", "role", "object_type", "object_id"
        )}  # fmt: skip
        for pk in entries:
            for role in _ABOUT_ROLES:
                if (pk, role) in about:
                    chains[pk].append(about[pk, role])
    return chains


def _is_entry(name: str) -> bool:
    """Whether records of this type are seen by whoever sees what they are about."""
    model = records.get(name).model
    return issubclass(model, AboutRecord) and model.seen_with_it


def _stands(actor: Actor, chain: list[Subject], seen: set[Any]) -> bool:
    """Whether the record at the end is seen, and each entry on the way to it is of a type that the actor may view."""
    return chain[-1] in seen and all(actor.may(f"{name}.view") for name, _pk in chain[:-1])


def _has_own_grounds(chain: list[Subject]) -> bool:
    """Whether an entry of the chain may be seen without what it is about, as a task by whoever has to do it."""
    return len(chain) > 1 and not all(records.get(name).visible_with_about for name, _pk in chain[:-1])


def visible_subjects(actor: Actor, subjects: set[Any]) -> set[Any]:
    """Those of the records, as (type, id), that the actor may see, the bin included. One query."""
    wanted: dict[str, set[int]] = {}
    for name, pk in subjects:
        wanted.setdefault(name, set()).add(pk)
    parts = [_seen_of(records.get(name), actor, ids) for name, ids in wanted.items()]
    return set(parts[0].union(*parts[1:], all=True)) if parts else set()


def _seen_of(record_type: RecordType, actor: Actor, ids: set[int]) -> QuerySet[Any, Any]:
    query = with_bin(record_type).filter(record_type.visible(actor), pk__in=ids).order_by()
    return query.annotate(record_type_name=Value(record_type.name, CharField())).values_list("record_type_name", "pk")
