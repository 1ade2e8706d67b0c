"""What pages read: kept sums, never the log, and one case with what shows it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, Sum

from gucang.accounts.models import Member
from gucang.conformance.models import Arrow, Case, CaseDeviation, Pattern, Standing, Waiting
from gucang.kernel import clock
from gucang.sops.models import Process, ProcessVersion, State

WEEKS = 12


@dataclass(frozen=True)
class Total:
    """Cases added up under a name."""

    name: Any
    cases: int
    over: int
    deviating: int
    cost: int
    worst: int
    key: Any = None

    @property
    def fitness(self) -> float | None:
        """From 0 to 1; None where there is nothing to compare."""
        return 1 - self.cost / self.worst if self.worst else None


def standing(versions: Iterable[int], by: str) -> list[Total]:
    """The kept sums of some versions by `version`, `member`, `department` or `week`. One query."""
    rows = Standing.objects.filter(version__in=list(versions)).order_by().values(by)
    summed = rows.annotate(
        n=Sum("cases"), is_over=Sum("over"), departs=Sum("deviating"), costs=Sum("cost"), most=Sum("worst")
    )
    return [
        Total(row[by], row["n"], row["is_over"], row["departs"], row["costs"], row["most"], row[by])
        for row in summed.order_by(by)
    ]


def without(sums: Iterable[Total], versions: Sequence[int], left_out: Q) -> list[Total]:
    """The sums of each member without the cases that are left out; who has no others is not there. One query."""
    rows = Case.objects.filter(left_out, version__in=versions).order_by().values("owner")
    counted = rows.annotate(
        n=Count("pk"), is_over=Count("ended_at"), departs=Count("pk", filter=Q(deviations__gt=0)),
        costs=Sum("cost"), most=Sum("worst"),
    )  # fmt: skip
    out = {row["owner"]: row for row in counted}
    kept = [_less(one, out[one.key]) if one.key in out else one for one in sums]
    # The sums may be a batch behind the cases.
    return [one for one in kept if one.cases > 0 and min(one.over, one.deviating, one.cost, one.worst) >= 0]


def _less(one: Total, row: dict[str, Any]) -> Total:
    return Total(
        one.name, one.cases - row["n"], one.over - row["is_over"], one.deviating - row["departs"],
        one.cost - row["costs"], one.worst - row["most"], one.key,
    )  # fmt: skip


def weeks(versions: Iterable[int]) -> list[Total]:
    """The last weeks in which cases had events, in order."""
    monday = clock.today() - timedelta(days=clock.today().weekday())
    first: date = monday - timedelta(weeks=WEEKS - 1)
    return [one for one in standing(versions, "week") if one.key >= first]


def versions_of(process: Process) -> list[ProcessVersion]:
    """The versions that hold or have held, the latest first."""
    return list(ProcessVersion.objects.filter(process=process).exclude(state=State.DRAFT).order_by("-in_force_from"))


def names_of(ids: Iterable[int | None]) -> dict[int, str]:
    """Members by id, also those who have left. One query."""
    found = {one for one in ids if one is not None}
    return dict(Member.with_bin.filter(pk__in=found).values_list("pk", "name")) if found else {}


def patterns(versions: Sequence[int], most: int = 30) -> list[Pattern]:
    """What departs, the most frequent first. One query."""
    found = Pattern.objects.filter(version__in=versions, cases__gt=0)
    return list(found.order_by("-cases", "kind", "step", "other")[:most])


@dataclass
class Queue:
    """What waits for a step: how many, how many of them late, since when the first, and with whom."""

    cases: int = 0
    late: int = 0
    since: Any = None
    middle: Any = None
    holders: Counter[int | None] = field(default_factory=Counter)


def queues(version: int) -> dict[str, Queue]:
    """What waits for each step of a version. One query."""
    found: dict[str, Queue] = defaultdict(Queue)
    for one in Waiting.objects.filter(version=version):
        queue = found[one.step]
        queue.cases += one.cases
        queue.late += one.late
        queue.since = min(filter(None, (queue.since, one.since)))
        queue.middle = min(filter(None, (queue.middle, one.middle)))
        queue.holders[one.member_id] += one.cases
    return found


def arrows(version: int) -> dict[tuple[str, str], Arrow]:
    """The arrows of a version's map. One query."""
    return {(one.before, one.after): one for one in Arrow.objects.filter(version=version, count__gt=0)}


def totals(versions: Sequence[int]) -> Total:
    """All cases of some versions added up. One query."""
    found = Standing.objects.filter(version__in=versions).aggregate(
        n=Sum("cases"), is_over=Sum("over"), departs=Sum("deviating"), costs=Sum("cost"), most=Sum("worst")
    )
    return Total("", *(found[name] or 0 for name in ("n", "is_over", "departs", "costs", "most")))


def case_of(record_type: str, pk: int, **annotated: Any) -> Case | None:
    """A record's way through its process, as it was judged last, with what is to be annotated. One query."""
    query = Case.objects.filter(object_type=record_type, object_id=pk).annotate(**annotated)
    found: Case | None = query.select_related("version__process", "variant").first()
    return found


def deviating(kind: str, step: str, other: str) -> Q:
    """The filter for cases that depart so; "" for any."""
    given = {"kind": kind, "step": step, "other": other}
    found = CaseDeviation.objects.filter(**{name: value for name, value in given.items() if value})
    return Q(pk__in=found.values("case_id"))
