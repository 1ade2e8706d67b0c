"""Lines of a photographed card, as the reader gives them, put in the order in which people read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

_HAN = "\u3400-\u9fff"
# 林 志 远: spaced out for looks.
_SPACED = re.compile(rf"(?<=[{_HAN}])\s+(?=[{_HAN}](?:\s|$))|(?<=^[{_HAN}])\s+(?=[{_HAN}])")
_EDGES = " ·•|,;、。"
_TALL = 0.5  # of its height a line must lie beside another to stand in the same row


@dataclass(frozen=True)
class Line:
    """Some words and their box on the photo, in pixels from its left upper corner."""

    text: str
    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0

    @property
    def middle(self) -> float:
        """How far down its middle lies."""
        return self.y + self.height / 2


def from_reader(found: Iterable[Sequence[Any]]) -> list[Line]:
    """The lines that the reader wrote as [text, x, y, width, height], without empty ones."""
    return [Line(str(text), *map(float, box)) for text, *box in found if str(text).strip()]


def tidy(text: str) -> str:
    """Half-width letters and signs, single spaces, and Chinese names that were spaced out closed up."""
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip(_EDGES)
    return _SPACED.sub("", plain) if len(plain) <= 11 else plain


def in_order(found: Sequence[Line], labels: re.Pattern[str]) -> list[Line]:
    """The lines tidied, from top to bottom, with every bare label ("电话", "Tel:") joined to what stands beside it."""
    lines = [replace(line, text=tidy(line.text)) for line in found]
    lines = sorted((line for line in lines if line.text), key=lambda line: (line.middle, line.x))
    taken: set[int] = set()
    joined: list[Line] = []
    for place, line in enumerate(lines):
        if place in taken:
            continue
        if labels.fullmatch(line.text):
            beside = [
                other
                for other, one in enumerate(lines)
                if other not in taken and other != place and one.x > line.x and _same_row(line, one)
            ]
            if beside:
                nearest = min(beside, key=lambda other: lines[other].x)
                taken.add(nearest)
                if any(one is lines[nearest] for one in joined):
                    joined.remove(lines[nearest])
                line = replace(lines[nearest], text=f"{line.text.rstrip(': ')}: {lines[nearest].text}")
        joined.append(line)
    return joined


def _same_row(one: Line, other: Line) -> bool:
    return abs(one.middle - other.middle) <= _TALL * max(one.height, other.height)
