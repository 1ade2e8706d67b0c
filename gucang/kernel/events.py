"""The one log: writing an event with the records it concerns, and reading timelines back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, models
from django.utils.translation import gettext as _t
from psycopg.types.json import Jsonb

from gucang.kernel import clock
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Clash, Stale
from gucang.kernel.fields import to_json
from gucang.kernel.models import AboutRecord, Event, EventObject
from gucang.kernel.scope import active_company_id
from gucang.kernel.sets import column_types, insert_rows

if TYPE_CHECKING:
    from gucang.kernel.records import RecordType

EVENT_COLUMNS = (
    "id", "company_id", "recorded_at", "occurred_at", "actor_kind", "actor_id", "token_id", "on_behalf_of", "name",
    "subject_type", "subject_id", "subject_label", "subject_version", "changes", "facts", "cause", "request_id",
)  # fmt: skip
_noted: ContextVar[Mapping[str, Any]] = ContextVar("noted", default={})  # noqa: B039  never changed in place
OBJECT_COLUMNS = ("company_id", "event_id", "recorded_at", "occurred_at", "object_type", "object_id", "role")


def jsonable(value: Any) -> Any:
    """`value` (also nested in dicts) as JSON values."""
    if isinstance(value, Mapping):
        return {str(key): jsonable(inner) for key, inner in value.items()}
    return to_json(value)


@contextmanager
def noting(**facts: Any) -> Iterator[None]:
    """Let every event of what happens inside keep these facts as well, those of nested actions too.

    For what is true of the whole deed and no action can know: which import or which automation it belongs to.
    """
    token = _noted.set({**_noted.get(), **facts})
    try:
        yield
    finally:
        _noted.reset(token)


def noted(name: str) -> Any:
    """What `noting` says under this name of the deed that runs now; None when nothing."""
    return _noted.get().get(name)


def next_id() -> int:
    """The id of the event to come, so that what its action calls can name it as its cause."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('kernel_event_id_seq')")
        return int(cursor.fetchone()[0])


def next_ids(count: int) -> list[int]:
    """The ids of `count` events to come, ascending."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('kernel_event_id_seq') FROM generate_series(1, %s)", [count])
        return [row[0] for row in cursor.fetchall()]


def build(
    record_type: RecordType,
    record: Any,
    *,
    event_id: int,
    name: str,
    actor: Actor,
    changes: Mapping[str, Any],
    facts: Mapping[str, Any],
    occurred_at: datetime | None,
    cause: int | None,
    request_id: str = "",
) -> Event:
    """An unsaved event. A new record with a `happened_at` tells itself when it happened (entered late: 补录)."""
    now = clock.now()
    if occurred_at is None and record.version == 1:
        occurred_at = getattr(record, "happened_at", None)
    return Event(
        id=event_id,
        company_id=active_company_id(),
        recorded_at=now,
        occurred_at=occurred_at or now,
        actor_kind=actor.kind,
        actor_id=actor.member_id,
        token_id=actor.token_id,
        on_behalf_of=actor.on_behalf_of,
        name=name,
        subject_type=record_type.name,
        subject_id=record.pk,
        subject_label=str(record)[:200],
        subject_version=record.version,
        changes=dict(changes),
        facts=jsonable({**facts, **_noted.get()}),
        cause=cause,
        request_id=request_id[:40],
    )


def append(record_type: RecordType, record: Any, **what: Any) -> Event:
    """Write one event and its objects; returns it. Only actions call this."""
    event = build(record_type, record, **what)
    objects = objects_of(record_type, record, event.changes)
    values = _row(event) + [value for found in objects for value in _object_row(event, *found)]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_EVENT + ", ".join([_OBJECT_MARKS] * len(objects)), values)
    return event


def append_many(pairs: Sequence[tuple[Event, list[tuple[str, int, str]]]]) -> None:
    """Write many events with their objects, in a few statements."""
    rows = [[getattr(event, column) for column in EVENT_COLUMNS] for event, _objects in pairs]
    insert_rows("kernel_event", column_types(Event, EVENT_COLUMNS), rows)
    objects = [_object_row(event, *found) for event, concerned in pairs for found in concerned]
    insert_rows("kernel_eventobject", column_types(EventObject, OBJECT_COLUMNS), objects)


_OBJECT_MARKS = f"({', '.join(['%s'] * len(OBJECT_COLUMNS))})"
# Both tables in one statement, for every action pays this; the marks of the objects come behind.
_INSERT_EVENT = f"""
    WITH event AS (
        INSERT INTO kernel_event ({", ".join(EVENT_COLUMNS)}) VALUES ({", ".join(["%s"] * len(EVENT_COLUMNS))})
    )
    INSERT INTO kernel_eventobject ({", ".join(OBJECT_COLUMNS)}) VALUES
