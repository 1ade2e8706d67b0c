"""How many records about people and companies a member opens in a day: how many, never which.

It is what an unusual hunger for addresses shows in. Counted in memory and written now and then, so that a page that
reads stays one; what a process that is killed had not written yet is lost, and that is 499 at most.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import date, timedelta

from gucang.audits.models import Opening
from gucang.kernel import clock
from gucang.kernel.actors import Actor
from gucang.kernel.records import RecordType
from gucang.kernel.scope import active_company_id, deriving
from gucang.kernel.sets import column_types, insert_rows

APP = "audits"
# Written as soon as one of them is reached, with the next page that somebody of the company opens.
# An answer of the API tells of some fifty records, and a page of one: neither is to write each time.
MOST_PENDING = 500
LONGEST = 600.0  # seconds
KEEP = timedelta(days=90)
_COLUMNS = ["company_id", "member_id", "on", "count"]
_ADDED = 'ON CONFLICT (company_id, member_id, "on") DO UPDATE SET count = audits_opening.count + EXCLUDED.count'

_protected: set[str] = set()
_pending: dict[int, Counter[tuple[int, date]]] = {}
_since: dict[int, float] = {}
_lock = threading.Lock()


def protect(*record_types: str) -> None:
    """Count what is opened of these types."""
    _protected.update(record_types)


def note(actor: Actor, record_type: RecordType, count: int) -> None:
    """Count what a member has opened. What the program itself reads, and who looks as somebody else, is not counted."""
    if record_type.name not in _protected or actor.member_id is None or actor.eyes is not None or not count:
        return
    company_id, now = active_company_id(), time.monotonic()
    with _lock:
        pending = _pending.setdefault(company_id, Counter())
        pending[actor.member_id, clock.today()] += count
        since = _since.setdefault(company_id, now)
        if pending.total() < MOST_PENDING and now - since < LONGEST:
            return
        del _pending[company_id], _since[company_id]
    _write(pending)


def flush() -> None:
    """Write what is counted of the company in scope."""
    with _lock:
        pending = _pending.pop(active_company_id(), Counter())
        _since.pop(active_company_id(), None)
    _write(pending)


def drop_pending() -> None:
    """Forget what is counted and not written, of every company: a test begins with nothing."""
    with _lock:
        _pending.clear()
        _since.clear()


def forget_old() -> None:
    """Counts are kept for 90 days."""
    with deriving(APP):
        Opening.objects.filter(on__lt=clock.today() - KEEP).delete()


def of(member_id: int, days: int) -> int:
    """How many a member has opened in the last days, as far as they are written."""
    since = clock.today() - timedelta(days=days)
    return sum(Opening.objects.filter(member_id=member_id, on__gt=since).values_list("count", flat=True))


def _write(pending: Counter[tuple[int, date]]) -> None:
    company_id = active_company_id()
    rows = [(company_id, member_id, on, count) for (member_id, on), count in sorted(pending.items())]
    insert_rows("audits_opening", column_types(Opening, _COLUMNS), rows, instead=_ADDED)
