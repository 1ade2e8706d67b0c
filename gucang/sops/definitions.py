"""What a version of a process says: steps, and how they follow one another. Pure; names are checked by `vocabulary`.

    {"tree": ["seq", "offer", ["optional", "discount"], "order"], "final": ["opportunity.win"],
     "steps": [{"key": "offer", "name": "Offer", "events": ["quote.send"], "roles": ["salesperson"],
                "limit": {"amount": 2, "unit": "days", "after": null}, "four_eyes": [], "required": ["amount"],
                "serves": {"whom": "The customer", "when_late": "Buys elsewhere"}, "instruction": "…"}, …]}

A block is a list that begins with its kind. A loop's first part is its body, the others lead back to it. A limit runs
from the end of another step, or from the case's first event, in working time.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _t

from gucang.kernel.errors import Invalid
from gucang.processes.mining import trees
from gucang.processes.mining.trees import Tree
from gucang.worktime.hours import Span, Unit

SEQ, CHOICE, PARALLEL, LOOP, OPTIONAL = BLOCKS = ("seq", "choice", "parallel", "loop", "optional")
UNITS = {"minutes": Unit.WORKING_MINUTES, "hours": Unit.WORKING_HOURS, "days": Unit.WORKING_DAYS}
MOST_STEPS, MOST_DEPTH, MOST_AMOUNT = 60, 8, 10_000
# Texts of a step and how many characters each may have.
LONGEST = {"name": 80, "whom": 200, "when_late": 300, "instruction": 8000}
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")

Node = str | list[Any]


@dataclass(frozen=True)
class Limit:
    """So much working time (`unit` is minutes, hours or days) after the step `after`; None is the case's beginning."""

    amount: int
    unit: str
    after: str | None = None

    @property
    def span(self) -> Span:
        """The same as a working calendar counts it."""
        return Span(self.amount, UNITS[self.unit])


@dataclass(frozen=True)
class Step:
    """One step: which events fulfil it, who does it (roles), until when, and what a person has to know about it.

    `four_eyes` are steps that somebody else has to do, `required` fields of the case that are filled by then, `whom`
    it serves next, and what happens to them `when_late`.
    """

    key: str
    name: str
    events: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    limit: Limit | None = None
    four_eyes: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    whom: str = ""
    when_late: str = ""
    instruction: str = ""

    def to_json(self) -> dict[str, Any]:
        """The step as it is kept."""
        limit = self.limit and {"amount": self.limit.amount, "unit": self.limit.unit, "after": self.limit.after}
        return {
            "key": self.key, "name": self.name, "events": list(self.events), "roles": list(self.roles),
            "limit": limit, "four_eyes": list(self.four_eyes), "required": list(self.required),
            "serves": {"whom": self.whom, "when_late": self.when_late}, "instruction": self.instruction,
        }  # fmt: skip


@dataclass(frozen=True)
class Definition:
    """A version's words. `outline` is the tree as it is kept, `steps` are by key in the order they were written."""

    outline: Node
    steps: Mapping[str, Step]
    final: tuple[str, ...] = ()

    @cached_property
    def tree(self) -> Tree:
        """The process tree over step keys. Raises BadModel for a block without anything in it."""
        return _tree(self.outline)

    @cached_property
    def _by_event(self) -> dict[str, str]:
        return {event: step.key for step in self.steps.values() for event in step.events}

    @property
    def events(self) -> tuple[str, ...]:
        """The names of all events that fulfil a step."""
        return tuple(self._by_event)

    def step_of(self, event_name: str) -> str | None:
        """The key of the step that an event of this name fulfils."""
        return self._by_event.get(event_name)

    @property
    def in_order(self) -> list[Step]:
        """The steps as the tree has them, from the first to the last."""
        return [self.steps[key] for key in keys_of(self.outline)]

    def to_json(self) -> dict[str, Any]:
        """The whole as it is kept."""
        return {
            "tree": self.outline,
            "steps": [step.to_json() for step in self.steps.values()],
            "final": list(self.final),
        }


