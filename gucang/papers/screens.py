"""The PDF of a record, opened in the browser."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from gucang.kernel.actors import Actor
from gucang.kernel.errors import NotVisible
from gucang.kernel.records import RecordType
from gucang.papers import declared
from gucang.papers.filling import sheet_of
from gucang.papers.press import print_sheet
from gucang.papers.sheet import Sheet
from gucang.papers.trail import with_trail
from gucang.surface.middleware import CompanyRequest
from gucang.surface.screens.common import find, screen

# A paper is only a paper: it loads nothing, and only our own pages may frame it.
PDF_POLICY = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"


@require_safe
@screen
def show(request: CompanyRequest, record_type: RecordType, pk: int) -> HttpResponse:
    """The paper of a record, in the language of `?language=` or in one's own; `?trail` with who agreed to it."""
    if declared.of(record_type.name) is None:
        raise NotVisible
    record, language = find(record_type, request, pk), asked_language(request)
    if "trail" not in request.GET:
        return answer(record, request.actor, language)
    return as_file(with_trail(sheet_of(record, request.actor, language), record, request.actor))


def asked_language(request: Any) -> str:
    """The language that the address asks for, if it is one of ours."""
    wanted = request.GET.get("language", "")
    return wanted if wanted in dict(settings.LANGUAGES) else get_language() or settings.LANGUAGE_CODE


def answer(record: Any, actor: Actor, language: str) -> HttpResponse:
    """The paper of `record` as `actor` may see it, as a file that opens in the browser."""
    return as_file(sheet_of(record, actor, language))


def as_file(sheet: Sheet, *, more: str = "") -> HttpResponse:
    """A sheet as a file that opens in the browser, named after its title, its number and `more`."""
    name = " ".join(part for part in (sheet.title, sheet.number, more) if part) + ".pdf"
    response = HttpResponse(print_sheet(sheet), content_type="application/pdf")
    disposition = content_disposition_header(as_attachment=False, filename=name)
    headers = {
        "Content-Disposition": disposition or "inline",
        "Content-Security-Policy": PDF_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    for header, value in headers.items():
        response.headers[header] = value
    return response
