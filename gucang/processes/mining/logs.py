"""Event logs with cases, as XES has them: nothing of a file is lost, and what mining needs is quick to reach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from gucang.processes.mining.errors import BadLog
from gucang.processes.mining.errors import marked as _

# [kind, key, value] or [kind, key, value, attributes below it]: kind as in XES, value as it was written.
Attribute = list[Any]

NAME, TIME, RESOURCE, GROUP = "concept:name", "time:timestamp", "org:resource", "org:group"
LIFECYCLE = "lifecycle:transition"


def value_of(attributes: Iterable[Attribute], key: str) -> str | None:
    """The text under a key, or None."""
    for one in attributes:
        if one[1] == key:
            found: str | None = one[2]
            return found
    return None


@dataclass
class Header:
    """What stands in a log before its cases.

    `about` are the attributes of the log's own tag; `extensions` and `classifiers` those of their tags; `globals` pairs
    a scope with attributes.
    """

    about: dict[str, str] = field(default_factory=dict)
    extensions: list[dict[str, str]] = field(default_factory=list)
    globals: list[tuple[str, list[Attribute]]] = field(default_factory=list)
    classifiers: list[dict[str, str]] = field(default_factory=list)
    attributes: list[Attribute] = field(default_factory=list)


@dataclass
class Trace:
    """A case: its own attributes, and those of each of its events. A loose one holds an event that has no case."""

    attributes: list[Attribute] = field(default_factory=list)
    events: list[list[Attribute]] = field(default_factory=list)
    loose: bool = False

    @property
    def name(self) -> str:
        """What the case is called; empty without a name."""
        return value_of(self.attributes, NAME) or ""


@dataclass(frozen=True)
class Classifier:
    """Which attributes make the name of an activity; `only` keeps events with these values and leaves out others."""

    keys: tuple[str, ...] = (NAME,)
    only: tuple[tuple[str, str], ...] = ()

    def of(self, event: list[Attribute]) -> str | None:
        """The activity of an event; None where it is left out or has none of the attributes."""
        held = {one[1]: one[2] for one in event}
        if any(held.get(key) != value for key, value in self.only):
            return None
        found = [held[key] for key in self.keys if key in held]
        return "+".join(found) if found else None

    def variant(self, trace: Trace) -> tuple[str, ...]:
        """The activities of a case in the order of the file."""
        return tuple(name for event in trace.events if (name := self.of(event)) is not None)


def moment(text: str) -> datetime:
    """A time as XES and OCEL write it; without a zone where none is written. Raises ValueError."""
    # Some tools write more than microseconds.
    return datetime.fromisoformat(text.strip())


@dataclass
class Checked:
    """Passes cases through and refuses what cannot be told in time: no name, no time, times with and without a zone."""

    where: str = ""
    _zoned: bool | None = None
    _seen: set[str] = field(default_factory=set)

    def cases(self, traces: Iterable[Trace]) -> Iterator[Trace]:
        """The same cases. Raises BadLog naming the case and the event at the first that cannot be used."""
        for trace in traces:
            name = trace.name
            if not name and not trace.loose:
                raise BadLog(_("Case %(number)s has no name (concept:name)."), {"number": len(self._seen) + 1})
            if name in self._seen:
                raise BadLog(_("Case “%(case)s” stands in the log twice."), {"case": name})
            self._seen.add(name)
            for number, event in enumerate(trace.events, 1):
                self._check(name, number, event)
            yield trace

    def _check(self, case: str, number: int, event: list[Attribute]) -> None:
        at = {"case": case, "number": number}
        if not value_of(event, NAME):
            raise BadLog(_("Event %(number)s of case “%(case)s” has no activity (concept:name)."), at)
        written = value_of(event, TIME)
        if not written:
            raise BadLog(_("Event %(number)s of case “%(case)s” has no time (time:timestamp)."), at)
        try:
            when = moment(written)
        except ValueError:
            sentence = _("Event %(number)s of case “%(case)s” has a time that cannot be read: “%(text)s”.")
            raise BadLog(sentence, at | {"text": written[:40]}) from None
        zoned = when.tzinfo is not None
        if self._zoned is not None and zoned != self._zoned:
            sentence = _("Event %(number)s of case “%(case)s”: some times of the log have a zone and some have none.")
            raise BadLog(sentence, at)
        self._zoned = zoned


def instant(written: str) -> datetime:
    """A time for comparing: one without a zone counts as UTC."""
    when = moment(written)
    return when if when.tzinfo is not None else when.replace(tzinfo=UTC)
