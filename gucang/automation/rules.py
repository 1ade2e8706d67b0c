"""Who may see, change and switch an automation. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _t

from gucang.kernel.actors import Actor
from gucang.kernel.permissions import reach_q

if TYPE_CHECKING:
    from gucang.automation.models import Automation

MOST_DEPTH = 5
MOST_ON_A_RECORD = 10
MOST_AN_HOUR = 200
REFUSALS_TO_PAUSE = 5


def visible(actor: Actor) -> Q:
    """The automations within reach."""
    return reach_q(actor, "automation.view", owner="owner_id")


def is_the_owner(actor: Actor, automation: Any) -> bool:
    """An automation acts with its owner's rights, so nobody else decides what it does."""
    return actor.kind == "system" or (actor.member_id is not None and automation.owner_id == actor.member_id)


def why_off(automation: Automation) -> str | None:
    """Why it cannot be turned off: it is."""
    return None if automation.active else _t("“%(name)s” is off already.") % {"name": automation}


def why_not_catch_up(automation: Automation) -> str | None:
    """Why what was held back cannot be done now: it is off."""
    return None if automation.active else _t("“%(name)s” is off. Turn it on first.") % {"name": automation}


def why_on(automation: Automation) -> str | None:
    """Why it cannot be turned on: it is."""
    return _t("“%(name)s” is on already.") % {"name": automation} if automation.active else None
