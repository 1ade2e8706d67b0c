"""What a person has pinned. A higher module keeps it; the search and the palette show what may still be seen of it."""

from __future__ import annotations

from collections.abc import Callable

from gucang.kernel.actors import Actor

Pins = Callable[[Actor], list[tuple[str, int]]]

_sources: list[Pins] = []


def pins_from(source: Pins) -> Pins:
    """Register who knows what an actor has pinned, as (record type, id), the latest first."""
    _sources.append(source)
    return source


def pins_of(actor: Actor) -> list[tuple[str, int]]:
    """What the actor has pinned, whether or not it may still be seen."""
    return [pin for source in _sources for pin in source(actor)]
