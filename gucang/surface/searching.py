"""What a search answers with: lines under headings. Higher modules add headings of their own, such as people."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup, escape

from gucang.kernel.actors import Access
from gucang.kernel.permissions import access
from gucang.kernel.records import RecordType
from gucang.kernel.search import Hit
from gucang.kernel.text import mark
from gucang.surface import pins, ui
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


# So few digits are in every number.
FEWEST_DIGITS = 3
_NUMBER = re.compile(r"[+\d\s()-]+")


def numbers_of(request: CompanyRequest, record_type: RecordType, hits: Sequence[Hit], query: str) -> dict[int, Markup]:
    """The telephone numbers by which hits were found, marked, by record; only those that the person may read.

    One query, and none where no number was typed.
    """
    digits = "".join(letter for letter in query if letter.isdigit())
    names = [name for name in record_type.search if (spec := record_type.specs.get(name)) and spec.kind == "phone"]
    if len(digits) < FEWEST_DIGITS or not names or not hits or not _NUMBER.fullmatch(query.strip()):
        return {}
    found: dict[int, Markup] = {}
    for record in record_type.query(request.actor).filter(pk__in=[hit.object_id for hit in hits]):
        for name in names:
            number = getattr(record, name) or ""
            # A number is kept without the 0 that begins an area code.
            if digits.lstrip("0") in number and access(request.actor, record_type, name, record) in (
                Access.READ,
                Access.WRITE,
            ):
                found[record.pk] = _marked_number(ui.phone(number), digits)
                break
    return found


def _marked_number(shown: str, digits: str) -> Markup:
    """A number as it is written, with the typed digits marked whatever stands between them."""
    place = re.search(r"\D*".join(digits), shown) or re.search(r"\D*".join(digits.lstrip("0")), shown)
    if place is None:
        return escape(shown)
    start, end = place.span()
    return escape(shown[:start]) + Markup("<mark>{}</mark>").format(shown[start:end]) + escape(shown[end:])


def of_hit(request: CompanyRequest, record_type: RecordType, hit: Hit, query: str, detail: Any = "") -> Result:
    """A hit of the index as a line."""
    url = f"{request.base}/{record_type.plural}/{hit.object_id}"
    words = hit.spelt or query
    shown = marked(hit.detail, words)
    if detail:
        shown = escape(detail) if not hit.detail else escape(detail) + " · " + shown
    pinned = (record_type.name, hit.object_id) in pins.pins_of(request.actor)
    return Result(url, marked(hit.title, words), shown, record_type.icon, f"{url}/pin", pinned)
