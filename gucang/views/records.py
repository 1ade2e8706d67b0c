"""What people see of this module as records: the views that they keep of their lists, and what they pinned."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts import roles
from gucang.kernel.records import Layout, RecordType, register
from gucang.views import actions, models, rules

saved_view = register(
    RecordType(
        name="saved_view",
        model=models.SavedView,
        plural="views",
        icon="layout-list",
        owner="owner_id",
        visible=rules.visible,
        columns=("name", "audience", "owner", "first", "updated_at"),
        filters=("audience",),
        order="-updated_at",
        form=Layout(
            (_("The view"), "name", "first"),
            (pgettext_lazy("view", "Who has it"), "audience", "role", "department"),
            first=("name", "audience", "first"),
            unseen=("record_type", "query"),
        ),
        create=actions.create,
        edit=actions.edit,
        actions=(actions.delete, actions.restore),
        withheld=rules.withheld,
    )
)

pin_list = register(
    RecordType(
        name="pin_list",
        model=models.PinList,
        plural="pinned",
        icon="star",
        owner="member_id",
        visible=rules.own_pins,
        columns=("member", "pins"),
        form=Layout((_("Pinned"), "pins")),
        page="/search",
        create=actions.create_pins,
        edit=actions.edit_pins,
    )
)

roles.grant_all(dict.fromkeys(("pin_list.view", "pin_list.create", "pin_list.edit"), "own"))
roles.grant_all({f"saved_view.{verb}": "own" for verb in ("view", "create", "edit", "delete", "restore")})
# Who shares with a role must be able to name it.
roles.grant("sales_manager", {"saved_view.share": "company", "role.view": "company"})
