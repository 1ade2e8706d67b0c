"""Who opens which records: told to whoever listens, once what was asked for has been read. No HTTP."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gucang.kernel.actors import Actor
from gucang.kernel.records import RecordType

Listener = Callable[[Actor, RecordType, Sequence[Any]], None]

_listeners: list[Listener] = []


def listen(listener: Listener) -> Listener:
    """Hear of each page of a record, and of the records of each answer of the API: (actor, type, records)."""
    _listeners.append(listener)
    return listener


def tell(actor: Actor, record_type: RecordType, found: Sequence[Any]) -> None:
    """Say that somebody has read these records of a type."""
    for listener in _listeners:
        listener(actor, record_type, found)
