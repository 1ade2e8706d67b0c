"""That a loaded company is what the actions would have left: compared with the models and the rules, not believed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection, models

from gucang.kernel import custom, events, records, search
from gucang.kernel.actors import system
from gucang.kernel.custom import terms
from gucang.kernel.models import Event, EventObject, FieldValue, Reference, SearchEntry
from gucang.kernel.scope import active_company_id
from gucang.kernel.snapshots import changed_between, snapshot
from gucang.selling import queries as selling

CHECKED = ("customer", "contact", "opportunity", "follow_up")
SAMPLE = 40


def flaws() -> Iterator[str]:
    """One sentence for whatever is not as it should be in the active company; nothing when all is well."""
    if wrong := selling.check_totals():
        yield f"{len(wrong)} kept sums differ from the deals."
    for name in CHECKED:
        record_type = records.get(name)
        yield from _references(record_type.model)
        yield from _without_event(record_type)
        for record in _sample(record_type.model):
            yield from _unlike(record_type, record)
    yield from _references(records.get("opportunity").model._meta.get_field("stage_changes").related_model)  # type: ignore[arg-type]


def _references(model: type[models.Model]) -> Iterator[str]:
    """References that lead nowhere, or to another company."""
    for field in model._meta.local_fields:
        if isinstance(field, Reference):
            target = field.remote_field.model._meta.db_table
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SELECT count(*) FROM {model._meta.db_table} r LEFT JOIN {target} t"  # noqa: S608
                    f" ON t.company_id = r.company_id AND t.id = r.{field.column}"
                    f" WHERE r.company_id = %s AND r.{field.column} IS NOT NULL AND t.id IS NULL",
                    [active_company_id()],
                )
                (count,) = cursor.fetchone()
            if count:
                yield f"{count} rows of {model.__name__} refer by {field.name} to nothing."


def _without_event(record_type: records.RecordType) -> Iterator[str]:
    made = Event.objects.filter(name=f"{record_type.name}.create").count()
    there = record_type.model._base_manager.count()
    if made != there:
        yield f"{there} records of {record_type.name}, but {made} create events."


def _sample(model: type[models.Model]) -> list[models.Model]:
    ids = model._base_manager.order_by("id").values_list("id", flat=True)
    count = model._base_manager.count()
    return list(model._base_manager.filter(pk__in=[ids[n * (count - 1) // SAMPLE] for n in range(SAMPLE + 1)]))


def _unlike(record_type: records.RecordType, record: models.Model) -> Iterator[str]:
    """How a record differs from what its model, its search entry and its events say it must be."""
    what = f"{record_type.name} {record.pk}"
    kept = {name: getattr(record, name) for name in getattr(record, "derived_fields", ())}
    if hasattr(record, "derive"):
        record.derive()
    for name, value in kept.items():
        if getattr(record, name) != value:
            yield f"{what}: {name} is {value!r}, but {getattr(record, name)!r} follows from the rest."
    own = EventObject.objects.filter(object_type=record_type.name, object_id=record.pk, role="subject")
    told = list(Event.objects.filter(id__in=own.values("event_id")).order_by("subject_version"))
    if [event.subject_version for event in told] != list(range(1, record.version + 1)):  # type: ignore[attr-defined]
        yield f"{what}: version {record.version}, but {len(told)} events."  # type: ignore[attr-defined]
    now: dict[str, object] = {}
    for event in told:
        now |= {name: pair[1] for name, pair in event.changes.items()}
        objects = EventObject.objects.filter(event_id=event.pk).values_list("object_type", "object_id", "role")
        if set(objects) != set(events.objects_of(record_type, record, {})):
            yield f"{what}: the event {event.name} concerns other records."
    untold = set(getattr(record, "untold", ())) | {"last_contact_at", "last_deal_on", "next_step_on", "next_step"}
    after = {n: pair[1] for n, pair in changed_between(None, snapshot(record)).items() if n not in untold}
    if {n: value for n, value in now.items() if value is not None} != after:
        yield f"{what}: its events tell {now}, but it is {after}."
    yield from _own_fields(record_type, record)
    entry = SearchEntry.objects.filter(record_type=record_type.name, object_id=record.pk).first()
    if record_type.search:
        wanted = search.entry_row(record_type, record)
        found = entry and tuple(getattr(entry, name) for name in search.COLUMNS)
        if not found or found[:-1] != wanted[:-1] or set(found[-1]) != set(wanted[-1]):
            yield f"{what}: its search entry is {found}, not {wanted}."


def _own_fields(record_type: records.RecordType, record: Any) -> Iterator[str]:
    """Values of own fields that no form would have left, and where the index says something else."""
    what = f"{record_type.name} {record.pk}"
    specs = record_type.custom_fields()
    for spec in specs:
        stored = custom.read(record, spec)
        if stored is not None and not spec.computed and spec.to_json(spec.clean(stored, system())) != stored:
            yield f"{what}: {spec.name} is {stored!r}, which no form would have left."
    fields = [spec.own.field_id for spec in specs if spec.own is not None]
    found = set(FieldValue.objects.filter(object_id=record.pk, field_id__in=fields).values_list(*terms.COLUMNS))
    wanted = {row for spec in terms.indexed(record_type) for row in terms.rows_of(spec, record)}
    if found != wanted:
        yield f"{what}: the index of its own fields is {found}, not {wanted}."


__all__ = ["flaws"]
