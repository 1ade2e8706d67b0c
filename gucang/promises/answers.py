"""一问即答: what somebody on the telephone may tell a customer. Modules above add what they know about one.

    answers.give("deliveries", deliveries, order=20)

`deliveries(actor, customer)` returns a Section, or None to leave it out. It shows nothing that the actor may not see,
asks one query or none, and its `say` may be read to the customer: no cost, and nobody's reasons.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from gucang.kernel.actors import Actor
from gucang.parties.models import Customer


@dataclass(frozen=True)
class Item:
    """One thing that is open: what, who holds it since when, until when, and the sentence that may be read out.

    `path` leads to it, below the company's address; `more` are further (label, path) beside it. `tone` is "bad" for
    late, "warn" for soon, else "".
    """

    what: str
    holder: str = ""
    since: datetime | None = None
    until: datetime | date | None = None
    say: str = ""
    path: str = ""
    tone: str = ""
    more: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Section:
    """What is open of one kind. `nothing` is said where nothing is; `more` says that there is more than is listed."""

    label: str
    icon: str
    items: list[Item] = field(default_factory=list)
    nothing: str = ""
    more: bool = False
    path: str = ""


READ_OUT = 3  # so many sentences are read out at most
Source = Callable[[Actor, Customer], Section | None]


@dataclass(frozen=True)
class _Given:
    source: Source
    order: int


_given: dict[str, _Given] = {}


def give(key: str, source: Source, *, order: int = 50) -> None:
    """Add a section to the answer card; the lowest `order` stands first. The last to give a key decides."""
    _given[key] = _Given(source, order)


def sections(actor: Actor, customer: Customer) -> list[Section]:
    """Everything that this actor may tell the customer, in order."""
    return [section for _key, section in keyed(actor, customer)]


def keyed(actor: Actor, customer: Customer) -> list[tuple[str, Section]]:
    """The same, each with the key under which it was given."""
    every = sorted(_given.items(), key=lambda one: one[1].order)
    return [(key, found) for key, one in every if (found := one.source(actor, customer)) is not None]


def sentences(found: list[Section]) -> list[str]:
    """What may be read out, in the order of the card."""
    return [item.say for section in found for item in section.items if item.say]


def count(found: list[Section]) -> int:
    """How much is open."""
    return sum(len(section.items) for section in found)
