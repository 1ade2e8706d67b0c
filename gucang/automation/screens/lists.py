"""All automations, each as a sentence, and those to begin with."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from gucang.automation import actions, queries, ready
from gucang.automation.screens.common import TONES, number_of, state_of, url_of
from gucang.automation.words import Words
from gucang.kernel.errors import NotVisible
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import go, render


@require_GET
@answered
def index(request: CompanyRequest, **_address: str) -> HttpResponse:
    """The automations of one's reach; `before` (an id) is in the address of the next page."""
    if not request.actor.may("automation.view"):
        raise NotVisible
    query = queries.automations(request.actor).order_by("-pk")
    if (before := number_of(request.GET.get("before", ""))) is not None:
        query = query.filter(pk__lt=before)
    found = list(query[: queries.PAGE + 1])
    shown = found[: queries.PAGE]
    drafts = [(one.key, ready.draft(one, request.actor)) for one in ready.offered(request.actor)]
    words = Words([*shown, *(draft for _key, draft in drafts)], request.actor)
    rows = [
        {
            "record": one,
            "url": url_of(request, one),
            "sentence": words.whole(one),
            "state": state_of(one),
            "tone": TONES[state_of(one)],
            "why_not": (actions.turn_off if one.active else actions.turn_on).why_not(request.actor, one) or "",
        }
        for one in shown
    ]
    context = {
        "rows": rows,
        "ready": [{"key": key, "name": draft.name, "sentence": words.whole(draft)} for key, draft in drafts],
        "may_create": request.actor.may(actions.create.name),
        "before": shown[-1].pk if len(found) > queries.PAGE else None,
        "here": request.get_full_path(),
    }
    return render(request, "automation/list.html", context)


@require_POST
@answered
def begin(request: CompanyRequest, **_address: str) -> HttpResponse:
    """Make one of those that are ready (`key`), and look at it."""
    key = request.POST.get("key", "")
    if key not in {one.key for one in ready.offered(request.actor)}:
        raise NotVisible
    return go(request, url_of(request, ready.begin(key, request.actor)))
