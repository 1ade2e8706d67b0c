"""Which tasks are open, when a step stands, and who has to agree in the one that is entered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gucang.approvals.definition import Definition, Disabled, Empty, Mode, Same, Twice
from gucang.approvals.flow.shapes import Case, Decision, Impossible, Named, People, State, Task, Why


def open_tasks(case: Case) -> list[Task]:
    """The tasks that can be decided now."""
    if case.state is not State.WAITING:
        return []
    here = case.here()
    return [task for task in here if is_open(task, here)]


def is_open(task: Task, here: Sequence[Task]) -> bool:
    return (
        task.decision is Decision.OPEN
        and task.member is not None
        and _is_reached(task, here)
        and all(satisfied(group, here) for group in _groups(task, "before", here))
    )


def _is_reached(task: Task, here: Sequence[Task]) -> bool:
    """Whether it is the turn of the task's group, and within the group its own."""
    group = [one for one in here if one.group == task.group and one.counts]
    if task.mode is Mode.ANY and satisfied(group, here):
        return False
    if task.mode is Mode.IN_ORDER and not all(_is_done(one, here) for one in group if one.place < task.place):
        return False
    if task.parent is None:
        return True
    parent = next(one for one in here if one.key == task.parent)
    if task.side == "before":
        return parent.decision is Decision.OPEN and _is_reached(parent, here)
    return parent.decision is Decision.AGREED and not _settled_above(parent, here)


def _settled_above(parent: Task, here: Sequence[Task]) -> bool:
    """Whether the parent's group needs nothing more of it: another of 或签 is through already."""
    group = [one for one in here if one.group == parent.group and one.counts]
    return parent.mode is Mode.ANY and satisfied(group, here)


def _groups(task: Task, side: str, here: Sequence[Task]) -> Iterator[list[Task]]:
    """The groups that were added before or after a task."""
    batches = {one.batch for one in here if one.parent == task.key and one.side == side}
    for batch in sorted(batches):
        yield [one for one in here if one.parent == task.key and one.side == side and one.batch == batch and one.counts]


def satisfied(group: Sequence[Task], here: Sequence[Task]) -> bool:
    done = [_is_done(task, here) for task in group]
    return any(done) if group and group[0].mode is Mode.ANY else all(done)


def _is_done(task: Task, here: Sequence[Task]) -> bool:
    """Agreed to or passed, and everybody who was added afterwards has agreed as well."""
    if task.decision not in (Decision.AGREED, Decision.PASSED):
        return False
    return all(satisfied(group, here) for group in _groups(task, "after", here))


# --- into a step -----------------------------------------------------------------------------------------------------


def begin(definition: Definition, submitter: int, people: People) -> Case:
    """A request that has just been asked for. Raises Impossible (NOBODY) when a step finds nobody to decide."""
    for step in range(len(definition.steps)):
        _slots(Case(definition, submitter), step, people)
    return go_on(Case(definition, submitter), people)


def go_on(case: Case, people: People) -> Case:
    """Enter the first step that does not stand, and through those that pass by themselves; or the end."""
    while True:
        step = next((n for n in range(len(case.definition.steps)) if n not in case.standing), None)
        if step is None:
            return replace(case, state=State.AGREED)
        try:
            case = _enter(case, step, people)
        except Impossible as problem:
            return replace(case, state=State.RETURNED, step=step, why=problem.why)
        if not satisfied(main_group(case), case.here()):
            return case
        case = stands(case)


def _enter(case: Case, step: int, people: People) -> Case:
    mode, visit, key = case.definition.steps[step].mode, case.visit + 1, len(case.tasks)
    made = [
        replace(slot, key=key + place, visit=visit, step=step, place=place, mode=mode)
        for place, slot in enumerate(_slots(case, step, people))
    ]
    return replace(case, state=State.WAITING, step=step, visit=visit, tasks=(*case.tasks, *made), why="")


def main_group(case: Case) -> list[Task]:
    return [task for task in case.here() if task.side == "main" and task.counts]


def stands(case: Case) -> Case:
    """The present step is through: what nobody decided any more is closed."""
    return replace(closed(case), standing={**case.standing, case.step: case.visit})


def closed(case: Case) -> Case:
    tasks = tuple(
        replace(task, decision=Decision.CLOSED) if task.visit == case.visit and task.decision is Decision.OPEN else task
        for task in case.tasks
    )
    return replace(case, tasks=tasks)


def who_decides(definition: Definition, submitter: int, step: int, people: People) -> list[int | None]:
    """Whom a step would ask if nobody had agreed to anything yet. Raises Impossible (NOBODY)."""
    return [task.member for task in _slots(Case(definition, submitter), step, people)]


def _slots(case: Case, step: int, people: People) -> list[Task]:
    """Who has to agree in a step, by the policy's rules. Raises Impossible (NOBODY)."""
    rules, submitter = case.definition, case.submitter
    named = {one.member: one for one in reversed(people.found.get(step, ()))}
    found: dict[int, Named] = {}
    left_out = False
    for one in people.found.get(step, ()):
        for member in _working(one.member, rules.disabled, submitter, people):
            if member == submitter and rules.same is Same.SUPERIOR:
                above = people.above(submitter, without=submitter)
                if above is not None:
                    found.setdefault(above, Named(above))
            elif member == submitter and rules.same is Same.SKIP:
                left_out = True
            else:
                found.setdefault(member, named.get(member, Named(member)))
    if not found and left_out:
        return [_passed(None, Why.SAME)]
    if not found:
        found = {member: Named(member) for member in _when_empty(rules, submitter, people)}
    if not found and rules.empty is Empty.PASS:
        return [_passed(None, Why.EMPTY)]
    if not found:
        raise Impossible(Why.NOBODY)
    agreed = _agreed_before(case, step)
    return [
        _passed(one.member, Why.TWICE) if one.member in agreed else Task(0, 0, 0, one.member, personal=one.personal)
        for one in found.values()
    ]


def _working(member: int, rule: Disabled, submitter: int, people: People) -> Sequence[int]:
    if member in people.working:
        return (member,)
    if rule is Disabled.SUPERIOR and (above := people.above(member, without=submitter)) is not None:
        return (above,)
    return _admins(submitter, people) if rule is Disabled.ADMIN else ()


def _when_empty(rules: Definition, submitter: int, people: People) -> Sequence[int]:
    """Who decides where nobody is found; never who asks."""
    if rules.empty is Empty.PASS:
        return ()
    if rules.empty is Empty.PERSON and rules.empty_person in people.working and rules.empty_person != submitter:
        return (rules.empty_person,)
    return _admins(submitter, people)


def _admins(submitter: int, people: People) -> Sequence[int]:
    return [one for one in people.admins if one in people.working and one != submitter]


def _passed(member: int | None, why: Why) -> Task:
    return Task(0, 0, 0, member, decision=Decision.PASSED, why=why)


def _agreed_before(case: Case, step: int) -> frozenset[int]:
    """Who agreed with their own hand in a step that stands, as far as they need not be asked again."""
    rule = case.definition.twice
    if rule is Twice.EACH:
        return frozenset()
    visits = {
        visit for one, visit in case.standing.items() if one < step and (rule is Twice.FIRST or one == step - 1)
    }  # fmt: skip
    return frozenset(
        task.by
        for task in case.tasks
        if task.visit in visits and task.decision is Decision.AGREED and task.by == task.member and task.by is not None
    )


def with_task(case: Case, task: Task) -> Case:
    return replace(case, tasks=(*case.tasks[: task.key], task, *case.tasks[task.key + 1 :]))
