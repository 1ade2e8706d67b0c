"""The night's work: the public holidays of this year and the next stand in every calendar as soon as they are known."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.kernel import clock, jobs
from gucang.kernel.actors import system
from gucang.worktime.actions import calendars
from gucang.worktime.models import DayKind, SpecialDay, WorkCalendar


@jobs.every_company("worktime.enter_holidays", label=_("Public holidays are entered"), cron="20 1 * * *")
def enter_holidays() -> None:
    """Enter what is missing; running it twice changes nothing the second time. Confirmed years are left alone."""
    this_year = clock.today().year
    for calendar in WorkCalendar.objects.order_by("pk"):
        for year in (this_year, this_year + 1):
            if str(year) not in calendar.confirmed and _is_missing(calendar, year):
                calendars.seed(calendar, actor=system(), year=year)


def _is_missing(calendar: WorkCalendar, year: int) -> bool:
    """Whether nothing of the year stands there, or the make-up workdays have become known since."""
    there = set(SpecialDay.with_bin.filter(calendar=calendar, on__year=year).values_list("kind", flat=True))
    if not there or DayKind.MAKE_UP in there:
        return not there
    from gucang.worktime.statutory import statutory_year  # a second, and rarely needed

    return statutory_year(year, "zh-hans").complete
