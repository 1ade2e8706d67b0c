"""Petri nets in PNML, as process mining tools write them."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from gucang.processes.mining.errors import BadModel
from gucang.processes.mining.errors import marked as _
from gucang.processes.mining.markup import Opened, element
from gucang.processes.mining.nets import AcceptingNet, Builder

SILENT = "$invisible$"


def read_pnml(source: Opened) -> AcceptingNet:
    """The accepting net of a file. Without final markings a case ends where nothing takes from. Raises BadModel."""
    root = element(source)
    if root.tag != "pnml":
        raise BadModel(_("This is no PNML file: it begins with “%(tag)s”."), {"tag": root.tag})
    nets = root.findall("net")
    if len(nets) != 1:
        raise BadModel(_("The file has %(count)s nets; one is needed."), {"count": len(nets)})
    net, build, initial = nets[0], Builder(), {}
    for place in net.iter("place"):
        if "id" in place.attrib:
            name = build.place(place.attrib["id"])
            if tokens := _number(place.find("initialMarking"), name, 0):
                initial[name] = tokens
    for transition in net.iter("transition"):
        name = transition.get("id", "")
        build.transition(None if _is_silent(transition) else _name(transition), [], [], name)
    for arc in net.iter("arc"):
        weight = _number(arc.find("inscription"), arc.get("id", ""), 1)
        build.arc(arc.get("source", ""), arc.get("target", ""), weight)
    finals = [
        {place.get("idref", ""): _number(place, place.get("idref", ""), 0) for place in marking.findall("place")}
        for marking in root.iter("marking")
    ]
    return build.net(initial, finals or [{name: 1} for name in build.ends()])


def _name(transition: Element) -> str | None:
    found = transition.findtext("name/text")
    # Without a name nobody could see it happen.
    return found.strip() or None if found else None


def _is_silent(transition: Element) -> bool:
    return any(tool.get("activity") == SILENT for tool in transition.findall("toolspecific"))


def _number(holder: Element | None, name: str, otherwise: int) -> int:
    text = holder.findtext("text") if holder is not None else None
    if text is None:
        return otherwise
    try:
        # Some tools write the colour before the number: "Default,1".
        found = int(text.rpartition(",")[2])
    except ValueError:
        found = -1
    if found < 0:
        raise BadModel(_("“%(name)s” has no number of tokens: “%(text)s”."), {"name": name, "text": text[:40]})
    return found
