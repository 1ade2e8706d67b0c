"""Between a request with its tasks in the database and the case that the flow works on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gucang.approvals import flow, people
from gucang.approvals.definition import Mode
from gucang.approvals.models import ApprovalRequest, ApprovalTask, State
from gucang.kernel import clock
from gucang.kernel.actions import keep

RECORD = "approval_request"
_SAME = ("visit", "step", "place", "side", "parent", "batch", "personal", "why")


def tasks_of(request: ApprovalRequest) -> list[ApprovalTask]:
    """The tasks of a request in the order in which they were made. One query, remembered on it."""
    kept = request.__dict__
    if "_tasks" not in kept:
        kept["_tasks"] = list(request.tasks.order_by("number").select_related("member", "by"))
    found: list[ApprovalTask] = kept["_tasks"]
    return found


def load(requests: Sequence[ApprovalRequest]) -> None:
    """Read the tasks of several requests in one query, as `tasks_of` would of each; not those that are there."""
    requests = [request for request in requests if "_tasks" not in request.__dict__]
    rows = ApprovalTask.objects.filter(request__in=requests).order_by("request_id", "number")
    found: dict[int, list[ApprovalTask]] = {request.pk: [] for request in requests}
    for row in rows.select_related("member", "by") if requests else ():
        found[row.request_id].append(row)
    for request in requests:
        request.__dict__["_tasks"] = found[request.pk]


def forget(request: ApprovalRequest) -> None:
    """Read the tasks anew next time."""
    request.__dict__.pop("_tasks", None)


def case_of(request: ApprovalRequest) -> flow.Case:
    """The request as the flow sees it."""
    return flow.Case(
        definition=request.policy_version.read(),
        submitter=request.submitter_id,
        state=_FLOW.get(request.state, flow.State.AGREED),
        step=request.step,
        visit=request.visit,
        standing={int(step): visit for step, visit in request.standing.items()},
        tasks=tuple(_task(row) for row in tasks_of(request)),
    )


_FLOW = {
    State.WAITING.value: flow.State.WAITING, State.RETURNED.value: flow.State.RETURNED,
    State.REFUSED.value: flow.State.REFUSED, State.WITHDRAWN.value: flow.State.WITHDRAWN,
}  # fmt: skip


def _task(row: ApprovalTask) -> flow.Task:
    same = {name: getattr(row, name) for name in _SAME}
    return flow.Task(
        key=row.number,
        member=row.member_id,
        mode=Mode(row.mode),
        origin=flow.Origin(row.origin),
        decision=flow.Decision(row.decision),
        by=row.by_id,
        **same,
    )


def people_of(request: ApprovalRequest) -> flow.People:
    """What the flow has to know of people about this request, today."""
    version = request.policy_version
    return people.people_for(version.read(), request.submitter_id, request.get_about(), version.policy_id)


def put(request: ApprovalRequest, case: flow.Case, comments: dict[int, str] | None = None) -> list[int]:
    """Put the case onto the request; the members whose turn has come by it. Its tasks are written with it, by `keep`.

    `comments` are what was said with a decision, by the task's number.
    """
    now = clock.now()
    was_open = {row.member_id for row in tasks_of(request) if row.open} if request.pk else set()
    if (request.visit, request.state) != (case.visit, _STATE.get(case.state)) or request.since is None:
        request.since = now
    request.step, request.visit = case.step, case.visit
    request.standing = {str(step): visit for step, visit in case.standing.items()}
    request.state = _STATE.get(case.state, request.state)
    request.__dict__["_to_keep"] = (case, comments or {})
    turn = {task.member for task in flow.open_tasks(case)}
    return sorted(one for one in turn - was_open if one is not None)


@keep(RECORD)
def write_tasks(pairs: list[tuple[Any, Any]]) -> None:
    """Write the tasks of requests whose case has changed."""
    for _before, request in pairs:
        case, comments = request.__dict__.pop("_to_keep", (None, {}))
        if case is not None:
            _write_all(request, case, comments)


def _write_all(request: ApprovalRequest, case: flow.Case, comments: dict[int, str]) -> None:
    before = {row.number: row for row in tasks_of(request)}
    open_now = {task.key for task in flow.open_tasks(case)}
    for task in case.tasks:
        row = before.get(task.key)
        if row is None or _task(row) != task or row.open != (task.key in open_now):
            _write(request, row, task, task.key in open_now, comments.get(task.key, ""))
    forget(request)


_STATE = {
    flow.State.WAITING: State.WAITING, flow.State.RETURNED: State.RETURNED, flow.State.REFUSED: State.REFUSED,
    flow.State.WITHDRAWN: State.WITHDRAWN,
}  # fmt: skip


def _write(request: ApprovalRequest, row: ApprovalTask | None, task: flow.Task, is_open: bool, comment: str) -> None:
    now = clock.now()
    row = row or ApprovalTask(request=request, number=task.key)
    for name in _SAME:
        setattr(row, name, getattr(task, name))
    decided = task.decision is not flow.Decision.OPEN
    row.member_id, row.by_id = task.member, task.by
    row.mode, row.origin, row.decision = task.mode.value, task.origin.value, task.decision.value
    row.opened_at = row.opened_at or (now if is_open else None)
    row.decided_at = row.decided_at or (now if decided else None)
    row.comment = comment or row.comment
    row.open = is_open
    row.save()


def holders(request: ApprovalRequest) -> list[ApprovalTask]:
    """Whose decision is waited for now."""
    return [row for row in tasks_of(request) if row.open]


def holders_in_words(request: ApprovalRequest) -> str:
    """Their names as one phrase."""
    return "、".join(dict.fromkeys(str(row.member) for row in holders(request)))
