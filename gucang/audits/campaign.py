"""The yearly look at master data, in small weekly portions. Whoever owns a type of record says what is looked at:

campaign.join(Campaign("customer", ("name", "credit_code", "phone", "address")))
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from gucang.audits import queries
from gucang.audits.models import Confirmation
from gucang.kernel import clock, records
from gucang.kernel.actors import Actor
from gucang.kernel.permissions import within_reach
from gucang.kernel.records import RecordType

YEAR = timedelta(days=365)
# In which a year's round is done: two are left for leave and holidays.
WEEKS = 50


@dataclass(frozen=True)
class Campaign:
    """Records of this type are looked at once a year by their owner: these fields of them."""

    record_type: str
    fields: tuple[str, ...]

    @property
    def type(self) -> RecordType:
        return records.get(self.record_type)


_joined: dict[str, Campaign] = {}


def join(campaign: Campaign) -> Campaign:
    """Let a type take part. Raises ValueError for one that does."""
    if campaign.record_type in _joined:
        raise ValueError(f"{campaign.record_type} takes part already.")
    _joined[campaign.record_type] = campaign
    return campaign


def every() -> list[Campaign]:
    """The types that take part, in the order of their joining."""
    return list(_joined.values())


def about(name: str, pk: int, actor: Actor) -> Any:
    """The record that this person may confirm; None where they may not, or its type does not take part."""
    if name not in _joined:
        return None
    record_type = records.get(name)
    found = record_type.query(actor).filter(pk=pk).first()
    if found is None or not within_reach(actor, f"{name}.edit", record_type, found):
        return None
    return found


def unconfirmed(campaign: Campaign, now: datetime) -> QuerySet[Any]:
    """The records that nobody has made or confirmed for a year."""
    since = now - YEAR
    looked = Confirmation.objects.filter(
        about_type=campaign.record_type, about_id=OuterRef("pk"), confirmed_at__gte=since
    )
    return campaign.type.model._default_manager.filter(~Exists(looked), created_at__lt=since)


def mine(campaign: Campaign, actor: Actor, now: datetime) -> QuerySet[Any]:
    """Those of one owner, the longest known first."""
    path = campaign.type.owner
    return unconfirmed(campaign, now).filter(**{path: actor.member_id or 0}).order_by("pk")


def to_look_at(actor: Actor, now: datetime) -> int:
    """How many records this week's portion still has for this person."""
    left = left_this_week(actor)
    return min(left, sum(mine(one, actor, now)[:left].count() for one in every())) if left else 0


def portion_of(actor: Actor) -> int:
    """How many records this person looks at in a week: what the company has set, and never so few that the year does
    not suffice for all that they own; 0 where the company asks for none. One query.
    """
    least = queries.settings().confirm_each_week
    if not least:
        return 0
    owned = sum(
        one.type.model._default_manager.filter(**{one.type.owner: actor.member_id or 0}).count() for one in every()
    )
    return max(least, -(-owned // WEEKS))


def left_this_week(actor: Actor) -> int:
    """How many of this week's portion are still to be looked at; 0 where the company asks for none. Two queries."""
    portion = portion_of(actor)
    if not portion:
        return 0
    today = clock.today()
    monday = clock.midnight(today - timedelta(days=today.weekday()))
    done = Confirmation.objects.filter(member_id=actor.member_id or 0, confirmed_at__gte=monday).count()
    return max(0, portion - done)
