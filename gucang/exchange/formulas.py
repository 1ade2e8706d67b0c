"""Cells that a spreadsheet must not run."""

from __future__ import annotations

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
