"""A process tree as SVG in the signs of BPMN, drawn by the server: it needs no script, follows the theme and prints.

Looks are classes of `process.css`; the drawing itself holds nothing but places and words.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from markupsafe import Markup

from gucang.processes.mining.layout import GAP, STEP, Arrow, Box, Plan, Point, Shape, lay_out
from gucang.processes.mining.trees import Operator, Tree

EM = 13  # the size of a step's name; a Chinese sign is as wide
SMALL = 11
PAD = 10
WITH_NOTE = 14  # how much higher steps are that have a note
ROUND = 7  # radius of the corners of arrows
HEAD = 7
WIDTHS = 5
NEAR = range(1201, 1601)  # a page is nearly as wide: drawn smaller, it need not scroll
LINES = 2


@dataclass(frozen=True)
class Badge:
    """A few words on the edge of a step: "3 waiting". `css` is waiting, deviating, here, late, done or plain."""

    text: str
    css: str = "plain"
    title: str = ""


@dataclass(frozen=True)
class Mark:
    """What is told of a step or of an arrow beside its name.

    A step has `css`, `badges`, `note` (a small line below its name), `href` and `title`. An arrow has `text` beside it,
    `count` (how often it was gone, which makes it wide), `css` and `title`.
    """

    css: str = ""
    badges: Sequence[Badge] = ()
    note: str = ""
    href: str = ""
    title: str = ""
    text: str = ""
    count: int = 0


@dataclass(frozen=True)
class Detour:
    """A way that was gone though the process has none, from one step to another; "" is the start, or the end."""

    before: str
    after: str
    text: str = ""
    title: str = ""
    css: str = "deviating"
    count: int = 0


Pair = tuple[str, str]


def draw(
    tree: Tree,
    labels: Mapping[str, str] | None = None,
    *,
    title: str,
    description: str = "",
    steps: Mapping[str, Mark] | None = None,
    arrows: Mapping[Pair, Mark] | None = None,
    detours: Sequence[Detour] = (),
    id_: str = "process",
) -> Markup:
    """The tree in a box that scrolls: from left to right, and from top to bottom where the page is narrow.

    `title` says what is drawn, `description` (the steps in one line unless given) is for who has it read. `labels` are
    the names of the steps by their keys, which are the labels in the tree; `steps` is by key, `arrows` by the keys of
    the two steps that one leads between ("" for the start and the end). What names a step that is not in the tree is
    not drawn. `id_` tells two drawings on a page apart.
    """
    told = description or in_words(tree, labels or {})
    forms = [
        svg(tree, labels or {}, title, told, steps or {}, arrows or {}, detours, tall=tall, id_=f"{id_}-{form}")
        for form, tall in (("wide", False), ("tall", True))
    ]
    return Markup('<div class="process-box" tabindex="0" role="region" aria-label="{}">{}</div>').format(
        title, Markup().join(forms)
    )


def svg(
    tree: Tree,
    labels: Mapping[str, str],
    title: str,
    description: str,
    marks: Mapping[str, Mark],
    ways: Mapping[Pair, Mark],
    detours: Sequence[Detour],
    *,
    tall: bool,
    id_: str,
) -> Markup:
    """One of the two forms, as `draw` puts it into its box."""
    noted = any(mark.note for mark in marks.values())
    widest = max((_width(mark.text, SMALL) for mark in ways.values() if mark.text), default=0)
    plan = lay_out(
        tree,
        tall=tall,
        step=(STEP[0], STEP[1] + WITH_NOTE * noted),
        gap=GAP if not widest else GAP + SMALL if tall else max(GAP, widest + 2 * PAD),
    )
    drawing = _Drawing(plan, labels, marks)
    told = _on_arrows(plan, ways)
    most = max([mark.count for mark in told.values()] + [one.count for one in detours], default=0)
    body = [drawing.detour(one, most) for one in detours]
    body += [drawing.arrow(arrow, told.get((arrow.source, arrow.target)), most) for arrow in plan.arrows]
    body += [drawing.box(box) for box in plan.boxes]
    return drawing.whole(body, title, description, id_)


def in_words(tree: Tree, labels: Mapping[str, str]) -> str:
    """The tree in one line, for who hears it read: A → (B / C) → D."""
    if tree.operator is None:
        return labels.get(tree.label, tree.label) if tree.label is not None else "–"
    told = [f"({in_words(one, labels)})" if one.operator else in_words(one, labels) for one in tree.children]
    sign = {Operator.SEQUENCE: " → ", Operator.CHOICE: " / ", Operator.PARALLEL: " + ", Operator.LOOP: " ↺ "}
    return sign[tree.operator].join(told)


def wrapped(text: str, room: int = STEP[0] - 2 * PAD, lines: int = LINES) -> list[str]:
    """A name in at most so many lines of `room` pixels; what does not fit ends in an ellipsis.

    Chinese breaks anywhere, words of letters only where there is a blank, unless one is longer than a line.
    """
    parts = re.findall(r"[\u2e80-\u9fff\uf900-\uffef]|\s+|[^\s\u2e80-\u9fff\uf900-\uffef]+", text.strip())
    found, line = [], ""
    while parts:
        part = parts.pop(0)
        if _width(line + part) <= room:
            line += part if line or not part.isspace() else ""
        elif not line:
            cut = next(size for size in range(len(part) - 1, 0, -1) if _width(part[:size]) <= room)
            line, parts = part[:cut], [part[cut:], *parts]
        else:
            parts.insert(0, part)
            found.append(line.rstrip())
            line = ""
    found = [*found, line.rstrip()] if line.strip() else found
    if len(found) <= lines:
        return found
    last = found[lines - 1]
    while _width(last + "…") > room:
        last = last[:-1]
    return [*found[: lines - 1], last.rstrip() + "…"]


def _width(text: str, size: int = EM) -> int:
    """About how wide words are; rather too much than too little."""
    wide = sum(unicodedata.east_asian_width(sign) in "WFA" for sign in text)
    return int(wide * size + (len(text) - wide) * size * 0.58 + 0.99)


def _on_arrows(plan: Plan, ways: Mapping[Pair, Mark]) -> dict[Pair, Mark]:
    """What is told of the ways between steps, on the arrows that they go over.

    The words stand on the first arrow that no other way shares; a shared one shows how often it was gone in all.
    """
    over = {pair: [(arrow.source, arrow.target) for arrow in plan.between(*pair)] for pair in ways}
    shared = Counter(arrow for path in over.values() for arrow in path)
    found: dict[Pair, Mark] = {}
    for pair, path in over.items():
        mark = ways[pair]
        own = next((arrow for arrow in path if shared[arrow] == 1), None)
        for arrow in path:
            before = found.get(arrow, Mark())
            found[arrow] = Mark(
                css=_joined(before.css, mark.css),
                title="\n".join(filter(None, (before.title, mark.title))),
                text=mark.text if arrow == own else "",
                count=before.count + mark.count,
            )
    return {
        arrow: mark if shared[arrow] == 1 or not mark.count else replace(mark, text=f"{mark.count:,}")
        for arrow, mark in found.items()
    }


def _joined(*classes: str) -> str:
    return " ".join(dict.fromkeys(word for one in classes for word in one.split()))


def _weight(count: int, most: int) -> str:
    """The class of a stroke: w1 to w5 by the share of the busiest arrow."""
    return f"w{max(1, -(-count * WIDTHS // most))}" if count and most else ""


class _Drawing:
    """Puts the parts of one plan into markup, and remembers how far they reach."""

    def __init__(self, plan: Plan, labels: Mapping[str, str], marks: Mapping[str, Mark]) -> None:
        self.plan, self.labels, self.marks = plan, labels, marks
        self.left, self.top, self.right, self.bottom = 0, 0, plan.width, plan.height
        self._bends: Counter[str] = Counter()

    def whole(self, body: Sequence[Markup], title: str, description: str, id_: str) -> Markup:
        role = "group" if any(mark.href for mark in self.marks.values()) else "img"
        width, height = self.right - self.left, self.bottom - self.top
        form = "process tall" if self.plan.tall else "process near" if width in NEAR else "process"
        return Markup(
            '<svg class="{}" role="{}" aria-labelledby="{}-title {}-desc" width="{}" height="{}" viewBox="{} {} {} {}">'
            '<title id="{}-title">{}</title><desc id="{}-desc">{}</desc>{}</svg>'
        ).format(
            form, role, id_, id_, width, height, self.left, self.top, width, height,
            id_, title, id_, description, Markup().join(body),
        )  # fmt: skip

    def box(self, box: Box) -> Markup:
        x, y = box.middle
        if box.shape is Shape.STEP:
            return self._step(box)
        if box.shape in (Shape.START, Shape.END):
            inner = box.width // 2 - (1 if box.shape is Shape.START else 2)
            return Markup('<circle class="{}" cx="{}" cy="{}" r="{}"/>').format(box.shape.value, x, y, inner)
        half, arm = box.width // 2, 7 if box.shape is Shape.CHOICE else 9
        sign = f"M{x - arm} {y - arm}l{2 * arm} {2 * arm}m0 {-2 * arm}l{-2 * arm} {2 * arm}"
        if box.shape is Shape.PARALLEL:
            sign = f"M{x - arm} {y}h{2 * arm}M{x} {y - arm}v{2 * arm}"
        outline = f"M{x - half} {y}L{x} {y - half}L{x + half} {y}L{x} {y + half}Z"
        return Markup('<g class="gate"><path class="shape" d="{}"/><path class="sign" d="{}"/></g>').format(
            outline, sign
        )

    def _step(self, box: Box) -> Markup:
        mark, name = self.marks.get(box.label, Mark()), self.labels.get(box.label, box.label)
        x, y = box.middle
        lines = wrapped(name)
        height = len(lines) * (EM + 4) + (WITH_NOTE if mark.note else 0)
        first = y - height // 2 + EM
        told = Markup().join(
            Markup('<text x="{}" y="{}">{}</text>').format(x, first + number * (EM + 4), line)
            for number, line in enumerate(lines)
        )
        if mark.note:
            note = wrapped(mark.note, (box.width - PAD) * EM // SMALL, 1)
            at = first + len(lines) * (EM + 4) - 2
            told += Markup('<text class="note" x="{}" y="{}">{}</text>').format(x, at, "".join(note))
        hint = "\n".join(filter(None, (name, mark.note, mark.title, *(one.title or one.text for one in mark.badges))))
        inside = Markup('<title>{}</title><rect x="{}" y="{}" width="{}" height="{}" rx="8"/>{}{}').format(
            hint, box.x, box.y, box.width, box.height, told, self._badges(box, mark.badges)
        )
        kind = _joined("step", mark.css)
        if not mark.href:
            return Markup('<g class="{}">{}</g>').format(kind, inside)
        return Markup('<a class="{}" href="{}" aria-label="{}">{}</a>').format(
            kind, mark.href, hint.replace("\n", ", "), inside
        )

    def _badges(self, box: Box, badges: Sequence[Badge]) -> Markup:
        """From the upper right corner to the left, on the edge."""
        found, right = Markup(), box.x + box.width + 6
        for one in badges:
            wide = _width(one.text, SMALL) + 12
            middle = right - wide // 2
            found += Markup(
                '<g class="{}"><rect x="{}" y="{}" width="{}" height="18" rx="9"/><text x="{}" y="{}">{}</text></g>'
            ).format(_joined("badge-of", one.css), right - wide, box.y - 11, wide, middle, box.y + 2, one.text)
            right -= wide + 4
            self._reach((right, box.y - 12), (middle + wide // 2, box.y))
        return found

    def arrow(self, arrow: Arrow, mark: Mark | None, most: int) -> Markup:
        mark = mark or Mark()
        words = Markup()
        if mark.text:
            x, y, anchor = _beside(arrow.points, self.plan.tall)
            words = Markup('<text class="{}" x="{}" y="{}">{}</text>').format(anchor, x, y, mark.text)
            self._reach((x + (_width(mark.text, SMALL) + 4 if self.plan.tall else 0), y))
        css = _joined("arrow", mark.css, _weight(mark.count, most))
        return self._line(css, _rounded(arrow.points), _head(*arrow.points[-2:]), words, mark.title)

    def detour(self, one: Detour, most: int) -> Markup:
        """A dashed curve above the boxes for a leap ahead, below for a step back; beside them in the tall form."""
        sources, targets = self.plan.ids(one.before, otherwise="start"), self.plan.ids(one.after, otherwise="end")
        if not sources or not targets:
            return Markup()
        source, target = self.plan.box(sources[0]), self.plan.box(targets[0])
        along, across = (1, 0) if self.plan.tall else (0, 1)
        ahead = target.middle[along] > source.middle[along]
        side = -1 if ahead or source == target else 1
        begin, end = self._edge(source, side), self._edge(target, side)
        if source == target:
            begin, end = _moved(begin, along, -16), _moved(end, along, 16)
        lift = side * min(44 + abs(end[along] - begin[along]) // 10, 150)
        bent = _moved(begin, across, lift), _moved(end, across, lift)
        peak = ((begin[0] + end[0]) // 2, (begin[1] + end[1]) // 2)
        peak = _moved(peak, across, lift * 3 // 4)
        (a, b), (c, d), (e, f) = bent[0], bent[1], end
        words, wide = Markup(), _width(one.text, SMALL)
        x, y = peak
        if one.text:
            anchor = ("before" if side < 0 else "after") if self.plan.tall else "mid"
            x, y = (x + 6 * side, y + 4) if self.plan.tall else (x, y + (-6 if side < 0 else 14))
            words = Markup('<text class="{}" x="{}" y="{}">{}</text>').format(anchor, x, y, one.text)
        reach = wide if self.plan.tall else wide // 2
        self._reach((x - reach - 4, y - 14), (x + reach + 4, y + 6))
        path = f"M{begin[0]} {begin[1]}C{a} {b} {c} {d} {e} {f}"
        css = _joined("arrow detour", one.css, _weight(one.count, most))
        return self._line(css, path, _head((c, d), end), words, one.title)

    def _edge(self, box: Box, side: int) -> Point:
        """The middle of the side that a detour leaves from; each further one a little beside."""
        self._bends[box.id] += 1
        nth = self._bends[box.id]
        aside = (nth // 2) * 9 * (1 if nth % 2 else -1)
        x, y = box.middle
        if self.plan.tall:
            return (box.x if side < 0 else box.x + box.width), y + aside
        return x + aside, (box.y if side < 0 else box.y + box.height)

    def _line(self, css: str, path: str, head: str, words: Markup, title: str) -> Markup:
        told = Markup("<title>{}</title>").format(title) if title else Markup()
        return Markup('<g class="{}">{}<path class="line" d="{}"/><path class="head" d="{}"/>{}</g>').format(
            css, told, path, head, words
        )

    def _reach(self, *points: Point) -> None:
        self.left = min(self.left, *(x - 4 for x, _y in points), self.left)
        self.top = min(self.top, *(y - 4 for _x, y in points), self.top)
        self.right = max(self.right, *(x + 4 for x, _y in points), self.right)
        self.bottom = max(self.bottom, *(y + 4 for _x, y in points), self.bottom)


def _moved(point: Point, axis: int, by: int) -> Point:
    return (point[0] + by, point[1]) if axis == 0 else (point[0], point[1] + by)


def _rounded(points: Sequence[Point]) -> str:
    """A path along the points with round corners."""
    found = f"M{points[0][0]} {points[0][1]}"
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        into, out = _toward(here, before), _toward(here, after)
        found += f"L{into[0]} {into[1]}Q{here[0]} {here[1]} {out[0]} {out[1]}"
    return found + f"L{points[-1][0]} {points[-1][1]}"


def _toward(here: Point, there: Point) -> Point:
    """A point a little way from one towards the other, along an axis."""
    x, y = there[0] - here[0], there[1] - here[1]
    size = min(ROUND, (abs(x) + abs(y)) // 2)
    return here[0] + size * ((x > 0) - (x < 0)), here[1] + size * ((y > 0) - (y < 0))


def _head(before: Point, at: Point) -> str:
    """The head of an arrow that comes from `before`, along the axis that it mostly runs along."""
    x, y = at
    if abs(at[0] - before[0]) >= abs(at[1] - before[1]):
        back = -HEAD if at[0] > before[0] else HEAD
        return f"M{x} {y}l{back} -4v8Z"
    back = -HEAD if at[1] > before[1] else HEAD
    return f"M{x} {y}l-4 {back}h8Z"


def _beside(points: Sequence[Point], tall: bool) -> tuple[int, int, str]:
    """Where the words of an arrow stand: at its longest stretch in the direction of the drawing."""
    axis = 1 if tall else 0
    _size, (a, b) = max(((abs(a[axis] - b[axis]), (a, b)) for a, b in pairwise(points)), key=lambda one: one[0])
    if tall:
        return a[0] + 7, (a[1] + b[1]) // 2 + 4, "after"
    return (a[0] + b[0]) // 2, a[1] - 6, "mid"
