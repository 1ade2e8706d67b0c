"""Who may see what of cases. How work goes is no secret; who departed from it is told to them and to who audits."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from gucang.audits.rules import AUDIT, PATTERNS
from gucang.conformance.models import Case
from gucang.kernel import records
from gucang.kernel.actors import Actor
from gucang.kernel.permissions import NOTHING


def may_see_maps(actor: Actor) -> bool:
    """Whoever may see processes sees how they really go, in numbers."""
    return actor.may("process.view")


def may_audit(actor: Actor) -> bool:
    """Whoever may see what others departed from."""
    return actor.may(AUDIT)


def may_see_patterns(actor: Actor) -> bool:
    """Whoever leads or audits sees departments and patterns in numbers."""
    return actor.may(AUDIT) or actor.may(PATTERNS)


def visible_cases(actor: Actor) -> Q:
    """One's own cases and what waits with oneself; those of others with the right to audit."""
    if not may_see_maps(actor):
        return NOTHING
    if may_audit(actor):
        return Q()
    if actor.member_id is None:
        return NOTHING
    return Q(owner_id=actor.member_id) | Q(holder_id=actor.member_id)


def cases(actor: Actor, case_type: str) -> QuerySet[Any]:
    """The cases of a type that this person may look into: those whose record they see, too."""
    found = Case.objects.filter(object_type=case_type)
    if not actor.may(f"{case_type}.view"):
        return found.none()
    seen = records.get(case_type).query(actor).select_related(None).order_by().values("pk")
    return found.filter(visible_cases(actor), object_id__in=seen)


def sees_deviation(actor: Actor, member_id: int | None) -> bool:
    """Whether this person may read of a deviation: their own, or anybody's with the right to audit."""
    return may_audit(actor) or (member_id is not None and member_id == actor.member_id)
