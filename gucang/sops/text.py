"""Work instructions as people write them, shown as safe text: paragraphs, lists, links, and pictures of the process.

A line that begins with "- " is a point of a list, http(s) addresses become links, and "![words](12)" is the picture
with the number 12 among the files of the process.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from markupsafe import Markup, escape

_PIECE = re.compile(r"!\[([^\]\n]{0,120})\]\((\d{1,18})\)|(https?://[^\s<>\"'”“。,;、（）()]+)")


def shown(text: str, base: str, pictures: Collection[int] = ()) -> Markup:
    """The instruction as HTML. A picture that is none of `pictures` stays as it was written."""
    known = set(pictures)
    parts = [_block(block, base, known) for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]
    return Markup("\n").join(parts)


def pictures_in(text: str) -> set[int]:
    """The numbers of the pictures that an instruction names."""
    return {int(found[2]) for found in _PIECE.finditer(text) if found[2]}


def _block(block: str, base: str, pictures: set[int]) -> Markup:
    lines = block.split("\n")
    if all(line.lstrip().startswith("- ") for line in lines):
        points = [Markup("<li>{}</li>").format(_line(line.lstrip()[2:], base, pictures)) for line in lines]
        return Markup("<ul>{}</ul>").format(Markup().join(points))
    return Markup("<p>{}</p>").format(Markup("<br>").join(_line(line, base, pictures) for line in lines))


def _line(line: str, base: str, pictures: set[int]) -> Markup:
    found, here = Markup(), 0
    for piece in _PIECE.finditer(line):
        found += escape(line[here : piece.start()]) + _piece(piece, base, pictures)
        here = piece.end()
    return found + escape(line[here:])


def _piece(piece: re.Match[str], base: str, pictures: set[int]) -> Markup:
    words, number, url = piece[1], piece[2], piece[3]
    if url:
        return Markup('<a class="link" href="{}" rel="noopener noreferrer" target="_blank">{}</a>').format(url, url)
    if int(number) not in pictures:
        return escape(piece[0])
    return Markup('<a href="{0}/files/{1}?show=1"><img src="{0}/files/{1}/small" alt="{2}" loading="lazy"></a>').format(
        base, number, words
    )
