"""What higher modules say about a request before somebody decides: what waits behind it, and whose it is.

They know what hangs on an order or a promise; this module knows no business. Each says it once for its own types.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, NamedTuple

from gucang.kernel import events
from gucang.kernel.actors import Actor
from gucang.kernel.records import RecordType

Key = tuple[str, int]


class Behind(NamedTuple):
    """What cannot go on until a request is decided: "3 deliveries", and the page where they stand below a company's
    address ("/deliveries/?order=7", "" for none).
    """

    words: str
    url: str = ""


# Which of these records have something behind them, as far as the actor sees it. A query or two for all of them.
Look = Callable[[Actor, Collection[int]], Mapping[int, Behind]]

_looks: dict[str, list[tuple[int, Look]]] = {}
_party: list[str] = []


def waits_behind(record: str, order: int = 50) -> Callable[[Look], Look]:
    """Register who knows what waits behind requests about such records. What has a lower `order` comes first."""

    def remember(look: Look) -> Look:
        _looks.setdefault(record, []).append((order, look))
        _looks[record].sort(key=lambda one: one[0])
        return look

    return remember


def behind(actor: Actor, about: Iterable[Key]) -> dict[Key, list[Behind]]:
    """What waits behind requests about these (type, id), as many as they are: the queries grow with the types only."""
    ids: dict[str, set[int]] = {}
    for name, pk in about:
        if pk and name in _looks:
            ids.setdefault(name, set()).add(pk)
    found: dict[Key, list[Behind]] = {}
    for name, wanted in ids.items():
        for _order, look in _looks[name]:
            for pk, one in look(actor, wanted).items():
                found.setdefault((name, pk), []).append(one)
    return found


def gather_by(record: str) -> None:
    """Let requests be gathered by the records of this type that they concern: by customer, say.

    Raises ValueError for a second type.
    """
    if _party and _party != [record]:
        raise ValueError(f"Requests are gathered by {_party[0]} already.")
    _party[:] = [record]


def party_of(record_type: RecordType, record: Any, *, is_new: bool = False) -> int | None:
    """Whom a request about `record` concerns: itself, or whom its timeline joins. None for nobody.

    One that `is_new` is taken back while it waits, so its own id means nothing.
    """
    if record_type.name in _party:
        return None if is_new else record.pk
    return next((pk for kind, pk, _role in events.objects_of(record_type, record, {}) if kind in _party), None)
