"""What waits for a member: their own tasks, and those of whom they stand in for today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from gucang.approvals import delegating
from gucang.approvals.models import UNDECIDED, ApprovalRequest, ApprovalTask
from gucang.kernel import clock
from gucang.kernel.actors import Actor

PAGE = 30
COUNTED = 100


@dataclass(frozen=True)
class Waiting:
    """A request that somebody may decide now; `instead_of` is in whose place, "" for themselves."""

    request: ApprovalRequest
    since: datetime | None
    instead_of: str


def _waiting(member: int) -> QuerySet[ApprovalTask]:
    whose = Q(member_id=member)
    found = delegating.hands(clock.today())
    if any(hand.deputy == member for hand in found):
        for policy in {hand.policy for hand in found}:
            principals = [
                owner for owner, reached in delegating.deputies(found, policy or 0).items() if member in reached
            ]
            if principals:
                theirs = Q(member_id__in=principals, personal=True) & ~Q(request__submitter_id=member)
                whose |= theirs if policy is None else theirs & Q(request__policy_version__policy_id=policy)
    return ApprovalTask.objects.filter(whose, open=True)


def count_waiting(actor: Actor) -> int:
    """How many decisions wait for the actor, counted up to 100 and no further. One query."""
    if actor.member_id is None or not actor.may("approval_request.view"):
        return 0
    return _waiting(actor.member_id)[:COUNTED].count()


def waiting_for(actor: Actor, size: int = PAGE, after: int = 0) -> tuple[list[Waiting], int]:
    """What waits for the actor's decision, the oldest first, and where the next page begins (0 at the end)."""
    if actor.member_id is None or not actor.may("approval_request.view"):
        return [], 0
    query = _waiting(actor.member_id).filter(request_id__gt=after) if after else _waiting(actor.member_id)
    rows = list(
        query.select_related("request__submitter", "member").order_by("request_id", "number")[: size + 1]
    )  # fmt: skip
    found: dict[int, Waiting] = {}
    for row in rows[:size]:
        instead = "" if row.member_id == actor.member_id else str(row.member)
        if row.request_id not in found or not instead:
            found[row.request_id] = Waiting(row.request, row.opened_at, instead)
    return list(found.values()), rows[size - 1].request_id if len(rows) > size else 0


def asked_by(actor: Actor, size: int = PAGE) -> list[ApprovalRequest]:
    """What the actor has asked for and is not decided yet, the newest first."""
    if actor.member_id is None:
        return []
    query = ApprovalRequest.objects.filter(submitter_id=actor.member_id, state__in=UNDECIDED)
    return list(query.order_by("-pk")[:size])


def holders_of(requests: list[ApprovalRequest]) -> dict[int, str]:
    """Who holds each of these, as one phrase. One query."""
    rows = ApprovalTask.objects.filter(request__in=requests, open=True).select_related("member").order_by("number")
    found: dict[int, list[str]] = {}
    for row in rows if requests else ():
        found.setdefault(row.request_id, []).append(str(row.member))
    return {pk: "、".join(dict.fromkeys(names)) for pk, names in found.items()}


def waiting_about(record_type: str, pk: int) -> ApprovalRequest | None:
    """The request that waits about a record, sent back ones too. One query."""
    found: Any = ApprovalRequest.objects.filter(about_type=record_type, about_id=pk, state__in=UNDECIDED)
    first: ApprovalRequest | None = found.select_related("submitter").order_by("-pk").first()
    return first
