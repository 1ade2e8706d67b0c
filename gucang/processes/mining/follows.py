"""What may directly follow what in a process tree, its beginning and its end included. Pure, and exact for trees."""

from __future__ import annotations

from dataclasses import dataclass

from gucang.processes.mining.trees import Operator, Tree

# Stands before the first step and after the last one.
EDGE = ""
Pairs = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class _Part:
    """A block: what it can begin and end with, whether it can be nothing at all, and what follows what inside."""

    first: frozenset[str]
    last: frozenset[str]
    empty: bool
    pairs: Pairs
    labels: frozenset[str]


def follows(tree: Tree) -> Pairs:
    """All (step, next step) that the tree allows; ("", step) for what may be first, (step, "") for what may be last."""
    found = _of(tree)
    return found.pairs | {(EDGE, one) for one in found.first} | {(one, EDGE) for one in found.last}


def _of(tree: Tree) -> _Part:
    if tree.operator is None:
        one = frozenset({tree.label} if tree.label is not None else ())
        return _Part(one, one, tree.label is None, frozenset(), one)
    parts = [_of(child) for child in tree.children]
    if tree.operator is Operator.CHOICE:
        return _together(parts, empty=any(one.empty for one in parts))
    if tree.operator is Operator.PARALLEL:
        across = {(a, b) for x in parts for y in parts if x is not y for a in x.labels for b in y.labels}
        return _together(parts, empty=all(one.empty for one in parts), more=frozenset(across))
    if tree.operator is Operator.SEQUENCE:
        found = parts[0]
        for part in parts[1:]:
            found = _then(found, part)
        return found
    return _round(parts[0], _together(parts[1:], empty=any(one.empty for one in parts[1:])))


def _together(parts: list[_Part], *, empty: bool, more: Pairs = frozenset()) -> _Part:
    return _Part(
        frozenset().union(*(one.first for one in parts)),
        frozenset().union(*(one.last for one in parts)),
        empty,
        more.union(*(one.pairs for one in parts)),
        frozenset().union(*(one.labels for one in parts)),
    )


def _then(one: _Part, after: _Part) -> _Part:
    return _Part(
        one.first | after.first if one.empty else one.first,
        one.last | after.last if after.empty else after.last,
        one.empty and after.empty,
        one.pairs | after.pairs | _cross(one, after),
        one.labels | after.labels,
    )


def _round(body: _Part, back: _Part) -> _Part:
    pairs = body.pairs | back.pairs | _cross(body, back) | _cross(back, body)
    first, last = body.first, body.last
    if body.empty:
        first, last = first | back.first, last | back.last
        pairs |= _cross(back, back)
    if back.empty:
        pairs |= _cross(body, body)
    return _Part(first, last, body.empty, pairs, body.labels | back.labels)


def _cross(one: _Part, after: _Part) -> Pairs:
    return frozenset((a, b) for a in one.last for b in after.first)
