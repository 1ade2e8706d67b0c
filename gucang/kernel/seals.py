"""The nightly seal: a chained hash over each day's events, and the check that finds what was changed since."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import Min
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.kernel import clock, jobs
from gucang.kernel.models import Event, EventSeal
from gucang.kernel.scope import active_company_id, writing

START = "0" * 64


@dataclass(frozen=True)
class Flaw:
    """A day whose events do not match its seal."""

    day: date
    sentence: str


def _bounds(day: date) -> tuple[datetime, datetime]:
    start = datetime.combine(day, time.min, UTC)
    return start, start + timedelta(days=1)


def _digest_of(day: date) -> tuple[int, int, str]:
    """(number of events, last id, hash over the day's row digests in id order); days are UTC days."""
    total, last, running = 0, 0, hashlib.sha256()
    with connection.cursor() as cursor:
        # A server-side cursor: a day may hold more events than memory should.
        cursor.execute(
            "DECLARE sealing NO SCROLL CURSOR FOR SELECT id, coalesce(original_digest, gucang_event_digest(e)) "
            "FROM kernel_event e WHERE company_id = %s AND recorded_at >= %s AND recorded_at < %s ORDER BY id",
            [active_company_id(), *_bounds(day)],
        )
        while True:
            cursor.execute("FETCH 5000 FROM sealing")
            rows = cursor.fetchall()
            if not rows:
                break
            for last, digest in rows:  # noqa: B007  the last id is wanted
                running.update(bytes(digest))
            total += len(rows)
        cursor.execute("CLOSE sealing")
    return total, last, running.hexdigest()


def _chain(previous: str, day: date, total: int, last: int, digest: str) -> str:
    return hashlib.sha256(f"{previous}|{day.isoformat()}|{total}|{last}|{digest}".encode()).hexdigest()


@jobs.every_company("kernel.seal", label=_("Seal over the log"), cron="20 3 * * *")
def seal_days() -> int:
    """Seal every day before today (UTC) that has none yet; returns how many. A second run finds nothing to do."""
    newest = EventSeal.objects.order_by("-day").first()
    if newest is None:
        first = Event.objects.aggregate(first=Min("recorded_at"))["first"]
        if first is None:
            return 0
        day, previous = first.astimezone(UTC).date(), START
    else:
        day, previous = newest.day + timedelta(days=1), newest.seal
    made = 0
    while day < clock.now().astimezone(UTC).date():
        total, last, digest = _digest_of(day)
        previous_seal, previous = previous, _chain(previous, day, total, last, digest)
        with writing("kernel"):
            EventSeal.objects.create(
                company_id=active_company_id(), day=day, events=total, last_event_id=last, previous=previous_seal,
                seal=previous, sealed_at=clock.now(),
            )  # fmt: skip
        day += timedelta(days=1)
        made += 1
    return made


def verify() -> tuple[int, list[Flaw]]:
    """Recompute every seal of the active company: (days checked, flaws found)."""
    previous, flaws, days = START, [], 0
    for seal in EventSeal.objects.order_by("day").iterator():
        days += 1
        total, last, digest = _digest_of(seal.day)
        if seal.previous != previous:
            flaws.append(Flaw(seal.day, _t("The chain is broken: a seal before this day is missing or changed.")))
        elif total != seal.events:
            flaws.append(Flaw(seal.day, _count_sentence(total, seal)))
        elif _chain(previous, seal.day, total, last, digest) != seal.seal:
            flaws.append(Flaw(seal.day, _t("At least one event of this day was changed after it was sealed.")))
        previous = seal.seal
    return days, flaws


def _count_sentence(total: int, seal: Any) -> str:
    return _t("%(now)s events are there, %(then)s were sealed.") % {"now": total, "then": seal.events}
