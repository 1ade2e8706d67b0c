"""Alignments against the plainest way to know them: all words of a small model, and the edit distance to each."""

from __future__ import annotations

import random
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gucang.processes.mining import alignments, trees
from gucang.processes.mining.alignments import Aligner, Move
from gucang.processes.mining.errors import BadModel
from gucang.processes.mining.nets import Builder
from gucang.processes.mining.trees import TAU, Operator, Tree, choice, loop, net_of, optional, parallel, parse_tree

LABELS = "abc"
LONGEST = 9  # a best word has at most the shortest one's steps and two for each event
Words = frozenset[str]


def shuffled(left: str, right: str) -> set[str]:
    if not left or not right:
        return {left + right}
    return {left[0] + rest for rest in shuffled(left[1:], right)} | {
        right[0] + rest for rest in shuffled(left, right[1:])
    }


def words(tree: Tree, *, begun: bool = False) -> Words:
    """All words of a tree up to the longest looked at; with `begun` all beginnings of words."""
    if tree.operator is None:
        own = tree.label or ""
        return frozenset({own, ""} if begun else {own})
    whole = [words(child) for child in tree.children]
    if not begun:
        return frozenset(word for word in _words(tree.operator, whole) if len(word) <= LONGEST)
    parts = [words(child, begun=True) for child in tree.children]
    return frozenset(word for word in _beginnings(tree, whole, parts) if len(word) <= LONGEST)


def joined(left: Words, right: Words) -> Words:
    return frozenset(a + b for a, b in product(left, right) if len(a) + len(b) <= LONGEST)


def mixed(left: Words, right: Words) -> Words:
    return frozenset(
        word for a, b in product(left, right) if len(a) + len(b) <= LONGEST for word in shuffled(a, b)
    )  # fmt: skip


def _words(operator: Operator, whole: list[Words]) -> Words:
    found = whole[0]
    if operator is Operator.LOOP:
        again = frozenset.union(*whole[1:])
        while True:
            more = found | joined(joined(found, again), whole[0])
            if more == found:
                return found
            found = more
    for one in whole[1:]:
        if operator is Operator.SEQUENCE:
            found = joined(found, one)
        elif operator is Operator.CHOICE:
            found |= one
        else:
            found = mixed(found, one)
    return found


def _beginnings(tree: Tree, whole: list[Words], parts: list[Words]) -> Words:
    if tree.operator is Operator.SEQUENCE:
        found, before = parts[0], whole[0]
        for own, part in zip(whole[1:], parts[1:], strict=True):
            found |= joined(before, part)
            before = joined(before, own)
        return found
    if tree.operator is Operator.LOOP:
        rounds = words(tree)
        back = joined(rounds, frozenset.union(*parts[1:]))
        again = joined(joined(rounds, frozenset.union(*whole[1:])), parts[0])
        return parts[0] | back | again
    return _words(tree.operator or Operator.CHOICE, parts)


def distance(trace: str, word: str) -> int:
    """How many letters must be left out of one or the other until they are the same."""
    row = list(range(len(word) + 1))
    for number, letter in enumerate(trace, 1):
        above, row = row, [number]
        for at, other in enumerate(word, 1):
            row.append(above[at - 1] if letter == other else 1 + min(above[at], row[at - 1]))
    return row[-1]


leaves = st.sampled_from([*(trees.step(label) for label in LABELS), TAU])
small_trees = st.recursive(
    leaves,
    lambda inner: st.builds(
        lambda operator, children: Tree(operator, tuple(children)),
        st.sampled_from(list(Operator)),
        st.lists(inner, min_size=2, max_size=2),
    ),
    max_leaves=4,
)
traces = st.text(alphabet=LABELS + "d", max_size=3)
A, B, C, D = map(trees.step, "abcd")
SOP = trees.sequence(A, B, C)


@settings(max_examples=250, deadline=None)
@given(small_trees, traces)
@example(loop(A, TAU), "aab")
@example(parallel(A, loop(B, C)), "cab")
def test_costs_are_those_of_the_nearest_word_and_of_the_nearest_beginning(tree: Tree, trace: str) -> None:
    aligner = Aligner(tree)
    assert aligner.cost(trace) == min(distance(trace, word) for word in words(tree))
    assert aligner.prefix_cost(trace) == min(distance(trace, word) for word in words(tree, begun=True))
    assert aligner.shortest == min(map(len, words(tree)))


@settings(max_examples=150, deadline=None)
@given(small_trees, traces, st.booleans())
def test_an_alignment_explains_the_whole_trace_by_a_word_of_the_model_at_its_cost(
    tree: Tree, trace: str, running: bool
) -> None:
    aligner = Aligner(tree)
    steps = aligner.align(trace, running=running)
    seen = "".join(step.label for step in steps if step.move is not Move.SKIPPED)
    done = "".join(step.label for step in steps if step.move is not Move.EXTRA)
    cost = aligner.prefix_cost(trace) if running else aligner.cost(trace)
    assert seen == trace
    assert done in words(tree, begun=running)
    assert sum(step.move is not Move.SYNC for step in steps) == cost


