"""A part of a step is saved: every cell by itself, those that are refused with a sentence, the rest in sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _t

from gucang.grid import queries
from gucang.grid.cells import Cells
from gucang.grid.parcel import Edit, New, Parcel
from gucang.grid.sheet import Sheet
from gucang.kernel.actions import Row, create_many, edit_many
from gucang.kernel.actions.saving import lock_rows
from gucang.kernel.actions.values import clean_values
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid, NotVisible, Problem
from gucang.kernel.fields import BadValue
from gucang.kernel.records import RecordType


@dataclass(frozen=True)
class Refusal:
    """Why a cell keeps what it had. `row` is a record's id or a new row's key, `name` is "" for the whole row.

    `theirs` is what stands in the cell now, where somebody else wrote it meanwhile.
    """

    row: int | str
    name: str
    sentence: str
    theirs: str | None = None

    def to_json(self) -> list[Any]:
        return [self.row, self.name, self.sentence, self.theirs]


@dataclass
class Saved:
    """What came of a parcel: the rows that were written, which records new rows became, what was refused."""

    rows: list[Row] = field(default_factory=list)
    made: dict[str, int] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)

    def refuse(self, row: int | str, problem: Problem | Mapping[str, Any], names: Iterable[str]) -> None:
        """Refuse the cells that a problem is about; the whole row where it is about no cell of it."""
        for name, sentence in by_name(problem).items():
            self.refused.append(Refusal(row, name if name in names else "", sentence))


class Saving:
    """One parcel on its way into the database."""

    def __init__(self, record_type: RecordType, actor: Actor, parcel: Parcel) -> None:
        self.type, self.actor, self.parcel = record_type, actor, parcel
        self.cells = Cells(
            record_type, actor, [*(one.values for one in parcel.edits), *(one.values for one in parcel.news)]
        )
        self.known: dict[Any, Any] = {}
        self.saved = Saved()

    def go(self) -> Saved:
        """Save what can be saved. Raises Forbidden when the actor may not edit, or create, at all."""
        if self.parcel.edits:
            self._edit()
        if self.parcel.news:
            self._create()
        return self.saved

    # --- records that are there ---

    def _edit(self) -> None:
        edits = self.parcel.edits
        # Before looking whether somebody else was there: nobody comes in between then.
        lock_rows(self.type.model, sorted(one.pk for one in edits))
        found = {record.pk: record for record in self.type.query(self.actor).filter(pk__in=[one.pk for one in edits])}
        later = queries.changed_since(
            self.type, self.actor, {one.pk: one.seen for one in edits if one.pk in found}, found
        )
        rows = [row for one in edits if (row := self._row(one, found.get(one.pk), later.get(one.pk, {}))) is not None]
        for row in self._write(rows):
            # What the record itself refused was one of several cells; the others can be saved without it.
            wrong = by_name(row.problem) if row.problem else {}
            left = {name: value for name, value in row.values.items() if name not in wrong}
            pk = int(getattr(row.record, "pk", 0) or row.line)
            self.saved.refuse(pk, row.problem or {}, row.values)
            if left and "" not in wrong and set(wrong) <= set(row.values):
                again = Row(left, record=pk, line=pk)
                for failed in self._write([again]):
                    self.saved.refuse(pk, failed.problem or {}, left)
            elif left and set(wrong) & set(row.values):
                self.saved.refuse(pk, dict.fromkeys(left, next(iter(wrong.values()))), left)

    def _write(self, rows: list[Row]) -> list[Row]:
        """Save these; those that were refused."""
        if rows:
            edit_many(self.type, rows, actor=self.actor)
        self.saved.rows += [row for row in rows if row.problem is None and row.changes]
        return [row for row in rows if row.problem is not None]

    def _row(self, one: Edit, record: Any, later: Mapping[str, queries.Later]) -> Row | None:
        """The cells of one record that are in order, ready to be written; None when there are none."""
        if record is None:
            self.saved.refuse(one.pk, NotVisible(_t("This record is gone, or you may not see it any more.")), ())
            return None
        values: dict[str, Any] = {}
        for name, raw in one.values.items():
            try:
                values |= self._clean(name, raw, record)
            except Problem as problem:
                self.saved.refused.append(Refusal(one.pk, name, next(iter(by_name(problem).values()))))
                continue
            if name in later and later[name].value != queries.stored(values[name]):
                values.pop(name)
                self._clash(record, name, later[name])
        return Row(values, record=one.pk, line=one.pk) if values else None

    def _clash(self, record: Any, name: str, later: queries.Later) -> None:
        sentence = _t("%(who)s changed this meanwhile. Yours is not saved: write it again, or leave theirs.") % {
            "who": later.who
        }
        theirs = Sheet(self.type, self.actor, [name]).words(record, name)
        self.saved.refused.append(Refusal(record.pk, name, sentence, theirs))

    def _clean(self, name: str, raw: Any, record: Any) -> dict[str, Any]:
        try:
            value = self.cells.ready(name, raw)
        except BadValue as problem:
            raise Invalid({name: [problem.sentence]}) from problem
        return clean_values(self.type, {name: value}, self.actor, record, new=False, known=self.known)

    # --- new rows ---

    def _create(self) -> None:
        rows: list[tuple[New, Row]] = []
        for one in self.parcel.news:
            values, wrong = self._new_values(one)
            if wrong:
                # What else is missing is said at once, not after the next try.
                self.saved.refuse(one.key, {**self._missing(values, wrong), **wrong}, self.cells.specs)
            else:
                rows.append((one, Row(values)))
        if rows:
            create_many(self.type, [row for _one, row in rows], actor=self.actor)
        for one, row in rows:
            if row.problem is not None:
                self.saved.refuse(one.key, row.problem, self.cells.specs)
            else:
                self.saved.made[one.key] = row.record.pk
                self.saved.rows.append(row)

    def _new_values(self, one: New) -> tuple[dict[str, Any], dict[str, str]]:
        values: dict[str, Any] = {}
        wrong: dict[str, str] = {}
        for name, raw in one.values.items():
            if raw == "":
                continue  # an empty cell of a new row leaves the field at what it usually is
            try:
                value = self.cells.ready(name, raw)
                self.cells.specs[name].clean(value, self.actor, self.known)
                values[name] = value
            except BadValue as problem:
                wrong[name] = str(problem.sentence)
        return values, wrong

    def _missing(self, values: Mapping[str, Any], wrong: Mapping[str, Any]) -> dict[str, str]:
        try:
            clean_values(self.type, values, self.actor, None, new=True, known=self.known)
        except Invalid as problem:
            return {name: many[0] for name, many in problem.fields.items() if name not in wrong}
        return {}


def by_name(problem: Problem | Mapping[str, Any]) -> dict[str, str]:
    """What a problem says of each field; "" holds what it says of the whole."""
    if isinstance(problem, Mapping):
        return {name: str(sentence) for name, sentence in problem.items()}
    if isinstance(problem, Invalid):
        return {name: " ".join(many) for name, many in problem.fields.items()}
    return {getattr(problem, "field", "") or "": str(problem)}
