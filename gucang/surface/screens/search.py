"""The search: records by type, what can be made, and pages; the same for the page and for the palette (Ctrl/⌘ K)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_safe
from markupsafe import escape

from gucang.kernel import records
from gucang.kernel import search as index
from gucang.kernel.models import Event
from gucang.kernel.records import RecordType
from gucang.kernel.text import BadText, clean_text, mark
from gucang.surface import commands, pins
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import base_of, fragment, render
from gucang.surface.searching import Asked, Group, Result, drawn_elsewhere, more_groups, numbers_of, of_hit

PER_TYPE = 8
IN_PALETTE = 5
MAX_TEXT = 100
RECENT = 12
# How far back a person's own deeds are looked through for records: one page of the log.
DEEDS = 80
# With so many hits what was typed is no misspelling.
ENOUGH = 5
Key = tuple[str, int]


@require_safe
@answered
def search(request: CompanyRequest, **_company: str) -> HttpResponse:
    """What is found for `q`; without it, what the person has pinned and worked on last.

    `here` is the address of the page that the palette was opened on: lists can be narrowed to what was found.
    """
    in_palette = "X-Palette" in request.headers
    problem, text = "", ""
    try:
        text = clean_text(request.GET.get("q", ""), MAX_TEXT)
    except BadText as bad:
        problem = str(bad)
    groups = list(_found(request, text, in_palette)) if text else [] if problem else at_hand(request)
    context = {"q": text, "groups": groups, "problem": problem}
    if in_palette:
        return fragment(request, "surface/_found.html", context)
    return render(request, "surface/search.html", context)


def _found(request: CompanyRequest, text: str, in_palette: bool) -> Iterator[Group]:
    limit = IN_PALETTE if in_palette else PER_TYPE
    here = request.GET.get("here", "")
    first, others = commands.find(request, Asked(text, {}, here), in_palette=in_palette)
    yield from first
    types = list(records.every())
    hits = index.search(request.actor, text, types=types, limit=limit + 1)
    # Whose name it is stands before what only mentions it: a customer before the deals with it.
    for name, found in sorted(hits.items(), key=lambda one: not mark(one[1][0].title, one[1][0].spelt or text)):
        kind = records.get(name)
        if drawn_elsewhere(kind):
            continue
        numbers = numbers_of(request, kind, found[:limit], text)
        rows = [of_hit(request, kind, hit, text, numbers.get(hit.object_id, "")) for hit in found[:limit]]
        more = f"{base_of(request)}/{kind.plural}/?{urlencode({'q': text})}" if len(found) > limit else ""
        yield Group(str(kind.label_plural), rows, more)
    yield from more_groups(request, Asked(text, hits, here, limit))
    if not first:
        yield from _sounding_alike(request, text, types, hits, limit)
    yield from others


def _sounding_alike(
    request: CompanyRequest, text: str, types: list[RecordType], hits: Mapping[str, Sequence[index.Hit]], limit: int
) -> Iterator[Group]:
    """What only sounds like what was typed, where little was found: asked after the exact hits are known."""
    if sum(map(len, hits.values())) >= ENOUGH:
        return
    known = {(hit.record_type, hit.object_id) for many in hits.values() for hit in many}
    alike = index.sounding_alike(request.actor, text, types=types, limit=limit, leave_out=known)
    if alike:
        rows = [of_hit(request, records.get(hit.record_type), hit, text) for hit in alike]
        yield Group(_t("Sounds alike"), rows)


def at_hand(request: CompanyRequest) -> list[Group]:
    """What this person has pinned, and the records that they changed last, newest first, as they are called now.

    What they may not see any more is not there, and nothing says that it was.
    """
    if request.actor.member_id is None:
        return []
    kept = pins.pins_of(request.actor)
    deeds = Event.objects.filter(actor_id=request.actor.member_id).order_by("-occurred_at", "-id")
    touched = dict.fromkeys(deeds.values_list("subject_type", "subject_id")[:DEEDS])
    searched = {kind.name for kind in records.every() if kind.search}
    lately = [key for key in touched if key[0] in searched and key not in kept]
    rows = _alive(request, [*kept, *lately])
    pinned = [replace(rows[key], pinned=True) for key in kept if key in rows]
    recent = [rows[key] for key in lately if key in rows][:RECENT]
    return [
        group for group in (Group(_t("Pinned"), pinned), Group(_t("Lately in your hands"), recent)) if group.results
    ]


def _alive(request: CompanyRequest, keys: Iterable[Key]) -> dict[Key, Result]:
    """Lines for those of these records that the person may see. One query per record type."""
    ids: dict[str, list[int]] = {}
    for name, pk in keys:
        ids.setdefault(name, []).append(pk)
    return {
        (kind.name, record.pk): _line(request, kind, record)
        for kind in records.every()
        if kind.name in ids and request.actor.may(f"{kind.name}.view")
        for record in kind.query(request.actor).filter(pk__in=ids[kind.name])
    }


def _line(request: CompanyRequest, kind: RecordType, record: Any) -> Result:
    detail = " · ".join(filter(None, (str(kind.label), getattr(record, "number", ""))))
    url = f"{base_of(request)}/{kind.plural}/{record.pk}"
    return Result(url, escape(str(record)), escape(detail), kind.icon, pin_url=f"{url}/pin")


patterns: list[URLPattern] = [path("search", search, name="search")]
