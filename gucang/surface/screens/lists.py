"""The list of a record type: tabs, filters in the address, columns, keyset paging, cells edited in place, bulk work."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext as _t

from gucang.kernel.actors import Actor
from gucang.kernel.errors import NotVisible
from gucang.kernel.fields import BadValue, FieldSpec
from gucang.kernel.records import RecordType
from gucang.surface import bulkbar, filters, grouping, keyset, panels, ui
from gucang.surface.chips import chips_of
from gucang.surface.columns import Column, Shower, columns_of, narrowed
from gucang.surface.listed import chosen, tab_of
from gucang.surface.middleware import CompanyRequest
from gucang.surface.render import fragment, render, wants_fragment
from gucang.surface.rows import drawn
from gucang.surface.screens import columnset
from gucang.surface.screens.common import changed_query, list_url, parts, record_url, screen
from gucang.surface.screens.filtering import editor
from gucang.surface.totals import summable, totals

PAGE = 50
MOST_OPEN = 5
# What an address holds besides filters, and what a link to another tab or page leaves behind.
POSITION = ("after", "peek", "fragment", "open", "totals")


@screen
def show(request: CompanyRequest, record_type: RecordType) -> HttpResponse:
    """The list page; for a script, only its rows or its totals."""
    if record_type.only and (address := _only_one(request, record_type)):
        return HttpResponseRedirect(address)
    if any(value == "" for values in request.GET.lists() for value in values[1]):
        return HttpResponseRedirect(f"{request.path}{_without_empty(request)}")  # an address that can be passed on
    if not request.GET:
        request.GET = _start(record_type, request.actor)  # type: ignore[assignment]
    tab = tab_of(record_type, request.actor, request.GET)
    if tab is not None and tab.saved and set(request.GET) == {"view"}:
        request.GET = QueryDict(f"view={tab.key}&{tab.query}")
    if moved := columnset.moved(request, record_type):
        return HttpResponseRedirect(f"{request.path}{moved}")
    page = ListPage(request, record_type)
    part = request.GET.get("fragment") if wants_fragment(request) else ""
    if part == "rows":
        return fragment(request, "surface/_rows.html", page.rows_context())
    if part == "totals":
        return fragment(request, "surface/_totals.html", page.totals_context() | {"part": True})
    response = render(request, "surface/list.html", page.context())
    columnset.remember(request, response, record_type, page.columns, saved=tab is not None and bool(tab.saved))
    return response


def _only_one(request: CompanyRequest, record_type: RecordType) -> str:
    """The address of the one record that there is, or of its form while there is none; "" if neither may be seen."""
    query = record_type.model._default_manager.filter(record_type.visible(request.actor))
    pk = query.values_list("pk", flat=True).first()
    if pk is not None:
        return record_url(request, record_type, pk)
    may_make = record_type.create is not None and request.actor.may(record_type.create.name)
    return f"{list_url(request, record_type)}new" if may_make else ""


class ListPage:
    """One look at a list."""

    def __init__(self, request: CompanyRequest, record_type: RecordType) -> None:
        self.request, self.type, self.actor = request, record_type, request.actor
        self.chosen = chosen(record_type, request.actor, request.GET)
        self.found, self.tab = self.chosen.found, self.chosen.tab
        self.columns = columns_of(record_type, request.actor, columnset.names(request, record_type))
        self.widths = columnset.widths(request, record_type)
        self.group = self._group()

    def _group(self) -> FieldSpec | None:
        name = self.request.GET.get("group", "")
        spec = grouping.groupable(self.type, self.actor).get(name) if name else None
        if name and spec is None:
            self.found.problems["group"] = _t("The list cannot be grouped by “%(field)s”.") % {"field": name[:40]}
        return spec

    @property
    def _specs(self) -> list[FieldSpec]:
        """The columns that are added up."""
        return summable(self.type, self.actor, [column.spec for column in self.columns])

    def _page(self, query: Any, after: str, group: str = "") -> tuple[keyset.Page, dict[str, Any]]:
        """Some rows, drawn, and the address of the next ones."""
        names = [column.name for column in self.columns]
        query = narrowed(query, self.type, self.actor, [self.found.order.by, *names])
        page = keyset.page(query, self.found.order, after, PAGE)
        shower = Shower(self.type, self.actor, self.request.base, page.rows, names)
        more = changed_query(self.request, after=page.next, fragment="rows", open=group) if page.next else ""
        rows = drawn(shower, self.columns, page.rows, self.widths)
        return page, {"rows": rows, "more_url": more, "columns": self.columns}

    def rows_context(self) -> dict[str, Any]:
        """The next rows; of a grouped list, those of the group that was opened."""
        query = self.found.query
        if self.group is not None:
            key = self.request.GET.get("open", "")
            return self._page(self._within(self.group, key), self.request.GET.get("after", ""), key)[1]
        return self._page(query, self.request.GET.get("after", ""))[1]

    def _within(self, spec: FieldSpec, key: str) -> Any:
        try:
            return grouping.within(self.found.query, spec, key, self.actor)
        except BadValue:
            raise NotVisible from None

    def totals_context(self) -> dict[str, Any]:
        """How many records the filters find, and what they come to."""
        return {
            "totals": totals(self.found.query, self._specs, uncounted=self.type.uncounted),
            "currency": self.request.company.currency,
        }

    def context(self) -> dict[str, Any]:
        """Everything that the page shows."""
        after = self.request.GET.get("after", "")
        shown: dict[str, Any] = {"columns": self.columns, "rows": "", "next_url": "", "grouped": None, "totals": None}
        if self.group is not None:
            found = grouping.grouped(
                self.found.query, self.group, self._specs, self.actor, uncounted=self.type.uncounted
            )
            total, capped = sum(one.count for one in found.groups), bool(found.more) or not found.exact
            shown["grouped"] = self._groups(found)
        else:
            page, rows = self._page(self.found.query, after)
            total, capped = keyset.quick_count(self.found.query, None if after else page)
            shown |= rows
            if page.next:
                shown["next_url"] = changed_query(self.request, drop=("fragment",), after=page.next)
        shown |= {"type": self.type, "total": total, "capped": capped, "currency": self.request.company.currency}
        shown["adds_up"] = bool(total) and (capped or bool(self._specs))
        if shown["adds_up"] and "totals" in self.request.GET:
            shown |= self.totals_context()
        shown["first_url"] = changed_query(self.request, drop=POSITION) if after else ""
        shown["totals_url"] = changed_query(self.request, drop=POSITION, fragment="totals")
        shown["totals_page_url"] = changed_query(self.request, drop=("fragment",), totals="1")
        return _frame(self) | shown

    def _groups(self, found: grouping.Grouped) -> dict[str, Any]:
        """The groups as they are drawn; those that are open have their first rows."""
        asked = self.request.GET.getlist("open")
        wanted = set(asked) if asked else {one.key for one in found.groups[:1]}
        opened = [one.key for one in found.groups if one.key in wanted][:MOST_OPEN]
        groups = [self._drawn_group(found.spec, one, opened) for one in found.groups]
        return {
            "groups": groups,
            "more": found.more,
            "exact": found.exact,
            "without": found.without,
            "label": ui.headed(found.spec.label),
        }

    def _drawn_group(self, spec: FieldSpec, group: grouping.Group, opened: list[str]) -> dict[str, Any]:
        on = group.key in opened
        keys = [key for key in opened if key != group.key] + ([] if on else [group.key])
        return {
            "group": group,
            "on": on,
            "url": changed_query(self.request, drop=POSITION) + "".join(f"&open={quote(k)}" for k in keys or ["-"]),
            "rows_url": changed_query(self.request, drop=POSITION, fragment="rows", open=group.key),
        } | (self._page(self._within(spec, group.key), "", group.key)[1] if on else {})


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


def _frame(page: ListPage) -> dict[str, Any]:
    """Everything around the table."""
    request, record_type, actor, found = page.request, page.type, page.actor, page.found
    url = f"{request.base}/{record_type.plural}"
    here = changed_query(request, drop=POSITION)
    export_url = _export_url(request, record_type, page.columns)
    return {
        "tabs": _tabs(request, record_type, page.tab),
        "chips": chips_of(found, actor, lambda one: _without(request, record_type, found, one), page.chosen.given),
        "problems": list(found.problems.values()),
        "text": found.text,
        "sort_urls": {
            column.name: _sort_url(request, found, column)
            for column in page.columns
            if filters.sortable(record_type, actor, column.name)
        },
        "sorted": {found.order.column: "descending" if found.order.descending else "ascending"},
        "filters_url": f"{url}/filters{here}",
        "clear_url": f"{url}/?view=all",
        "kept": _kept(request),
        "groupings": _groupings(page),
        "may_create": record_type.create is not None and record_type.form_makes and actor.may(record_type.create.name),
        "board_url": f"{url}/board" if record_type.board and actor.eyes is None else "",
        "export_url": export_url,
        "import_url": f"{request.base}/imports/new?record_type={record_type.name}"
        if record_type.comes_in and actor.may(f"{record_type.name}.import")
        else "",
        "bulk": bulkbar.offers(record_type, actor, export_url),
        "chip_panels": parts(request, record_type, None, "chips"),
        "panels": parts(request, record_type, None, "list"),
        "purpose": panels.purpose_of(record_type),
        "head_panels": parts(request, record_type, None, "head"),
        "menu_panels": parts(request, record_type, None, "menu"),
        "filtered": bool(found.applied or found.text or page.tab),
        "editable": record_type.edit is not None and actor.may(record_type.edit.name),
    } | columnset.context(request, record_type, page.columns)


def _export_url(request: CompanyRequest, record_type: RecordType, columns: list[Column]) -> str:
    """Where what is seen goes out, its columns named in order, wherever they come from; "" without the right."""
    if record_type.exchange is None or not request.actor.may(f"{record_type.name}.export"):
        return ""
    params = request.GET.copy()
    for name in (*POSITION, "density"):
        params.pop(name, None)
    params.setlist("columns", [column.name for column in columns])
    return f"{request.base}/{record_type.plural}/export?{params.urlencode()}"


def _groupings(page: ListPage) -> list[tuple[str, str, bool]]:
    """(field, address, whether it is on) of the ways to group the list; the first is not to."""
    plain = changed_query(page.request, drop=(*POSITION, "group"))
    ways = [(_t("No groups"), plain if plain != "?" else "?view=all", page.group is None)]
    for name, spec in grouping.groupable(page.type, page.actor).items():
        label = _t("%(field)s, by month") if spec.kind in ("date", "moment") else "%(field)s"
        address = changed_query(page.request, drop=POSITION, group=name)
        on = page.group is not None and page.group.name == name
        ways.append((label % {"field": ui.headed(spec.label)}, address, on))
    return ways


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
    """The filter editor: a page; for a script, what goes into the list's own dialog."""
    specs = filters.filterable(record_type, request.actor, record_type.custom_fields())
    return editor(request, record_type, specs, f"{request.base}/{record_type.plural}/")


def _kept(request: CompanyRequest) -> list[tuple[str, str]]:
    return [(name, value) for name, values in request.GET.lists() for value in values if name not in POSITION]
