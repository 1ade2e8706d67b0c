"""Automations, as people see them; and who may have them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.accounts import roles
from gucang.automation import actions, models, rules
from gucang.kernel.actors import Reach
from gucang.kernel.records import Layout, RecordType, register

automation = register(
    RecordType(
        name="automation",
        model=models.Automation,
        plural="automations",
        icon="bolt",
        owner="owner_id",
        visible=rules.visible,
        columns=("name", "record_type", "trigger", "owner", "active", "paused_because", "updated_at"),
        filters=("record_type", "trigger", "owner", "active"),
        form=Layout((_("Automation"), "name", "record_type", "on_imports")),
        create=actions.create,
        edit=actions.edit,
        actions=(
            actions.turn_on, actions.turn_off, actions.set_trigger, actions.set_conditions, actions.set_steps,
            actions.catch_up, actions.take_over, actions.new_secret, actions.delete, actions.restore,
        ),
        order="-id",
    )
)  # fmt: skip

# Managers automate with their own rights; administrators see and stop everything.
roles.grant("sales_manager", {f"automation.{verb}": Reach.TREE for verb in ("view", *automation.verbs)})
