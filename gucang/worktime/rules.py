"""Who may see and do what in this module, and why something is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext as _t

from gucang.kernel.actors import Actor, Reach
from gucang.kernel.permissions import NOTHING, reach_q, whoever_may

if TYPE_CHECKING:
    from gucang.worktime.models import WorkCalendar

# What the statutory holidays are known for at all.
YEARS = range(2000, 2100)


# When the company works is no secret within it.
visible_calendars = whoever_may("work_calendar.view")


visible_days = whoever_may("special_day.view")


def visible_leave(actor: Actor) -> Q:
    """Those of the members within reach, and one's own always."""
    within = reach_q(actor, "leave.view", owner="member_id")
    # Django reads "everything or X" as X, because an empty Q is neutral.
    own = Q(member_id=actor.member_id) if actor.member_id is not None else NOTHING
    return within | own if within and actor.may("leave.view") else within


def enters_own_only(actor: Actor) -> tuple[str, ...]:
    """Who enters nobody else's leave is not asked whose it is."""
    return ("member",) if actor.reach("leave.create") is Reach.OWN else ()


def why_kept(calendar: WorkCalendar) -> str | None:
    """Why a calendar cannot go."""
    if calendar.is_default:
        return _t("“%(name)s” is the usual calendar. Make another one the usual one first.") % {"name": calendar}
    return None


def why_usual(calendar: WorkCalendar) -> str | None:
    return _t("“%(name)s” is the usual calendar already.") % {"name": calendar} if calendar.is_default else None


def why_not_year(year: int) -> str | None:
    """Why nothing can be said of `year`."""
    if year in YEARS:
        return None
    return _t("Write a year from %(first)s to %(last)s.") % {"first": YEARS[0], "last": YEARS[-1]}
