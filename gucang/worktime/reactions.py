"""What this module does when something below it happens."""

from __future__ import annotations

from gucang.kernel.actors import Actor
from gucang.kernel.models import Company, Event
from gucang.kernel.reactions import reaction
from gucang.worktime.actions import calendars


@reaction("company.create")
def give_standard_calendar(event: Event, company: Company, actor: Actor) -> None:
    """A new company can count in working hours from the first minute."""
    calendars.ensure_standard(company.language)
