"""What a deviation comes to: cases that depart so beside cases that keep to the process there.

Both are samples of the newest cases that are over, so that a page costs the same however long the log is. Measures are
a registry: a module above says more about the same cases with `measure`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from gucang.conformance.models import Case, CaseDeviation
from gucang.conformance.paces import minutes_of
from gucang.court.patterns import Place
from gucang.kernel.scope import active_company_id
from gucang.worktime.hours import WorkHours
from gucang.worktime.queries import calendar_of

# So many cases of each kind are looked at, the newest; the others are looked for among so many times as many.
SAMPLE = 500
SEARCHED = 5
# With fewer on either side nothing is said about an effect.
LEAST = 10
# Times are kept in classes that are right to within a tenth, so less than that is no difference; nor are 5 in 100.
NO_DIFFERENCE = {"time": 0.1, "share": 0.05}
# Beyond so many ways nobody looks whether a change covers them.
MOST_WAYS = 60


class Kind(StrEnum):
    """What a measure gives for a case: working minutes, or whether something is so."""

    TIME = "time"
    SHARE = "share"


@dataclass(frozen=True)
class Seen:
    """One case of a sample. `later` are the steps after the deviation, `departures` (kind, step) of all it departs."""

    pk: int
    object_id: int
    steps: Sequence[str]
    paces: bytes
    whole: bool
    minutes: int
    later: frozenset[str]
    departures: Sequence[tuple[str, str]] = ()

    def after(self) -> int | None:
        """Working minutes that led up to the later steps; None where none was done."""
        found = [pace for step, pace in zip(self.steps[1:], self.paces, strict=False) if step in self.later]
        return sum(minutes_of(pace) for pace in found) if found else None


@dataclass(frozen=True)
class Did:
    """One of the newest deviations: of which case and record, who did it, how many working minutes, and when the case
    was last on or became late.
    """

    case: int
    record: int
    member: int | None
    amount: int | None
    last_at: datetime


@dataclass(frozen=True)
class Sample:
    """The newest cases that are over: those that depart so, and those of the same versions that do not.

    `did` are the newest deviations, also of cases that go on.
    """

    case_type: str
    departing: Sequence[Seen]
    keeping: Sequence[Seen]
    did: Sequence[Did]

    def ways(self) -> list[tuple[str, ...]]:
        """The different sequences of steps of departing cases that were not broken off."""
        return list(dict.fromkeys(tuple(one.steps) for one in self.departing if one.whole))[:MOST_WAYS]


Values = Mapping[int, int | bool]
Of = Callable[[str, Sequence[Seen]], Values]


@dataclass(frozen=True)
class Measure:
    """Something that is told of cases; less of it is better. `of(case_type, cases)` gives it by the case's `pk`.

    It leaves out cases of which it knows nothing, and asks the database at most once for all of them.
    """

    key: str
    label: Any
    kind: Kind
    of: Of
    about: Any = ""


_measures: list[Measure] = []


def measure(key: str, label: Any, kind: Kind, about: Any = "") -> Callable[[Of], Of]:
    """Register the function below as a measure."""

    def remember(function: Of) -> Of:
        _measures.append(Measure(key, label, kind, function, about))
        return function

    return remember


@dataclass(frozen=True)
class Figure:
    """A measure over one side: of how many cases, the median and the 90th percentile in minutes, or the share."""

    cases: int = 0
    middle: int | None = None
    most: int | None = None
    share: float | None = None


@dataclass(frozen=True)
class Effect:
    """A measure on both sides, and what may be said of it: "less", "more", "same", or "few" where cases are too few."""

    measure: Measure
    departing: Figure
    keeping: Figure
    verdict: str = field(default="few")


def effects(sample: Sample) -> list[Effect]:
    """Every measure over a sample, in the order in which they were registered."""
    return [_effect(one, sample) for one in _measures]


def _effect(one: Measure, sample: Sample) -> Effect:
    values = one.of(sample.case_type, [*sample.departing, *sample.keeping])
    sides = [
        figure_of(one.kind, [values[case.pk] for case in side if case.pk in values])
        for side in (sample.departing, sample.keeping)
    ]
    return Effect(one, sides[0], sides[1], verdict_of(one.kind, *sides))


def figure_of(kind: Kind, values: Sequence[int | bool]) -> Figure:
    """Values of one side as a figure."""
    if not values:
        return Figure()
    if kind is Kind.SHARE:
        return Figure(len(values), share=sum(map(bool, values)) / len(values))
    ordered = sorted(int(one) for one in values)
    return Figure(len(ordered), quantile(ordered, 0.5), quantile(ordered, 0.9))


def quantile(ordered: Sequence[int], share: float) -> int:
    """The least of ordered values at or below which `share` of them lie."""
    return ordered[max(0, -(-len(ordered) * round(share * 100) // 100) - 1)]


def verdict_of(kind: Kind, departing: Figure, keeping: Figure) -> str:
    """What may be said of two sides: "less", "more", "same", or "few"."""
    if min(departing.cases, keeping.cases) < LEAST:
        return "few"
    if kind is Kind.SHARE:
        ours, theirs = departing.share or 0.0, keeping.share or 0.0
        close = abs(ours - theirs) < NO_DIFFERENCE["share"]
    else:
        ours, theirs = float(departing.middle or 0), float(keeping.middle or 0)
        close = abs(ours - theirs) <= NO_DIFFERENCE["time"] * max(ours, theirs)
    return "same" if close else "less" if ours < theirs else "more"


# --- the sample ------------------------------------------------------------------------------------------------------

# The newest of each version, by the index over patterns: nothing that grows with the log.
_NEWEST = """
    SELECT d.case_id, c.object_id, d.member_id, d.amount, GREATEST(d.last_at, d.since)
    FROM unnest(%(versions)s::bigint[]) v
    CROSS JOIN LATERAL (
        SELECT case_id, member_id, amount, last_at, since FROM conformance_casedeviation
        WHERE company_id = %(company)s AND version_id = v AND kind = %(kind)s AND step = %(step)s AND other = %(other)s
        ORDER BY last_at DESC LIMIT %(most)s
    ) d JOIN conformance_case c ON c.company_id = %(company)s AND c.id = d.case_id
    ORDER BY d.last_at DESC, d.case_id LIMIT %(most)s
