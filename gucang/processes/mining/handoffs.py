"""How often a case goes from hand to hand, and comes back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True)
class Handoffs:
    """`blocks` are runs of events with one holder. `aba` counts A → B → A directly, `revisits` any coming back."""

    events: int
    blocks: int
    handoffs: int
    revisits: int
    aba: int
    holders: int


def handoffs_of(holders: Iterable[str | None]) -> Handoffs:
    """What the holders of a case's events, in the order of time, come to. Events without a holder do not count."""
    named = list(holders)
    blocks = [holder for holder, _run in groupby(one for one in named if one)]
    distinct = len(set(blocks))
    return Handoffs(
        events=len(named),
        blocks=len(blocks),
        handoffs=max(len(blocks) - 1, 0),
        revisits=len(blocks) - distinct,
        aba=sum(before == after for before, after in zip(blocks, blocks[2:], strict=False)),
        holders=distinct,
    )
