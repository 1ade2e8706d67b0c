"""What this module puts on the pages of others: its places, a request's page, who holds a record, the home card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.accounts.models import Member
from gucang.activity.queries import attachments_on
from gucang.approvals import cases, holding, proposing, queries, saying, trails, wording
from gucang.approvals.actions import requests
from gucang.approvals.models import UNDECIDED, ApprovalRequest
from gucang.approvals.screens.deciding import TYPED
from gucang.audits import impact
from gucang.kernel import records
from gucang.kernel.actors import Actor
from gucang.kernel.models import Event
from gucang.kernel.records import RecordType
from gucang.surface import columns, home, linetable, nav, panels, timeline
from gucang.surface.middleware import CompanyRequest
from gucang.surface.screens.common import parts

nav.add(_("Approvals"), "rubber-stamp", "/approvals/waiting", "approval_request.view", order=40, phone=3, key="a")
nav.setting(
    _("Approval policies"), "git-branch", "/approval-policies/", "approval_policy.create", 45,
    topic="rules", about=_("What needs whose agreement"),
)  # fmt: skip
TONES = {
    "waiting": "wait",
    "returned": "warn",
    "carried_out": "ok",
    "failed": "bad",
    "refused": "bad",
    "withdrawn": "mute",
}
columns.tones("approval_request.state", TONES)
columns.due("approval_request.due_at", "state", ("waiting",))


def page(request: CompanyRequest, record_type: RecordType, asked: ApprovalRequest) -> dict[str, Any]:
    """What the page of a request shows besides the common."""
    actor = request.actor
    record = wording.record_of(asked, actor)
    turn = requests.whose(actor, asked)
    typed, problem = getattr(request, TYPED, ("", ""))
    about = f"{request.base}/{_plural(asked)}/{asked.about_id}" if record is not None else ""
    return {
        "title": wording.title_of(asked),
        "about": record,
        "about_url": about,
        "changes": wording.changes_of(asked, actor, request.base, record),
        "said": wording.said_with(asked),
        "facts": wording.facts_of(asked, actor, request.base, record),
        "picture": wording.picture_of(asked),
        "trail": _trail(asked, actor),
        "holders": cases.holders_in_words(asked),
        "sentence": saying.to_read(asked) if turn is None else "",
        "my_turn": turn is not None,
        "instead_of": str(turn[0].member) if turn is not None and turn[1] else "",
        "steps_back": requests.earlier_steps(asked) if turn is not None else [],
        "on_page": ["agree", "send_back", "refuse"],
        "next_url": f"{request.base}/approvals/next?after={asked.pk}",
        "takes_files": request.actor.may("attachment.create") and request.actor.may("attachment.view"),
        "typed": typed,
        "problem": problem,
        **_brief(request, asked, record),
    }


def _trail(asked: ApprovalRequest, actor: Actor) -> Sequence[wording.Line]:
    """The decisions, each with the files that came with it."""
    decided = any(row.decided_at for row in cases.tasks_of(asked))
    files = attachments_on("approval_request", asked.pk) if decided and actor.may("attachment.view") else []
    return wording.trail_of(asked, files)


def _brief(request: CompanyRequest, asked: ApprovalRequest, record: Any) -> dict[str, Any]:
    """What decides: the document with its lines and figures, what waits behind it, and what was decided before."""
    earlier, more = queries.earlier_of(asked, request.actor)
    key = (asked.about_type, asked.about_id)
    about_type = records.get(asked.about_type)
    return {
        "lines": linetable.table(request, about_type, record) if record is not None else None,
        "panels_brief": parts(request, about_type, record, "brief") if record is not None else [],
        "behind": impact.of(request.actor, [key]).get(key, ()) if asked.state in UNDECIDED else (),
        "earlier": [
            {
                "url": f"{request.base}/approvals/{one.request.pk}",
                "title": wording.title_of(one.request),
                "said": one.request.reason or wording.said_with(one.request),
                "state": one.request.get_state_display(),
                "tone": TONES[one.request.state],
                "at": one.request.decided_at,
                "submitter": str(one.request.submitter),
                "by": one.by,
            }
            for one in earlier
        ],
        "earlier_more": more,
        "is_first": asked.party_id is not None and not earlier,
    }


def _plural(asked: ApprovalRequest) -> str:
    return records.get(asked.about_type).plural


panels.draw_page("approval_request", "approvals/request.html", page)


def held(request: CompanyRequest, record_type: RecordType, record: Any) -> dict[str, Any] | None:
    """What waits about a record: with whom, since when, until when."""
    if not request.actor.may("approval_request.view"):
        return None
    latest = trails.latest_about(record_type.name, record)
    asked = next((one for one in latest if one.state in UNDECIDED), None)
    if asked is None:
        return None
    seen = trails.seen_about(record_type.name, record, request.actor)
    return {
        "asked": asked,
        "title": wording.title_of(asked),
        "holders": cases.holders_in_words(asked),
        "url": f"{request.base}/approvals/{asked.pk}" if asked.pk in seen else "",
    }


panels.add("*", "top", "approvals/_held.html", held, order=20)


def trail(request: CompanyRequest, record_type: RecordType, record: Any) -> dict[str, Any] | None:
    """Who decided what about a record: on its page, and on paper with it."""
    found = trails.of(record_type.name, record, request.actor)
    return {"trails": found, "base": request.base, "tones": TONES} if found else None


panels.add("*", "left", "approvals/_trail.html", trail, order=60)


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
