"""The board of a record type: its lanes with their sums and cards; dropping a card is the action behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_POST, require_safe

from gucang.kernel.actions import get as action_called
from gucang.kernel.errors import Lacking, NotVisible, Problem, Refused
from gucang.kernel.fields import BadValue
from gucang.kernel.records import Board, RecordType
from gucang.kernel.undoing import way_back
from gucang.surface import filters
from gucang.surface.boardpage import BoardPage, lanes_for
from gucang.surface.chips import Chip, Chips, chips_of
from gucang.surface.middleware import CompanyRequest
from gucang.surface.render import fragment, render, wants_fragment, with_toast
from gucang.surface.screens.common import find, here, record_url, screen
from gucang.surface.screens.deeds import FILL
from gucang.surface.screens.filtering import editor
from gucang.surface.screens.forms import undo_url


@require_safe
@screen
def board(request: CompanyRequest, kind: RecordType, **_company: str) -> HttpResponse:
    """The board, or with `lane` and `after` the next cards of one lane."""
    _board_of(kind)
    shown = BoardPage(kind, request.actor, request.GET)
    if "lane" in request.GET and wants_fragment(request):
        lane = shown.lane(request.GET["lane"], request.GET.get("after", ""))
        return fragment(request, "surface/_cards.html", _for_cards(request, shown) | {"lane": lane})
    return _page(request, shown)


@require_safe
@screen
def moves(request: CompanyRequest, kind: RecordType, pk: int, **_company: str) -> HttpResponse:
    """Where a record can be moved to: the menu of its card."""
    _board_of(kind)
    record = find(kind, request, pk)
    return fragment(request, "surface/_moves.html", {"targets": lanes_for(kind, request.actor, record)})


@require_safe
@screen
def choose_filters(request: CompanyRequest, kind: RecordType, **_company: str) -> HttpResponse:
    """What the board may be filtered by: all that its list offers, but for what the lanes already say."""
    board = _board_of(kind)
    specs = filters.filterable(kind, request.actor, kind.custom_fields())
    offered = {name: spec for name, spec in specs.items() if name not in (board.by, board.switch)}
    return editor(request, kind, offered, f"{request.base}/{kind.plural}/board", keep=board.switch)


@require_POST
@screen
def drop(request: CompanyRequest, kind: RecordType, pk: int, **_company: str) -> HttpResponse:
    """Move a record into a lane, by the action that the lane stands for.

    `after` is where the card fell; lanes sort themselves, so nothing is kept of it. The script gets 204, or the
    refusal for the card; without scripts a record is moved on its own page.
    """
    board = _board_of(kind)
    record = find(kind, request, pk)
    verb, params = board.drop(record, _lane(kind, board, request))
    action = action_called(verb)
    form_url = f"{record_url(request, kind, pk)}/{action.verb}"
    back = here(request, f"{request.base}/{kind.plural}/board")
    try:
        missing = [spec for spec in action.params if spec.required and spec.name not in params]
        if missing:
            if sentence := action.why_not(request.actor, record):
                raise Refused(sentence)
            labels = "、".join(str(spec.label) for spec in missing)
            raise _NeedsForm(_t("“%(action)s” asks for: %(fields)s.") % {"action": action.label, "fields": labels})
        outcome = action(record, actor=request.actor, **params)
    except NotVisible:
        raise
    except Problem as problem:
        leads_to = _form_url(form_url, params, back, problem)
        return _refused(request, kind, record, problem, leads_to, action.label)
    moved = HttpResponse(status=204)
    # A drop that ends something says so; that a card has changed its lane, one sees.
    if not action.tone:
        return moved
    undo = ""
    if outcome.event is not None and way_back(outcome.event) is not None:
        undo = f"{undo_url(request, kind, outcome)}?{urlencode({'next': back})}"
    return with_toast(moved, f"{action.label} · {record}", undo)


class _NeedsForm(Refused):
    """The drop alone does not say enough; the action's own form does."""


def _form_url(url: str, params: Mapping[str, Any], back: str, problem: Problem) -> str:
    """The form that says what the drop left open: the action's own, or together with what the record lacks."""
    if not isinstance(problem, Lacking | _NeedsForm):
        return ""
    lacking = list(problem.fields) if isinstance(problem, Lacking) else []
    return f"{url}?{urlencode({**params, FILL: lacking, 'next': back}, doseq=True)}"


def _refused(
    request: CompanyRequest, kind: RecordType, record: Any, problem: Problem, form_url: str, label: Any
) -> HttpResponse:
    refusal = {
        "sentence": str(problem),
        "waits": problem.status == 202,
        "form_url": form_url,
        "record_url": record_url(request, kind, record.pk),
        "form_label": _t("Fill in and move") if isinstance(problem, Lacking) else label,
    }
    # A card waits for an approval where it was: for the board that is a refusal, too.
    status = 409 if problem.status == 202 else problem.status
    return fragment(request, "surface/_refused_card.html", {"refusal": refusal}, status)


