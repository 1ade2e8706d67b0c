"""The company's own event log for other tools: XES by one type of case, or OCEL 2.0 with all records it concerns."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _t

from gucang.accounts.models import Member
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Forbidden, Invalid
from gucang.kernel.models import Event, EventObject
from gucang.processes.mining.logs import NAME, RESOURCE, TIME, Attribute, Header, Trace
from gucang.processes.mining.ocel import ALWAYS, Ocel, OcelEvent, OcelObject, Value
from gucang.processes.mining.ocel_json import write_json
from gucang.processes.mining.ocel_sqlite import write_sqlite
from gucang.processes.mining.ocel_xml import write_xml
from gucang.processes.mining.xes import ABOUT, write_xes

CHUNK = 2000
FORMATS = {".xes": "XES", ".xes.gz": "XES, gzip", ".json": "OCEL 2.0 JSON", ".xml": "OCEL 2.0 XML",
           ".sqlite": "OCEL 2.0 SQLite"}  # fmt: skip
EVENT_ATTRIBUTES = {
    "actor": "string", "recorded": "time", "label": "string", "changes": "string", "facts": "string", "cause": "string",
}  # fmt: skip
HEADER = Header(
    ABOUT,
    [{"name": name, "prefix": prefix, "uri": f"http://www.xes-standard.org/{prefix}.xesext"}
     for name, prefix in (("Concept", "concept"), ("Time", "time"), ("Organizational", "org"))],
    [("trace", [["string", NAME, ""]]),
     ("event", [["string", NAME, ""], ["date", TIME, ALWAYS]])],
    [{"name": "Activity", "keys": NAME}],
)  # fmt: skip


def check_may_export(actor: Actor) -> None:
    """Raise Forbidden unless `actor` may see all of the log, whatever it is about."""
    if not actor.may("*"):
        raise Forbidden(_t("Only an administrator takes the whole event log out, because it tells of every record."))


def case_types() -> list[str]:
    """The types of records that the log tells of."""
    return sorted(EventObject.objects.order_by().values_list("object_type", flat=True).distinct())


def export(actor: Actor, path: Path, form: str, case_type: str = "") -> int:
    """Write the log to a new file in one of `FORMATS`; returns how many events. XES needs the type of its cases."""
    check_may_export(actor)
    if form not in FORMATS:
        raise Invalid({"format": [_t("Choose one of: %(known)s.") % {"known": ", ".join(FORMATS)}]})
    source = _Source()
    if form.startswith(".xes"):
        if case_type not in case_types():
            raise Invalid({"case_type": [_t("Say which records are the cases, such as sales_order.")]})
        with gzip.open(path, "wb") if form.endswith(".gz") else path.open("wb") as file:
            text = io.TextIOWrapper(file, "utf-8")
            write_xes(text, HEADER, source.traces(case_type))
            text.flush()
    elif form == ".sqlite":
        path.unlink(missing_ok=True)
        write_sqlite(path, source.ocel())
    else:
        with path.open("w", encoding="utf-8") as out:
            (write_json if form == ".json" else write_xml)(out, source.ocel())
    return source.events


@dataclass
class _Source:
    """Reads the log some thousand events at a time. `events` counts what was read."""

    events: int = 0

    def ocel(self) -> Ocel:
        """The whole log; events and objects are read while they are written."""
        names = sorted(Event.objects.order_by().values_list("name", flat=True).distinct())
        return Ocel(
            {name: dict(EVENT_ATTRIBUTES) for name in names},
            {kind: {"label": "string"} for kind in case_types()},
            self._events(),
            self._objects(),
        )

    def _events(self) -> Iterator[OcelEvent]:
        query = Event.objects.order_by("occurred_at", "id").iterator(chunk_size=CHUNK)
        for chunk in _chunks(query):
            objects: dict[int, list[tuple[str, str]]] = {}
            rows = EventObject.objects.filter(event_id__in=[event.pk for event in chunk])
            for pk, kind, key, role in rows.values_list("event_id", "object_type", "object_id", "role"):
                objects.setdefault(pk, []).append((f"{kind}-{key}", role))
            for event in chunk:
                self.events += 1
                attributes: list[tuple[str, Value]] = [
                    (name, value) for name, value in self._about(event).items() if value
                ]
                related = sorted(objects.get(event.pk, []))
                yield OcelEvent(str(event.pk), event.name, event.occurred_at.isoformat(), attributes, related)

    @staticmethod
    def _objects() -> Iterator[OcelObject]:
        """Every record the log tells of, with what it was called by the last event about itself."""
        found = EventObject.objects.order_by("object_type", "object_id").values_list("object_type", "object_id")
        for chunk in _chunks(found.distinct().iterator(chunk_size=CHUNK)):
            about = Event.objects.filter(subject_id__in={key for _kind, key in chunk}).order_by("id")
            labels = {(kind, key): label for kind, key, label in about.values_list(
                "subject_type", "subject_id", "subject_label"
            )}  # fmt: skip
            for kind, key in chunk:
                label = labels.get((kind, key))
                yield OcelObject(f"{kind}-{key}", kind, [("label", label, ALWAYS)] if label else [])

    def traces(self, case_type: str) -> Iterator[Trace]:
        """A case for each record of the type, with every event that concerns it, in order."""
        query = EventObject.objects.filter(object_type=case_type).order_by("object_id", "occurred_at", "event_id")
        rows = query.values_list("object_id", "event_id").distinct().iterator(chunk_size=CHUNK)
        for key, found in groupby(self._read(rows), key=lambda pair: pair[0]):
            events = [event for _key, event in found]
            own = [e for e in events if (e.subject_type, e.subject_id) == (case_type, key)]
            attributes: list[Attribute] = [["string", NAME, f"{case_type}-{key}"]]
            if own:
                attributes.append(["string", "label", own[-1].subject_label])
            yield Trace(attributes, [self._xes(event) for event in events])

    def _read(self, rows: Iterable[tuple[int, int]]) -> Iterator[tuple[int, Event]]:
        for chunk in _chunks(rows):
            found = Event.objects.in_bulk([pk for _key, pk in chunk])
            yield from ((key, found[pk]) for key, pk in chunk)

    def _xes(self, event: Event) -> list[Attribute]:
        self.events += 1
        about = self._about(event)
        who = about.pop("actor")
        told: list[Attribute] = [["string", NAME, event.name], ["date", TIME, event.occurred_at.isoformat()]]
        if who:
            told.append(["string", RESOURCE, str(who)])
        told.append(["date", "recorded", str(about.pop("recorded"))])
        return [*told, *(["string", name, str(value)] for name, value in about.items() if value)]

    def _about(self, event: Event) -> dict[str, Value]:
        return {
            "actor": self._people.get(event.actor_id or 0, "") if event.actor_kind != "system" else "system",
            "recorded": event.recorded_at.isoformat(),
            "label": event.subject_label,
            "changes": json.dumps(event.changes, ensure_ascii=False) if event.changes else "",
            "facts": json.dumps(event.facts, ensure_ascii=False) if event.facts else "",
            "cause": str(event.cause) if event.cause else "",
        }

    @property
    def _people(self) -> dict[int, str]:
        if not hasattr(self, "_names"):
            self._names: dict[int, str] = dict(Member.with_bin.values_list("pk", "name"))
        return self._names


def _chunks(found: Iterable[Any]) -> Iterator[list[Any]]:
    chunk: list[Any] = []
    for one in found:
        chunk.append(one)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
