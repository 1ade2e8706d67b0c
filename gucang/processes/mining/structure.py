"""Finds the blocks in a diagram of gateways and arrows: what can be told as a process tree, and what cannot.

Each arrow carries the tree of what is done on it. Three rules are applied until none applies: what follows each other
becomes a sequence, branches between two gateways of a kind become one, and a way back becomes a loop. What is then not
one arrow from start to end was not structured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from gucang.processes.mining.errors import BadModel
from gucang.processes.mining.errors import marked as _
from gucang.processes.mining.trees import TAU, Operator, Tree, choice, loop, normal, parallel, sequence, step


class Gate(StrEnum):
    CHOICE = "choice"
    PARALLEL = "parallel"


@dataclass
class _Node:
    gate: Gate | None
    about: Mapping[str, str]


@dataclass(eq=False)
class _Arrow:
    source: str
    target: str
    tree: Tree = TAU
    # Branches keep the order in which they were drawn.
    order: int = 0


class Structure:
    """Nodes and arrows. A node with several arrows in and out is taken as two: one that joins, one that splits."""

    def __init__(self) -> None:
        self._nodes: dict[str, _Node] = {}
        self._labels: dict[str, str] = {}
        self._into: dict[str, list[_Arrow]] = {}
        self._out: dict[str, list[_Arrow]] = {}
        self._count = 0

    def __len__(self) -> int:
        return len(self._nodes)

    def knows(self, id_: str) -> bool:
        return id_ in self._nodes

    def node(self, id_: str, gate: Gate | None, about: Mapping[str, str], label: str = "") -> None:
        """A node; with a label it is a step. `about` (name, id) goes into the sentence if it cannot be told."""
        self._nodes[id_] = _Node(gate, about)
        self._into[id_], self._out[id_] = [], []
        if label:
            self._labels[id_] = label

    def arrow(self, source: str, target: str, tree: Tree = TAU) -> None:
        """An arrow between nodes that are known, and what is done on it."""
        self._count += 1
        self._add(_Arrow(source, target, tree, self._count))

    def _add(self, arrow: _Arrow) -> None:
        self._out[arrow.source].append(arrow)
        self._into[arrow.target].append(arrow)

    def _drop(self, *arrows: _Arrow) -> None:
        for one in arrows:
            self._out[one.source].remove(one)
            self._into[one.target].remove(one)

    def tree(self, first: str, last: str) -> Tree:
        """All that is done between two nodes, in normal form. Raises BadModel naming what does not close."""
        self._all_on_the_way(first, last)
        self._split_nodes()
        while self._shortened(first, last) or self._bundled() or self._looped():
            pass
        (way, *more) = self._out[first]
        if len(self._nodes) == 2 and way.target == last and not more:
            return normal(way.tree)
        raise self._unstructured(first, last)

    def _all_on_the_way(self, first: str, last: str) -> None:
        ahead, behind = self._reached(first, forward=True), self._reached(last, forward=False)
        for id_, node in self._nodes.items():
            if id_ not in ahead:
                raise BadModel(_("No way leads from the start to “%(name)s” (%(id)s)."), node.about)
            if id_ not in behind:
                raise BadModel(_("No way leads from “%(name)s” (%(id)s) to the end."), node.about)

    def _reached(self, id_: str, *, forward: bool) -> set[str]:
        found, ahead = {id_}, [id_]
        while ahead:
            here = ahead.pop()
            new = [one.target for one in self._out[here]] if forward else [one.source for one in self._into[here]]
            ahead += [there for there in dict.fromkeys(new) if there not in found]
            found.update(new)
        return found

    def _split_nodes(self) -> None:
        """Give each node either one way in or one way out. A step is what happens on the arrow between both."""
        for id_, node in [*self._nodes.items()]:
            # What is joined without a gateway goes on with whichever comes first.
            node.gate = node.gate or Gate.CHOICE
            label = self._labels.get(id_)
            if label is None and (len(self._into[id_]) < 2 or len(self._out[id_]) < 2):
                continue
            behind, out = f"{id_}/", self._out[id_]
            self.node(behind, node.gate, node.about)
            self._out[id_] = []
            for one in out:
                one.source = behind
            self._out[behind] = out
            self.arrow(id_, behind, TAU if label is None else step(label))

    def _shortened(self, first: str, last: str) -> bool:
        """Take out all nodes that have one way in and one way out."""
        before = len(self._nodes)
        for id_ in [*self._nodes]:
            into, out = self._into[id_], self._out[id_]
            if id_ not in (first, last) and len(into) == len(out) == 1 and into[0] is not out[0]:
                one, other = into[0], out[0]
                self._drop(one, other)
                self._add(_Arrow(one.source, other.target, _after(one.tree, other.tree), one.order))
                del self._nodes[id_]
        return len(self._nodes) < before

    def _bundled(self) -> bool:
        """Make one of several arrows between a gateway that opens and one of the same kind that closes."""
        for (source, target), many in self._bundles().items():
            gate = self._nodes[source].gate
            if len(many) > 1 and gate is self._nodes[target].gate:
                block = choice if gate is Gate.CHOICE else parallel
                self._drop(*many)
                self._add(_Arrow(source, target, block(*(one.tree for one in many)), many[0].order))
                return True
        return False

    def _bundles(self) -> dict[tuple[str, str], list[_Arrow]]:
        found: dict[tuple[str, str], list[_Arrow]] = {}
        arrows = [one for id_ in self._nodes for one in self._out[id_]]
        for one in sorted(arrows, key=lambda arrow: arrow.order):
            found.setdefault((one.source, one.target), []).append(one)
        return found

    def _looped(self) -> bool:
        """Where the only way on from a choice that joins leads to one that splits, ways back are a loop."""
        bundles = self._bundles()
        for (join, split), body in bundles.items():
            back = bundles.get((split, join), [])
            choices = self._nodes[join].gate is Gate.CHOICE and self._nodes[split].gate is Gate.CHOICE
            if back and choices and len(self._out[join]) == len(self._into[split]) == 1:
                self._drop(*body, *back)
                tree = loop(body[0].tree, *(one.tree for one in back))
                self._add(_Arrow(join, split, tree, body[0].order))
                return True
        return False

    def _unstructured(self, first: str, last: str) -> BadModel:
        """What to mend first: what opens in parallel and does not close, then a circle, then any choice."""
        splits = [id_ for id_ in self._nodes if len(self._out[id_]) > 1]
        parallel_ones = [id_ for id_ in splits if self._nodes[id_].gate is Gate.PARALLEL]
        circling = [
            id_ for id_ in splits if any(id_ in self._reached(one.target, forward=True) for one in self._out[id_])
        ]
        rest = [id_ for id_ in self._nodes if id_ not in (first, last)]
        named = (parallel_ones or circling or splits or rest)[0]
        about = self._nodes[named].about
        if circling and not parallel_ones:
            return BadModel(
                _(
                    "The way back at “%(name)s” (%(id)s) is no loop that can be told: it has to lead from an exclusive "
                    "gateway to an earlier one, with no other way into or out of what lies between."
                ),
                about,
            )
        return BadModel(
            _("The branches of “%(name)s” (%(id)s) do not meet again at a gateway of their kind. Close them."),
            about,
        )


def _after(one: Tree, other: Tree) -> Tree:
    """One after the other, in one block however many there are: blocks that only grow inwards would get too deep."""
    parts = [
        part
        for tree in (one, other)
        for part in (tree.children if tree.operator is Operator.SEQUENCE else (tree,))
        if part != TAU
    ]
    return sequence(*parts) if parts else TAU
