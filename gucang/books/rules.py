"""Why a day cannot be booked on. Pure: no queries."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _t


def why_closed(day: date, closed_until: date | None) -> str | None:
    """The books are closed on that day."""
    if closed_until is None or day > closed_until:
        return None
    return _t("The books are closed until %(until)s. Choose a later day, or ask finance to open the period.") % {
        "until": closed_until.isoformat()
    }


def why_not_come(day: date, today: date) -> str | None:
    """What is booked has happened."""
    return None if day <= today else _t("This day has not come yet. Write today or an earlier day.")
