"""People and policies of the flow's tests: no company, only numbers and what is said of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gucang.approvals import flow
from gucang.approvals.definition import Definition, Kind, Mode, Step, Who

# Ann asks; Bea, Cem, Dai and Eva decide; Fay leads them all; Max is the administrator; Ned has left.
ANN, BEA, CEM, DAI, EVA, FAY, MAX, NED = range(1, 9)
EVERYBODY = frozenset({ANN, BEA, CEM, DAI, EVA, FAY, MAX})
SUPERIOR = {ANN: BEA, BEA: FAY, CEM: FAY, DAI: FAY, EVA: FAY, NED: CEM}


def policy(*steps: tuple[Mode, Sequence[int]], **rules: Any) -> Definition:
    """A policy with these steps of (mode, approvers)."""
    made = tuple(
        Step(f"{number}", mode, tuple(Who(Kind.PERSON, one) for one in who))
        for number, (mode, who) in enumerate(steps, start=1)
    )
    return Definition(steps=made, **rules)


def people(words: Definition, *, deputies: Mapping[int, Sequence[int]] | None = None, **more: Any) -> flow.People:
    """What is known of people while a request under this policy is decided."""
    found = {n: [flow.Named(who.id) for who in step.who] for n, step in enumerate(words.steps)}
    given = {"found": found, "working": EVERYBODY, "superior": SUPERIOR, "admins": (MAX,)} | more
    given["deputies"] = {one: frozenset(some) for one, some in (deputies or {}).items()}
    return flow.People(**given)


class Played:
    """One request as it is played: `agree(BEA)` finds her open task and goes on with what follows."""

    def __init__(self, words: Definition, by: int = ANN, **known: Any) -> None:
        self.people = people(words, **known)
        self.case = flow.begin(words, by, self.people)

    @property
    def waiting(self) -> list[int]:
        """Whose turn it is."""
        return sorted(task.member or 0 for task in flow.open_tasks(self.case))

    @property
    def state(self) -> flow.State:
        return self.case.state

    def key(self, member: int, instead_of: int | None = None) -> int:
        """The number of the open task of a member, or else of their latest one."""
        wanted = instead_of or member
        tasks = [task for task in self.case.tasks if task.member == wanted]
        opened = [task for task in flow.open_tasks(self.case) if task.member == wanted]
        return (opened or tasks)[-1].key

    def agree(self, *members: int, instead_of: int | None = None) -> Played:
        for member in members:
            self.case = flow.agree(self.case, self.key(member, instead_of), member, self.people)
        return self

    def back(self, member: int, to: int | None = None) -> Played:
        self.case = flow.give_back(self.case, self.key(member), member, self.people, to)
        return self

    def again(self, *, changed: bool = False) -> Played:
        self.case = flow.resubmit(self.case, self.people, changed=changed)
        return self

    def refuse(self, member: int) -> Played:
        self.case = flow.refuse(self.case, self.key(member), member, self.people)
        return self

    def withdraw(self) -> Played:
        self.case = flow.withdraw(self.case)
        return self

    def transfer(self, member: int, to: int, *, by: int | None = None, by_right: bool = False) -> Played:
        self.case = flow.transfer(self.case, self.key(member), by or member, to, self.people, by_right=by_right)
        return self

    def add(self, member: int, how: flow.Origin, *others: int, mode: Mode = Mode.ALL, by: int | None = None) -> Played:
        self.case = flow.add(self.case, self.key(member), by or member, list(others), how, self.people, mode)
        return self


def why(call: Any) -> flow.Why | None:
    """Why something is not possible; None when it is."""
    try:
        call()
    except flow.Impossible as problem:
        return problem.why
    return None
