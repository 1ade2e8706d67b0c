"""What time it is. Actions ask here, so that demo history and tests can happen at their own dates."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time

from django.utils import timezone

_set: ContextVar[datetime | None] = ContextVar("clock", default=None)


def now() -> datetime:
    """The present moment (aware, UTC), or the one that `at` has set."""
    return _set.get() or timezone.now()


def today() -> date:
    """Today's date where the company is."""
    return timezone.localdate(now())


def midnight(day: date) -> datetime:
    """The moment at which `day` begins where the company is."""
    return timezone.make_aware(datetime.combine(day, time()))


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let everything inside happen at `moment`. For history being built (demo, import of old records) and tests."""
    token = _set.set(moment)
    try:
        yield
    finally:
        _set.reset(token)
