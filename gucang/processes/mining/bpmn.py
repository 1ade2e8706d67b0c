"""Process trees as BPMN 2.0 with their drawing, and structured BPMN as process trees.

What is written is read again as the same tree. What is read has to be structured: each gateway that opens branches has
one of its kind that closes them, so that the process cannot get stuck. Anything else is refused by name, and nothing is
taken over by half.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from gucang.processes.mining.errors import BadModel
from gucang.processes.mining.errors import marked as _
from gucang.processes.mining.layout import Box, Plan, Shape, lay_out
from gucang.processes.mining.markup import element
from gucang.processes.mining.structure import Gate, Structure
from gucang.processes.mining.trees import Tree

MOST_BYTES = 2 << 20
MOST_NODES = 300

NAMESPACES = {
    "xmlns": "http://www.omg.org/spec/BPMN/20100524/MODEL",
    "xmlns:bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "xmlns:dc": "http://www.omg.org/spec/DD/20100524/DC",
    "xmlns:di": "http://www.omg.org/spec/DD/20100524/DI",
}
TARGET = "urn:gucang:process"
# The id of a task says the key of its step, so that a diagram that was drawn on elsewhere finds its steps again.
OWN = re.compile(r"step-([A-Za-z0-9_.]+)")

TASKS = frozenset(
    ("task", "userTask", "manualTask", "serviceTask", "sendTask", "receiveTask", "scriptTask", "businessRuleTask",
     "callActivity")
)  # fmt: skip
GATES = {"exclusiveGateway": Gate.CHOICE, "parallelGateway": Gate.PARALLEL}
# What says something about the process, but not how it goes.
ASIDE = frozenset(
    ("incoming", "outgoing", "documentation", "extensionElements", "laneSet", "textAnnotation", "association", "group",
     "dataObject", "dataObjectReference", "dataStoreReference", "dataInputAssociation", "dataOutputAssociation",
     "ioSpecification", "property", "auditing", "monitoring", "supportedInterfaceRef", "resourceRole", "performer",
     "potentialOwner", "humanPerformer", "rendering", "script", "correlationSubscription")
)  # fmt: skip
EVENTS = frozenset(f"{kind}EventDefinition" for kind in ("message", "signal", "conditional", "timer"))
REPEATS = ("standardLoopCharacteristics", "multiInstanceLoopCharacteristics")
SHAPES = {
    Shape.START: "startEvent", Shape.END: "endEvent", Shape.STEP: "task",
    Shape.CHOICE: "exclusiveGateway", Shape.PARALLEL: "parallelGateway",
}  # fmt: skip


@dataclass(frozen=True)
class Diagram:
    """What a file says: the process over the ids of its tasks, their names, and the name of the whole."""

    tree: Tree
    names: Mapping[str, str]
    name: str = ""


def key_of(task: str) -> str:
    """The key of the step that a task was written from; "" if its id is not one of ours."""
    found = OWN.fullmatch(task)
    return found[1] if found else ""


# --- writing ---


def write_bpmn(tree: Tree, names: Mapping[str, str], *, name: str) -> str:
    """The tree as a BPMN 2.0 document with its drawing. `names` are those of the steps by their labels in the tree."""
    plan = lay_out(tree)
    ids = _ids(plan)
    root = Element("definitions", NAMESPACES | {"id": "definitions", "targetNamespace": TARGET, "exporter": "Gucang"})
    process = SubElement(root, "process", {"id": "process", "name": name, "isExecutable": "false"})
    flows = [(f"flow{number}", arrow) for number, arrow in enumerate(plan.arrows, 1)]
    for box in plan.boxes:
        about = {"id": ids[box.id]} | ({"name": names.get(box.label, box.label)} if box.shape is Shape.STEP else {})
        if box.shape in (Shape.CHOICE, Shape.PARALLEL):
            opens = sum(arrow.source == box.id for _id, arrow in flows) > 1
            about["gatewayDirection"] = "Diverging" if opens else "Converging"
        node = SubElement(process, SHAPES[box.shape], about)
        for tag, end in (("incoming", "target"), ("outgoing", "source")):
            for id_, arrow in flows:
                if getattr(arrow, end) == box.id:
                    SubElement(node, tag).text = id_
    for id_, arrow in flows:
        about = {"id": id_, "sourceRef": ids[arrow.source], "targetRef": ids[arrow.target]}
        SubElement(process, "sequenceFlow", about)
    _draw(root, plan, ids)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _ids(plan: Plan) -> dict[str, str]:
    found: dict[str, str] = {}
    for box in plan.boxes:
        own = f"step-{box.label}"
        usable = box.shape is Shape.STEP and OWN.fullmatch(own) and own not in found.values()
        found[box.id] = own if usable else box.id
    return found


def _draw(root: Element, plan: Plan, ids: Mapping[str, str]) -> None:
    diagram = SubElement(root, "bpmndi:BPMNDiagram", {"id": "diagram"})
    plane = SubElement(diagram, "bpmndi:BPMNPlane", {"id": "plane", "bpmnElement": "process"})
    for box in plan.boxes:
        about = {"id": f"{ids[box.id]}.shape", "bpmnElement": ids[box.id]}
        if box.shape is Shape.CHOICE:
            about["isMarkerVisible"] = "true"
        shape = SubElement(plane, "bpmndi:BPMNShape", about)
        SubElement(shape, "dc:Bounds", _bounds(box))
    for number, arrow in enumerate(plan.arrows, 1):
        edge = SubElement(plane, "bpmndi:BPMNEdge", {"id": f"flow{number}.edge", "bpmnElement": f"flow{number}"})
        for x, y in arrow.points:
            SubElement(edge, "di:waypoint", {"x": str(x), "y": str(y)})


def _bounds(box: Box) -> dict[str, str]:
    return {"x": str(box.x), "y": str(box.y), "width": str(box.width), "height": str(box.height)}


# --- reading ---


def read_bpmn(data: bytes) -> Diagram:
    """The process of a file. Raises BadModel with a sentence that names the element to be mended."""
    if len(data) > MOST_BYTES:
        raise BadModel(_("The file is larger than 2 MB; that is no process model."))
    root = element(io.BytesIO(data))
    if root.tag != "definitions":
        raise BadModel(_("This is no BPMN file: it begins with “%(tag)s”."), {"tag": root.tag})
    processes = [one for one in root if one.tag == "process" and any(part.tag not in ASIDE for part in one)]
    if len(processes) != 1:
        raise BadModel(_("The file has %(count)s processes; one is needed."), {"count": len(processes)})
    reader = _Reader()
    first, last = reader.level(processes[0])
    tree = reader.structure.tree(first, last)
    return Diagram(tree, reader.names, processes[0].get("name", "").strip())


@dataclass
class _Level:
    """One process, or one subprocess within it."""

    nodes: dict[str, Element] = field(default_factory=dict)
    flows: list[Element] = field(default_factory=list)
    starts: list[Element] = field(default_factory=list)
    ends: list[Element] = field(default_factory=list)


class _Reader:
    """Turns elements into nodes and arrows of a structure, subprocesses into what they hold."""

    def __init__(self) -> None:
        self.structure = Structure()
        self.names: dict[str, str] = {}
        # A subprocess is entered at one node and left at another.
        self._ways_in: dict[str, str] = {}
        self._ways_out: dict[str, str] = {}

    def level(self, parent: Element) -> tuple[str, str]:
        """Take in what a process holds; its first and last node. Raises BadModel."""
        level = self._sorted(parent)
        if len(level.starts) != 1:
            raise _said(
                _("“%(name)s” (%(id)s) has %(count)s start events; one is needed."), parent, count=len(level.starts)
            )
        if not level.ends:
            raise _said(_("“%(name)s” (%(id)s) has no end event. Add one where it is over."), parent)
        for id_, node in level.nodes.items():
            self._take(id_, node)
        end = f"{parent.get('id', '')}/end"
        self.structure.node(end, Gate.CHOICE, _described(parent))
        self._connect(level)
        for one in level.ends:
            self.structure.arrow(one.get("id", ""), end)
        return level.starts[0].get("id", ""), end

    def _sorted(self, parent: Element) -> _Level:
        level = _Level()
        for one in parent:
            if one.tag in ASIDE:
                continue
            # A slash is ours: it makes nodes that no file can name.
            if not re.fullmatch(r"[^\s/]+", one.get("id", "")):
                raise _said(_("An element “%(tag)s” (“%(name)s”) has no id, or none that can be used: “%(id)s”."), one)
            if one.tag == "sequenceFlow":
                level.flows.append(one)
                continue
            if one.get("id", "") in level.nodes:
                raise _said(_("Two elements have the id %(id)s."), one)
            level.nodes[one.get("id", "")] = one
            if one.tag in ("startEvent", "endEvent"):
                (level.starts if one.tag == "startEvent" else level.ends).append(one)
        return level

    def _take(self, id_: str, node: Element) -> None:
        if self.structure.knows(id_):
            raise _said(_("Two elements have the id %(id)s."), node)
        if len(self.structure) >= MOST_NODES:
            raise BadModel(_("The diagram has more than %(most)s elements. Split it."), {"most": MOST_NODES})
        if any(part.tag in REPEATS for part in node):
            raise _said(
                _("“%(name)s” (%(id)s) is marked as repeated. Draw the repetition as a loop with gateways."), node
            )
        if node.tag in TASKS:
            self.names[id_] = (node.get("name") or "").strip() or id_
            self.structure.node(id_, None, _described(node), label=id_)
        elif node.tag in GATES:
            self.structure.node(id_, GATES[node.tag], _described(node))
        elif node.tag in ("startEvent", "endEvent"):
            self._event(id_, node)
        elif node.tag == "subProcess" and node.get("triggeredByEvent") != "true":
            # Known before what it holds is read, so that nothing in it may have the same id.
            self.structure.node(id_, None, _described(node))
            self._ways_in[id_], self._ways_out[id_] = self.level(node)
            self.structure.arrow(id_, self._ways_in[id_])
        else:
            raise _said(
                _(
                    "“%(name)s” (%(id)s) is of the kind “%(tag)s”, which a process here does not know. "
                    "Use tasks, exclusive and parallel gateways."
                ),
                node,
            )

    def _event(self, id_: str, node: Element) -> None:
        for part in node:
            if part.tag not in ASIDE | EVENTS:
                raise _said(
                    _(
                        "The event “%(name)s” (%(id)s) is of a kind that a process here does not know: %(part)s. "
                        "Make it a plain event."
                    ),
                    node,
                    part=part.tag,
                )
        self.structure.node(id_, Gate.CHOICE if node.tag == "endEvent" else None, _described(node))

    def _connect(self, level: _Level) -> None:
        taken: dict[str, list[str]] = {id_: [] for id_ in level.nodes}
        given: dict[str, list[str]] = {id_: [] for id_ in level.nodes}
        for flow in level.flows:
            source, target = flow.get("sourceRef", ""), flow.get("targetRef", "")
            if source not in level.nodes or target not in level.nodes:
                raise _said(_("The arrow “%(name)s” (%(id)s) does not join two elements of the same process."), flow)
            given[source].append(target)
            taken[target].append(source)
        for id_, node in level.nodes.items():
            self._checked(node, len(taken[id_]), len(given[id_]))
        for flow in level.flows:
            source, target = flow.get("sourceRef", ""), flow.get("targetRef", "")
            self.structure.arrow(self._ways_out.get(source, source), target)

    @staticmethod
    def _checked(node: Element, taken: int, given: int) -> None:
        if node.tag == "startEvent" and taken:
            raise _said(_("An arrow leads to the start event “%(name)s” (%(id)s). Nothing comes before it."), node)
        if node.tag == "endEvent" and given:
            raise _said(_("An arrow leads away from the end event “%(name)s” (%(id)s). Nothing comes after it."), node)
        if node.tag != "startEvent" and not taken:
            raise _said(_("No arrow leads to “%(name)s” (%(id)s). Connect it or delete it."), node)
        if node.tag != "endEvent" and not given:
            raise _said(_("No arrow leads away from “%(name)s” (%(id)s). Connect it to what follows."), node)
        if node.tag not in GATES and given > 1:
            raise _said(
                _(
                    "Several arrows lead away from “%(name)s” (%(id)s). Put a gateway behind it that says whether one "
                    "of them is gone or all."
                ),
                node,
            )


def _described(node: Element) -> dict[str, str]:
    name = " ".join((node.get("name") or "").split())
    return {"name": name[:80] or node.tag, "id": (node.get("id") or "")[:80]}


def _said(sentence: str, node: Element, **parts: object) -> BadModel:
    return BadModel(sentence, {**_described(node), "tag": node.tag, **parts})
