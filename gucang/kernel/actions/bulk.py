"""The set-based form of create and edit: the same checks and the same events, in a few statements.

Import, mass edit and the demo use it. A row that is refused does not stop the others; nothing about it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _t

from gucang.kernel import clock, custom, events, lines, reactions, search
from gucang.kernel.actions import core, gates, lining, saving
from gucang.kernel.actions.keeping import run_keeps
from gucang.kernel.actions.values import clean_values
from gucang.kernel.actors import Actor, ActsAs, as_actor
from gucang.kernel.custom import terms
from gucang.kernel.errors import Forbidden, Invalid, Lacking, NeedsApproval, NotVisible, Problem, Refused
from gucang.kernel.models import SearchEntry
from gucang.kernel.numbering import next_numbers
from gucang.kernel.records import RecordType
from gucang.kernel.scope import only_writing
from gucang.kernel.sets import column_types, insert_rows, update_rows
from gucang.kernel.snapshots import Snapshot, changed_between, snapshot, wording


@dataclass
class Row:
    """One row of bulk work: the values going in, then the record or the problem coming out.

    `at` is when it happened (kept history), `line` is for reports, `record` goes in for edits, `seen` is the version
    that an edit counts on, as for a single one. `fill` gives the values that depend on what the locked record holds.
    `event` is the id of the event that it left, 0 when nothing changed; `facts` are what its body tells the event.
    """

    values: Mapping[str, Any]
    record: Any = None
    at: datetime | None = None
    line: int = 0
    seen: int | None = None
    fill: Callable[[Any], Mapping[str, Any]] | None = None
    problem: Problem | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    event: int = 0


def create_many(
    record_type: RecordType,
    rows: Sequence[Row],
    *,
    actor: ActsAs | Actor,
    cause: int | None = None,
    also: Sequence[str] = (),
) -> list[Row]:
    """Create a record for every row that passes the checks of the create action; returns the rows, each settled.

    At most a few thousand rows a call: they are held in memory. `also` names fields that may be filled beyond the form
    (an import's). Raises Forbidden when the actor may not create.
    """
    actor = as_actor(actor)
    verb = _verb(record_type.create, record_type, actor)
    if _is_weighed(verb, actor):
        return [_alone(row, verb, None, actor, cause, also) for row in rows]
    known: dict[Any, Any] = {}
    with transaction.atomic(), only_writing(record_type.model._meta.app_label, "kernel"):
        ask = gates.for_set(verb, actor, (), outermost=core.is_outermost())
        for row in rows:
            row.record = record_type.blank()
            _settle(row, verb, actor, None, known, ask, new=True, also=also)
        good = [row for row in rows if row.problem is None]
        _refuse_twins(record_type, good)
        good = [row for row in good if row.problem is None]
        if good:
            _insert(record_type, good)
            lining.save(record_type, [row.record for row in good])
            _log(record_type, verb, good, [None] * len(good), actor, cause)
    return list(rows)


def edit_many(
    record_type: RecordType, rows: Sequence[Row], *, actor: ActsAs | Actor, cause: int | None = None
) -> list[Row]:
    """Edit the record (or its id) of every row by the row's values; returns the rows, each settled."""
    actor = as_actor(actor)
    return do_many(_verb(record_type.edit, record_type, actor), rows, actor=actor, cause=cause)


def do_many(
    verb: core.Action,
    rows: Sequence[Row],
    *,
    actor: ActsAs | Actor,
    cause: int | None = None,
    related: Sequence[str] = (),
) -> list[Row]:
    """Do `verb` to the record (or its id) of every row; returns the rows, each settled.

    The values of a row are the parameters, of an edit those of the form; `related` is read along with the records.
    Not for what makes records, takes them out of the bin or keeps their values out of the log.
    """
    if verb.creates or verb.binned or verb.redacts:
        raise ValueError(f"{verb.name} is done to one record at a time.")
    actor, record_type = as_actor(actor), verb.type
    known: dict[Any, Any] = {}
    with transaction.atomic(), only_writing(record_type.model._meta.app_label, "kernel"):
        ids = sorted({int(getattr(row.record, "pk", row.record)) for row in rows})
        saving.lock_rows(record_type.model, ids)
        query = record_type.query(actor).filter(pk__in=ids).select_related(*related)
        found = {record.pk: record for record in query}
        if _is_weighed(verb, actor):
            return [_alone(row, verb, found, actor, cause) for row in rows]
        if any(lines.NAME in row.values for row in rows):
            lines.load(found.values())
        ask = gates.for_set(verb, actor, ids, outermost=core.is_outermost())
        befores: dict[int, Snapshot] = {}
        for row in rows:
            row.record = found.get(int(getattr(row.record, "pk", row.record)))
            if row.record is None:
                row.problem = NotVisible()
                continue
            befores[row.record.pk] = snapshot(row.record)
            _settle(row, verb, actor, befores[row.record.pk], known, ask, new=False)
        good = [row for row in rows if row.problem is None and (row.changes or verb.always)]
        _save(record_type.model, good)
        good = [row for row in good if row.problem is None]
        lining.save(record_type, [row.record for row in good])
        _log(record_type, verb, good, [befores[row.record.pk] for row in good], actor, cause)
    return list(rows)


def or_raise(rows: Sequence[Row]) -> list[Row]:
    """The rows, where none was refused: for a set that is done whole or not at all. Raises the first one's problem."""
    for row in rows:
        if row.problem is not None:
            raise row.problem
    return list(rows)


def _save(model: type[models.Model], rows: Sequence[Row]) -> None:
    """Save edited rows, the same fields in one statement; a constraint that refuses settles one row alone."""
    alike: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        alike.setdefault(tuple(sorted(saving.changed_columns(row.record, row.changes))), []).append(row)
    for names, some in alike.items():
        fields = [field for field in model._meta.concrete_fields if field.name in names and not field.generated]
        columns = column_types(model, ["id", *(str(field.column) for field in fields)])
        values = [[row.record.pk, *(getattr(row.record, field.attname) for field in fields)] for row in some]
        try:
            with transaction.atomic():
                update_rows(model._meta.db_table, columns, values)
        except IntegrityError:
            for row in some:
                _save_alone(row)


def _save_alone(row: Row) -> None:
    try:
        with transaction.atomic():
            saving.save_or_say(row.record, saving.changed_columns(row.record, row.changes))
    except Problem as problem:
        row.problem = problem


def _verb(verb: core.Action | None, record_type: RecordType, actor: Actor) -> core.Action:
    if verb is None or not actor.may(verb.name):
        raise Forbidden(f"{record_type.label}: {verb.label if verb else ''}")
    return verb


def _is_weighed(verb: core.Action, actor: Actor) -> bool:
    """Whether somebody wants to see what each row would leave, before it is written with others."""
    return core.is_outermost() and any(True for _scale in gates.scales_for(verb, actor))


def _alone(
    row: Row,
    verb: core.Action,
    found: Mapping[int, Any] | None,
    actor: Actor,
    cause: int | None,
    also: Sequence[str] = (),
) -> Row:
    """One row by its action, like a single deed: written, refused, or parked with the sentence as its problem."""
    pk = None if found is None else int(getattr(row.record, "pk", row.record))
    if found is not None:
        row.record = found.get(pk or 0)
    if found is not None and row.record is None:
        row.problem = NotVisible()
        return row
    values = {**row.values, **row.fill(row.record)} if row.fill is not None else row.values
    try:
        given = {"values": values} if verb.on_values else values
        outcome = verb(pk, actor=actor, seen=row.seen, at=row.at, cause=cause, also=also, **given)
    except Problem as problem:
        row.problem = problem
        return row
    row.record = outcome.record
    if outcome.event is not None:
        row.event, row.changes = outcome.event.id, outcome.event.changes
    return row


def _settle(
    row: Row,
    verb: core.Action,
    actor: Actor,
    before: Snapshot | None,
    known: dict[Any, Any],
    ask: Callable[[Any, Any], None],
    *,
    new: bool,
    also: Sequence[str] = (),
) -> None:
    """Bring one row as far as it comes without writing: right, guard, gates, clean values, body, validation."""
    try:
        verb._check_right(actor, row.record)
        if sentence := verb._guarded(row.record):
            raise Refused(sentence)
        given = {**row.values, **row.fill(row.record)} if row.fill is not None else row.values
        if verb.on_values:
            values = clean_values(verb.type, given, actor, row.record, new=new, known=known, also=also)
            clean: dict[str, Any] = {"values": values}
        else:
            values, clean = {}, verb.clean(dict(given), actor, row.record)
        ask(row.record, clean)
        row.facts = verb.body(row.record, **clean, **({"actor": actor} if core.wants_actor(verb.body) else {})) or {}
        row.changes = changed_between(before, snapshot(row.record)) | lines.changes(row.record)
        if missing := custom.missing_in_stage(verb.type, row.record, row.changes):
            raise Lacking(missing)
        if row.seen is not None and row.seen < row.record.version:
            events.check_not_stale(verb.type, row.record, row.seen, row.changes)
        if hasattr(row.record, "derive"):
            row.record.derive()
        settled = saving.settled_by_cleaning(row.record, values) if new else ()
        saving.validate(row.record, None if new else set(row.changes), settled)
    except NeedsApproval as waiting:
        if core.is_outermost():
            core.park(waiting)
        row.problem = waiting
        return
    except Problem as problem:
        row.problem = problem
        return
    now = clock.now()
    row.record.version += 1 if new or row.changes or verb.always else 0
    row.record.updated_at = now
    if new:
        row.record.created_at = row.at or now


def _refuse_twins(record_type: RecordType, rows: list[Row]) -> None:
    """Refuse rows that break a unique rule, against the table and against each other: one query per rule."""
    from django.db.models import UniqueConstraint

    for rule in record_type.model._meta.constraints:
        if not isinstance(rule, UniqueConstraint) or set(rule.fields) == {"company", "id"} or not rule.fields:
            continue
        names = [name for name in rule.fields if name != "company"]
        keys = {id(row): tuple(_value(row, n) for n in names) for row in rows}
        wanted = [
            row
            for row in rows
            if row.problem is None
            and all(v != "" and (v is not None or rule.nulls_distinct is False) for v in keys[id(row)])
            and _binds(rule.condition, row.record)
        ]
        if not wanted:
            continue
        first = next((n for n in reversed(names) if all(_value(row, n) is not None for row in wanted)), "pk")
        taken = set(
            events.with_bin(record_type)
            .filter(rule.condition or Q(), **_among(first, {_value(row, first) for row in wanted}))
            .values_list(*(_attname(record_type.model, name) for name in names))
        )
        for row in wanted:
            if keys[id(row)] in taken:
                labels = wording(row.record, names)
                default = rule.violation_error_message == rule.default_violation_error_message
                sentence = _t("There is already one with the same %(fields)s.") % {"fields": labels}
                row.problem = Invalid({names[-1]: [sentence if default else rule.violation_error_message]})
            taken.add(keys[id(row)])


def _binds(condition: Q | None, record: Any) -> bool:
    """Whether a unique rule's condition (of plain equalities) holds for `record`; anything else is taken to hold."""
    if condition is None or condition.connector != Q.AND or condition.negated:
        return True
    pairs = [child for child in condition.children if isinstance(child, tuple)]
    return all(getattr(record, name) == value for name, value in pairs if "__" not in name)


def _value(row: Row, name: str) -> Any:
    return getattr(row.record, _attname(type(row.record), name))


def _among(name: str, values: set[Any]) -> dict[str, Any]:
    """The filter that narrows a look-up to the values in question, when there is a field without empty ones."""
    return {} if name == "pk" else {f"{name}__in": values}


def _attname(model: Any, name: str) -> str:
    return model._meta.get_field(name).attname


def _insert(record_type: RecordType, rows: list[Row]) -> None:
    model = record_type.model
    table = model._meta.db_table
    if record_type.number:
        open_rows = [row for row in rows if not row.record.number]
        for row, number in zip(open_rows, next_numbers(record_type, len(open_rows)) if open_rows else [], strict=True):
            row.record.number = number
            row.changes["number"] = [None, number]
    fields = [f for f in model._meta.concrete_fields if not f.generated]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, len(rows)]
        )
        for row, (pk,) in zip(rows, cursor.fetchall(), strict=True):
            row.record.pk = pk
    types = column_types(model, [str(f.column) for f in fields])
    insert_rows(table, types, [[getattr(row.record, f.attname) for f in fields] for row in rows])
    for row in rows:
        row.record._state.adding = False


