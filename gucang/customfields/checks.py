"""What a field must be before it is saved: everything in it must mean something, now and together."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t

from gucang.kernel.actors import system
from gucang.kernel.custom import options, specs_for
from gucang.kernel.custom.making import inputs_of, spec_of_row
from gucang.kernel.custom.work import SEARCHED
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import BadValue, FieldSpec
from gucang.kernel.formulas import BadFormula, Kind, compile_formula, stored_text
from gucang.kernel.models import CustomField, FieldKind
from gucang.kernel.records import RecordType
from gucang.kernel.text import BadText

CHOOSING = (FieldKind.CHOICE, FieldKind.CHOICES)
MAX_PLACES = 4
# A field can be shown by what another one holds, if people choose that from a list.
SHOWING = frozenset(["choice", "choices", "boolean"])
Problems = dict[str, list[Any]]


def settle(field: CustomField) -> dict[str, Any]:
    """Check the field and put it into its plain form; returns facts for the event. Raises Invalid."""
    from gucang.customfields.rules import may_have

    problems: Problems = {}
    record_type = may_have(field.record_type)
    if record_type is None:
        raise Invalid({"record_type": [_t("Choose what gets the field.")]})
    _check_unchanged(field, problems)
    field.searchable = field.searchable and field.kind in SEARCHED
    field.personal = field.personal and field.kind != FieldKind.FORMULA
    field.in_calendar = field.in_calendar and field.kind in (FieldKind.DATE, FieldKind.FORMULA)
    facts: dict[str, Any] = {}
    for check in (_check_options, _check_target, _check_formula, _check_shown, _check_stages):
        facts |= check(field, record_type, problems) or {}
    if field.places > MAX_PLACES:
        problems["places"] = [_t("At most %(limit)s decimals.") % {"limit": MAX_PLACES}]
    try:
        check_section(record_type, field.section)
    except Invalid as problem:
        problems |= problem.fields
    if not problems:
        _check_default(field, record_type, problems)
    if problems:
        raise Invalid(problems)
    return facts


def check_section(record_type: RecordType, section: str) -> None:
    """Raise Invalid for a section that the form does not have; a title always makes one."""
    if section.startswith("@") and section not in [f"@{number}" for number in range(len(record_type.form.sections))]:
        raise Invalid({"section": [_t("Choose a section of the form, or write a title.")]})


def _check_unchanged(field: CustomField, problems: Problems) -> None:
    if field.loaded is None:
        return
    record_type, key, kind = field.loaded
    if field.kind != kind:
        problems["kind"] = [
            _t("The kind stays as it is, because records hold values of it. Make a new field, then retire this one.")
        ]
    if field.key != key:
        problems["key"] = [_t("The short name stays as it is: addresses, files and programs know it.")]
    if field.record_type != record_type:
        problems["record_type"] = [_t("A field stays with its records. Make another one there.")]


def _check_options(field: CustomField, record_type: RecordType, problems: Problems) -> dict[str, Any] | None:
    if field.kind not in CHOOSING:
        field.options = ""
        return None
    try:
        found = options.read(field.options)
    except BadText as problem:
        problems["options"] = [str(problem)]
        return None
    if all(one.former for one in found):
        problems["options"] = [_t("A choice has a list to choose from. Write one choice a line.")]
        return None
    found, kept = _with_used(field, found)
    field.options = options.write(found)
    return {"kept": kept} if kept else None


def _with_used(field: CustomField, found: list[options.Option]) -> tuple[list[options.Option], dict[str, int]]:
    """The choices, and those that were left out but that records hold: they stay, and are not offered any more."""
    from gucang.customfields.queries import choices_held

    row = CustomField.objects.filter(pk=field.pk).first() if field.pk else None
    if row is None:
        return found, {}
    values = {one.value for one in found}
    gone = [one for one in options.read(row.options) if one.value not in values]
    held = choices_held(field) if gone else {}
    former = [options.Option(one.value, one.zh, one.en, one.tone, former=True) for one in gone if one.value in held]
    return [*found, *former], {one.value: held[one.value] for one in former}


def _check_target(field: CustomField, record_type: RecordType, problems: Problems) -> None:
    from gucang.kernel import records

    if field.kind != FieldKind.REFERENCE:
        field.target = ""
    elif all(one.name != field.target for one in records.every()):
        problems["target"] = [_t("Choose what the field points at.")]


def _check_formula(field: CustomField, record_type: RecordType, problems: Problems) -> None:
    if field.kind != FieldKind.FORMULA:
        field.formula = ""
        return
    field.required, field.default, field.show_field, field.show_values = False, "", "", []
    inputs = inputs_of(record_type, [spec for spec in specs_for(record_type.name) if not spec.computed])
    try:
        found = compile_formula(field.formula, inputs)
        field.formula = stored_text(field.formula, inputs)
    except BadFormula as problem:
        problems["formula"] = [str(problem)]
        return
    if field.in_calendar and found.kind is not Kind.DATE:
        problems["in_calendar"] = [_t("Only a day stands in the calendar; this formula gives something else.")]


def showing(record_type: RecordType) -> list[FieldSpec]:
    """The fields of a form that others can be shown by."""
    return [spec for spec in record_type.form_specs().values() if spec.kind in SHOWING]


def _check_shown(field: CustomField, record_type: RecordType, problems: Problems) -> None:
    if not field.show_field:
        field.show_values = []
        return
    called = (field.show_field, f"extra.{field.show_field}")
    other = next((one for one in showing(record_type) if one.name in called or str(one.label) in called), None)
    if other is None or other.name == f"extra.{field.key}":
        problems["show_field"] = [_t("Choose another field with choices, or yes or no.")]
        return
    field.show_field = other.name
    if other.kind == "boolean":
        field.show_values = []
        return
    words = {str(label): str(value) for value, label in other.choices}
    field.show_values = [words.get(one, one) for one in field.show_values]
    values = {str(value) for value, _label in (*other.choices, *(other.own.former if other.own else ()))}
    if unknown := [one for one in field.show_values if one not in values]:
        problems["show_values"] = [_t("“%(word)s” is no choice of “%(field)s”.") % {
            "word": unknown[0], "field": other.label
        }]  # fmt: skip


def places_of(record_type: RecordType) -> list[tuple[str, str]]:
    """Where a record can stand on its board, as (value, name): a field may be needed there. Names can repeat."""
    board = record_type.board
    if board is None:
        return []
    spec = record_type.specs[board.by]
    if spec.target is None:
        return [(str(value), str(label)) for value, label in spec.choices]
    return [(str(row.pk), str(row)) for row in _places(record_type)]


def headed_places_of(record_type: RecordType) -> list[tuple[str, str]]:
    """The same, each under the row of lanes that it stands in where there are several: “Projects · Quoted”."""
    board = record_type.board
    if board is None or record_type.specs[board.by].target is None or not board.switch:
        return places_of(record_type)
    rows = _places(record_type)
    if len({getattr(row, f"{board.switch}_id") for row in rows}) < 2:
        return [(str(row.pk), str(row)) for row in rows]
    return [(str(row.pk), f"{getattr(row, board.switch)} · {row}") for row in rows]


def _places(record_type: RecordType) -> list[Any]:
    """The records that stand for the lanes of a board, in their order."""
    from gucang.kernel import records

    assert record_type.board is not None
    spec = record_type.specs[record_type.board.by]
    assert spec.target is not None
    target, switch = records.by_model(spec.target), record_type.board.switch
    within = switch if switch and switch in target.specs else ""
    query = target.query(system()).order_by(*(name for name in (within, "position") if name in target.specs), "pk")
    return list(query.select_related(within) if within else query)


def _check_stages(field: CustomField, record_type: RecordType, problems: Problems) -> None:
    """Stages are kept by what never changes of them; a name stands for every stage that is called so."""
    if field.kind in (FieldKind.FORMULA, FieldKind.BOOLEAN):
        field.required_in = []
    known = places_of(record_type) if field.required_in else []
    found: list[str] = []
    for word in field.required_in:
        meant = [value for value, name in known if word == value] or [value for value, name in known if word == name]
        if not meant:
            problems["required_in"] = [_t("Choose among the stages of this record.")]
        found += meant
    field.required_in = list(dict.fromkeys(found))


def _check_default(field: CustomField, record_type: RecordType, problems: Problems) -> None:
    if field.default in ("", "today") and (not field.default or field.kind == FieldKind.DATE):
        return
    if field.default == "me" and field.kind == FieldKind.MEMBER:
        return
    spec = spec_of_row(field, specs_for(record_type.name))
    try:
        if spec is not None:
            spec.clean(field.default, system())
    except BadValue as problem:
        problems["default"] = [problem.sentence]
