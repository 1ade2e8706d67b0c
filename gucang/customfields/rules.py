"""Who sees the own fields as records, and why a change of one is refused."""

from __future__ import annotations

from django.utils.translation import gettext as _t

from gucang.kernel import records
from gucang.kernel.custom import specs_for
from gucang.kernel.models import CustomField
from gucang.kernel.permissions import whoever_may

# Every own field for whoever may look at them; what they hold is another question.
visible = whoever_may("custom_field.view")


def why_not_retire(field: CustomField) -> str | None:
    """Why the field cannot be retired now."""
    if field.retired:
        return _t("“%(field)s” is retired already.") % {"field": field}
    used = users_of(field)
    if used:
        return _t("The formula of “%(formula)s” is about this field. Change the formula first.") % {"formula": used[0]}
    shown = shown_by(field)
    if shown:
        return _t("“%(other)s” is shown by this field. Change that first.") % {"other": shown[0]}
    return None


def why_not_bring_back(field: CustomField) -> str | None:
    """Why the field cannot be brought back now."""
    return None if field.retired else _t("“%(field)s” is in use.") % {"field": field}


def users_of(field: CustomField) -> list[str]:
    """The formula fields that are worked out from this one."""
    name = f"extra.{field.key}"
    return [str(spec.label) for spec in specs_for(field.record_type) if name in spec.inputs]


def shown_by(field: CustomField) -> list[str]:
    """The fields that are shown only while this one holds something."""
    name = f"extra.{field.key}"
    conditions = [(spec.label, spec.own.show_if) for spec in specs_for(field.record_type) if spec.own is not None]
    return [str(label) for label, condition in conditions if condition is not None and condition.field == name]


def may_have(record_type: str) -> records.RecordType | None:
    """The record type of this name, if it may have own fields."""
    from gucang.kernel.models import fieldable

    return records.get(record_type) if record_type in dict(fieldable()) else None
