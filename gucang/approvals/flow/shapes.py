"""What the flow is about: a case, its tasks, and what has to be known of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from gucang.approvals.definition import Definition, Mode


class State(StrEnum):
    WAITING = "waiting"
    AGREED = "agreed"
    RETURNED = "returned"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Origin(StrEnum):
    """How somebody came to be asked."""

    POLICY = "policy"
    BEFORE = "before"
    AFTER = "after"
    ALONGSIDE = "alongside"
    TRANSFERRED = "transferred"


class Decision(StrEnum):
    OPEN = ""
    AGREED = "agreed"
    RETURNED = "returned"
    REFUSED = "refused"
    TRANSFERRED = "transferred"
    PASSED = "passed"
    CLOSED = "closed"


class Why(StrEnum):
    """Why something is not possible, or why a slot passed without being asked."""

    NOT_OPEN = "not_open"
    NOT_YOURS = "not_yours"
    OWN = "own"
    TWICE_HERE = "twice_here"
    DEPUTY = "deputy"
    NOT_WORKING = "not_working"
    ALREADY_HERE = "already_here"
    TOO_MANY = "too_many"
    NO_SUCH_STEP = "no_such_step"
    NOBODY = "nobody"
    EMPTY = "empty"
    SAME = "same"
    TWICE = "twice"
    LATE = "late"
    ACTED = "acted"


class Impossible(Exception):
    """The flow does not allow this; `why` says what stands against it."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Named:
    """An approver whom a policy names. One of a role's queue has no deputy: the role's others are there."""

    member: int
    personal: bool = True


@dataclass(frozen=True)
class People:
    """What the flow has to know of people: by step whom the policy finds, who works, who stands above whom, who are
    the administrators, and who may decide in whose place today.
    """

    found: Mapping[int, Sequence[Named]]
    working: frozenset[int]
    superior: Mapping[int, int] = field(default_factory=dict)
    admins: Sequence[int] = ()
    deputies: Mapping[int, frozenset[int]] = field(default_factory=dict)

    def above(self, member: int, without: int) -> int | None:
        """The nearest superior who works and is not `without`; None where there is none."""
        seen = {member}
        while (found := self.superior.get(member)) is not None and found not in seen:
            if found in self.working and found != without:
                return found
            seen.add(found)
            member = found
        return None


@dataclass(frozen=True)
class Task:
    """One whose agreement is wanted (`member`; None where a rule let the step pass), and what they decided.

    `parent` and `side` name its group: "main", or "before" or "after" another task; `batch` tells apart several such.
    `by` is who decided: the member or a deputy.
    """

    key: int
    visit: int
    step: int
    member: int | None
    place: int = 0
    mode: Mode = Mode.ALL
    origin: Origin = Origin.POLICY
    side: str = "main"
    parent: int | None = None
    batch: int = 0
    personal: bool = True
    decision: Decision = Decision.OPEN
    by: int | None = None
    why: str = ""

    @property
    def group(self) -> tuple[int, str, int | None, int]:
        return (self.visit, self.side, self.parent, self.batch)

    @property
    def counts(self) -> bool:
        """Whether it is still part of its group."""
        return self.decision not in (Decision.TRANSFERRED, Decision.CLOSED)


@dataclass(frozen=True)
class Case:
    """A request as the flow sees it. `standing` maps a step that stands to the visit that made it so."""

    definition: Definition
    submitter: int
    state: State = State.WAITING
    step: int = 0
    visit: int = 0
    standing: Mapping[int, int] = field(default_factory=dict)
    tasks: tuple[Task, ...] = ()
    why: str = ""

    def task(self, key: int) -> Task:
        return self.tasks[key]

    def here(self) -> list[Task]:
        """The tasks of the present visit."""
        return [task for task in self.tasks if task.visit == self.visit]
