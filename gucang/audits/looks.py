"""Who has looked at a colleague's finding or case: noted once a day each, told to the colleague, kept for a year."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from gucang.audits.models import Finding, Look
from gucang.kernel import clock, jobs, records
from gucang.kernel.actors import Actor
from gucang.kernel.records import RecordType
from gucang.kernel.scope import deriving

APP = "audits"
KEEP = timedelta(days=365)


def listen(actor: Actor, record_type: RecordType, found: Sequence[Any]) -> None:
    """Hear who opens findings, on a page or by a program; those of colleagues are noted by a job."""
    if record_type.name != "finding" or actor.eyes is not None or actor.member_id is None:
        return
    theirs = [one.pk for one in found if one.member_id not in (None, actor.member_id)]
    if theirs:
        jobs.enqueue("audits.looked", finding_ids=theirs, looker_id=actor.member_id)


def note(finding_ids: Iterable[int], looker_id: int) -> None:
    """Note that somebody has looked at these findings of colleagues."""
    rows = Finding.objects.filter(pk__in=list(finding_ids), member__isnull=False).exclude(member_id=looker_id)
    now, on = clock.now(), clock.today()
    with deriving(APP):
        for one in rows.order_by("pk"):
            Look.objects.get_or_create(
                looker_id=looker_id, finding=one, on=on,
                defaults={
                    "member_id": one.member_id, "at": now, "about_type": one.about_type, "about_id": one.about_id
                },
            )  # fmt: skip


def note_case(case_type: str, record: int, members: Iterable[int], looker_id: int) -> None:
    """Note that somebody has looked at the case of a record that is these members'."""
    now, on = clock.now(), clock.today()
    with deriving(APP):
        for member in sorted(set(members) - {looker_id}):
            Look.objects.get_or_create(
                looker_id=looker_id, member_id=member, finding=None, about_type=case_type, about_id=record, on=on,
                defaults={"at": now},
            )  # fmt: skip


def at(actor: Actor, limit: int) -> list[tuple[Look, Any]]:
    """Who has looked at what is this member's, the last first, with the record as far as the member sees it.

    One query, and one for each type of record.
    """
    found = Look.objects.filter(member_id=actor.member_id or 0).select_related("looker", "finding__rule")
    rows = list(found.order_by("-at", "-pk")[:limit])
    seen: dict[tuple[str, int], Any] = {}
    for name in {one.about_type for one in rows if one.finding_id is None}:
        try:
            query = records.get(name).query(actor)
        except LookupError:  # a type of the company's own that is gone
            continue
        ids = {one.about_id for one in rows if one.about_type == name}
        seen |= {(name, pk): record for pk, record in query.in_bulk(ids).items()}
    return [(one, seen.get((one.about_type, one.about_id or 0))) for one in rows]


def forget_old() -> None:
    """Looks are kept for a year."""
    with deriving(APP):
        Look.objects.filter(at__lt=clock.now() - KEEP).delete()
