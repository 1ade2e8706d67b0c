"""XML as a stream, without entities: a file can neither grow in memory nor name other files."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from gucang.processes.mining.errors import BadLog, BadModel, MiningError
from gucang.processes.mining.errors import marked as _

CHUNK = 1 << 18
# What a packed file may grow to. Real logs of this size have some hundred million events.
MOST_BYTES = 64 << 30

Opened = Path | IO[bytes]


class _Source:
    """Bytes of a file, unpacked where it begins like gzip."""

    def __init__(self, file: IO[bytes], packed: bool) -> None:
        self._file = gzip.GzipFile(fileobj=file) if packed else file
        self._left = MOST_BYTES

    def read(self) -> bytes:
        """The next chunk; empty at the end. Raises BadLog for a packed file that is cut off or broken."""
        try:
            found = self._file.read(CHUNK)
        except EOFError:
            raise BadLog(_("The packed file ends in the middle: it was cut off. Fetch it again.")) from None
        except (gzip.BadGzipFile, zlib.error):
            raise BadLog(_("The packed file is damaged. Fetch it again.")) from None
        self._left -= len(found)
        if self._left < 0:
            raise BadLog(_("Unpacked, the file is larger than 64 GB. Split it."))
        return found


def chunks(source: Opened) -> Iterator[bytes]:
    """The bytes of a file, unpacked. Raises BadLog as `_Source.read` does."""
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield from chunks(file)
        return
    head = source.read(2)
    source.seek(-len(head), 1)
    reader = _Source(source, head == b"\x1f\x8b")
    while found := reader.read():
        yield found


Start = Callable[[str, list[str]], Any]
End = Callable[[str], Any]
Text = Callable[[str], Any]


def parsing(source: Opened, start: Start, end: End, text: Text | None = None) -> Iterator[None]:
    """Parse bit by bit, a turn of the iterator for each chunk.

    `start` gets the name as written and [key, value, key, value, …]. Raises BadLog naming the line.
    """
    parser = expat.ParserCreate()
    parser.ordered_attributes = True
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = _refused
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        for chunk in chunks(source):
            parser.Parse(chunk, False)
            yield
        parser.Parse(b"", True)
    except expat.ExpatError as problem:
        raise BadLog(
            _("The XML cannot be read in line %(line)s: %(why)s."),
            {"line": problem.lineno, "why": expat.ErrorString(problem.code)},
        ) from None
    except UnicodeDecodeError:
        raise BadLog(_("The file says one character set and uses another.")) from None
    yield


def _refused(*_about: Any) -> None:
    raise BadLog(_("The file declares a document type or entities. Save it without; they are not read, for safety."))


def element(source: Opened) -> Element:
    """A small document as a tree, names without their namespace. Raises BadModel."""
    builder = TreeBuilder()

    def start(name: str, pairs: list[str]) -> None:
        builder.start(local(name), {local(key): pairs[at + 1] for at, key in enumerate(pairs) if at % 2 == 0})

    try:
        for _turn in parsing(source, start, lambda name: builder.end(local(name)), builder.data):
            pass
        return builder.close()
    except AssertionError:
        raise BadModel(_("The file is empty.")) from None
    except MiningError as problem:
        raise BadModel(problem.sentence, problem.parts) from None


def local(name: str) -> str:
    """A name without its prefix."""
    return name.rpartition(":")[2]
