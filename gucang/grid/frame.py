"""The way from a list into its grid, with everything that the list shows."""

from __future__ import annotations

from typing import Any

from gucang.grid.screens import has_grid
from gucang.kernel.records import RecordType
from gucang.surface import panels
from gucang.surface.middleware import CompanyRequest
from gucang.surface.screens.common import changed_query
from gucang.surface.screens.lists import POSITION


def _button(request: CompanyRequest, record_type: RecordType, record: Any) -> dict[str, Any] | None:
    if not has_grid(record_type, request.actor):
        return None
    return {"url": f"{request.base}/{record_type.plural}/grid{changed_query(request, drop=POSITION)}"}


panels.add("*", "head", "grid/_button.html", _button)
