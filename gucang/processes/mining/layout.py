"""Where the parts of a process tree stand: the usual way straight ahead, everything else beside it.

The unit of all lengths is a CSS pixel. A tree is laid out along one axis and across another; only the last step decides
which of them goes to the right, so the wide drawing and the tall one for phones are one algorithm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

from gucang.processes.mining.trees import TAU, Operator, Tree, normal

Point = tuple[int, int]

STEP = (132, 52)
GATE = 36
EVENT = 28
GAP = 36  # between boxes that follow each other
LANE = 28  # between branches
BYPASS = 10  # half of what a branch without steps takes
MARGIN = 12


class Shape(StrEnum):
    START = "start"
    END = "end"
    STEP = "step"
    CHOICE = "choice"
    PARALLEL = "parallel"


@dataclass(frozen=True)
class Box:
    """A step, a gateway, the start or the end; `x` and `y` are its upper left corner, `label` that of a step."""

    id: str
    shape: Shape
    x: int
    y: int
    width: int
    height: int
    label: str = ""

    @property
    def middle(self) -> Point:
        return self.x + self.width // 2, self.y + self.height // 2


@dataclass(frozen=True)
class Arrow:
    """From the edge of a box to the edge of another, straight or around corners."""

    source: str
    target: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Plan:
    """All boxes in the order of reading, and all arrows. No two arrows join the same boxes in the same direction."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    tall: bool = False

    def box(self, id_: str) -> Box:
        """The box of an id. Raises KeyError."""
        return self._by_id[id_]

    @cached_property
    def _by_id(self) -> dict[str, Box]:
        return {box.id: box for box in self.boxes}

    def ids(self, label: str, *, otherwise: str = "") -> list[str]:
        """The ids of the steps of a label; without a label `otherwise`, which is the start or the end."""
        return [box.id for box in self.boxes if box.label == label] if label else [otherwise]

    def between(self, before: str, after: str) -> list[Arrow]:
        """The arrows that lead from one step to another over nothing but gateways; "" is the start, or the end.

        Empty where the process does not let one follow the other directly, or both stand in parallel branches.
        """
        leaving: dict[str, list[Arrow]] = {}
        for arrow in self.arrows:
            leaving.setdefault(arrow.source, []).append(arrow)
        goals = set(self.ids(after, otherwise="end"))
        gates = {box.id for box in self.boxes if box.shape in (Shape.CHOICE, Shape.PARALLEL)}
        ways: list[list[Arrow]] = [[arrow] for id_ in self.ids(before, otherwise="start") for arrow in leaving[id_]]
        seen: set[str] = set()
        while ways:
            way = ways.pop(0)
            here = way[-1].target
            if here in goals:
                return way
            if here in gates and here not in seen:
                seen.add(here)
                ways += [[*way, arrow] for arrow in leaving[here]]
        return []


def lay_out(tree: Tree, *, tall: bool = False, step: tuple[int, int] = STEP, gap: int = GAP) -> Plan:
    """The places of a tree in its normal form, from left to right or, if `tall`, from top to bottom.

    `step` is the width and height of a step, `gap` the least room between boxes that follow each other.
    """
    return _Layout(step[::-1] if tall else step, gap).plan(normal(tree), tall)


@dataclass
class _Piece:
    """A block on its own: it begins at (0, 0) and ends at (length, 0). `first` and `last` are "" if it is silent."""

    length: int = 0
    above: int = BYPASS
    below: int = BYPASS
    first: str = ""
    last: str = ""
    boxes: list[Box] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)

    def put(self, other: _Piece, along: int, across: int = 0) -> None:
        """Take in a piece whose beginning is to lie there."""
        self.boxes += [replace(box, x=box.x + along, y=box.y + across) for box in other.boxes]
        self.arrows += [
            replace(arrow, points=tuple((x + along, y + across) for x, y in arrow.points)) for arrow in other.arrows
        ]
        self.above = max(self.above, other.above - across)
        self.below = max(self.below, other.below + across)

    def mirrored(self) -> _Piece:
        """The same, running the other way."""
        size = self.length
        boxes = [replace(box, x=size - box.x - box.width) for box in self.boxes]
        arrows = [replace(one, points=tuple((size - x, y) for x, y in one.points)) for one in self.arrows]
        return replace(self, boxes=boxes, arrows=arrows)


