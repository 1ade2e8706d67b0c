"""What sounds like a query: the same said with other characters (谷苍 for 谷仓), or said as many people say it.

Nothing of this is in the index: a query is spelt in pinyin, and pinyin is in there already.
"""

from __future__ import annotations

import re
from itertools import islice, product

from gucang.kernel.text.pinyin import readings, spelling

__all__ = ["spelt", "spelt_nearly"]

MOST_SPELLINGS = 4
MOST_NEARLY = 8
# One character sounds like thousands of others, and so do three letters.
LEAST_CHARACTERS, LEAST_LETTERS = 2, 4

_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
# What is mixed up at the keyboard because it is mixed up in speech: zh and z, n and l, in and ing.
_MIXED_UP = [
    (re.compile(r"([zcs])h(?=[aeiou])"), r"\1"),
    (re.compile(r"([zcs])(?=[aeiou])"), r"\1h"),
    (re.compile(r"(?<![zcs])n(?=[aeiouv])"), "l"),
    (re.compile(r"l(?=[aeiouv])"), "n"),
    (re.compile(r"(?<=[aei])ng"), "n"),
    (re.compile(r"(?<=[aei])n(?![gaeiouv])"), "ng"),
]


def spelt(query: str) -> list[str]:
    """The query with its Chinese words in pinyin, the usual reading first, at most four: 谷苍 gives gucang, yucang.

    Empty where nothing can be written wrongly: without two Chinese characters in a row.
    """
    runs = _HAN_RUN.findall(query)
    if max(map(len, runs), default=0) < LEAST_CHARACTERS:
        return []
    ways = [[spelling(run), *map("".join, islice(product(*map(_options, run)), MOST_SPELLINGS))] for run in runs]
    between = _HAN_RUN.split(query)
    found = (_woven(between, words) for words in islice(product(*ways), MOST_SPELLINGS))
    return list(dict.fromkeys(found))[:MOST_SPELLINGS]


def spelt_nearly(query: str) -> list[str]:
    """Spellings one confusion away from how the query sounds, at most eight: zansan gives zhansan, zangsan, ….

    Of Chinese words as of pinyin that was typed. Empty for what is too short to say anything.
    """
    said = (spelt(query) or [query])[0].lower()
    if sum(char.isascii() and char.isalpha() for char in said) < LEAST_LETTERS:
        return []
    always = [pattern.sub(instead, said) for pattern, instead in _MIXED_UP]
    once = [
        said[: at.start()] + at.expand(instead) + said[at.end() :]
        for pattern, instead in _MIXED_UP
        for at in pattern.finditer(said)
    ]
    return [one for one in dict.fromkeys([*always, *once]) if one != said][:MOST_NEARLY]


def _woven(between: list[str], words: tuple[str, ...]) -> str:
    return between[0] + "".join(word + rest for word, rest in zip(words, between[1:], strict=True))


def _options(char: str) -> tuple[str, ...]:
    return readings(char) or (char,)
