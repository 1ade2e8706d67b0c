"""Pinyin of Chinese text: common readings of a character, initials, and a key that sorts names by pinyin."""

from __future__ import annotations

import os
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from gucang.kernel.text.heteronyms import COMMON_READINGS, SURNAMES

# Its table of phrases takes a second and 47 MB in every process; ours has those few that change a reading.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
from pypinyin.constants import PINYIN_DICT

KEY_LENGTH = 64
PHRASES = Path(__file__).with_name("phrases.txt")

_TONE_MARKS = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4"}


def with_tone_digit(recorded: str) -> str:
    """One reading of a dictionary with its tone as a digit: ``zhòng`` gives ``zhong4``, without a tone ``5``."""
    letters: list[str] = []
    tone = "5"
    for mark in unicodedata.normalize("NFD", recorded):
        if mark in _TONE_MARKS:
            tone = _TONE_MARKS[mark]
        elif mark == "\u0308":
            letters[-1] = "v"
        elif mark.isascii() and mark.isalpha():
            letters.append(mark)
    return "".join(letters) + tone if letters else ""


@cache
def usual_reading(char: str) -> str:
    """The most common reading, tone as a digit (``chang2``); ``""`` if not a Chinese character."""
    recorded = PINYIN_DICT.get(ord(char), "")
    if not recorded:
        return ""
    found = [with_tone_digit(one) for one in recorded.split(",")]
    wanted = COMMON_READINGS.get(char, ("",))[0]
    return next((one for one in found if one[:-1] == wanted), found[0])


@cache
def readings(char: str) -> tuple[str, ...]:
    """Readings in daily use of one Chinese character, most common first, without tones and with ``v`` for ü.

    ``readings("重") == ("zhong", "chong")``; a character that is not Chinese has none: ``()``.
    """
    common = COMMON_READINGS.get(char)
    if common:
        return common
    usual = usual_reading(char)
    return (usual[:-1],) if usual else ()


@cache
def _phrases() -> dict[str, tuple[tuple[int, ...], dict[str, tuple[str, ...]]]]:
    """By first character, the phrases that are read otherwise than character by character, and their lengths, longest
    first: looking each phrase up by `startswith` was a tenth of an import.

    The file is made by tools/phrases.py, which says where they come from.
    """
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for line in PHRASES.read_text("utf-8").splitlines():
        phrase, *tones = line.split()
        found.setdefault(phrase[0], {})[phrase] = tuple(tones)
    return {first: (tuple(sorted({*map(len, own)}, reverse=True)), own) for first, own in found.items()}


_NO_PHRASES: tuple[tuple[int, ...], dict[str, tuple[str, ...]]] = ((), {})


def _syllables(text: str, *, person: bool) -> list[str]:
    """One entry per character: a reading with tone digit, or what is ASCII of a character that has none."""
    if person:
        for length in (2, 1):
            surname = SURNAMES.get(text[:length])
            # A lone compound surname character is no compound: 欧阳 alone or 欧阳娜 both are.
            if surname and len(surname) == min(length, len(text)):
                return [*surname, *_syllables(text[length:], person=False)]
    return list(_plain_syllables(text))


@lru_cache(maxsize=20_000)
def _plain_syllables(text: str) -> tuple[str, ...]:
    """A phrase decides between readings (银行 hang, 重庆 chong), from the left the longest that fits."""
    found: list[str] = []
    while len(found) < len(text):
        start = len(found)
        lengths, phrases = _phrases().get(text[start], _NO_PHRASES)
        for length in lengths:
            if tones := phrases.get(text[start : start + length]):
                found.extend(tones)
                break
        else:
            found.append(usual_reading(text[start]) or _ascii(text[start]))
    return tuple(found)


@cache
def _ascii(char: str) -> str:
    folded = unicodedata.normalize("NFKD", char).casefold()
    return "".join(piece for piece in folded if piece.isascii() and piece.isalnum())


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def pinyin_key(text: str, *, person: bool = False) -> str:
    """An ASCII key of at most 64 characters by which names sort as in a Chinese dictionary.

    Each Chinese character gives its reading and tone (``zhong4``), Latin letters and digits stand as they
    are, lower case; everything else is left out. ``person=True`` reads the start as a surname (单 shan,
    曾 zeng, 尉迟 yuchi). The same text always gives the same key; characters that sound alike share one,
    so sort by ``(key, name)``.
    """
    return "".join(_syllables(_tidy(text), person=person))[:KEY_LENGTH]


def spelling(text: str) -> str:
    """The pinyin of Chinese text without tones, as its words are read: ``spelling("重庆") == "chongqing"``."""
    return "".join(syllable.rstrip("12345") for syllable in _plain_syllables(_tidy(text)))


def initials(text: str, *, person: bool = False) -> str:
    """First letters: ``initials("上海谷仓") == "shgc"``; Latin letters and digits stay, lower case."""
    tidied = _tidy(text)
    pairs = zip(tidied, _syllables(tidied, person=person), strict=True)
    return "".join(syllable[:1] if usual_reading(char) else syllable for char, syllable in pairs)
