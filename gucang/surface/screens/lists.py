"""The list of a record type: tabs, filters in the address, columns, keyset paging, cells edited in place, bulk work."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _t

from gucang.kernel.actors import Access, Actor
from gucang.kernel.errors import NotVisible, Problem
from gucang.kernel.fields import FieldSpec
from gucang.kernel.permissions import access
from gucang.kernel.records import RecordType
from gucang.surface import bulkbar, filters, keyset, panels, spans
from gucang.surface.chips import chips_of
from gucang.surface.columns import Column, Shower, choosable, columns_of, narrowed
from gucang.surface.listed import listed, tab_of
from gucang.surface.middleware import CompanyRequest
from gucang.surface.render import fragment, render, wants_fragment
from gucang.surface.rows import drawn
from gucang.surface.screens.common import changed_query, find, parts, record_url, screen, sentences, value_of
from gucang.surface.screens.inputs import Input, input_for

PAGE = 50
PAGE_COOKIE_AGE = 365 * 24 * 3600
DENSITIES = ("normal", "dense", "roomy")
# What an address holds besides filters, and what a link to another tab or page leaves behind.
POSITION = ("after", "peek", "fragment")


@screen
def show(request: CompanyRequest, record_type: RecordType) -> HttpResponse:
    """The list page; for a script, only its rows."""
    if any(value == "" for values in request.GET.lists() for value in values[1]):
        return HttpResponseRedirect(f"{request.path}{_without_empty(request)}")  # an address that can be passed on
    if not request.GET:
        request.GET = _start(record_type, request.actor)  # type: ignore[assignment]
    tab = tab_of(record_type, request.actor, request.GET)
    if tab is not None and tab.saved and set(request.GET) == {"view"}:
        request.GET = QueryDict(f"view={tab.key}&{tab.query}")
    found = listed(record_type, request.actor, request.GET)
    columns = columns_of(record_type, request.actor, _column_names(request, record_type))
    query = narrowed(found.query, record_type, request.actor, [found.order.by, *(column.name for column in columns)])
    after = request.GET.get("after", "")
    page = keyset.page(query, found.order, after, PAGE)
    shower = Shower(record_type, request.actor, request.base, page.rows, [column.name for column in columns])
    rows = drawn(shower, columns, page.rows)
    more = changed_query(request, after=page.next, fragment="rows") if page.next else ""
    context: dict[str, Any] = {"type": record_type, "columns": columns, "rows": rows, "more_url": more}
    if wants_fragment(request) and request.GET.get("fragment") == "rows":
        return fragment(request, "surface/_rows.html", context)
    total, capped = keyset.capped_count(found.query, None if after else page)
    context |= _frame(request, record_type, tab, found, columns)
    context |= {
        "total": total,
        "capped": capped,
        "next_url": changed_query(request, drop=("fragment",), after=page.next) if page.next else "",
        "first_url": changed_query(request, drop=POSITION) if request.GET.get("after") else "",
    }
    response = render(request, "surface/list.html", context)
    if "density" in request.GET:
        response.set_cookie("density", _density(request), PAGE_COOKIE_AGE, httponly=True, samesite="Lax")
    if "columns" in request.GET and (tab is None or not tab.saved):
        response.set_cookie(
            f"columns-{record_type.name}", ".".join(column.name for column in columns), PAGE_COOKIE_AGE,
            httponly=True, samesite="Lax",
        )  # fmt: skip
    return response


def _start(record_type: RecordType, actor: Actor) -> QueryDict:
    """What the bare address of a list stands for; every link of the page then says it in full."""
    start = panels.start_of(record_type, actor)
    return QueryDict(f"view={start}" if start else "")


def _without(request: CompanyRequest, record_type: RecordType, found: filters.Filtered, gone: filters.Applied) -> str:
    """The query string of the list without one filter; a bare one would bring the first tab or the saved view back."""
    left = f"?{urlencode(found.without(_kept(request), gone))}"
    bare = left == "?" and panels.start_of(record_type, request.actor)
    return "?view=all" if bare or re.fullmatch(r"\?view=v\d+", left) else left


def _without_empty(request: CompanyRequest) -> str:
    params = request.GET.copy()
    for name in list(params):
        if values := [value for value in params.getlist(name) if value]:
            params.setlist(name, values)
        else:
            del params[name]
    return f"?{params.urlencode()}" if params else ""


def _column_names(request: CompanyRequest, record_type: RecordType) -> list[str]:
    chosen = request.GET.getlist("columns") or request.COOKIES.get(f"columns-{record_type.name}", "").split(".")
    names = [name.replace("extra-", "extra.") for name in chosen if name][:40]
    known = [name for name in names if _knows(record_type, name)]
    return known or list(record_type.columns)


def _density(request: CompanyRequest) -> str:
    """How high the rows of this person's lists are."""
    wanted = request.GET.get("density") or request.COOKIES.get("density", "")
    return wanted if wanted in DENSITIES else DENSITIES[0]


def _knows(record_type: RecordType, name: str) -> bool:
    return name in record_type.specs or any(spec.name == name for spec in record_type.custom_fields())


