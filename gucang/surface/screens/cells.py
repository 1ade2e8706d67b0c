"""One cell of a list, edited in place."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from gucang.kernel.actors import Access
from gucang.kernel.errors import NotVisible, Problem
from gucang.kernel.permissions import access
from gucang.kernel.records import RecordType
from gucang.surface.columns import Column, Shower, columns_of
from gucang.surface.middleware import CompanyRequest
from gucang.surface.render import fragment
from gucang.surface.screens.common import find, record_url, screen, sentences, value_of
from gucang.surface.screens.inputs import input_for


@screen
def cell(request: CompanyRequest, record_type: RecordType, pk: int, name: str) -> HttpResponse:
    """One cell: its editor (GET `?edit`), itself (GET), or its change (POST)."""
    record = find(record_type, request, pk)
    column = next(iter(columns_of(record_type, request.actor, [name])), None)
    if column is None or not column.editable:
        raise NotVisible
    if request.method == "POST":
        return _save_cell(request, record_type, record, column)
    if "edit" in request.GET and access(request.actor, record_type, name, record) is Access.WRITE:
        return _cell_editor(request, record_type, record, column, None, "")
    return _cell(request, record_type, record, column)


def _save_cell(request: CompanyRequest, record_type: RecordType, record: Any, column: Column) -> HttpResponse:
    assert record_type.edit is not None
    raw = request.POST.get(column.name, "")
    seen = request.POST.get("seen", "")
    try:
        outcome = record_type.edit(
            record.pk,
            actor=request.actor,
            seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else None,
            values={column.name: raw},
            request_id=request.request_id,
        )
    except Problem as problem:
        sentence = next(sentence for many in sentences(problem).values() for sentence in many)
        return _cell_editor(request, record_type, record, column, raw, sentence, status=422)
    response = _cell(request, record_type, outcome.record, column)
    if outcome.event is not None:
        from gucang.surface.screens.forms import with_undo  # forms draw cells too

        return with_undo(request, response, record_type, outcome)
    return response


def _cell(request: CompanyRequest, record_type: RecordType, record: Any, column: Column) -> HttpResponse:
    shower = Shower(record_type, request.actor, request.base, [record], [column.name])
    context = {
        "type": record_type,
        "cell": shower.show(record, column.spec),
        "column": column,
        "url": f"{record_url(request, record_type, record.pk)}/cell/{column.name}",
    }
    return fragment(request, "surface/_cell.html", context)


def _cell_editor(
    request: CompanyRequest,
    record_type: RecordType,
    record: Any,
    column: Column,
    raw: str | None,
    error: str,
    status: int = 200,
) -> HttpResponse:
    value = raw if raw is not None else value_of(record, column.spec)
    context = {
        "input": input_for(request, column.spec, value),
        "column": column,
        "error": error,
        "url": f"{record_url(request, record_type, record.pk)}/cell/{column.name}",
        "version": record.version,
    }
    return fragment(request, "surface/_cell_edit.html", context, status)
