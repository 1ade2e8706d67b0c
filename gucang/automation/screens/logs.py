"""What an automation did and why not, and what it would have done."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET

from gucang.automation import actions, queries, rehearsal, rules
from gucang.automation.models import Automation, Outcome
from gucang.automation.screens.common import OUTCOME_TONES, find, number_of, url_of
from gucang.automation.words import Words
from gucang.kernel import records
from gucang.kernel.errors import Forbidden, Problem
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import render


@require_GET
@answered
def runs(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """The log; `outcome` and `before` (an id) are in the address."""
    automation = find(request, pk)
    outcome = request.GET.get("outcome", "")
    outcome = outcome if outcome in Outcome.values else ""
    before = number_of(request.GET.get("before", ""))
    url = f"{url_of(request, automation)}/runs"
    tabs = [{"text": _t("All"), "url": url, "current": not outcome}]
    tabs += [
        {"text": str(label), "url": f"{url}?outcome={value}", "current": outcome == value}
        for value, label in Outcome.choices
    ]
    context = {
        **_head(request, automation),
        "page": queries.runs(automation, request.actor, request.base, outcome=outcome, before=before),
        "tones": OUTCOME_TONES,
        "tabs": tabs,
        "outcome": outcome,
        "may_catch_up": rules.is_the_owner(request.actor, automation),
        "why_not": actions.catch_up.why_not(request.actor, automation) or "",
    }
    return render(request, "automation/runs.html", context)


@require_GET
@answered
def dry_run(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """What would have happened in the last thirty days; `before` is in the address of the next page. What is not
    complete says what it lacks instead.

    Only for the owner: it tells of records that the owner sees.
    """
    automation = find(request, pk)
    if not rules.is_the_owner(request.actor, automation):
        sentence = _t("Only %(owner)s, as whom it acts, can try it out. Take it over to try it with your own rights.")
        raise Forbidden(sentence % {"owner": automation.owner})
    problem, found = "", rehearsal.Rehearsal([], None)
    missing = actions.missing(automation, request.actor)
    try:
        if not missing:
            found = rehearsal.rehearse(automation, number_of(request.GET.get("before", "")))
    except Problem as raised:
        problem = str(raised)
    why_not = actions.turn_on.why_not(request.actor, automation) or ""
    context = {
        **_head(request, automation),
        "rehearsal": found,
        "problem": problem,
        "why_not": why_not,
        "missing": list(missing.items()),
    }
    return render(request, "automation/dry_run.html", context)


def _head(request: CompanyRequest, automation: Automation) -> dict[str, object]:
    return {
        "record": automation,
        "url": url_of(request, automation),
        "plural": records.get(automation.record_type).plural,
        "sentence": Words([automation], request.actor).whole(automation),
    }
