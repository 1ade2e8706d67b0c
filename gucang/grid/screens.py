"""The grid of a list: its page, its rows by the hundred, and what is done in it. Everything but the page is JSON."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _t

from gucang.grid import advising, history, parcel, queries, removing
from gucang.grid.parcel import CELL_BYTES, MOST_CELLS, MOST_IN_A_STEP, MOST_REMOVED, MOST_ROWS
from gucang.grid.saving import Saving
from gucang.grid.sheet import Sheet, fillable
from gucang.grid.words import shortcuts, words
from gucang.kernel import idempotency
from gucang.kernel.actors import Access, Actor
from gucang.kernel.errors import Forbidden, NeedsApproval, Problem
from gucang.kernel.permissions import access
from gucang.kernel.records import RecordType
from gucang.surface import filters, keyset, panels
from gucang.surface.listed import listed
from gucang.surface.middleware import CompanyRequest
from gucang.surface.render import render
from gucang.surface.screens import columnset, lists
from gucang.surface.screens.common import changed_query, only_post, screen

CHUNK = 500
MOST_LOADED = 5_000
Told = Callable[..., dict[str, Any]]


def has_grid(record_type: RecordType, actor: Actor) -> bool:
    """Whether this person may change records of a type cell by cell."""
    edit = record_type.edit
    return edit is not None and edit.on_values and actor.eyes is None and actor.may(edit.name)


def may_add(record_type: RecordType, actor: Actor) -> bool:
    """Whether a row of cells is enough to make a record of this type, and this person may make one."""
    create = record_type.create
    return create is not None and create.on_values and record_type.form_makes and actor.may(create.name)


@screen
def page(request: CompanyRequest, record_type: RecordType) -> HttpResponse:
    """The grid with the filters, order, columns and view of the list that it was opened from."""
    _check(request, record_type)
    found, names = _asked(request, record_type)
    sheet = Sheet(record_type, request.actor, names)
    total, _more = keyset.capped_count(found.query, cap=MOST_LOADED)
    kept = changed_query(request, drop=lists.POSITION)
    context = {
        "type": record_type,
        "setup": {
            "columns": sheet.described(request),
            "history": queries.told(queries.steps_of(request.actor, record_type)),
            "words": words(),
            "widths": columnset.grid_widths(request, record_type),
            "advises": panels.has_advisers(record_type),
            "limits": {
                "rows": MOST_LOADED, "step": MOST_IN_A_STEP, "part": MOST_ROWS, "cells": MOST_CELLS,
                "bytes": CELL_BYTES, "removed": MOST_REMOVED,
            },
        },
        "may_add": may_add(record_type, request.actor),
        "may_remove": removing.verb_of(record_type, request.actor) is not None,
        "total": total,
        "kept": kept,
        "list_url": f"{request.base}/{record_type.plural}/{kept}",
        "grid_url": f"{request.base}/{record_type.plural}/grid",
        "import_url": f"{request.base}/imports/new?record_type={record_type.name}"
        if record_type.comes_in and request.actor.may(f"{record_type.name}.import")
        else "",
        "who": f"{request.company.pk}:{request.actor.member_id}:{record_type.name}",
        "chips": [
            ": ".join(filter(None, (one.label, words))) for one, words in filters.describe(found.applied, request.actor)
        ],
        "problems": list(found.problems.values()),
        "shortcuts": shortcuts(),
    }  # fmt: skip
    return render(request, "grid/grid.html", context)


def told(view: Told) -> Callable[..., HttpResponse]:
    """A view that answers in JSON, a refusal as {"sentence": …}. What it had changed before one is undone."""

    @screen
    @wraps(view)
    def inner(request: CompanyRequest, record_type: RecordType, **parts: Any) -> HttpResponse:
        try:
            with transaction.atomic():
                _check(request, record_type)
                try:
                    return JsonResponse(view(request, record_type, **parts))
                except NeedsApproval as waiting:  # what was parked stays; for the grid it is a refusal, too
                    return JsonResponse({"sentence": str(waiting)}, status=409)
        except Problem as problem:
            return JsonResponse({"sentence": str(problem)}, status=problem.status)
        except RequestDataTooBig:
            return JsonResponse({"sentence": _t("This is more than 2 MB. Paste less at once.")}, status=413)

    return inner


@told
def rows(request: CompanyRequest, record_type: RecordType) -> dict[str, Any]:
    """Some rows after a place in the list, and the place of the next ones."""
    found, names = _asked(request, record_type)
    page = keyset.page(found.query, found.order, request.GET.get("after", ""), CHUNK)
    return {"rows": Sheet(record_type, request.actor, names).rows(page.rows), "next": page.next}


@told
def save(request: CompanyRequest, record_type: RecordType) -> dict[str, Any]:
    """Save the cells of a step, or a part of it; the same part again changes nothing and gets the same answer."""
    only_post(request)
    body, actor = request.body, request.actor
    sent = parcel.read(body)
    if sent.news and not may_add(record_type, actor):
        raise Forbidden(_t("Your role does not include this. Ask an administrator if you need it."))
    key = f"grid:{sent.step}:{sent.part}"
    if (earlier := idempotency.begin(actor, key, body)) is not None:
        return _shown(request, record_type, earlier.body)
    done = Saving(record_type, actor, sent).go()
    history.keep(record_type, actor, sent, done)
    answer = {
        "shown": [*(one.pk for one in sent.edits), *done.made.values()],
        "made": done.made,
        "refused": [one.to_json() for one in done.refused],
    }
    idempotency.finish(actor, key, idempotency.Answer(200, answer, {}))
    return _shown(request, record_type, answer)


@told
def remove(request: CompanyRequest, record_type: RecordType) -> dict[str, Any]:
    """Put rows into the bin; the same part again changes nothing and gets the same answer."""
    only_post(request)
    body, actor = request.body, request.actor
    sent = parcel.read_removal(body)
    key = f"grid:{sent.step}:{sent.part}"
    if (earlier := idempotency.begin(actor, key, body)) is not None:
        return _shown(request, record_type, earlier.body)
    done = removing.remove(record_type, actor, sent)
    history.keep_removed(record_type, actor, sent, done)
    answer = {
        "shown": [one.row for one in done.refused],
        "gone": list(done.gone),
        "refused": [one.to_json() for one in done.refused],
    }
    idempotency.finish(actor, key, idempotency.Answer(200, answer, {}))
    return _shown(request, record_type, answer)


@told
def advise(request: CompanyRequest, record_type: RecordType) -> dict[str, Any]:
    """The records that look like some that this person has just added: [what is alike, name, whose it is, address]."""
    found = advising.advice(record_type, request.actor, advising.read(request.GET.get("of", "")))
    return {
        "alike": {
            pk: [[one.title, one.name, one.note, f"{request.base}{one.url}" if one.url else ""] for one in said]
            for pk, said in found.items()
        }
    }


@screen
def widths(request: CompanyRequest, record_type: RecordType) -> HttpResponse:
    """Let the columns be as wide the next time as this person left them."""
    only_post(request)
    _check(request, record_type)
    response = HttpResponse(status=204)
    columnset.remember_widths(request, response, record_type)
    return response


@told
def undo(request: CompanyRequest, record_type: RecordType) -> dict[str, Any]:
    """Take the last step back; `more` asks for another request, of a long one."""
    return _turned(request, record_type, history.undo)


@told
def redo(request: CompanyRequest, record_type: RecordType) -> dict[str, Any]:
    """Do the step that was taken back last once more."""
    return _turned(request, record_type, history.redo)


def _turned(
    request: CompanyRequest, record_type: RecordType, turn: Callable[[RecordType, Actor, int], history.Turned]
) -> dict[str, Any]:
    only_post(request)
    step, name = parcel.read_turn(request.body)
    key = f"grid:{name}"
    if (earlier := idempotency.begin(request.actor, key, request.body)) is not None:
        return _shown(request, record_type, earlier.body)
    done = turn(record_type, request.actor, step)
    answer = {
        "shown": done.shown,
        "gone": done.gone,
        "refused": [one.to_json() for one in done.refused],
        "more": done.more,
    }
    idempotency.finish(request.actor, key, idempotency.Answer(200, answer, {}))
    return _shown(request, record_type, answer)


def _shown(request: CompanyRequest, record_type: RecordType, answer: dict[str, Any]) -> dict[str, Any]:
    """An answer with the rows it is about as they are now, and what can be taken back now."""
    ids = answer["shown"]
    records = {one.pk: one for one in record_type.query(request.actor).filter(pk__in=ids)} if ids else {}
    sheet = Sheet(record_type, request.actor, _names(request, record_type))
    return {
        **{name: value for name, value in answer.items() if name != "shown"},
        "rows": sheet.rows([records[pk] for pk in dict.fromkeys(ids) if pk in records]),
        "history": queries.told(queries.steps_of(request.actor, record_type)),
    }


def _check(request: CompanyRequest, record_type: RecordType) -> None:
    if not has_grid(record_type, request.actor):
        raise Forbidden(_t("Your role does not include this. Ask an administrator if you need it."))


def _asked(request: CompanyRequest, record_type: RecordType) -> tuple[filters.Filtered, list[str]]:
    """What the list shows, and which fields stand in the columns."""
    return listed(record_type, request.actor, request.GET), _names(request, record_type)


def _names(request: CompanyRequest, record_type: RecordType) -> list[str]:
    """The list's columns; where rows may be added also what a new one cannot do without."""
    names = columnset.names(request, record_type)
    if not may_add(record_type, request.actor):
        return names
    needed = [
        name
        for name, spec in fillable(record_type).items()
        if spec.required
        and spec.default in (None, "")
        and access(request.actor, record_type, name, None) is Access.WRITE
    ]
    return [*names, *(name for name in needed if name not in names)]
