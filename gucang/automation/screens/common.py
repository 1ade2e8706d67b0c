"""What the screens of this module share."""

from __future__ import annotations

from typing import Any

from gucang.automation import queries
from gucang.automation.models import Automation
from gucang.kernel.errors import NotVisible
from gucang.kernel.records import get
from gucang.surface.middleware import CompanyRequest
from gucang.surface.screens import common

OUTCOME_TONES = {"done": "ok", "skipped": "", "held": "warn", "refused": "bad", "failed": "bad"}
TONES = {"on": "ok", "off": "", "paused": "warn"}


def find(request: CompanyRequest, pk: int) -> Any:
    """The automation that the actor sees, with when it last ran. Raises NotVisible, Refused for one in the bin."""
    if not request.actor.may("automation.view"):
        raise NotVisible
    if pk >= common.MAX_ID:
        raise NotVisible
    found = queries.automations(request.actor).filter(pk=pk).first()
    return found if found is not None else common.find(get("automation"), request, pk)


def url_of(request: CompanyRequest, automation: Automation) -> str:
    """The address of an automation's page."""
    return common.record_url(request, get("automation"), automation.pk)


def state_of(automation: Automation) -> str:
    """ "on", "off", or "paused" where the program stopped it."""
    return "on" if automation.active else "paused" if automation.paused_because else "off"


def number_of(raw: str) -> int | None:
    """An id in an address; None for anything else."""
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 19 else None
