"""What follows from each decision, and from each way to let others decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gucang.approvals.definition import AfterReturn, Mode
from gucang.approvals.flow.shapes import Case, Decision, Impossible, Origin, People, State, Task, Why
from gucang.approvals.flow.steps import closed, go_on, is_open, main_group, open_tasks, satisfied, stands, with_task

MOST_ADDED = 5
MOST_NESTED = 3


def check(case: Case, key: int, by: int, people: People) -> Task:
    """The task, if `by` may decide it now. Raises Impossible."""
    task = case.task(key)
    here = case.here()
    if case.state is not State.WAITING or task not in here or not is_open(task, here):
        raise Impossible(Why.NOT_OPEN)
    stands_in = task.personal and task.member is not None and by in people.deputies.get(task.member, ())
    if by != task.member and not stands_in:
        raise Impossible(Why.NOT_YOURS)
    if by == case.submitter and by != task.member:
        raise Impossible(Why.OWN)
    # Of several whose agreement is wanted no two are one person: neither twice as a deputy, nor once as oneself.
    others = [one for one in here if one.key != task.key and one.counts]
    if any(one.by == by and one.decision is Decision.AGREED for one in others):
        raise Impossible(Why.TWICE_HERE)
    if by != task.member and any(one.member == by for one in others):
        raise Impossible(Why.TWICE_HERE)
    return task


def agree(case: Case, key: int, by: int, people: People) -> Case:
    """`by` agrees. Raises Impossible."""
    task = check(case, key, by, people)
    return _decided(case, replace(task, decision=Decision.AGREED, by=by), people)


def _decided(case: Case, task: Task, people: People) -> Case:
    case = with_task(case, task)
    return go_on(stands(case), people) if satisfied(main_group(case), case.here()) else case


def give_back(case: Case, key: int, by: int, people: People, to: int | None = None) -> Case:
    """`by` sends it back: to who asked, or to an earlier step. Raises Impossible."""
    task = check(case, key, by, people)
    if to is not None and to not in case.standing:
        raise Impossible(Why.NO_SUCH_STEP)
    case = closed(with_task(case, replace(task, decision=Decision.RETURNED, by=by)))
    straight = case.definition.after_return is AfterReturn.STRAIGHT
    if to is None:
        standing = dict(case.standing) if straight else {}
        return replace(case, state=State.RETURNED, standing=standing)
    kept = {step: visit for step, visit in case.standing.items() if step != to and (straight or step < to)}
    return go_on(replace(case, standing=kept), people)


def return_late(case: Case) -> Case:
    """The clock sends it back to who asked."""
    straight = case.definition.after_return is AfterReturn.STRAIGHT
    kept = dict(case.standing) if straight else {}
    return replace(closed(case), state=State.RETURNED, standing=kept, why=Why.LATE)


def resubmit(case: Case, people: People, *, changed: bool) -> Case:
    """Who asked sends it again. What was agreed to stands only if the policy says so and nothing was changed."""
    if case.state is not State.RETURNED:
        raise Impossible(Why.NOT_OPEN)
    return go_on(replace(case, standing={} if changed else dict(case.standing)), people)


def refuse(case: Case, key: int, by: int, people: People) -> Case:
    """`by` refuses, for good. Raises Impossible."""
    task = check(case, key, by, people)
    return replace(
        closed(with_task(case, replace(task, decision=Decision.REFUSED, by=by))), state=State.REFUSED, standing={}
    )


def withdraw(case: Case) -> Case:
    """Who asked takes it back, as long as nobody after them has agreed, or it is back with them. Raises Impossible."""
    if case.state not in (State.WAITING, State.RETURNED):
        raise Impossible(Why.NOT_OPEN)
    if case.state is State.WAITING and any(has_acted(task, case) for task in case.tasks):
        raise Impossible(Why.ACTED)
    return replace(closed(case), state=State.WITHDRAWN, standing={})


def has_acted(task: Task, case: Case) -> bool:
    """Whether somebody has agreed by this task, and it still counts."""
    return task.decision is Decision.AGREED and task.visit in {case.visit, *case.standing.values()}


def pass_late(case: Case, people: People) -> Case:
    """The clock lets everything pass that is open in this step."""
    while case.state is State.WAITING and (found := open_tasks(case)):
        for task in found:
            case = with_task(case, replace(task, decision=Decision.PASSED, why=Why.LATE))
        if satisfied(main_group(case), case.here()):
            return go_on(stands(case), people)
    return case


def transfer(case: Case, key: int, by: int, to: int, people: People, *, by_right: bool = False) -> Case:
    """The task goes to somebody else. `by_right` is who may move any task: an administrator, or the clock.

    Raises Impossible.
    """
    task = case.task(key)
    if case.state is not State.WAITING or task not in open_tasks(case):
        raise Impossible(Why.NOT_OPEN)
    if not by_right and by != task.member:
        raise Impossible(Why.DEPUTY if by in people.deputies.get(task.member or 0, ()) else Why.NOT_YOURS)
    _check_new(case, [to], people)
    made = replace(task, key=len(case.tasks), member=to, origin=Origin.TRANSFERRED, personal=True)
    case = with_task(case, replace(task, decision=Decision.TRANSFERRED, by=by))
    # Who was added to the task that leaves is there for the one that takes its place.
    tasks = tuple(
        replace(one, parent=made.key) if one.parent == task.key and one.visit == task.visit else one
        for one in case.tasks
    )
    return replace(case, tasks=(*tasks, made))


def add(
    case: Case, key: int, by: int, members: Sequence[int], how: Origin, people: People, mode: Mode = Mode.ALL
) -> Case:
    """Let others sign before, after or alongside the task; `mode` is for the first two. Raises Impossible."""
    task = case.task(key)
    if case.state is not State.WAITING or task not in open_tasks(case):
        raise Impossible(Why.NOT_OPEN)
    if by != task.member:
        raise Impossible(Why.DEPUTY if by in people.deputies.get(task.member or 0, ()) else Why.NOT_YOURS)
    if not 1 <= len(set(members)) <= MOST_ADDED or (how is not Origin.ALONGSIDE and _depth(task, case) >= MOST_NESTED):
        raise Impossible(Why.TOO_MANY)
    _check_new(case, members, people)
    first, batch = len(case.tasks), len(case.tasks)
    made = []
    for place, member in enumerate(dict.fromkeys(members)):
        one = replace(task, key=first + place, member=member, origin=how, personal=True, decision=Decision.OPEN)
        if how is not Origin.ALONGSIDE:
            one = replace(one, side=how.value, parent=task.key, batch=batch, place=place, mode=mode)
        made.append(one)
    return replace(case, tasks=(*case.tasks, *made))


def _check_new(case: Case, members: Sequence[int], people: People) -> None:
    """Raise Impossible for whom nobody may bring in: who asks, who has left, who is asked here already."""
    here = {one.member for one in case.here() if one.counts} | {
        one.by for one in case.here() if one.decision is Decision.AGREED
    }
    for member in members:
        if member == case.submitter:
            raise Impossible(Why.OWN)
        if member not in people.working:
            raise Impossible(Why.NOT_WORKING)
        if member in here:
            raise Impossible(Why.ALREADY_HERE)


def _depth(task: Task, case: Case) -> int:
    found = 0
    while task.parent is not None:
        task, found = case.task(task.parent), found + 1
    return found
