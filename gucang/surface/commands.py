"""What the search finds besides records: places, settings, and what can be made. It asks the database nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup, escape

from gucang.kernel.text import matches, rank, readings
from gucang.surface import looks, nav
from gucang.surface.middleware import CompanyRequest
from gucang.surface.searching import Asked, Group, Result, marked
from gucang.surface.ui import headed

# The least rank of a text that begins with what was typed.
BEGINS = 4
NEW = _("New %(what)s")


@dataclass(frozen=True)
class Command:
    """One line of the palette: what it is called, where it leads, and its names in the other languages too."""

    label: str
    icon: str
    url: str
    names: tuple[str, ...]
    about: str = ""


Groups = list[Group]


def find(request: CompanyRequest, asked: Asked, *, in_palette: bool) -> tuple[Groups, Groups]:
    """What this person may open and make, by Chinese, pinyin, initials and English: first those whose name begins
    with what was typed, which stand before the records, then the others.

    Nothing can be made on a page that is seen as somebody else. The palette offers the looks by itself.
    """
    text = unicodedata.normalize("NFKC", asked.text).lower()
    looking = asked.here.startswith(f"{request.base}/look/")
    headings = [
        (_t("Pages"), _commands(request, nav.allowed(request))),
        (_t("New"), [] if looking else _commands(request, nav.creating(request), new=True)),
        (_t("Settings"), _commands(request, nav.settings_places(request))),
        (_t("Looks"), [] if in_palette else _looks(request)),
    ]
    known: set[str] = set()
    first, others = [], []
    for title, commands in headings:
        fitting = [(fit, one) for one in commands if one.url not in known and (fit := _fit(one, text))]
        if title != _t("Looks"):  # which all lead to one page
            known |= {one.url for _fit_, one in fitting}
        first.append(Group(title, [_result(one, asked.text) for fit, one in fitting if fit >= BEGINS]))
        others.append(Group(title, [_result(one, asked.text) for fit, one in fitting if fit < BEGINS]))
    return [group for group in first if group.results], [group for group in others if group.results]


def _commands(request: CompanyRequest, places: Iterable[nav.Place], *, new: bool = False) -> list[Command]:
    """These places with their names in every language; of what can be made also the names without “new”."""
    given = list(places)
    spoken: list[list[str]] = [[] for _place in given]
    for code in _languages():
        with override(code):
            for place, names in zip(given, spoken, strict=True):
                names += [str(NEW % {"what": _inside(place.label)}), str(place.label)] if new else [str(place.label)]
    return [
        Command(headed(names[0]), place.icon, f"{request.base}{place.url}", tuple(names), str(place.about))
        for place, names in zip(given, spoken, strict=True)
    ]


def _languages() -> list[str]:
    """The language of whoever asks, then the others."""
    own = get_language() or settings.LANGUAGE_CODE
    return [own, *(code for code, _name in settings.LANGUAGES if code != own)]


def _inside(label: Any) -> str:
    """A label as it stands inside a sentence: “Business card” small, ERP as it is."""
    text = str(label)
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _looks(request: CompanyRequest) -> Iterator[Command]:
    """The looks where no script changes them at once: on the person's own page."""
    for look in looks.every():
        for one in look.options:
            yield Command(one.name, "palette", f"{request.base}/me", (one.name, *one.said.split()))


def _result(command: Command, text: str) -> Result:
    return Result(command.url, marked(command.label, text), escape(command.about) or Markup(), command.icon)


def _fit(command: Command, text: str) -> int:
    """0 where a word of `text` fits none of the names, else how well the first word fits one of them."""
    words = text.split()
    if not all(_has(command, word) for word in words):
        return 0
    found = (rank(name, words[0]) for name in command.names if words[0][0] in _openings(name))
    return max(found, default=0) or 1


def _has(command: Command, word: str) -> bool:
    """Whether `word` is anywhere in the name as it is shown, or begins a word of another one of its names."""
    if word[0] in _openings(command.label) and matches(command.label, word):
        return True
    parts = (part for name in command.names for part in (name, *name.split()))
    return any(word[0] in _openings(part) and rank(part, word) >= BEGINS for part in parts)


@lru_cache(maxsize=2_000)
def _openings(name: str) -> frozenset[str]:
    """What a word that is found in `name` can begin with: most names are ruled out by it, at no cost."""
    folded = unicodedata.normalize("NFKC", name).lower()
    return frozenset(folded) | {reading[0] for char in folded for reading in readings(char)}
