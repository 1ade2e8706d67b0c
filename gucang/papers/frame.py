"""What this module puts on the pages of others: the way to a record's PDF, in both languages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _t

from gucang.approvals import trails
from gucang.kernel.records import RecordType
from gucang.papers import declared
from gucang.surface import panels
from gucang.surface.middleware import CompanyRequest


def button(request: CompanyRequest, record_type: RecordType, record: Any) -> dict[str, Any] | None:
    """“PDF” beside the title of what has a paper."""
    if declared.of(record_type.name) is None or record.deleted_at is not None or request.actor.eyes is not None:
        return None
    url = f"{request.base}/{record_type.plural}/{record.pk}/pdf"
    links = in_languages(url)
    if trails.latest_about(record_type.name, record):
        code = get_language() or settings.LANGUAGE_CODE
        links.append((_t("With its approvals"), f"{url}?trail&language={code}", code))
    return {"links": links}


def in_languages(url: str) -> list[tuple[str, str, str]]:
    """(name, address, code) of a paper in each language, as `papers/_button.html` takes them."""
    mark = "&" if "?" in url else "?"
    return [(_LANGUAGES[code], f"{url}{mark}language={code}", code) for code, _name in settings.LANGUAGES]


_LANGUAGES = {"zh-hans": "中文", "en": "English"}

panels.add("*", "actions", "papers/_button.html", button, order=40)
