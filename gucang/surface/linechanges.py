"""What an event changed in the lines of a document, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _t

from gucang.kernel import lines
from gucang.kernel.currency import own_currency
from gucang.kernel.fields import FieldSpec
from gucang.kernel.models import Event
from gucang.kernel.records import RecordType
from gucang.surface import ui
from gucang.surface.labels import Labels

Told = tuple[str, str, str]


def references(record_type: RecordType, found: Iterable[Event]) -> dict[Any, set[int]]:
    """What the lines in these events refer to, to be looked up at once: {model: ids}."""
    wanted: dict[Any, set[int]] = {}
    declared = record_type.lines
    targets = {name: spec.target for name, spec in declared.specs.items() if spec.target} if declared else {}
    for event in found if targets else ():
        for half in event.changes.get(lines.NAME) or ():
            for line in (half or {}).values():
                for name, target in targets.items():
                    if line is not None and isinstance(line.get(name), int):
                        wanted.setdefault(target, set()).add(line[name])
    return wanted


def told(record_type: RecordType, pair: list[Any], labels: Labels, currency: str = "") -> list[Told]:
    """(what, old, new) for each line that was put in, taken out or changed; one that only moved is not told.

    Amounts say the `currency` that they are in where it is not the company's own ("").
    """
    declared = record_type.lines
    if declared is None:
        return []
    old, new = pair[0] or {}, pair[1] or {}
    found: list[Told] = []
    for key in sorted({**old, **new}, key=int):
        before, after = old.get(key), new.get(key)
        if before is None or after is None:
            words = _whole(declared, before or after or {}, labels, currency)
            name = _t("line put in") if before is None else _t("line taken out")
            found.append((name, "", words) if before is None else (name, words, _t("empty")))
            continue
        what = _whole(declared, after, labels, currency).partition(" ×")[0]
        for name, spec in declared.specs.items():
            if before.get(name) != after.get(name):
                said = [_value(spec, half.get(name), labels, currency) or _t("empty") for half in (before, after)]
                found.append((f"{what} · {spec.label}", said[0], said[1]))
    return found


def _whole(declared: lines.Lines, line: Mapping[str, Any], labels: Labels, currency: str) -> str:
    specs = list(declared.specs.values())[:3]
    parts = [_value(spec, line.get(spec.name), labels, currency) for spec in specs]
    return f"{parts[0]} × {' '.join(part for part in parts[1:] if part)}"


def _value(spec: FieldSpec, value: Any, labels: Labels, currency: str) -> str:
    if spec.target is not None:
        return labels.get((spec.target, value), _t("not visible")) if value is not None else ""
    if value is None:
        return ""
    foreign = spec.kind == "money" and currency not in ("", own_currency())
    return ui.money_text(value, currency) if foreign else str(value)
