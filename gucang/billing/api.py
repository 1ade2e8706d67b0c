"""The API of statements: GET /customers/17/statement, and the same as a PDF and as a workbook."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.billing.screens import statements
from gucang.billing.statements import Line, Statement, currencies_of, statement_of, words_of
from gucang.kernel import records
from gucang.kernel.currency import own_currency
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import to_json
from gucang.kernel.records import RecordType
from gucang.parties.models import Customer
from gucang.surface import workbook
from gucang.surface.api import operations
from gucang.surface.api.answers import answer
from gucang.surface.api.extras import for_every_type

_LANGUAGES = [code for code, _name in settings.LANGUAGES]
_AMOUNT, _DAY, _TEXT = {"type": "string"}, {"type": "string", "format": "date"}, {"type": "string"}


def _parameter(name: str, schema: dict[str, Any], words: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": words}


_ASKED = [
    _parameter("first", _DAY, _("The first day; that of this month when left out.")),
    _parameter("last", _DAY, _("The last day; today when left out.")),
    _parameter("currency", _TEXT, _("In which currency; the company's own when left out.")),
]
_LANGUAGE = _parameter(
    "language", {"type": "string", "enum": _LANGUAGES}, _("The language of the paper; your own when left out.")
)
_LINE = {
    "type": "object",
    "properties": {
        "on": _DAY, "what": _TEXT, "words": _TEXT, "number": _TEXT, "text": _TEXT, "owed": _AMOUNT, "settled": _AMOUNT,
        "balance": _AMOUNT, "record_type": _TEXT, "id": {"type": "integer"},
    },
}  # fmt: skip
_BODY = {
    "type": "object",
    "properties": {
        "customer": {"type": "integer"}, "currency": _TEXT, "first": _DAY, "last": _DAY, "opening": _AMOUNT,
        "owed": _AMOUNT, "settled": _AMOUNT, "closing": _AMOUNT, "complete": {"type": "boolean"},
        "lines": {"type": "array", "items": _LINE},
    },
}  # fmt: skip


def _file(media_type: str) -> dict[str, Any]:
    return {media_type: {"schema": {"type": "string", "format": "binary"}}}


@for_every_type
def add_statements(router: Any, record_type: RecordType) -> None:
    """Let a customer's statement be read."""
    if record_type.name != "customer":
        return
    ways: tuple[tuple[str, Any, Any, dict[str, Any], list[Any]], ...] = (
        ("", _read, _("Statement"), {"application/json": {"schema": _BODY}}, []),
        ("/pdf", _paper, _("Statement as a PDF"), _file("application/pdf"), [_LANGUAGE]),
        ("/xlsx", _workbook, _("Statement as a workbook"), _file(workbook.CONTENT_TYPE), []),
    )
    for path, view, summary, content, more in ways:
        router.add_api_operation(
            f"/customers/{{int:id}}/statement{path}", ["GET"], view,
            operation_id=f"customer.statement{path.replace('/', '_')}", summary=summary, tags=["customers"],
            openapi_extra={"parameters": [*_ASKED, *more], "responses": {200: {"content": content}}},
        )  # fmt: skip


def _asked(request: Any, pk: int) -> tuple[Customer, Statement]:
    """Raises Invalid for days or a currency that no statement has."""
    statements.check_sees(request.actor, None)
    customer = operations.visible_record(records.get("customer"), request.actor, pk)
    statements.check_sees(request.actor, customer)
    days, problem = statements.asked_period(request.GET)
    if problem:
        raise Invalid({"last" if "first" not in request.GET else "first": [problem]})
    wanted = request.GET.get("currency", "")
    wanted = "" if wanted == own_currency() else wanted
    codes = currencies_of(customer.pk)
    if wanted and wanted not in codes:
        known = "、".join(code or own_currency() for code in codes)
        raise Invalid({"currency": [_t("Choose one of %(list)s.") % {"list": known}]})
    return customer, statement_of(customer.pk, wanted, *days)


def _read(request: Any, id: int) -> HttpResponse:
    customer, found = _asked(request, id)
    names = ("first", "last", "opening", "owed", "settled", "closing")
    body = {"customer": customer.pk, "currency": found.currency or own_currency(), "complete": not found.cut}
    body |= {name: to_json(getattr(found, name)) for name in names}
    return answer(body | {"lines": [_line(one) for one in found.lines]})


def _line(line: Line) -> dict[str, Any]:
    amounts = {name: to_json(getattr(line, name)) for name in ("on", "owed", "settled", "balance")}
    words = {"what": str(line.what), "words": words_of(line), "number": line.number, "text": line.text}
    return amounts | words | {"record_type": line.record, "id": line.pk}


def _workbook(request: Any, id: int) -> HttpResponse:
    return statements.as_workbook(*_asked(request, id), request.company)


def _paper(request: Any, id: int) -> HttpResponse:
    language = request.GET.get("language") or get_language() or _LANGUAGES[0]
    if language not in _LANGUAGES:
        raise Invalid({"language": [_t("Choose one of %(list)s.") % {"list": "、".join(_LANGUAGES)}]})
    return statements.as_paper(*_asked(request, id), request.actor, language)
