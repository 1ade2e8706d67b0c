"""What a process says once a deviation from it is the better way: changes of the tree that follow by themselves. Pure.

What cannot be derived is None; then a person writes it. Whether a change keeps its word is shown by `cured`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gucang.conformance.explaining import explained
from gucang.conformance.kinds import Kind
from gucang.processes.mining.alignments import Aligner
from gucang.sops import outline
from gucang.sops.definitions import LOOP, MOST_AMOUNT, OPTIONAL, PARALLEL, SEQ, Definition, Node, keys_of
from gucang.sops.outline import Path


def changed(
    words: Definition, kind: str, step: str, other: str = "", *, swap: bool = False, role: str = "", amount: int = 0
) -> Definition | None:
    """The words by which this deviation departs no more; None where that does not follow by itself.

    `swap` puts two steps into the order in which they are done, else either may come first. `role` is who does the
    step as well, `amount` its new limit in the unit that it has.
    """
    if step not in words.steps or (other and other not in words.steps):
        return None
    if kind == Kind.ROLE:
        return _with_role(words, step, role)
    if kind == Kind.LATE:
        return _with_limit(words, step, amount)
    tree: Node | None = None
    if kind == Kind.SKIPPED:
        tree = _in_block(words.outline, step, OPTIONAL)
    elif kind in (Kind.REPEATED, Kind.EXTRA):
        tree = _in_block(words.outline, step, LOOP)
    elif kind == Kind.REVERSED and other:
        tree = _reversed(words.outline, step, other, swap=swap)
    return replace(words, outline=tree) if tree is not None else None


def cured(words: Definition, kind: str, step: str, other: str, ways: Sequence[Sequence[str]]) -> int:
    """How many of these sequences of steps, all over, do not depart in this way by `words` any more."""
    aligner = Aligner(words.tree)
    return sum(
        not any(
            (one.kind, one.step, one.other) == (kind, step, other)
            for one in explained(aligner, way, running=False).departures
        )
        for way in ways
    )


def place_of(root: Node, key: str) -> Path | None:
    """Where a step stands in an outline; None where it does not."""
    return next((line.path for line in outline.lines(root) if line.key == key), None)


def _with_role(words: Definition, step: str, role: str) -> Definition | None:
    held = words.steps[step]
    if not role or not held.roles or role in held.roles:
        return None
    return replace(words, steps={**words.steps, step: replace(held, roles=(*held.roles, role))})


def _with_limit(words: Definition, step: str, amount: int) -> Definition | None:
    held = words.steps[step]
    if held.limit is None or not held.limit.amount < amount <= MOST_AMOUNT:
        return None
    return replace(words, steps={**words.steps, step: replace(held, limit=replace(held.limit, amount=amount))})


def _in_block(root: Node, step: str, kind: str) -> Node | None:
    """The step in a block of its own of this kind, unless it is in one."""
    path = place_of(root, step)
    if path is None:
        return None
    parent = outline.at(root, path[:-1])
    if not isinstance(parent, str) and parent is not None and parent[0] == kind and path[-1] == 0:
        return None
    return outline.wrap(root, path, kind)


def _reversed(root: Node, early: str, late: str, *, swap: bool) -> Node | None:
    """The step `early`, which the order has behind `late`, before it; or beside what lies from there up to it.

    Both must meet in one sequence, and nothing but `early` may stand in the part that moves.
    """
    first, second = place_of(root, late), place_of(root, early)
    if first is None or second is None:
        return None
    depth = next((n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), None)
    if depth is None:
        return None
    common = first[:depth]
    block = outline.at(root, common)
    if block is None or isinstance(block, str) or block[0] != SEQ or first[depth] > second[depth]:
        return None
    begin, end = first[depth] + 1, second[depth] + 1
    moved = block[end]
    if set(keys_of(moved)) != {early}:
        return None
    between = block[begin:end]
    middle = [moved, *between] if swap else [[PARALLEL, moved, between[0] if len(between) == 1 else [SEQ, *between]]]
    return _put(root, common, [SEQ, *block[1:begin], *middle, *block[end + 1 :]])


def _put(root: Node, path: Path, node: Node) -> Node:
    """The outline with `node` in that place."""
    if not path:
        return node
    assert not isinstance(root, str)
    at = path[0] + 1
    return [*root[:at], _put(root[at], path[1:], node), *root[at + 1 :]]
