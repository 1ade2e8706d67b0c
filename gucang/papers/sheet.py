"""What stands on a paper, in words: everything is decided and worded before it is set. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Pairs = Sequence[tuple[str, str]]
# "index" is the number of a row, "main" takes the room that is left.
Kind = Literal["index", "main", "text", "number"]


@dataclass(frozen=True)
class Column:
    """A column of the table; `kind` says how wide it is and on which side its words stand."""

    label: str
    kind: Kind = "text"


@dataclass(frozen=True)
class Cell:
    """What a cell says, with smaller lines below."""

    main: str
    below: Sequence[str] = ()


@dataclass(frozen=True)
class Party:
    """Who a paper is from, or for; `logo` is a PNG that stands before the name."""

    name: str
    lines: Sequence[str] = ()
    label: str = ""
    logo: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Trail:
    """Who agreed to it inside the house: the heads of the columns, and a row of words for each decision."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Sheet:
    """A paper. `language` is "zh-hans" or "en"; `mark` stands large behind everything ("draft"), "" for nothing.

    Of `sums`, (label, value), the last one counts most. `spoken` is the total in words. `notes` are (title, long text).
    `signatures` are the titles of places to sign.
    """

    language: str
    title: str
    number: str
    sender: Party
    receiver: Party | None = None
    version: str = ""
    mark: str = ""
    facts: Pairs = ()
    columns: Sequence[Column] = ()
    rows: Sequence[Sequence[str | Cell]] = ()
    sums: Pairs = ()
    spoken: tuple[str, str] | None = None
    notes: Pairs = ()
    bank: Pairs = ()
    bank_title: str = ""
    signatures: Sequence[str] = ()
    signed: Sequence[str] = ()
    trail: Trail | None = None
    page: str = "{page} / {pages}"
    made: str = ""
    names: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """As the press takes it, without the logo."""
        found = asdict(self)
        for party in (found["sender"], found["receiver"]):
            if party is not None:
                del party["logo"]
        return found
