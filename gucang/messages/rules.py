"""Who may see what: everybody their own."""

from __future__ import annotations

from django.db.models import Q

from gucang.kernel.actors import Actor
from gucang.kernel.permissions import NOTHING


def visible(actor: Actor) -> Q:
    """Notifications and their settings belong to one member and nobody else, managers included."""
    if actor.member_id is None:
        return NOTHING
    return Q(member_id=actor.member_id)
