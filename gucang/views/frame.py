"""What lists and record pages show of this module: keep this list, change the open view, pin this record."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from gucang.kernel.records import RecordType
from gucang.surface import panels, pins
from gucang.surface.middleware import CompanyRequest
from gucang.surface.ui import headed
from gucang.views.actions import plain
from gucang.views.models import Audience
from gucang.views.queries import pins_of, tabs
from gucang.views.rules import SHARE

panels.saved_views_from(tabs)
pins.pins_from(pins_of)


def keep(request: CompanyRequest, record_type: RecordType, record: Any) -> dict[str, Any] | None:
    """What may be done about keeping this list: as a new view, or the open one as it looks now."""
    query = plain(request.GET.urlencode())
    key = request.GET.get("view", "")
    view = next((one for one in tabs(record_type, request.actor) if one.key == key), None)
    changed = view is not None and _sorted(query) != _sorted(view.query)
    more_than_a_tab = bool(set(QueryDict(query)) - {"tab"})
    new = request.actor.may("saved_view.create") and more_than_a_tab and (view is None or changed)
    if not new and (view is None or not view.editable):
        return None
    audiences = [(key, headed(label)) for key, label in Audience.choices] if request.actor.may(SHARE) else []
    return {
        "type": record_type, "query": query, "view": view, "changed": changed, "new": new, "audiences": audiences,
    }  # fmt: skip


def _sorted(query: str) -> list[tuple[str, str]]:
    return sorted((name, value) for name, values in QueryDict(query).lists() for value in values)


panels.add("*", "chips", "views/_keep.html", keep)


def star(request: CompanyRequest, record_type: RecordType, record: Any) -> dict[str, Any] | None:
    """The star that pins a record; none for what lies in the bin."""
    if record.deleted_at is not None or not request.actor.may("pin_list.edit"):
        return None
    url = f"{request.base}/{record_type.plural}/{record.pk}/pin"
    return {"url": url, "pinned": (record_type.name, record.pk) in pins_of(request.actor)}


panels.add("*", "title", "views/_star.html", star)
