"""A variant beside the process, once: what it costs, what departs, and what is due next. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from gucang.conformance.kinds import Kind
from gucang.processes.mining import deviations as mined
from gucang.processes.mining.alignments import Aligner, Move, Step

# Beyond so many steps nobody reads an explanation; its cost is kept all the same.
MOST_STEPS = 300


@dataclass(frozen=True)
class Departure:
    """One departure in the order of steps. `at` counts the events from 0.

    `other` is, of a reversed order, the step that should have come before `step` and came after it.
    """

    kind: str
    step: str
    at: int
    other: str = ""


@dataclass(frozen=True)
class Explained:
    """What aligning one variant came to: `moves` are [move, step, event], whole or as the beginning of a case."""

    cost: int
    moves: list[tuple[str, str, int]]
    departures: list[Departure]


def digest_of(steps: Sequence[str]) -> str:
    """The name of a variant among those of its version."""
    return blake2b("\x1f".join(steps).encode(), digest_size=16).hexdigest()


def explained(aligner: Aligner, steps: Sequence[str], *, running: bool) -> Explained:
    """The cheapest explanation of a case that is over or, with `running`, of one that goes on."""
    cost = aligner.prefix_cost(steps) if running else aligner.cost(steps)
    if len(steps) > MOST_STEPS:
        return Explained(cost, [], [])
    path = aligner.align(steps, running=running)
    return Explained(cost, [(one.move.value, one.label, one.at) for one in path], departures(path))


def departures(path: Sequence[Step]) -> list[Departure]:
    """What departs in an alignment. A step that came too early or too late is one reversed order, not two mistakes."""
    found = []
    for one in mined.deviations(path):
        if one.kind is mined.Kind.EARLY:
            other = _between(path, one.at, _skip_after(path, one.label, one.at))
            found.append(Departure(Kind.REVERSED, one.label, one.at, other))
        elif one.kind is mined.Kind.LATE:
            begun = _skip_before(path, one.label, one.at)
            early = next((s for s in path if s.move is Move.SYNC and begun <= s.at < one.at), None)
            step, at = (early.label, early.at) if early else (one.label, one.at)
            found.append(Departure(Kind.REVERSED, step, at, one.label if early else ""))
        else:
            found.append(Departure(Kind(one.kind.value), one.label, one.at))
    return found


def _between(path: Sequence[Step], after: int, until: int) -> str:
    return next((one.label for one in path if one.move is Move.SYNC and after < one.at < until), "")


def _skip_after(path: Sequence[Step], label: str, at: int) -> int:
    places = (one.at for one in path if one.move is Move.SKIPPED and one.label == label and one.at > at)
    return next(places, at)


def _skip_before(path: Sequence[Step], label: str, at: int) -> int:
    places = [one.at for one in path if one.move is Move.SKIPPED and one.label == label and one.at <= at]
    return places[-1] if places else at


def next_step(aligner: Aligner, steps: Sequence[str], order: Sequence[str]) -> str:
    """The step that a running case waits for: of those that may be done now, one on the shortest way to the end.

    "" where nothing has to be done any more. `order` are all steps, by which ties are broken.
    """
    trace = tuple(steps)
    so_far, whole = aligner.prefix_cost(trace), aligner.cost(trace)
    if whole == so_far:
        return ""
    possible = [one for one in order if aligner.prefix_cost((*trace, one)) == so_far]
    return min(possible, key=lambda one: aligner.cost((*trace, one)), default="")
