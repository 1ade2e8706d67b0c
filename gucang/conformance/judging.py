"""One case held against the version of its process: the deeds, what departs, what it waits for. Pure.

A case is one record's deeds in the order in which they happened. What is judged by order is asked once for each
variant (`explaining`); who did it and when is asked for every case here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from gucang.conformance.explaining import Departure
from gucang.conformance.kinds import Kind
from gucang.conformance.paces import pace_of
from gucang.worktime.hours import NoWorkingTime, Span, WorkHours


@dataclass(frozen=True, slots=True)
class Deed:
    """One event of a case, already as the step that it fulfils. `member` is who did it; None for the program."""

    event: int
    step: str
    occurred_at: datetime
    recorded_at: datetime
    member: int | None


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a step may take after another one (or, with "", after the case began)."""

    span: Span
    after: str = ""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a version demands of one step besides its place. `four_eyes` are the steps that somebody else does."""

    roles: frozenset[str] = frozenset()
    limit: Limit | None = None
    four_eyes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Found:
    """One deviation of a case. `amount` is in working minutes: how late a step was or how late it was entered.

    `since` is, of a step that is still not done, from when on it has been late. `event` is 0 where none shows it.
    """

    kind: str
    step: str
    other: str = ""
    member: int | None = None
    event: int = 0
    amount: int | None = None
    since: datetime | None = None


@dataclass
class Judged:
    """What is kept of a case. `due_at` is when a step that is waited for becomes late, if that lies ahead."""

    found: list[Found] = field(default_factory=list)
    paces: bytes = b""
    due_at: datetime | None = None


Demands = Mapping[str, Demand]


def judge(
    deeds: Sequence[Deed],
    departures: Sequence[Departure],
    demands: Demands,
    hours: WorkHours,
    roles: Callable[[Deed], Collection[str]],
    *,
    owner: int | None,
    waits_for: str = "",
    late_entry: timedelta,
    now: datetime,
) -> Judged:
    """Judge one case. `waits_for` is the step that is due next, "" for a case that is over; `roles` tells which roles
    a member had when they did what they did.

    What is written down later than `late_entry` after it happened is entered late: others have worked without it.
    """
    found = [_placed(one, deeds, owner) for one in departures]
    for at, deed in enumerate(deeds):
        demand = demands.get(deed.step)
        if demand is not None:
            found += _of_person(deed, demand, deeds[:at], roles)
            found += _of_time(deed, demand, deeds[:at], hours)
        if deed.recorded_at - deed.occurred_at > late_entry:
            late = hours.minutes_between(deed.occurred_at, deed.recorded_at)
            found.append(Found(Kind.ENTERED_LATE, deed.step, member=deed.member, event=deed.event, amount=late))
    judged = Judged(found, paces_of(deeds, hours))
    due = _due(waits_for, demands, deeds, hours)
    if due is not None and due <= now:
        judged.found.append(Found(Kind.LATE, waits_for, member=owner, since=due))
    else:
        judged.due_at = due
    return judged


def paces_of(deeds: Sequence[Deed], hours: WorkHours) -> bytes:
    """The class of working time from each deed to the next: one byte each."""
    moments = pairwise(deed.occurred_at for deed in deeds)
    return bytes(pace_of(hours.minutes_between(one, other)) for one, other in moments)


def _placed(one: Departure, deeds: Sequence[Deed], owner: int | None) -> Found:
    """A departure with who answers for it: who did the deed, or who went on without what was skipped."""
    if one.at < len(deeds):
        deed = deeds[one.at]
        return Found(one.kind, one.step, one.other, deed.member or owner, deed.event)
    return Found(one.kind, one.step, one.other, owner)


def _of_person(
    deed: Deed, demand: Demand, before: Sequence[Deed], roles: Callable[[Deed], Collection[str]]
) -> list[Found]:
    if deed.member is None:
        return []
    found = []
    if demand.roles and demand.roles.isdisjoint(roles(deed)):
        found.append(Found(Kind.ROLE, deed.step, member=deed.member, event=deed.event))
    for partner in sorted(demand.four_eyes):
        last = next((one for one in reversed(before) if one.step == partner), None)
        if last is not None and last.member == deed.member:
            found.append(Found(Kind.FOUR_EYES, deed.step, partner, deed.member, deed.event))
    return found


def _of_time(deed: Deed, demand: Demand, before: Sequence[Deed], hours: WorkHours) -> list[Found]:
    if demand.limit is None:
        return []
    begun = _begun(demand.limit, deed.step, before)
    due = _deadline(begun, demand.limit, hours)
    if due is None or deed.occurred_at <= due:
        return []
    late = hours.minutes_between(due, deed.occurred_at)
    return [Found(Kind.LATE, deed.step, member=deed.member, event=deed.event, amount=late)] if late > 0 else []


def _begun(limit: Limit, step: str, before: Sequence[Deed]) -> datetime | None:
    """From when on the time of a step runs; None where it does not, or was kept or missed once already."""
    if not limit.after:
        done = any(one.step == step for one in before)
        return None if done or not before else before[0].occurred_at
    for one in reversed(before):
        if one.step == step:
            return None
        if one.step == limit.after:
            return one.occurred_at
    return None


def _deadline(begun: datetime | None, limit: Limit, hours: WorkHours) -> datetime | None:
    if begun is None:
        return None
    try:
        return hours.deadline(begun, limit.span)
    except NoWorkingTime:
        return None


def _due(waits_for: str, demands: Demands, deeds: Sequence[Deed], hours: WorkHours) -> datetime | None:
    demand = demands.get(waits_for)
    if demand is None or demand.limit is None:
        return None
    return _deadline(_begun(demand.limit, waits_for, deeds), demand.limit, hours)
