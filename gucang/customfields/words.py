"""Own fields in words and signs, for the pages about them."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.customfields.checks import places_of
from gucang.kernel import records
from gucang.kernel.custom import condition_words, options
from gucang.kernel.custom.making import inputs_of
from gucang.kernel.fields import FieldSpec
from gucang.kernel.formulas import BadFormula, worded
from gucang.kernel.models import CustomField, FieldKind
from gucang.kernel.text import BadText
from gucang.surface import columns

ICONS = {
    FieldKind.TEXT: "letter-case", FieldKind.LONGTEXT: "notes", FieldKind.DECIMAL: "hash",
    FieldKind.INTEGER: "hash", FieldKind.MONEY: "coin", FieldKind.DATE: "calendar",
    FieldKind.CHOICE: "selector", FieldKind.CHOICES: "list-check", FieldKind.BOOLEAN: "checkbox",
    FieldKind.MEMBER: "user", FieldKind.REFERENCE: "link", FieldKind.FORMULA: "calculator",
    FieldKind.PHONE: "phone", FieldKind.EMAIL: "mail",
}  # fmt: skip


def kind_of(field: CustomField) -> str:
    """What the field holds, in a word or two: "another record: customer"."""
    label = str(FieldKind(field.kind).label)
    if field.kind == FieldKind.REFERENCE:
        target = next((one for one in records.every() if one.name == field.target), None)
        return f"{label} · {target.label if target is not None else field.target}"
    return label


def condition_of(field: CustomField) -> str:
    """When the form shows the field."""
    from gucang.customfields.queries import spec_of

    spec = spec_of(field)
    if spec is None or spec.own is None or spec.own.show_if is None:
        return ""
    return str(_("when %(condition)s") % {"condition": condition_words(records.get(field.record_type), spec)})


# ---- what fields keep as codes, as people call it


def formula_called(formula: str, field: CustomField) -> str:
    """A formula with its fields by what they are called now."""
    record_type = records.get(field.record_type)
    inputs = inputs_of(record_type, [spec for spec in record_type.custom_fields() if not spec.computed])
    try:
        return worded(formula, inputs)
    except BadFormula:
        return formula


def options_called(text: str, field: CustomField) -> list[str]:
    """The choices by their names; of those that are not offered any more that."""
    try:
        found = options.read(text)
    except BadText:
        return [text]
    former = _t("%(choice)s (not offered any more)")
    return [former % {"choice": one.label} if one.former else str(one.label) for one in found]


def section_called(section: str, field: CustomField) -> str:
    """The title of the section."""
    record_type = records.get(field.record_type)
    known = {f"@{number}": str(title) for number, (title, _names) in enumerate(record_type.form.sections)}
    return known.get(record_type.section_of(section), section)


def default_called(value: str, field: CustomField) -> str:
    """What is filled in beforehand: a word that stands for something, the name of a choice, or the text itself."""
    words = {"today": _t("today"), "me": _t("whoever fills it in")}
    if field.kind in (FieldKind.DATE, FieldKind.MEMBER) and value in words:
        return words[value]
    if field.kind in (FieldKind.CHOICE, FieldKind.CHOICES):
        names = {one.value: str(one.label) for one in _read(field.options)}
        return "、".join(names.get(one, one) for one in value.replace(",", "、").split("、"))
    return value


def _read(text: str) -> Sequence[options.Option]:
    try:
        return options.read(text)
    except BadText:
        return ()


def shown_by_called(name: str, field: CustomField) -> str:
    """The field that shows this one."""
    spec = _spec(field, name)
    return str(spec.label) if spec is not None else name


def shown_for_called(values: list[str], field: CustomField) -> list[str]:
    """The choices of that field."""
    spec = _spec(field, field.show_field)
    former = spec.own.former if spec is not None and spec.own is not None else ()
    names = {str(key): str(label) for key, label in (*spec.choices, *former)} if spec is not None else {}
    return [names.get(one, one) for one in values]


def stages_called(values: list[str], field: CustomField) -> list[str]:
    """The stages in which it is needed."""
    names = dict(places_of(records.get(field.record_type)))
    return [names.get(one, one) for one in values]


def _spec(field: CustomField, name: str) -> FieldSpec | None:
    try:
        return records.get(field.record_type).spec(name)
    except LookupError:
        return None


def register() -> None:
    """Let pages and timelines say these."""
    for name, words in (
        ("formula", formula_called),
        ("options", options_called),
        ("section", section_called),
        ("default", default_called),
        ("show_field", shown_by_called),
        ("show_values", shown_for_called),
        ("required_in", stages_called),
    ):
        columns.names_by(f"custom_field.{name}", words)