"""


def sample(place: Place, case_type: str, process: int) -> Sample:
    """The newest cases on both sides. Four queries."""
    did = newest(place)
    departing = list(
        _over(process, place).filter(pk__in={one.case for one in did}).order_by("-last_at", "-pk")[:SAMPLE]
    )
    recent = _over(process, place).order_by("-last_at", "-pk").values("pk")[: SAMPLE * SEARCHED]
    same = CaseDeviation.objects.filter(case=OuterRef("pk"), kind=place.kind, step=place.step, other=place.other)
    keeping = Case.objects.filter(~Exists(same), pk__in=recent).select_related("variant")
    others = list(keeping.order_by("-last_at", "-pk")[:SAMPLE])
    departures: dict[int, list[tuple[str, str]]] = {}
    rows = CaseDeviation.objects.filter(case__in=[one.pk for one in (*departing, *others)])
    for case, kind, step in rows.values_list("case_id", "kind", "step"):
        departures.setdefault(case, []).append((kind, step))
    later = {one.pk: place.later(one) for one in place.versions}
    hours = calendar_of()
    sides = [[_seen(one, later, hours, departures.get(one.pk, ())) for one in side] for side in (departing, others)]
    return Sample(case_type, sides[0], sides[1], did)


def newest(place: Place) -> list[Did]:
    """The newest deviations of a pattern. One query."""
    values: dict[str, Any] = {
        "company": active_company_id(), "versions": place.keys, "kind": str(place.kind), "step": place.step,
        "other": place.other, "most": SAMPLE * 2,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, values)
        return [Did(*row) for row in cursor.fetchall()]


def _over(process: int, place: Place) -> QuerySet[Any]:
    return Case.objects.filter(process=process, version__in=place.keys, ended_at__isnull=False).select_related(
        "variant"
    )


def _seen(
    case: Case, later: Mapping[int, frozenset[str]], hours: WorkHours, departures: Sequence[tuple[str, str]]
) -> Seen:
    return Seen(
        case.pk, case.object_id, case.variant.steps, bytes(case.paces), case.whole,
        max(hours.minutes_between(case.begun_at, case.last_at), 0), later[case.version_id], departures,
    )  # fmt: skip
