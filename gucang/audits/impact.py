"""Whom it keeps waiting: "3 deliveries and 1 receivable wait for this". Whoever owns what waits says so.

@impact.behind("sales_order")
def deliveries_of(ids):
    return {order: [Waiting(3, ngettext_lazy("%(count)s delivery", "%(count)s deliveries", "count"))]}
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _t


@dataclass(frozen=True)
class Waiting:
    """So many of something wait; `words` are from `ngettext_lazy` over "count"."""

    count: int
    words: Any

    def __str__(self) -> str:
        return str(self.words % {"count": self.count})


Behind = Callable[[Collection[int]], Mapping[int, list[Waiting]]]
_behind: dict[str, list[Behind]] = {}


def behind(record_type: str) -> Callable[[Behind], Behind]:
    """Register who knows what waits behind records of this type: ids to what waits, in as few queries as possible."""

    def remember(function: Behind) -> Behind:
        _behind.setdefault(record_type, []).append(function)
        return function

    return remember


def of(record_type: str, ids: Collection[int]) -> dict[int, list[Waiting]]:
    """What waits behind each of these records; who has nothing behind it is not in it."""
    found: dict[int, list[Waiting]] = {}
    for function in _behind.get(record_type, ()) if ids else ():
        for pk, waiting in function(ids).items():
            found.setdefault(pk, []).extend(one for one in waiting if one.count)
    return {pk: waiting for pk, waiting in found.items() if waiting}


def sentence(waiting: Collection[Waiting]) -> str:
    """What waits, as one sentence; "" for nothing."""
    if not waiting:
        return ""
    words = [str(one) for one in waiting]
    said = words[0]
    if len(words) > 1:
        said = _t("%(some)s and %(last)s") % {"some": "、".join(words[:-1]), "last": words[-1]}
    return _t("Waiting for this: %(what)s.") % {"what": said}
