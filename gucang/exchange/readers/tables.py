"""One table in our plain form, and how CSV and JSON lines become it.

The plain form is a file of JSON lines: the column names, then `[line, cells]` for each row, where `line` is the line
of the file that the person has. A byte position in it is a place to go on from.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from django.utils.translation import gettext as _t

from gucang.exchange.readers import text
from gucang.exchange.readers.errors import BadTable

MAX_COLUMNS = 200
MAX_CELL_BYTES = 65_536
MAX_ROWS = 1_000_000
DELIMITERS = ",;\t|"
_PROBE_LINES = 40
_MARKED = "sep="


@dataclass(frozen=True)
class Table:
    """A table that was read. `file` is its plain form's path."""

    name: str
    columns: tuple[str, ...]
    rows: int
    encoding: str
    file: Path


class RawRow(NamedTuple):
    """One row: its line in the person's file, its cells, and the byte position after it."""

    line: int
    cells: list[str]
    position: int


def read_table(file: Path, position: int = 0) -> Iterator[RawRow]:
    """The rows of a plain table from a byte position that an earlier row gave (0 is the first row)."""
    with file.open("rb") as lines:
        if position:
            lines.seek(position)
        else:
            lines.readline()
        # Not `for`: iterating reads ahead, and tell() would not be the end of this row.
        while raw := lines.readline():
            line, cells = json.loads(raw)
            yield RawRow(line, cells, lines.tell())


def sample(file: Path, count: int) -> list[RawRow]:
    """The first rows of a plain table."""
    return list(islice(read_table(file), count))


class _Writer:
    """Writes a plain table and holds it to the limits."""

    def __init__(self, target: Path, name: str, encoding: str) -> None:
        self.target, self.name, self.encoding = target, name, encoding
        self.rows = 0

    def write(self, columns: list[str], rows: Iterator[tuple[int, list[str]]]) -> Table:
        if len(columns) > MAX_COLUMNS:
            raise BadTable(
                _t("“%(name)s” has %(count)s columns; %(most)s fit. Leave out what is not needed.")
                % {"name": self.name, "count": len(columns), "most": MAX_COLUMNS}
            )
        with self.target.open("w", encoding="utf-8") as out:
            out.write(json.dumps(columns, ensure_ascii=False) + "\n")
            for line, cells in rows:
                self._check(line, cells)
                out.write(json.dumps([line, cells], ensure_ascii=False) + "\n")
        return Table(self.name, tuple(columns), self.rows, self.encoding, self.target)

    def _check(self, line: int, cells: list[str]) -> None:
        self.rows += 1
        if self.rows > MAX_ROWS:
            raise BadTable(_t("“%(name)s” has more than 1,000,000 rows. Split it.") % {"name": self.name})
        for cell in cells:
            if len(cell) > MAX_CELL_BYTES // 4 and len(cell.encode()) > MAX_CELL_BYTES:
                raise BadTable(
                    _t("A cell in line %(line)s of “%(name)s” is larger than 64 KB. Shorten it, or close its quote.")
                    % {"line": line, "name": self.name}
                )


def from_csv(source: Path, name: str, target: Path) -> Table:
    """Read CSV text (comma, semicolon, tab or bar between cells) into the plain form at `target`. Raises BadTable."""
    encoding = text.encoding_of(source)
    delimiter, skipped = _delimiter(source, encoding)
    rows = _records(source, encoding, delimiter, skipped, name)
    try:
        _line, header = next(rows)
    except StopIteration:
        raise BadTable(_t("“%(name)s” is empty.") % {"name": name}) from None
    return _Writer(target, name, encoding).write(_column_names(header), rows)


def _records(source: Path, encoding: str, delimiter: str, skipped: int, name: str) -> Iterator[tuple[int, list[str]]]:
    lines = text.lines(source, encoding)
    for _ in range(skipped):
        next(lines)
    # Strict, because a quote that is never closed would otherwise swallow the rest of the file in silence.
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        before = 0
        for cells in reader:
            line, before = before + 1 + skipped, reader.line_num
            while cells and not cells[-1].strip():
                cells.pop()
            if cells:
                yield line, cells
    except csv.Error as error:
        raise BadTable(
            _t("“%(name)s” cannot be read at line %(line)s: a quote is not closed, or text follows a closing quote.")
            % {"name": name, "line": reader.line_num + skipped}
        ) from error


def _delimiter(source: Path, encoding: str) -> tuple[str, int]:
    """What stands between cells, and how many lines say only that (`sep=;`, as Excel writes)."""
    probe = []
    for line in text.lines(source, encoding):
        probe.append(line)
        if len(probe) == _PROBE_LINES:
            break
    first = probe[0].strip() if probe else ""
    if first.lower().startswith(_MARKED) and first[len(_MARKED) :] in tuple(DELIMITERS):
        return first[len(_MARKED) :], 1
    return max(DELIMITERS, key=lambda mark: _fit(probe, mark)), 0


def _fit(probe: list[str], mark: str) -> tuple[float, int]:
    """How well a mark splits the first lines: the share of rows as wide as the first, and that width."""
    try:
        widths = [len(cells) for cells in csv.reader(probe, delimiter=mark) if cells]
    except csv.Error:
        return (0.0, 0)
    if not widths or widths[0] < 2:
        return (0.0, 0)
    return (round(sum(width == widths[0] for width in widths) / len(widths), 1), widths[0])


def _column_names(header: list[str]) -> list[str]:
    """The names of columns, made unique; one without a name is called by its place."""
    found: list[str] = []
    for place, cell in enumerate(header, start=1):
        name = " ".join(cell.split())[:120] or _t("Column %(place)s") % {"place": place}
        twin, number = name, 2
        while twin in found:
            twin, number = f"{name} ({number})", number + 1
        found.append(twin)
    return found


def from_json_lines(source: Path, name: str, target: Path) -> Table:
    """Read a file with one JSON object a line into the plain form at `target`. Raises BadTable."""
    encoding = text.encoding_of(source)
    columns: dict[str, int] = {}
    for _line, found in _objects(source, encoding, name):
        for key in found:
            columns.setdefault(str(key), len(columns))
    if not columns:
        raise BadTable(_t("“%(name)s” is empty.") % {"name": name})

    def rows() -> Iterator[tuple[int, list[str]]]:
        for line, found in _objects(source, encoding, name):
            cells = [""] * len(columns)
            for key, value in found.items():
                cells[columns[str(key)]] = _cell(value)
            yield line, cells

    return _Writer(target, name, encoding).write(list(columns), rows())


def _objects(source: Path, encoding: str, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.lines(source, encoding), start=1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise BadTable(_t("Line %(line)s of “%(name)s” is not one JSON object.") % {"line": number, "name": name})
        yield number, found


def _cell(value: Any) -> str:
    if value is None:
        return ""
    cell = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    # JSON can say half a character ("\ud800"), which no file and no database can hold.
    return cell.replace("\0", "").encode("utf-8", "ignore").decode()
