"""Hand-offs, revisits and back-and-forth of a case."""

from __future__ import annotations

import pytest

from gucang.processes.mining.handoffs import Handoffs, handoffs_of


@pytest.mark.parametrize(
    ("holders", "handoffs", "revisits", "aba"),
    [
        ([], 0, 0, 0),
        (["A", "A"], 0, 0, 0),
        (["A", "B", "A"], 2, 1, 1),
        (["A", "B", "C", "A"], 3, 1, 0),
        (["A", "B", "A", "B"], 3, 2, 2),
        (["A", None, "A", "", "B"], 1, 0, 0),
    ],
)
def test_blocks_of_one_holder_are_told_apart(holders: list[str | None], handoffs: int, revisits: int, aba: int) -> None:
    found = handoffs_of(holders)
    assert (found.handoffs, found.revisits, found.aba) == (handoffs, revisits, aba)
    assert found.events == len(holders)


def test_a_case_that_nobody_held_has_none() -> None:
    assert handoffs_of([None, None]) == Handoffs(events=2, blocks=0, handoffs=0, revisits=0, aba=0, holders=0)
