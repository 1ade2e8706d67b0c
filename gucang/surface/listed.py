"""What the address of a list stands for: its tab and its filters. For the list itself, exports and bulk work."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import QueryDict

from gucang.kernel.actors import Actor
from gucang.kernel.fields import FieldSpec
from gucang.kernel.records import RecordType
from gucang.surface import filters, panels


def tab_of(record_type: RecordType, actor: Actor, params: QueryDict) -> panels.View | None:
    """The tab that `view` names, if this actor has it."""
    key = params.get("view", "")
    return next((view for view in panels.views_of(record_type, actor) if view.key == key), None) if key else None


def listed(
    record_type: RecordType, actor: Actor, params: QueryDict, *, customs: Sequence[FieldSpec] | None = None
) -> filters.Filtered:
    """The records that a list shows under this address. Never raises; see `filters.parse` about `problems`."""
    tab = tab_of(record_type, actor, params)
    params = params.copy()
    for name, value in (tab.params or {}).items() if tab is not None else ():
        params.setdefault(name, value)
    found = filters.parse(record_type, actor, params, customs=customs)
    if tab is not None and tab.condition is not None:
        found.query = found.query.filter(tab.condition(actor))
    return found
