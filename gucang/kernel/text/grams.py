"""Search grams: one ``text[]`` GIN index answers Chinese, pinyin, initials, phone digits and codes.

What is found
    A query is split at spaces; each term must occur in one of the texts. Case, width and punctuation do not
    count (``sj-2026`` finds ``SJ2026``). A run of Latin letters and digits in a term is one of
    - pinyin: ``xingchen``, ``gucang`` begin at a character and may break off in the last one (type-ahead);
    - initials: ``shgc`` finds 上海谷仓, ``hgc`` too;
    - Latin letters and digits as they stand, from any place inside (``2214`` in a phone number).
    Runs mix with Chinese (``上海gucang``) and with Latin text (``abbjiqiren`` finds ABB机器人).
    Two alone: digits begin a number, letters are initials, a whole syllable (``li``) or inside Latin text.
    One letter or digit alone begins the text. Every common reading of a character counts (银行: hang and xing).

Which grams, and why they suffice
    Chinese: every character and every pair, for a two-character word is the usual query.
    Letters: a text gives two streams, its characters replaced by their pinyin or by their initials. From
    both come three letters at each *unit start* (a character, or each Latin letter or digit); two for
    short queries come from the initials and from syllables of two letters.
    From inside a syllable only what passes ``_telling`` is kept, which is what spans two syllables
    (``gli`` of heng-li, ``axi`` of hua-xia), for ``ang`` or ``uan`` hardly select. A query's run begins at
    a unit start, so its first three letters are there, and of the others those that pass ``_telling``.
    The same space holds both streams and Latin text, so the query need not know what it is: no OR, no parse.
    Endings that nearly every company has (有限公司) are in neither side, see ``_STOP``.
    ``query_grams`` is thus a necessary condition; ``matches`` is the definition and sorts out the rest.

A company's legal name of 11 to 12 characters gives 55 to 60 grams, a mobile number 11.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import product

from gucang.kernel.text.pinyin import readings

__all__ = ["document_grams", "mark", "matches", "query_grams", "rank"]

_VOWELS = frozenset("aeiouv")
_DIGITS = frozenset("0123456789")

# 股份有限公司, in nearly all names: it would fill the longest posting lists and select nothing.
_STOP = frozenset(
    "有,限,公,司,有限,限公,公司,股份,份有,yxg,xgs,fyx,gfy,gsi,uxi,ufe,nyo".split(",")  # noqa: SIM905
)

# Letters that in pinyin only ever begin a syllable (h also follows z, c, s; n, g and r also end one).
_INITIAL = frozenset("bpmfdtlkjqxzcsyw0123456789")

_RUNS = re.compile(r"[a-z0-9]+|[^a-z0-9]+")


class _Folding(dict[int, str]):
    """``str.translate`` table, filled as needed: NFKC, lower case, accents off, the rest to a space."""

    def __missing__(self, code: int) -> str:
        folded = unicodedata.normalize("NFKC", chr(code)).casefold()
        if not folded.isascii():
            base = unicodedata.normalize("NFKD", folded)
            if base[:1].isascii() and base[:1].isalpha():
                folded = base
        kept = "".join(char for char in folded if char.isalnum())
        # A lone combining accent belongs to the letter before it and must not end the word.
        self[code] = result = kept or ("" if unicodedata.combining(chr(code)) else " ")
        return result


_FOLD = _Folding()


class _Options(dict[str, tuple[str, ...]]):
    """Folded character to what may be typed for it in pinyin."""

    def __missing__(self, char: str) -> tuple[str, ...]:
        self[char] = result = (char,) if _is_latin(char) else readings(char) or (char,)
        return result


_OPTIONS = _Options()


def _is_latin(char: str) -> bool:
    return char.isascii()


def _is_wide(term: str) -> bool:
    """Whether no letter or digit is in it."""
    return not any(map(str.isascii, term))


@cache
def _askable(gram: str) -> bool:
    """Not a mix of letters and a wide character, which streams give where a character has no reading (か)."""
    return gram.isascii() or not any(map(str.isascii, gram))


@cache
def _telling(three: str) -> bool:
    """Worth keeping from anywhere: begins a syllable for certain (costs nothing) or spans two of them.

    Judged by the letters alone, for the query cannot know where the document's syllables begin.
    """
    first, second, third = tuple(three)
    if first in _INITIAL:
        return True
    if first in _VOWELS:
        return second not in _VOWELS and (third in _VOWELS or second + third in ("zh", "ch", "sh"))
    return first in "ngrh" and second not in _VOWELS and first + second != "ng"


# --- the document side -------------------------------------------------------------------------------


def document_grams(*texts: str) -> list[str]:
    """Grams of one record's texts (names, numbers, phones; each is searched by itself), sorted, each once."""
    grams: set[str] = set()
    for text in texts:
        if text:
            _text_grams(text.translate(_FOLD), grams)
    grams -= _STOP
    return sorted(filter(_askable, grams))


