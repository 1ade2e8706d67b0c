"""Tables for spreadsheets: CSV that Excel and WPS open as it is meant, without a cell that they would run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

BOM = "\ufeff"
# What a spreadsheet takes for the start of a formula, in both widths.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def guarded(text: str) -> str:
    """`text` so that no spreadsheet runs it: an apostrophe in front of what would begin a formula.

    A number is left as it is, minus sign included. `unguarded` takes the apostrophe off again on the way in.
    """
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) and not _is_number(text) else text


def unguarded(text: str) -> str:
    """The reverse of `guarded`."""
    return text[1:] if text[:1] == "'" and text.lstrip("'").startswith(_FORMULA) else text


def _is_number(text: str) -> bool:
    return text[:1] in "+-" and text[1:].replace(".", "", 1).isdecimal() and text.isascii()


def lines(table: Iterable[list[str]]) -> Iterator[str]:
    """CSV text, a row at a time, with the mark by which Excel knows UTF-8."""
    yield BOM
    out = io.StringIO()
    writer = csv.writer(out)
    for row in table:
        writer.writerow(row)
        yield out.getvalue()
        out.seek(0)
        out.truncate()
