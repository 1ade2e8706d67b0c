"""What a definition says, and a sentence for every fault of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation

from gucang.kernel.errors import Invalid
from gucang.processes.mining.alignments import Aligner
from gucang.sops import definitions


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """The sentences are looked at in English here."""
    with translation.override("en"):
        yield


def words(tree: Any, *keys: str, **more: dict[str, Any]) -> dict[str, Any]:
    """A definition with these steps, each with an event of its own name."""
    steps = [{"key": key, "name": key.upper(), "events": [f"deal.{key}"], **more.get(key, {})} for key in keys]
    return {"tree": tree, "steps": steps}


def fault(given: Any) -> str:
    with pytest.raises(Invalid) as found:
        definitions.parse(given)
    return " / ".join(found.value.fields["definition"])


def test_blocks_become_a_tree_over_keys() -> None:
    found = definitions.parse(
        words(["seq", "a", ["choice", "b", "c"], ["parallel", "d", "e"], ["optional", "f", "g"], ["loop", "h"]],
              *"abcdefgh")
    )  # fmt: skip
    assert str(found.tree) == ("->( 'a', X( 'b', 'c' ), +( 'd', 'e' ), X( tau, ->( 'f', 'g' ) ), *( 'h', tau ) )")
    assert Aligner(found.tree).cost("acedhh") == 0
    assert found.step_of("deal.c") == "c"
    assert found.step_of("deal.z") is None
    assert [step.key for step in found.in_order] == list("abcdefgh")


def test_what_is_kept_reads_back_as_the_same() -> None:
    given = words(["seq", "a", "b"], "a", "b", b={
        "limit": {"amount": 4, "unit": "hours", "after": "a"}, "four_eyes": ["a"], "roles": ["finance"],
        "required": ["amount"], "serves": {"whom": "仓库", "when_late": "货出不去"}, "instruction": "第一行\r\n第二行",
    })  # fmt: skip
    found = definitions.parse(given)
    assert definitions.parse(json.dumps(found.to_json())) == found
    assert found.steps["b"].limit == definitions.Limit(4, "hours", "a")
    assert found.steps["b"].instruction == "第一行\n第二行"


def test_a_single_step_is_a_sequence_of_one() -> None:
    assert definitions.parse(words("a", "a")).outline == ["seq", "a"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (words(["seq", "a", "x"], "a"), "names “x”, which is no step"),
        (words(["seq", "a", ["choice", "a", "b"]], "a", "b"), "“A” stands in the order twice"),
        (words(["seq", "a"], "a", "b"), "“B” has no place in the order"),
        (words(["seq", "a", ["choice"]], "a"), "A block has nothing in it"),
        (words(["seq"]), "There is no step yet"),
        (words(["seq", "a"], "a", a={"events": []}), "choose at least one deed"),
        (words(["seq", "a"], "a", a={"name": ""}), "has no name"),
        (words(["seq", "a", "b"], "a", "b", b={"events": ["deal.a"]}), "belongs to two steps: “A” and “B”"),
        (words(["seq", "a"], "a", a={"limit": {"amount": 1, "unit": "days", "after": "z"}}), "not there: “z”"),
        (words(["seq", "a"], "a", a={"limit": {"amount": 1, "unit": "days", "after": "a"}}), "from the step itself"),
        (words(["seq", "a"], "a", a={"limit": {"amount": 0, "unit": "days"}}), "whole number from 1"),
        (words(["seq", "a"], "a", a={"limit": {"amount": 1, "unit": "weeks"}}), "minutes, hours or days"),
        (words(["seq", "a"], "a", a={"four_eyes": ["a"]}), "by somebody else than itself"),
        (words(["seq", "a"], "a", a={"four_eyes": ["q"]}), "than a step that is not there: “q”"),
        (words(["seq", "a"], "a", "a"), "Two steps have the key “a”"),
        (words(["maybe", "a"], "a"), "A block begins with its kind"),
        (words(["seq", "A b"], "A b"), "key of small letters"),
        ("{", "cannot be read"),
        ([], "cannot be read"),
        ({"tree": ["seq"], "steps": [{"key": "a", "events": "deal.a"}]}, "cannot be read"),
    ],
)  # fmt: skip
def test_every_fault_has_its_sentence(given: Any, says: str) -> None:
    assert says in fault(given)


def test_all_faults_are_told_at_once() -> None:
    told = fault(words(["seq", "a", "x"], "a", a={"name": "", "events": []}))
    assert told.count(" / ") == 2


def test_blocks_do_not_lie_in_one_another_without_end() -> None:
    node: Any = "a"
    for _ in range(definitions.MOST_DEPTH + 2):
        node = ["optional", node]
    assert "deep" in fault(words(node, "a"))
