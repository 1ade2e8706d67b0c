"""A record as JSON: what the actor may see of it, references with their labels looked up in sets.

The only place that decides what the API shows of a field; events go through it too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from gucang.kernel import custom, records
from gucang.kernel.actors import Access, Actor
from gucang.kernel.fields import FieldSpec, to_json
from gucang.kernel.lines import NAME as LINES
from gucang.kernel.lines import Lines, load, of
from gucang.kernel.models import AboutRecord, Event
from gucang.kernel.permissions import access, event_access
from gucang.kernel.records import RecordType
from gucang.surface.labels import labels_of

ALWAYS = ("id", "version", "created_at", "updated_at")


_told_too: dict[str, dict[str, tuple[Any, Callable[[Any], str]]]] = {}


def tell_too(record: str, name: str, label: Any, text: Callable[[Any], str]) -> None:
    """Let the API show of a record type a text besides its fields: what one of its actions takes under this name."""
    _told_too.setdefault(record, {})[name] = (label, text)


def told_too(record_type: RecordType) -> dict[str, tuple[Any, Callable[[Any], str]]]:
    """The texts that go out besides the fields: {name: (label, how it is read from a record)}."""
    return _told_too.get(record_type.name, {})


@lru_cache(maxsize=1024)
def readable(record_type: RecordType) -> dict[str, FieldSpec]:
    """The fields that the API shows of a record type: those that have a label, so that people know them.

    A field without a label (a computed key, a hash) is the program's own.
    """
    shown = (_labelled(record_type) - {*getattr(record_type.model, "derived_fields", ())}) | _declared(record_type)
    # What a record is about is shown as one object, "about".
    own = {*ALWAYS, "deleted_at", "about_type", "about_id"}
    return {name: spec for name, spec in record_type.specs.items() if name in shown - own}


def _labelled(record_type: RecordType) -> set[str]:
    fields: Iterable[Any] = record_type.model._meta.concrete_fields
    return {field.name for field in fields if field._verbose_name is not None}


def _declared(record_type: RecordType) -> set[str]:
    return {*record_type.form.fields, *record_type.columns}


@lru_cache(maxsize=1024)
def _told(record_type: RecordType) -> frozenset[str]:
    """The fields whose changes are told."""
    return frozenset(_labelled(record_type) | _declared(record_type) | {LINES})


def record_rows(
    record_type: RecordType, actor: Actor, rows: Sequence[Any], *, actions: bool = False, lines: bool = False
) -> list[dict[str, Any]]:
    """The records as JSON objects, for `actor`, on demand with their lines.

    One query for each record type that they refer to, one more for all lines.
    """
    found = _Writer(record_type, actor, rows).write(actions=actions)
    if lines and record_type.lines is not None:
        _add_lines(record_type, record_type.lines, actor, rows, found)
    return found


def _add_lines(
    record_type: RecordType, declared: Lines, actor: Actor, rows: Sequence[Any], found: Sequence[dict[str, Any]]
) -> None:
    """Put the lines of each row into its object, where the actor may see them."""
    load(rows)
    specs = declared.specs | declared.shown_specs
    wanted: dict[Any, set[int]] = {}
    for name, spec in specs.items():
        if spec.target is not None:
            ids = {getattr(line, f"{name}_id") for row in rows for line in of(row)}
            wanted.setdefault(spec.target, set()).update(ids)
    labels = labels_of(actor, wanted)

    def told(line: Any, name: str, spec: FieldSpec) -> Any:
        if spec.target is None:
            return _plain(getattr(line, name))
        pk = getattr(line, f"{name}_id")
        return {"id": pk, "label": labels.get((spec.target, pk))}

    for item, row in zip(found, rows, strict=True):
        if access(actor, record_type, LINES, row) in (Access.READ, Access.WRITE):
            item[LINES] = [
                {"key": line.key} | {name: told(line, name, spec) for name, spec in specs.items()} for line in of(row)
            ]


class _Writer:
    """One use of `record_rows`: everything that is the same for all rows is found once."""

    def __init__(self, record_type: RecordType, actor: Actor, rows: Sequence[Any]) -> None:
        self.type, self.actor, self.rows = record_type, actor, rows
        self.fields = [
            (name, spec)
            for name, spec in readable(record_type).items()
            if access(actor, record_type, name) is not Access.HIDDEN
        ]
        self.ruled = frozenset(name for name, _spec in self.fields if f"{record_type.name}.{name}" in actor.field_rules)
        own = record_type.custom_fields() if hasattr(record_type.model, "extra") else ()
        # (field, whether a rule makes it differ from record to record): asking that 1,000 times was half of a page.
        self.customs = [(spec, self._is_ruled(spec)) for spec in own if self._opens(spec)]
        self.labels = self._labels()

    def write(self, *, actions: bool) -> list[dict[str, Any]]:
        found = [self._row(row) for row in self.rows]
        if actions:
            for item, row in zip(found, self.rows, strict=True):
                item["_actions"] = allowed(self.type, self.actor, row)
        return found

    def _row(self, row: Any) -> dict[str, Any]:
        item: dict[str, Any] = {"id": row.pk}
        hidden: list[str] = []
        for name, spec in self.fields:
            if name in self.ruled:
                may = access(self.actor, self.type, name, row)
                if may is Access.HIDDEN:
                    continue
                if may is Access.MASKED:
                    hidden.append(name)
                    item[name] = spec.masked(getattr(row, name)) if spec.target is None else None
                    continue
            item[name] = (
                self._reference(spec, getattr(row, f"{name}_id")) if spec.target else _plain(getattr(row, name))
            )
        if hidden:
            item["_masked"] = hidden
        if isinstance(row, AboutRecord):
            item["about"] = self._about(row)
        if hasattr(row, "extra"):
            item["extra"] = self._extra(row)
        item |= {name: text(row) for name, (_label, text) in told_too(self.type).items()}
        item["version"] = row.version
        for name in ("created_at", "updated_at"):
            if (moment := getattr(row, name, None)) is not None:
                item[name] = moment.isoformat()
        return item

    def _opens(self, spec: FieldSpec, row: Any = None) -> bool:
        return access(self.actor, self.type, spec.name, row) in (Access.READ, Access.WRITE)

    def _is_ruled(self, spec: FieldSpec) -> bool:
        names = {f"{self.type.name}.{name}" for name in (spec.name, *spec.inputs)}
        return self.actor.eyes is not None or not names.isdisjoint(self.actor.field_rules)

    def _extra(self, row: Any) -> dict[str, Any]:
        """The company's own fields; one that is masked is left out."""
        found = {}
        for spec, ruled in self.customs:
            if not ruled or self._opens(spec, row):
                value = custom.read(row, spec)
                if value is not None:
                    assert spec.own is not None
                    found[spec.own.key] = self._reference(spec, value) if spec.target is not None else value
        return found

    def _reference(self, spec: FieldSpec, pk: int | None) -> dict[str, Any] | None:
        return None if pk is None else {"id": pk, "label": self.labels.get((spec.target, pk))}

    def _about(self, row: AboutRecord) -> dict[str, Any] | None:
        if not row.about_type:
            return None
        model = records.get(row.about_type).model
        return {"type": row.about_type, "id": row.about_id, "label": self.labels.get((model, row.about_id))}

    def _labels(self) -> dict[tuple[Any, int], str]:
        """What is called what, of all records that the rows refer to and the actor may see."""
        wanted: dict[Any, set[int]] = {}
        for name, spec in self.fields:
            if spec.target is not None:
                ids = {getattr(row, f"{name}_id") for row in self.rows} - {None}
                wanted.setdefault(spec.target, set()).update(ids)
        for spec, _ruled in self.customs:
            if spec.target is not None:
                wanted.setdefault(spec.target, set()).update({custom.read(row, spec) for row in self.rows} - {None})
        if self.rows and isinstance(self.rows[0], AboutRecord):
            for row in self.rows:
                if row.about_type:
                    wanted.setdefault(records.get(row.about_type).model, set()).add(row.about_id)
        return labels_of(self.actor, wanted)


