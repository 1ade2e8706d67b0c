"""What a net can do from a marking, found out when it is first asked and kept for every trace after it."""

from __future__ import annotations

from collections import deque

from gucang.processes.mining.errors import BadModel
from gucang.processes.mining.errors import marked as _
from gucang.processes.mining.nets import BITS, MOST_TOKENS, AcceptingNet, packed

# Beyond this a model is not a process that people follow, and its search would not end in their lifetime.
MOST_MARKINGS = 200_000


class States:
    """Markings as numbers from 0 (the initial one). Between two of them lies one visible step; silent ones are within.

    From a state, silent transitions may fire at any time and cost nothing. Of several markings that a label leads to,
    those that another of them reaches silently are left out: whatever they allow, the other allows too.
    """

    def __init__(self, net: AcceptingNet) -> None:
        self._labels = [one.label for one in net.transitions]
        self._fires = tuple(
            (
                tuple((BITS * place, count) for place, count in one.takes),
                packed(one.gives) - packed(one.takes),
                tuple(BITS * place for place, _count in one.gives),
            )
            for one in net.transitions
        )
        self._enabled: dict[int, tuple[tuple[int, ...], tuple[tuple[int, int], ...]]] = {}
        self._finals = frozenset(packed(one) for one in net.finals)
        self._markings: list[int] = []
        self._numbers: dict[int, int] = {}
        self._reach: dict[int, dict[int, None]] = {}
        self.final: list[bool | None] = []
        self._steps: list[dict[str, tuple[int, ...]] | None] = []
        self._next: list[tuple[tuple[int, str], ...] | None] = []
        self.start = self._number(packed(net.initial))

    def __len__(self) -> int:
        return len(self._markings)

    def is_final(self, state: int) -> bool:
        """Whether a case may end here."""
        found = self.final[state]
        if found is None:
            found = self.final[state] = not self._finals.isdisjoint(self._closure(self._markings[state]))
        return found

    def steps(self, state: int) -> dict[str, tuple[int, ...]]:
        """Where each label leads to."""
        found = self._steps[state]
        return self._explored(state) if found is None else found

    def successors(self, state: int) -> tuple[tuple[int, str], ...]:
        """What may happen next: (state, label), in the order of the model."""
        if self._next[state] is None:
            self._explored(state)
        found = self._next[state]
        assert found is not None
        return found

    def shortest(self) -> int:
        """How many visible steps the shortest way to an end has. Raises BadModel if there is none."""
        far, waiting = {self.start: 0}, deque([self.start])
        while waiting:
            state = waiting.popleft()
            if self.is_final(state):
                return far[state]
            for after, _label in self.successors(state):
                if after not in far:
                    far[after] = far[state] + 1
                    waiting.append(after)
        raise BadModel(_("The model can never reach its end."))

    def within(self, most: int) -> bool:
        """Whether there are at most so many states; explores them all in that case."""
        at = 0
        while at < len(self._markings) <= most:
            self.successors(at)
            self.is_final(at)
            at += 1
        return len(self._markings) <= most

    def _explored(self, state: int) -> dict[str, tuple[int, ...]]:
        led: dict[str, dict[int, int]] = {}
        for marking in self._closure(self._markings[state]):
            for number, after in self._firing(marking)[1]:
                known = led.setdefault(self._labels[number] or "", {})
                known[after] = min(number, known.get(after, number))
        steps, following = {}, []
        for label, found in led.items():
            kept = self._undominated(sorted(found, key=lambda marking: (found[marking], marking)))
            numbers = tuple(self._number(marking) for marking in kept)
            steps[label] = numbers
            following += [(found[m], m, number, label) for m, number in zip(kept, numbers, strict=True)]
        following.sort()
        self._next[state] = tuple((number, label) for _order, _marking, number, label in following)
        self._steps[state] = steps
        return steps

    def _undominated(self, markings: list[int]) -> list[int]:
        if len(markings) == 1:
            return markings
        kept: list[int] = []
        for one in markings:
            if any(one in self._closure(other) for other in kept):
                continue
            kept = [other for other in kept if other not in self._closure(one)]
            kept.append(one)
        return kept

    def _closure(self, marking: int) -> dict[int, None]:
        found = self._reach.get(marking)
        if found is not None:
            return found
        seen: dict[int, None] = {marking: None}
        waiting = [marking]
        while waiting:
            here = waiting.pop()
            for after in self._firing(here)[0]:
                if after not in seen:
                    seen[after] = None
                    waiting.append(after)
            if len(seen) > MOST_MARKINGS:
                raise _too_large()
        self._reach[marking] = seen
        return seen

    def _firing(self, marking: int) -> tuple[tuple[int, ...], tuple[tuple[int, int], ...]]:
        """Where silent transitions lead, and (transition, where to) of visible ones."""
        found = self._enabled.get(marking)
        if found is None:
            silent, visible = [], []
            for number, (needs, change, grows) in enumerate(self._fires):
                if all(marking >> place & MOST_TOKENS >= count for place, count in needs):
                    after = self._fired(marking, change, grows)
                    if self._labels[number] is None:
                        silent.append(after)
                    else:
                        visible.append((number, after))
            found = self._enabled[marking] = (tuple(silent), tuple(visible))
        return found

    @staticmethod
    def _fired(marking: int, change: int, grows: tuple[int, ...]) -> int:
        # A full byte would carry over into the place beside it.
        if any(marking >> place & MOST_TOKENS == MOST_TOKENS for place in grows):
            raise _too_large()
        return marking + change

    def _number(self, marking: int) -> int:
        found = self._numbers.get(marking)
        if found is None:
            if len(self._markings) >= MOST_MARKINGS:
                raise _too_large()
            found = self._numbers[marking] = len(self._markings)
            self._markings.append(marking)
            self.final.append(None)
            self._steps.append(None)
            self._next.append(None)
        return found


def _too_large() -> BadModel:
    return BadModel(_("The model has more states than can be searched. Fewer parallel branches would help."))