@settings(max_examples=60, deadline=None)
@given(small_trees, st.lists(traces, max_size=5), st.randoms(use_true_random=False))
def test_what_was_aligned_before_changes_neither_cost_nor_explanation(
    tree: Tree, others: list[str], chance: random.Random
) -> None:
    fresh = {trace: (Aligner(tree).cost(trace), Aligner(tree).align(trace)) for trace in others}
    chance.shuffle(others)
    used = Aligner(tree)
    assert all((used.cost(trace), used.align(trace)) == fresh[trace] for trace in others)


@settings(max_examples=100, deadline=None)
@given(small_trees, traces)
def test_a_large_model_is_searched_by_budget_and_comes_to_the_same(tree: Tree, trace: str) -> None:
    whole = Aligner(tree)
    bounded = Aligner(tree)
    bounded._small = False
    assert bounded.cost(trace) == whole.cost(trace)
    assert bounded.prefix_cost(trace) == whole.prefix_cost(trace)
    assert bounded.align(trace) == whole.align(trace)
    assert bounded.align(trace, running=True) == whole.align(trace, running=True)


@pytest.mark.parametrize(
    ("trace", "told"),
    [
        ("abc", "a b c"),
        ("ac", "a -b c"),
        ("acb", "a -b c +b"),
        ("aabc", "a +a b c"),
        ("axbc", "a +x b c"),
        ("", "-a -b -c"),
    ],
)
def test_of_equal_explanations_the_one_that_follows_the_model_from_the_start_is_told(trace: str, told: str) -> None:
    signs = {Move.SYNC: "", Move.SKIPPED: "-", Move.EXTRA: "+"}
    assert " ".join(signs[step.move] + step.label for step in Aligner(SOP).align(trace)) == told


def test_a_running_case_is_not_blamed_for_what_is_still_to_come() -> None:
    aligner = Aligner(SOP)
    assert [aligner.prefix_cost(trace) for trace in ("", "a", "ab", "b", "c")] == [0, 0, 0, 1, 1]
    assert [aligner.cost(trace) for trace in ("", "a", "ab", "b", "c")] == [3, 2, 1, 2, 2]


def test_fitness_is_one_minus_cost_over_events_and_the_shortest_way() -> None:
    found = Aligner(SOP).fitness("acb")
    assert (found.cost, found.worst, found.value) == (2, 6, 1 - 2 / 6)
    assert Aligner(optional(A)).fitness("").value == 1.0


def test_ten_parallel_branches_are_searched_without_listing_their_orders() -> None:
    letters = "abcdefghij"
    aligner = Aligner(parallel(*(optional(trees.step(letter)) for letter in letters)))
    assert aligner.cost(letters[::-1]) == 0
    assert aligner.cost("aabb") == 2


def test_a_trace_of_a_hundred_thousand_events_is_aligned() -> None:
    aligner = Aligner(trees.sequence(A, loop(B, C), D))
    assert aligner.cost(["a", *["b", "c"] * 50_000, "b", "d"]) == 0
    assert aligner.cost(["a", *["b"] * 100_000, "d"]) == 99_999


def test_columns_are_forgotten_before_they_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alignments, "MOST_COLUMNS", 3)
    aligner = Aligner(SOP)
    assert [aligner.cost("b" * times) for times in range(12)] == [3, *range(2, 13)]
    assert len(aligner._columns) < 20


def test_a_model_that_cannot_end_is_refused() -> None:
    build = Builder()
    start, end = build.place("start"), build.place("end")
    build.transition("a", [start], [start])
    with pytest.raises(BadModel, match="never reach its end"):
        Aligner(build.net({start: 1}, [{end: 1}]))


def test_a_model_without_bounds_is_refused() -> None:
    build = Builder()
    start, heap, end = build.place("start"), build.place("heap"), build.place("end")
    build.transition(None, [start], [start, heap])
    with pytest.raises(BadModel, match="more states"):
        Aligner(build.net({start: 1}, [{end: 1}]))


def test_several_tokens_and_weights_count() -> None:
    build = Builder()
    start, end = build.place("start"), build.place("end")
    build.transition("a", [start], [], "t")
    build.arc("t", end)
    net = build.net({start: 3}, [{end: 3}])
    assert [Aligner(net).cost("a" * times) for times in range(5)] == [3, 2, 1, 0, 1]


@settings(max_examples=100)
@given(small_trees)
def test_a_tree_in_writing_is_read_back_as_it_was(tree: Tree) -> None:
    assert parse_tree(str(tree)) == tree


def test_names_with_quotes_and_chinese_survive_writing() -> None:
    tree = choice(trees.step("it's \\ here"), trees.step("订单审核"))
    assert parse_tree(str(tree)) == tree


@pytest.mark.parametrize("text", ["", "'a", "->( 'a'", "->( 'a' 'b' )", "'a' 'b'", "Y( 'a' )", "*( 'a' )", "->( )"])
def test_what_is_no_tree_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(BadModel):
        parse_tree(text)


def test_a_step_named_like_a_silent_one_is_seen_all_the_same() -> None:
    assert net_of(trees.step("tau")).labels == {"tau"}
