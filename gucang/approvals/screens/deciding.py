"""Decide with a comment and files: the files hang on the request, and stand beside the decision they came with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST

from gucang.activity.compose import MOST_FILES
from gucang.activity.screens import files
from gucang.approvals.actions import requests
from gucang.approvals.models import ApprovalRequest
from gucang.kernel import records
from gucang.kernel.errors import NotVisible, Problem, Refused
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import go, toast
from gucang.surface.screens.common import find, here

TYPED = "_decision_typed"
DEEDS: dict[str, Callable[..., Any]] = {
    "agree": requests.agree, "send_back": requests.send_back, "refuse": requests.refuse,
}  # fmt: skip


@require_POST
@answered
def decide(request: CompanyRequest, pk: int, verb: str, **_address: str) -> HttpResponse:
    """Agree, send back or refuse as the form says. What is refused shows the page again with what was typed."""
    deed = DEEDS.get(verb)
    if deed is None:
        raise NotVisible
    asked = find(records.get("approval_request"), request, pk)
    try:
        with transaction.atomic():
            _attach(request, asked)
            deed(asked, actor=request.actor, request_id=request.request_id, **_said(request, verb))
    except Problem as problem:
        return _again(request, asked, problem)
    toast(request, _t("Done: %(action)s.") % {"action": deed.label})  # type: ignore[attr-defined]
    return go(request, here(request, f"{request.base}/approvals/{pk}"))


def _said(request: CompanyRequest, verb: str) -> dict[str, Any]:
    found = {"comment": request.POST.get("comment", "")}
    return found | ({"to_step": request.POST.get("to_step") or 0} if verb == "send_back" else {})


def _attach(request: CompanyRequest, asked: ApprovalRequest) -> None:
    """Keep the files of the form. Raises Refused for whose turn it is not: a decision's files are theirs."""
    uploads = request.FILES.getlist("files")
    if not uploads:
        return
    if len(uploads) > MOST_FILES:
        raise Refused(_t("At most %(count)s files go at once.") % {"count": MOST_FILES})
    if requests.whose(request.actor, asked) is None:
        raise Refused(_t("It is not your turn to decide about this."))
    for upload in uploads:
        files.keep(request, records.get("approval_request"), asked, upload)


def _again(request: CompanyRequest, asked: ApprovalRequest, problem: Problem) -> HttpResponse:
    from gucang.surface.screens.details import show

    setattr(request, TYPED, (request.POST.get("comment", ""), files.sentence_of(problem)))
    page = show(request, company=request.company.slug, plural="approvals", pk=asked.pk)
    page.status_code = problem.status
    return page
