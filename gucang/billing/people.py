"""Who is told of late money."""

from __future__ import annotations

from gucang.accounts.models import Member
from gucang.billing.models import DunningStep, Tells

FINANCE = "finance"


def finance() -> list[int]:
    """The ids of the members at work who have the role of finance."""
    found = Member.objects.filter(member_roles__role__key=FINANCE).exclude(status="left")
    return sorted(set(found.values_list("pk", flat=True)))


def told_by(step: DunningStep, owner: Member | None) -> list[int]:
    """Whom a step tells about a customer of this owner; finance where there is nobody else."""
    if step.tells == Tells.OWNER and owner is not None and owner.may_work:
        return [owner.pk]
    if step.tells == Tells.SUPERIOR and owner is not None and owner.manager is not None and owner.manager.may_work:
        return [owner.manager.pk]
    return finance()
