"""What was decided about patterns of deviations, told from above: shown beside them, and heeded by the audit.

Nothing here decides; a module that judges registers with `told_by`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from gucang.audits.declared import Tolerance
from gucang.kernel.actors import Actor


class Key(NamedTuple):
    """A pattern of a process, whatever the version."""

    process: int
    kind: str
    step: str
    other: str


@dataclass(frozen=True)
class Verdict:
    """What stands beside a pattern: words of a badge with its tone, and the address below the company's to read more.

    `tolerated` is whether the audit leaves it alone today.
    """

    words: Any
    tone: str
    url: str
    tolerated: bool = False


class Teller(Protocol):
    """Who knows of verdicts."""

    def of_process(self, process: int) -> Mapping[Key, Verdict]:
        """What is known of the patterns of a process, at most one query."""

    def tolerated(self, case_type: str) -> Mapping[Key, Tolerance]:
        """The patterns of a type of case that are tolerated today, at most one query."""

    def way(self, actor: Actor, key: Key) -> tuple[str, str] | None:
        """The address below the company's where this person may have a pattern judged, and its words."""


_tellers: list[Teller] = []


def told_by(teller: Teller) -> Teller:
    """Register who knows of verdicts."""
    _tellers.append(teller)
    return teller


def of_process(process: int) -> Mapping[Key, Verdict]:
    """What was decided about the patterns of a process."""
    found: dict[Key, Verdict] = {}
    for teller in _tellers:
        found |= teller.of_process(process)
    return found


def tolerated(case_type: str) -> Mapping[Key, Tolerance]:
    """The patterns of a type of case that the audit leaves alone today."""
    return {key: found for teller in _tellers for key, found in teller.tolerated(case_type).items()}


def way(actor: Actor, key: Key) -> tuple[str, str] | None:
    """Where this person may have a pattern judged: (address, words)."""
    return next((found for teller in _tellers if (found := teller.way(actor, key)) is not None), None)
