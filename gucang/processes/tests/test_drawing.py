"""Any process of up to forty steps is drawn without a box on another, and with every arrow at both its ends."""

from __future__ import annotations

from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gucang.processes.mining.drawing import Badge, Detour, Mark, draw, in_words, wrapped
from gucang.processes.mining.layout import Box, Plan, Point, Shape, lay_out
from gucang.processes.mining.trees import (
    TAU,
    Operator,
    Tree,
    loop,
    normal,
    optional,
    parallel,
    parse_tree,
    sequence,
    step,
)
from gucang.processes.tests.test_alignments import words

MOST = 40


def shaped(children: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    blocks = st.sampled_from([Operator.SEQUENCE, Operator.CHOICE, Operator.PARALLEL])
    some = st.lists(children, min_size=1, max_size=4)
    return st.builds(lambda operator, parts: Tree(operator, tuple(parts)), blocks, some) | st.builds(
        lambda parts: Tree(Operator.LOOP, tuple(parts)), st.lists(children, min_size=2, max_size=3)
    )


LEAVES = st.sampled_from([TAU, *map(step, "abcde")])
TREES = st.recursive(LEAVES, shaped, max_leaves=MOST)
SMALL = st.recursive(st.sampled_from([TAU, *map(step, "abc")]), shaped, max_leaves=5)


def overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def on_edge(box: Box, point: Point) -> bool:
    x, y = point
    within = box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height
    return within and (x in (box.x, box.x + box.width) or y in (box.y, box.y + box.height))


def crosses(box: Box, a: Point, b: Point) -> bool:
    left, right, top, bottom = min(a[0], b[0]), max(a[0], b[0]), min(a[1], b[1]), max(a[1], b[1])
    return left < box.x + box.width and right > box.x and top < box.y + box.height and bottom > box.y


def check(plan: Plan) -> None:
    for one, other in combinations(plan.boxes, 2):
        assert not overlap(one, other), (one, other)
    assert len({(arrow.source, arrow.target) for arrow in plan.arrows}) == len(plan.arrows)
    for arrow in plan.arrows:
        assert on_edge(plan.box(arrow.source), arrow.points[0])
        assert on_edge(plan.box(arrow.target), arrow.points[-1])
        for a, b in zip(arrow.points, arrow.points[1:], strict=False):
            assert a != b
            assert a[0] == b[0] or a[1] == b[1]
            assert not any(crosses(box, a, b) for box in plan.boxes)
    for box in plan.boxes:
        assert 0 <= box.x <= box.x + box.width <= plan.width
        assert 0 <= box.y <= box.y + box.height <= plan.height


def reached(plan: Plan, start: str, *, backwards: bool = False) -> set[str]:
    found, ahead = {start}, [start]
    while ahead:
        here = ahead.pop()
        for arrow in plan.arrows:
            source, target = (arrow.target, arrow.source) if backwards else (arrow.source, arrow.target)
            if source == here and target not in found:
                found.add(target)
                ahead.append(target)
    return found


@given(TREES, st.booleans())
@settings(max_examples=150, deadline=None)
def test_boxes_do_not_overlap_and_arrows_join_them(tree: Tree, tall: bool) -> None:
    plan = lay_out(tree, tall=tall)
    check(plan)
    everything = {box.id for box in plan.boxes}
    assert reached(plan, "start") == everything == reached(plan, "end", backwards=True)
    steps = [box.label for box in plan.boxes if box.shape is Shape.STEP]
    assert sorted(steps) == sorted(normal(tree).labels())


@given(SMALL)
@settings(max_examples=150, deadline=None)
def test_the_normal_form_allows_the_same(tree: Tree) -> None:
    plain = normal(tree)
    assert words(plain) == words(tree)
    assert normal(plain) == plain


@given(TREES)
@settings(max_examples=40, deadline=None)
def test_any_process_is_drawn_as_markup_that_can_be_read(tree: Tree) -> None:
    box = ElementTree.fromstring(draw(tree, {"a": "<审核> & Co."}, title="“A” < B"))
    wide, tall = box
    near = 1200 < int(str(wide.get("width"))) <= 1600
    assert (wide.get("class"), tall.get("class")) == ("process near" if near else "process", "process tall")
    for svg in box:
        boxes = [one for one in svg if (one.get("class") or "").split()[:1] in (["step"], ["gate"], ["start"], ["end"])]
        assert len(boxes) == len(lay_out(tree).boxes)


def test_nothing_to_do_is_an_arrow_from_start_to_end() -> None:
    plan = lay_out(optional(TAU))
    assert [(arrow.source, arrow.target) for arrow in plan.arrows] == [("start", "end")]


TREE = parse_tree("->( 'order', X( tau, 'approve' ), +( 'pack', 'bill' ), *( 'ship', 'return' ) )")


def test_ways_between_steps_go_over_gateways_only() -> None:
    plan = lay_out(TREE)
    assert len(plan.between("order", "approve")) == 2
    assert len(plan.between("order", "pack")) == 4  # past the approval
    assert len(plan.between("ship", "return")) == 2
    assert len(plan.between("ship", "")) == 2
    assert plan.between("", "order")[0].source == "start"
    assert plan.between("pack", "bill") == []
    assert plan.between("order", "return") == []
    assert plan.between("order", "nothing of this") == []


def drawn(**told: object) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(draw(TREE, title="Orders", **told)))  # type: ignore[arg-type]


