"""What goes out as BPMN comes in again as the same process; what is not structured is refused by name."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gucang.processes.mining.bpmn import key_of, read_bpmn, write_bpmn
from gucang.processes.mining.errors import BadModel
from gucang.processes.mining.trees import (
    TAU,
    Operator,
    Tree,
    choice,
    loop,
    normal,
    optional,
    parallel,
    parse_tree,
    relabelled,
    step,
)
from gucang.processes.tests.test_alignments import words
from gucang.processes.tests.test_drawing import SMALL, TREES

MODEL = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"


def back(tree: Tree) -> Tree:
    found = read_bpmn(write_bpmn(tree, {}, name="Orders").encode())
    return relabelled(found.tree, found.names)


def sorted_(tree: Tree) -> Tree:
    """The same, whatever the order in which branches and ways back were told."""
    children = [sorted_(child) for child in tree.children]
    fixed = {Operator.SEQUENCE: len(children), Operator.LOOP: 1}.get(tree.operator, 0) if tree.operator else 0
    return Tree(tree.operator, (*children[:fixed], *sorted(children[fixed:], key=str)), tree.label)


@given(TREES)
@settings(max_examples=150, deadline=None)
def test_what_goes_out_comes_in_the_same(tree: Tree) -> None:
    assert sorted_(back(tree)) == sorted_(normal(tree))


@given(SMALL)
@settings(max_examples=60, deadline=None)
def test_what_comes_in_allows_the_same(tree: Tree) -> None:
    assert words(back(tree)) == words(tree)


@given(TREES)
@settings(max_examples=40, deadline=None)
def test_every_part_is_drawn_and_every_reference_is_there(tree: Tree) -> None:
    root = ElementTree.fromstring(write_bpmn(tree, {"a": "<审核> & “出货”"}, name="A & B").split("\n", 1)[1])
    ids = [one.get("id") for one in root.iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    process = root.find(f"{MODEL}process")
    assert process is not None
    parts = {one.get("id") for one in process}
    assert {one.get("bpmnElement") for one in root.iter() if one.tag in (f"{DI}BPMNShape", f"{DI}BPMNEdge")} == parts
    for tag in ("incoming", "outgoing"):
        assert {one.text for one in root.iter(f"{MODEL}{tag}")} <= parts


def test_steps_keep_their_keys_and_names() -> None:
    tree = parse_tree("->( 'order', X( tau, 'approve' ) )")
    found = read_bpmn(write_bpmn(tree, {"order": "登记订单", "approve": "订单审核"}, name="订单到收款").encode())
    assert found.name == "订单到收款"
    assert {key_of(id_): name for id_, name in found.names.items()} == {"order": "登记订单", "approve": "订单审核"}
    assert key_of("Activity_0x1") == ""


# --- diagrams of others: N nodes and arrows in short ---

TAGS = {"s": "startEvent", "e": "endEvent", "x": "exclusiveGateway", "p": "parallelGateway", "i": "inclusiveGateway"}


def diagram(arrows: str, extra: str = "") -> bytes:
    """Arrows like "s>a a>x1 x1>b"; s, e, x, p and i before a digit (or alone) are events and gateways, others tasks."""
    pairs = [arrow.split(">") for arrow in arrows.split()]
    nodes = dict.fromkeys(node for pair in pairs for node in pair)
    told = "".join(
        f'<{TAGS.get(node.rstrip("0123456789"), "userTask")} id="{node}" name="{node.upper()}"/>' for node in nodes
    )
    told += "".join(f'<sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in enumerate(pairs))
    told = f'<process id="P" name="Orders">{told}{extra}</process>'
    return f'<bpmn:definitions xmlns:bpmn="b">{told}</bpmn:definitions>'.encode()


def row(steps: int) -> str:
    return " ".join(f"{one}>{other}" for one, other in pairwise(["s", *(f"n{i}" for i in range(steps)), "e"]))


a, b, c, d = map(step, "abcd")


@pytest.mark.parametrize(
    ("arrows", "tree"),
    [
        ("s>e", TAU),
        ("s>a a>b b>e", Tree(Operator.SEQUENCE, (a, b))),
        ("s>x1 x1>a x1>b a>x2 b>x2 x2>e", choice(a, b)),
        # one gateway closes two that open, and the other way round
        ("s>x1 x1>a x1>x2 x2>b x2>c a>x3 b>x3 c>x3 x3>e", choice(a, b, c)),
        ("s>x1 x1>a x1>b x1>c a>x2 b>x2 x2>x3 c>x3 x3>e", choice(a, b, c)),
        # several ends
        ("s>x1 x1>a x1>b a>e1 b>e2", choice(a, b)),
        # a task that is come to from two sides
        ("s>x1 x1>a x1>b a>c b>c c>e", Tree(Operator.SEQUENCE, (choice(a, b), c))),
        ("s>p1 p1>a p1>b p1>p2 a>p2 b>p2 p2>e", parallel(a, b)),
        # one gateway that both joins and splits
        ("s>x1 x1>a x1>b a>x2 b>x2 x2>c x2>d c>x3 d>x3 x3>e", Tree(Operator.SEQUENCE, (choice(a, b), choice(c, d)))),
        ("s>x1 x1>a a>x1 x1>e", loop(TAU, a)),
        ("s>a a>x1 x1>a x1>e", loop(a, TAU)),
        ("s>x1 x1>a a>x2 x2>b b>x1 x2>e", loop(a, b)),
        # branches that come together where the loop begins
        ("s>x1 x1>a x1>b a>x2 b>x2 x2>c c>x3 x3>x2 x3>e", Tree(Operator.SEQUENCE, (choice(a, b), loop(c, TAU)))),
        ("s>x1 x1>x2 x1>x2 x2>a a>e", a),
    ],
)
def test_structured_diagrams_are_understood(arrows: str, tree: Tree) -> None:
    assert read_bpmn(diagram(arrows)).tree == normal(tree)


def test_a_subprocess_is_what_it_holds() -> None:
    inner = '<startEvent id="s2"/><task id="b"/><endEvent id="e2"/><sequenceFlow id="g1" sourceRef="s2" targetRef="b"/>'
    inner += '<sequenceFlow id="g2" sourceRef="b" targetRef="e2"/>'
    outer = f'<subProcess id="sub" name="Sub">{inner}</subProcess><endEvent id="e9"/>'
    outer += (
        '<sequenceFlow id="g3" sourceRef="a" targetRef="sub"/><sequenceFlow id="g4" sourceRef="sub" targetRef="e9"/>'
    )
    data = diagram("s>a", outer)
    assert read_bpmn(data).tree == Tree(Operator.SEQUENCE, (a, b))
    assert read_bpmn(data).names == {"a": "A", "b": "b"}


def test_what_stands_beside_the_process_is_passed_over() -> None:
    extra = '<laneSet id="l"><lane id="l1"/></laneSet><textAnnotation id="t"/>'
    extra += '<extensionElements><x:y xmlns:x="q"/></extensionElements>'
    assert read_bpmn(diagram("s>a a>e", extra)).tree == a


GOOD = "s>a a>e"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (diagram("s>p1 p1>a p1>b a>x1 b>x1 x1>e"), "“P1” (p1) do not meet again"),
        (diagram("s>x1 x1>a x1>b a>p1 b>p1 p1>e"), "“X1” (x1) do not meet again"),
        (diagram("s>p1 p1>a p1>b a>e1 b>e2"), "“P1” (p1) do not meet again"),
        # out of a parallel branch, and into one
        (diagram("s>p1 p1>a p1>x1 x1>b x1>e1 a>p2 b>p2 p2>e1"), "(p1) do not meet again"),
        (diagram("s>p1 p1>a p1>b a>x1 x1>p2 x1>p1 b>p2 p2>e"), "“P1” (p1) do not meet again"),
        # a circle with two ways in
        (diagram("s>x1 x1>a x1>b a>x2 b>x3 x2>c c>x3 x3>d d>x4 x4>x2 x4>e"), "is no loop"),
        (diagram("s>i1 i1>a i1>b a>i2 b>i2 i2>e"), "“I1” (i1) is of the kind “inclusiveGateway”"),
        (diagram("s>a a>b a>c b>e c>e"), "Several arrows lead away from “A” (a)"),
        (diagram("s>a a>e", '<task id="z" name="Z"/>'), "No arrow leads to “Z” (z)"),
        (diagram("s>x1 x1>a x1>b a>e"), "No arrow leads away from “B” (b)"),
        (diagram("s>a a>e x1>b b>x1"), "No way leads from the start to “X1” (x1)"),
        (diagram("s>x1 x1>a x1>e x2>b b>x2 a>x2"), "No way leads from “A” (a) to the end"),
        (diagram("s1>a s2>a a>e"), "“Orders” (P) has 2 start events"),
        (diagram("s>a a>e b>s b>e x1>b"), "leads to the start event “S” (s)"),
        (diagram("s>a a>e e>b b>e"), "leads away from the end event “E” (e)"),
        (diagram("a>b b>e"), "has 0 start events"),
        (diagram("s>a a>b"), "“Orders” (P) has no end event"),
        (diagram(GOOD, '<sequenceFlow id="q" sourceRef="a" targetRef="nobody"/>'), "(q) does not join"),
        (diagram(GOOD, '<boundaryEvent id="q" name="Late"/>'), "“Late” (q) is of the kind “boundaryEvent”"),
        (diagram(GOOD, '<task id="a"/>'), "Two elements have the id a"),
        (diagram(GOOD, '<task name="Odd"/>'), "“Odd”) has no id"),
        (diagram(GOOD, '<task id="a/" name="Odd"/>'), "has no id, or none"),
        (diagram(GOOD, '<task id="q" name="Q"><standardLoopCharacteristics/></task>'), "“Q” (q) is marked as repeated"),
        (diagram(GOOD, '<endEvent id="q"><terminateEventDefinition/></endEvent>'), "terminateEventDefinition"),
        (diagram(GOOD, '<subProcess id="q" name="Q" triggeredByEvent="true"/>'), "“Q” (q) is of the kind “subProcess”"),
        (diagram(GOOD, '<subProcess id="q" name="Q"/>'), "“Q” (q) has 0 start events"),
        (b"<definitions/>", "has 0 processes"),
        (b"<pnml/>", "This is no BPMN file"),
        (b"", "cannot be read"),
        (b"<definitions>", "cannot be read"),
        (b'<!DOCTYPE d [<!ENTITY x "y">]><definitions>&x;</definitions>', "document type"),
        (b" " * (2 << 20) + b"<definitions/>", "larger than 2 MB"),
        (diagram(row(400)), "more than 300 elements"),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_refused_by_name(data: bytes, sentence: str) -> None:
    with pytest.raises(BadModel) as refused:
        read_bpmn(data)
    assert sentence in str(refused.value)


Pairs = list[tuple[str, str]]
SHORT = 4


def told_by_tokens(pairs: Pairs) -> set[str]:
    """All words of a diagram up to a length, by moving tokens along its arrows as BPMN says."""
    found: set[str] = set()
    starts = [n for n, (source, _target) in enumerate(pairs) if source == "s"]
    begin = (tuple(int(n in starts) for n in range(len(pairs))), "")
    seen, ahead = {begin}, [begin]
    while ahead:
        tokens, word = ahead.pop()
        if not any(tokens):
            found.add(word)
        for after in fired(pairs, tokens, word):
            if after not in seen and len(after[1]) <= SHORT and max(after[0]) < 3:
                seen.add(after)
                ahead.append(after)
    return found


def fired(pairs: Pairs, tokens: tuple[int, ...], word: str) -> Iterator[tuple[tuple[int, ...], str]]:
    for node in dict.fromkeys(target for _source, target in pairs):
        into = [n for n, (_source, target) in enumerate(pairs) if target == node]
        out = [n for n, (source, _target) in enumerate(pairs) if source == node]
        all_at_once = node.startswith("p")
        for taken in [into] if all_at_once else [[n] for n in into]:
            for given_ in [out] if all_at_once or not out else [[n] for n in out]:
                if all(tokens[n] for n in taken):
                    left = tuple(count - (n in taken) + (n in given_) for n, count in enumerate(tokens))
                    yield left, word + (node[0] if node[0] in "abc" else "")


NODES = st.lists(st.sampled_from(["a", "b", "x1", "x2", "x3", "p1", "p2"]), min_size=1, max_size=5)


@given(NODES, st.lists(NODES, max_size=3))
@settings(max_examples=400, deadline=None)
def test_any_diagram_is_refused_or_told_as_its_tokens_move(way: list[str], others: list[list[str]]) -> None:
    pairs = [*dict.fromkeys(pair for nodes in (["s", *way, "e"], *others) for pair in pairwise(nodes))]
    try:
        tree = read_bpmn(diagram(" ".join(f"{one}>{other}" for one, other in pairs))).tree
    except BadModel:
        return
    assert {word for word in words(tree) if len(word) <= SHORT} == told_by_tokens(pairs)


@given(SMALL)
@settings(max_examples=60, deadline=None)
def test_what_is_written_means_what_the_tree_means(tree: Tree) -> None:
    root = ElementTree.fromstring(write_bpmn(tree, {}, name="Orders").split("\n", 1)[1])
    short = {one.get("id"): (one.get("name") if one.tag == f"{MODEL}task" else one.get("id")) for one in root.iter()}
    kinds = {one.get("id"): one.tag for one in root.iter()}
    letter = {"parallelGateway": "p", "exclusiveGateway": "x", "startEvent": "s", "endEvent": "e"}

    def node(id_: str | None) -> str:
        tag = kinds[id_].removeprefix(MODEL)
        return f"{short[id_]}{id_}" if tag == "task" else {"s": "s", "e": "e"}.get(letter[tag], f"{letter[tag]}{id_}")

    pairs = [(node(one.get("sourceRef")), node(one.get("targetRef"))) for one in root.iter(f"{MODEL}sequenceFlow")]
    assert {word for word in words(tree) if len(word) <= SHORT} == told_by_tokens(pairs)


def test_very_many_steps_in_a_row_are_one_sequence() -> None:
    assert len(read_bpmn(diagram(row(290))).tree.children) == 290


def test_an_optional_step_stays_one() -> None:
    assert back(optional(a)) == optional(a)
