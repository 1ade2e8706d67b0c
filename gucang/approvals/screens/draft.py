"""What the editor holds of a policy's words until they are saved. It travels in the form: one button saves it all."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from gucang.approvals import holding
from gucang.approvals.definition import Definition, How, Kind, Late, Mode
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import FieldSpec
from gucang.kernel.records import RecordType
from gucang.surface import filterform, filters
from gucang.surface.filterform import Row
from gucang.worktime.hours import Unit

RULES = ("empty", "same", "twice", "disabled", "after_return")
LEAST_SLOTS = 3
Rows = list[list[Row]]


def condition_fields(record_type: RecordType, actor: Actor) -> dict[str, FieldSpec]:
    """What can be a condition: whatever the list of these records can be filtered by."""
    return filters.filterable(record_type, actor, record_type.custom_fields())


@dataclass
class Draft:
    """The words as the definition's JSON, but for the conditions, which are `groups` of rows."""

    raw: dict[str, Any]
    groups: Rows = field(default_factory=lambda: [[]])

    @classmethod
    def of(cls, words: Definition | None, record_type: RecordType, actor: Actor) -> Draft:
        """As it is saved; conditions that cannot be read any more are left out."""
        if words is None:
            return cls({"steps": [_new_step()]})
        try:
            found = holding.parsed(words.conditions, record_type, actor)
        except Invalid:
            return cls(words.to_json())
        rows = filterform.rows_of(found)
        # One way alone is what must hold.
        return cls(words.to_json(), [rows[1]] if len(rows) == 2 and not rows[0] else rows)

    @classmethod
    def read(cls, sent: QueryDict, specs: dict[str, FieldSpec]) -> Draft:
        """As the form sends it."""
        groups = filterform.change(filterform.rows_in(sent), sent.get("do", ""))
        filterform.settled(groups, specs)
        return cls(_raw(sent), groups)

    def press(self, do: str) -> None:
        """What a button about the steps does: "step", "drop-step.1", "up.1"; anything else changes nothing."""
        steps: list[Any] = self.raw["steps"]
        verb, _dot, rest = do.partition(".")
        place = int(rest) if rest.isascii() and rest.isdigit() and len(rest) < 3 else -1
        if verb == "step":
            steps.append(_new_step())
        elif verb == "drop-step" and 0 <= place < len(steps):
            del steps[place]
        elif verb == "up" and 0 < place < len(steps):
            steps.insert(place - 1, steps.pop(place))

    def write(self, record_type: RecordType, actor: Actor, specs: dict[str, FieldSpec]) -> dict[str, Any] | None:
        """The definition's JSON; None when a condition says nothing, which then has its error."""
        found = filterform.written(self.groups, record_type, actor, specs)
        if self.is_wrong:
            return None
        must = [(name, value) for name, value in found if name != filters.OR]
        ways = [value for name, value in found if name == filters.OR]
        lines = ways if ways else [urlencode(must)] if must else []
        if must and ways:
            lines = ["&".join([urlencode(must), way]) for way in ways]
        steps = [step for step in self.raw["steps"] if step["who"]]
        return self.raw | {"steps": steps, "conditions": "\n".join(lines)}

    @property
    def is_wrong(self) -> bool:
        """Whether a condition was not accepted."""
        return any(row.error for group in self.groups for row in group)

    @property
    def is_fresh(self) -> bool:
        """Whether a field was just chosen, and nobody could say yet what it is compared with."""
        return any(row.fresh for group in self.groups for row in group)

    def others(self) -> list[tuple[str, str]]:
        """The other policies as the form shows them, (id, what it has to say), with room for one more."""
        found = [(str(one.get("policy", "")), str(one.get("how", ""))) for one in self.raw.get("others", [])]
        return [*found, ("", How.APPLIES.value)]

    def steps(self) -> list[dict[str, Any]]:
        """The steps as the form shows them."""
        return [
            {
                "name": one.get("name", ""),
                "mode": one.get("mode", Mode.ALL.value),
                "who": padded([code(who) for who in one.get("who", [])], LEAST_SLOTS),
                "hours": one.get("hours") or "",
                "unit": one.get("unit") or Unit.WORKING_HOURS.value,
                "reminders": one.get("reminders", 1),
                "late": one.get("late", Late.REMIND.value),
            }
            for one in self.raw.get("steps", [])
        ]


def _new_step() -> dict[str, Any]:
    return {"name": "", "mode": Mode.ALL.value, "who": [], "hours": 0, "late": Late.REMIND.value, "reminders": 1}


def code(who: dict[str, Any]) -> str:
    """How a form names approvers: "superior:1", "role:7", "person:12", "field:owner"."""
    kind = who["kind"]
    value = {"superior": who.get("level", 1), "head": who.get("level", 1), "field": who.get("name", "")}
    return f"{kind}:{value.get(kind, who.get('id', 0))}"


def padded(codes: list[str], least: int) -> list[str]:
    """The codes with room for one more, and for `least` at all."""
    return codes + [""] * max(least - len(codes), 1)


def _raw(sent: QueryDict) -> dict[str, Any]:
    steps = []
    for number in range(min(len(sent.getlist("mode")), 20)):
        hours = _at(sent.getlist("hours"), number)
        steps.append({
            "name": _at(sent.getlist("step"), number), "mode": _at(sent.getlist("mode"), number),
            "who": [_who(one) for one in sent.getlist(f"who-{number}") if one],
            "hours": int(hours) if hours.isascii() and hours.isdigit() and len(hours) < 6 else 0,
            "late": _at(sent.getlist("late"), number), "unit": _at(sent.getlist("unit"), number),
            "reminders": _number(_at(sent.getlist("reminders"), number) or "1"),
        })  # fmt: skip
    return {
        "steps": steps,
        "departments": [int(one) for one in sent.getlist("departments") if one.isascii() and one.isdigit()],
        "fields": sent.getlist("fields"),
        "others": [
            {"policy": _number(pk), "how": _at(sent.getlist("how"), number)}
            for number, pk in enumerate(sent.getlist("other"))
            if pk
        ],
        "copies": [_who(one) for one in sent.getlist("copies") if one],
        "empty_person": _number(sent.get("empty_person", "")),
    } | {name: sent.get(name, "") for name in RULES}


def _at(many: list[str], number: int) -> str:
    return many[number] if number < len(many) else ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _who(text: str) -> dict[str, Any]:
    kind, _colon, value = text.partition(":")
    if kind in (Kind.PERSON.value, Kind.ROLE.value):
        return {"kind": kind, "id": _number(value)}
    return {"kind": kind, "name": value} if kind == Kind.FIELD.value else {"kind": kind, "level": _number(value) or 1}
