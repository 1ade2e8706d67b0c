"""XES, the standard for logs with cases (IEEE 1849): read and written as a stream, plain or gzipped."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import IO
from xml.sax.saxutils import quoteattr

from gucang.processes.mining.errors import BadLog
from gucang.processes.mining.errors import marked as _
from gucang.processes.mining.logs import Attribute, Header, Trace
from gucang.processes.mining.markup import Opened, local, parsing

KINDS = frozenset(("string", "date", "int", "float", "boolean", "id", "list", "container"))
VALUELESS = frozenset(("list", "container"))
ABOUT = {"xes.version": "1849-2016", "xes.features": "nested-attributes", "xmlns": "http://www.xes-standard.org/"}


class XesReader:
    """A log: `header` is complete once the first case or the end was read. Iterate once, case by case."""

    def __init__(self, source: Opened) -> None:
        self.header = Header()
        self._source = source
        self._ready: deque[Trace] = deque()
        self._trace: Trace | None = None
        # The list that attributes go into, and those around it; and the attribute that was begun last, while it has
        # nothing below it, which is most of the time.
        self._into: list[list[Attribute]] = []
        self._open: Attribute | None = None

    def __iter__(self) -> Iterator[Trace]:
        """The cases in the order of the file. Raises BadLog naming the line."""
        for _turn in parsing(self._source, self._start, self._end):
            while self._ready:
                yield self._ready.popleft()

    def _start(self, name: str, pairs: list[str]) -> None:
        if ":" in name:
            name = local(name)
        if name in KINDS:
            self._attribute(name, pairs)
        elif name == "values" and self._into:
            # What a list holds stands within this tag: one list, left twice.
            self._below()
            self._into.append(self._into[-1])
        elif self._open is not None or (name != "log" and not self._into):
            raise _misplaced(name, bool(self._into))
        elif name == "event":
            events = self._trace.events if self._trace is not None else self._loose().events
            attributes: list[Attribute] = []
            events.append(attributes)
            self._into.append(attributes)
        elif name == "trace":
            self._trace = Trace()
            self._into.append(self._trace.attributes)
        elif name == "log":
            self._into.append(self.header.attributes)
            self.header.about = dict(zip(pairs[::2], pairs[1::2], strict=True))
        else:
            self._heading(name, dict(zip(pairs[::2], pairs[1::2], strict=True)))

    def _heading(self, name: str, about: dict[str, str]) -> None:
        into: list[Attribute] = []
        if name == "extension":
            self.header.extensions.append(about)
        elif name == "classifier":
            self.header.classifiers.append(about)
        elif name == "global":
            self.header.globals.append((about.get("scope", "event"), into))
        else:
            raise _misplaced(name, True)
        self._into.append(into)

    def _attribute(self, kind: str, pairs: list[str]) -> None:
        if self._open is not None:
            self._below()
        elif not self._into:
            raise _misplaced(kind, False)
        if len(pairs) == 4 and pairs[0] == "key" and pairs[2] == "value":
            one: Attribute = [kind, pairs[1], pairs[3]]
        else:
            held = dict(zip(pairs[::2], pairs[1::2], strict=True))
            if "key" not in held:
                raise BadLog(_("An attribute of the kind “%(kind)s” has no key."), {"kind": kind})
            one = [kind, held["key"], held.get("value", "")]
        self._into[-1].append(one)
        self._open = one

    def _below(self) -> None:
        """What comes now stands below the attribute that was begun last."""
        if self._open is not None:
            self._open.append([])
            self._into.append(self._open[3])
            self._open = None

    def _loose(self) -> Trace:
        trace = Trace(loose=True)
        self._ready.append(trace)
        return trace

    def _end(self, name: str) -> None:
        if self._open is not None:
            self._open = None
            return
        left = self._into.pop()
        if name == "trace" or local(name) == "trace":
            assert self._trace is not None
            self._ready.append(self._trace)
            self._trace = None
        elif not left and local(name) in KINDS:
            self._into[-1][-1].pop()


def _misplaced(name: str, within: bool) -> BadLog:
    if within:
        return BadLog(_("XES has no element “%(tag)s” there."), {"tag": name})
    return BadLog(_("This is no XES file: it begins with “%(tag)s”."), {"tag": name})


def write_xes(out: IO[str], header: Header, traces: Iterable[Trace]) -> None:
    """Write a log, case by case, to a text stream of UTF-8."""
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    out.write(f"<log{_pairs(header.about)}>\n")
    for one in header.extensions:
        out.write(f"\t<extension{_pairs(one)}/>\n")
    for scope, attributes in header.globals:
        out.write(f"\t<global scope={quoteattr(scope)}>\n")
        _write_attributes(out, attributes, "\t\t")
        out.write("\t</global>\n")
    for one in header.classifiers:
        out.write(f"\t<classifier{_pairs(one)}/>\n")
    _write_attributes(out, header.attributes, "\t")
    for trace in traces:
        _write_trace(out, trace)
    out.write("</log>\n")


def _write_trace(out: IO[str], trace: Trace) -> None:
    indent = "\t" if trace.loose else "\t\t"
    if not trace.loose:
        out.write("\t<trace>\n")
        _write_attributes(out, trace.attributes, indent)
    for event in trace.events:
        out.write(f"{indent}<event>\n")
        _write_attributes(out, event, indent + "\t")
        out.write(f"{indent}</event>\n")
    if not trace.loose:
        out.write("\t</trace>\n")


def _write_attributes(out: IO[str], attributes: Iterable[Attribute], indent: str) -> None:
    for one in attributes:
        kind, key, value = one[:3]
        said = f"{indent}<{kind} key={quoteattr(key)}"
        if value or kind not in VALUELESS:
            said += f" value={quoteattr(value)}"
        if len(one) == 3:
            out.write(said + "/>\n")
            continue
        out.write(said + ">\n")
        if kind == "list":
            out.write(f"{indent}\t<values>\n")
            _write_attributes(out, one[3], indent + "\t\t")
            out.write(f"{indent}\t</values>\n")
        else:
            _write_attributes(out, one[3], indent + "\t")
        out.write(f"{indent}</{kind}>\n")


def _pairs(about: dict[str, str]) -> str:
    return "".join(f" {key}={quoteattr(value)}" for key, value in about.items())
