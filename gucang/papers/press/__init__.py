"""From a sheet to a PDF: set by typst in a process of its own, with bounds on time, memory and length."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog
from django.utils.translation import gettext as _t
from PIL import Image

from gucang.kernel.errors import Refused
from gucang.papers.sheet import Cell, Sheet

log = structlog.get_logger(__name__)
CHILD = Path(__file__).with_name("child.py")
SECONDS = 20
# 500 lines, the most that a document has, take 0.3 s; whatever is far beyond that is a table, not a paper.
MOST_ROWS = 2_000
MOST_LETTERS = 1_000_000
# At most so many millimetres wide and high.
LOGO = (42, 15)
# Words without a space are broken after so many letters, or they would run over the edge.
LONGEST = 28
_LONG = re.compile(rf"([!-~]{{{LONGEST}}})(?=[!-~])")


def print_sheet(sheet: Sheet) -> bytes:
    """The sheet as a PDF. Raises Refused for one that is too long, or that could not be set in time."""
    if len(sheet.rows) > MOST_ROWS:
        raise Refused(_t("A paper has up to %(most)s rows. Export the list as a file instead.") % {"most": MOST_ROWS})
    content = json.dumps(breakable(sheet.as_json() | {"rows": _rows(sheet)}), ensure_ascii=False)
    if len(content) > MOST_LETTERS:
        raise Refused(_t("This is too much text for a paper. Attach it as a file instead."))
    try:
        done = subprocess.run(  # noqa: S603  our own program; what it sets comes in by a pipe
            [sys.executable, str(CHILD), "system" if needs_more(content) else "own"],
            input=_with_logo(content, sheet.sender.logo).encode("utf-8", "replace"),
            capture_output=True, timeout=SECONDS, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError) as error:
        words = getattr(error, "stderr", None) or b""
        log.warning("a paper could not be set", reason=(words.decode("utf-8", "replace") or str(error))[-500:])
        raise Refused(_t("The PDF could not be made. Try again; if it happens again, tell an administrator.")) from None
    return done.stdout


def _with_logo(content: str, picture: bytes) -> str:
    """The sheet with its logo as numbers, and the millimetres that it takes."""
    if not picture:
        return content
    with Image.open(io.BytesIO(picture)) as found:
        scale = min(LOGO[0] / found.width, LOGO[1] / found.height)
        size = [round(found.width * scale, 2), round(found.height * scale, 2)]
    return content[:-1] + f', "logo": {json.dumps({"bytes": list(picture), "size": size})}}}'


def _rows(sheet: Sheet) -> list[list[dict[str, Any]]]:
    """The rows with every cell of one shape."""
    return [
        [
            {"main": cell.main, "below": list(cell.below)} if isinstance(cell, Cell) else {"main": cell, "below": []}
            for cell in row
        ]
        for row in sheet.rows
    ]


def breakable(value: Any) -> Any:
    """All texts in `value` with places to break in words that are longer than a line of a cell."""
    if isinstance(value, str):
        return _LONG.sub("\\1\u200b", value)
    if isinstance(value, Mapping):
        return {name: breakable(one) for name, one in value.items()}
    return [breakable(one) for one in value] if isinstance(value, list | tuple) else value


def needs_more(text: str) -> bool:
    """Whether there are characters that our own fonts lack, so that those of the system are asked too."""
    return any(char > "\u024f" and not _in_gbk(char) for char in set(text))


def _in_gbk(char: str) -> bool:
    try:
        char.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True