def _plain(value: Any) -> Any:
    return value if value is None or type(value) in (str, int, bool) else to_json(value)


def allowed(record_type: RecordType, actor: Actor, record: Any) -> list[dict[str, Any]]:
    """Every action on the record: whether the actor may do it now, and if not, why."""
    found = []
    for verb, action in record_type.verbs.items():
        if action.creates or action.binned:
            continue
        why_not = action.why_not(actor, record)
        found.append({"verb": verb, "label": str(action.label), "may": why_not is None, "why_not": why_not})
    return found


@dataclass(frozen=True)
class Subject:
    """The record that events are shown on the page of; its fields can be judged exactly."""

    type: RecordType
    record: Any


def event_rows(actor: Actor, found: Iterable[Event], subject: Subject | None = None) -> list[dict[str, Any]]:
    """Events as JSON objects, without what is hidden from `actor` in their changes and facts.

    Which events the actor may see at all is decided before (`event_visibility`).
    """
    found = list(found)
    names = _actor_names({event.actor_id for event in found if event.actor_id is not None})
    return [_event(actor, event, names, subject) for event in found]


def _event(actor: Actor, event: Event, names: Mapping[int, str], subject: Subject | None) -> dict[str, Any]:
    record = None
    if subject is not None and (subject.type.name, subject.record.pk) == (event.subject_type, event.subject_id):
        record = subject.record
    changes, facts = opened(actor, event, record)
    return {
        "id": event.pk,
        "name": event.name,
        "recorded_at": event.recorded_at.isoformat(),
        "occurred_at": event.occurred_at.isoformat(),
        "actor": {
            "kind": event.actor_kind,
            "id": event.actor_id,
            "label": names.get(event.actor_id) if event.actor_id is not None else None,
        },
        "subject": {"type": event.subject_type, "id": event.subject_id, "label": event.subject_label},
        "version": event.subject_version,
        "changes": changes,
        "facts": facts,
        "cause": event.cause,
    }


def opened(actor: Actor, event: Event, record: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """The changes and facts of an event without what is hidden from `actor`, masked where only that may be seen.

    `record` is its subject where that is at hand; then fields are judged exactly, else by the least that may be seen.
    """
    record_type = records.get(event.subject_type)
    told = _told_changes(record_type, event)
    return _open(actor, record_type, record, told), _open(actor, record_type, record, event.facts)


def _told_changes(record_type: RecordType, event: Event) -> dict[str, Any]:
    told = _told(record_type)
    return {name: value for name, value in event.changes.items() if name in told or name.startswith("extra.")}


def _open(actor: Actor, record_type: RecordType, record: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in values.items():
        may = event_access(actor, record_type, name, record)
        if may in (Access.READ, Access.WRITE):
            kept[name] = value
        elif may is Access.MASKED:
            spec = record_type.specs.get(name)
            kept[name] = [spec.masked(one) if spec else None for one in value] if isinstance(value, list) else None
    return kept


def _actor_names(ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    members = records.get("member").model._base_manager.filter(pk__in=ids)
    return {member.pk: str(member) for member in members}
