"""What this module puts on the pages of others: the way to a record's PDF, in both languages."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from gucang.kernel.records import RecordType
from gucang.papers import declared
from gucang.surface import panels
from gucang.surface.middleware import CompanyRequest


def button(request: CompanyRequest, record_type: RecordType, record: Any) -> dict[str, Any] | None:
    """“PDF” beside the title of what has a paper."""
    if declared.of(record_type.name) is None or record.deleted_at is not None or request.actor.eyes is not None:
        return None
    url = f"{request.base}/{record_type.plural}/{record.pk}/pdf"
    return {"links": [(_LANGUAGES[code], f"{url}?language={code}", code) for code, _name in settings.LANGUAGES]}


_LANGUAGES = {"zh-hans": "中文", "en": "English"}

panels.add("*", "actions", "papers/_button.html", button, order=40)
