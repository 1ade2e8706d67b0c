"""What a record looked like before and after: the event's `changes`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gucang.kernel.fields import to_json

Snapshot = dict[str, Any]
UNLOGGED = frozenset({"id", "company", "version", "created_at", "updated_at"})


def snapshot(instance: Any) -> Snapshot:
    """The JSON values of a record's fields, custom ones as "extra.key"."""
    values: Snapshot = {}
    derived = getattr(instance, "derived_fields", ())
    for field in instance._meta.concrete_fields:
        if field.name in UNLOGGED or field.name in derived:
            continue
        value = getattr(instance, field.attname)
        if field.name == "extra":
            values |= {f"extra.{key}": inner for key, inner in value.items()}
        else:
            values[field.name] = to_json(value)
    return values


def changed_between(before: Snapshot | None, after: Snapshot) -> dict[str, list[Any]]:
    """{field: [old, new]} of what differs; for a new record, of what is not empty."""
    if before is None:
        return {name: [None, value] for name, value in after.items() if value not in (None, "", [], {})}
    names = before.keys() | after.keys()
    return {n: [before.get(n), after.get(n)] for n in sorted(names) if before.get(n) != after.get(n)}


def wording(instance: Any, fields: Iterable[str]) -> str:
    """The labels of some fields of a record as one phrase."""
    return "、".join(str(instance._meta.get_field(name).verbose_name) for name in fields)


def old_values(changes: Mapping[str, list[Any]]) -> dict[str, Any]:
    """The values before, to undo an edit with."""
    return {name: pair[0] for name, pair in changes.items()}
