"""An outline of blocks and steps as somebody edits it: moved, put into blocks and taken out again. Pure.

A place is a path of positions from the root: (1, 0) is the first part of the root's second. The root is a sequence and
stays. Nothing here changes an outline; each function returns a new one, or the same where the move is not possible.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass

from gucang.sops.definitions import BLOCKS, Node

Path = tuple[int, ...]


@dataclass(frozen=True)
class Line:
    """One line of an outline as it is shown: a step (`key`) or the head of a block (`kind`)."""

    path: Path
    key: str = ""
    kind: str = ""
    first: bool = False
    last: bool = False
    after_block: bool = False

    @property
    def depth(self) -> int:
        return len(self.path)

    @property
    def place(self) -> str:
        """The path in writing: "1-0"."""
        return "-".join(map(str, self.path))


def lines(root: Node) -> list[Line]:
    """The outline from top to bottom, without the root."""
    found: list[Line] = []
    _walk(root, (), found)
    return found


def _walk(node: Node, path: Path, found: list[Line]) -> None:
    children = [] if isinstance(node, str) else node[1:]
    for number, child in enumerate(children):
        here = (*path, number)
        is_step = isinstance(child, str)
        found.append(
            Line(
                here,
                key=child if is_step else "",
                kind="" if is_step else child[0],
                first=number == 0,
                last=number == len(children) - 1,
                after_block=number > 0 and _is_block(children[number - 1]),
            )
        )
        if not is_step:
            _walk(child, here, found)


def read_place(text: str) -> Path | None:
    """The path that `place` has written; None for anything else. "" is the root."""
    if not text:
        return ()
    parts = text.split("-")
    if len(parts) > 20 or not all(part.isascii() and part.isdigit() and len(part) < 4 for part in parts):
        return None
    return tuple(int(part) for part in parts)


def at(root: Node, path: Path) -> Node | None:
    """What stands there; None where nothing does."""
    here = root
    for position in path:
        if isinstance(here, str) or position + 1 >= len(here):
            return None
        here = here[position + 1]
    return here


def add(root: Node, path: Path, node: Node) -> Node:
    """With `node` at the end of the block there, or behind the step there."""
    target = at(root, path)
    if target is None:
        return root
    if _is_block(target):
        return _changed(root, path, lambda block: block.append(node))
    return _changed(root, path[:-1], lambda block: block.insert(path[-1] + 2, node))


def drop(root: Node, path: Path) -> Node:
    """Without what stands there, and everything in it."""
    if not path or at(root, path) is None:
        return root
    return _changed(root, path[:-1], lambda block: block.pop(path[-1] + 1))


def up(root: Node, path: Path) -> Node:
    """One place further up within its block."""
    if not path or path[-1] == 0 or at(root, path) is None:
        return root
    return _changed(root, path[:-1], lambda block: _swap(block, path[-1]))


def down(root: Node, path: Path) -> Node:
    """One place further down within its block."""
    if not path or at(root, (*path[:-1], path[-1] + 1)) is None:
        return root
    return _changed(root, path[:-1], lambda block: _swap(block, path[-1] + 1))


def into(root: Node, path: Path) -> Node:
    """At the end of the block right above it."""
    before = at(root, (*path[:-1], path[-1] - 1)) if path and path[-1] else None
    node = at(root, path)
    if before is None or node is None or not _is_block(before):
        return root
    return add(drop(root, path), (*path[:-1], path[-1] - 1), node)


def out(root: Node, path: Path) -> Node:
    """Out of its block, right behind it."""
    node = at(root, path)
    if len(path) < 2 or node is None:
        return root
    without = drop(root, path)
    return _changed(without, path[:-2], lambda block: block.insert(path[-2] + 2, deepcopy(node)))


def wrap(root: Node, path: Path, kind: str) -> Node:
    """In a block of its own."""
    if not path or kind not in BLOCKS or at(root, path) is None:
        return root

    def put(block: list[Node]) -> None:
        block[path[-1] + 1] = [kind, block[path[-1] + 1]]

    return _changed(root, path[:-1], put)


def turn(root: Node, path: Path, kind: str) -> Node:
    """The block there as one of another kind."""
    target = at(root, path)
    if not path or kind not in BLOCKS or target is None or not _is_block(target):
        return root

    def put(block: list[Node]) -> None:
        block[0] = kind

    return _changed(root, path, put)


def _is_block(node: Node) -> bool:
    return not isinstance(node, str)


def _swap(block: list[Node], position: int) -> None:
    block[position], block[position + 1] = block[position + 1], block[position]


def _changed(root: Node, path: Path, change: Callable[[list[Node]], object]) -> Node:
    copy = deepcopy(root)
    block = at(copy, path)
    if isinstance(block, list):
        change(block)
    return copy
