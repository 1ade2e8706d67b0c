"""Which roles somebody had when they did something, as processes call roles. What is given or taken later changes no
verdict.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from gucang.accounts.models import MemberRole, Role
from gucang.kernel.models import Event

Roles = frozenset[str]
# Of two that happened at the same moment the one with the higher id is the later.
Moment = tuple[datetime, int]
NONE: Roles = frozenset()


@dataclass(frozen=True, slots=True)
class Change:
    """That a member's roles were set: at which moment, and which they were before and from then on."""

    member: int
    moment: Moment
    before: Roles
    after: Roles


class Held:
    """The roles of members at any moment: those of today, where the log knows of no change."""

    def __init__(self, today: Mapping[int, Roles], changes: Iterable[Change]) -> None:
        self._today = today
        self._changes: dict[int, list[Change]] = defaultdict(list)
        for change in sorted(changes, key=lambda one: one.moment):
            self._changes[change.member].append(change)

    def when(self, member: int, at: datetime, event: int) -> Roles:
        """The roles that a member had when an event of this id happened.

        Before somebody had any role here at all, they are the first ones: what happened then was written down later.
        """
        known: Sequence[Change] = self._changes.get(member, ())
        if not known:
            return self.today(member)
        place = bisect_right(known, (at, event), key=lambda one: one.moment)
        return known[place - 1].after if place else known[0].before or known[0].after

    def today(self, member: int) -> Roles:
        """The roles that a member has now."""
        return self._today.get(member, NONE)


def read() -> Held:
    """What the company and its log know of it. Three queries, as long as roles were set often; not as the log is."""
    names = {pk: key or str(pk) for pk, key in Role.with_bin.values_list("pk", "key")}
    today: dict[int, set[str]] = defaultdict(set)
    for member, role in MemberRole.objects.values_list("member_id", "role_id"):
        today[member].add(names[role])
    # An event from before the log kept ids says names only, and those may mean other roles by now.
    told = Event.objects.filter(name="member.set_roles", facts__has_key="role_ids")
    changes = [
        Change(member, (at, event), *(frozenset(names[pk] for pk in ids if pk in names) for ids in (before, after)))
        for member, at, event, before, after in told.values_list(
            "subject_id", "occurred_at", "pk", "facts__before_ids", "facts__role_ids"
        )
    ]
    return Held({member: frozenset(roles) for member, roles in today.items()}, changes)
