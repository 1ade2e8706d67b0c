"""What a company has set up once and reads all day: its members, roles, stages, own fields. Kept between requests.

A table that says `setup = True` carries a trigger: with every change its company gets a new stamp. A request reads the
stamp together with the company, and what was made of these tables under the same stamp is used again. So a change is
seen by the next request, in every process, and a request that changes something itself reads anew from then on.

The stamp is random and not a count: a restored backup brings its old stamp with its old rows.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from contextvars import ContextVar, Token
from typing import Any, TypeVar
from uuid import UUID

T = TypeVar("T")
MOST_COMPANIES = 200

_here: ContextVar[dict[str, Any] | None] = ContextVar("setup", default=None)
_kept: OrderedDict[int, tuple[UUID, dict[str, Any]]] = OrderedDict()


def kept(key: str, make: Callable[[], T]) -> T:
    """What `make` gives, which may read `setup` tables only; asked once until one of them changes.

    It is shared by all requests of the company: do not change it, and let nothing of the person, the language or the
    day be in it that is not in `key`.
    """
    values = _here.get()
    if values is None:
        return make()
    if key not in values:
        values[key] = make()
    found: T = values[key]
    return found


def enter(company_id: int, stamp: UUID | None) -> Token[dict[str, Any] | None]:
    """Begin to use what is kept for a company under `stamp`; without one, only what this scope makes itself."""
    return _here.set({} if stamp is None else _values(company_id, stamp))


def leave(token: Token[dict[str, Any] | None]) -> None:
    """End what `enter` began."""
    _here.reset(token)


def changes() -> None:
    """A `setup` table is about to change: what others keep is not this scope's any more, nor the other way round."""
    if _here.get() is not None:
        _here.set({})


def _values(company_id: int, stamp: UUID) -> dict[str, Any]:
    held = _kept.get(company_id)
    if held is None or held[0] != stamp:
        held = _kept[company_id] = (stamp, {})
        while len(_kept) > MOST_COMPANIES:
            _kept.popitem(last=False)
    return held[1]
