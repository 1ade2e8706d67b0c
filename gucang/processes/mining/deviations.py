"""What an alignment says in words: skipped, extra, repeated, out of order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from gucang.processes.mining.alignments import Move, Step


class Kind(StrEnum):
    SKIPPED = "skipped"
    EXTRA = "extra"
    REPEATED = "repeated"
    EARLY = "early"
    LATE = "late"


@dataclass(frozen=True)
class Deviation:
    """One departure from the model. `at` is the event it is about, or before which a step was skipped."""

    kind: Kind
    label: str
    at: int


def deviations(steps: Iterable[Step]) -> list[Deviation]:
    """What a person would say of an alignment, in its order.

    A step that was skipped in one place and extra in another was done, but early or late: one deviation, not two.
    """
    told = list(steps)
    skipped = Counter(step.label for step in told if step.move is Move.SKIPPED)
    extra = Counter(step.label for step in told if step.move is Move.EXTRA)
    moved = skipped & extra
    leave_skipped, leave_extra = Counter(moved), Counter(moved)
    waiting: Counter[str] = Counter()
    done: set[str] = set()
    found = []
    for step in told:
        if step.move is Move.SYNC:
            done.add(step.label)
        elif step.move is Move.SKIPPED:
            if leave_skipped[step.label]:
                leave_skipped[step.label] -= 1
                waiting[step.label] += 1
            else:
                found.append(Deviation(Kind.SKIPPED, step.label, step.at))
        elif leave_extra[step.label]:
            leave_extra[step.label] -= 1
            late = waiting[step.label] > 0
            waiting[step.label] -= late
            found.append(Deviation(Kind.LATE if late else Kind.EARLY, step.label, step.at))
        else:
            kind = Kind.REPEATED if step.label in done else Kind.EXTRA
            found.append(Deviation(kind, step.label, step.at))
    return found
