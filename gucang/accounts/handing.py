"""Giving a record to a colleague: whom one can choose, and what the hand-over says in the log."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import Q
from django.utils.translation import gettext as _t

from gucang.accounts.models import Member, Status
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import Among


def at_work(actor: Actor) -> Q:
    """Members who can be given or asked something."""
    return ~Q(status=Status.LEFT)


Colleague = Annotated[Member, Among(at_work)]
"""The type of an action's parameter that takes a member who can be given something."""


def refuse_who_left(member: Member, field: str = "owner") -> None:
    """Raise Invalid at the field if the member has left."""
    if not member.may_work:
        raise Invalid({field: [_t("%(member)s has left. Choose somebody else.") % {"member": member}]})


def hand_over(record: Any, owner: Member, **facts: Any) -> dict[str, Any]:
    """Make a member the owner of a record as it is; returns the event's facts, with whose it was before.

    Raises Invalid if the member has left.
    """
    refuse_who_left(owner)
    former, record.owner = record.owner_id, owner
    return {"former_owner": former, **facts}


__all__ = ["Colleague", "at_work", "hand_over", "refuse_who_left"]
