"""What is worked out without a database: arrows, classes of time, what departs, who did it and when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gucang.conformance.explaining import departures, explained, next_step
from gucang.conformance.holding import Change, Held
from gucang.conformance.judging import Deed, Demand, Found, Limit, judge
from gucang.conformance.kinds import Kind
from gucang.conformance.paces import added, minutes_of, pace_of, quantile
from gucang.processes.mining.alignments import Aligner
from gucang.processes.mining.follows import follows
from gucang.processes.mining.trees import Operator, Tree, choice, loop, optional, parallel, sequence, step
from gucang.worktime.hours import Span, WorkHours
from gucang.worktime.shifts import read_shifts

SHANGHAI = ZoneInfo("Asia/Shanghai")
# Eight hours without a break, and a week of holidays.
HOURS = WorkHours(
    zone=SHANGHAI,
    week=(read_shifts("09:00-17:00"),) * 5 + ((), ()),
    special={date(2026, 10, day): () for day in range(1, 8)},
)
DAY = timedelta(days=1)
ORDER = sequence(step("a"), step("b"), step("c"))


def at(day: int, hour: int = 9, month: int = 9) -> datetime:
    """A moment of autumn 2026 in Shanghai."""
    return datetime(2026, month, day, hour, tzinfo=SHANGHAI).astimezone(UTC)


def deed(name: str, when: datetime, member: int | None = 1, number: int = 1, late: timedelta = timedelta()) -> Deed:
    return Deed(number, name, when, when + late, member)


# --- what follows what ---


def words(tree: Tree, most: int) -> set[tuple[str, ...]]:
    """All that a tree allows, up to so many steps; by definition, not by nets."""
    if tree.operator is None:
        return {(tree.label,) if tree.label is not None else ()}
    parts = [words(child, most) for child in tree.children]
    if tree.operator is Operator.CHOICE:
        return set().union(*parts)
    if tree.operator is Operator.LOOP:
        body, back = parts[0], set().union(*parts[1:])
        found, new = set(body), set(body)
        while new:
            new = {a + b + c for a in new for b in back for c in body if len(a + b + c) <= most} - found
            found |= new
        return found
    found = {()}
    for part in parts:
        mixed = mixes if tree.operator is Operator.PARALLEL else one_after_the_other
        found = {word for a in found for b in part if len(a + b) <= most for word in mixed(a, b)}
    return found


def one_after_the_other(a: tuple[str, ...], b: tuple[str, ...]) -> set[tuple[str, ...]]:
    return {a + b}


def mixes(a: tuple[str, ...], b: tuple[str, ...]) -> set[tuple[str, ...]]:
    if not a or not b:
        return {a + b}
    return {(a[0], *rest) for rest in mixes(a[1:], b)} | {(b[0], *rest) for rest in mixes(a, b[1:])}


def trees(labels: str) -> Any:
    leaves = st.sampled_from([step(one) for one in labels])
    blocks = lambda inner: st.one_of(  # noqa: E731
        st.builds(lambda a, b: sequence(a, b), inner, inner),
        st.builds(lambda a, b: choice(a, b), inner, inner),
        st.builds(lambda a, b: parallel(a, b), inner, inner),
        st.builds(lambda a, b: loop(a, b), inner, inner),
        st.builds(optional, inner),
    )
    return st.recursive(leaves, blocks, max_leaves=3)


@settings(max_examples=60, deadline=None)
@given(trees("abc"))
def test_what_follows_what_is_what_the_words_of_a_tree_show(tree: Tree) -> None:
    shown = set()
    for word in words(tree, 5):
        shown |= set(pairwise(("", *word, ""))) if word else set()
    assert follows(tree) == shown


# --- classes of time ---


@given(st.lists(st.integers(0, 400_000), min_size=1, max_size=60), st.sampled_from([0.5, 0.9]))
def test_quantiles_are_right_to_within_a_tenth(minutes: list[int], share: float) -> None:
    change: dict[int, int] = {}
    for one in minutes:
        change[pace_of(one)] = change.get(pace_of(one), 0) + 1
    counts = added([], change)
    exact = sorted(minutes)[max(-(-int(share * len(minutes) * 1000) // 1000), 1) - 1]
    found = quantile(counts, share)
    assert found is not None
    near = [sorted(minutes)[place] for place in range(len(minutes)) if abs(place + 1 - share * len(minutes)) <= 1]
    assert any(abs(found - one) <= 0.1 * one + 1 for one in [*near, exact])
    assert quantile(added(counts, {pace: -count for pace, count in change.items()}), share) is None


def test_classes_grow_and_nothing_is_nothing() -> None:
    assert [pace_of(0), pace_of(-5), minutes_of(0)] == [0, 0, 0]
    assert all(pace_of(minutes) <= pace_of(minutes + 1) for minutes in range(3000))


# --- the order of steps ---


@pytest.mark.parametrize(
    ("trace", "said"),
    [
        ("abc", []),
        ("ac", [(Kind.SKIPPED, "b", "", 1)]),
        ("abbc", [(Kind.REPEATED, "b", "", 2)]),
        ("abxc", [(Kind.EXTRA, "x", "", 2)]),
        ("acb", [(Kind.REVERSED, "c", "b", 1)]),
        ("bac", [(Kind.REVERSED, "b", "a", 0)]),
    ],
)
def test_departures_in_words(trace: str, said: list[Any]) -> None:
    found = departures(Aligner(ORDER).align(trace))
    assert [(one.kind, one.step, one.other, one.at) for one in found] == said


def test_a_running_case_is_not_blamed_for_what_is_not_due() -> None:
    aligner = Aligner(ORDER)
    assert explained(aligner, ["a"], running=True).cost == 0
    assert explained(aligner, ["a"], running=False).cost == 2
    assert next_step(aligner, ["a"], "abc") == "b"
    assert next_step(aligner, ["a", "c"], "abc") == "" or explained(aligner, ["a", "c"], running=True).cost == 1
    assert next_step(aligner, ["a", "b", "c"], "abc") == ""


def test_what_is_waited_for_lies_on_the_shortest_way() -> None:
    tree = sequence(step("a"), optional(step("b")), step("c"))
    assert next_step(Aligner(tree), ["a"], "abc") == "c"


# --- who and when ---


def judged(deeds: list[Deed], demands: dict[str, Demand], **more: Any) -> list[Found]:
    given = {"owner": 9, "now": at(30), "late_entry": DAY} | more
    return judge(deeds, [], demands, HOURS, lambda one: {"sales"} if one.member == 1 else {"store"}, **given).found


def test_another_roles_work_and_own_work_checked() -> None:
    demands = {"b": Demand(roles=frozenset({"store"})), "c": Demand(four_eyes=frozenset({"a"}))}
    deeds = [deed("a", at(7)), deed("b", at(7, 10), 1), deed("c", at(7, 11), 1)]
    assert [(one.kind, one.step, one.other, one.member) for one in judged(deeds, demands)] == [
        (Kind.ROLE, "b", "", 1),
        (Kind.FOUR_EYES, "c", "a", 1),
    ]
    others = [deed("a", at(7)), deed("b", at(7, 10), 2), deed("c", at(7, 11), 2)]
    assert judged(others, demands) == []
    # What the program does by itself is nobody's work.
    assert judged([deed("a", at(7)), deed("b", at(7, 10), None), deed("c", at(7, 11), None)], demands) == []


SALES, STORE = frozenset({"sales"}), frozenset({"store"})


@pytest.mark.parametrize(
    ("at_what", "event", "had"),
    [
        (at(1), 1, SALES),  # before the first role was given at all
        (at(7), 9, SALES),
        (at(7), 10, SALES),
        (at(8), 19, SALES),
        (at(8), 21, STORE),  # in the same moment, and after it
        (at(9), 5, STORE),
        (at(11), 50, frozenset()),
    ],
)
def test_the_roles_of_somebody_are_those_of_the_moment(at_what: datetime, event: int, had: frozenset[str]) -> None:
    changes = [
        Change(1, (at(10), 30), STORE, frozenset()),
        Change(1, (at(7), 10), frozenset(), SALES),
        Change(1, (at(8), 20), SALES, STORE),
    ]
    held = Held({1: frozenset(), 2: STORE}, changes)
    assert held.when(1, at_what, event) == had
    assert (held.when(2, at_what, event), held.when(3, at_what, event)) == (STORE, frozenset())


def test_lateness_is_counted_in_working_time_over_a_holiday() -> None:
    # From 15:00 on 30 September two hours are left; the National Day week and a weekend are free.
    limit = {"b": Demand(limit=Limit(Span(4, "working_hours"), "a"))}
    begun = at(30, 15)
    in_time = [deed("a", begun), deed("b", at(8, 11, month=10))]
    assert judged(in_time, limit, now=at(20, month=10)) == []
    late = [deed("a", begun), deed("b", at(9, 10, month=10))]
    (found,) = judged(late, limit, now=at(20, month=10))
    assert (found.kind, found.amount, found.since) == (Kind.LATE, 7 * 60, None)


def test_what_still_waits_is_late_once_and_due_before() -> None:
    limit = {"b": Demand(limit=Limit(Span(4, "working_hours"), "a"))}
    deeds = [deed("a", at(7))]
    before = judge(deeds, [], limit, HOURS, lambda _m: (), owner=9, waits_for="b", late_entry=DAY, now=at(7, 12))
    assert (before.found, before.due_at) == ([], at(7, 13))
    after = judge(deeds, [], limit, HOURS, lambda _m: (), owner=9, waits_for="b", late_entry=DAY, now=at(9))
    assert after.due_at is None
    (found,) = after.found
    assert (found.kind, found.step, found.member, found.amount, found.since) == (Kind.LATE, "b", 9, None, at(7, 13))


def test_a_limit_from_the_beginning_and_one_that_has_not_begun() -> None:
    first = {"b": Demand(limit=Limit(Span(4, "working_hours")))}
    assert [one.amount for one in judged([deed("a", at(7)), deed("b", at(8, 9))], first)] == [4 * 60]
    after_c = {"b": Demand(limit=Limit(Span(4, "working_hours"), "c"))}
    assert judged([deed("a", at(7)), deed("b", at(9))], after_c) == []


def test_what_is_written_down_long_after_it_happened() -> None:
    deeds = [deed("a", at(7), late=timedelta(hours=24)), deed("b", at(8), late=timedelta(hours=25))]
    (found,) = judged(deeds, {})
    assert (found.kind, found.step, found.amount) == (Kind.ENTERED_LATE, "b", 9 * 60)
    assert [one.step for one in judged(deeds, {}, late_entry=timedelta(hours=23))] == ["a", "b"]
    assert judged(deeds, {}, late_entry=timedelta(hours=25)) == []
