"""Alignments: the cheapest explanation of a trace by a model.

A step that both do costs nothing, one that only the trace does (extra) or only the model demands (skipped) costs 1.
The cost is worked out column by column: after each event, how cheap every state of the model is by then. Columns are
kept relative to their cheapest state, so that what one trace has taught, every other trace finds again; a variant that
differs from known ones by little costs a few look-ups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from gucang.processes.mining.nets import AcceptingNet
from gucang.processes.mining.states import States
from gucang.processes.mining.trees import Tree, net_of

# Up to so many states a column holds them all; beyond, only those within a budget, which is raised until it suffices.
SMALL = 128
# What is remembered of columns is thrown away beyond this, so that a stream of odd traces does not fill the memory.
MOST_COLUMNS = 200_000
UNBOUNDED = 1 << 60


class Move(StrEnum):
    """How trace and model go on together."""

    SYNC = "sync"
    SKIPPED = "skipped"  # model move: the model demands it, the trace has it not
    EXTRA = "extra"  # log move: the trace has it, the model does not allow it there


@dataclass(frozen=True)
class Step:
    """One visible move. `at` counts the events of the trace from 0; a skipped step stands before event `at`."""

    move: Move
    label: str
    at: int


@dataclass(frozen=True)
class Fitness:
    """What aligning came to: `cost` of the worst possible `worst` (all events extra, the shortest way skipped)."""

    cost: int
    worst: int

    @property
    def value(self) -> float:
        """From 0 to 1; 1 is a perfect fit."""
        return 1 - self.cost / self.worst if self.worst else 1.0


class _Column:
    """States with costs above the cheapest one, and what was found out from here. `left` is the budget above it."""

    __slots__ = ("after", "costs", "end", "left")

    def __init__(self, costs: dict[int, int], left: int) -> None:
        self.costs, self.left = costs, left
        self.after: dict[str, tuple[_Column, int] | None] = {}
        self.end: int | None = None


class Aligner:
    """Aligns traces with one model. Not for several threads at once."""

    def __init__(self, model: AcceptingNet | Tree) -> None:
        """Raises BadModel where the model can never reach its end."""
        net = net_of(model) if isinstance(model, Tree) else model
        self._labels = net.labels
        self._states = States(net)
        self._columns: dict[tuple[int, frozenset[tuple[int, int]]], _Column] = {}
        self._first: dict[int, _Column] = {}
        self._known: dict[tuple[tuple[str, ...], bool], int] = {}
        self.shortest = self._states.shortest()
        self._small = self._states.within(SMALL)

    # --- what is asked ---

    def cost(self, trace: Sequence[str]) -> int:
        """The cost of the best alignment of a case that is over."""
        return self._asked(tuple(trace), self._end, False)

    def prefix_cost(self, trace: Sequence[str]) -> int:
        """The cost of the best alignment with a beginning of the model: for a case that is still running."""
        return self._asked(tuple(trace), lambda _column: 0, True)

    def fitness(self, trace: Sequence[str]) -> Fitness:
        """Trace fitness: 1 − cost / (events + shortest way through the model)."""
        return Fitness(self.cost(trace), len(trace) + self.shortest)

    def align(self, trace: Sequence[str], *, running: bool = False) -> tuple[Step, ...]:
        """The best explanation, always the same of several equal ones.

        Read from the start, what both do comes first, then what the model demands in its order, then what is extra.
        """
        events = tuple(trace)
        cost = self.prefix_cost(events) if running else self.cost(events)
        return self._path(events, cost, running).walk()[0]

    def next_steps(self, trace: Sequence[str]) -> tuple[str, ...]:
        """What may come next in a running case, in the order of the model: after the beginning that explains it best.

        Empty where the case is at its end, or where the model has nothing more.
        """
        events = tuple(trace)
        _steps, state = self._path(events, self.prefix_cost(events), True).walk()
        return tuple(dict.fromkeys(label for _after, label in self._states.successors(state)))

    def _path(self, events: tuple[str, ...], cost: int, running: bool) -> _Path:
        return _Path(self._states, self._costs(events, cost), events, cost, running)

    # --- columns ---

    def _asked(self, trace: tuple[str, ...], end: Callable[[_Column], int | None], running: bool) -> int:
        known = self._known.get((trace, running))
        if known is not None:
            return known
        if len(self._columns) > MOST_COLUMNS or len(self._known) > MOST_COLUMNS:
            self._columns.clear()
            self._first.clear()
            self._known.clear()
        unknown = sum(label not in self._labels for label in trace)
        for budget in [UNBOUNDED] if self._small else budgets(unknown, len(trace) + self.shortest):
            found = self._walked(trace, budget, end)
            if found is not None:
                self._known[trace, running] = found
                return found
        raise AssertionError("An alignment never costs more than the worst one.")

    def _walked(self, trace: Iterable[str], budget: int, end: Callable[[_Column], int | None]) -> int | None:
        column, cost = self._start(budget), 0
        for label in trace:
            try:
                after = column.after[label]
            except KeyError:
                after = self._go(column, label)
            if after is None:
                return None
            column, more = after
            cost += more
        rest = end(column)
        return None if rest is None else cost + rest

    def _costs(self, trace: tuple[str, ...], budget: int) -> list[dict[int, int]]:
        """Before each event and after the last, what each state costs within the budget."""
        column, cost = self._start(UNBOUNDED if self._small else budget), 0
        found = [column.costs]
        for label in trace:
            after = column.after[label] if label in column.after else self._go(column, label)
            assert after is not None
            column, cost = after[0], cost + after[1]
            found.append({state: above + cost for state, above in column.costs.items() if above + cost <= budget})
        return found

    def _start(self, budget: int) -> _Column:
        found = self._first.get(budget)
        if found is None:
            found = self._first[budget] = self._column(self._with_skips({self._states.start: 0}, budget), budget)[0]
        return found

    def _go(self, column: _Column, label: str) -> tuple[_Column, int] | None:
        """The column after an event, and how much dearer its cheapest state is; None where the budget is used up."""
        steps, left = self._states.steps, column.left
        costs: dict[int, int] = {}
        for state, cost in column.costs.items():
            for after in steps(state).get(label, ()):
                if costs.get(after, UNBOUNDED) > cost:
                    costs[after] = cost
            if cost < left and costs.get(state, UNBOUNDED) > cost + 1:
                costs[state] = cost + 1
        found = self._column(self._with_skips(costs, left), left) if costs else None
        column.after[label] = found
        return found

    def _column(self, costs: dict[int, int], left: int) -> tuple[_Column, int]:
        least = min(costs.values())
        if least:
            costs = {state: cost - least for state, cost in costs.items()}
        rest = left if left == UNBOUNDED else left - least
        key = (rest, frozenset(costs.items()))
        found = self._columns.get(key)
        if found is None:
            found = self._columns[key] = _Column(costs, rest)
        return found, least

    def _with_skips(self, costs: dict[int, int], budget: int) -> dict[int, int]:
        """With every state that skipping steps of the model reaches within the budget."""
        successors = self._states.successors
        ranks: dict[int, list[int]] = {}
        for state, cost in costs.items():
            ranks.setdefault(cost, []).append(state)
        while ranks:
            cost = min(ranks)
            further = ranks.setdefault(cost + 1, []) if cost < budget else []
            for state in ranks.pop(cost):
                if costs[state] == cost < budget:
                    for after, _label in successors(state):
                        if costs.get(after, UNBOUNDED) > cost + 1:
                            costs[after] = cost + 1
                            further.append(after)
            if not further:
                ranks.pop(cost + 1, None)
        return costs

    def _end(self, column: _Column) -> int | None:
        if column.end is None:
            ends = [cost for state, cost in column.costs.items() if self._states.is_final(state)]
            column.end = min(ends, default=-1)
        return None if column.end < 0 else column.end


def budgets(least: int, most: int) -> Iterable[int]:
    """Costs to try one after the other, from `least` in small steps first and up to `most`."""
    budget = least
    while budget < most:
        yield budget
        budget += 1 + (budget - least) // 3
    yield most


class _Path:
    """Finds the preferred one among all cheapest explanations."""

    def __init__(
        self, states: States, costs: list[dict[int, int]], trace: tuple[str, ...], cost: int, running: bool
    ) -> None:
        self._states, self._costs, self._trace, self._cost, self._running = states, costs, trace, cost, running

    @cached_property
    def _useful(self) -> list[set[int]]:
        """Before each event and after the last, the states through which a cheapest explanation leads."""
        last = len(self._trace)
        ends = {
            state
            for state, cost in self._costs[last].items()
            if cost == self._cost and (self._running or self._states.is_final(state))
        }
        found: list[set[int]] = [set()] * (last + 1)
        for at in range(last, -1, -1):
            if at < last:
                ends = {state for state in self._costs[at] if self._over(at, state, found[at + 1])}
            found[at] = self._before(at, ends)
        return found

    def _over(self, at: int, state: int, after: set[int]) -> bool:
        """Whether the event `at` leads from `state` into `after` at the cheapest."""
        cost, costs = self._costs[at][state], self._costs[at + 1]
        if state in after and costs[state] == cost + 1:
            return True
        followers = self._states.steps(state).get(self._trace[at], ())
        return any(one in after and costs[one] == cost for one in followers)

    def _before(self, at: int, ends: set[int]) -> set[int]:
        """`ends`, and those from which skipping leads there at the cheapest."""
        costs, found = self._costs[at], set(ends)
        dearest_first = sorted(costs, key=costs.__getitem__, reverse=True)
        for state in dearest_first:
            if state not in found:
                cost = costs[state] + 1
                if any(one in found and costs[one] == cost for one, _label in self._states.successors(state)):
                    found.add(state)
        return found

    def walk(self) -> tuple[tuple[Step, ...], int]:
        """The explanation, and the state that it ends in."""
        found: list[Step] = []
        useful, at, state = self._useful, 0, self._states.start
        while True:
            step, at, state = self._one(useful, at, state)
            if step is None:
                return tuple(found), state
            found.append(step)

    def _one(self, useful: list[set[int]], at: int, state: int) -> tuple[Step | None, int, int]:
        cost, last = self._costs[at][state], at == len(self._trace)
        if not last:
            label = self._trace[at]
            for after in self._states.steps(state).get(label, ()):
                if after in useful[at + 1] and self._costs[at + 1][after] == cost:
                    return Step(Move.SYNC, label, at), at + 1, after
        elif cost == self._cost and (self._running or self._states.is_final(state)):
            return None, at, state
        for after, label in self._states.successors(state):
            if after in useful[at] and self._costs[at].get(after) == cost + 1:
                return Step(Move.SKIPPED, label, at), at, after
        return Step(Move.EXTRA, self._trace[at], at), at + 1, state
