"""Pinyin of Chinese text: common readings of a character, initials, and a key that sorts names by pinyin."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PINYIN_DICT
from pypinyin.seg import mmseg

from gucang.kernel.text.heteronyms import COMMON_READINGS, SURNAMES

KEY_LENGTH = 64

_TONE_MARKS = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4"}


@cache
def _first_reading(char: str) -> str:
    """First reading in the dictionary, tone as a digit (``zhong4``); ``""`` if not a Chinese character."""
    recorded = PINYIN_DICT.get(ord(char), "")
    if not recorded:
        return ""
    letters: list[str] = []
    tone = "5"
    for mark in unicodedata.normalize("NFD", recorded.split(",")[0]):
        if mark in _TONE_MARKS:
            tone = _TONE_MARKS[mark]
        elif mark == "\u0308":
            letters[-1] = "v"
        elif mark.isascii() and mark.isalpha():
            letters.append(mark)
    return "".join(letters) + tone if letters else ""


@cache
def readings(char: str) -> tuple[str, ...]:
    """Readings in daily use of one Chinese character, most common first, without tones and with ``v`` for ü.

    ``readings("重") == ("zhong", "chong")``; a character that is not Chinese has none: ``()``.
    """
    common = COMMON_READINGS.get(char)
    if common:
        return common
    first = _first_reading(char)
    return (first[:-1],) if first else ()


def _syllables(text: str, *, person: bool) -> list[str]:
    """One entry per character: a reading with tone digit, or what is ASCII of a character that has none."""
    if person:
        for length in (2, 1):
            surname = SURNAMES.get(text[:length])
            # A lone compound surname character is no compound: 欧阳 alone or 欧阳娜 both are.
            if surname and len(surname) == min(length, len(text)):
                return [*surname, *_syllables(text[length:], person=False)]
    if any(char in COMMON_READINGS for char in text):
        return _with_phrases(text)
    return [_first_reading(char) or _ascii(char) for char in text]


@lru_cache(maxsize=20_000)
def _phrase_tones(run: str) -> tuple[str, ...]:
    # Word by word, as pypinyin does it inside: names are new, but their words are not.
    return tuple(tone for word in mmseg.seg.cut(run) for tone in _word_tones(word))


@lru_cache(maxsize=50_000)
def _word_tones(word: str) -> tuple[str, ...]:
    return tuple(lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True, v_to_u=False, errors="ignore"))


def _with_phrases(text: str) -> list[str]:
    """As ``_syllables`` but a phrase decides between readings (银行 hang, 重庆 chong)."""
    found: list[str] = []
    start = 0
    while start < len(text):
        end = start
        while end < len(text) and _first_reading(text[end]):
            end += 1
        if end > start:
            run = text[start:end]
            tones = _phrase_tones(run)
            found.extend(tones if len(tones) == len(run) else (_first_reading(char) for char in run))
        else:
            found.append(_ascii(text[start]))
            end = start + 1
        start = end
    return found


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


def initials(text: str, *, person: bool = False) -> str:
    """First letters: ``initials("上海谷仓") == "shgc"``; Latin letters and digits stay, lower case."""
    tidied = _tidy(text)
    pairs = zip(tidied, _syllables(tidied, person=person), strict=True)
    return "".join(syllable[:1] if _first_reading(char) else syllable for char, syllable in pairs)
