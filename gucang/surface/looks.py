"""How the program looks to a person: what can be chosen, and by which words the palette finds each choice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from gucang.kernel.text import initials, spelling


@dataclass(frozen=True)
class Option:
    """One way to choose, as its button says it; `name` is how the palette calls it, `said` what may be typed."""

    value: str
    text: str
    name: str
    said: str


@dataclass(frozen=True)
class Look:
    """Something to choose about the looks; `only_desk` is of no use on a phone."""

    name: str
    label: str
    options: tuple[Option, ...]
    only_desk: bool = False


_THEMES = (("system", _("As the device")), ("light", _("Light")), ("dark", _("Dark")))
# Name, label, other words for it, its values with their labels. A language is called by its own name.
_CHOICES: tuple[tuple[str, Any, Any, tuple[tuple[str, Any], ...]], ...] = (
    ("theme", _("Looks"), _("theme mode"), _THEMES),
    ("text_size", _("Text size"), _("font size"), (("normal", _("Normal")), ("large", _("Large")))),
    ("keys", _("Keys of one letter"), "", (("on", _("On")), ("off", _("Off")))),
    ("language", _("Language"), "", (("zh-hans", "中文"), ("en", "English"))),
)


def every() -> tuple[Look, ...]:
    """All choices, in the language of whoever looks, in the order of the person's menu."""
    return _every(get_language() or settings.LANGUAGE_CODE)


@cache
def _every(_language: str) -> tuple[Look, ...]:
    return tuple(
        Look(name, str(label), tuple(_options(label, others, values)), only_desk=name == "keys")
        for name, label, others, values in _CHOICES
    )


def _options(label: Any, others: Any, values: tuple[tuple[str, Any], ...]) -> Iterator[Option]:
    for value, text in values:
        name = _("%(what)s: %(choice)s") % {"what": label, "choice": text}
        yield Option(value, str(text), str(name), " ".join(_ways((text, label, others))))


def _ways(labels: tuple[Any, ...]) -> dict[str, None]:
    """What may be typed for these labels, in every language: the words, their pinyin and their initials."""
    found: dict[str, None] = {}
    for code, _name in settings.LANGUAGES:
        with override(code):
            for word in " ".join(map(str, labels)).lower().split():
                found |= dict.fromkeys((word, spelling(word), initials(word)))
    return found