def _log(
    record_type: RecordType,
    verb: core.Action,
    rows: list[Row],
    befores: Sequence[Snapshot | None],
    actor: Actor,
    cause: int | None,
) -> None:
    """Derived tables, search entries, events, reactions and deliveries of the rows that were written."""
    if not rows:
        return
    run_keeps(record_type.name, list(zip(befores, (row.record for row in rows), strict=True)))
    _search_entries(record_type, rows, new=befores[0] is None)
    terms.keep(record_type, [(row.record, row.changes, befores[0] is None) for row in rows])
    made = []
    for row, event_id in zip(rows, events.next_ids(len(rows)), strict=True):
        event = events.build(
            record_type, row.record, event_id=event_id, name=verb.name, actor=actor, changes=row.changes,
            facts=row.facts, occurred_at=row.at, cause=cause or reactions.current_cause(),
        )  # fmt: skip
        row.event = event_id
        made.append((event, events.objects_of(record_type, row.record, row.changes)))
    events.append_many(made)
    reactions.react_all([(event, row.record) for row, (event, _objects) in zip(rows, made, strict=True)], actor)
    reactions.queue([event for event, _objects in made])


def _search_entries(record_type: RecordType, rows: list[Row], *, new: bool) -> None:
    if not record_type.search:
        return
    if not new:
        search.keep_entries(record_type, [(row.record, row.changes) for row in rows])
        return
    types = column_types(SearchEntry, search.COLUMNS)
    insert_rows("kernel_searchentry", types, [search.entry_row(record_type, row.record) for row in rows])
