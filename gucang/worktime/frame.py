"""Where the frame leads to the working calendars and to who is away."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.surface import nav, panels
from gucang.worktime import screens

panels.draw_page("work_calendar", "worktime/calendar.html", screens.page)
nav.setting(
    _("Working calendars"), "calendar-time", "/work-calendars/", "work_calendar.edit", 25,
    topic="people", about=_("Hours, public holidays, make-up workdays"),
)  # fmt: skip
nav.add(pgettext_lazy("absences", "Leave"), "sun", "/leave-days/", "leave.view", order=70, seldom=True)
