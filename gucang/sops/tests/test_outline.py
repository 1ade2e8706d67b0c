"""An outline is moved about by buttons, and no button can break it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gucang.sops import outline
from gucang.sops.definitions import BLOCKS, keys_of

ROOT: Any = ["seq", "a", ["choice", "b", "c"], "d"]


def test_lines_say_where_they_stand() -> None:
    found = outline.lines(ROOT)
    assert [(one.place, one.key or one.kind, one.depth) for one in found] == [
        ("0", "a", 1), ("1", "choice", 1), ("1-0", "b", 2), ("1-1", "c", 2), ("2", "d", 1),
    ]  # fmt: skip
    assert [one.place for one in found if one.after_block] == ["2"]


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        (outline.up(ROOT, (2,)), ["seq", "a", "d", ["choice", "b", "c"]]),
        (outline.down(ROOT, (0,)), ["seq", ["choice", "b", "c"], "a", "d"]),
        (outline.up(ROOT, (0,)), ROOT),
        (outline.down(ROOT, (2,)), ROOT),
        (outline.into(ROOT, (2,)), ["seq", "a", ["choice", "b", "c", "d"]]),
        (outline.into(ROOT, (1,)), ROOT),
        (outline.out(ROOT, (1, 0)), ["seq", "a", ["choice", "c"], "b", "d"]),
        (outline.out(ROOT, (0,)), ROOT),
        (outline.wrap(ROOT, (0,), "optional"), ["seq", ["optional", "a"], ["choice", "b", "c"], "d"]),
        (outline.turn(ROOT, (1,), "parallel"), ["seq", "a", ["parallel", "b", "c"], "d"]),
        (outline.turn(ROOT, (), "parallel"), ROOT),
        (outline.drop(ROOT, (1,)), ["seq", "a", "d"]),
        (outline.add(ROOT, (1,), "e"), ["seq", "a", ["choice", "b", "c", "e"], "d"]),
        (outline.add(ROOT, (0,), "e"), ["seq", "a", "e", ["choice", "b", "c"], "d"]),
        (outline.add(ROOT, (), ["loop"]), [*ROOT, ["loop"]]),
        (outline.add(ROOT, (9,), "e"), ROOT),
    ],
)
def test_every_move(done: Any, expected: Any) -> None:
    assert done == expected


MOVES = (outline.up, outline.down, outline.into, outline.out)


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.lists(st.integers(0, 3), max_size=4), st.sampled_from(BLOCKS)), max_size=12
    )
)
def test_no_row_of_presses_loses_a_step(presses: list[tuple[int, list[int], str]]) -> None:
    root = ROOT
    for which, path, kind in presses:
        place = tuple(path)
        if which < 4:
            root = MOVES[which](root, place)
        else:
            root = (outline.wrap if which == 4 else outline.turn)(root, place, kind)
    assert sorted(keys_of(root)) == ["a", "b", "c", "d"]
    assert root[0] == "seq"
