"""Two versions of a document beside each other: what differs in their lines and in what they come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from gucang.kernel import lines
from gucang.kernel.actors import Actor
from gucang.kernel.records import RecordType
from gucang.surface.columns import labels_of
from gucang.surface.linechanges import Told, told


def of_records(record_type: RecordType, actor: Actor, old: Any, new: Any) -> list[Told]:
    """(what, before, now) for every line that differs between two documents of a type."""
    declared = record_type.lines
    assert declared is not None
    lines.load([old, new])
    return between(record_type, actor, *(lines.as_json(declared, lines.of(one)).values() for one in (old, new)))


def between(
    record_type: RecordType, actor: Actor, old: Iterable[Mapping[str, Any]], new: Iterable[Mapping[str, Any]]
) -> list[Told]:
    """The same for lines as they stand in events. Lines of the same product are the same line, in their order."""
    before, after = _by_product(old), _by_product(new)
    keys = {key: str(n) for n, key in enumerate({**after, **before})}
    pair = [{keys[key]: half.get(key) for key in keys} for half in (before, after)]
    declared = record_type.lines
    wanted: dict[Any, set[int]] = {}
    for name, spec in declared.specs.items() if declared is not None else ():
        if spec.target is not None:
            found = {line[name] for half in (before, after) for line in half.values() if line.get(name)}
            wanted.setdefault(spec.target, set()).update(found)
    differ = [key for key in pair[0] if pair[0][key] != pair[1][key]]
    return told(record_type, [{key: half[key] for key in differ} for half in pair], labels_of(actor, wanted))


def _by_product(found: Iterable[Mapping[str, Any]]) -> dict[tuple[Any, int], dict[str, Any]]:
    seen: Counter[Any] = Counter()
    lined: dict[tuple[Any, int], dict[str, Any]] = {}
    for line in sorted(found, key=lambda one: one["position"]):
        seen[line["product"]] += 1
        lined[line["product"], seen[line["product"]]] = {k: v for k, v in line.items() if k != "position"}
    return lined
