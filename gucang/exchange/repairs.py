"""Values that are clear although written in another way. Each repair is told with the old and the new value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import override

from gucang.kernel.fields import FieldSpec
from gucang.kernel.text import BadText, clean_text, normalise_phone
from gucang.kernel.text.cleaning import halfwidth
from gucang.kernel.text.phones import split_phones

CLOSE = 0.84
_HALF_WIDTH_KINDS = frozenset(["phone", "email", "code", "integer", "decimal", "money", "date", "moment", "boolean"])
_PLAIN_PHONE = re.compile(r"1[3-9]\d{9}|\+86\d{10,11}|0\d{2,3}-?\d{7,8}")
_SEPARATORS = re.compile(r"[\s().\-]")


class Repair(NamedTuple):
    """One value that was changed on the way in."""

    field: str
    old: str
    new: str


Fix = Callable[[str], str]


def fixer(spec: FieldSpec) -> Fix | None:
    """What to do with a cell of this field before it is cleaned: gives the cell as it was, or a repaired one."""
    if spec.choices:
        return _choice_fixer(spec)
    if spec.kind == "phone":
        return _fix_phone
    if spec.kind in _HALF_WIDTH_KINDS:
        return lambda cell: cell if cell.isascii() else _half(cell, spec)
    if spec.kind in ("text", "longtext"):
        return lambda cell: cell if cell.isprintable() else _fix_text(cell, multiline=spec.kind == "longtext")
    return None


def _half(cell: str, spec: FieldSpec) -> str:
    # 今天, 三月, ¥1.2万 are read as they stand; only full-width digits and signs are changed.
    return halfwidth(cell).strip() if any("\uff01" <= char <= "\uff5e" for char in cell) else cell


def _fix_text(cell: str, *, multiline: bool) -> str:
    """Without control and direction characters. Ends of lines are no damage."""
    return (
        cell if cell.replace("\r", "").replace("\n", "").replace("\t", "").isprintable() else _cleaned(cell, multiline)
    )


def _cleaned(cell: str, multiline: bool) -> str:
    try:
        return clean_text(cell, len(cell), multiline=multiline)
    except BadText:
        return cell


def _fix_phone(cell: str) -> str:
    text = cell.strip()
    if not text or _PLAIN_PHONE.fullmatch(text):
        return cell
    for piece in split_phones(text) or [text]:
        try:
            phone = normalise_phone(piece)
        except BadText:
            continue
        fixed = phone.e164 + (f";ext={phone.extension}" if phone.extension else "")
        digits, written = phone.e164.removeprefix("+86"), _SEPARATORS.sub("", text)
        same = {phone.e164, phone.e164.removeprefix("+"), digits, f"0{digits}"}
        return cell if not phone.extension and written in same else fixed
    return cell


def _choice_fixer(spec: FieldSpec) -> Fix:
    """Labels of the other language, other case, and near misses of this closed list."""
    exact = {str(value) for value, _label in spec.choices} | {str(label) for _value, label in spec.choices}
    known: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with override(language):
            for value, label in spec.choices:
                known.setdefault(str(label).casefold(), str(value))
    known |= {str(value).casefold(): str(value) for value, _label in spec.choices}

    def fix(cell: str) -> str:
        word = cell.strip()
        if not word or word in exact:
            return cell
        folded = halfwidth(word).strip().casefold()
        if folded in known:
            return known[folded]
        near = among(folded, list(known))
        return known[near] if near else cell

    return fix


def among(word: str, closed: Sequence[str]) -> str | None:
    """The one entry of a closed list that `word` nearly is; None when none or several are near."""
    bare = {_bare(entry): entry for entry in closed}
    if len(bare) == len(closed) and _bare(word) in bare:
        return bare[_bare(word)]
    near = get_close_matches(word, closed, n=2, cutoff=CLOSE) if len(word) > 3 else []
    return near[0] if len(near) == 1 else None


def _bare(word: str) -> str:
    return re.sub(r"[\W_]+", "", word.casefold())


def repaired(cells: Mapping[str, str], fixers: Mapping[str, Fix | None]) -> tuple[dict[str, str], list[Repair]]:
    """The cells by field, each as it shall be, and what was repaired."""
    values: dict[str, str] = {}
    found: list[Repair] = []
    for field, cell in cells.items():
        fix = fixers.get(field)
        new = fix(cell) if fix and cell else cell
        if new != cell:
            found.append(Repair(field, cell, new))
        values[field] = new
    return values, found
