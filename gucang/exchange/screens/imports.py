"""Upload, match columns, check, run, and the report at the end. Every step is a form that works without JavaScript."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from gucang.exchange import intake, mapping, maps, rules, store
from gucang.exchange.actions import imports
from gucang.exchange.models import COUNTS, IfDuplicate, Import, ImportLine, Kind, Progress, State, label_of
from gucang.exchange.readers import sample
from gucang.kernel import records
from gucang.kernel.actions import Action
from gucang.kernel.errors import Invalid, NotVisible, Problem
from gucang.surface import panels, sheets
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import fragment, go, render
from gucang.surface.screens.common import find, record_url
from gucang.surface.sheets import guarded

SHOWN_ROWS = 5
SHOWN_LINES = 100
VERBS: dict[str, Action] = {
    "check": imports.check, "run": imports.run, "cancel": imports.cancel, "take_back": imports.take_back,
}  # fmt: skip
_MAP = "map:"


def _url(request: CompanyRequest, record: Import) -> str:
    return record_url(request, records.get("import"), record.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@answered
def new(request: CompanyRequest, **_address: str) -> HttpResponse:
    """Choose what the rows are, and the file."""
    kinds = _kinds(request)
    chosen = request.POST.get("what") or request.GET.get("record_type", "")
    error: dict[str, str] = {}
    if request.method == "POST":
        try:
            return go(request, _url(request, _received(request, chosen, dict(kinds))))
        except Invalid as problem:
            error = {name if name == "file" else "what": many[0] for name, many in problem.fields.items()}
    context = {"kinds": kinds, "chosen": chosen, "error": error, "templates": _templates(request, kinds)}
    return render(request, "exchange/new.html", context, status=422 if error else 200)


def _kinds(request: CompanyRequest) -> list[tuple[str, str]]:
    """What this person may bring in: record types, then ready maps all of whose records they may bring in."""
    may = {one.name for one in records.every() if one.comes_in and request.actor.may(f"{one.name}.import")}
    plain = [(name, str(records.get(name).label_plural)) for name in may]
    ready = [(f"{_MAP}{one.name}", str(one.label)) for one in maps.every() if set(one.record_types) <= may]
    return [*sorted(plain, key=lambda pair: pair[1]), *ready]


def _templates(request: CompanyRequest, kinds: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """(label, address) of an empty file for each record type among these."""
    plain = [(name, label) for name, label in kinds if not name.startswith(_MAP)]
    return [(label, f"{request.base}/imports/templates/{records.get(name).plural}.csv") for name, label in plain]


@require_GET
@answered
def template(request: CompanyRequest, plural: str, **_address: str) -> HttpResponse:
    """An empty file with the columns that this person may fill, as headers that an import knows again."""
    if (record_type := records.by_plural(plural)) is None:
        raise NotVisible
    rules.check_may_import(request.actor, record_type)
    text = "".join(sheets.lines([[guarded(label) for label in mapping.header(record_type, request.actor)]]))
    return _csv(text, f"{plural}.csv")


def _csv(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _received(request: CompanyRequest, chosen: str, kinds: dict[str, str]) -> Import:
    if chosen not in kinds:
        raise Invalid({"what": [_t("Say what the rows are.")]})
    upload = request.FILES.get("file")
    if upload is None or isinstance(upload, list):
        raise Invalid({"file": [_t("Choose a CSV file, or a zip archive of them.")]})
    file = intake.receive(upload)
    ready = chosen.startswith(_MAP)
    try:
        outcome = imports.upload(
            actor=request.actor,
            file=file,
            name=upload.name or "",
            record_type="" if ready else chosen,
            map=chosen.removeprefix(_MAP) if ready else "",
            if_duplicate="add" if ready else "skip",
        )
    except Problem:
        store.remove(file)
        raise
    return outcome.record


@require_GET
@answered
def page(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """One import: its columns before it runs, its progress while it runs, its report afterwards."""
    return _page(request, find(records.get("import"), request, pk))


def _page(
    request: CompanyRequest, record: Import, errors: list[str] | None = None, typed: dict[str, Any] | None = None
) -> HttpResponse:
    context = _progress(request, record) | {"errors": errors or [], "what": _what(record)}
    if record.state in (State.UPLOADED, State.CHECKED) and not record.map:
        context |= {"columns": _columns(request, record, typed)}
    context |= _report(record)
    return render(request, "exchange/import.html", context, status=422 if errors else 200)


def _what(record: Import) -> str:
    ready = maps.find(record.map)
    return str(ready.label if ready is not None else label_of(record))


def _progress(request: CompanyRequest, record: Import) -> dict[str, Any]:
    progress = Progress.objects.filter(import_record=record).first()
    running = not record.is_over
    counted: Any = progress if running and progress is not None else record
    return {
        "record": record,
        "url": _url(request, record),
        "running": running,
        "done": progress.rows if progress is not None else 0,
        "counts": [(label, getattr(counted, name)) for name, label in _labels(counted)],
        "verbs": {name: (verb.label, verb.why_not(request.actor, record)) for name, verb in VERBS.items()},
    }


def _labels(counted: Import | Progress) -> list[tuple[str, str]]:
    """What is counted, with its words; what waits for approval only where something does."""
    specs = records.get("import").specs
    return [(name, str(specs[name].label)) for name in COUNTS if name != "waiting" or counted.waiting]


def _columns(request: CompanyRequest, record: Import, typed: dict[str, Any] | None) -> dict[str, Any]:
    """The form in which each column gets its field, with the first rows beside it."""
    table = record.tables[0]
    record_type = records.get(record.record_type)
    path = store.path_of(record.file) / table["file"]
    rows = sample(path, SHOWN_ROWS) if path.is_file() else []
    chosen = typed["mapping"] if typed else record.mapping
    return {
        "choices": mapping.choices(record_type, request.actor),
        "rows": [
            {
                "name": name,
                "field": chosen.get(name, ""),
                "cells": [row.cells[place] if place < len(row.cells) else "" for row in rows],
            }
            for place, name in enumerate(table["columns"])
        ],
        "matches": mapping.match_choices(record_type, chosen),
        "match": typed["match"] if typed else record.match,
        "may_pool": imports.may_pool(record_type) and "owner" not in chosen.values(),
        "pooled": "pooled_at" in record_type.specs,
        "into_pool": typed["into_pool"] if typed else record.into_pool,
        "encoding": table["encoding"],
        "tells_duplicates": panels.duplicates_of(record_type) is not None,
        "if_duplicate": typed["if_duplicate"] if typed else record.if_duplicate,
        "ways": [(way.value, str(way.label)) for way in (IfDuplicate.SKIP, IfDuplicate.ADD)],
    }


def _report(record: Import) -> dict[str, Any]:
    lines = ImportLine.objects.filter(import_record=record).order_by("id")
    counts = dict(lines.order_by().values_list("kind").annotate(count=Count("*")))

    shown = dict(_labels(record))

    def first(kind: Kind) -> list[ImportLine]:
        return list(lines.filter(kind=kind)[:SHOWN_LINES]) if counts.get(kind) else []

    return {
        "by_table": [(name, [own.get(what, 0) for what in shown]) for name, own in record.by_table.items()],
        "labels": list(shown.values()),
        "waiting": first(Kind.WAITING),
        "waiting_count": counts.get(Kind.WAITING, 0),
        "refused": first(Kind.REFUSED),
        "refused_count": counts.get(Kind.REFUSED, 0),
        "repaired": first(Kind.REPAIRED),
        "repaired_count": counts.get(Kind.REPAIRED, 0),
        "duplicates": first(Kind.DUPLICATE),
        "duplicates_count": counts.get(Kind.DUPLICATE, 0),
        "left_out": record.if_duplicate == IfDuplicate.SKIP,
    }


@require_GET
@answered
def progress(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """The bar, asked for again every second while the import runs; at the end the whole page is loaded."""
    record = find(records.get("import"), request, pk)
    if record.is_over:
        return go(request, _url(request, record))
    return fragment(request, "exchange/_progress.html", _progress(request, record))


@require_POST
@answered
def columns(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """Keep the matching, then check it or bring the rows in, as the button said."""
    record = find(records.get("import"), request, pk)
    names = record.tables[0]["columns"]
    fields = request.POST.getlist("field")
    chosen = {name: field for name, field in zip(names, fields, strict=False) if field}
    typed: dict[str, Any] = {
        "mapping": chosen,
        "match": request.POST.get("match", ""),
        "into_pool": request.POST.get("into_pool") == "1",
        "if_duplicate": way if (way := request.POST.get("if_duplicate", "")) in IfDuplicate.values else "",
    }
    verb = VERBS.get(request.POST.get("then", "check"), imports.check)
    try:
        if typed["match"] not in chosen.values():
            typed["match"] = ""
        imports.map_columns(
            record,
            actor=request.actor,
            mapping=json.dumps(chosen),
            match=typed["match"],
            into_pool=typed["into_pool"],
            if_duplicate=typed["if_duplicate"],
        )
        verb(record, actor=request.actor)
    except Invalid as problem:
        return _page(request, record, [one for many in problem.fields.values() for one in many], typed)
    return go(request, _url(request, record))


@require_POST
@answered
def act(request: CompanyRequest, pk: int, verb: str, **_address: str) -> HttpResponse:
    """Check, bring in, stop, take back."""
    record = find(records.get("import"), request, pk)
    if verb not in VERBS:
        raise NotVisible
    try:
        VERBS[verb](record, actor=request.actor)
    except Invalid as problem:
        return _page(request, record, [one for many in problem.fields.values() for one in many])
    return go(request, _url(request, record))


@require_GET
@answered
def duplicates(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """The rows that are exact duplicates with their own columns and what they are like."""
    return _as_file(request, pk, Kind.DUPLICATE)


@require_GET
@answered
def refused(request: CompanyRequest, pk: int, **_address: str) -> HttpResponse:
    """The refused rows with their own columns and the reason, to correct and import again."""
    return _as_file(request, pk, Kind.REFUSED)


def _as_file(request: CompanyRequest, pk: int, kind: Kind) -> HttpResponse:
    record = find(records.get("import"), request, pk)
    lines = ImportLine.objects.filter(import_record=record, kind=kind).order_by("id")
    text = "".join(sheets.lines(_rows_of(record, list(lines))))
    return _csv(text, f"{record.number}-{kind.value}.csv")


def _rows_of(record: Import, lines: list[ImportLine]) -> list[list[str]]:
    """One table of them; rows of several tables stand below one another, each under its own header."""
    found: list[list[str]] = []
    for table in record.tables:
        own = [line for line in lines if line.table == table["name"]]
        if not own:
            continue
        width = len(table["columns"])
        found.append([guarded(name) for name in (*table["columns"], _t("Line"), _t("Reason"))])
        for line in own:
            cells = [*line.raw[:width], *[""] * (width - len(line.raw))]
            reason = ": ".join(
                filter(None, (line.field, line.old if line.kind == Kind.DUPLICATE else "", line.sentence))
            )
            found.append([guarded(cell) for cell in (*cells, str(line.line), reason)])
    return found
