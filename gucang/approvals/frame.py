"""What this module puts on the pages of others: its places, a request's page, who holds a record, the home card."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.accounts.models import Member
from gucang.approvals import cases, holding, proposing, queries, wording
from gucang.approvals.actions import requests
from gucang.approvals.models import ApprovalRequest
from gucang.kernel.actors import Actor
from gucang.kernel.models import Event
from gucang.kernel.records import RecordType
from gucang.surface import columns, home, nav, panels, timeline
from gucang.surface.middleware import CompanyRequest

nav.add(_("Approvals"), "rubber-stamp", "/approvals/waiting", "approval_request.view", order=40, phone=3, key="a")
nav.setting(
    _("Approval policies"), "git-branch", "/approval-policies/", "approval_policy.create", 45,
    about=_("What needs whose agreement"),
)  # fmt: skip
columns.tones(
    "approval_request.state",
    {
        "waiting": "wait",
        "returned": "warn",
        "carried_out": "ok",
        "failed": "bad",
        "refused": "bad",
        "withdrawn": "mute",
    },
)
columns.due("approval_request.due_at", "state", ("waiting",))


def page(request: CompanyRequest, record_type: RecordType, asked: ApprovalRequest) -> dict[str, Any]:
    """What the page of a request shows besides the common."""
    actor = request.actor
    record = wording.record_of(asked, actor)
    turn = requests.whose(actor, asked)
    about = f"{request.base}/{_plural(asked)}/{asked.about_id}" if record is not None else ""
    return {
        "title": wording.title_of(asked),
        "about": record,
        "about_url": about,
        "changes": wording.changes_of(asked, actor, request.base, record),
        "said": wording.said_with(asked),
        "facts": wording.facts_of(asked, actor, request.base, record),
        "picture": wording.picture_of(asked),
        "trail": wording.trail_of(asked),
        "holders": cases.holders_in_words(asked),
        "my_turn": turn is not None,
        "instead_of": str(turn[0].member) if turn is not None and turn[1] else "",
        "steps_back": requests.earlier_steps(asked) if turn is not None else [],
        "on_page": ["agree", "send_back", "refuse"],
        "waiting_url": f"{request.base}/approvals/waiting",
    }


def _plural(asked: ApprovalRequest) -> str:
    from gucang.kernel import records

    return records.get(asked.about_type).plural


panels.draw_page("approval_request", "approvals/request.html", page)


def held(request: CompanyRequest, record_type: RecordType, record: Any) -> dict[str, Any] | None:
    """What waits about a record: with whom, since when, until when."""
    if record_type.name not in holding.types_with_policies() or not request.actor.may("approval_request.view"):
        return None
    asked = queries.waiting_about(record_type.name, record.pk)
    if asked is None:
        return None
    seen = record_type_of_requests().query(request.actor).filter(pk=asked.pk).exists()
    return {
        "asked": asked,
        "title": wording.title_of(asked),
        "holders": cases.holders_in_words(asked),
        "url": f"{request.base}/approvals/{asked.pk}" if seen else "",
    }


def record_type_of_requests() -> RecordType:
    """The record type of requests."""
    from gucang.kernel import records

    return records.get("approval_request")


panels.add("*", "top", "approvals/_held.html", held, order=20)


def proposal(request: CompanyRequest, record_type: RecordType, leave: Any) -> dict[str, Any] | None:
    """On one's own leave: that nobody decides meanwhile, and who could."""
    if leave.member_id != request.actor.member_id or not holding.types_with_policies():
        return None
    found = proposing.proposal_for(leave.member_id)
    return {"proposal": found, "base": request.base} if found is not None and found.leave.pk == leave.pk else None


panels.add("leave", "top", "approvals/_proposal.html", proposal, order=20)


def card(request: CompanyRequest) -> dict[str, Any] | None:
    """The home card: what waits for one's decision; none where nothing does."""
    found, _following = queries.waiting_for(request.actor, size=4) if holding.types_with_policies() else ([], 0)
    if not found:
        return None
    rows = [
        {
            "title": wording.title_of(one.request), "url": f"{request.base}/approvals/{one.request.pk}",
            "who": str(one.request.submitter), "since": one.since, "instead_of": one.instead_of,
        }
        for one in found
    ]  # fmt: skip
    return {"rows": rows[:3], "more": len(rows) > 3, "url": f"{request.base}/approvals/waiting"}


home.card("approvals", template="approvals/_card.html", context=card, order=15)


@timeline.through
def in_place_of(event: Event, actor: Actor) -> timeline.Through | None:
    """In whose place somebody decided, and by which request a deed was agreed to."""
    if event.subject_type == "approval_request" and event.on_behalf_of is not None:
        name = Member.with_bin.filter(pk=event.on_behalf_of).values_list("name", flat=True).first()
        return timeline.Through(_t("for %(name)s") % {"name": name}, "user-share") if name else None
    approval = event.facts.get("approval") or {}
    if not approval:
        return None
    return timeline.Through(
        _t("by approval %(number)s") % {"number": approval.get("number", "")}, "rubber-stamp",
        f"/approvals/{approval.get('id')}",
    )  # fmt: skip
