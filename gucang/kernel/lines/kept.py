"""The lines of a record while it is worked on: read once, changed in place, compared with what they were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from gucang.kernel.fields import to_json

if TYPE_CHECKING:
    from gucang.kernel.lines.declared import Lines

NAME = "lines"
PLACE = "position"
_KEPT, _BEFORE = "_lines", "_lines_before"


def of(record: Any) -> list[Any]:
    """The lines of a record in their order. One query, remembered; none for a record that is not there yet."""
    if _KEPT not in record.__dict__:
        load([record])
    found: list[Any] = record.__dict__[_KEPT]
    return found


def load(found: Iterable[Any]) -> None:
    """Have the lines of records of one type at hand. One query for all of them."""
    wanted = [record for record in found if _KEPT not in record.__dict__]
    if not wanted:
        return
    declared = _declared(wanted[0])
    by_owner: dict[int, list[Any]] = {record.pk: [] for record in wanted if record.pk is not None}
    owner = f"{declared.to}_id"
    rows = declared.model.objects.filter(**{f"{owner}__in": by_owner}).order_by(owner, PLACE, "key")
    for line in rows if by_owner else ():
        by_owner[getattr(line, owner)].append(line)
    for record in wanted:
        lines = by_owner.get(record.pk, [])
        for line in lines:
            line.__dict__["_was"] = stored(line)
        record.__dict__[_KEPT], record.__dict__[_BEFORE] = lines, as_json(declared, lines)


def stored(line: Any) -> dict[str, Any]:
    """The columns of a line as they are now."""
    return {field.attname: getattr(line, field.attname) for field in line._meta.concrete_fields}


def forget(record: Any) -> None:
    """Read the lines anew next time."""
    record.__dict__.pop(_KEPT, None)


def as_json(declared: Lines, lines: Iterable[Any]) -> dict[str, dict[str, Any]]:
    """The lines as they stand in events: by key, what people filled in and the place."""
    names = [(name, spec.kind == "reference") for name, spec in declared.specs.items()]
    return {
        str(line.key): {PLACE: line.position}
        | {name: plain(getattr(line, f"{name}_id" if refers else name)) for name, refers in names}
        for line in lines
    }


def plain(value: Any) -> Any:
    """A JSON value; a decimal without the zeros that its column adds."""
    if isinstance(value, Decimal):
        return format(value.normalize() + 0, "f")
    return to_json(value)


def put(record: Any, clean: Sequence[Mapping[str, Any]] | Mapping[int, Mapping[str, Any] | None]) -> None:
    """Put lines that came out of cleaning onto a record: all of them in order, or a patch by key.

    A line with the key of one that is there changes it, and what it does not name stays; others are new.
    """
    declared = _declared(record)
    present = {line.key: line for line in of(record)}
    if isinstance(clean, Mapping):
        record.__dict__[_KEPT] = _patched(declared, record, present, clean)
        return
    highest = max(present, default=0)
    found = []
    for place, values in enumerate(clean):
        line = present.pop(values.get("key") or 0, None)
        if line is None:
            highest += 1
            line = _blank(declared, record, highest)
        _fill(line, values)
        line.position = place
        found.append(line)
    record.__dict__[_KEPT] = found


def _patched(
    declared: Lines, record: Any, present: dict[int, Any], patch: Mapping[int, Mapping[str, Any] | None]
) -> list[Any]:
    for key, values in patch.items():
        if values is None:
            present.pop(key, None)
            continue
        if key not in present:
            present[key] = _blank(declared, record, key)
            present[key].position = values.get(PLACE, len(present))
        _fill(present[key], values)
        present[key].position = values.get(PLACE, present[key].position)
    found = sorted(present.values(), key=lambda line: (line.position, line.key))
    for place, line in enumerate(found):
        line.position = place
    return found


def _blank(declared: Lines, record: Any, key: int) -> Any:
    made = declared.model(company_id=record.company_id, key=key)
    setattr(made, declared.to, record)
    for name in declared.specs:
        if declared.specs[name].default is None:
            made.__dict__.setdefault(name, None)
    return made


def _fill(line: Any, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name not in ("key", PLACE):
            setattr(line, name, value)


def is_touched(record: Any) -> bool:
    """Whether the lines of a record were asked for or replaced, so that they may differ from what is stored."""
    return _KEPT in record.__dict__


def changes(record: Any) -> dict[str, list[Any]]:
    """{"lines": [old, new]} where lines differ from what was read; {} where they do not, or nobody touched them."""
    if not is_touched(record):
        return {}
    before = record.__dict__[_BEFORE]
    after = as_json(_declared(record), record.__dict__[_KEPT])
    keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    if not keys:
        return {}
    new = {key: after.get(key) for key in keys}
    return {NAME: [{key: before.get(key) for key in keys} if before else None, new]}


def settled(record: Any) -> None:
    """Take the lines as they are for what is stored."""
    for line in record.__dict__[_KEPT]:
        line.__dict__["_was"] = stored(line)
    record.__dict__[_BEFORE] = as_json(_declared(record), record.__dict__[_KEPT])


def gone(record: Any) -> list[int]:
    """The keys of lines that were there and are not any more."""
    left = {line.key for line in record.__dict__[_KEPT]}
    return [int(key) for key in record.__dict__[_BEFORE] if int(key) not in left]


def _declared(record: Any) -> Lines:
    from gucang.kernel.records import by_model

    found = by_model(type(record)).lines
    assert found is not None, f"{type(record).__name__} has no lines"
    return found
