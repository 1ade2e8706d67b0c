"""Which record types have a paper, and what stands on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gucang.kernel.actors import Actor
from gucang.papers.sheet import Sheet

LINES = ("product", "quantity", "unit", "price", "discount", "net", "tax_rate", "gross")
# What a thing costs us and what is left of its price is on no paper, whoever prints it.
NEVER = frozenset({
    "cost", "margin", "margin_rate", "leeway", "list_price", "line_discount", "total_discount", "over_discount",
})  # fmt: skip
Fill = Callable[["Paper", Actor, Any], Sheet]


@dataclass(frozen=True)
class Paper:
    """The paper of a record type: `facts` beside its number, `columns` of its lines, `words` below the sums.

    All are names of fields; what is empty, or hidden from whoever prints, is left out. `mark(record)` stands behind
    everything ("draft"). `signatures` are places to sign, `labels` other words for some facts. `fill` writes the sheet
    of what is no document with lines.
    """

    record: str
    title: Any
    facts: tuple[str, ...] = ()
    columns: tuple[str, ...] = LINES
    words: tuple[str, ...] = ("terms",)
    signatures: tuple[Any, ...] = ()
    mark: Callable[[Any], Any] | None = None
    labels: Mapping[str, Any] = field(default_factory=dict)
    fill: Fill | None = None


_papers: dict[str, Paper] = {}


def register(paper: Paper) -> Paper:
    """Let a record type have a paper. Raises ValueError for a second one, or for a field that no paper shows."""
    if paper.record in _papers:
        raise ValueError(f"{paper.record} has a paper already.")
    if secret := NEVER.intersection((*paper.facts, *paper.columns, *paper.words)):
        raise ValueError(f"No paper shows {', '.join(sorted(secret))}.")
    _papers[paper.record] = paper
    return paper


def of(record: str) -> Paper | None:
    """The paper of a record type; None where it has none."""
    return _papers.get(record)


def every() -> list[Paper]:
    """All papers, by record type."""
    return [_papers[name] for name in sorted(_papers)]
