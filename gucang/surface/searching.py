"""What a search answers with: lines under headings. Higher modules add headings of their own, such as people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup, escape

from gucang.kernel.records import RecordType
from gucang.kernel.search import Hit
from gucang.kernel.text import mark
from gucang.surface import pins
from gucang.surface.middleware import CompanyRequest


@dataclass(frozen=True)
class Result:
    """One line: where it leads, what it is called and what else is known of it, with the found part marked.

    `pin_url` is where the record is pinned, `pinned` whether it is; both are empty for what is no record.
    """

    url: str
    title: Markup
    detail: Markup
    icon: str
    pin_url: str = ""
    pinned: bool = False


@dataclass(frozen=True)
class Group:
    """Results under one heading; `more_url` leads to the whole list where there are more."""

    title: str
    results: list[Result] = field(default_factory=list)
    more_url: str = ""


@dataclass(frozen=True)
class Asked:
    """What was typed, what the records' index found by it, and the address of the page that it was typed on."""

    text: str
    hits: Mapping[str, Sequence[Hit]]
    here: str = ""
    limit: int = 8


Source = Callable[[CompanyRequest, Asked], list[Group]]

_sources: dict[str, Source] = {}


def groups_instead_of(record_name: str) -> Callable[[Source], Source]:
    """Register who draws the hits of one record type, and may find more of them in other ways."""

    def remember(source: Source) -> Source:
        _sources[record_name] = source
        return source

    return remember


def drawn_elsewhere(record_type: RecordType) -> bool:
    """Whether the hits of this type have somebody who draws them."""
    return record_type.name in _sources


def more_groups(request: CompanyRequest, asked: Asked) -> list[Group]:
    """The headings that higher modules add."""
    return [group for source in _sources.values() for group in source(request, asked) if group.results]


def marked(text: str, query: str) -> Markup:
    """`text` with every part that the query found inside <mark>, also where it was found by pinyin."""
    parts, at = Markup(), 0
    for start, end in mark(text, query):
        parts += escape(text[at:start]) + Markup("<mark>{}</mark>").format(text[start:end])
        at = end
    return parts + escape(text[at:])


def of_hit(request: CompanyRequest, record_type: RecordType, hit: Hit, query: str, detail: Any = "") -> Result:
    """A hit of the index as a line."""
    url = f"{request.base}/{record_type.plural}/{hit.object_id}"
    words = hit.spelt or query
    shown = marked(hit.detail, words) if not detail else escape(detail)
    pinned = (record_type.name, hit.object_id) in pins.pins_of(request.actor)
    return Result(url, marked(hit.title, words), shown, record_type.icon, f"{url}/pin", pinned)
