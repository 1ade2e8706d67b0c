"""A version as BPMN 2.0 and back: who draws elsewhere finds the steps of the process again by key or by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _t

from gucang.kernel.errors import Invalid
from gucang.processes.mining.bpmn import key_of, read_bpmn, write_bpmn
from gucang.processes.mining.errors import BadModel
from gucang.processes.mining.trees import TAU, Operator, Tree
from gucang.processes.reading import told
from gucang.sops import definitions, vocabulary
from gucang.sops.definitions import CHOICE, LOOP, OPTIONAL, PARALLEL, SEQ, Definition, Node, Step

LONGEST_NAME = 80
BLOCKS = {Operator.SEQUENCE: SEQ, Operator.CHOICE: CHOICE, Operator.PARALLEL: PARALLEL}


@dataclass(frozen=True)
class Imported:
    """What a diagram came to: the words of a draft, the names of steps that are `new` (those without a deed yet are
    also in `bare`), and the names of steps that it has no longer.
    """

    words: Definition
    new: list[str]
    bare: list[str]
    gone: list[str]


def written(words: Definition, name: str) -> str:
    """A version as a BPMN document with its drawing. Raises Invalid while it does not hold together."""
    try:
        return write_bpmn(words.tree, {key: step.name or key for key, step in words.steps.items()}, name=name)
    except BadModel as problem:
        raise Invalid({"definition": [told(problem)]}) from None


def imported(data: bytes, before: Definition, case_type: str) -> Imported:
    """The words that a diagram gives when it follows on `before`.

    A task is the step whose key its id has, or else the one of the same name; what is told of that step stays. A task
    that is called like a deed of the case becomes a step which that deed fulfils; any other is a step to be completed.
    Raises Invalid with a sentence that names the element to be mended.
    """
    try:
        diagram = read_bpmn(data)
    except BadModel as problem:
        raise Invalid({"file": [told(problem)]}) from None
    known = _matched(diagram.names, before)
    taken = {step.key for step in before.steps.values()}
    deeds = _deeds(case_type, {event for step in before.steps.values() for event in step.events})
    steps: dict[str, Step] = {}
    for task in diagram.tree.labels():
        name = diagram.names[task][:LONGEST_NAME]
        found = known.get(task)
        if found is None:
            key = _new_key(task, taken)
            event = deeds.pop(_plain(name), "")
            found = Step(key, name, events=(event,) if event else ())
        steps[task] = replace(found, name=name)
    outline = _outline(diagram.tree, {task: step.key for task, step in steps.items()})
    whole = outline if not isinstance(outline, str) and outline[0] == SEQ else [SEQ, outline]
    raw = Definition(whole, {step.key: step for step in steps.values()}, before.final).to_json()
    new = [step for task, step in steps.items() if task not in known]
    kept = {step.key for step in steps.values()}
    return Imported(
        definitions.read(raw),
        [step.name for step in new],
        [step.name for step in new if not step.events],
        [step.name or key for key, step in before.steps.items() if key not in kept],
    )


def summary(found: Imported) -> str:
    """What came in, in sentences."""
    said = [_t("The diagram has come in as a draft; nothing holds until it is put in force.")]
    if found.bare:
        said.append(_t("Say by which deed these new steps are done: %(steps)s.") % {"steps": _listed(found.bare)})
    if found.gone:
        said.append(_t("It has no longer: %(steps)s.") % {"steps": _listed(found.gone)})
    return " ".join(said)


def _listed(names: Iterable[str]) -> str:
    return "、".join(f"“{name}”" for name in names)


def _matched(names: Mapping[str, str], before: Definition) -> dict[str, Step]:
    """The steps that tasks stand for, each step once: keys first, because names are what people change."""
    free = dict(before.steps)
    found = {task: free.pop(key) for task in names if (key := key_of(task)) in free}
    by_name = {_plain(step.name): key for key, step in reversed(free.items())}
    for task, name in names.items():
        if task not in found and (known := by_name.get(_plain(name))) in free:
            found[task] = free.pop(known)
    return found


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()


def _deeds(case_type: str, used: set[str]) -> dict[str, str]:
    """The deeds that no step has yet by what they are called, alone for the case's own, with their type for all."""
    found: dict[str, str] = {}
    for record_type, many in vocabulary.deeds(case_type):
        for event, label in many:
            if event not in used:
                found.setdefault(_plain(vocabulary.deed_label(event)), event)
                if record_type.name == case_type:
                    found.setdefault(_plain(str(label)), event)
    return found


def _new_key(task: str, taken: set[str]) -> str:
    """A key that no step has, made from the task's id where that can be one."""
    wanted = re.sub(r"[^a-z0-9]+", "_", (key_of(task) or task).lower()).strip("_")[:30]
    base = wanted if definitions.KEY.fullmatch(wanted) else "step"
    key = next(one for number in range(len(taken) + 2) if (one := f"{base}_{number}" if number else base) not in taken)
    taken.add(key)
    return key


def _outline(tree: Tree, keys: Mapping[str, str]) -> Node:
    """A tree in normal form as it is kept in a definition."""
    if tree.operator is None:
        return keys[tree.label] if tree.label is not None else [SEQ]
    if tree.operator is Operator.LOOP:
        return _loop(tree, keys)
    seen = [child for child in tree.children if child != TAU]
    parts = [_outline(child, keys) for child in seen]
    block: Node = parts[0] if len(parts) == 1 else [BLOCKS[tree.operator], *parts]
    return [OPTIONAL, block] if len(seen) < len(tree.children) else block


def _loop(tree: Tree, keys: Mapping[str, str]) -> Node:
    """A loop has a step in its body: one without is its ways back, done any number of times or not at all."""
    body, *back = tree.children
    ways = [_outline(child, keys) for child in back if child != TAU]
    if body == TAU:
        return [OPTIONAL, [LOOP, ways[0] if len(ways) == 1 else [CHOICE, *ways]]]
    if not ways:
        return [LOOP, _outline(body, keys)]
    if len(ways) < len(back):
        ways = [[OPTIONAL, ways[0] if len(ways) == 1 else [CHOICE, *ways]]]
    return [LOOP, _outline(body, keys), *ways]
