"""An automation as one sentence that people read, and what became of it; in the language of the moment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import ngettext

from gucang.accounts.models import Member
from gucang.automation import conditions, steps, texts, triggers
from gucang.automation.deeds import host_of
from gucang.automation.models import Automation, Trigger
from gucang.automation.steps import Step
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import BadValue, FieldSpec
from gucang.kernel.records import RecordType
from gucang.surface import filters, ui
from gucang.surface.filters import Applied
from gucang.surface.labels import labels_of

_PLACE = re.compile(r"\{([^{}\n]{1,60})\}")


class Words:
    """The words of some automations for one reader; what they name is looked up once for all of them."""

    def __init__(self, found: Sequence[Automation], actor: Actor) -> None:
        self.actor = actor
        self._places: dict[str, dict[str, str]] = {}
        self._applied = {id(one): self._groups(one) for one in found}
        every = [applied for many in self._applied.values() for group in many for applied in group]
        self._described = {id(one): words for one, words in filters.describe(every, actor)}
        self.labels = labels_of(actor, self._wanted(found))

    # --- what has to be looked up ---

    def _groups(self, automation: Automation) -> list[list[Applied]]:
        try:
            record_type = triggers.type_of(automation)
            many = conditions.groups(automation.conditions)
        except Invalid:
            return []
        return [self._group(record_type, group) for group in many]

    def _group(self, record_type: RecordType, group: filters.Group) -> list[Applied]:
        result = conditions.parsed(record_type, group, self.actor)
        found = list(result.applied)
        if result.text:
            found.append(Applied("q", _t("Contains"), (result.text,), words=f"“{result.text}”"))
        unseen = [Applied(name, _t("a condition that you may not see"), (), words=" ") for name in result.problems]
        return found + unseen

    def _wanted(self, found: Iterable[Automation]) -> dict[Any, set[int]]:
        wanted: dict[Any, set[int]] = {Member: set()}
        for automation in found:
            wanted[Member].add(automation.owner_id)
            for spec, raw in self._values(automation):
                if spec.target is not None:
                    ids = (text for text in str(raw).split(",") if text.isascii() and text.isdigit())
                    wanted.setdefault(spec.target, set()).update(map(int, ids))
            wanted[Member].update(step["member"] for step in automation.step_list() if step.get("member"))
        return wanted

    def _values(self, automation: Automation) -> Iterable[tuple[FieldSpec, Any]]:
        """Every (field, value) that an automation names outside its conditions."""
        record_type = self.type_of(automation)
        if record_type is None:
            return
        if automation.trigger == Trigger.CHANGED and (spec := self._spec(record_type, automation.field)) is not None:
            yield spec, automation.old
            yield spec, automation.new
        for step in automation.step_list():
            if step["kind"] == "set" and (spec := self._spec(record_type, step["field"])) is not None:
                yield spec, step["value"]
            if step["kind"] == "act" and (verb := record_type.verbs.get(step["verb"])) is not None:
                yield from ((spec, step["values"][spec.name]) for spec in verb.params if spec.name in step["values"])

    @staticmethod
    def type_of(automation: Automation) -> RecordType | None:
        """What it is about; None when that is no record type any more."""
        try:
            return triggers.type_of(automation)
        except Invalid:
            return None

    @staticmethod
    def _spec(record_type: RecordType, name: str) -> FieldSpec | None:
        try:
            return record_type.spec(name)
        except KeyError:
            return None

    # --- the sentence ---

    def whole(self, automation: Automation) -> str:
        """When, if, then, in one sentence."""
        when, only_if, then = self.when(automation), self.only_if(automation), self.then(automation)
        if only_if:
            return _t("%(when)s, if %(conditions)s: %(then)s.") % {"when": when, "conditions": only_if, "then": then}
        return _t("%(when)s: %(then)s.") % {"when": when, "then": then}

    def when(self, automation: Automation) -> str:
        """What starts it."""
        record_type = self.type_of(automation)
        if record_type is None:
            return _t("Never: what it was about is not there any more")
        said = {"what": str(record_type.label)}
        if automation.trigger == Trigger.CREATED:
            return _t("When a new %(what)s is added") % said
        if automation.trigger == Trigger.DONE:
            verb = record_type.verbs.get(automation.verb)
            if verb is None:
                return _t("When something is done with the %(what)s") % said
            return _t("When “%(verb)s” is done with the %(what)s") % {**said, "verb": verb.label}
        spec = self._spec(record_type, automation.field)
        said |= {"field": str(spec.label) if spec is not None else "…"}
        if automation.trigger == Trigger.DATE:
            return _day_words(automation, said)
        return _change_words(automation, said, lambda raw: self._listed(spec, raw))

    def only_if(self, automation: Automation) -> str:
        """Its conditions as a phrase; "" without."""
        many = [
            _joined("%(one)s and %(two)s", [self.condition(one) for one in group])
            for group in self._applied.get(id(automation), ())
            if group
        ]
        return _joined("%(one)s, or %(two)s", many)

    def groups(self, automation: Automation) -> list[list[tuple[Applied, str]]]:
        """The conditions, each with its phrase."""
        return [[(one, self.condition(one)) for one in group] for group in self._applied.get(id(automation), ())]

    def condition(self, one: Applied) -> str:
        """One condition as a phrase."""
        return filters.phrase(one, self._described.get(id(one), one.words).strip())

    def then(self, automation: Automation) -> str:
        """What it does."""
        found = [self.step(automation, step) for step in automation.step_list()]
        return _joined("%(one)s; %(two)s", found) or _t("nothing yet")

    def step(self, automation: Automation, step: Step) -> str:
        """One step as a phrase."""
        record_type = self.type_of(automation)
        if record_type is None:
            return "…"
        kind = step["kind"]
        if kind == "task":
            said = {"who": self.who(automation, step), "title": self.named(record_type, step["title"])}
            return _task_words(step["days"], said)
        if kind == "notify":
            said = {"who": self.who(automation, step), "text": self.named(record_type, step["text"])}
            return _t("tell %(who)s “%(text)s”") % said
        if kind == "set":
            spec = self._spec(record_type, step["field"])
            value = self._value(record_type, spec, step["value"])
            said = {"field": str(spec.label) if spec is not None else "…", "value": value}
            return (_t("set %(field)s to %(value)s") if value else _t("empty %(field)s")) % said
        if kind == "act":
            return self._act(record_type, step)
        return _t("call the webhook at %(host)s") % {"host": host_of(step["url"])}

    def who(self, automation: Automation, step: Step) -> str:
        """Whom a step is for."""
        who = step["for"]
        if who == "me" and automation.owner_id != self.actor.member_id:
            return self._member(automation.owner_id)
        return self._member(step["member"]) if who == "member" else str(steps.WHO[who])

    def _member(self, pk: int) -> str:
        return self.labels.get((Member, pk), _t("somebody"))

    def _act(self, record_type: RecordType, step: Step) -> str:
        verb = record_type.verbs.get(step["verb"])
        if verb is None:
            return "…"
        given = [
            f"{spec.label} {self._value(record_type, spec, step['values'][spec.name])}"
            for spec in verb.params
            if spec.name in step["values"]
        ]
        return _t("do “%(verb)s”") % {"verb": verb.label} + (
            _t(" (%(words)s)") % {"words": ui.listed(given)} if given else ""
        )

    def named(self, record_type: RecordType, text: str) -> str:
        """A text whose {fields} stand there by their labels."""
        known = self._places.setdefault(record_type.name, texts.places(record_type, self.actor))
        return _PLACE.sub(lambda match: "{" + known.get(match[1], "…") + "}", text)

    def _listed(self, spec: FieldSpec | None, raw: str) -> str:
        if spec is None:
            return raw
        return ui.listed(_t("none") if one == "none" else self._one(spec, one) for one in raw.split(","))

    def _value(self, record_type: RecordType, spec: FieldSpec | None, raw: Any) -> str:
        if spec is None:
            return str(raw)
        days = steps.in_days(spec, raw)
        if days is not None:
            return ngettext("%(days)s day after the run", "%(days)s days after the run", days) % {"days": days}
        many = raw if isinstance(raw, list) else [raw]
        return self.named(record_type, ui.listed(self._one(spec, one) for one in many if one not in ("", None)))

    def _one(self, spec: FieldSpec, raw: Any) -> str:
        if spec.target is not None:
            digits = str(raw).isascii() and str(raw).isdigit()
            return self.labels.get((spec.target, int(raw)), _t("not visible")) if digits else str(raw)
        if spec.kind not in ("choice", "boolean", "integer", "decimal", "money"):
            return str(raw)
        try:
            value = spec.clean(raw, self.actor)
        except BadValue:
            return str(raw)
        return ui.number(value) if spec.numeric else spec.show(value)


def _joined(pattern: str, found: Sequence[str]) -> str:
    """Phrases put together two by two; `pattern` is a msgid of %(one)s and %(two)s."""
    text = ""
    for one in found:
        text = _JOINS[pattern]() % {"one": text, "two": one} if text else one
    return text


_JOINS = {
    "%(one)s and %(two)s": lambda: _t("%(one)s and %(two)s"),
    "%(one)s, or %(two)s": lambda: _t("%(one)s, or %(two)s"),
    "%(one)s; %(two)s": lambda: _t("%(one)s; %(two)s"),
}


def _day_words(automation: Automation, said: Mapping[str, str]) -> str:
    days = abs(automation.days)
    values = {**said, "days": days, "time": automation.at_time}
    if automation.days < 0:
        return (
            ngettext(
                "%(days)s day before %(field)s of the %(what)s, at %(time)s",
                "%(days)s days before %(field)s of the %(what)s, at %(time)s",
                days,
            )
            % values
        )
    if not days:
        return _t("On the day of %(field)s of the %(what)s, at %(time)s") % values
    return (
        ngettext(
            "%(days)s day after %(field)s of the %(what)s, at %(time)s",
            "%(days)s days after %(field)s of the %(what)s, at %(time)s",
            days,
        )
        % values
    )


def _change_words(automation: Automation, said: Mapping[str, str], listed: Any) -> str:
    values = {**said, "old": listed(automation.old), "new": listed(automation.new)}
    if automation.old and automation.new:
        return _t("When %(field)s of the %(what)s changes from %(old)s to %(new)s") % values
    if automation.new:
        return _t("When %(field)s of the %(what)s becomes %(new)s") % values
    if automation.old:
        return _t("When %(field)s of the %(what)s is no longer %(old)s") % values
    return _t("When %(field)s of the %(what)s changes") % values


def _task_words(days: int, said: Mapping[str, str]) -> str:
    if not days:
        return _t("create the task “%(title)s” for %(who)s, due the same day") % said
    return ngettext(
        "create the task “%(title)s” for %(who)s, due in %(days)s day",
        "create the task “%(title)s” for %(who)s, due in %(days)s days",
        days,
    ) % {**said, "days": days}
