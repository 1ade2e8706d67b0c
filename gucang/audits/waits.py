"""Who waits for me: what of one's own work others wait for, and since when. A kind nudge, and no rank.

@waits.on_me
def decisions(actor, base):
    return [Waits(what=…, who=…, since=…, url=…, todo=…, behind=…)]
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from gucang.kernel.actors import Actor


@dataclass(frozen=True)
class Waits:
    """Somebody (`who`, "" for nobody in particular) waits since then for what this person has `todo`.

    `behind` is what else waits behind it, as a sentence.
    """

    what: str
    who: str
    since: datetime
    url: str
    todo: str
    behind: str = ""


Source = Callable[[Actor, str], list[Waits]]
_sources: list[Source] = []


def on_me(source: Source) -> Source:
    """Register who knows what others wait for: `source(actor, base)`, a few queries, however much waits."""
    _sources.append(source)
    return source


def of(actor: Actor, base: str) -> list[Waits]:
    """Everything that others wait for, who has waited longest first."""
    if actor.member_id is None or actor.eyes is not None:
        return []
    return sorted((one for source in _sources for one in source(actor, base)), key=lambda one: one.since)
