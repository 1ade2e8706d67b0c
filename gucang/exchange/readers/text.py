"""Text from bytes: which encoding a file is in, and its lines, one at a time."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _t

from gucang.exchange.readers.errors import BadTable

CHUNK = 1 << 20
MAX_LINE = 4 << 20
SAMPLE = 1 << 20
# Of the letters beyond ASCII, this share must be common ones before bytes are believed to be Chinese.
COMMON_SHARE = 0.7
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def encoding_of(path: Path) -> str:
    """The encoding of a text file: by its mark, else UTF-8, else GB18030. Raises BadTable.

    GB18030 accepts nearly any bytes, Big5 among them, so its text is believed only when most letters are common ones.
    """
    with path.open("rb") as file:
        start = file.read(4)
    for mark, name in _BOMS:
        if start.startswith(mark):
            _must(path, name)
            return name
    if _decodes(path, "utf-8"):
        return "utf-8"
    if _decodes(path, "gb18030") and _looks_chinese(path):
        return "gb18030"
    raise BadTable(
        _t("The file is neither UTF-8 nor GB18030 text. In Excel or WPS, save it as “CSV UTF-8” and upload that.")
    )


def _must(path: Path, encoding: str) -> None:
    if not _decodes(path, encoding):
        raise BadTable(
            _t("The file says it is %(encoding)s, but is damaged. Save it once more.") % {"encoding": encoding}
        )


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _looks_chinese(path: Path) -> bool:
    with path.open("rb") as file:
        text = file.read(SAMPLE).decode("gb18030", errors="ignore")
    letters = [char for char in text if not char.isascii()]
    common = sum(_is_common(char) for char in letters)
    return common >= COMMON_SHARE * len(letters)


def _is_common(char: str) -> bool:
    """Whether a character is among the 3,755 of everyday use (GB 2312, first level) or Chinese punctuation."""
    try:
        first = char.encode("gb2312")[0]
    except UnicodeEncodeError:
        return False
    return first in (0xA1, 0xA3) or 0xB0 <= first <= 0xD7


def lines(path: Path, encoding: str) -> Iterator[str]:
    """The lines of a file with their ends, NUL characters left out. Raises BadTable for a line above 4 MB."""
    with path.open("r", encoding=encoding, newline="") as file:
        number = 0
        while line := file.readline(MAX_LINE):
            number += 1
            if len(line) >= MAX_LINE:
                raise BadTable(
                    _t("Line %(line)s is longer than 4 MB. This is not a table; check how it was saved.")
                    % {"line": number}
                )
            yield line.replace("\0", "") if "\0" in line else line