def _text_grams(spaced: str, grams: set[str]) -> None:
    compact = spaced.replace(" ", "")
    if not compact:
        return
    options = list(map(_OPTIONS.__getitem__, compact))
    grams.update("^" + option[0] for option in options[0])
    if compact.isascii():
        _letter_grams(compact, grams)
    else:
        grams.update(char for char in compact if not char.isascii())
        grams.update(
            pair for pair in map(str.__add__, compact, compact[1:]) if not (pair[0].isascii() or pair[1].isascii())
        )
        if sum(map(len, options)) == len(options):
            _stream_grams([option[0] for option in options], grams)
        else:
            _lattice_grams(options, grams)
    _number_starts(spaced, grams)


def _letter_grams(letters: str, grams: set[str]) -> None:
    """Of a stream whose every letter is a unit start; pairs of digits only by ``_number_starts``."""
    grams.update(map(str.__add__, map(str.__add__, letters, letters[1:]), letters[2:]))
    grams.update(pair for pair in map(str.__add__, letters, letters[1:]) if not pair.isdigit())


def _stream_grams(syllables: Sequence[str], grams: set[str]) -> None:
    """Grams of the two streams of a text that can be read in one way only."""
    stream = "".join(syllables)
    _letter_grams("".join([syllable[0] for syllable in syllables]), grams)
    at = 0
    for syllable in syllables:
        after = at + len(syllable)
        grams.update(_syllable_grams(syllable, stream[after : after + 2]))
        at = after


@cache
def _syllable_grams(syllable: str, following: str) -> tuple[str, ...]:
    """Grams that begin in this syllable; ``following`` are the next two letters of the stream."""
    stream = syllable + following
    threes = [stream[at : at + 3] for at in range(min(len(syllable), len(stream) - 2))]
    found = [three for at, three in enumerate(threes) if at == 0 or _telling(three)]
    if len(syllable) == 2:
        found.append(syllable)
    return tuple(found)


def _lattice_grams(options: Sequence[tuple[str, ...]], grams: set[str]) -> None:
    """As ``_stream_grams`` for a text with several readings: a gram spans three units at most, so that each
    window of three is combined by itself and no text needs all its combinations."""
    for at, here in enumerate(options):
        for window in product(here, *options[at + 1 : at + 3]):
            following = "".join(window[1:])[:2]
            grams.update(_syllable_grams(window[0], following))
            firsts = "".join([syllable[0] for syllable in window])
            if len(firsts) > 2:
                grams.add(firsts)
            if len(firsts) > 1 and not firsts[:2].isdigit():
                grams.add(firsts[:2])


_NUMBER_START = re.compile(r"(?<![0-9])(?=([0-9]) *([0-9]))")


def _number_starts(spaced: str, grams: set[str]) -> None:
    """The first two digits of each number: pairs from inside would only fill the index."""
    grams.update(first + second for first, second in _NUMBER_START.findall(spaced))


# --- the query side ----------------------------------------------------------------------------------


def _terms(query: str) -> list[str]:
    folded = (word.translate(_FOLD).replace(" ", "") for word in unicodedata.normalize("NFC", query).split())
    return [term for term in folded if term]


def query_grams(query: str) -> list[str]:
    """Grams every matching document has (use ``grams @> %s``); ``[]`` when the query excludes nothing."""
    grams: set[str] = set()
    for term in _terms(query):
        grams.update(_term_grams(term))
    return sorted(grams)


def _term_grams(term: str) -> set[str]:
    if len(term) == 1:
        return {"^" + term} if _is_latin(term) else {term} - _STOP
    grams: set[str] = set()
    for run in _RUNS.findall(term):
        if _is_latin(run[0]):
            grams.update(_letters_wanted(run, whole=run == term))
        else:
            grams.update({run} - _STOP if len(run) == 1 else set(map(str.__add__, run, run[1:])) - _STOP)
    return grams


def _letters_wanted(run: str, *, whole: bool) -> set[str]:
    if len(run) < 3:
        # Beside Chinese two letters may break off in a syllable; the Chinese selects well enough.
        return {run} if whole and len(run) == 2 else set()
    threes = [run[at : at + 3] for at in range(len(run) - 2)]
    return {three for at, three in enumerate(threes) if at == 0 or _telling(three)} - _STOP


# --- the definition ----------------------------------------------------------------------------------

TEXT, PINYIN, INITIALS = 3, 2, 1
EXACT, PREFIX, INSIDE = 3, 2, 1


class _Folded:
    """One text as units: folded characters, the place of each in the original, starts of words."""

    def __init__(self, text: str) -> None:
        self.units: list[str] = []
        self.places: list[int] = []
        self.word_starts: set[int] = {0}
        for place, char in enumerate(text):
            folded = _FOLD[ord(char)]
            if folded == " ":
                self.word_starts.add(len(self.units))
                continue
            self.units.extend(folded)
            self.places.extend([place] * len(folded))
        self.compact = "".join(self.units)


