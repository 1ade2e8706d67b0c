"""The sampling plan: of all that waits for judgement, a work list for the week and not a dump.

Rules and departments take turns, so that a rule that finds much does not hide the others. Within a turn what weighs
most comes first: how serious it is, members on probation more, and the weights that the company has set. No dice: the
same findings give the same list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from gucang.accounts.models import Status
from gucang.audits import queries
from gucang.audits.actions import findings
from gucang.audits.kinds import TO_JUDGE, Severity
from gucang.audits.models import Finding, SampleWeight
from gucang.kernel import clock
from gucang.kernel.actors import system

MOST_LOOKED_AT = 5000
SERIOUSNESS = {Severity.HINT: 1, Severity.WARNING: 2, Severity.SERIOUS: 4}


@dataclass(frozen=True)
class Candidate:
    """A finding as the plan weighs it."""

    pk: int
    rule: int
    department: int | None
    member: int | None
    severity: str
    on_probation: bool


@dataclass(frozen=True)
class Plan:
    """`size` findings a week. The weights are by id; what has none counts once."""

    size: int
    probation: int
    rules: dict[int, int]
    departments: dict[int, int]
    members: dict[int, int]

    def weight(self, one: Candidate) -> int:
        """How much a finding weighs; 0 is never drawn."""
        found = SERIOUSNESS[Severity(one.severity)] * self.rules.get(one.rule, 1)
        found *= self.departments.get(one.department or 0, 1) * self.members.get(one.member or 0, 1)
        return found * (self.probation if one.on_probation else 1)


def choose(candidates: Iterable[Candidate], plan: Plan) -> list[Candidate]:
    """Whom the plan draws, in the order of the list."""
    strata: dict[tuple[int, int | None], list[Candidate]] = defaultdict(list)
    for one in candidates:
        if plan.weight(one):
            strata[one.rule, one.department].append(one)
    for rows in strata.values():
        rows.sort(key=lambda one: (-plan.weight(one), one.pk))
    queues: Sequence[list[Candidate]] = sorted(strata.values(), key=lambda rows: (-plan.weight(rows[0]), rows[0].pk))
    found: list[Candidate] = []
    place = 0
    while len(found) < plan.size and any(len(rows) > place for rows in queues):
        found += [rows[place] for rows in queues if len(rows) > place]
        place += 1
    return found[: plan.size]


def plan_of_company() -> Plan:
    """The plan as the company has set it."""
    settings = queries.settings()
    weights = list(SampleWeight.objects.order_by("pk"))
    return Plan(
        settings.sample_size,
        settings.probation_weight,
        {one.rule_id: one.weight for one in weights if one.rule_id},
        {one.department_id: one.weight for one in weights if one.department_id},
        {one.member_id: one.weight for one in weights if one.member_id},
    )


def draw() -> int:
    """Draw this week's list, as far as it is not drawn yet; returns how many were drawn."""
    plan, today = plan_of_company(), clock.today()
    monday = today - timedelta(days=today.weekday())
    drawn = Finding.objects.filter(picked_on__gte=monday).count()
    left = plan.size - drawn
    if left <= 0:
        return 0
    waiting = Finding.objects.filter(state__in=TO_JUDGE, picked_on=None).select_related("member").order_by("pk")
    new = (Status.PROBATION, Status.TRAINEE)
    candidates = [
        Candidate(
            one.pk, one.rule_id, one.department_id, one.member_id, one.severity,
            one.member is not None and one.member.status in new,
        )
        for one in waiting[:MOST_LOOKED_AT]
    ]  # fmt: skip
    found = choose(candidates, Plan(left, plan.probation, plan.rules, plan.departments, plan.members))
    for one in found:
        findings.pick(one.pk, actor=system(), because="probation" if one.on_probation else "")
    return len(found)
