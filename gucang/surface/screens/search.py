"""The search: records by type, what can be made, and pages; the same for the page and for the palette (Ctrl/⌘ K)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _t
from django.views.decorators.http import require_safe
from markupsafe import Markup, escape

from gucang.kernel import records
from gucang.kernel import search as index
from gucang.kernel.models import Event
from gucang.kernel.records import RecordType
from gucang.kernel.text import BadText, clean_text, mark, matches
from gucang.surface import nav
from gucang.surface.middleware import CompanyRequest
from gucang.surface.problems import answered
from gucang.surface.render import base_of, fragment, render

PER_TYPE = 8
IN_PALETTE = 5
MAX_TEXT = 100
RECENT = 12
# How far back a person's own deeds are looked through for records: one page of the log.
DEEDS = 80


@dataclass(frozen=True)
class Result:
    """One line: where it leads, what it is called and what else is known of it, with the found part marked."""

    url: str
    title: Markup
    detail: Markup
    icon: str


@dataclass(frozen=True)
class Group:
    """Results under one heading; `more_url` leads to the whole list where there are more."""

    title: str
    results: list[Result] = field(default_factory=list)
    more_url: str = ""


@require_safe
@answered
def search(request: CompanyRequest, **_company: str) -> HttpResponse:
    """What is found for `q`; without it, what the person worked on last."""
    in_palette = "X-Palette" in request.headers
    problem, text = "", ""
    try:
        text = clean_text(request.GET.get("q", ""), MAX_TEXT)
    except BadText as bad:
        problem = str(bad)
    groups = list(_found(request, text, in_palette)) if text else [] if problem else recent(request)
    context = {"q": text, "groups": groups, "problem": problem}
    if in_palette:
        return fragment(request, "surface/_found.html", context)
    return render(request, "surface/search.html", context)


def marked(text: str, query: str) -> Markup:
    """`text` with every part that the query found inside <mark>, also where it was found by pinyin."""
    parts, at = Markup(), 0
    for start, end in mark(text, query):
        parts += escape(text[at:start]) + Markup("<mark>{}</mark>").format(text[start:end])
        at = end
    return parts + escape(text[at:])


def _found(request: CompanyRequest, text: str, in_palette: bool) -> Iterator[Group]:
    limit = IN_PALETTE if in_palette else PER_TYPE
    hits = index.search(request.actor, text, types=records.every(), limit=limit + 1)
    for name, found in hits.items():
        kind = records.get(name)
        rows = [Result(_url(request, kind, hit.object_id), marked(hit.title, text), marked(hit.detail, text), kind.icon)
                for hit in found[:limit]]  # fmt: skip
        more = f"{base_of(request)}/{kind.plural}/?{urlencode({'q': text})}" if len(found) > limit else ""
        yield Group(str(kind.label_plural), rows, more)
    yield from _matching(_t("New"), nav.creatable(request), text, in_palette)
    yield from _matching(_t("Pages"), nav.places(request), text, in_palette)
    yield from _matching(_t("Settings"), nav.settings(request), text, in_palette=False)


def _matching(title: str, items: Iterable[dict[str, Any]], text: str, in_palette: bool) -> Iterator[Group]:
    """Actions or pages whose names match. The palette finds plain ones by itself, in the frame of its page."""
    rows = [
        Result(item["url"], marked(item["label"], text), Markup(), item["icon"])
        for item in items
        if matches(item["label"], text) and not (in_palette and text.lower() in item["label"].lower())
    ]
    if rows:
        yield Group(title, rows)


def recent(request: CompanyRequest) -> list[Group]:
    """The records that this person changed last and may still see, newest first, as they are called now."""
    if request.actor.member_id is None:
        return []
    deeds = Event.objects.filter(actor_id=request.actor.member_id).order_by("-occurred_at", "-id")
    touched = dict.fromkeys(deeds.values_list("subject_type", "subject_id")[:DEEDS])
    kinds = {kind.name: kind for kind in records.every() if kind.search}
    ids: dict[str, list[int]] = {}
    for name, pk in touched:
        if name in kinds:
            ids.setdefault(name, []).append(pk)
    alive = {
        (name, record.pk): record
        for name, pks in ids.items()
        for record in kinds[name].query(request.actor).filter(pk__in=pks)
    }
    rows = [_recent(request, kinds[key[0]], alive[key]) for key in touched if key in alive][:RECENT]
    return [Group(_t("Lately in your hands"), rows)] if rows else []


def _recent(request: CompanyRequest, kind: RecordType, record: Any) -> Result:
    detail = " · ".join(filter(None, (str(kind.label), getattr(record, "number", ""))))
    return Result(_url(request, kind, record.pk), escape(str(record)), escape(detail), kind.icon)


def _url(request: CompanyRequest, kind: RecordType, pk: int) -> str:
    return f"{base_of(request)}/{kind.plural}/{pk}"


patterns: list[URLPattern] = [path("search", search, name="search")]
