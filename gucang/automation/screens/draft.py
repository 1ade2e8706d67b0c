"""What the editor holds of an automation until it is saved. It travels in the form, so that one button saves it all."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _t

from gucang.automation import conditions, steps, triggers
from gucang.automation.models import Automation, Trigger
from gucang.automation.screens import controls
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.kernel.records import RecordType
from gucang.surface import filters

NEW = "new"
WHEN = ("trigger", "verb", "field", "old", "new", "days", "at_time")
_NOTHING: dict[str, Any] = {"verb": "", "field": "", "old": "", "new": "", "days": 0, "at_time": "09:00"}
Errors = dict[str, list[str]]


@dataclass
class Draft:
    """The three parts as they stand on the page, and what is being written into them.

    `about` is the field of the condition that is open. Of the open step `kind` is what it does, `part` the field that
    it sets or the verb that it does, and `number` its place, NEW for one more.
    """

    when: dict[str, Any]
    groups: list[filters.Group]
    steps: list[steps.Step]
    about: str = ""
    kind: str = ""
    part: str = ""
    number: str = NEW
    # What was typed into the open condition and the open step, by the names of their controls.
    condition: dict[str, Any] = field(default_factory=dict)
    step: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, automation: Automation) -> Draft:
        """As it is saved. What cannot be read as conditions any more is left out."""
        try:
            groups = conditions.groups(automation.conditions)
        except Invalid:
            groups = []
        return cls({name: getattr(automation, name) for name in WHEN}, groups, automation.step_list())

    @classmethod
    def read(cls, params: QueryDict, automation: Automation, record_type: RecordType, actor: Actor) -> Draft:
        """As the page sends it. Raises Invalid for conditions and steps that no page has written."""
        found = cls(
            _NOTHING | controls.when_values(posted(params, "when")),
            conditions.groups(params.get("_conditions", "")),
            _known_steps(params.get("_steps", "[]"), automation, record_type, actor),
            about=params.get("_about", ""),
            kind=params.get("_kind", ""),
            part=params.get("_part", ""),
            number=params.get("_number", NEW),
        )
        typed = posted(params, "if")
        many = typed.getlist("value")
        found.condition = {"op": typed.get("op", ""), "value": many if len(many) > 1 else typed.get("value", "")}
        if found.kind:
            found.step = controls.step_values(posted(params, "then"), record_type, actor, found.kind, found.part)
        return found

    def onto(self, automation: Automation, record_type: RecordType, actor: Actor) -> Automation:
        """A copy that is not saved, as it would be; a start that is not complete yet stays as it was."""
        found = copy(automation)
        try:
            days = {"days": int(self.when["days"])}
            for name, value in triggers.check(self.when | days, record_type, actor).items():
                setattr(found, name, value)
        except (Invalid, ValueError):
            pass
        found.conditions, found.steps = conditions.write(self.groups), steps.write(self.steps)
        return found

    def differs(self, automation: Automation) -> bool:
        """Whether there is anything here that is not saved."""
        saved = Draft.of(automation)
        mine = (conditions.write(self.groups), self.steps)
        same = all(_plain(self.when.get(name)) == _plain(saved.when[name]) for name in _asked(self.when))
        return not same or mine != (conditions.write(saved.groups), saved.steps) or bool(self.about or self.kind)

    @property
    def condition_says_something(self) -> bool:
        """Whether anything was chosen or typed into the open condition."""
        value, op = self.condition.get("value"), self.condition.get("op")
        return bool(value) or op in controls.DAY_WORDS

    # --- what the buttons do ---

    def press(self, do: str, what: str, params: QueryDict, record_type: RecordType, actor: Actor) -> None:
        """What a button of the page does to the draft. Raises Invalid; unknown buttons do nothing."""
        if do == "trigger" and what in Trigger.values:
            self.when = _NOTHING | {"trigger": what}
        elif do == "about":
            self.about, self.condition = params.get("by", ""), {}
        elif do == "if":
            self.take_condition(what, record_type, actor, params)
        elif do == "drop-if":
            self.groups = [
                kept
                for number, group in enumerate(self.groups)
                if (kept := [one for place, one in enumerate(group) if f"{number}.{place}" != what])
            ]
        elif do == "cancel-if":
            self.about = ""
        else:
            self._press_step(do, what, params, record_type, actor)

    def _press_step(self, do: str, what: str, params: QueryDict, record_type: RecordType, actor: Actor) -> None:
        place = _place(what)
        if do == "step" and what in steps.KINDS:
            self.kind, self.part, self.number, self.step = what, "", NEW, {}
        elif do == "part":
            self.part, self.step = params.get("part", ""), {}
        elif do == "put":
            self.take_step(record_type, actor)
        elif do == "cancel-step":
            self.kind = ""
        elif 0 <= place < len(self.steps):
            if do == "edit":
                self.step, self.number = self.steps[place], what
                self.kind = self.step["kind"]
                self.part = str(self.step.get("field") or self.step.get("verb") or "")
            elif do == "drop":
                del self.steps[place]
                self.kind = ""
            elif do == "up":
                self.steps.insert(max(0, place - 1), self.steps.pop(place))

    def take_condition(self, group: str, record_type: RecordType, actor: Actor, params: QueryDict) -> None:
        """Put the open condition into a group, NEW for another way. Raises Invalid for one that says nothing."""
        spec = controls.condition_fields(record_type, actor).get(self.about)
        if spec is None:
            raise Invalid({"by": [_t("Choose what the condition is about.")]})
        name, value = controls.condition_of(posted(params, "if"), spec)
        if not value:
            raise Invalid({"value": [_t("Fill in %(field)s.") % {"field": spec.label}]})
        found = [list(one) for one in self.groups]
        if 0 <= _place(group) < len(found):
            found[_place(group)].append((name, value))
        else:
            found.append([(name, value)])
        try:
            self.groups = conditions.groups(conditions.check(conditions.write(found), record_type, actor))
        except Invalid as problem:
            raise Invalid({"value": [one for many in problem.fields.values() for one in many]}) from None
        self.about, self.condition = "", {}

    def take_step(self, record_type: RecordType, actor: Actor) -> None:
        """Put the open step where it belongs. Raises Invalid by the names of its controls."""
        step = {name: value for name, value in self.step.items() if value not in ("", None)}
        found = steps.check_one(step, record_type, actor)
        place = _place(self.number)
        if 0 <= place < len(self.steps):
            self.steps[place] = found
        elif len(self.steps) >= steps.MOST_STEPS:
            raise Invalid({"steps": [_t("At most %(most)s steps fit.") % {"most": steps.MOST_STEPS}]})
        else:
            self.steps.append(found)
        self.kind, self.part, self.number, self.step = "", "", NEW, {}


def posted(params: QueryDict, part: str) -> QueryDict:
    """What the controls of one part send, under their own names."""
    found, prefix = QueryDict(mutable=True), f"{part}-"
    for name, values in params.lists():
        if name.startswith(prefix):
            found.setlist(name.removeprefix(prefix), values)
    sent = [name.removeprefix(prefix) for name in params.getlist("_sent") if name.startswith(prefix)]
    found.setlist("_sent", sent)
    return found


def _known_steps(text: str, automation: Automation, record_type: RecordType, actor: Actor) -> list[steps.Step]:
    """The steps in a text: those that are saved stand as they are, even if they would be refused today."""
    saved = automation.step_list()
    found = steps.read(text)[: steps.MOST_STEPS]
    return [step if step in saved else steps.check_one(step, record_type, actor) for step in found]


def _asked(when: dict[str, Any]) -> tuple[str, ...]:
    """What a start of this kind consists of."""
    more = {
        Trigger.DONE: ("verb",),
        Trigger.CHANGED: ("field", "old", "new"),
        Trigger.DATE: ("field", "days", "at_time"),
    }
    return ("trigger", *more.get(when.get("trigger", ""), ()))


def _plain(value: Any) -> str:
    return "" if value in (None, "") else str(value)


def _place(text: str) -> int:
    """A place in a row; -1 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else -1
