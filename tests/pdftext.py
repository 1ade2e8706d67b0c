"""What stands in a PDF that typst wrote: its pages as text, read back from glyphs by each font's own table."""

from __future__ import annotations

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)\bendobj", re.DOTALL)
_PAIRS = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_RANGES = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")
_TOKEN = re.compile(rb"/(?P<font>\w+) [\d.]+ Tf|\(|(?<!<)<(?P<hex>[0-9A-Fa-f]+)>(?!>)|\b(?P<end>ET)\b")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pages(pdf: bytes) -> list[str]:
    """The text of each page, one line for each piece that was set in one go; invisible breaks are left out."""
    assert pdf.startswith(b"%PDF-"), pdf[:40]
    found = {int(number): body for number, body in _OBJECT.findall(pdf)}
    fonts: dict[int, dict[int, str]] = {}
    texts = []
    for body in found.values():
        if not re.match(rb"<</Type/Page/", body):
            continue
        resources = found[_reference(body, b"Resources")]
        named = re.search(rb"/Font<<(.*?)>>", resources, re.DOTALL)
        by_name = {}
        for name, number in re.findall(rb"/(\w+) (\d+) 0 R", named[1] if named else b""):
            if int(number) not in fonts:
                fonts[int(number)] = _table(_stream(found[_reference(found[int(number)], b"ToUnicode")]))
            by_name[name] = fonts[int(number)]
        texts.append(_text(_stream(found[_reference(body, b"Contents")]), by_name))
    return texts


def text(pdf: bytes) -> str:
    """All of it on one line, without spaces: where typst breaks a line is its own business."""
    return re.sub(r"\s", "", "".join(pages(pdf)))


def _reference(body: bytes, name: bytes) -> int:
    at = re.search(rb"/" + name + rb" (\d+) 0 R", body)
    assert at is not None, (name, body[:200])
    return int(at[1])


def _stream(body: bytes) -> bytes:
    head, _, rest = body.partition(b"stream")
    data = rest.removeprefix(b"\r").removeprefix(b"\n")
    return zlib.decompressobj().decompress(data) if b"FlateDecode" in head else data


def _table(cmap: bytes) -> dict[int, str]:
    found = {}
    for part in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        found |= {int(glyph, 16): _word(code) for glyph, code in _PAIRS.findall(part)}
    for part in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for first, last, code in _RANGES.findall(part):
            start = int(code, 16)
            found |= {glyph: chr(start + n) for n, glyph in enumerate(range(int(first, 16), int(last, 16) + 1))}
    return found


def _word(code: bytes) -> str:
    return bytes.fromhex(code.decode()).decode("utf-16-be")


def _text(content: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    table: dict[int, str] = {}
    words, at = "", 0
    while found := _TOKEN.search(content, at):
        at = found.end()
        if found["font"]:
            table = fonts[found["font"]]
        elif found["end"]:
            words += "\n"
        else:
            if found["hex"]:
                glyphs = bytes.fromhex(found["hex"].decode())
            else:
                glyphs, at = _string(content, at)
            # A glyph without a character is the box that stands for one that the font lacks.
            words += "".join(
                table.get(int.from_bytes(glyphs[n : n + 2]), "\N{REPLACEMENT CHARACTER}")
                for n in range(0, len(glyphs), 2)
            )
    return words.replace("\u200b", "")


def _string(content: bytes, at: int) -> tuple[bytes, int]:
    """The bytes of a string whose bracket was opened just before `at`, and where it ends. Pairs of brackets belong."""
    found, depth = bytearray(), 1
    while True:
        one = content[at : at + 1]
        if one == b"\\":
            escape = _ESCAPE.match(content, at)
            assert escape is not None
            found += bytes([int(escape[1], 8) & 255]) if escape[1][:1].isdigit() else _LETTERS.get(escape[1], escape[1])
            at = escape.end()
            continue
        depth += (one == b"(") - (one == b")")
        at += 1
        if not depth:
            return bytes(found), at
        found += one
