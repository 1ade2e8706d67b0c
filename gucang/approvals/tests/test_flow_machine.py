"""No path leads to an agreement without the required different people. The judge knows none of the flow's code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gucang.approvals import flow
from gucang.approvals.definition import AfterReturn, Definition, Mode, Same, Twice
from gucang.approvals.flow import Decision, Origin, State, Task
from gucang.approvals.tests.people import ANN, BEA, CEM, DAI, EVA, FAY, MAX, people, policy

DECIDERS = (BEA, CEM, DAI, EVA, FAY, MAX)
WAITING = precondition(lambda self: self.case.state is State.WAITING)
RETURNED = precondition(lambda self: self.case.state is State.RETURNED)
OVER = precondition(lambda self: self.case.state not in (State.WAITING, State.RETURNED))
NUMBER, HAND = st.integers(0, 40), st.integers(0, 20)
WHO = st.sampled_from((ANN, *DECIDERS))
STEP = st.tuples(st.sampled_from(list(Mode)), st.lists(st.sampled_from((ANN, *DECIDERS)), min_size=1, max_size=4))


class Requests(RuleBasedStateMachine):
    """One request after another, treated in every way that people and the clock can think of."""

    @initialize(
        steps=st.lists(STEP, min_size=1, max_size=3),
        after=st.sampled_from(list(AfterReturn)),
        twice=st.sampled_from(list(Twice)),
        same=st.sampled_from(list(Same)),
        deputies=st.dictionaries(st.sampled_from(DECIDERS), st.lists(WHO, max_size=3), max_size=4),
    )
    def ask(self, steps: Any, after: Any, twice: Any, same: Any, deputies: Any) -> None:
        self.words: Definition = policy(*steps, after_return=after, twice=twice, same=same)
        self.deputies = {one: [who for who in some if who != one] for one, some in deputies.items()}
        self.people = people(self.words, deputies=self.deputies)
        self.case = flow.begin(self.words, ANN, self.people)
        # What the judge keeps: the log of who agreed for whom, with the content and the deputies as they were then.
        self.content = 0
        self.log: list[tuple[int, int, int, int, bool]] = []

    def attempt(self, change: Any) -> bool:
        try:
            self.case = change()
        except flow.Impossible:
            return False
        return True

    def some_task(self, number: int) -> Task:
        """Mostly one that can be decided; now and then any that ever was."""
        opened = flow.open_tasks(self.case)
        some = self.case.tasks if number > 35 or not opened else opened
        return some[number % len(some)]

    def some_hand(self, task: Task, number: int) -> int:
        """Mostly the member or one of their deputies; now and then anybody."""
        hands = [task.member or 0, *self.deputies.get(task.member or 0, ()), ANN]
        return DECIDERS[number % len(DECIDERS)] if number > 17 else hands[number % len(hands)]

    @WAITING
    @rule(number=NUMBER, hand=HAND)
    def agree_as_somebody(self, number: int, hand: int) -> None:
        self.agree(number, hand)

    def agree(self, number: int, hand: int) -> None:
        task = self.some_task(number)
        by = self.some_hand(task, hand)
        if self.attempt(lambda: flow.agree(self.case, task.key, by, self.people)):
            stood_in = by in self.deputies.get(task.member or 0, ())
            self.log.append((task.key, task.member or 0, by, self.content, stood_in))

    @WAITING
    @rule(number=NUMBER)
    def agree_oneself(self, number: int) -> None:
        self.agree(number, 0)

    @WAITING
    @rule(number=NUMBER, hand=HAND, to=st.one_of(st.none(), st.integers(0, 3)))
    def send_back(self, number: int, hand: int, to: int | None) -> None:
        task = self.some_task(number)
        self.attempt(lambda: flow.give_back(self.case, task.key, self.some_hand(task, hand), self.people, to))

    @RETURNED
    @rule(changed=st.booleans())
    def send_again(self, changed: bool) -> None:
        if self.attempt(lambda: flow.resubmit(self.case, self.people, changed=changed)):
            self.content += changed

    @WAITING
    @rule(number=NUMBER, hand=HAND, to=WHO, by_right=st.booleans())
    def pass_on(self, number: int, hand: int, to: int, by_right: bool) -> None:
        task = self.some_task(number)
        by = self.some_hand(task, hand)
        self.attempt(lambda: flow.transfer(self.case, task.key, by, to, self.people, by_right=by_right))

    @WAITING
    @rule(
        number=NUMBER, hand=HAND, others=st.lists(WHO, min_size=1, max_size=2),
        how=st.sampled_from([Origin.BEFORE, Origin.AFTER, Origin.ALONGSIDE]), mode=st.sampled_from(list(Mode)),
    )  # fmt: skip
    def add(self, number: int, hand: int, others: Sequence[int], how: Origin, mode: Mode) -> None:
        task = self.some_task(number)
        by = self.some_hand(task, hand)
        self.attempt(lambda: flow.add(self.case, task.key, by, others, how, self.people, mode))

    @rule(often=st.integers(0, 5))
    def withdraw(self, often: int) -> None:
        """Only while no agreement of anybody stands, or it is back with who asked."""
        if often and len(self.case.tasks) <= 12:
            return
        waiting = self.case.state is State.WAITING
        counts = {self.case.visit, *self.case.standing.values()}
        agreed = [task for task in self.case.tasks if task.decision is Decision.AGREED and task.visit in counts]
        done = self.attempt(lambda: flow.withdraw(self.case))
        assert not (done and waiting and agreed), "taken back from under who had agreed"

    @WAITING
    @rule(number=NUMBER, hand=HAND, often=st.integers(0, 5))
    def refuse(self, number: int, hand: int, often: int) -> None:
        """For good: nothing of it can be agreed to any more."""
        if often and len(self.case.tasks) <= 12:
            return
        task = self.some_task(number)
        by = self.some_hand(task, hand)
        if self.attempt(lambda: flow.refuse(self.case, task.key, by, self.people)):
            assert by == task.member or by in self.deputies.get(task.member or 0, ()), "neither they nor a deputy"
            assert (self.case.state, self.case.standing) == (State.REFUSED, {})
            assert not flow.open_tasks(self.case)

    @rule(owner=st.sampled_from(DECIDERS), some=st.lists(WHO, max_size=3))
    def somebody_delegates_meanwhile(self, owner: int, some: Sequence[int]) -> None:
        """From now on these decide in their place, and no others: what was agreed to before stays."""
        self.deputies = {**self.deputies, owner: [who for who in some if who != owner]}
        self.people = people(self.words, deputies=self.deputies)

    @WAITING
    @rule()
    def the_clock_sends_it_back(self) -> None:
        self.case = flow.return_late(self.case)
        assert not flow.open_tasks(self.case)

    @rule(number=NUMBER, hand=HAND)
    def a_click_that_comes_too_late(self, number: int, hand: int) -> None:
        """Two at once come one after the other, each with what it saw before: of a closed task nothing more is made."""
        closed = [task for task in self.case.tasks if task.decision is not Decision.OPEN]
        if closed:
            task, before = closed[number % len(closed)], self.case
            assert not self.attempt(lambda: flow.agree(self.case, task.key, self.some_hand(task, hand), self.people))
            assert self.case is before

    @OVER
    @rule()
    def ask_again(self) -> None:
        self.case, self.log = flow.begin(self.words, ANN, self.people), []

    @invariant()
    def what_stands_was_agreed_to_by_whom_it_needs(self) -> None:
        """Not only at the end: each step that counts as agreed to, at each moment."""
        if not hasattr(self, "case"):
            return
        if self.case.state is State.AGREED:
            assert sorted(self.case.standing) == list(range(len(self.words.steps))), "a step was left out"
        for number, visit in self.case.standing.items():
            tasks = [task for task in self.case.tasks if task.visit == visit and task.step == number]
            self.judge(self.words.steps[number].mode, tasks)

    def judge(self, mode: Mode, tasks: list[Task]) -> None:
        here = {task.key: task for task in tasks}
        agreed = [entry for entry in self.log if entry[0] in here and here[entry[0]].decision is Decision.AGREED]
        # Each task that counts as agreed to was agreed to once, by its member or a deputy, to what is asked for now.
        assert sorted(key for key, *_rest in agreed) == sorted(
            key for key, task in here.items() if task.decision is Decision.AGREED
        )
        for key, member, by, content, stood_in in agreed:
            assert content == self.content, "agreed to something else"
            assert by == member or stood_in, "neither the member nor a deputy"
            if by == ANN:
                assert member == ANN, "who asks stood in for somebody"
                assert self.words.same is Same.ALLOW, "who asks decided"
                assert here[key].origin is Origin.POLICY, "who asks was brought in by somebody"
        hands = [by for _key, _member, by, *_then in agreed]
        assert len(hands) == len(set(hands)), "one person counted twice in a step"
        main = [task for task in tasks if task.side == "main" and task.decision is not Decision.TRANSFERRED]
        done = [self.done(task, tasks) for task in main]
        assert any(done) if mode is Mode.ANY else all(done), f"{mode} is not satisfied"

    def done(self, task: Task, tasks: list[Task]) -> bool:
        """Agreed to, with everybody who was wanted before and after it; or spared by a rule of the policy."""
        if task.decision is Decision.PASSED:
            return task.why in ("same", "empty", "twice")
        if task.decision is not Decision.AGREED:
            return False
        added: dict[int, list[Task]] = {}
        for one in tasks:
            if one.parent == task.key and one.decision is not Decision.TRANSFERRED:
                added.setdefault(one.batch, []).append(one)
        return all(
            any(done) if some[0].mode is Mode.ANY else all(done)
            for some in added.values()
            for done in [[self.done(one, tasks) for one in some]]
        )


Requests.TestCase.settings = settings(
    max_examples=400, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.slow
class TestNoPathWithoutThem(Requests.TestCase):
    """Run by unittest's means, as hypothesis makes it."""
