"""What people see of this module as records: their own notification settings."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.accounts import roles
from gucang.kernel.records import Layout, RecordType, register
from gucang.messages import actions, models, rules

notification_setting = register(
    RecordType(
        name="notification_setting",
        model=models.NotificationSetting,
        plural="notification-settings",
        icon="bell",
        owner="member_id",
        visible=rules.visible,
        columns=("member", "quiet_from", "quiet_until"),
        form=Layout((_("Kinds"), "bell_off", "mail_off", "mail_on"), (_("Quiet hours"), "quiet_from", "quiet_until")),
        page="/notifications/settings",
        create=actions.create_setting,
        edit=actions.edit_setting,
    )
)

roles.grant_all(
    dict.fromkeys(("notification_setting.view", "notification_setting.create", "notification_setting.edit"), "own")
)
