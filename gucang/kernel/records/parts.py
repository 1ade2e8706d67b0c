"""What the declaration of a record type is put together from. Names only; the system check looks whether they exist."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db.models import Q

from gucang.kernel.actors import Actor
from gucang.kernel.fields import ShowIf
from gucang.kernel.lines import Lines


class Layout:
    """A form: sections of a title and field names. `first` are the few that a phone shows before "more".

    `Layout((_("Deal"), "name", "customer"), (_("People"), "owner"), first=("name", "customer"))`; `unseen` are fields
    that a page of their own and the API fill in, but which no form shows. `shown_if` names, for a field that is of use
    only then, another one and the values that it must hold: {"target": ("kind", "reference")}; a script hides it else.
    `lines` are rows that the record owns; they are filled in below the sections.
    """

    def __init__(
        self,
        *sections: tuple[Any, ...],
        first: tuple[str, ...] = (),
        unseen: tuple[str, ...] = (),
        shown_if: Mapping[str, tuple[str, ...]] | None = None,
        lines: Lines | None = None,
    ) -> None:
        self.lines = lines
        self.shown_if = {name: ShowIf(rest[0], tuple(rest[1:])) for name, rest in (shown_if or {}).items()}
        self.sections = tuple((section[0], tuple(section[1:])) for section in sections)
        self.unseen = unseen
        self.first = first or self.fields[:3]

    @property
    def shown(self) -> tuple[str, ...]:
        return tuple(name for _title, names in self.sections for name in names)

    @property
    def fields(self) -> tuple[str, ...]:
        return self.shown + self.unseen


@dataclass(frozen=True)
class Related:
    """A panel of records that refer to this one: the record type, through which of its fields, which columns."""

    record: str
    field: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Uncounted:
    """Records whose amounts no sum contains, and `words` for it where some were left out: "without …"."""

    where: Q
    words: Any


@dataclass(frozen=True)
class Board:
    """A kanban: the column field, which action a drop into a column calls, which amount is summed.

    `lanes(actor, filters)` gives the columns as (value, label, tone) in order; `drop(value)` names the action and the
    parameters for a drop into the column of `value`. `switch` is the reference field that chooses between rows of
    columns (a pipeline). `age(record)` answers for how many days it has stood there and whether that is too long; None
    where time does not matter any more. `totals(actor, filters)` gives {lane: (count, {currency: amount})} where they
    are kept; else the lanes are counted and added up.
    """

    by: str
    lanes: Callable[[Actor, Mapping[str, Any]], list[tuple[Any, str, str]]]
    drop: Callable[[Any, Any], tuple[str, dict[str, Any]]]
    total: str = ""
    card: tuple[str, ...] = ()
    totals: Callable[[Actor, Mapping[str, Any]], dict[Any, tuple[int, Mapping[str, Any]]]] | None = None
    only: Q = field(default_factory=Q)
    switch: str = ""
    age: Callable[[Any], tuple[int, bool] | None] | None = None


@dataclass(frozen=True)
class Calendar:
    """What of a record stands in the calendar, and what moving it there means.

    `on` is the field of the day, `at` that of the moment; with both, `on` is the day of `at` and is filled whenever
    `at` is. `until` is the field of the last day, of what lasts several. `title` are the fields that name the entry,
    `about` is the reference field that it concerns (an entry about any record says that by itself). `move` is the verb
    of a move: "edit" writes `on` and `at`, any other verb gets the new day as its parameter `to`; "" for what has
    happened. `only` leaves rows out. `offered`: an empty day offers to make one. `tone` is the colour of the kind, one
    of TONES. What is late or done, `surface.columns.due` says.
    """

    TONES: ClassVar[tuple[str, ...]] = ("ac", "ok", "warn", "mute")

    title: tuple[str, ...]
    on: str = ""
    at: str = ""
    until: str = ""
    about: str = ""
    move: str = ""
    only: Q = field(default_factory=Q)
    offered: bool = False
    tone: str = "ac"

    @property
    def by(self) -> str:
        """The field that rows are found and sorted by."""
        return self.on or self.at

    @property
    def written(self) -> tuple[str, ...]:
        """The fields that tell when; a move by "edit" writes them."""
        return tuple(name for name in (self.on, self.at) if name)


@dataclass(frozen=True)
class Exchange:
    """Import and export. `key` finds the record again on a second import.

    `also` are fields that no form offers but a file has, and an import of history may fill, such as the stage of a
    closed deal.
    `unowned`: rows may come for nobody, where else they would be whose import it is.
    """

    key: str = "number"
    also: tuple[str, ...] = ()
    unowned: bool = False