EMPTY = Definition([SEQ], {})


def keys_of(node: Node) -> Iterator[str]:
    """The step keys of an outline from first to last, each time they stand there."""
    if isinstance(node, str):
        yield node
    else:
        for child in node[1:]:
            yield from keys_of(child)


def _tree(node: Node) -> Tree:
    if isinstance(node, str):
        return trees.step(node)
    kind, children = node[0], tuple(_tree(child) for child in node[1:])
    if kind == CHOICE:
        return trees.choice(*children)
    if kind == PARALLEL:
        return trees.parallel(*children)
    if kind == LOOP and children:
        return trees.loop(children[0], *(children[1:] or (trees.TAU,)))
    whole = children[0] if len(children) == 1 else trees.sequence(*children)
    return trees.optional(whole) if kind == OPTIONAL else whole


# --- reading ---------------------------------------------------------------------------------------------------------


def read(given: str | Mapping[str, Any]) -> Definition:
    """A definition in whatever state a draft is. Raises Invalid for what has not the form of one."""
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            raise _bad(_t("This cannot be read as the definition of a process.")) from None
    if not isinstance(given, Mapping) or not isinstance(given.get("steps", []), list):
        raise _bad(_t("This cannot be read as the definition of a process."))
    many = [_step(one) for one in given.get("steps", [])]
    if len(many) > MOST_STEPS:
        raise _bad(_t("A process has at most %(most)s steps. Make two processes of it.") % {"most": MOST_STEPS})
    steps = {one.key: one for one in many}
    if len(steps) < len(many):
        twice = next(key for key, count in Counter(one.key for one in many).items() if count > 1)
        raise _bad(_t("Two steps have the key “%(key)s”. Give one of them another.") % {"key": twice})
    outline = _node(given.get("tree", [SEQ]), 0)
    return Definition([SEQ, outline] if isinstance(outline, str) else outline, steps, _names(given.get("final", [])))


def parse(given: str | Mapping[str, Any]) -> Definition:
    """A definition that holds together. Raises Invalid with a sentence for each fault of it."""
    found = read(given)
    if faults := faults_of(found):
        raise Invalid({"definition": faults})
    return found


def _bad(sentence: str) -> Invalid:
    return Invalid({"definition": [sentence]})


def _node(raw: Any, depth: int) -> Node:
    if isinstance(raw, str):
        return raw
    if not isinstance(raw, list) or not raw or raw[0] not in BLOCKS:
        raise _bad(_t("A block begins with its kind: seq, choice, parallel, loop or optional."))
    if depth > MOST_DEPTH:
        raise _bad(_t("Blocks lie in one another more than %(most)s deep.") % {"most": MOST_DEPTH})
    return [raw[0], *(_node(child, depth + 1) for child in raw[1:])]


def _step(raw: Any) -> Step:
    if not isinstance(raw, Mapping) or not KEY.fullmatch(str(raw.get("key", ""))):
        raise _bad(_t("Each step has a key of small letters, such as “send_offer”."))
    serves = raw.get("serves") or {}
    if not isinstance(serves, Mapping):
        raise _bad(_t("This cannot be read as the definition of a process."))
    return Step(
        key=raw["key"],
        name=text(raw.get("name"), LONGEST["name"]),
        events=_names(raw.get("events")),
        roles=_names(raw.get("roles")),
        limit=limit(raw.get("limit")),
        four_eyes=_names(raw.get("four_eyes")),
        required=_names(raw.get("required")),
        whom=text(serves.get("whom"), LONGEST["whom"]),
        when_late=text(serves.get("when_late"), LONGEST["when_late"]),
        instruction=text(raw.get("instruction"), LONGEST["instruction"]),
    )


def text(raw: Any, most: int) -> str:
    """A text as it is kept. Raises Invalid, which says how many characters there are, where more than `most` are."""
    found = "" if raw is None else str(raw).replace("\r\n", "\n").strip()
    if len(found) > most:
        raise _bad(
            _t("“%(text)s…” has %(count)s characters, and at most %(most)s fit. Shorten it by %(over)s.")
            % {"text": found[:20], "count": f"{len(found):,}", "most": f"{most:,}", "over": f"{len(found) - most:,}"}
        )
    return found


