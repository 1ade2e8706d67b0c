"""Who may see the set-up of the books, and why a day is closed. Pure: no queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _t

from gucang.kernel.actors import Actor
from gucang.kernel.permissions import NOTHING


def visible(permission: str) -> Callable[[Actor], Q]:
    """Everything for whoever has `permission`: the books' set-up is the company's."""

    def seen(actor: Actor) -> Q:
        return Q() if actor.may(permission) else NOTHING

    return seen


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
