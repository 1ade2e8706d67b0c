"""Who may see what of cases. How work goes is no secret; who departed from it is told to them and to who audits."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from gucang.audits.clocks import working_hours_ago
from gucang.audits.kinds import PRIVATE
from gucang.audits.models import Finding
from gucang.audits.queries import settings
from gucang.audits.rules import AUDIT, PATTERNS
from gucang.conformance.models import Case, CaseDeviation
from gucang.kernel import clock, records
from gucang.kernel.actors import Actor
from gucang.kernel.permissions import NOTHING
from gucang.kernel.scope import remembered


def may_see_maps(actor: Actor) -> bool:
    """Whoever may see processes sees how they really go, in numbers."""
    return actor.may("process.view")


def may_audit(actor: Actor) -> bool:
    """Whoever may see what others departed from."""
    return actor.may(AUDIT)


def may_see_patterns(actor: Actor) -> bool:
    """Whoever leads or audits sees departments and patterns in numbers."""
    return actor.may(AUDIT) or actor.may(PATTERNS)


def settled() -> datetime:
    """What was done until then is nobody's own any more: those who did it have had their time, now."""
    now = clock.now()
    hours = settings().grace_on(now)
    found: datetime = remembered(f"settled {hours} {now:%Y%m%d%H%M}", lambda: working_hours_ago(now, hours))
    return found


def had_their_time() -> Q:
    """The cases that may be told to others: nothing has just happened or become late there, and no finding about the
    record is the business of somebody alone, unless another about it is not. Whether they depart makes no difference,
    so that nothing follows from a case's absence.
    """
    until = settled()
    about = Finding.objects.filter(about_type=OuterRef("object_type"), about_id=OuterRef("object_id"))
    private = Exists(about.filter(state__in=PRIVATE)) & ~Exists(about.exclude(state__in=PRIVATE))
    became_late = Exists(CaseDeviation.objects.filter(case=OuterRef("pk"), since__gt=until))
    return Q(last_at__lte=until) & ~became_late & ~private


def private(case_type: str, ids: Collection[int]) -> set[tuple[int, int | None]]:
    """The (record, member) of findings about these records that are the member's business alone. One query."""
    found = Finding.objects.filter(about_type=case_type, about_id__in=ids, state__in=PRIVATE)
    return set(found.values_list("about_id", "member_id"))


def _ones_own(actor: Actor) -> Q:
    if actor.member_id is None:
        return NOTHING
    return Q(owner_id=actor.member_id) | Q(holder_id=actor.member_id)


def visible_cases(actor: Actor) -> Q:
    """One's own cases and what waits with oneself; with the right to audit those of others that had their time."""
    if not may_see_maps(actor):
        return NOTHING
    if may_audit(actor):
        return _ones_own(actor) | had_their_time()
    return _ones_own(actor)


def not_yet_told(actor: Actor) -> Q:
    """The cases of others that not even who audits is told of so far."""
    return ~had_their_time() & ~Q(owner_id=actor.member_id or 0)


def is_told(actor: Actor) -> Any:
    """For `annotate`: whether what others departed from in a case is told to this person, who may audit."""
    return ExpressionWrapper(had_their_time() if may_audit(actor) else NOTHING, output_field=BooleanField())


def cases(actor: Actor, case_type: str) -> QuerySet[Any]:
    """The cases of a type that this person may look into: those whose record they see, too."""
    found = Case.objects.filter(object_type=case_type)
    if not actor.may(f"{case_type}.view"):
        return found.none()
    seen = records.get(case_type).query(actor).select_related(None).order_by().values("pk")
    return found.filter(visible_cases(actor), object_id__in=seen)
