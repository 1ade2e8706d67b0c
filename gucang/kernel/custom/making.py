"""From the row of an own field to its spec; a formula is compiled here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.utils import timezone, translation

from gucang.kernel.custom import options
from gucang.kernel.fields import FieldSpec, Own, ShowIf, to_json
from gucang.kernel.formulas import BadFormula, Formula, Input, Kind, compile_formula

if TYPE_CHECKING:
    from gucang.kernel.models import CustomField
    from gucang.kernel.records import RecordType

FORMULA_KINDS = {Kind.NUMBER: "decimal", Kind.TEXT: "text", Kind.DATE: "date", Kind.YESNO: "boolean"}
_INPUT_KINDS = {
    "text": Kind.TEXT, "longtext": Kind.TEXT, "email": Kind.TEXT, "phone": Kind.TEXT, "code": Kind.TEXT,
    "integer": Kind.NUMBER, "decimal": Kind.NUMBER, "money": Kind.NUMBER, "date": Kind.DATE, "moment": Kind.DATE,
    "boolean": Kind.YESNO, "choice": Kind.CHOICE,
}  # fmt: skip
LONGEST = {"longtext": 5000, "text": 200, "email": 200, "phone": 40}
# Up to 14 digits before the point: what an index of ten-thousandths holds.
DIGITS = 14


def spec_of_row(row: CustomField, plain: Sequence[FieldSpec]) -> FieldSpec | None:
    """The spec of an own field; None when what it points at is not there any more.

    `plain` are the specs of the type's fields that people fill in, for formulas. A formula that cannot be used any more
    gives blanks; its page says why.
    """
    from gucang.kernel import records  # knows this package

    kind, target = row.kind, None
    if kind in ("member", "reference"):
        kind = "reference"
        name = "member" if row.kind == "member" else row.target
        target = next((one.model for one in records.every() if one.name == name), None)
        if target is None:
            return None
    formula = None
    if kind == "formula":
        formula = _compiled(row, plain)
        kind = FORMULA_KINDS[formula.kind] if formula is not None else "text"
    offered = options.read(row.options)
    help_text = options.said(row.help, row.help_en) if formula is None else ""
    return FieldSpec(
        name=f"extra.{row.key}",
        kind=kind,
        label=options.said(row.label_zh, row.label_en),
        required=row.required and row.kind not in ("formula", "boolean"),
        help=help_text,
        choices=tuple((one.value, one.label) for one in offered if not one.former),
        max_length=LONGEST.get(kind),
        places=row.places if kind == "decimal" else 2,
        digits=DIGITS + (row.places if kind == "decimal" else 2),
        target=target,
        summed=row.summed,
        own=_own(row, offered, formula, {spec.name: spec for spec in plain}, kind),
    )


def _own(
    row: CustomField,
    offered: Sequence[options.Option],
    formula: Formula | None,
    plain: Mapping[str, FieldSpec],
    kind: str,
) -> Own:
    read: Callable[[Any], Any] | None
    if row.kind != "formula":
        read = None
    elif formula is None:
        read = _blank
    else:
        read = _reader(row.record_type, formula, plain, row.places if kind == "decimal" else None)
    return Own(
        field_id=row.pk,
        key=row.key,
        unit=row.unit,
        default=row.default,
        former=tuple((one.value, one.label) for one in offered if one.former),
        ranks={one.value: place for place, one in enumerate(offered, 1)},
        tones={one.value: options.BADGES.get(one.tone, one.tone) for one in offered},
        section=row.section,
        wide=row.wide,
        first=row.first,
        on_card=row.on_card,
        in_calendar=row.in_calendar,
        searchable=row.searchable,
        show_if=ShowIf(row.show_field, tuple(row.show_values)) if row.show_field else None,
        required_in=frozenset(row.required_in),
        formula=formula,
        read=read,
    )


def _compiled(row: CustomField, plain: Sequence[FieldSpec]) -> Formula | None:
    from gucang.kernel import records

    try:
        return compile_formula(row.formula, inputs_of(records.get(row.record_type), plain))
    except (BadFormula, LookupError):
        return None


def inputs_of(record_type: RecordType, plain: Iterable[FieldSpec]) -> list[Input]:
    """The fields that formulas of a record type may ask for: those of its form, and `plain`, its own ones."""
    form = {name: record_type.specs[name] for name in record_type.form.fields}
    found = []
    for spec in (*form.values(), *plain):
        called = []
        words: dict[Any, list[str]] = {}
        for language in ("zh-hans", "en"):
            with translation.override(language):
                called.append(str(spec.label))
                for value, label in (*spec.choices, *(spec.own.former if spec.own else ())):
                    words.setdefault(value, []).append(str(label))
        # The words of the moment first: a formula is shown in the reader's language.
        called = list(dict.fromkeys([str(spec.label), *called]))
        choices = tuple((str(value), tuple(many)) for value, many in words.items())
        found.append(Input(spec.name, _INPUT_KINDS.get(spec.kind, Kind.OTHER), tuple(called), choices))
    return found


def _blank(record: Any) -> None:
    return None


def _reader(
    record_type: str, formula: Formula, plain: Mapping[str, FieldSpec], places: int | None
) -> Callable[[Any], Any]:
    from gucang.kernel import records

    specs = records.get(record_type).specs
    readers = {name: _input_reader(plain[name] if name in plain else specs[name]) for name in formula.inputs}

    def read(record: Any) -> Any:
        value = formula.value(lambda name: readers[name](record))
        if places is not None and isinstance(value, Decimal):
            value = round(value, places)
        return to_json(value)

    return read


def _input_reader(spec: FieldSpec) -> Callable[[Any], Any]:
    kind = _INPUT_KINDS.get(spec.kind, Kind.OTHER)
    if spec.own is not None:
        key = spec.own.key
        return lambda record: formula_value(kind, record.extra.get(key))
    name = f"{spec.name}_id" if spec.kind == "reference" else spec.name
    return lambda record: formula_value(kind, getattr(record, name))


def formula_value(kind: Kind, value: Any) -> Any:
    """A stored or Python value as formulas know it; None where there is none, or where it is of another kind."""
    if value is None or value == "" or value == []:
        return None
    try:
        if kind is Kind.NUMBER:
            return Decimal(str(value))
        if kind is Kind.DATE:
            if isinstance(value, datetime):
                return timezone.localdate(value)
            return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
    except (InvalidOperation, ValueError):
        return None
    return str(value) if kind in (Kind.TEXT, Kind.CHOICE) else value
