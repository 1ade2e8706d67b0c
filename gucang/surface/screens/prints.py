"""A list on paper: the filtered records on one page of its own, with what was asked for in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from markupsafe import Markup

from gucang.kernel.records import RecordType
from gucang.surface import filters, keyset
from gucang.surface.columns import Column, Shower, columns_of, narrowed
from gucang.surface.listed import chosen as chosen_of
from gucang.surface.middleware import CompanyRequest
from gucang.surface.render import render
from gucang.surface.screens import columnset
from gucang.surface.screens.common import list_url, screen
from gucang.surface.totals import summable, totals
from gucang.surface.ui import headed

MOST = 1_000  # records; more are a file's business
MANY_COLUMNS = 6  # from here on the paper lies on its side
_CELL, _NUMBER = Markup("<td>%s</td>"), Markup('<td class="num">%s</td>')
_PHONE = Markup('<td class="nb">%s</td>')  # in two lines nobody reads a number


@screen
def show(request: CompanyRequest, record_type: RecordType) -> HttpResponse:
    """The records of a list's address, at most a thousand, as a table to print."""
    chosen = chosen_of(record_type, request.actor, request.GET)
    found, tab = chosen.found, chosen.tab
    columns = columns_of(record_type, request.actor, columnset.names(request, record_type))
    columns = columns or columns_of(record_type, request.actor, record_type.columns)
    names = [column.name for column in columns]
    query = narrowed(found.query, record_type, request.actor, [found.order.by, *names])
    page = keyset.page(query, found.order, "", MOST)
    total, capped = keyset.capped_count(found.query, page)
    adding = summable(record_type, request.actor, [column.spec for column in columns])
    shower = Shower(record_type, request.actor, request.base, page.rows, names)
    context = {
        "type": record_type,
        "view": str(tab.label) if tab is not None else "",
        "said": _said(request, found),
        "filtered": bool(found.applied or found.text or found.groups),
        "columns": columns,
        "rows": _drawn(shower, columns, page.rows),
        "shown": len(page.rows),
        "total": total,
        "capped": capped,
        "totals": totals(found.query, adding, uncounted=record_type.uncounted) if page.rows and adding else None,
        "currency": request.company.currency,
        "wide": len(columns) >= MANY_COLUMNS,
        "back_url": list_url(request, record_type) + (f"?{request.GET.urlencode()}" if request.GET else ""),
    }
    return render(request, "surface/print_list.html", context)


def _said(request: CompanyRequest, found: filters.Filtered) -> list[list[str]]:
    """The filters in words: the first group holds whole, of the others one does."""
    words = {id(one): said for one, said in filters.describe(found.applied, request.actor)}

    def sentence(one: filters.Applied) -> str:
        return f"{headed(one.label)} {filters.verb_of(one)} {words[id(one)]}"

    must = [sentence(one) for one in found.applied if not one.group]
    return [[*must, *([f"“{found.text}”"] if found.text else [])], *([sentence(o) for o in g] for g in found.groups)]


def _cell(column: Column) -> Markup:
    if column.numeric:
        return _NUMBER
    return _PHONE if column.spec.kind == "phone" else _CELL


def _drawn(shower: Shower, columns: Sequence[Column], rows: Sequence[Any]) -> Markup:
    cells = [(_cell(c), shower.field(c.spec, link=False)) for c in columns]
    lines = (Markup("").join(cell % (shown(row) or "—") for cell, shown in cells) for row in rows)
    return Markup("").join(Markup("<tr>%s</tr>") % line for line in lines)
