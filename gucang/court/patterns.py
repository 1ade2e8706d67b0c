"""A pattern across the versions of a process: where its steps stand, how often it was counted, how it is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Sum

from gucang.conformance import queries, wording
from gucang.conformance.kinds import Kind
from gucang.conformance.models import Pattern
from gucang.conformance.variants import words_of
from gucang.court.models import Deviation
from gucang.sops.definitions import Definition
from gucang.sops.models import Process, ProcessVersion, State

# A deviation of these kinds is between two steps; of the first, the other one may be unknown.
OF_TWO = (Kind.REVERSED, Kind.FOUR_EYES)


@dataclass(frozen=True)
class Place:
    """Where a pattern is looked for: the versions that hold or have held and know its steps, the latest first."""

    kind: str
    step: str
    other: str
    versions: Sequence[ProcessVersion]

    @property
    def keys(self) -> list[int]:
        return [one.pk for one in self.versions]

    @property
    def words(self) -> Definition:
        """What the latest of them says. Raises IndexError where no version knows the steps."""
        return words_of(self.versions[0]).definition

    def later(self, version: ProcessVersion) -> frozenset[str]:
        """The steps that come after it by a version's order."""
        order = list(words_of(version).order)
        last = max(order.index(key) for key in (self.step, self.other) if key in order)
        return frozenset(order[last + 1 :])

    def said(self) -> str:
        """The pattern in a sentence."""
        steps = self.words.steps
        names = [steps[key].name if key in steps else key for key in (self.step, self.other)]
        return wording.pattern(self.kind, *names)


def place_of(process: Process, kind: str, step: str, other: str) -> Place:
    """Where such a deviation is looked for. One query."""
    versions = [one for one in queries.versions_of(process) if _knows(one, step) and (not other or _knows(one, other))]
    return Place(kind, step, other, versions)


def of(deviation: Deviation) -> Place:
    """Where a deviation before the court is looked for. One query, and the process where it was not read yet."""
    return place_of(deviation.process, deviation.kind, deviation.step, deviation.other)


def _knows(version: ProcessVersion, step: str) -> bool:
    return step in words_of(version).definition.steps


def current(place: Place) -> ProcessVersion | None:
    """The version in force, if it knows the steps."""
    return next((one for one in place.versions if one.state == State.IN_FORCE), None)


@dataclass(frozen=True)
class Counted:
    """How often a pattern was counted: cases that depart so, of all; `people` is at least so many."""

    cases: int
    people: int
    of_all: int
    minutes: int | None
    last_at: datetime | None

    @property
    def share(self) -> float:
        """From 0 to 1, of all cases of these versions."""
        return self.cases / self.of_all if self.of_all else 0.0


def counted(place: Place) -> Counted:
    """What last night's run has counted. Two queries."""
    rows = Pattern.objects.filter(version__in=place.keys, kind=place.kind, step=place.step, other=place.other)
    sums: dict[str, Any] = rows.aggregate(n=Sum("cases"), most=Max("people"), time=Sum("minutes"), last=Max("last_at"))
    every = queries.totals(place.keys).cases
    return Counted(sums["n"] or 0, sums["most"] or 0, every, sums["time"], sums["last"])
