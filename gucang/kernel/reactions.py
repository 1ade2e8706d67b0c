"""What follows an event: reactions in the same transaction, and deliveries after commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from gucang.kernel.actors import Actor
from gucang.kernel.models import Event

Reaction = Callable[[Event, Any, Actor], None]
Found = Sequence[tuple[Event, Any]]
SetReaction = Callable[[Found, Actor], None]

_reactions: dict[str, list[Reaction]] = {}
_set_reactions: dict[str, list[SetReaction]] = {}
_after: dict[str, list[str]] = {}
_watching: list[tuple[Callable[[Event], bool], Callable[[Event], None], str]] = []
_cause: ContextVar[int | None] = ContextVar("cause", default=None)
_deliver: ContextVar[Callable[[str, Event], None] | None] = ContextVar("deliver", default=None)


def reaction(*names: str) -> Callable[[Reaction], Reaction]:
    """Run `function(event, record, actor)` in the transaction of these events; if it refuses, all rolls back.

    For what must be true together. It may only call actions.
    """

    def remember(function: Reaction) -> Reaction:
        for name in names:
            _reactions.setdefault(name, []).append(function)
        return function

    return remember


def reaction_to_all(*names: str) -> Callable[[SetReaction], SetReaction]:
    """Run `function([(event, record), …], actor)` in the transaction of these events, once for all of one set.

    What looks something up for each record asks for all of them in one query.
    """

    def remember(function: SetReaction) -> SetReaction:
        for name in names:
            _set_reactions.setdefault(name, []).append(function)
        return function

    return remember


def after(*names: str) -> Callable[[Callable[[Event], None]], Callable[[Event], None]]:
    """Run `function(event)` as a job once these events are committed; one job row per event and subscriber."""

    def remember(function: Callable[[Event], None]) -> Callable[[Event], None]:
        from gucang.kernel import jobs

        job_name = jobs.deliver(function)
        for name in names:
            _after.setdefault(name, []).append(job_name)
        return function

    return remember


def during(event_id: int, body: Callable[[], Any]) -> Any:
    """Run an action's body; actions that it calls have `event_id` as their cause."""
    token = _cause.set(event_id)
    try:
        return body()
    finally:
        _cause.reset(token)


def current_cause() -> int | None:
    """The event whose body or reaction is running."""
    return _cause.get()


def run(event: Event, record: Any, actor: Actor) -> None:
    """Run the reactions of an event and queue its deliveries. Only actions call this."""
    react_all([(event, record)], actor)
    queue([event])


def react_all(found: Found, actor: Actor) -> None:
    """Run the reactions of a set of events, all of one name, in their transaction."""
    for event, record in found:
        for function in _reactions.get(event.name, ()):
            during(event.id, lambda: function(event, record, actor))  # noqa: B023  called at once
    for together in _set_reactions.get(found[0][0].name, ()):
        during(found[0][0].id, lambda: together(found, actor))  # noqa: B023  called at once


def queue(found: Sequence[Event]) -> None:
    """Queue the deliveries of committed-to-be events."""
    from gucang.kernel import jobs

    deliver = _deliver.get() or jobs.enqueue_delivery
    for event in found:
        for job_name in _after.get(event.name, ()):
            deliver(job_name, event)
    for wanted, function, job_name in _watching:
        picked = [event for event in found if wanted(event)]
        if picked and _deliver.get() is None:
            jobs.enqueue_deliveries(job_name, picked)
        elif picked:
            _watch_now(function, picked)


def _watch_now(function: Callable[[Event], None], found: Sequence[Event]) -> None:
    """Told history is not watched, its last days are at once; see `quietly` and `at_once`."""
    from gucang.kernel import jobs

    if _deliver.get() is jobs.deliver_now:
        for event in found:
            function(event)


def watch(wanted: Callable[[Event], bool]) -> Callable[[Callable[[Event], None]], Callable[[Event], None]]:
    """Run `function(event)` as a job for those events, of whatever name, that `wanted(event)` picks.

    `wanted` is asked in the transaction of every event, so it must be cheap. Each event is worked on in a scope and
    transaction of its own; those of one set share a job row.
    """

    def remember(function: Callable[[Event], None]) -> Callable[[Event], None]:
        from gucang.kernel import jobs

        _watching.append((wanted, function, jobs.deliver_each(function)))
        return function

    return remember


@contextmanager
def quietly() -> Iterator[None]:
    """Deliver nothing of what happens inside: for history that is only being told now (demo, old records).

    Reactions in the transaction still run, because they are part of what is true.
    """
    with _delivering(lambda name, event: None):
        yield


@contextmanager
def at_once() -> Iterator[None]:
    """Deliver inside the transaction, at the moment the clock shows, instead of queueing jobs.

    For the last days of told history, whose notifications should be there and bear their own dates.
    """
    from gucang.kernel import jobs

    with _delivering(jobs.deliver_now):
        yield


@contextmanager
def _delivering(how: Callable[[str, Event], None]) -> Iterator[None]:
    token = _deliver.set(how)
    try:
        yield
    finally:
        _deliver.reset(token)
