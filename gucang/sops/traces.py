"""What was done about a case, as the log tells it: one query for one record."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from gucang.kernel.scope import active_company_id
from gucang.processes.mining.alignments import Aligner
from gucang.sops.models import ProcessVersion


@dataclass(frozen=True)
class Deed:
    """One event: its name, when it happened, and which member did it (None for the program itself)."""

    name: str
    at: datetime
    by: int | None


def deeds_of(case_type: str, pk: int, names: Collection[str]) -> list[Deed]:
    """The events of these names that concern a record, in the order in which they happened."""
    sql = """
        SELECT e.name, e.occurred_at, CASE WHEN e.actor_kind = 'system' THEN NULL ELSE e.actor_id END
        FROM (SELECT DISTINCT event_id, recorded_at FROM kernel_eventobject
              WHERE company_id = %s AND object_type = %s AND object_id = %s) o
        JOIN kernel_event e ON e.id = o.event_id AND e.recorded_at = o.recorded_at
        WHERE e.name = ANY(%s) ORDER BY e.occurred_at, e.id
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [active_company_id(), case_type, pk, list(names)])
        return [Deed(*row) for row in cursor.fetchall()]


def aligner_of(version: ProcessVersion) -> Aligner:
    """What explains cases by a version; made once for each version that is kept."""
    if not hasattr(version, "_aligner"):
        version._aligner = Aligner(version.read().tree)  # type: ignore[attr-defined]
    found: Aligner = version._aligner  # type: ignore[attr-defined]
    return found
