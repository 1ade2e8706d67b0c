"""Object-centric event logs (OCEL 2.0) as values, and what all three of their formats share.

Values stay as they were written, each with its type; nothing is dropped: objects without events, relations of objects
to objects, attributes that change, and types that nothing has.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from gucang.processes.mining.errors import BadLog
from gucang.processes.mining.errors import marked as _
from gucang.processes.mining.logs import instant, moment

TYPES = ("string", "time", "integer", "float", "boolean")
# The time of what an object has had from the beginning.
ALWAYS = "1970-01-01T00:00:00Z"
Value = str | int | float | bool | None


@dataclass
class OcelEvent:
    """`attributes` are (name, value), `objects` (object, qualifier)."""

    id: str
    type: str
    time: str
    attributes: list[tuple[str, Value]] = field(default_factory=list)
    objects: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class OcelObject:
    """`attributes` are (name, value, since when); `objects` (other object, qualifier)."""

    id: str
    type: str
    attributes: list[tuple[str, Value, str]] = field(default_factory=list)
    objects: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Ocel:
    """A whole log. Types are {name: {attribute: type}}.

    What is to be written may come as iterators that read while it is written, once; `check` wants lists.
    """

    event_types: dict[str, dict[str, str]] = field(default_factory=dict)
    object_types: dict[str, dict[str, str]] = field(default_factory=dict)
    events: Iterable[OcelEvent] = field(default_factory=list)
    objects: Iterable[OcelObject] = field(default_factory=list)

    def check(self) -> Ocel:
        """Itself. Raises BadLog naming the first event or object that cannot be used."""
        objects = _unique(self.objects, _("The object “%(id)s” stands in the log twice."))
        _unique(self.events, _("The event “%(id)s” stands in the log twice."))
        for one in self.objects:
            self._typed(one.id, one.type, self.object_types)
            self._known(one.id, one.objects, objects)
        zoned: bool | None = None
        for event in self.events:
            self._typed(event.id, event.type, self.event_types)
            self._known(event.id, event.objects, objects)
            zoned = _timed(event, zoned)
        return self

    @staticmethod
    def _typed(key: str, kind: str, types: dict[str, dict[str, str]]) -> None:
        if kind not in types:
            raise BadLog(_("“%(id)s” is of the type “%(type)s”, which the log does not declare."),
                         {"id": key, "type": kind})  # fmt: skip

    @staticmethod
    def _known(key: str, relations: Iterable[tuple[str, str]], objects: set[str]) -> None:
        for other, _qualifier in relations:
            if other not in objects:
                raise BadLog(_("“%(id)s” names the object “%(other)s”, which is not in the log."),
                             {"id": key, "other": other})  # fmt: skip


def _unique(found: Iterable[Any], sentence: str) -> set[str]:
    seen: set[str] = set()
    for one in found:
        if one.id in seen:
            raise BadLog(sentence, {"id": one.id})
        seen.add(one.id)
    return seen


def _timed(event: OcelEvent, zoned: bool | None) -> bool:
    if not event.time:
        raise BadLog(_("The event “%(id)s” has no time."), {"id": event.id})
    try:
        now = moment(event.time).tzinfo is not None
    except ValueError:
        sentence = _("The event “%(id)s” has a time that cannot be read: “%(text)s”.")
        raise BadLog(sentence, {"id": event.id, "text": event.time[:40]}) from None
    if zoned is not None and now != zoned:
        raise BadLog(_("The event “%(id)s”: some times of the log have a zone and some have none."), {"id": event.id})
    return now


def in_writing(value: Value) -> str:
    """A value as text, as the XML and the published schema of the JSON want it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def with_zone(time: str) -> str:
    """A time as the published schemas want it: with a T and a zone, which is UTC where none is written."""
    try:
        found = instant(time)
    except ValueError:
        return time
    return time if "T" in time and moment(time).tzinfo is not None else found.isoformat().replace("+00:00", "Z")
