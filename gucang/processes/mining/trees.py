"""Process trees: what a process allows, told by blocks. A tree cannot get stuck, whatever its blocks are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from gucang.processes.mining.errors import BadModel
from gucang.processes.mining.errors import marked as _
from gucang.processes.mining.nets import AcceptingNet, Builder


class Operator(StrEnum):
    """How the blocks below one relate; the value is the sign in writing."""

    SEQUENCE = "->"
    CHOICE = "X"
    PARALLEL = "+"
    LOOP = "*"


@dataclass(frozen=True)
class Tree:
    """A block with blocks below it, a step (`label`), or nothing at all (neither): the silent step.

    A loop has its body first; each block after it leads back to the body.
    """

    operator: Operator | None = None
    children: tuple[Tree, ...] = ()
    label: str | None = None

    def __post_init__(self) -> None:
        if self.operator is None:
            return
        least = 2 if self.operator is Operator.LOOP else 1
        if len(self.children) < least:
            short = _("A loop needs a body and a way back.") if least == 2 else _("A block of the process is empty.")
            raise BadModel(short)

    def labels(self) -> Iterator[str]:
        """The steps from the first to the last, each time they stand there."""
        if self.label is not None:
            yield self.label
        for child in self.children:
            yield from child.labels()

    def __str__(self) -> str:
        if self.operator is not None:
            return f"{self.operator}( {', '.join(map(str, self.children))} )"
        if self.label is None:
            return "tau"
        escaped = self.label.replace("\\", "\\\\").replace("'", "\\'")
        return f"'{escaped}'"


TAU = Tree()


def step(label: str) -> Tree:
    """One step that is seen."""
    return Tree(label=label)


def sequence(*children: Tree) -> Tree:
    return Tree(Operator.SEQUENCE, children)


def choice(*children: Tree) -> Tree:
    return Tree(Operator.CHOICE, children)


def parallel(*children: Tree) -> Tree:
    return Tree(Operator.PARALLEL, children)


def loop(body: Tree, *back: Tree) -> Tree:
    """`body`, then any number of times one of `back` and `body` again."""
    return Tree(Operator.LOOP, (body, *back))


def optional(child: Tree) -> Tree:
    """`child` or nothing."""
    return choice(TAU, child)


# --- the plainest form ---


def normal(tree: Tree) -> Tree:
    """The same process in as few blocks as it takes: blocks of a kind within each other are one, silence is left out.

    What may be left out altogether stands first among choices and last among the ways back of a loop.
    """
    children = [normal(child) for child in tree.children]
    if tree.operator is None:
        return tree
    if tree.operator is Operator.LOOP:
        return _normal_loop(children[0], children[1:])
    flat = _flat(children, tree.operator)
    seen = [child for child in flat if child != TAU]
    if tree.operator is Operator.CHOICE and len(seen) < len(flat):
        seen = [TAU, *seen]
    if len(seen) < 2:
        return seen[0] if seen else TAU
    return Tree(tree.operator, tuple(seen))


def _normal_loop(body: Tree, back: list[Tree]) -> Tree:
    if body.operator is Operator.LOOP:
        body, back = body.children[0], [*body.children[1:], *back]
    back = _flat(back, Operator.CHOICE)
    seen = [child for child in back if child != TAU]
    if body == TAU and not seen:
        return TAU
    if body != TAU and len(seen) < len(back):
        seen.append(TAU)
    return loop(body, *seen)


def _flat(children: list[Tree], operator: Operator) -> list[Tree]:
    return [part for child in children for part in (child.children if child.operator is operator else (child,))]


def relabelled(tree: Tree, labels: Mapping[str, str]) -> Tree:
    """The same with other labels; those that are not named stay."""
    if tree.label is not None:
        return step(labels.get(tree.label, tree.label))
    return Tree(tree.operator, tuple(relabelled(child, labels) for child in tree.children))


# --- in writing ---

_TOKEN = re.compile(r"\s*(?:(->|X|\+|\*)\s*\(|(tau)\b|'((?:[^'\\]|\\.)*)'|(\))|(,))")


def parse_tree(text: str) -> Tree:
    """Read `->( 'A', X( tau, 'B' ), *( 'C', 'D' ), +( 'E', 'F' ) )`. Raises BadModel naming the place."""
    tree, at = _parsed(text, 0)
    if text[at:].strip():
        raise _unreadable(text, at)
    return tree


def _unreadable(text: str, at: int) -> BadModel:
    return BadModel(
        _("The process cannot be read at character %(at)s: “%(text)s”."), {"at": at + 1, "text": text[at : at + 20]}
    )


def _parsed(text: str, at: int) -> tuple[Tree, int]:
    found = _TOKEN.match(text, at)
    if found is None or found[4] or found[5]:
        raise _unreadable(text, at)
    if found[2]:
        return TAU, found.end()
    if found[3] is not None:
        return step(re.sub(r"\\(.)", r"\1", found[3])), found.end()
    children: list[Tree] = []
    here = found.end()
    while True:
        child, here = _parsed(text, here)
        children.append(child)
        after = _TOKEN.match(text, here)
        if after is None or not (after[4] or after[5]):
            raise _unreadable(text, here)
        here = after.end()
        if after[4]:
            return Tree(Operator(found[1]), tuple(children)), here


# --- as a net ---


def net_of(tree: Tree) -> AcceptingNet:
    """The accepting Petri net that allows exactly what the tree allows."""
    build = Builder()
    source, sink = build.place("source"), build.place("sink")
    _lay(build, tree, source, sink)
    return build.net({source: 1}, [{sink: 1}])


def _lay(build: Builder, tree: Tree, before: str, after: str) -> None:
    if tree.operator is None:
        build.transition(tree.label, [before], [after])
    elif tree.operator is Operator.SEQUENCE:
        here = before
        for number, child in enumerate(tree.children, 1):
            there = after if number == len(tree.children) else build.place()
            _lay(build, child, here, there)
            here = there
    elif tree.operator is Operator.CHOICE:
        for child in tree.children:
            _lay(build, child, before, after)
    elif tree.operator is Operator.PARALLEL:
        ends = [(build.place(), build.place()) for _child in tree.children]
        build.transition(None, [before], [first for first, _last in ends])
        for child, (first, last) in zip(tree.children, ends, strict=True):
            _lay(build, child, first, last)
        build.transition(None, [last for _first, last in ends], [after])
    else:
        # Places of its own, so that going round again is not open to what stands before or after the loop.
        first, last = build.place(), build.place()
        build.transition(None, [before], [first])
        _lay(build, tree.children[0], first, last)
        for child in tree.children[1:]:
            _lay(build, child, last, first)
        build.transition(None, [last], [after])
