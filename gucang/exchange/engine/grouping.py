"""Documents with lines from a flat file: a row for each line, with what the document says beside it, as spreadsheets
have it. Rows with the same number are one document.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _t

from gucang.exchange import mapping, repairs
from gucang.exchange.engine.plan import Draft, Work, made_at
from gucang.exchange.engine.references import find_all, why_not_one, word_of
from gucang.exchange.readers import RawRow, read_table
from gucang.exchange.repairs import Fix
from gucang.kernel import lines, records
from gucang.kernel.errors import Invalid
from gucang.surface.sheets import unguarded


@dataclass
class Document(Draft):
    """Rows on their way to one document; `places` are the lines of the file that its lines stand in."""

    places: list[int] = field(default_factory=list)
    raws: list[list[str]] = field(default_factory=list)

    def blame(self, problem: Invalid) -> tuple[str, str]:
        """The (field, sentence) of a refusal; what is wrong with one line is told of the line of the file."""
        for name, sentences in problem.fields.items():
            _lines, _dot, rest = name.partition(f"{lines.NAME}.")
            place, _dot, part = rest.partition(".")
            if not place.isdigit() or int(place) >= len(self.places):
                continue
            self.line, self.raw = self.places[int(place)], self.raws[int(place)]
            head = lines.numbered(int(place), "")
            said = " ".join(str(one).removeprefix(head) for one in sentences)
            return mapping.LINE + part, said
        return "", ""


@dataclass(frozen=True)
class _Head:
    """A mapping of columns made ready: where the number is, what the document says, what its lines say."""

    number: int
    places: tuple[tuple[int, str], ...]
    parts: tuple[tuple[int, str], ...]
    made: int | None
    width: int
    fixers: Mapping[str, Fix | None]


def gathers(record: Any) -> bool:
    """Whether an import reads lines of documents row by row."""
    return any(field.startswith(mapping.LINE) for field in record.mapping.values())


def _head(work: Work) -> _Head:
    record, specs = work.record, mapping.with_lines(work.step_type, mapping.targets(work.step_type, work.actor))
    columns = list(record.tables[0]["columns"])
    by_field = {target: columns.index(column) for column, target in record.mapping.items()}
    number = mapping.number_of(work.step_type, by_field)
    head = [(place, name) for name, place in by_field.items() if name in specs and not name.startswith(mapping.LINE)]
    parts = [(place, name) for name, place in by_field.items() if name in specs and name.startswith(mapping.LINE)]
    return _Head(
        by_field[number], tuple(head), tuple(parts), by_field.get(mapping.MADE_AT), len(columns),
        {name: repairs.fixer(spec) for name, spec in specs.items()},
    )  # fmt: skip


def key_of(work: Work, row: RawRow) -> str:
    """The number of the document that a row belongs to; "" where it has none."""
    return _cell(row, _ready(work).number)


def _ready(work: Work) -> _Head:
    found: _Head = work.remember("head", lambda: _head(work))
    return found


def whole(work: Work, rows: Iterator[RawRow], size: int) -> list[RawRow]:
    """About `size` rows, and on to the end of the document in which they end: none comes in by halves."""
    found: list[RawRow] = []
    for row in rows:
        if len(found) >= size and key_of(work, row) != key_of(work, found[-1]):
            break
        found.append(row)
        if len(found) >= size + 2 * lines.MOST:
            break  # one that has so many rows is refused, all of it
    return found


def gather(work: Work, rows: Sequence[RawRow]) -> list[Draft]:
    """The documents in these rows, in their order; those that are not whole are refused."""
    unfit = work.remember("unfit", lambda: _unfit(work))
    found: list[Draft] = []
    for number, some in groupby(rows, key=lambda row: key_of(work, row)):
        if not number:
            found += [_refused(row, _t("Write the number of the document this line belongs to.")) for row in some]
        elif number in unfit:
            found += [_refused(row, unfit[number]) for row in some]
        else:
            found.append(_document(_ready(work), number, list(some)))
    return found


def resolve(work: Work, drafts: Iterable[Draft]) -> None:
    """Put records where lines have names, as in the document itself: never by id, a number is one of the old system."""
    declared = work.step_type.lines
    for name, spec in declared.specs.items() if declared is not None else ():
        if spec.target is None:
            continue
        documents = [draft for draft in drafts if isinstance(draft, Document) and not draft.refusal]
        rows = [(draft, place, row) for draft in documents for place, row in enumerate(draft.values[lines.NAME])]
        found = find_all(
            records.by_model(spec.target), {word_of(row[name]) for *_of, row in rows if name in row}, work.actor
        )
        for draft, place, row in rows:
            several = found.get(word_of(row.get(name, "")), [])
            if len(several) == 1:
                row[name] = several[0]
            elif name in row and not draft.refusal:
                draft.line, draft.raw = draft.places[place], draft.raws[place]
                draft.refused_field = mapping.LINE + name
                draft.refusal = why_not_one(spec.target, row[name], several)


def _unfit(work: Work) -> dict[str, str]:
    """{number: sentence} of documents that cannot come in as they stand: rows apart from one another, or too many."""
    seen: dict[str, int] = {}
    found: dict[str, str] = {}
    last = ""
    for row in read_table(work.path(work.record.tables[0]["name"])):
        number = key_of(work, row)
        if number != last and number in seen:
            sentence = _t("The rows of %(number)s do not follow each other. Sort the file by this number.")
            found[number] = sentence % {"number": number[:60]}
        seen[number] = seen.get(number, 0) + 1
        last = number
        if seen[number] > lines.MOST:
            found[number] = _t("At most %(most)s lines fit into one document.") % {"most": lines.MOST}
    return found


def _refused(row: RawRow, sentence: str) -> Document:
    draft = Document(row.line, {}, raw=row.cells)
    draft.refusal = sentence
    return draft


def _document(head: _Head, number: str, rows: list[RawRow]) -> Document:
    draft = Document(rows[0].line, {}, key=number[:120], raw=rows[0].cells)
    draft.places, draft.raws = [row.line for row in rows], [row.cells for row in rows]
    said: dict[str, str] = {}
    found: list[dict[str, str]] = []
    for row in rows:
        if len(row.cells) > head.width:
            sentence = _t("This row has %(count)s cells, the header has %(width)s. Look for a stray separator.")
            return _blamed(draft, row, sentence % {"count": len(row.cells), "width": head.width})
        for place, name in head.places:
            cell = unguarded(_cell(row, place))
            if cell and said.setdefault(name, cell) != cell:
                draft.refused_field = name
                sentence = _t("%(number)s says “%(one)s” and “%(other)s” here. One document has one of each.")
                return _blamed(draft, row, sentence % {"number": number, "one": said[name][:40], "other": cell[:40]})
        found.append(_line(head, row, draft))
    values, told = repairs.repaired(said, head.fixers)
    draft.values, draft.repairs = {**values, lines.NAME: found}, [*told, *draft.repairs]
    if head.made is not None and (cell := next((one for row in rows if (one := _cell(row, head.made))), "")):
        draft.at = made_at(draft, cell)
    return draft


def _line(head: _Head, row: RawRow, draft: Document) -> dict[str, str]:
    cells = {name: unguarded(_cell(row, place)) for place, name in head.parts}
    values, told = repairs.repaired(cells, head.fixers)
    draft.repairs += told
    return {name.removeprefix(mapping.LINE): value for name, value in values.items() if value}


def _blamed(draft: Document, row: RawRow, sentence: str) -> Document:
    draft.line, draft.raw, draft.refusal = row.line, row.cells, sentence
    return draft


def _cell(row: RawRow, place: int) -> str:
    return row.cells[place].strip() if place < len(row.cells) else ""
