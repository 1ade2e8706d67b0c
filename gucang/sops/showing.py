"""A version as a page shows it: the outline with what is told of each step, and the drawing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _t

from gucang.activity.models import Attachment
from gucang.kernel.errors import Invalid
from gucang.processes.mining.drawing import Mark, draw
from gucang.processes.mining.errors import BadModel
from gucang.sops import text, wording
from gucang.sops.definitions import Definition, Node, Step, faults_of
from gucang.sops.models import ProcessVersion


@dataclass
class Shown:
    """A step or a block of an outline with everything that stands below it."""

    place: str
    step: Step | None = None
    key: str = ""
    kind: str = ""
    label: Any = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    instruction: Any = ""
    children: list[Shown] = field(default_factory=list)
    first: bool = False
    last: bool = False
    after_block: bool = False


def outline(words: Definition, case_type: str, base: str, pictures: Collection[int] = ()) -> list[Shown]:
    """The parts of the outline, from the first to the last."""
    return _children(words.outline, (), words, case_type, base, pictures)


def _children(node: Node, path: tuple[int, ...], words: Definition, *about: Any) -> list[Shown]:
    many = node[1:] if not isinstance(node, str) else []
    found = []
    for number, child in enumerate(many):
        one = _one(child, (*path, number), words, *about)
        one.first, one.last = number == 0, number == len(many) - 1
        one.after_block = number > 0 and not isinstance(many[number - 1], str)
        found.append(one)
    return found


def _one(
    node: Node, path: tuple[int, ...], words: Definition, case_type: str, base: str, pictures: Collection[int]
) -> Shown:
    place = "-".join(map(str, path))
    if not isinstance(node, str):
        below = _children(node, path, words, case_type, base, pictures)
        return Shown(place, kind=node[0], label=wording.KINDS[node[0]], children=below)
    step = words.steps.get(node)
    if step is None:
        return Shown(place, key=node, label=node)
    instruction = text.shown(step.instruction, base, pictures) if step.instruction else ""
    told = wording.facts(step, words, case_type)
    return Shown(place, step=step, key=node, label=step.name or node, facts=told, instruction=instruction)


def pictures_of(version: ProcessVersion) -> list[Attachment]:
    """The pictures among the files of a process. One query."""
    files = Attachment.objects.filter(about_type="process", about_id=version.process_id, width__isnull=False)
    return list(files.order_by("pk"))


def drawing(words: Definition, title: str, href: str = "", here: Collection[str] = ()) -> Any:
    """The picture of a version; "" while the draft does not hold together. `here` are steps that come next."""
    try:
        if not words.steps or _unfit(words):
            return ""
        tree = words.tree
    except (BadModel, Invalid):
        return ""
    labels = {key: step.name or key for key, step in words.steps.items()}
    marks = {key: Mark(href=f"{href}#step-{key}", css="here" if key in here else "") for key in words.steps}
    return draw(tree, labels, title=_t("Drawing of “%(process)s”") % {"process": title}, steps=marks)


def _unfit(words: Definition) -> bool:
    """Whether the outline cannot be drawn: it names what is no step, or a block is empty."""
    bare = Definition(words.outline, {key: Step(key, key, (key,)) for key in words.steps})
    return bool(faults_of(bare))
