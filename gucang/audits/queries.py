"""Reads that are used in two places or more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from gucang.accounts.models import Member
from gucang.audits.kinds import LIVE, State
from gucang.audits.models import AuditRule, AuditSettings, Correction, Finding
from gucang.kernel import clock, events, records
from gucang.kernel.actors import Actor
from gucang.kernel.fields import FieldSpec
from gucang.kernel.records import RecordType
from gucang.kernel.setup import kept
from gucang.surface.filters import Filtered
from gucang.surface.listed import listed


def settings() -> AuditSettings:
    """How the company wants to be audited, or the defaults."""
    return kept("audit settings", lambda: AuditSettings.objects.first() or AuditSettings())


def late_entry() -> timedelta:
    """A step of a case that is written down later than this after it happened is a late entry (补录)."""
    return timedelta(hours=settings().late_entry_hours)


def mine(actor: Actor) -> QuerySet[Finding]:
    """What waits for an answer of this person, the nearest end of the grace time first."""
    found = Finding.objects.filter(member_id=actor.member_id or 0, state__in=(State.OWN, State.OPEN))
    return found.select_related("rule").order_by("grace_until", "pk")


def to_do(actor: Actor) -> QuerySet[Correction]:
    """The corrections that this person has to do."""
    return Correction.objects.filter(owner_id=actor.member_id or 0, state="open").order_by("due_on", "pk")


def live(rule: AuditRule) -> QuerySet[Finding]:
    """What a rule has found and is not settled."""
    return Finding.objects.filter(rule=rule, state__in=LIVE)


def subjects(found: Sequence[Finding]) -> Mapping[tuple[str, int], Any]:
    """The records that findings are about, by (type, id), from the bin too. One query for each type."""
    wanted: dict[str, set[int]] = {}
    for one in found:
        wanted.setdefault(one.about_type, set()).add(one.about_id)
    known: dict[tuple[str, int], Any] = {}
    for name, ids in wanted.items():
        try:
            query = events.with_bin(records.get(name))
        except LookupError:  # a type of the company's own that is gone
            continue
        known |= {(name, pk): record for pk, record in query.in_bulk(ids).items()}
    return known


def matching(record_type: RecordType, conditions: str, actor: Actor) -> Filtered:
    """What a condition, as it stands behind the ? of a list, finds for this person; see `problems` of the answer."""
    return listed(record_type, actor, QueryDict(conditions))


def members_named_by(record_type: RecordType) -> list[FieldSpec]:
    """The fields of a record that name a member."""
    return [one for one in record_type.specs.values() if one.kind == "reference" and one.target is Member]


def now_working(member: Member | None) -> Member | None:
    """The member, or who answers for one that has left: the manager, then the head of the department; else nobody."""
    seen: set[int] = set()
    while member is not None and not member.may_work and member.pk not in seen:
        seen.add(member.pk)
        member = member.manager or (member.department.head if member.department is not None else None)
    return member if member is not None and member.may_work else None


def today_is_after(day: Any) -> bool:
    """Whether a day is over."""
    return day is not None and day < clock.today()
