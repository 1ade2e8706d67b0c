"""What people see of this module, declared once."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.accounts import roles
from gucang.kernel.actors import Access, FieldRule, Reach
from gucang.kernel.records import Calendar, Layout, RecordType, Related, register
from gucang.worktime import models, rules
from gucang.worktime.actions import calendars, days, leave

work_calendar = register(
    RecordType(
        name="work_calendar",
        model=models.WorkCalendar,
        plural="work-calendars",
        icon="calendar-time",
        visible=rules.visible_calendars,
        columns=("name", "is_default", "confirmed", "zone"),
        order="id",
        form=Layout(
            (_("Calendar"), "name", "zone"),
            (_("Hours of a week"), *models.WEEKDAYS),
            first=("name", *models.WEEKDAYS),
        ),
        create=calendars.create,
        edit=calendars.edit,
        actions=(
            calendars.seed,
            calendars.confirm,
            calendars.reopen,
            calendars.set_departments,
            calendars.make_usual,
            calendars.delete,
            calendars.restore,
        ),
        related=(Related("special_day", "calendar", ("on", "kind", "name", "hours")),),
    )
)

special_day = register(
    RecordType(
        name="special_day",
        model=models.SpecialDay,
        plural="special-days",
        icon="calendar-event",
        visible=rules.visible_days,
        columns=("on", "kind", "name", "hours", "calendar"),
        filters=("calendar", "kind", "on"),
        order="-on",
        concerns=("calendar",),
        form=Layout(
            (_("Day"), "calendar", "on", "kind", "hours", "name"),
            first=("calendar", "on", "kind", "hours", "name"),
            shown_if={"hours": ("kind", models.DayKind.MAKE_UP, models.DayKind.HOURS)},
        ),
        create=days.create,
        edit=days.edit,
        actions=(days.delete, days.restore),
    )
)

leave_type = register(
    RecordType(
        name="leave",
        model=models.Leave,
        plural="leave-days",
        icon="sun",
        owner="member_id",
        visible=rules.visible_leave,
        columns=("member", "begins_on", "ends_on", "kind", "deputy"),
        filters=("member", "kind", "begins_on", "ends_on", "deputy"),
        order="-begins_on",
        concerns=("member",),
        form=Layout(
            (pgettext_lazy("absence", "Leave"), "member", "kind", "begins_on", "begins", "ends_on", "ends"),
            (_("Meanwhile"), "deputy", "note"),
            first=("member", "kind", "begins_on", "ends_on", "deputy"),
        ),
        withheld=rules.enters_own_only,
        create=leave.create,
        edit=leave.edit,
        actions=(leave.delete, leave.restore),
        calendar=Calendar(title=("kind",), on="begins_on", until="ends_on", tone="ok"),
    )
)

roles.grant_all(dict.fromkeys(("work_calendar.view", "special_day.view"), Reach.COMPANY))

ENTER = tuple(f"leave.{verb}" for verb in ("create", "edit", "delete", "restore"))
# That somebody is away concerns whoever works with them; why, only themselves and who leads them.
REASONS = ("leave.kind", "leave.note")

for key in ("salesperson", "service", "finance", "auditor"):
    roles.grant(key, {"leave.view": Reach.COMPANY, **dict.fromkeys(ENTER, Reach.OWN)})
for key in ("salesperson", "service", "finance", "auditor", "reader"):
    roles.restrict(key, dict.fromkeys(REASONS, FieldRule(Access.WRITE, Reach.OWN, Access.HIDDEN)))
roles.grant("sales_manager", {"leave.view": Reach.COMPANY, **dict.fromkeys(ENTER, Reach.TREE)})
roles.restrict("sales_manager", dict.fromkeys(REASONS, FieldRule(Access.WRITE, Reach.TREE, Access.HIDDEN)))
roles.grant("executive", {"leave.view": Reach.COMPANY, **dict.fromkeys(ENTER, Reach.COMPANY)})
