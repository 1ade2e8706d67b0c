"""What waits for a member, who holds what, and what was decided before: everything that is read of requests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from gucang.approvals import delegating
from gucang.approvals.models import UNDECIDED, ApprovalRequest, ApprovalTask, State
from gucang.kernel import clock, records
from gucang.kernel.actors import Actor

PAGE = 30
COUNTED = 100
EARLIER = 5
DECIDED = (State.CARRIED_OUT, State.FAILED, State.REFUSED)


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


def _first(query: QuerySet[ApprovalTask], size: int) -> QuerySet[ApprovalTask]:
    """The first of these in the order of their requests, picked before anything is joined to them.

    Otherwise the database may begin with the requests, all that were ever made, and look for a task of each.
    """
    picked = query.order_by("request_id").values("pk")[:size]
    return ApprovalTask.objects.filter(pk__in=picked).order_by("request_id", "number")


def count_waiting(actor: Actor) -> int:
    """How many decisions wait for the actor, counted up to 100 and no further. One query."""
    if actor.member_id is None or not actor.may("approval_request.view"):
        return 0
    return _waiting(actor.member_id)[:COUNTED].count()


def kinds_waiting(actor: Actor) -> list[tuple[int, str]]:
    """The policies, (id, name), of the oldest 100 that wait for the actor: alike ones go together. One query."""
    if actor.member_id is None or not actor.may("approval_request.view"):
        return []
    found = _first(_waiting(actor.member_id), COUNTED).values_list(
        "request__policy_version__policy_id", "request__policy_name"
    )
    return list(dict(found).items())


def next_waiting(actor: Actor, after: int) -> int:
    """The request that waits for the actor behind `after` in the inbox, then from its start; 0 for none."""
    for begin in (after, 0):
        found, _following = waiting_for(actor, size=1, after=begin)
        if found and found[0].request.pk != after:
            return found[0].request.pk
    return 0


def waiting_for(actor: Actor, size: int = PAGE, after: int = 0, policy: int = 0) -> tuple[list[Waiting], int]:
    """What waits for the actor's decision, the oldest first, and where the next page begins (0 at the end).

    `policy` narrows it to what one policy asks about.
    """
    if actor.member_id is None or not actor.may("approval_request.view"):
        return [], 0
    query = _waiting(actor.member_id).filter(request_id__gt=after) if after else _waiting(actor.member_id)
    if policy:
        query = query.filter(request__policy_version__policy_id=policy)
    rows = list(_first(query, size + 1).select_related("request__submitter", "member"))
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


@dataclass(frozen=True)
class Earlier:
    """What was decided before, and by whom: the names of those who agreed or refused."""

    request: ApprovalRequest
    by: str


def earlier_of(asked: ApprovalRequest, actor: Actor, size: int = EARLIER) -> tuple[list[Earlier], bool]:
    """What was decided before for the same customer under the same policy, as far as the actor sees it, the latest
    first; and whether there is more. Two queries; none for what concerns no customer.
    """
    if asked.party_id is None:
        return [], False
    query = records.get("approval_request").query(actor).filter(
        party_id=asked.party_id, policy_version__policy_id=asked.policy_version.policy_id, state__in=DECIDED
    )  # fmt: skip
    rows = list(query.exclude(pk=asked.pk).select_related("submitter").order_by("-pk")[: size + 1])
    by: dict[int, list[str]] = {}
    decisions = ApprovalTask.objects.filter(request__in=rows[:size], decision__in=("agreed", "refused"))
    for task in decisions.select_related("by").order_by("decided_at") if rows else ():
        by.setdefault(task.request_id, []).append(str(task.by))
    found = [Earlier(row, "、".join(dict.fromkeys(by.get(row.pk, ())))) for row in rows[:size]]
    return found, len(rows) > size
