"""Patterns before names: what the rules have found, by rule, in numbers. What is private is counted and never named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Q, Sum

from gucang.accounts.models import Department
from gucang.audits.kinds import TO_JUDGE, State
from gucang.audits.models import AuditRule, Correction, Finding, RuleRun
from gucang.kernel import clock

WEEKS = timedelta(weeks=4)
_COUNTS = {
    "own": Q(state=State.OWN),
    "open": Q(state=State.OPEN),
    "answered": Q(state=State.ANSWERED),
    "correcting": Q(state=State.CORRECTING),
    "waived": Q(state=State.WAIVED),
}


@dataclass
class Pattern:
    """A rule with what it found: how many are where now, and how those of the last four weeks ended."""

    rule: AuditRule
    counts: dict[str, int]
    recent: int = 0
    by_person: int = 0
    again: int = 0
    cost: Any = None
    people: int = 0
    departments: list[tuple[str, int]] = field(default_factory=list)
    corrections: int = 0
    waiting: int = 0
    problem: str = ""

    @property
    def to_judge(self) -> int:
        """How many wait for the auditor."""
        return self.counts["open"] + self.counts["answered"]

    @property
    def live(self) -> int:
        """How many are not settled."""
        return self.to_judge + self.counts["own"] + self.counts["correcting"]


def patterns() -> list[Pattern]:
    """Every rule that has found something that stands or stood in the last four weeks, what is pressing first.

    Five queries, whatever the number of rules. Departments are counted of what is not private any more.
    """
    since = clock.now() - WEEKS
    counts = {name: Count("pk", filter=condition) for name, condition in _COUNTS.items()}
    rows = (
        Finding.objects.filter(Q(closed_at=None) | Q(closed_at__gte=since) | Q(state=State.WAIVED))
        .order_by()
        .values("rule_id")
        .annotate(
            recent=Count("pk", filter=Q(first_seen_at__gte=since)),
            by_person=Count("pk", filter=Q(state=State.SELF_CORRECTED)),
            again=Count("pk", filter=Q(recurrence_of__isnull=False)),
            total=Sum("cost", filter=Q(state__in=TO_JUDGE)),
            people=Count("member_id", distinct=True),
            **counts,
        )
    )
    rules = AuditRule.objects.in_bulk([row["rule_id"] for row in rows])
    found = {
        row["rule_id"]: Pattern(
            rules[row["rule_id"]], {name: row[name] for name in _COUNTS}, row["recent"], row["by_person"],
            row["again"], row["total"], row["people"],
        )
        for row in rows if row["rule_id"] in rules
    }  # fmt: skip
    _add_departments(found)
    going_on = Correction.objects.filter(state__in=("open", "done")).order_by().values_list("rule_id")
    for rule_id, number in going_on.annotate(n=Count("pk")):
        if rule_id in found:
            found[rule_id].corrections = number
    for run in RuleRun.objects.filter(rule_id__in=list(found)):
        found[run.rule_id].waiting, found[run.rule_id].problem = run.waiting, run.problem
    order = {"serious": 0, "warning": 1, "hint": 2}
    return sorted(found.values(), key=lambda one: (order[one.rule.severity], -one.to_judge, -one.live, one.rule.pk))


def _add_departments(found: dict[int, Pattern]) -> None:
    names = dict(Department.objects.values_list("pk", "name"))
    rows = Finding.objects.filter(state__in=TO_JUDGE, department__isnull=False).order_by()
    counted = rows.values_list("rule_id", "department_id").annotate(n=Count("pk")).order_by(F("n").desc())
    for rule_id, department, number in counted:
        if rule_id in found and department in names:
            found[rule_id].departments.append((names[department], number))


def totals(found: Sequence[Pattern]) -> dict[str, int]:
    """The figures over all rules."""
    return {
        "to_judge": sum(one.to_judge for one in found),
        "own": sum(one.counts["own"] for one in found),
        "by_person": sum(one.by_person for one in found),
        "recent": sum(one.recent for one in found),
        "correcting": sum(one.counts["correcting"] for one in found),
        "again": sum(one.again for one in found),
    }
