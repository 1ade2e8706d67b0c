"""What an import will do: one or more steps, each from one table to one record type."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _t

from gucang.exchange import mapping, repairs, store
from gucang.exchange.models import Import
from gucang.exchange.readers import RawRow
from gucang.exchange.repairs import Fix, Repair
from gucang.kernel import clock, records
from gucang.kernel.actors import Actor, as_actor, system
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import BadValue, FieldSpec
from gucang.kernel.records import RecordType
from gucang.surface.sheets import unguarded


@dataclass
class Draft:
    """One row on its way to a record. With a `refusal` it goes no further; `for_nobody` it gets no owner."""

    line: int
    values: dict[str, Any]
    key: str = ""
    at: datetime | None = None
    repairs: list[Repair] = field(default_factory=list)
    refusal: str = ""
    refused_field: str = ""
    raw: list[str] = field(default_factory=list)
    digest: str = ""
    for_nobody: bool = False

    def blame(self, problem: Invalid) -> tuple[str, str]:
        """The (field, sentence) of a refusal where one part of the draft is to blame; "" where all of it is."""
        return "", ""


@dataclass(frozen=True)
class Step:
    """One table on its way to one record type.

    `convert(work, row)` gives the draft of a row, or None for a row that this step has nothing to do with. `prepare`
    runs once before the first row and must stand being run again. `gather(work, rows)` takes its place where several
    rows are one record. `match` is a field that finds a record again, where
    rows carry no number of the old system. `only_edits` is for a second look at the same table; it counts no rows.
    """

    table: str
    record_type: str
    convert: Callable[[Work, RawRow], Draft | None]
    prepare: Callable[[Work], None] | None = None
    match: str = ""
    only_edits: bool = False
    gather: Callable[[Work, Sequence[RawRow]], list[Draft]] | None = None


@dataclass(frozen=True)
class Plan:
    """The steps of an import in order. `source` keeps the row numbers of different old systems apart."""

    source: str
    steps: tuple[Step, ...]


class Work:
    """What the steps share: the import, who it is done for, its tables, and a memory for the length of one run."""

    def __init__(self, record: Import, actor: Actor) -> None:
        self.record, self.actor = record, actor
        self.memory: dict[Any, Any] = {}

    @property
    def step_type(self) -> RecordType:
        """The record type of a plain import."""
        return records.get(self.record.record_type)

    def table(self, name: str) -> dict[str, Any]:
        """What is known of a table: name, columns, rows, file. Raises LookupError."""
        for table in self.record.tables:
            if table["name"] == name:
                return dict(table)
        raise LookupError(name)

    def path(self, name: str) -> Any:
        """Where the plain form of a table lies."""
        return store.path_of(self.record.file) / self.table(name)["file"]

    def cells(self, name: str, row: RawRow) -> dict[str, str]:
        """The cells of a row by column, missing ones empty."""
        columns = self.table_columns(name)
        cells = dict.fromkeys(columns, "")
        cells.update(zip(columns, row.cells, strict=False))
        return cells

    def table_columns(self, name: str) -> list[str]:
        key = ("columns", name)
        if key not in self.memory:
            self.memory[key] = list(self.table(name)["columns"])
        return list(self.memory[key])

    def remember(self, key: Any, make: Callable[[], Any]) -> Any:
        """What `make()` gave the first time in this run."""
        if key not in self.memory:
            self.memory[key] = make()
        return self.memory[key]


def maker(record: Import) -> Actor:
    """Whoever brought the file in, with the rights of now. The program where no member did."""
    return system() if record.owner is None else as_actor(record.owner)


def plan_of(record: Import) -> Plan:
    """The plan of an import: its ready map's, or the one step of its mapping."""
    if record.map:
        from gucang.exchange import maps

        return maps.get(record.map).plan(record)
    table = record.tables[0]["name"]
    from gucang.exchange.engine import grouping  # which makes drafts of this module

    if grouping.gathers(record):
        step = Step(table, record.record_type, _convert_mapped, match=record.match, gather=grouping.gather)
        return Plan(record.record_type, (step,))
    return Plan(record.record_type, (Step(table, record.record_type, _convert_mapped, match=record.match),))


@dataclass(frozen=True)
class _Mapped:
    """A mapping made ready for many rows."""

    places: tuple[tuple[int, str], ...]
    width: int
    fixers: Mapping[str, Fix | None]
    special: Mapping[str, int]


def _mapped(work: Work) -> _Mapped:
    columns = work.record.tables[0]["columns"]
    places = [(columns.index(column), target) for column, target in work.record.mapping.items()]
    specs = mapping.targets(work.step_type, system())
    return _Mapped(
        tuple((place, target) for place, target in places if target in specs),
        len(columns),
        {name: repairs.fixer(spec) for name, spec in specs.items()},
        {target: place for place, target in places if target in mapping.EXTRA_TARGETS},
    )


def _convert_mapped(work: Work, row: RawRow) -> Draft:
    known: _Mapped = work.remember("mapped", lambda: _mapped(work))
    cells = row.cells
    draft = Draft(row.line, {}, raw=cells)
    if len(cells) > known.width:
        draft.refusal = _t("This row has %(count)s cells, the header has %(width)s. Look for a stray separator.") % {
            "count": len(cells),
            "width": known.width,
        }
        return draft
    by_field = {target: unguarded(cells[place]) if place < len(cells) else "" for place, target in known.places}
    draft.values, draft.repairs = repairs.repaired(by_field, known.fixers)
    for target, place in known.special.items():
        cell = cells[place].strip() if place < len(cells) else ""
        if target == mapping.OLD_NUMBER:
            draft.key = cell[:120]
        elif cell:
            draft.at = made_at(draft, cell)
    if work.record.into_pool:
        pool(draft, pooled="pooled_at" in work.step_type.specs)
    return draft


def pool(draft: Draft, *, pooled: bool = True) -> None:
    """Let a record come without owner: a customer into the pool, what is not `pooled` for whoever takes it."""
    if not draft.values.get("owner"):
        draft.values.pop("owner", None)
        draft.for_nobody = True
        if pooled:
            draft.values["pooled_at"] = draft.at or clock.now()


_MOMENT = FieldSpec(name=mapping.MADE_AT, kind="moment", label=mapping.EXTRA_TARGETS[mapping.MADE_AT])


def made_at(draft: Draft, cell: str) -> datetime | None:
    """When a record was made, from a cell; what is no moment, or lies ahead, refuses the draft."""
    try:
        moment: datetime = _MOMENT.clean(cell, system())
    except BadValue as problem:
        draft.refusal, draft.refused_field = str(problem.sentence), mapping.MADE_AT
        return None
    if moment > clock.now():
        draft.refused_field = mapping.MADE_AT
        draft.refusal = _t("“%(cell)s” lies ahead; nothing can have been made then.") % {"cell": cell[:40]}
        return None
    return moment
