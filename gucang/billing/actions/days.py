"""The day that something is booked on."""

from __future__ import annotations

from datetime import date

from gucang.books import queries as books
from gucang.books import rules
from gucang.kernel import clock
from gucang.kernel.errors import Invalid


def booked(on: date | None, field: str = "on") -> date:
    """`on`, or today. Raises Invalid (about `field`) for a day that has not come or lies in a closed period."""
    day = on or clock.today()
    if sentence := rules.why_not_come(day, clock.today()):
        raise Invalid({field: [sentence]})
    books.check_open(day, field)
    return day
