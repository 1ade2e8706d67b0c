"""In what an amount is, wherever it stands: beside its record, in an event about it, or in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Value

from gucang.kernel import events, records
from gucang.kernel.currency import own_currency
from gucang.kernel.fields import FieldSpec
from gucang.kernel.models import Event
from gucang.kernel.records import RecordType
from gucang.surface import ui

Halves = tuple[str | None, str | None]


def has_its_own(record_type: RecordType, spec: FieldSpec | None) -> bool:
    """Whether a field is an amount in the currency of its record, which may not be the company's."""
    return spec is not None and spec.kind == "money" and not spec.in_own and "currency" in record_type.specs


def shown(value: Any, currency: str | None) -> Any:
    """An amount as it is written on pages; a bare number where nobody knows the currency ("": the company's own)."""
    return ui.number(Decimal(str(value)), 2) if currency is None else ui.money(value, currency)


def in_words(value: Any, currency: str) -> str:
    """An amount within a text: a bare number where it is in the company's own currency, which nobody has to be told."""
    foreign = currency not in ("", own_currency())
    return ui.money_text(value, currency) if foreign else ui.number(value)


def halves(changes: Mapping[str, Any], now: str | None) -> Halves:
    """The currencies of the amounts before and after an event's changes; `now` is that of its record today."""
    if "currency" not in changes:
        return now, now
    before, after = changes["currency"]
    return before or "", after or ""


def of_events(found: Iterable[Event], now: Mapping[tuple[str, int], str]) -> dict[int, Halves]:
    """In what the amounts of events are, before and after: {event id: currencies}. The latest event comes first.

    `now` are the currencies of their records today; one that was changed since was another before.
    """
    known: dict[tuple[str, int], str | None] = {**now}
    told: dict[int, Halves] = {}
    for event in found:
        key = event.subject_type, event.subject_id
        told[event.pk] = halves(event.changes, known.get(key))
        known[key] = told[event.pk][0]
    return told


def named_in(found: Iterable[Event]) -> dict[tuple[str, int], str]:
    """The currencies of the records whose amounts these events change, {(type, id): code}. One query, if any do."""
    wanted: dict[str, set[int]] = {}
    for event in found:
        kind = records.get(event.subject_type)
        if any(has_its_own(kind, kind.specs.get(name)) for name in event.changes):
            wanted.setdefault(kind.name, set()).add(event.subject_id)
    asked = [
        events.with_bin(records.get(name)).filter(pk__in=ids).order_by()
        .values_list(Value(name, output_field=CharField()), "pk", "currency")
        for name, ids in sorted(wanted.items())
    ]  # fmt: skip
    if not asked:
        return {}
    return {(name, pk): code for name, pk, code in asked[0].union(*asked[1:], all=True)}
