"""The choices of an own field as text, one a line: how an administrator writes, pastes and reads them.

    big = 大型企业 | Large | ok
    小型企业
    - old = 旧分类

What stands before "=" is the value that records hold; it never changes, so a choice can be renamed. Without one the
name is the value. A - before a line says that the choice is not offered any more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from gucang.kernel.text import BadText

TONES = ("", "ac", "ok", "warn", "bad", "mute")
# A colour that badges call otherwise.
BADGES = {"ac": "wait"}
MOST, VALUE, NAME = 200, 40, 60
_NOT_IN_VALUES = re.compile(r"[,，、;；|=\s]+")


def said(zh: str, en: str) -> str:
    """Of what a company calls something in two languages, the words for who reads; Chinese where there is no other."""
    return (en or zh) if (get_language() or "").startswith("en") else zh


class BadOptions(BadText):
    """The choices cannot be used; `str()` says why."""


@dataclass(frozen=True)
class Option:
    """One choice: the value that records hold, its names, its colour, and whether it is not offered any more."""

    value: str
    zh: str
    en: str = ""
    tone: str = ""
    former: bool = False

    @property
    def label(self) -> str:
        """What it is called in the language of the moment."""
        return said(self.zh, self.en)


def read(text: str) -> list[Option]:
    """The choices that a text lists. Raises BadOptions."""
    found: dict[str, Option] = {}
    names: set[str] = set()
    for line in filter(None, map(str.strip, text.splitlines())):
        option = _read_line(line)
        if option.value in found or (not option.former and option.zh in names):
            raise BadOptions(_("“%(name)s” stands there twice."), name=option.zh)
        found[option.value] = option
        names |= set() if option.former else {option.zh}
    if len(found) > MOST:
        raise BadOptions(_("A field has at most %(limit)s choices."), limit=MOST)
    return list(found.values())


def drawn(text: str) -> list[Option]:
    """The lines of a text as they are, also those that `read` refuses: what an editor shows."""
    return [_split(line)[0] for line in filter(None, map(str.strip, text.splitlines()))]


def _split(line: str) -> tuple[Option, int]:
    """What a line says, and in how many parts."""
    former = line.startswith("-")
    value, mark, rest = line.removeprefix("-").strip().partition("=")
    parts = [part.strip() for part in (rest if mark else value).split("|")]
    zh, en, tone = (*parts, "", "")[:3]
    return Option(value.strip() if mark else value_of(zh), zh, en, tone, former), len(parts)


def _read_line(line: str) -> Option:
    option, parts = _split(line)
    value, zh, en, tone = option.value, option.zh, option.en, option.tone
    if not zh or not value or parts > 3:
        raise BadOptions(
            _("“%(line)s” is no choice. Write a name, or a name and a colour: 大型 | Large | ok"), line=line
        )
    if len(zh) > NAME or len(en) > NAME or len(value) > VALUE:
        raise BadOptions(_("“%(name)s” is too long for a choice."), name=zh[:80])
    if tone not in TONES:
        raise BadOptions(_("“%(tone)s” is no colour. Write one of: %(tones)s."), tone=tone, tones="、".join(TONES[1:]))
    return option


def value_of(name: str) -> str:
    """The value that records will hold for a new choice of this name."""
    return _NOT_IN_VALUES.sub(" ", name).strip().lstrip("-").strip()[:VALUE]


def write(options: Iterable[Option]) -> str:
    """The reverse of `read`."""
    return "\n".join(_write_line(one) for one in options)


def _write_line(one: Option) -> str:
    names = " | ".join([one.zh, one.en, one.tone]).rstrip(" |") if one.en or one.tone else one.zh
    plain = one.value == value_of(one.zh) and "=" not in one.zh and not one.zh.startswith("-")
    line = names if plain else f"{one.value} = {names}"
    return f"- {line}" if one.former else line
