"""Keeping a list as a view, and bringing a view up to what the list shows now."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST

from gucang.kernel import records
from gucang.kernel.errors import Problem
from gucang.kernel.records import RecordType
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import go, render, toast
from gucang.surface.screens.common import find, screen, sentences
from gucang.views import actions
from gucang.views.models import SavedView


@screen
def save(request: CompanyRequest, record_type: RecordType) -> HttpResponse:
    """Keep what the list shows under a name: a page of its own; from the list, its menu sends the same form."""
    given = request.POST if request.method == "POST" else request.GET
    typed = {"name": given.get("name", ""), "first": "first" in given, "query": given.get("query", "")}
    said: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            made = actions.create(
                actor=request.actor, values=typed | {"record_type": record_type.name}, request_id=request.request_id
            )
        except Problem as problem:
            said = sentences(problem)
        else:
            toast(request, _t("The view “%(name)s” is saved.") % {"name": made.record})
            return go(request, _address(request, made.record))
    context = {"type": record_type, "typed": typed, "said": said}
    return render(request, "views/save.html", context, status=422 if said else 200)


@require_POST
@answered
def renew(request: CompanyRequest, pk: int, **_address_parts: str) -> HttpResponse:
    """Let a view show from now on what its list shows at this moment."""
    view: SavedView = find(records.get("saved_view"), request, pk)
    seen = request.POST.get("seen", "")
    actions.edit(
        view.pk,
        actor=request.actor,
        seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else None,
        values={"query": request.POST.get("query", "")},
        request_id=request.request_id,
    )
    toast(request, _t("The view “%(name)s” shows this from now on.") % {"name": view})
    return go(request, _address(request, view))


def _address(request: CompanyRequest, view: SavedView) -> str:
    return f"{request.base}/{records.get(view.record_type).plural}/?view=v{view.pk}"