def _frame(
    request: CompanyRequest,
    record_type: RecordType,
    tab: panels.View | None,
    found: filters.Filtered,
    columns: list[Column],
) -> dict[str, Any]:
    """Everything around the table."""
    actor = request.actor
    export_url = _export_url(request, record_type, columns)
    sort = {column.name: _sort_url(request, found, column) for column in columns if _sorts(record_type, actor, column)}
    return {
        "tabs": _tabs(request, record_type, tab),
        "chips": chips_of(found, actor, lambda one: _without(request, record_type, found, one)),
        "problems": list(found.problems.values()),
        "text": found.text,
        "sort_urls": sort,
        "sorted": {found.order.column: "descending" if found.order.descending else "ascending"},
        "filters_url": f"{request.base}/{record_type.plural}/filters{changed_query(request, drop=POSITION)}",
        "density": _density(request),
        "densities": list(zip(DENSITIES, (_t("Normal"), _t("Dense"), _t("Roomy")), strict=True)),
        "choosable": choosable(record_type, actor),
        "chosen": [column.name for column in columns],
        "kept": _kept(request),
        "may_create": record_type.create is not None and record_type.form_makes and actor.may(record_type.create.name),
        "board_url": f"{request.base}/{record_type.plural}/board" if record_type.board and actor.eyes is None else "",
        "export_url": export_url,
        "import_url": f"{request.base}/imports/new?record_type={record_type.name}"
        if record_type.exchange and actor.may(f"{record_type.name}.import")
        else "",
        "bulk": bulkbar.offers(record_type, actor, export_url),
        "chip_panels": parts(request, record_type, None, "chips"),
        "panels": parts(request, record_type, None, "list"),
        "head_panels": parts(request, record_type, None, "head"),
        "filtered": bool(found.applied or found.text or tab),
        "editable": record_type.edit is not None and actor.may(record_type.edit.name),
    }


def _export_url(request: CompanyRequest, record_type: RecordType, columns: list[Column]) -> str:
    """Where what is seen goes out, its columns named in order, wherever they come from; "" without the right."""
    if record_type.exchange is None or not request.actor.may(f"{record_type.name}.export"):
        return ""
    params = request.GET.copy()
    for name in (*POSITION, "density"):
        params.pop(name, None)
    params.setlist("columns", [column.name for column in columns])
    return f"{request.base}/{record_type.plural}/export?{params.urlencode()}"


def _sorts(record_type: RecordType, actor: Any, column: Column) -> bool:
    return filters.sortable(record_type, actor, column.name)


def _sort_url(request: CompanyRequest, found: filters.Filtered, column: Column) -> str:
    down = found.order.column == column.name and not found.order.descending
    return changed_query(request, drop=POSITION, sort=f"-{column.name}" if down else column.name)


def _tabs(request: CompanyRequest, record_type: RecordType, tab: panels.View | None) -> list[dict[str, Any]]:
    base = f"{request.base}/{record_type.plural}/"
    mine = request.GET.get("mine") == "1" and tab is None
    everything = f"{base}?view=all" if panels.start_of(record_type, request.actor) else base
    found = [{"text": _t("All"), "url": everything, "current": tab is None and not mine}]
    if record_type.owner and request.actor.member_id is not None:
        found.append({"text": _t("Mine"), "url": f"{base}?mine=1", "current": mine})
        if filters.sees_more_than_own(record_type, request.actor):
            team = request.GET.get("mine") == filters.TEAM and tab is None
            found.append({"text": _t("My department"), "url": f"{base}?mine={filters.TEAM}", "current": team})
            found[0]["current"] = tab is None and not mine and not team
    for view in panels.views_of(record_type, request.actor):
        found.append({"text": str(view.label), "url": f"{base}?view={view.key}", "current": view == tab})
        if view.about:
            found[-1] |= {"icon": "users", "attrs": {"title": view.about}}
    return found


@screen
def choose_filters(request: CompanyRequest, record_type: RecordType) -> HttpResponse:
    """The filters that may be added to a list: a page; for a script, what goes into the list's own menu."""
    specs = filters.filterable(record_type, request.actor, record_type.custom_fields())
    return filters_form(request, record_type, specs, f"{request.base}/{record_type.plural}/")


def filters_form(
    request: CompanyRequest, record_type: RecordType, specs: Mapping[str, FieldSpec], action: str
) -> HttpResponse:
    """A page, or for a script a menu, that adds filters by the fields of `specs` to the page at `action`."""
    part = wants_fragment(request)
    context = {
        "type": record_type,
        "action": action,
        "addable": [group for name, one in specs.items() if (group := _filter_inputs(request, name, one, brief=part))],
        "kept": _kept(request),
        "whole_url": request.get_full_path() if part else "",
    }
    return (fragment if part else render)(request, "surface/_filters.html" if part else "surface/filters.html", context)


def _filter_inputs(request: CompanyRequest, name: str, spec: FieldSpec, *, brief: bool) -> list[Input]:
    """The controls that filter by one field: days by a word or between two dates, amounts between two bounds.

    The menu is brief: it has the words for days, and leaves the dates to the page.
    """
    plain = replace(spec, required=False, default=None)
    found = [plain] if not spec.numeric else []
    if spec.kind in ("date", "moment"):
        words = tuple((word, spans.day_words(word)) for word in (*spans.DAY_WORDS, "next7d", "last30d"))
        found = [replace(plain, kind="choice", choices=words)]
    by_word = len(found) and (brief or name in filters.ALWAYS)
    if spec.kind in filters.RANGED and not by_word:
        kind = "date" if spec.kind == "moment" else spec.kind
        bounds = [(op, f"{spec.label} {filters.RANGES[op]}") for op in ("gte", "lte")]
        found += [replace(plain, name=f"{name}__{op}", kind=kind, label=label) for op, label in bounds]
    return [input_for(request, one, filtering=True) for one in found if one.name not in request.GET]


def _kept(request: CompanyRequest) -> list[tuple[str, str]]:
    return [(name, value) for name, values in request.GET.lists() for value in values if name not in POSITION]


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
