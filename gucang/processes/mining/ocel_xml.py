"""OCEL 2.0 in XML, read and written."""

from __future__ import annotations

from typing import IO
from xml.sax.saxutils import escape, quoteattr

from gucang.processes.mining.errors import BadLog
from gucang.processes.mining.errors import marked as _
from gucang.processes.mining.markup import Opened, local, parsing
from gucang.processes.mining.ocel import ALWAYS, Ocel, OcelEvent, OcelObject, in_writing, with_zone


def read_xml(source: Opened) -> Ocel:
    """The whole log. Raises BadLog naming the place."""
    reader = _Reader()
    for _turn in parsing(source, reader.start, reader.end, reader.text):
        pass
    return reader.log


class _Reader:
    def __init__(self) -> None:
        self._events: list[OcelEvent] = []
        self._objects: list[OcelObject] = []
        self.log = Ocel(events=self._events, objects=self._objects)
        self._path: list[str] = []
        self._types: dict[str, str] = {}
        self._event: OcelEvent | None = None
        self._object: OcelObject | None = None
        self._about: dict[str, str] = {}
        self._said: list[str] = []

    def start(self, name: str, pairs: list[str]) -> None:
        name, about = local(name), dict(zip(pairs[::2], pairs[1::2], strict=True))
        if not self._path and name != "log":
            raise BadLog(_("This is no OCEL 2.0 file: it begins with “%(tag)s”."), {"tag": name})
        try:
            self._begin(name, about)
        except KeyError as problem:
            raise BadLog(_("An entry of the log lacks %(what)s."), {"what": str(problem)}) from None
        self._path.append(name)

    def _begin(self, name: str, about: dict[str, str]) -> None:
        if name == "event-type":
            self._types = self.log.event_types.setdefault(about["name"], {})
        elif name == "object-type":
            self._types = self.log.object_types.setdefault(about["name"], {})
        elif name == "event":
            self._event = OcelEvent(about["id"], about["type"], about.get("time", ""))
            self._events.append(self._event)
        elif name == "object" and self._path[-1:] == ["objects"] and "type" in about:
            self._object = OcelObject(about["id"], about["type"])
            self._objects.append(self._object)
        elif name in ("relationship", "object"):
            holder = self._event or self._object
            if holder is None:
                raise KeyError("type")
            holder.objects.append((about["object-id"], about.get("qualifier", "")))
        elif name == "attribute":
            if self._event is None and self._object is None:
                self._types[about["name"]] = about["type"]
            self._about, self._said = about, []

    def text(self, text: str) -> None:
        if self._path[-1] == "attribute":
            self._said.append(text)

    def end(self, name: str) -> None:
        name = self._path.pop()
        if name == "attribute":
            said = "".join(self._said)
            if self._event is not None:
                self._event.attributes.append((self._about["name"], said))
            elif self._object is not None:
                self._object.attributes.append((self._about["name"], said, self._about.get("time", ALWAYS)))
        elif name == "event":
            self._event = None
        elif name == "object" and self._event is None:
            self._object = None


def write_xml(out: IO[str], log: Ocel) -> None:
    """Write a log, entry by entry, to a text stream of UTF-8."""
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n<log>\n')
    _write_types(out, "object", log.object_types)
    _write_types(out, "event", log.event_types)
    out.write("  <objects>\n")
    for one in log.objects:
        out.write(f"    <object id={quoteattr(one.id)} type={quoteattr(one.type)}>\n      <attributes>\n")
        for name, value, at in one.attributes:
            said = escape(in_writing(value))
            out.write(f"        <attribute name={quoteattr(name)} time={quoteattr(with_zone(at))}>{said}</attribute>\n")
        out.write("      </attributes>\n")
        _write_relations(out, one.objects)
        out.write("    </object>\n")
    out.write("  </objects>\n  <events>\n")
    for event in log.events:
        about = f"id={quoteattr(event.id)} type={quoteattr(event.type)} time={quoteattr(with_zone(event.time))}"
        out.write(f"    <event {about}>\n      <attributes>\n")
        for name, value in event.attributes:
            out.write(f"        <attribute name={quoteattr(name)}>{escape(in_writing(value))}</attribute>\n")
        out.write("      </attributes>\n")
        _write_relations(out, event.objects)
        out.write("    </event>\n")
    out.write("  </events>\n</log>\n")


def _write_types(out: IO[str], what: str, types: dict[str, dict[str, str]]) -> None:
    out.write(f"  <{what}-types>\n")
    for name, attributes in types.items():
        out.write(f"    <{what}-type name={quoteattr(name)}>\n      <attributes>\n")
        for key, kind in attributes.items():
            out.write(f"        <attribute name={quoteattr(key)} type={quoteattr(kind)}/>\n")
        out.write(f"      </attributes>\n    </{what}-type>\n")
    out.write(f"  </{what}-types>\n")


def _write_relations(out: IO[str], relations: list[tuple[str, str]]) -> None:
    out.write("      <objects>\n")
    for other, qualifier in relations:
        out.write(f"        <relationship object-id={quoteattr(other)} qualifier={quoteattr(qualifier)}/>\n")
    out.write("      </objects>\n")
