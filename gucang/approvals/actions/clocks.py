"""What the clock does with a request whose time is over, as its policy says."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from gucang.approvals import cases, clocks, flow, rules
from gucang.approvals.actions.requests import follow
from gucang.approvals.definition import Late
from gucang.approvals.models import ApprovalRequest
from gucang.kernel import clock
from gucang.kernel.actions import action
from gucang.kernel.permissions import is_the_system


@action(
    "approval_request.run_late", label=_("Time is over"), allow=is_the_system, guard=rules.why_not_waiting,
    internal=True, always=True, icon="clock",
)  # fmt: skip
def run_late(request: ApprovalRequest) -> dict[str, Any]:
    """Do once what the step's policy says of one that is late: hand it up, let it pass, send it back, or only tell."""
    case, who = cases.case_of(request), cases.people_of(request)
    late = case.definition.steps[case.step].late
    if late is Late.AGREE:
        return {"late": late.value, **follow(request, flow.pass_late(case, who))}
    if late is Late.RETURN:
        return {"late": late.value, **follow(request, flow.return_late(case))}
    if late is Late.SUPERIOR:
        case = _handed_up(case, who)
    facts = {"late": late.value, **follow(request, case)}
    if late is Late.SUPERIOR and facts["turn"]:
        # The superior has the same time again.
        request.due_at = request.acts_at = clocks.due_at(case)
        return facts
    request.acts_at = clocks.remind_again_at(case, request.due_at)
    request.urged_at = clock.now()
    return facts | {"urged": [row.member_id for row in cases.holders(request)]}


def _handed_up(case: flow.Case, who: flow.People) -> flow.Case:
    """Each open task with the superior of who holds it, where there is one who may have it."""
    for task in flow.open_tasks(case):
        above = who.above(task.member or 0, without=case.submitter)
        if above is None:
            continue
        try:
            case = flow.transfer(case, task.key, task.member or 0, above, who, by_right=True)
        except flow.Impossible:
            continue
    return case
