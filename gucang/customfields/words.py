"""Own fields in words and signs, for the pages about them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.kernel import records
from gucang.kernel.custom import condition_words
from gucang.kernel.models import CustomField, FieldKind

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
