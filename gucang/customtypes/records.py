"""The types themselves as records; those they describe are registered by `kinds`, for their company alone."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.customtypes import actions, kinds, models, rules
from gucang.kernel.records import Layout, RecordType, register

record_type = register(
    RecordType(
        name="record_type",
        model=models.CustomType,
        plural="record-types",
        icon="stack-2",
        visible=rules.visible_types,
        columns=("name_zh", "name_en", "key", "has_owner", "of_customer", "position", "retired"),
        filters=("retired",),
        form=Layout(
            (_("Names"), "name_zh", "name_en", "plural_en", "key", "icon", "position"),
            (
                _("What it has"),
                "of_customer",
                "of_contact",
                "of_opportunity",
                "has_owner",
                "deadline",
                "number_rule",
                "day_zh",
                "day_en",
            ),
            first=("name_zh", "name_en", "key"),
        ),
        create=actions.create,
        edit=actions.edit,
        actions=(actions.set_stages, actions.give, actions.retire, actions.bring_back),
        order="position",
    )
)

__all__ = ["kinds", "record_type"]
