"""What may stop an action: gates before it runs, scales when it is seen what it would leave.

A gate that guards what is true is asked of every action. One that guards what a *person* may do alone is asked of the
outermost only: what a deed brings about inside itself is part of it, and was agreed to with it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from gucang.kernel.actors import Actor
from gucang.kernel.models import Event

if TYPE_CHECKING:
    from gucang.kernel.actions.core import Action

Gate = Callable[["Action", Actor, Any, Mapping[str, Any]], None]
Among = Callable[["Action", Actor, Sequence[int]], Collection[int]]


class Weighed(NamedTuple):
    """An action as it would be done: the record as it would be, the clean parameters, the event with all changes.

    `also` are the fields that it filled beyond the form.
    """

    action: Action
    actor: Actor
    record: Any
    params: Mapping[str, Any]
    event: Event
    also: tuple[str, ...]


Scale = Callable[[Weighed], None]


@dataclass(frozen=True)
class _Gate:
    check: Gate
    outermost: bool
    among: Among | None


_gates: list[_Gate] = []
_scales: list[tuple[Callable[[Action, Actor], bool], Scale]] = []


def gate(check: Gate) -> Gate:
    """Register a check that may stop any action before it runs: `check(action, actor, record, params)` raises."""
    _gates.append(_Gate(check, outermost=False, among=None))
    return check


def outer_gate(among: Among) -> Callable[[Gate], Gate]:
    """Register a check of the outermost action only. Of a set it is asked for those ids that `among` gives, in a query.

    `among(action, actor, ids)` is asked once for each set.
    """

    def remember(check: Gate) -> Gate:
        _gates.append(_Gate(check, outermost=True, among=among))
        return check

    return remember


def weigh(wanted: Callable[[Action, Actor], bool]) -> Callable[[Scale], Scale]:
    """Register a check of what the outermost action has done: what it raises takes everything back.

    `wanted(action, actor)` must be cheap: it is asked of every action, and a set of which it says yes is written one by
    one.
    """

    def remember(scale: Scale) -> Scale:
        _scales.append((wanted, scale))
        return scale

    return remember


def ask(verb: Action, actor: Actor, record: Any, params: Mapping[str, Any], *, outermost: bool) -> None:
    """Ask the gates of one action. Raises what they raise."""
    for one in _gates:
        if outermost or not one.outermost:
            one.check(verb, actor, record, params)


def for_set(verb: Action, actor: Actor, ids: Sequence[int], *, outermost: bool) -> Callable[[Any, Any], None]:
    """The same for a set: a function of record and parameters, which asks each gate where it must be asked."""
    found = [
        (one.check, None if one.among is None else one.among(verb, actor, ids))
        for one in _gates
        if outermost or not one.outermost
    ]

    def check(record: Any, params: Mapping[str, Any]) -> None:
        for gate, among in found:
            if among is None or record.pk in among:
                gate(verb, actor, record, params)

    return check


def scales_for(verb: Action, actor: Actor) -> Iterator[Scale]:
    """The scales that want to see this action."""
    return (scale for wanted, scale in _scales if wanted(verb, actor))