@lru_cache(maxsize=2_000)
def _folded(text: str) -> _Folded:
    return _Folded(text)


def _begins_number(text: _Folded, at: int) -> bool:
    return at in text.word_starts or text.units[at - 1] not in _DIGITS


def _run_ends(text: _Folded, at: int, run: str, mode: int, *, last: bool) -> set[int]:
    """Where units end that spell ``run`` from unit ``at``; the last run may break off in a syllable."""
    ends: set[int] = set()
    states = {(at, 0)}
    while states:
        unit, typed = states.pop()
        if typed == len(run):
            ends.add(unit)
            continue
        if unit == len(text.units):
            continue
        for option in _OPTIONS[text.units[unit]]:
            spelt = option[0] if mode == INITIALS else option
            if run.startswith(spelt, typed):
                states.add((unit + 1, typed + len(spelt)))
            elif last and spelt.startswith(run[typed:]):
                ends.add(unit + 1)
    return ends


def _term_ends(text: _Folded, at: int, runs: Sequence[str], mode: int) -> set[int]:
    """Ends of the term's runs spelt from unit ``at``; Chinese runs stand as they are."""
    fronts = {at}
    for number, run in enumerate(runs):
        # Two letters alone are a whole syllable: as a beginning they would be that of every tenth word.
        last = number == len(runs) - 1 and (len(runs) > 1 or len(run) > 2)
        reached: set[int] = set()
        for front in fronts:
            if mode != TEXT and _is_latin(run[0]):
                reached |= _run_ends(text, front, run, mode, last=last)
            elif text.compact.startswith(run, front):
                reached.add(front + len(run))
        fronts = reached
    return fronts


def _allowed(text: _Folded, at: int, term: str) -> bool:
    if len(term) == 1 and _is_latin(term):
        return at == 0
    if len(term) == 2 and term.isdigit():
        return _begins_number(text, at)
    return True


def _found(text: _Folded, term: str) -> Iterator[tuple[int, int, int, int]]:
    """Every occurrence as (place, mode, start unit, end unit)."""
    runs = _RUNS.findall(term)
    modes = (TEXT, PINYIN, INITIALS) if any(_is_latin(run[0]) for run in runs) else (TEXT,)
    for mode in modes:
        for at in range(len(text.units)):
            if not _allowed(text, at, term):
                continue
            for end in _term_ends(text, at, runs, mode):
                place = INSIDE if at else EXACT if end == len(text.units) else PREFIX
                yield place, mode, at, end


def _best(text: _Folded, term: str) -> tuple[int, int, int, int] | None:
    if _is_wide(term):  # as written or not at all, and what begins earliest is best
        at, end = text.compact.find(term), len(text.units)
        place = INSIDE if at else EXACT if len(term) == end else PREFIX
        return None if at < 0 else (place, TEXT, at, at + len(term))
    return max(_found(text, term), key=lambda hit: (hit[0], hit[1], -hit[2], hit[3]), default=None)


def _texts(document: str | Sequence[str]) -> Sequence[str]:
    return (document,) if isinstance(document, str) else document


def matches(document: str | Sequence[str], query: str) -> bool:
    """Whether each term of the query occurs in one of the document's texts; a query without terms matches."""
    folded = [_folded(text) for text in _texts(document)]
    return all(any(_occurs(text, term) for text in folded) for term in _terms(query))


def _occurs(text: _Folded, term: str) -> bool:
    wide = _is_wide(term)
    if (len(term) > 2 or wide) and term in text.compact:
        return True
    if wide:
        return False
    return next(_found(text, term), None) is not None


def rank(document: str | Sequence[str], query: str) -> int:
    """How well the document answers: 0 not at all, else 1 (inside, by initials) to 9 (exactly, as written).

    The place counts first (exact, beginning, inside), then the way (as written, pinyin, initials); of several
    terms the worst one counts.
    """
    folded = [_folded(text) for text in _texts(document)]
    worst = 9
    for term in _terms(query):
        hits = [hit for text in folded if (hit := _best(text, term))]
        worst = min(worst, max(((place - 1) * 3 + mode for place, mode, _, _ in hits), default=0))
    return worst


def mark(text: str, query: str) -> list[tuple[int, int]]:
    """Spans ``(start, end)`` of the text to highlight, in order and apart: each term's best occurrence.

    ``mark("上海谷仓", "shgc") == [(0, 4)]``. Terms that are not in this text mark nothing.
    """
    folded = _folded(text)
    spans: list[tuple[int, int]] = []
    for term in _terms(query):
        if hit := _best(folded, term):
            _, _, start, end = hit
            spans.append((folded.places[start], folded.places[end - 1] + 1))
    return _joined(sorted(spans))


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
