"""Changes of a process that follow by themselves: what the step's way becomes, and that it departs no more."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gucang.conformance.explaining import explained
from gucang.conformance.kinds import Kind
from gucang.court.changes import changed, cured
from gucang.processes.mining.alignments import Aligner
from gucang.sops.definitions import Definition, Limit, Step, faults_of, keys_of


def words(tree: Any, **more: Any) -> Definition:
    steps = {key: Step(key, key, (f"x.{key}",), **more.get(key, {})) for key in keys_of(tree)}
    return Definition(tree, steps)


ABCD = ["seq", "a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("tree", "kind", "step", "other", "swap", "wanted"),
    [
        (ABCD, Kind.SKIPPED, "b", "", False, ["seq", "a", ["optional", "b"], "c", "d"]),
        (ABCD, Kind.REPEATED, "b", "", False, ["seq", "a", ["loop", "b"], "c", "d"]),
        (ABCD, Kind.REVERSED, "c", "b", True, ["seq", "a", "c", "b", "d"]),
        (ABCD, Kind.REVERSED, "c", "b", False, ["seq", "a", ["parallel", "c", "b"], "d"]),
        (ABCD, Kind.REVERSED, "d", "b", False, ["seq", "a", ["parallel", "d", ["seq", "b", "c"]]]),
        (["seq", "a", ["seq", "b", "c"]], Kind.REVERSED, "c", "b", True, ["seq", "a", ["seq", "c", "b"]]),
        (["seq", "a", ["optional", "b"]], Kind.SKIPPED, "b", "", False, None),
        (["seq", ["choice", "a", "b"], "c"], Kind.REVERSED, "b", "a", False, None),
        (["seq", "a", ["choice", "b", "c"]], Kind.REVERSED, "c", "a", False, None),
        (ABCD, Kind.REVERSED, "b", "c", False, None),
        (ABCD, Kind.FOUR_EYES, "b", "a", False, None),
        (ABCD, Kind.SKIPPED, "z", "", False, None),
    ],
)
def test_the_tree_that_a_deviation_leads_to(
    tree: Any, kind: str, step: str, other: str, swap: bool, wanted: Any
) -> None:
    found = changed(words(tree), kind, step, other, swap=swap)
    assert (found.outline if found is not None else None) == wanted


def test_a_role_is_added_once_and_a_limit_only_grows() -> None:
    held = words(ABCD, b={"roles": ("sales",), "limit": Limit(2, "hours", "a")})
    role = changed(held, Kind.ROLE, "b", role="warehouse")
    assert role is not None
    assert role.steps["b"].roles == ("sales", "warehouse")
    assert changed(held, Kind.ROLE, "b", role="sales") is None
    limit = changed(held, Kind.LATE, "b", amount=5)
    assert limit is not None
    assert limit.steps["b"].limit == Limit(5, "hours", "a")
    assert changed(held, Kind.LATE, "b", amount=2) is None
    assert changed(held, Kind.LATE, "c", amount=5) is None


TREES = st.recursive(
    st.just("?"),
    lambda inner: st.tuples(
        st.sampled_from(["seq", "choice", "parallel", "loop", "optional"]), st.lists(inner, min_size=1, max_size=3)
    ).map(lambda pair: [pair[0], *pair[1]]),
    max_leaves=6,
)


def numbered(tree: Any) -> Any:
    keys = iter("abcdefghijklmnopqrstuvwxyz")

    def name(node: Any) -> Any:
        return next(keys) if isinstance(node, str) else [node[0], *map(name, node[1:])]

    return ["seq", name(tree)]


@given(tree=TREES, way=st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6), swap=st.booleans())
def test_a_change_keeps_every_step_and_what_it_cures_departs_no_more(tree: Any, way: list[str], swap: bool) -> None:
    held = words(numbered(tree))
    walked = [step for step in way if step in held.steps]
    for one in explained(Aligner(held.tree), walked, running=False).departures:
        after = changed(held, one.kind, one.step, one.other, swap=swap)
        if after is None:
            continue
        assert sorted(keys_of(after.outline)) == sorted(keys_of(held.outline))
        assert faults_of(after) == []
        left = explained(Aligner(after.tree), walked, running=False).departures
        same = any((x.kind, x.step, x.other) == (one.kind, one.step, one.other) for x in left)
        assert cured(after, one.kind, one.step, one.other, [walked]) == (0 if same else 1)
