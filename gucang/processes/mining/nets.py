"""Accepting Petri nets: places with tokens, transitions with a label or silent, and the markings that end a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gucang.processes.mining.errors import BadModel
from gucang.processes.mining.errors import marked as _

# A marking is one number with a byte for each place, so that firing a transition is one addition.
BITS = 8
MOST_TOKENS = 2**BITS - 1


@dataclass(frozen=True)
class Transition:
    """`takes` and `gives` are (place, tokens); a silent one has no label."""

    label: str | None
    takes: tuple[tuple[int, int], ...]
    gives: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class AcceptingNet:
    """Places are numbers from 0; `initial` and each of `finals` say how many tokens lie where.

    The order of `transitions` is the order in which equal explanations are preferred.
    """

    places: int
    transitions: tuple[Transition, ...]
    initial: tuple[tuple[int, int], ...]
    finals: tuple[tuple[tuple[int, int], ...], ...]

    @property
    def labels(self) -> frozenset[str]:
        """The names of all visible transitions."""
        return frozenset(one.label for one in self.transitions if one.label is not None)


def packed(tokens: Sequence[tuple[int, int]]) -> int:
    """A marking as one number. Raises BadModel if a place holds more tokens than are counted."""
    found = 0
    for place, count in tokens:
        if count > MOST_TOKENS:
            raise BadModel(_("A place of the model holds more than %(most)s tokens."), {"most": MOST_TOKENS})
        found += count << BITS * place
    return found


class Builder:
    """Puts a net together by names of places and transitions."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._labels: dict[str, str | None] = {}
        self._takes: dict[str, dict[int, int]] = {}
        self._gives: dict[str, dict[int, int]] = {}

    def place(self, name: str = "") -> str:
        """A place, and its name; without one it gets a number."""
        name = name or f"p{len(self._places)}"
        self._places.setdefault(name, len(self._places))
        return name

    def transition(self, label: str | None, takes: Sequence[str], gives: Sequence[str], name: str = "") -> str:
        """A transition between places that are known already."""
        name = name or f"t{len(self._labels)}"
        self._labels[name], self._takes[name], self._gives[name] = label, {}, {}
        for place in takes:
            self.arc(place, name)
        for place in gives:
            self.arc(name, place)
        return name

    def arc(self, source: str, target: str, weight: int = 1) -> None:
        """An arrow between a place and a transition. Raises BadModel if it joins anything else."""
        if source in self._places and target in self._labels:
            side, transition, place = self._takes, target, source
        elif source in self._labels and target in self._places:
            side, transition, place = self._gives, source, target
        else:
            raise BadModel(
                _("The arrow from “%(source)s” to “%(target)s” does not join a place and a transition."),
                {"source": source, "target": target},
            )
        number = self._places[place]
        side[transition][number] = side[transition].get(number, 0) + weight

    def ends(self) -> list[str]:
        """The places that nothing takes from."""
        taken = {place for takes in self._takes.values() for place in takes}
        return [name for name, number in self._places.items() if number not in taken]

    def net(self, initial: Mapping[str, int], finals: Sequence[Mapping[str, int]]) -> AcceptingNet:
        """The whole. Raises BadModel if a marking names a place that is not there, or nothing starts or ends."""
        if not initial:
            raise BadModel(_("No place of the model holds a token at the start."))
        if not finals:
            raise BadModel(_("The model does not say where a case ends."))
        return AcceptingNet(
            len(self._places),
            tuple(
                Transition(label, tuple(sorted(self._takes[name].items())), tuple(sorted(self._gives[name].items())))
                for name, label in self._labels.items()
            ),
            self._marking(initial),
            tuple(self._marking(one) for one in finals),
        )

    def _marking(self, tokens: Mapping[str, int]) -> tuple[tuple[int, int], ...]:
        for name in tokens:
            if name not in self._places:
                raise BadModel(_("A marking names the place “%(place)s”, which is not in the model."), {"place": name})
        return tuple(sorted((self._places[name], count) for name, count in tokens.items() if count))
