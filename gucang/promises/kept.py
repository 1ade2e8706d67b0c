"""What approvals know of a promise, kept in step inside the same transaction: it waits, with whom, and who agreed.

It is told by the request's own events, so it leaves none here and does not raise the promise's version.
"""

from __future__ import annotations

from typing import Any

from django.db.models import F

from gucang.approvals.models import UNDECIDED, ApprovalRequest, ApprovalTask
from gucang.approvals.models import State as Asked
from gucang.kernel import clock, search
from gucang.kernel.actions import keep
from gucang.kernel.snapshots import Snapshot
from gucang.promises.models import Promise, State

Pairs = list[tuple[Snapshot | None, Any]]
MAKE = "promise.make"


@keep("approval_request")
def follow_approval(pairs: Pairs) -> None:
    """A promise that waits for a decision says so, and names who decides."""
    for _before, request in pairs:
        if request.action == MAKE and request.about_id:
            _follow(request)


def _follow(request: ApprovalRequest) -> None:
    rows = Promise.objects.filter(pk=request.about_id)
    if request.state in UNDECIDED:
        first = ApprovalTask.objects.filter(request=request, open=True).order_by("number").first()
        holder = first.member_id if first is not None and request.state == Asked.WAITING else request.submitter_id
        rows.filter(state__in=(State.MADE, State.IN_APPROVAL)).update(
            state=State.IN_APPROVAL, holder_id=holder, held_since=request.since, due_at=request.due_at
        )
    elif request.state == Asked.CARRIED_OUT:
        last = ApprovalTask.objects.filter(request=request, by__isnull=False).order_by("decided_at", "number").last()
        rows.update(approved_by_id=last.by_id if last is not None else None)
    else:
        rows.filter(state=State.IN_APPROVAL).update(
            state=State.MADE, holder_id=F("promised_by_id"), held_since=clock.now(), due_at=None
        )


@keep("customer")
def promises_found_by_owner(pairs: Pairs) -> None:
    """Promises are searched within the reach of their customer's owner, so they move with it."""
    for before, customer in pairs:
        if before is not None and before["owner"] != customer.owner_id:
            ids = Promise.objects.filter(customer_id=customer.pk).values_list("pk", flat=True)
            search.give_to("promise", ids, customer.owner_id)