def _names(raw: Any) -> tuple[str, ...]:
    if raw is None:
        return ()
    if not isinstance(raw, list) or not all(isinstance(one, str) for one in raw):
        raise _bad(_t("This cannot be read as the definition of a process."))
    return tuple(dict.fromkeys(raw))


def limit(raw: Any) -> Limit | None:
    """A time limit as it is kept; None is without one. Raises Invalid for a wrong number or unit."""
    if raw is None:
        return None
    if not isinstance(raw, Mapping):
        raise _bad(_t("This cannot be read as the definition of a process."))
    amount, unit, after = raw.get("amount"), raw.get("unit"), raw.get("after") or None
    if type(amount) is not int or not 0 < amount <= MOST_AMOUNT:
        raise _bad(_t("A time limit is a whole number from 1 to %(most)s.") % {"most": MOST_AMOUNT})
    if unit not in UNITS:
        raise _bad(_t("A time limit is in minutes, hours or days of working time."))
    return Limit(amount, unit, None if after is None else str(after))


# --- what is wrong with it -------------------------------------------------------------------------------------------


def faults_of(found: Definition) -> list[str]:
    """What a draft still lacks before it can be in force, a sentence each; names of others are not looked at."""
    faults = [*_faults_of_outline(found), *_faults_of_events(found)]
    for step in found.steps.values():
        faults += _faults_of_step(step, found)
    return faults


def _faults_of_outline(found: Definition) -> Iterator[str]:
    if not found.steps:
        yield _t("There is no step yet. Add the first one.")
    placed = Counter(keys_of(found.outline))
    for key, count in placed.items():
        if key not in found.steps:
            yield _t("The order of the steps names “%(key)s”, which is no step.") % {"key": key}
        elif count > 1:
            yield _t("The step “%(step)s” stands in the order twice.") % {"step": found.steps[key].name or key}
    for key, step in found.steps.items():
        if key not in placed:
            yield _t("The step “%(step)s” has no place in the order.") % {"step": step.name or key}
    if found.steps and _has_empty_block(found.outline):
        yield _t("A block has nothing in it. Put a step in it or delete it.")


def _has_empty_block(node: Node) -> bool:
    return not isinstance(node, str) and (len(node) == 1 or any(_has_empty_block(child) for child in node[1:]))


def _faults_of_events(found: Definition) -> Iterator[str]:
    counted = Counter(event for step in found.steps.values() for event in step.events)
    for event, count in counted.items():
        if count > 1:
            names = [step.name or step.key for step in found.steps.values() if event in step.events]
            yield _t("“%(event)s” belongs to two steps: “%(one)s” and “%(other)s”. Leave it in one of them.") % {
                "event": event, "one": names[0], "other": names[1],
            }  # fmt: skip


def _faults_of_step(step: Step, found: Definition) -> Iterator[str]:
    name = {"step": step.name or step.key}
    if not step.name:
        yield _t("The step “%(step)s” has no name.") % name
    if not step.events:
        yield _t("Say what is done in the program at the step “%(step)s”: choose at least one deed.") % name
    after = step.limit.after if step.limit is not None else None
    if after == step.key:
        yield _t("The time limit of “%(step)s” runs from the step itself. Choose an earlier one.") % name
    elif after is not None and after not in found.steps:
        yield _t("The time limit of “%(step)s” runs from a step that is not there: “%(other)s”.") % (
            name | {"other": after}
        )
    for other in step.four_eyes:
        if other == step.key:
            yield _t("“%(step)s” cannot be done by somebody else than itself. Choose another step.") % name
        elif other not in found.steps:
            yield _t("“%(step)s” is to be done by somebody else than a step that is not there: “%(other)s”.") % (
                name | {"other": other}
            )
