"""Files of models and logs, and what is wrong with them in the reader's language."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _t

from gucang.processes.mining.bpmn import read_bpmn
from gucang.processes.mining.errors import BadLog, MiningError
from gucang.processes.mining.errors import marked as _
from gucang.processes.mining.logs import NAME, TIME, Attribute, Header, Trace, instant
from gucang.processes.mining.markup import chunks
from gucang.processes.mining.nets import AcceptingNet
from gucang.processes.mining.ocel import Ocel, OcelEvent, Value, in_writing
from gucang.processes.mining.ocel_json import read_json
from gucang.processes.mining.ocel_sqlite import is_sqlite, read_sqlite
from gucang.processes.mining.ocel_xml import read_xml
from gucang.processes.mining.pnml import read_pnml
from gucang.processes.mining.trees import Tree, net_of, parse_tree, relabelled
from gucang.processes.mining.xes import ABOUT, XesReader


def told(problem: MiningError) -> str:
    """Its sentence in the reader's language."""
    sentence = _t(problem.sentence)
    return sentence % problem.parts if problem.parts else sentence


def net_of_text(text: str) -> AcceptingNet:
    """The net of a process tree in writing, of a BPMN document or of a PNML document. Raises BadModel."""
    tree = tree_of_text(text)
    return net_of(tree) if tree is not None else read_pnml(io.BytesIO(text.encode()))


def tree_of_text(text: str) -> Tree | None:
    """The process tree in writing or in BPMN, there by the names of the tasks; None for PNML. Raises BadModel."""
    if not text.lstrip().startswith("<"):
        return parse_tree(text)
    if "<pnml" in text:
        return None
    found = read_bpmn(text.encode())
    return relabelled(found.tree, found.names)


def digest_of(text: str) -> str:
    """What tells one text of a model from another."""
    return hashlib.sha256(text.encode()).hexdigest()


HEAD = 1 << 16


def open_log(path: Path, case_type: str = "") -> XesReader | Flattened:
    """The cases of a file. Of an OCEL 2.0 file, each object of `case_type` is one. Raises BadLog."""
    if is_sqlite(path):
        return Flattened(read_sqlite(path).check(), case_type)
    head = next(chunks(path), b"")[:HEAD].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"{"):
        return Flattened(read_json(path).check(), case_type)
    if b"<object-types" in head or b"<event-types" in head:
        return Flattened(read_xml(path).check(), case_type)
    return XesReader(path)


class Flattened:
    """An object-centric log as cases: the objects of one type, each with every event that names it, in time."""

    def __init__(self, log: Ocel, case_type: str) -> None:
        """Raises BadLog naming the types there are, when there is none like that."""
        if case_type not in log.object_types:
            known = ", ".join(log.object_types)
            raise BadLog(_("Say which objects are the cases. The file has: %(known)s."), {"known": known})
        self.header = Header(ABOUT, classifiers=[{"name": "Activity", "keys": NAME}])
        self._cases = {one.id: one for one in log.objects if one.type == case_type}
        self._events: dict[str, list[OcelEvent]] = {key: [] for key in self._cases}
        for event in sorted(log.events, key=lambda one: instant(one.time)):
            for key in dict.fromkeys(other for other, _qualifier in event.objects):
                if key in self._events:
                    self._events[key].append(event)

    def __iter__(self) -> Iterator[Trace]:
        """The cases, those without events too."""
        for key, case in self._cases.items():
            attributes: list[Attribute] = [["string", NAME, key]]
            attributes += [_attribute(name, value, [["date", "since", at]]) for name, value, at in case.attributes]
            attributes += [_attribute(qualifier or "object", other, []) for other, qualifier in case.objects]
            yield Trace(attributes, [_event(event) for event in self._events[key]])


def _event(event: OcelEvent) -> list[Attribute]:
    told: list[Attribute] = [["string", NAME, event.type], ["date", TIME, event.time], ["id", "identity:id", event.id]]
    told += [_attribute(name, value, []) for name, value in event.attributes]
    return told + [_attribute(qualifier or "object", other, []) for other, qualifier in event.objects]


def _attribute(name: str, value: Value, below: list[Attribute]) -> Attribute:
    kind = "boolean" if isinstance(value, bool) else {int: "int", float: "float"}.get(type(value), "string")
    return [kind, name, in_writing(value), *([below] if below else [])]
