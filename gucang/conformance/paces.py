"""How long steps take, in few numbers: working minutes in classes that grow by a fifth, so that quantiles add up.

A case keeps one byte for each step from one event to the next; an arrow of the map keeps how many of each class it has
seen. What is added can be taken away again when the case is judged anew. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log2

# Four classes each time that time doubles; the last one is eight years of working time.
A_DOUBLING = 4
CLASSES = 82


def pace_of(minutes: int) -> int:
    """The class of so many working minutes; nothing, and less than nothing, is 0."""
    if minutes <= 0:
        return 0
    return min(1 + int(A_DOUBLING * log2(minutes)), CLASSES - 1)


def minutes_of(pace: int) -> int:
    """What a class stands for: the middle of it, in whole working minutes."""
    if pace <= 0:
        return 0
    least, most = 2 ** ((pace - 1) / A_DOUBLING), 2 ** (pace / A_DOUBLING)
    return round((least * most) ** 0.5)


def quantile(counts: Sequence[int], share: float) -> int | None:
    """The working minutes below or at which `share` of what was counted lies; None where nothing was counted.

    Right to within a tenth.
    """
    total = sum(counts)
    if total <= 0:
        return None
    wanted, seen = max(share * total, 1), 0
    for pace, count in enumerate(counts):
        seen += count
        if seen >= wanted:
            return minutes_of(pace)
    return minutes_of(len(counts) - 1)


def added(counts: Sequence[int], change: dict[int, int]) -> list[int]:
    """`counts` with so many more (or fewer) of some classes."""
    found = list(counts) + [0] * (CLASSES - len(counts))
    for pace, count in change.items():
        found[pace] += count
    return found
