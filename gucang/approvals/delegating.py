"""Who decides in whose place: from deputy to deputy, at most three hands far, and never in a circle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from django.db.models import Q

from gucang.approvals.models import Delegation
from gucang.approvals.rules import MOST_CHAIN
from gucang.kernel.setup import kept


class Hand(NamedTuple):
    """One delegation: who, to whom, and about which policy (None is all)."""

    owner: int
    deputy: int
    policy: int | None


def hands(day: date) -> list[Hand]:
    """All delegations of a day; kept, because every list of what one sees asks for them."""

    def read() -> list[Hand]:
        found = Delegation.objects.filter(stopped_at=None, starts_on__lte=day, ends_on__gte=day)
        return [Hand(*row) for row in found.values_list("owner_id", "deputy_id", "policy_id")]

    return kept(f"delegations on {day}", read)


def deputies(found: Iterable[Hand], policy: int) -> Mapping[int, frozenset[int]]:
    """For each who has given it away, who may decide about `policy` in their place. Pure."""
    next_of: dict[int, set[int]] = {}
    for hand in found:
        if hand.policy in (None, policy):
            next_of.setdefault(hand.owner, set()).add(hand.deputy)
    return {owner: _reached(owner, next_of) for owner in next_of}


def _reached(owner: int, next_of: Mapping[int, set[int]]) -> frozenset[int]:
    reached: set[int] = set()
    edge = {owner}
    for _hand in range(MOST_CHAIN):
        edge = {one for member in edge for one in next_of.get(member, ())} - reached - {owner}
        reached |= edge
    return frozenset(reached)


def principals_of(member: int, day: date) -> set[int]:
    """For whom `member` may decide on a day, about some policy at least."""
    found = hands(day)
    if not any(hand.deputy == member for hand in found):
        return set()
    policies = {hand.policy for hand in found}
    return {
        owner
        for policy in policies
        for owner, reached in deputies(found, policy or 0).items()
        if member in reached
    }  # fmt: skip


def circle(new: Delegation) -> bool:
    """Whether the new delegation would lead back to who gives it, during its days."""
    others = Delegation.objects.filter(stopped_at=None, starts_on__lte=new.ends_on, ends_on__gte=new.starts_on)
    others = others.exclude(pk=new.pk)
    if new.policy_id is not None:
        others = others.filter(Q(policy=None) | Q(policy_id=new.policy_id))
    next_of: dict[int, set[int]] = {}
    for owner, deputy in others.values_list("owner_id", "deputy_id"):
        next_of.setdefault(owner, set()).add(deputy)
    seen: set[int] = set()
    edge = {new.deputy_id}
    while edge:
        if new.owner_id in edge:
            return True
        seen |= edge
        edge = {one for member in edge for one in next_of.get(member, ())} - seen
    return False
