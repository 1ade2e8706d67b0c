"""What the page of a document shows besides its form and its lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gucang.kernel.records import RecordType
from gucang.surface.columns import Shower
from gucang.surface.middleware import CompanyRequest


def figures(*names: str) -> Callable[[CompanyRequest, RecordType, Any], dict[str, Any] | None]:
    """A panel of these fields, without those that are empty, zero or hidden from whoever looks."""

    def context(request: CompanyRequest, record_type: RecordType, document: Any) -> dict[str, Any] | None:
        shower = Shower(record_type, request.actor, request.base, [document], names)
        found = []
        for name in names:
            value = shower.show(document, record_type.specs[name]) if getattr(document, name) else None
            if value not in (None, ""):
                found.append((str(record_type.specs[name].label), value))
        return {"pairs": found} if found else None

    return context