class _Layout:
    def __init__(self, step: tuple[int, int], gap: int) -> None:
        self.step, self.gap, self.count = step, gap, 0

    def plan(self, tree: Tree, tall: bool) -> Plan:
        parts = [self.box(Shape.START, EVENT, EVENT), self.piece(tree), self.box(Shape.END, EVENT, EVENT)]
        whole = self.row([part for part in parts if part.first])
        whole.boxes.sort(
            key=lambda box: (box.shape is Shape.END, int(box.id.lstrip("abcdefghijklmnopqrstuvwxyz") or 0))
        )
        placed = _Piece()
        placed.put(whole, MARGIN, MARGIN + whole.above)
        size = (whole.length + 2 * MARGIN, whole.above + whole.below + 2 * MARGIN)
        if not tall:
            return Plan(*size, tuple(placed.boxes), tuple(placed.arrows))
        boxes = [replace(one, x=one.y, y=one.x, width=one.height, height=one.width) for one in placed.boxes]
        arrows = [replace(one, points=tuple((y, x) for x, y in one.points)) for one in placed.arrows]
        return Plan(size[1], size[0], tuple(boxes), tuple(arrows), tall=True)

    def piece(self, tree: Tree) -> _Piece:
        if tree.operator is None:
            return self.box(Shape.STEP, *self.step, tree.label) if tree.label is not None else _Piece()
        if tree.operator is Operator.SEQUENCE:
            return self.row([self.piece(child) for child in tree.children])
        if tree.operator is Operator.LOOP:
            return self.loop(tree)
        return self.branches(tree)

    def box(self, shape: Shape, length: int, breadth: int, label: str = "") -> _Piece:
        if shape in (Shape.START, Shape.END):
            name = shape.value
        else:
            self.count += 1
            name = f"{'step' if shape is Shape.STEP else 'gate'}{self.count}"
        half = breadth // 2
        box = Box(name, shape, 0, -half, length, breadth, label)
        return _Piece(length, half, breadth - half, name, name, [box])

    def row(self, pieces: Sequence[_Piece]) -> _Piece:
        found, at = _Piece(first=pieces[0].first, last=pieces[-1].last), 0
        for number, piece in enumerate(pieces):
            if number:
                arrow = Arrow(pieces[number - 1].last, piece.first, ((at, 0), (at + self.gap, 0)))
                found.arrows.append(arrow)
                at += self.gap
            found.put(piece, at)
            at += piece.length
        found.length = at
        return found

    def branches(self, tree: Tree) -> _Piece:
        shape = Shape.CHOICE if tree.operator is Operator.CHOICE else Shape.PARALLEL
        # The silent way is drawn as the last one, so that the straight line leads through a step.
        children = sorted(tree.children, key=lambda child: child == TAU)
        split = self.box(shape, GATE, GATE)
        pieces = [self.piece(child) for child in children]
        found = self._framed(split, self.box(shape, GATE, GATE), max(piece.length for piece in pieces))
        self._lane(found, pieces[0], 0)
        for piece in pieces[1:]:
            self._lane(found, piece, found.below + LANE + piece.above)
        return found

    def loop(self, tree: Tree) -> _Piece:
        join = self.box(Shape.CHOICE, GATE, GATE)
        body, *back = [self.piece(child) for child in tree.children]
        split = self.box(Shape.CHOICE, GATE, GATE)
        found = self._framed(join, split, max(piece.length for piece in (body, *back)))
        self._lane(found, body, 0)
        for piece in back:
            self._lane(found, piece.mirrored(), found.below + LANE + piece.above, back=True)
        return found

    def _framed(self, first: _Piece, last: _Piece, room: int) -> _Piece:
        """Two gateways with `room` and a gap on both sides between them."""
        found = _Piece(2 * GATE + 2 * self.gap + room, first=first.first, last=last.last)
        found.put(first, 0)
        found.put(last, found.length - GATE)
        return found

    def _lane(self, frame: _Piece, piece: _Piece, across: int, *, back: bool = False) -> None:
        """Lead a branch from one gateway to the other, on the axis or beside it; `back` from the last to the first."""
        half = GATE // 2
        near, far = ((GATE, 0), (frame.length - GATE, 0)) if not across else ((half, half), (frame.length - half, half))
        start = (frame.length - piece.length) // 2
        into: list[Point] = [near, (start, across)]
        out: list[Point] = [(start + piece.length, across), far]
        if across:
            into.insert(1, (half, across))
            out.insert(1, (frame.length - half, across))
        # As seen from the left; a way back has its end there.
        ends = (frame.first, piece.last if back else piece.first, piece.first if back else piece.last, frame.last)
        if not piece.first:
            self._arrow(frame, ends[0], ends[3], [*into[:-1], *out[1:]], back)
        else:
            frame.put(piece, start, across)
            self._arrow(frame, ends[0], ends[1], into, back)
            self._arrow(frame, ends[2], ends[3], out, back)
        frame.below = max(frame.below, across + piece.below)

    @staticmethod
    def _arrow(frame: _Piece, left: str, right: str, points: list[Point], back: bool) -> None:
        if back:
            frame.arrows.append(Arrow(right, left, tuple(reversed(points))))
        else:
            frame.arrows.append(Arrow(left, right, tuple(points)))
