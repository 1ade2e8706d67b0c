"""This week's portion of master data: one record at a time, one thumb on the phone."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_http_methods

from gucang.audits import campaign, scores
from gucang.audits.actions import confirmations
from gucang.audits.campaign import Campaign
from gucang.kernel import clock
from gucang.kernel.errors import NotVisible
from gucang.surface.columns import Shower
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import render, toast


@require_http_methods(["GET", "HEAD", "POST"])
@answered
def confirm(request: CompanyRequest, **_address: str) -> HttpResponse:
    """The next record of the portion, with what is asked about; “Right as it is”, “Correct it”, or later."""
    if request.actor.member_id is None or not request.actor.may(confirmations.create.name):
        raise NotVisible
    if request.method == "POST":
        values = {"about_type": request.POST.get("about_type", ""), "about_id": request.POST.get("about_id", "")}
        confirmations.create(actor=request.actor, values=values, request_id=request.request_id)
        toast(request, _t("Confirmed for a year."))
        return HttpResponseRedirect(f"{request.base}/confirm")
    skip = request.GET.get("after", "")
    after = int(skip) if skip.isascii() and skip.isdigit() and len(skip) < 18 else 0
    left = campaign.left_this_week(request.actor)
    shown = _next(request, after) if left else None
    context = {"left": left, "one": shown, "here": f"{request.base}/confirm", "home": f"{request.base}/"}
    return render(request, "audits/confirm.html", context)


def _next(request: CompanyRequest, after: int) -> dict[str, Any] | None:
    """The next record that this person owns and nobody has looked at for a year."""
    for one in campaign.every():
        record = campaign.mine(one, request.actor, clock.now()).filter(pk__gt=after).first()
        if record is not None:
            return _shown(request, one, record)
    return None


def _shown(request: CompanyRequest, one: Campaign, record: Any) -> dict[str, Any]:
    record_type = one.type
    shower = Shower(record_type, request.actor, request.base, [record], one.fields)
    url = f"{request.base}/{record_type.plural}/{record.pk}"
    kept = scores.of(one.record_type) if scores.has(one.record_type) else None
    return {
        "type": record_type,
        "record": record,
        "facts": [
            (str(record_type.specs[name].label), shower.show(record, record_type.specs[name]) or "—")
            for name in one.fields
        ],
        "score": kept.score(record) if kept is not None else None,
        "url": url,
        "edit_url": f"{url}/edit?next={request.base}/confirm",
        "skip_url": f"{request.base}/confirm?after={record.pk}",
    }
