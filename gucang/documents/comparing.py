"""Two versions of a document beside each other: what differs in their lines and in what they come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _t

from gucang.kernel import lines
from gucang.kernel.actors import Access, Actor
from gucang.kernel.fields import to_json
from gucang.kernel.permissions import access
from gucang.kernel.records import RecordType
from gucang.surface.columns import Shower
from gucang.surface.labels import labels_of
from gucang.surface.linechanges import Told, told

# What a version says of itself besides its lines: for whom, in what, by when, on which terms.
HEAD = ("customer", "contact", "currency", "discount", "terms", "note")


def of_records(record_type: RecordType, actor: Actor, old: Any, new: Any, *, head: Sequence[str] = HEAD) -> list[Told]:
    """(what, before, now) for every field of `head` and every line that differs between two documents of a type."""
    declared = record_type.lines
    assert declared is not None
    lines.load([old, new])
    halves = [head_of(record_type, one, head) for one in (old, new)]
    found = of_heads(record_type, actor, *halves, record=new)
    return found + between(record_type, actor, *(lines.as_json(declared, lines.of(one)).values() for one in (old, new)))


def head_of(record_type: RecordType, document: Any, names: Sequence[str]) -> dict[str, Any]:
    """These fields of a document as they stand in events: {name: value}."""
    specs = record_type.specs
    return {name: to_json(getattr(document, f"{name}_id" if specs[name].target else name)) for name in names}


def of_heads(
    record_type: RecordType, actor: Actor, old: Mapping[str, Any], new: Mapping[str, Any], *, record: Any
) -> list[Told]:
    """(what, before, now) for every field that both halves know, in which they differ and which the actor may read."""
    names = [name for name in new if name in old and old[name] != new[name] and name in record_type.specs]
    shower, wanted = Shower(record_type, actor, "", [], []), dict[Any, set[int]]()
    for spec in (record_type.specs[name] for name in names):
        if spec.target is not None:
            wanted.setdefault(spec.target, set()).update(h[spec.name] for h in (old, new) if h[spec.name])
    shower.labels = labels_of(actor, wanted)
    found = []
    for name in names:
        if access(actor, record_type, name, record) in (Access.READ, Access.WRITE):
            spec = record_type.specs[name]
            before, now = (
                shower.value(spec, half[name], link=False, record=record, currency=half.get("currency"))
                for half in (old, new)
            )
            found.append((str(spec.label), before, now or _t("empty")))
    return found


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