def texts(svg: ElementTree.Element, css: str) -> list[str]:
    found = [one for one in svg.iter() if css in (one.get("class") or "").split()]
    return ["".join(text.text or "" for text in one.iter("text")) for one in found]


def test_steps_carry_badges_links_and_classes() -> None:
    marks = {"approve": Mark(css="waiting", href="/a?b=1&c=2", badges=[Badge("3 <waiting>", "waiting")], note="Sales")}
    for svg in drawn(steps=marks):
        (link,) = list(svg.iter("a"))
        assert (link.get("class"), link.get("href")) == ("step waiting", "/a?b=1&c=2")
        assert link.get("aria-label") == "approve, Sales, 3 <waiting>"
        assert texts(svg, "badge-of") == ["3 <waiting>"]
        assert svg.get("role") == "group"
        assert {one.get("height") for one in svg.iter("rect") if one.get("rx") == "8"} == {"66"}


def test_a_picture_without_links_is_one_image_that_is_told_in_words() -> None:
    wide, tall = drawn()
    assert wide.get("role") == "img"
    ids = [one.get("id") for svg in (wide, tall) for one in svg.iter() if one.get("id")]
    assert len(ids) == len(set(ids)) == 4
    assert wide.get("aria-labelledby") == "process-wide-title process-wide-desc"
    assert wide.findtext("desc") == "order → (– / approve) → (pack + bill) → (ship ↺ return)"


def test_words_stand_on_an_arrow_of_their_own_and_shared_ones_add_up() -> None:
    ways = {
        ("order", "approve"): Mark(count=30, text="30 · 2 h"),
        ("order", "pack"): Mark(count=90, text="90"),
        ("nowhere", "pack"): Mark(count=1, text="1"),
    }
    wide, _tall = drawn(arrows=ways)
    assert [said for said in texts(wide, "arrow") if said] == ["120", "30 · 2 h", "90"]
    assert {one.get("class") for one in wide.iter("g") if "arrow" in (one.get("class") or "")} == {
        "arrow", "arrow w5", "arrow w2", "arrow w4",
    }  # fmt: skip


def test_a_way_that_the_process_does_not_have_is_a_dashed_curve_within_the_picture() -> None:
    ways = [
        Detour("order", "ship", "12"),
        Detour("ship", "order", "4"),
        Detour("order", "order", "7"),
        Detour("x", "y"),
    ]
    for svg in drawn(detours=ways):
        assert texts(svg, "detour") == ["12", "4", "7"]
        left, top, width, height = map(int, (svg.get("viewBox") or "").split())
        for text in svg.iter("text"):
            x, y = int(text.get("x") or 0), int(text.get("y") or 0)
            assert left < x < left + width
            assert top < y < top + height


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("订单审核", ["订单审核"]),
        ("超折扣部分须销售总监审批", ["超折扣部分须销售", "总监审批"]),
        ("超折扣部分须销售总监审批并由财务复核付款", ["超折扣部分须销售", "总监审批并由财…"]),
        ("Approve the delivery", ["Approve the", "delivery"]),
        ("Donaudampfschifffahrtsgesellschaft", ["Donaudampfschi", "fffahrtsgesel…"]),
        ("", []),
    ],
)
def test_a_name_takes_two_lines_at_most(text: str, lines: list[str]) -> None:
    assert wrapped(text) == lines


def test_blocks_within_blocks_are_told_with_brackets() -> None:
    tree = sequence(step("a"), parallel(step("b"), sequence(step("c"), step("d"))), loop(step("e"), TAU))
    assert in_words(tree, {"a": "登记"}) == "登记 → (b + (c → d)) → (e ↺ –)"
