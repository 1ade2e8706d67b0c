"""What people see of this module as records: the own fields of their company."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.customfields import actions, rules
from gucang.kernel.custom.work import SEARCHED
from gucang.kernel.models import CustomField, FieldKind
from gucang.kernel.records import Layout, RecordType, register

custom_field = register(
    RecordType(
        name="custom_field",
        model=CustomField,
        plural="fields",
        icon="forms",
        visible=rules.visible,
        columns=("label_zh", "label_en", "record_type", "kind", "required", "position", "retired"),
        filters=("record_type", "kind", "retired"),
        order="position",
        form=Layout(
            (_("Name"), "record_type", "kind", "label_zh", "label_en", "key"),
            (_("What it holds"), "options", "places", "unit", "summed", "target", "formula", "default"),
            (_("In the form"), "section", "wide", "first", "on_card", "in_calendar", "show_field", "show_values"),
            (_("Rules"), "required", "required_in", "searchable", "personal"),
            (_("Hint"), "help", "help_en"),
            first=("record_type", "kind", "label_zh", "label_en", "options", "places", "unit", "target", "formula"),
            shown_if={
                "options": ("kind", "choice", "choices"),
                "places": ("kind", "decimal", "formula"),
                "unit": ("kind", "decimal", "integer", "formula"),
                "summed": ("kind", "decimal", "integer", "money", "formula"),
                "target": ("kind", "reference"),
                "formula": ("kind", "formula"),
                "in_calendar": ("kind", "date", "formula"),
                "searchable": ("kind", *sorted(SEARCHED)),
                "personal": ("kind", *(kind for kind in FieldKind.values if kind != FieldKind.FORMULA)),
            },
        ),
        create=actions.create,
        edit=actions.edit,
        actions=(actions.move, actions.retire, actions.bring_back),
    )
)