"""  # noqa: S608


def _row(event: Event) -> list[Any]:
    values = [getattr(event, column) for column in EVENT_COLUMNS]
    return [Jsonb(value) if isinstance(value, dict) else value for value in values]


def _object_row(event: Event, kind: str, pk: int, role: str) -> tuple[Any, ...]:
    return (event.company_id, event.id, event.recorded_at, event.occurred_at, kind, pk, role)


def objects_of(record_type: RecordType, record: Any, changes: Mapping[str, Any]) -> list[tuple[str, int, str]]:
    """(type, id, role) of every record that an event of `record` concerns: its subject first.

    A record it has just stopped referring to is concerned too, as "former <role>".
    """
    from gucang.kernel.records import by_model

    found = [(record_type.name, record.pk, "subject")]
    for name in record_type.concerns:
        field = record._meta.get_field(name)
        target = by_model(field.remote_field.model).name
        if (pk := getattr(record, field.attname)) is not None:
            found.append((target, pk, name))
        old = changes.get(name, [None])[0]
        if old is not None and old != pk:
            found.append((target, old, f"former {name}"))
    if isinstance(record, AboutRecord) and (about := record.get_about()) is not None:
        found += [(kind, pk, f"about {role}") for kind, pk, role in objects_of(by_model(type(about)), about, {})]
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Cursor:
    """Where a timeline page ends: the next page is what happened before."""

    occurred_at: datetime
    event_id: int


def timeline(
    record_type: str,
    object_id: int,
    *,
    before: Cursor | None = None,
    limit: int = 50,
    names: Sequence[str] = (),
) -> list[Event]:
    """The latest events that concern a record, newest first: one index scan. Rights: `event_visibility`."""
    where, values = "", [active_company_id(), record_type, object_id]
    if before is not None:
        where = " AND (occurred_at, event_id) < (%s, %s)"
        values += [before.occurred_at, before.event_id]
    picked = ""
    if names:
        picked = " WHERE e.name = ANY(%s)"
    sql = f"""
        SELECT {", ".join(f"e.{column}" for column in EVENT_COLUMNS)}, e.original_digest, o.about_it
        FROM (SELECT occurred_at, event_id, recorded_at, bool_or(role = 'about subject') AS about_it
              FROM kernel_eventobject
              WHERE company_id = %s AND object_type = %s AND object_id = %s{where}
              GROUP BY occurred_at, event_id, recorded_at
              ORDER BY occurred_at DESC, event_id DESC LIMIT %s) o
        JOIN kernel_event e ON e.id = o.event_id AND e.recorded_at = o.recorded_at{picked}
        ORDER BY o.occurred_at DESC, o.event_id DESC
    """  # noqa: S608
    values.append(limit)
    if names:
        values.append(list(names))
    return list(Event.objects.raw(sql, values))


def with_bin(record_type: RecordType) -> models.QuerySet[Any]:
    """All rows of a record type, the bin included."""
    manager = getattr(record_type.model, "with_bin", record_type.model._default_manager)
    return manager.all()


def check_not_stale(record_type: RecordType, record: Any, seen: int, changes: Mapping[str, Any]) -> None:
    """Raise Stale when an event after version `seen` touched a field that `changes` touches, with both values."""
    if found := clashes(record_type, record, seen, changes):
        raise Stale(
            _t("%(who)s changed “%(field)s” while you were editing. Look at both values and save again.")
            % {"who": found[0].by, "field": found[0].label},
            found,
        )


def clashes(record_type: RecordType, record: Any, seen: int, changes: Mapping[str, Any]) -> list[Clash]:
    """The fields of `changes` that an event after version `seen` gave another value, the latest event for each."""
    ids = EventObject.objects.filter(object_type=record_type.name, object_id=record.pk, role="subject")
    later = (
        Event.objects.filter(
            id__in=ids.order_by("-occurred_at").values_list("event_id")[:200],
            subject_version__gt=seen,
        )
        .order_by("subject_version")
        .only("id", "changes", "actor_kind", "actor_id", "recorded_at")
    )
    found: dict[str, Clash] = {}
    for event in later:
        for name in event.changes.keys() & changes.keys():
            if event.changes[name][1] == changes[name][1]:
                continue
            label = str(record_type.spec(name).label) if name in record_type.specs else name
            found[name] = Clash(
                name, label, event.changes[name][1], changes[name][1], actor_name(event), event.recorded_at
            )
    return list(found.values())


def ensure_months(first: date, *, ahead: int) -> None:
    """Have a partition for the month of `first` and the `ahead` months after it. Needs no company."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT gucang_ensure_event_month((date_trunc('month', %s::date) + make_interval(months => n))::date) "
            "FROM generate_series(0, %s) n",
            [first, ahead],
        )


def redact(record_type: RecordType, record: Any, keys: Sequence[str]) -> int:
    """Replace the personal values of a record's events, labels too; the seal still verifies. Returns how many."""
    own = EventObject.objects.filter(object_type=record_type.name, object_id=record.pk, role="subject")
    found = list(own.values_list("event_id", "recorded_at"))
    with connection.cursor() as cursor:
        for event_id, recorded_at in found:
            cursor.execute("SELECT gucang_redact_event(%s, %s, %s, true)", [event_id, recorded_at, list(keys)])
    return len(found)


def actor_name(event: Event) -> str:
    """Who did it, for a sentence."""
    from gucang.kernel import records

    if event.actor_kind == "system" or event.actor_id is None:
        return _t("Gucang")
    member = records.get("member").model._base_manager.filter(pk=event.actor_id).first()
    return str(member) if member else _t("A former member")
