"""What waits for one's decision, and what one has asked for: on the phone one thumb is enough."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST, require_safe

from gucang.approvals import proposing, queries, wording
from gucang.approvals.actions import requests
from gucang.audits import impact
from gucang.kernel.errors import NotVisible, Problem
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import go, render, toast
from gucang.surface.screens.common import changed_query

MOST_AT_ONCE = 50


@require_safe
@answered
def waiting(request: CompanyRequest, **_address: str) -> HttpResponse:
    """The list of what one may decide now."""
    return _page(request, [])


def _page(request: CompanyRequest, refused: list[tuple[str, str]], status: int = 200) -> HttpResponse:
    if not request.actor.may("approval_request.view"):
        raise NotVisible
    after = _number(request.GET.get("after", ""))
    policy = _number(request.GET.get("policy", ""))
    found, following = queries.waiting_for(request.actor, after=after, policy=policy)
    behind = impact.of(request.actor, [(one.request.about_type, one.request.about_id) for one in found])
    asked = queries.asked_by(request.actor) if not after else []
    address = f"{request.base}/approvals/waiting"
    holders = queries.holders_of(asked)
    context: dict[str, Any] = {
        "rows": [
            {
                "pk": one.request.pk,
                "title": wording.title_of(one.request),
                "url": f"{request.base}/approvals/{one.request.pk}",
                "who": str(one.request.submitter),
                "since": one.since or one.request.since,
                "due_at": one.request.due_at,
                "instead_of": one.instead_of,
                "why": wording.said_with(one.request),
                "behind": [part.words for part in behind.get((one.request.about_type, one.request.about_id), ())],
            }
            for one in found
        ],
        "kinds": _kinds(request, policy),
        "picked": request.GET.get("pick") == "all",
        "pick_url": f"{address}{changed_query(request, pick='all')}",
        "next_url": f"{address}{changed_query(request, ('pick',), after=str(following))}" if following else "",
        "asked": [
            {
                "title": wording.title_of(one),
                "url": f"{request.base}/approvals/{one.pk}",
                "state": one.get_state_display(),
                "back": one.state == "returned",
                "holders": holders.get(one.pk, ""),
                "since": one.since,
                "due_at": one.due_at,
                "reason": one.reason,
            }
            for one in asked
        ],
        "refused": refused,
        "proposal": proposing.proposal_for(request.actor.member_id) if request.actor.member_id and not after else None,
        "all_url": f"{request.base}/approvals/",
    }
    return render(request, "approvals/waiting.html", context, status)


def _kinds(request: CompanyRequest, policy: int) -> list[dict[str, Any]]:
    """The policies of what waits, as chips; none where all is of one."""
    found = queries.kinds_waiting(request.actor)
    if len(found) < 2 and not policy:
        return []
    every = [(0, _t("All")), *found]
    return [
        {
            "text": name,
            "url": f"{request.base}/approvals/waiting{changed_query(request, ('after', 'pick'), policy=str(pk or ''))}",
            "on": pk == policy,
        }
        for pk, name in every
    ]


def _number(raw: str) -> int:
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 18 else 0


@require_safe
@answered
def following(request: CompanyRequest, **_address: str) -> HttpResponse:
    """On to what waits next for whoever has just decided about `after`; at the end back to the inbox."""
    pk = queries.next_waiting(request.actor, _number(request.GET.get("after", "")))
    return go(request, f"{request.base}/approvals/{pk or 'waiting'}")


@require_POST
@answered
def agree_many(request: CompanyRequest, **_address: str) -> HttpResponse:
    """Agree to each of the picked ones, as one deed each; what is not possible any more stays and says why."""
    picked = [int(one) for one in request.POST.getlist("picked")[:MOST_AT_ONCE] if one.isascii() and one.isdigit()]
    done, refused = 0, []
    for pk in dict.fromkeys(picked):
        try:
            requests.agree(pk, actor=request.actor, request_id=request.request_id)
            done += 1
        except Problem as problem:
            refused.append((str(pk), str(problem)))
    if done:
        toast(request, _t("Agreed: %(count)s.") % {"count": done})
    if refused:
        named = dict(requests_named(request, [int(pk) for pk, _why in refused]))
        return _page(request, [(named.get(int(pk), _t("A request")), why) for pk, why in refused], 409)
    return go(request, f"{request.base}/approvals/waiting")


def requests_named(request: CompanyRequest, ids: list[int]) -> list[tuple[int, str]]:
    """What the actor sees of these requests, by name."""
    from gucang.kernel import records

    found = records.get("approval_request").query(request.actor).filter(pk__in=ids)
    return [(one.pk, wording.title_of(one)) for one in found]
