"""What of the log concerns cases: which records have news, and the deeds of a batch of them. Never the whole log."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection

from gucang.kernel.scope import active_company_id

# Ids are handed out before a transaction is over, some to be used much later; what was recorded so shortly before the
# last run is looked at again.
OVERLAP = timedelta(hours=1)

# Three ways in: an event that is new by its id, one that was recorded late under an old id, and a term that is over.
_NEWS = """
    INSERT INTO conformance_tojudge (company_id, case_type, object_id)
    SELECT %(company)s, %(type)s, object_id FROM (
        SELECT object_id FROM kernel_eventobject
        WHERE company_id = %(company)s AND object_type = %(type)s AND event_id > %(seen)s
        UNION
        SELECT o.object_id FROM kernel_event e
        JOIN kernel_eventobject o ON o.company_id = e.company_id AND o.event_id = e.id AND o.object_type = %(type)s
        WHERE e.company_id = %(company)s AND e.recorded_at >= %(since)s AND e.id <= %(seen)s
        UNION
        SELECT object_id FROM conformance_case
        WHERE company_id = %(company)s AND object_type = %(type)s AND due_at <= %(now)s
    ) news
    ON CONFLICT DO NOTHING
"""
_EVERYTHING = """
    INSERT INTO conformance_tojudge (company_id, case_type, object_id)
    SELECT DISTINCT company_id, object_type, object_id FROM kernel_eventobject
    WHERE company_id = %(company)s AND object_type = %(type)s
    ON CONFLICT DO NOTHING
"""
_LATE = """
    INSERT INTO conformance_tojudge (company_id, case_type, object_id)
    SELECT DISTINCT company_id, object_type, object_id FROM kernel_eventobject
    WHERE company_id = %(company)s AND object_type = %(type)s
      AND recorded_at - occurred_at > %(least)s AND recorded_at - occurred_at <= %(most)s
    ON CONFLICT DO NOTHING
"""
# Each event is looked up by its key. Of a plain join the planner expects far more than there is, and reads the whole
# log for it: 84 s a batch at ten million events. OFFSET 0 keeps it from making one of this.
_DEEDS = """
    SELECT o.object_id, e.id, e.name, e.occurred_at, e.recorded_at,
           CASE WHEN e.actor_kind = 'system' THEN NULL ELSE e.actor_id END
    FROM (
        SELECT DISTINCT object_id, event_id, recorded_at FROM kernel_eventobject
        WHERE company_id = %(company)s AND object_type = %(type)s AND object_id = ANY(%(ids)s)
    ) o
    CROSS JOIN LATERAL (
        SELECT * FROM kernel_event WHERE id = o.event_id AND recorded_at = o.recorded_at OFFSET 0
    ) e
    WHERE e.name = ANY(%(names)s)
    ORDER BY o.object_id, e.occurred_at, e.id
"""


@dataclass(frozen=True, slots=True)
class Logged:
    """One event of a case as it stands in the log."""

    event: int
    name: str
    occurred_at: datetime
    recorded_at: datetime
    member: int | None


def last_event() -> int:
    """The highest id of an event of the company so far; 0 for none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(event_id) FROM kernel_eventobject WHERE company_id = %s", [active_company_id()])
        return int(cursor.fetchone()[0] or 0)


def collect(case_type: str, seen_event: int, seen_at: datetime | None, now: datetime) -> None:
    """Note which records of a type have news since an earlier run; all of them where there was none."""
    values: dict[str, Any] = {"company": active_company_id(), "type": case_type, "seen": seen_event, "now": now}
    if seen_at is not None:
        values["since"] = seen_at - OVERLAP
    with connection.cursor() as cursor:
        cursor.execute(_EVERYTHING if seen_at is None else _NEWS, values)


def collect_late(case_type: str, least: timedelta, most: timedelta) -> None:
    """Note which records have an event that was written down between so much and so much after it happened."""
    values: dict[str, Any] = {"company": active_company_id(), "type": case_type, "least": least, "most": most}
    with connection.cursor() as cursor:
        cursor.execute(_LATE, values)


def cases(case_type: str, ids: Collection[int], names: Collection[str]) -> Iterator[tuple[int, Sequence[Logged]]]:
    """What is logged of these records under these names, in the order in which it happened; ties by the event's id."""
    values: dict[str, Any] = {"company": active_company_id(), "type": case_type}
    values |= {"ids": list(ids), "names": list(names)}
    with connection.cursor() as cursor:
        cursor.execute(_DEEDS, values)
        for key, rows in groupby(cursor.fetchall(), key=itemgetter(0)):
            yield key, [Logged(*row[1:]) for row in rows]
