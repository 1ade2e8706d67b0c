"""The next version of a process after a better way was found: its words, and what may be said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from gucang.conformance.kinds import Kind
from gucang.conformance.wording import DAY, HOUR
from gucang.court import changes, effects, patterns, people
from gucang.court.effects import Did
from gucang.court.kinds import Order
from gucang.court.models import Deviation
from gucang.sops.definitions import Definition
from gucang.sops.models import ProcessVersion

PER_UNIT = {"minutes": 1, "hours": HOUR, "days": DAY}


@dataclass(frozen=True)
class Drafted:
    """The words of a draft. `derived` is whether the change is in them; without it somebody writes it.

    Of `ways` ways in which newest cases departed, `cured` do not depart so any more; 0 of 0 where order is not changed.
    """

    start: ProcessVersion
    words: Definition
    derived: bool
    ways: int = 0
    cured: int = 0


def drafted(deviation: Deviation, order: str = Order.PARALLEL, role: str = "", amount: int = 0) -> Drafted:
    """What the next version would say. Without `role` and `amount` they follow from the newest deviations."""
    place = patterns.of(deviation)
    start = patterns.current(place) or place.versions[0]
    words = start.read()
    if deviation.kind in (Kind.ROLE, Kind.LATE):
        did = effects.newest(place)
        role = role or people.usual_role(words, deviation.kind, deviation.step, (one.member for one in did))
        amount = amount or usual_limit(words, deviation.kind, deviation.step, did)
    found = changes.changed(
        words, deviation.kind, deviation.step, deviation.other, swap=order == Order.SWAP, role=role, amount=amount
    )
    if found is None:
        return Drafted(start, words, derived=False)
    if found.outline == words.outline:
        return Drafted(start, found, derived=True)
    ways = effects.sample(place, deviation.process.case_type, deviation.process_id).ways()
    cured = changes.cured(found, deviation.kind, deviation.step, deviation.other, ways)
    if ways and not cured:
        return Drafted(start, words, derived=False)
    return Drafted(start, found, derived=True, ways=len(ways), cured=cured)


def usual_limit(words: Definition, kind: str, step: str, did: Sequence[Did]) -> int:
    """A limit within which nine of ten late ones would have been in time, in the unit of the step's limit; else 0."""
    limit = words.steps[step].limit if kind == Kind.LATE and step in words.steps else None
    late = sorted(one.amount for one in did if one.amount is not None)
    if limit is None or not late:
        return 0
    return limit.amount + ceil(effects.quantile(late, 0.9) / PER_UNIT[limit.unit])
