"""Whom it keeps waiting: "3 deliveries and 1 receivable". Whoever owns what waits says so once, for findings, for the
next step of a record, for who waits for me, and for whoever decides about a request.

@impact.behind("sales_order")
def not_sent(actor, ids):
    return {order: impact.Waiting("3 deliveries", f"/deliveries/?order={order}")}
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _t

from gucang.kernel.actors import Actor
from gucang.surface import ui

Key = tuple[str, int]


class Waiting(NamedTuple):
    """What cannot go on, in words of the reader's language ("3 deliveries"), and the page where it stands below a
    company's address ("/deliveries/?order=7", "" for none).
    """

    words: str
    url: str = ""


# Which of these records keep something waiting, as far as the actor sees it. A query or two for all of them.
Look = Callable[[Actor, Collection[int]], Mapping[int, Waiting]]

_looks: dict[str, list[tuple[int, Look]]] = {}
_instead: dict[str, Callable[[Actor, Collection[int]], Mapping[int, Key]]] = {}


def behind(record: str, order: int = 50) -> Callable[[Look], Look]:
    """Register who knows what waits behind records of this type. What has a lower `order` is said first."""

    def remember(look: Look) -> Look:
        _looks.setdefault(record, []).append((order, look))
        _looks[record].sort(key=lambda one: one[0])
        return look

    return remember


def stands_for(record: str) -> Callable[[Any], Any]:
    """Register what records of this type stand for: `(actor, ids)` to the (type, id) behind which it waits in truth."""

    def remember(look: Any) -> Any:
        _instead[record] = look
        return look

    return remember


def of(actor: Actor, about: Iterable[Key]) -> dict[Key, list[Waiting]]:
    """What waits behind these (type, id), as many as they are: the queries grow with the types only."""
    keys = {(name, pk) for name, pk in about if pk}
    standing = _standing_for(actor, keys)
    ids: dict[str, set[int]] = {}
    for name, pk in {standing.get(key, key) for key in keys}:
        if name in _looks and pk:
            ids.setdefault(name, set()).add(pk)
    found: dict[Key, list[Waiting]] = {}
    for name in sorted(ids):
        for _order, look in _looks[name]:
            for pk, one in look(actor, ids[name]).items():
                found.setdefault((name, pk), []).append(one)
    return {key: found[standing.get(key, key)] for key in keys if standing.get(key, key) in found}


def _standing_for(actor: Actor, keys: Collection[Key]) -> dict[Key, Key]:
    found: dict[Key, Key] = {}
    for name, look in _instead.items():
        if ids := {pk for kind, pk in keys if kind == name}:
            found |= {(name, pk): key for pk, key in look(actor, ids).items()}
    return found


def sentence(waiting: Collection[Waiting]) -> str:
    """What waits, as one sentence; "" for nothing."""
    if not waiting:
        return ""
    words = [one.words for one in waiting]
    said = words[0]
    if len(words) > 1:
        said = _t("%(some)s and %(last)s") % {"some": ui.listed(words[:-1]), "last": words[-1]}
    return _t("Waiting for this: %(what)s.") % {"what": said}


def sentence_of(actor: Actor, record: str, pk: int) -> str:
    """The sentence about one record; "" for nothing."""
    return sentence(of(actor, [(record, pk)]).get((record, pk), ()))
