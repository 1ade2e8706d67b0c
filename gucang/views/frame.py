"""What a list shows of views beside its filters: keep this one, or change the open one."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from gucang.kernel.records import RecordType
from gucang.surface import panels
from gucang.surface.middleware import CompanyRequest
from gucang.views.actions import plain
from gucang.views.queries import tabs

panels.saved_views_from(tabs)


def keep(request: CompanyRequest, record_type: RecordType, record: Any) -> dict[str, Any] | None:
    """What may be done about keeping this list: as a new view, or the open one as it looks now."""
    query = plain(request.GET.urlencode())
    key = request.GET.get("view", "")
    view = next((one for one in tabs(record_type, request.actor) if one.key == key), None)
    changed = view is not None and _sorted(query) != _sorted(view.query)
    own_tab = bool(key) and view is None and key != "all"
    new = request.actor.may("saved_view.create") and bool(query) and not own_tab and (view is None or changed)
    if not new and (view is None or not view.editable):
        return None
    return {"type": record_type, "query": query, "view": view, "changed": changed, "new": new}


def _sorted(query: str) -> list[tuple[str, str]]:
    return sorted((name, value) for name, values in QueryDict(query).lists() for value in values)


panels.add("*", "chips", "views/_keep.html", keep)
