"""The daily difference list: what was promised against what stands in the books."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from gucang.kernel import clock, records
from gucang.kernel.errors import NotVisible
from gucang.promises import differences
from gucang.promises.actions import booking, making
from gucang.promises.card import sees_worth
from gucang.promises.differences import Check, Row
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import render

PAGE = 50


@require_safe
@answered
def difference_list(request: CompanyRequest, **_address: str) -> HttpResponse:
    """Each check with its rows, the oldest first, and the way to send each back."""
    if not request.actor.may("promise.view"):
        raise NotVisible
    parts = [_part(request, check) for check in differences.every()]
    context = {
        "parts": parts,
        "total": sum(part["count"] for part in parts),
        "most": differences.MOST,
        "amounts": sees_worth(request.actor),
        "here": f"{request.base}/promises/differences",
        "list_url": f"{request.base}/promises/",
    }
    return render(request, "promises/differences.html", context)


def _part(request: CompanyRequest, check: Check) -> dict[str, Any]:
    rows = check.find(request.actor, PAGE + 1)
    count = len(rows) if len(rows) <= PAGE else check.count(request.actor)
    return {"check": check, "rows": [_shown(request, row) for row in rows[:PAGE]], "count": count}


def _shown(request: CompanyRequest, row: Row) -> dict[str, Any]:
    name, pk = row.about
    days = (clock.today() - row.since).days if row.since is not None else 0
    can = row.promise is not None and request.actor.may(booking.send_back.name)
    back = can and row.promise is not None and booking.send_back.why_not(request.actor, row.promise) is None
    url = f"{request.base}/{records.get(name).plural}/{pk}"
    asked = {"about_type": name, "about_id": pk, "kind": row.unregistered, "what": row.title}
    asked |= {"next": f"{request.base}/promises/differences"}
    register = row.unregistered and request.actor.may(making.create.name)
    return {
        "row": row, "days": days, "url": url, "back_url": f"{url}/send_back" if back else "",
        "register_url": f"{request.base}/promises/new?{urlencode(asked)}" if register else "",
    }  # fmt: skip