def _page(request: CompanyRequest, shown: BoardPage) -> HttpResponse:
    context = _for_cards(request, shown) | _around(shown, f"{request.base}/{shown.kind.plural}/board")
    return render(request, "surface/board.html", context | {"lanes": shown.lanes()})


def _for_cards(request: CompanyRequest, shown: BoardPage) -> dict[str, Any]:
    """What the cards of a lane need besides themselves."""
    edit = shown.kind.edit
    return {
        "root": f"{request.base}/{shown.kind.plural}",
        "by": shown.board.by,
        "query": shown.params.urlencode(),
        "currency": request.company.currency,
        "movable": edit is not None and shown.actor.may(edit.name),
    }


def _around(shown: BoardPage, url: str) -> dict[str, Any]:
    """What stands above the lanes."""
    kind, held = shown.kind, [(name, value) for name, values in shown.params.lists() for value in values]
    return {
        "title": capfirst(str(kind.label_plural)),
        "new": capfirst(str(kind.label)) if kind.create is not None and shown.actor.may(kind.create.name) else "",
        "chips": _chips(shown, url, held),
        "switches": _switches(shown, url, held),
        "switch_label": kind.specs[shown.board.switch].label if shown.board.switch else "",
        "mine": _mine(shown, url, held),
        "text": shown.filtered.text,
        "kept": [pair for pair in held if pair[0] != "q"],
        "filters_url": _at(f"{url}/filters", held),
        "problems": shown.filtered.problems,
        "summed": shown.summed,
        "aged": shown.board.age is not None,
    }


def _lane(kind: RecordType, board: Board, request: CompanyRequest) -> Any:
    """The value of the lane that was sent; Refused for one that is none."""
    raw, spec = request.POST.get("lane", ""), kind.specs[board.by]
    gone = Refused(_t("This column is gone. Load the board again."))
    if not raw or (spec.target is not None and not (raw.isascii() and raw.isdigit() and len(raw) < 19)):
        raise gone
    try:
        value = spec.clean(raw, request.actor)
    except BadValue:
        raise gone from None
    return value.pk if spec.target is not None else value


def _board_of(kind: RecordType) -> Board:
    if kind.board is None:
        raise NotVisible()
    return kind.board


# --- what is filtered --------------------------------------------------------------------------------------------

Held = list[tuple[str, str]]


def _encoded(pairs: Held) -> str:
    found = QueryDict(mutable=True)
    for name, value in pairs:
        found.appendlist(name, value)
    return found.urlencode()


def _at(url: str, pairs: Held) -> str:
    query = _encoded(pairs)
    return f"{url}?{query}" if query else url


def _chips(shown: BoardPage, url: str, held: Held) -> Chips:
    """The filters that are on, but for the switches."""
    chips = chips_of(
        shown.filtered, shown.actor, lambda one: _at(url, shown.filtered.without(held, one)), switches=("mine",)
    )
    if shown.filtered.text:
        without = _at(url, [pair for pair in held if pair[0] != "q"])
        chips.must.append(Chip(_t("Contains"), "", f"“{shown.filtered.text}”", without))
    return chips


def _switches(shown: BoardPage, url: str, held: Held) -> list[tuple[str, str, bool]]:
    """(name, address, whether it is shown) of the rows of lanes, where there are several."""
    if len(shown.rows_to_choose) < 2:
        return []
    name = shown.board.switch
    others = [pair for pair in held if pair[0] != name]
    chosen = shown.chosen
    return [(str(row), _at(url, [(name, str(row.pk)), *others]), row == chosen) for row in shown.rows_to_choose]


def _mine(shown: BoardPage, url: str, held: Held) -> list[tuple[str, str, bool]]:
    """The ways to look at records that have owners: everybody's, one's own, one's department's."""
    if not shown.kind.owner:
        return []
    others = [pair for pair in held if pair[0] != "mine"]
    now = next((value for name, value in held if name == "mine"), "")
    ways = [("", _t("All")), ("1", _t("Only mine"))]
    if filters.sees_more_than_own(shown.kind, shown.actor):
        ways.append((filters.TEAM, _t("My department")))
    return [(text, _at(url, [*others, ("mine", value)] if value else others), now == value) for value, text in ways]


patterns: list[URLPattern] = [
    path("<str:plural>/board", board, name="board"),
    path("<str:plural>/board/filters", choose_filters, name="board-filters"),
    path("<str:plural>/<int:pk>/moves", moves, name="moves"),
    path("<str:plural>/<int:pk>/drop", drop, name="drop"),
]
