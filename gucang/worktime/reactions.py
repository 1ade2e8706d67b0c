"""What this module does when something below it happens."""

from __future__ import annotations

from gucang.kernel import clock
from gucang.kernel.actors import Actor, system
from gucang.kernel.models import Company, Event
from gucang.kernel.reactions import after, reaction
from gucang.worktime.actions import calendars


@reaction("company.create")
def give_standard_calendar(event: Event, company: Company, actor: Actor) -> None:
    """A new company can count in working hours from the first minute."""
    calendars.ensure_standard(company.language)


@after("company.create")
def enter_holidays(event: Event) -> None:
    """A job enters the public holidays of this year and the next: it loads a library for a second."""
    from gucang.worktime.queries import default_calendar

    calendar = default_calendar()
    this_year = clock.today().year
    for year in (this_year, this_year + 1) if calendar is not None else ():
        calendars.seed(calendar, actor=system(), year=year)
