"""Who may see a request, and why something cannot be done with it now."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _t

from gucang.kernel import clock
from gucang.kernel.actors import Actor, Reach
from gucang.kernel.permissions import NOTHING, reach_q

if TYPE_CHECKING:
    from gucang.approvals.models import ApprovalPolicy, ApprovalRequest, Delegation

MOST_CHAIN = 3
MOST_DAYS = 180
URGE_AGAIN_MINUTES = 60


def visible_requests(actor: Actor) -> Q:
    """One's own and those of whom one leads; where one is asked, was asked, stands in for who is asked, or is told."""
    if not actor.may("approval_request.view"):
        return NOTHING
    within = reach_q(actor, "approval_request.view", owner="submitter_id")
    if not within or actor.member_id is None:  # an empty filter is "all", and would vanish in an OR
        return within
    return within | Q(submitter_id=actor.member_id) | takes_part(actor.member_id)


def takes_part(member_id: int) -> Q:
    """The requests that a member is asked about, or told of."""
    from gucang.approvals.models import ApprovalCopy, ApprovalTask

    tasks = ApprovalTask.objects.filter(request=OuterRef("pk"))
    asked = Exists(tasks.filter(member_id=member_id)) | Exists(tasks.filter(by_id=member_id))
    found = Q(asked) | Q(Exists(ApprovalCopy.objects.filter(request=OuterRef("pk"), member_id=member_id)))
    if principals := stands_in_for(member_id):
        found |= Q(Exists(tasks.filter(member_id__in=sorted(principals), open=True, personal=True)))
    return found


def stands_in_for(member_id: int) -> frozenset[int]:
    """For whom a member decides today, about anything. One query a request."""
    from gucang.approvals.delegating import principals_of

    return frozenset(principals_of(member_id, clock.today()))


def visible_policies(actor: Actor) -> Q:
    """Policies are no secret for who may see them at all."""
    return Q() if actor.may("approval_policy.view") else NOTHING


def visible_delegations(actor: Actor) -> Q:
    """One's own, those to oneself, and those of whom one leads."""
    if not actor.may("delegation.view"):
        return NOTHING
    within = reach_q(actor, "delegation.view", owner="owner_id")
    if not within or actor.member_id is None:
        return within
    return within | Q(owner_id=actor.member_id) | Q(deputy_id=actor.member_id)


def is_the_submitter(actor: Actor, request: Any) -> bool:
    """Only who asked takes it back, urges, or sends it again."""
    return actor.member_id is not None and request.submitter_id == actor.member_id


def is_the_principal(actor: Actor, delegation: Any) -> bool:
    """Whose delegation it is, or who looks after the company's."""
    if actor.kind == "system" or actor.reach("delegation.stop") is Reach.COMPANY:
        return True
    return actor.member_id is not None and delegation.owner_id == actor.member_id


def moves_any_task(actor: Actor) -> bool:
    """Whether somebody may move tasks that are not theirs: who may unlock."""
    return actor.reach("approval_request.unlock") is Reach.COMPANY


def why_not_waiting(request: ApprovalRequest) -> str | None:
    """Why nobody can decide: it is decided, or with who asked."""
    if request.state == "waiting":
        return None
    return _t("“%(request)s” is not waiting any more: %(state)s.") % {
        "request": request, "state": request.get_state_display()
    }  # fmt: skip


def why_not_withdrawn(request: ApprovalRequest) -> str | None:
    """Why it cannot be taken back: it is decided, or somebody has agreed already."""
    if request.state == "returned":
        return None
    return why_not_waiting(request) or why_acted(request)


def why_acted(request: ApprovalRequest) -> str | None:
    """Who has agreed to it already, in a sentence that says what to do instead; None while nobody has."""
    from gucang.approvals import cases

    counts = {request.visit, *request.standing.values()}
    agreed = [row for row in cases.tasks_of(request) if row.decision == "agreed" and row.visit in counts]
    if not agreed:
        return None
    words = {"who": agreed[-1].by, "holder": cases.holders_in_words(request) or "—"}
    return _t("%(who)s has agreed already. Ask %(holder)s to send it back.") % words


def why_not_returned(request: ApprovalRequest) -> str | None:
    """Why it cannot be sent again: it has not come back."""
    if request.state == "returned":
        return None
    return _t("“%(request)s” was not sent back: %(state)s.") % {
        "request": request, "state": request.get_state_display()
    }  # fmt: skip


def why_not_locked(request: ApprovalRequest) -> str | None:
    """Why it cannot be unlocked: it holds nothing."""
    if sentence := why_not_waiting(request):
        return sentence
    return None if request.locked and request.about_id else _t("“%(request)s” holds nothing.") % {"request": request}


def why_in_force(policy: ApprovalPolicy) -> str | None:
    """Why it cannot be put in force, or deleted: it is."""
    return _t("“%(policy)s” is in force. Put it out of force first.") % {"policy": policy} if policy.active else None


def why_out_of_force(policy: ApprovalPolicy) -> str | None:
    """Why it cannot be put out of force: it is."""
    return None if policy.active else _t("“%(policy)s” is not in force.") % {"policy": policy}


def why_stopped(delegation: Delegation) -> str | None:
    """Why it cannot be changed or stopped: it is over."""
    if delegation.stopped_at is None and delegation.ends_on >= clock.today():
        return None
    return _t("This delegation is over. Make a new one.")


def why_not_dates(starts_on: date, ends_on: date) -> str | None:
    """Why nobody is stood in for during these days."""
    if ends_on < clock.today():
        return _t("The last day lies in the past.")
    if (ends_on - starts_on).days > MOST_DAYS:
        return _t("A delegation lasts at most %(days)s days.") % {"days": MOST_DAYS}
    return None
