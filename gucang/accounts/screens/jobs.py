"""What runs, waits or gave up in the background: why, and another try. For administrators; every step a form."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_POST

from gucang.accounts.actions import companies
from gucang.kernel import jobs, queue
from gucang.kernel.actions import Action
from gucang.kernel.queue import Queued
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import go, render, toast

VERBS: dict[str, Action] = {"retry": companies.retry_job, "drop": companies.drop_job}


@require_GET
@answered
def page(request: CompanyRequest, **_company: str) -> HttpResponse:
    """The jobs of this company, those that gave up first; of what belongs to none, how many did."""
    _check(request)
    found = queue.of_company(request.company.pk)
    context = {
        "parts": [
            (state, title, [_shown(one) for one in found if one.state == state]) for state, title in _titles().items()
        ],
        "most": queue.MOST_SHOWN if len(found) == queue.MOST_SHOWN else 0,
        "letters": sum(one.state == "failed" for one in queue.of_company(None)),
        "may": {name: request.actor.may(verb.name) for name, verb in VERBS.items()},
    }
    return render(request, "accounts/jobs.html", context)


@require_POST
@answered
def act(request: CompanyRequest, job: int, verb: str, **_company: str) -> HttpResponse:
    """Try a job again, or drop it."""
    _check(request)
    if verb not in VERBS:
        raise Http404
    VERBS[verb](request.company, actor=request.actor, request_id=request.request_id, job=job)
    toast(request, _t("It will be tried again in a moment.") if verb == "retry" else _t("The job was dropped."))
    return go(request, f"{request.base}/jobs")


def _check(request: CompanyRequest) -> None:
    if not request.actor.may(companies.retry_job.name):
        raise Http404


def _titles() -> dict[str, str]:
    return {"failed": _t("Gave up"), "running": _t("Running"), "waiting": _t("Waiting")}


def _shown(one: Queued) -> dict[str, object]:
    return {"id": one.id, "name": jobs.label_of(one.name), "at": one.at, "tries": one.attempts, "why": _why(one)}


def _why(one: Queued) -> str:
    if one.sentence:
        return one.sentence
    if one.stumbled:
        return _t("The program stumbled (%(kind)s). Try again; if it gives up once more, its log tells the rest.") % {
            "kind": one.stumbled
        }
    return _t("The process that did it ended in between.") if one.state == "failed" else ""
