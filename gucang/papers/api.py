"""The API of papers: GET /quotes/17/pdf."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.kernel.errors import Invalid
from gucang.kernel.records import RecordType
from gucang.papers import declared, screens
from gucang.surface.api import operations
from gucang.surface.api.extras import for_every_type

_WORDS = [code for code, _name in settings.LANGUAGES]
_LANGUAGE = {
    "name": "language", "in": "query", "required": False, "schema": {"type": "string", "enum": _WORDS},
    "description": _("The language of the paper; your own when left out."),
}  # fmt: skip
_PDF = {200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}}


@for_every_type
def add_pdf(router: Any, record_type: RecordType) -> None:
    """Let the paper of a record be read, where its type has one."""
    if declared.of(record_type.name) is None:
        return
    router.add_api_operation(
        f"/{record_type.plural}/{{int:id}}/pdf", ["GET"], _reading(record_type), operation_id=f"{record_type.name}.pdf",
        summary=_("As a PDF"), tags=[record_type.plural],
        openapi_extra={"parameters": [_LANGUAGE], "responses": _PDF},
    )  # fmt: skip


def _reading(record_type: RecordType) -> operations.Operation:
    def read_pdf(request: Any, id: int) -> HttpResponse:
        if request.GET.get("language", _WORDS[0]) not in _WORDS:
            raise Invalid({"language": [_t("Choose one of %(list)s.") % {"list": "、".join(_WORDS)}]})
        record = operations.visible_record(record_type, request.actor, id)
        return screens.answer(record, request.actor, screens.asked_language(request))

    return read_pdf
