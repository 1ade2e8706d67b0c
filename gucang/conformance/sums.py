"""What cases add up to, kept while they are judged: what a case counted before is taken away, what it counts now added.

So a night adds up what has news and not the whole log. Only how many people a pattern has and when it was last seen
cannot be taken away; `Pattern` gets both at the end of a run, from an index, by looking once for each person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from gucang.conformance.models import Pattern, Standing
from gucang.kernel import clock
from gucang.kernel.models import CompanyModel
from gucang.kernel.scope import active_company_id
from gucang.kernel.sets import column_types, insert_rows, update_rows

Key = tuple[Any, ...]
_MAY_BE_NULL = ("member_id", "department_id")
# version, member, department, week → cases, over, deviating, cost, worst
STANDING = ("version_id", "member_id", "department_id", "week"), ("cases", "over", "deviating", "cost", "worst")
# version, kind, step, other → cases, minutes
PATTERN = ("version_id", "kind", "step", "other"), ("cases", "minutes")


class Sums:
    """Changes of the sums, gathered over a batch and written once."""

    def __init__(self) -> None:
        self._standing: dict[Key, list[int]] = defaultdict(lambda: [0] * len(STANDING[1]))
        self._patterns: dict[Key, list[int]] = defaultdict(lambda: [0] * len(PATTERN[1]))

    def cases(self, cases: Iterable[Mapping[str, Any]], sign: int) -> None:
        """Add cases (columns of `Case` by name), or with a `sign` of -1 take them away."""
        for case in cases:
            key = case["version_id"], case["owner_id"], case["department_id"], week_of(case["last_at"])
            over, deviating = case["ended_at"] is not None, case["deviations"] > 0
            _add(self._standing[key], (1, int(over), int(deviating), case["cost"], case["worst"]), sign)

    def deviations(self, found: Iterable[tuple[Any, ...]], sign: int) -> None:
        """Add deviations: (case, version, kind, step, other step, minutes). A case counts once in each pattern."""
        minutes: dict[Key, int] = defaultdict(int)
        for *of_case, amount in found:
            minutes[tuple(of_case)] += amount or 0
        for key, many in minutes.items():
            _add(self._patterns[key[1:]], (1, many), sign)

    def write(self) -> bool:
        """Put the changes on what is kept. False where more would be taken away than is there: then add up `anew`."""
        fresh = {"people": 0, "last_at": clock.now()}
        return _put(Standing, *STANDING, self._standing, {}) and _put(Pattern, *PATTERN, self._patterns, fresh)


def week_of(moment: datetime) -> date:
    """The Monday of its week, in the company's zone."""
    day = timezone.localdate(moment)
    return day - timedelta(days=day.weekday())


def finish(versions: Sequence[int]) -> None:
    """Give the patterns of these versions what cannot be added up, and take away sums of nothing."""
    Standing.objects.filter(version__in=versions, cases=0).delete()
    Pattern.objects.filter(version__in=versions, cases=0).delete()
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, {"company": active_company_id(), "versions": list(versions)})


def anew(versions: Sequence[int]) -> None:
    """Add up all that is kept of these versions: in the first run, and where every case is judged anew."""
    values: dict[str, Any] = {
        "company": active_company_id(), "versions": list(versions), "zone": timezone.get_current_timezone_name()
    }  # fmt: skip
    Standing.objects.filter(version__in=versions).delete()
    Pattern.objects.filter(version__in=versions).delete()
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, values)
        cursor.execute(_PATTERNS, values)


def _add(sums: list[int], more: Sequence[int], sign: int) -> None:
    for place, one in enumerate(more):
        sums[place] += sign * one


def _put(
    model: type[CompanyModel], keys: Sequence[str], names: Sequence[str], changes: Mapping[Key, list[int]],
    fresh: Mapping[str, Any],
) -> bool:  # fmt: skip
    """Add `changes` ({key: sums}) to the rows of a model; one that is new also gets the `fresh` values.

    Puts nothing and returns False where a sum would fall below nothing.
    """
    changes = {key: change for key, change in changes.items() if any(change)}
    if not changes:
        return True
    near = {f"{name}__in": {key[at] for key in changes} for at, name in enumerate(keys) if name not in _MAY_BE_NULL}
    rows = model.objects.filter(**near).order_by("pk").select_for_update().values_list("pk", *keys, *names)
    kept = {tuple(row[1 : 1 + len(keys)]): row for row in rows}
    changed, new = [], []
    for key, change in changes.items():
        row = kept.get(key)
        before = row[1 + len(keys) :] if row else [0] * len(names)
        sums = [(was or 0) + more for was, more in zip(before, change, strict=True)]
        if min(sums) < 0:
            return False
        if row:
            changed.append((row[0], *sums))
        else:
            new.append((active_company_id(), *key, *sums, *fresh.values()))
    table = model._meta.db_table
    update_rows(table, column_types(model, ("id", *names)), changed)
    insert_rows(table, column_types(model, ("company_id", *keys, *names, *fresh)), new)
    return True


# From person to person by the index `deviation_by_person`, because the people are few and the deviations many.
_SEEN = """
    UPDATE conformance_pattern p SET
        people = (
            WITH RECURSIVE seen AS (
                (SELECT d.member_id FROM conformance_casedeviation d
                 WHERE d.company_id = p.company_id AND d.version_id = p.version_id AND d.kind = p.kind
                   AND d.step = p.step AND d.other = p.other AND d.member_id IS NOT NULL
                 ORDER BY d.member_id LIMIT 1)
                UNION ALL
                SELECT (SELECT d.member_id FROM conformance_casedeviation d
                        WHERE d.company_id = p.company_id AND d.version_id = p.version_id AND d.kind = p.kind
                          AND d.step = p.step AND d.other = p.other AND d.member_id > seen.member_id
                        ORDER BY d.member_id LIMIT 1)
                FROM seen WHERE seen.member_id IS NOT NULL
            ) SELECT count(member_id) FROM seen),
        last_at = (
            SELECT d.last_at FROM conformance_casedeviation d
            WHERE d.company_id = p.company_id AND d.version_id = p.version_id AND d.kind = p.kind
              AND d.step = p.step AND d.other = p.other
            ORDER BY d.last_at DESC LIMIT 1)
    WHERE p.company_id = %(company)s AND p.version_id = ANY(%(versions)s)
"""
_STANDING = """
    INSERT INTO conformance_standing
        (company_id, version_id, member_id, department_id, week, cases, over, deviating, cost, worst)
    SELECT company_id, version_id, owner_id, department_id,
           date_trunc('week', last_at AT TIME ZONE %(zone)s)::date, count(*), count(ended_at),
           count(*) FILTER (WHERE deviations > 0), sum(cost), sum(worst)
    FROM conformance_case WHERE company_id = %(company)s AND version_id = ANY(%(versions)s)
    GROUP BY 1, 2, 3, 4, 5
"""
_PATTERNS = """
    INSERT INTO conformance_pattern (company_id, version_id, kind, step, other, cases, people, minutes, last_at)
    SELECT company_id, version_id, kind, step, other, count(DISTINCT case_id), count(DISTINCT member_id),
           coalesce(sum(amount), 0), max(last_at)
    FROM conformance_casedeviation WHERE company_id = %(company)s AND version_id = ANY(%(versions)s)
    GROUP BY 1, 2, 3, 4, 5
"""
