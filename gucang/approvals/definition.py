"""What a policy says: for which deeds, whose agreement, in which order, and what holds in the cases nobody likes.

Kept as JSON in a version of the policy, so that a request that is under way finishes by the words it began with.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gucang.kernel.errors import Invalid
from gucang.worktime.hours import Unit

MOST_STEPS = 12
MOST_APPROVERS = 20
MOST_LEVEL = 8
MOST_TIME = 720
MOST_REMINDERS = 5
MOST_OTHERS = 6


class Mode(StrEnum):
    """How many of a step's approvers have to agree."""

    ALL = "all"
    ANY = "any"
    IN_ORDER = "in_order"


class Kind(StrEnum):
    """How an approver is named."""

    PERSON = "person"
    ROLE = "role"
    SUPERIOR = "superior"
    HEAD = "head"
    FIELD = "field"


class Late(StrEnum):
    """What happens to a step whose time is over, besides that its approvers are reminded."""

    REMIND = "remind"
    SUPERIOR = "superior"
    AGREE = "agree"
    RETURN = "return"


class How(StrEnum):
    """What another policy says about whether one asks."""

    APPLIES = "applies"
    NOT = "not"
    AGREED = "agreed"
    NOT_AGREED = "not_agreed"


class Empty(StrEnum):
    """Nobody is found for a step."""

    ADMIN = "admin"
    PERSON = "person"
    PASS = "pass"  # noqa: S105


class Same(StrEnum):
    """An approver is who asks."""

    SUPERIOR = "superior"
    SKIP = "skip"
    ALLOW = "allow"


class Twice(StrEnum):
    """An approver has agreed in an earlier step: is asked once, not twice in a row, or in each step."""

    FIRST = "first"
    CONSECUTIVE = "consecutive"
    EACH = "each"


class Disabled(StrEnum):
    """An approver does not work here any more."""

    SUPERIOR = "superior"
    ADMIN = "admin"
    DROP = "drop"


class AfterReturn(StrEnum):
    """What was agreed to before a return has to be agreed to again, or stands if nothing of it was changed."""

    THROUGH = "through"
    STRAIGHT = "straight"


# By kind and value: members of different kinds that are spelled the same are the same key of a dict.
_LABELS: dict[tuple[type[StrEnum], str], Any] = {
    (Mode, Mode.ALL.value): _("all of them agree"),
    (Mode, Mode.ANY.value): _("one of them agrees"),
    (Mode, Mode.IN_ORDER.value): _("all agree, one after the other"),
    (Late, Late.REMIND.value): _("they are only reminded"),
    (Late, Late.SUPERIOR.value): _("it goes to their manager"),
    (Late, Late.AGREE.value): _("the step passes by itself"),
    (Late, Late.RETURN.value): _("it goes back to who asks"),
    (How, How.APPLIES.value): _("asks about this too"),
    (How, How.NOT.value): _("does not ask about this"),
    (How, How.AGREED.value): _("was agreed to before"),
    (How, How.NOT_AGREED.value): _("was never agreed to"),
    (Empty, Empty.ADMIN.value): _("an administrator decides"),
    (Empty, Empty.PERSON.value): _("this person decides"),
    (Empty, Empty.PASS.value): _("the step passes"),
    (Same, Same.SUPERIOR.value): _("their manager decides"),
    (Same, Same.SKIP.value): _("is left out"),
    (Same, Same.ALLOW.value): _("decides all the same"),
    (Twice, Twice.FIRST.value): _("is asked the first time only"),
    (Twice, Twice.CONSECUTIVE.value): _("is not asked twice in a row"),
    (Twice, Twice.EACH.value): _("is asked each time"),
    (Disabled, Disabled.SUPERIOR.value): pgettext_lazy("left", "their manager decides"),
    (Disabled, Disabled.ADMIN.value): pgettext_lazy("left", "an administrator decides"),
    (Disabled, Disabled.DROP.value): pgettext_lazy("left", "is left out"),
    (AfterReturn, AfterReturn.THROUGH.value): _("goes through all steps again"),
    (AfterReturn, AfterReturn.STRAIGHT.value): _("goes straight back, if nothing was changed"),
}


def label(one: StrEnum) -> Any:
    """What a choice of a policy is called."""
    return _LABELS[type(one), one.value]


@dataclass(frozen=True)
class Who:
    """One way to name approvers: a person, a role, the n-th superior, the head of the department, a field."""

    kind: Kind
    id: int = 0
    level: int = 1
    name: str = ""


@dataclass(frozen=True)
class Step:
    """One step. `hours` is the time until it is late, in `unit`; 0 is without end. `reminders` come before that."""

    name: str
    mode: Mode
    who: tuple[Who, ...]
    hours: int = 0
    late: Late = Late.REMIND
    unit: str = Unit.WORKING_HOURS.value
    reminders: int = 1


@dataclass(frozen=True)
class Other:
    """Another policy about the same records, and what it has to say for this one to ask."""

    policy: int
    how: How


@dataclass(frozen=True)
class Definition:
    """A policy's words. `conditions` are lines of list parameters of which one must hold; `departments` are those of
    who asks, with the ones below; of `fields` one must be changed; what `others` say must all be so. Each may be empty,
    which is "always".
    """

    steps: tuple[Step, ...]
    conditions: str = ""
    departments: tuple[int, ...] = ()
    fields: tuple[str, ...] = ()
    others: tuple[Other, ...] = ()
    copies: tuple[Who, ...] = ()
    empty: Empty = Empty.ADMIN
    empty_person: int = 0
    same: Same = Same.SUPERIOR
    twice: Twice = Twice.FIRST
    disabled: Disabled = Disabled.SUPERIOR
    after_return: AfterReturn = AfterReturn.THROUGH

    def to_json(self) -> dict[str, Any]:
        """The words as they are kept."""
        return asdict(self)


def read(text: str) -> Definition:
    """A definition from JSON text. Raises Invalid with a sentence."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        raw = None
    if not isinstance(raw, dict):
        raise _wrong(_t("This cannot be read as a policy."))
    return of(raw)


def of(raw: Mapping[str, Any]) -> Definition:
    """A definition from its JSON values. Raises Invalid with a sentence."""
    known = {"steps", "conditions", "departments", "fields", "others", "copies", "empty", "empty_person", "same",
             "twice", "disabled", "after_return"}  # fmt: skip
    if unknown := sorted(raw.keys() - known):
        raise _wrong(_t("A policy knows no “%(name)s”.") % {"name": str(unknown[0])[:40]})
    steps = tuple(_step(one, number) for number, one in enumerate(_list(raw.get("steps")), start=1))
    if not steps:
        raise _wrong(_t("Say in a first step who has to agree."))
    if len(steps) > MOST_STEPS:
        raise _wrong(_t("At most %(most)s steps fit.") % {"most": MOST_STEPS})
    found = Definition(
        steps=steps,
        conditions=str(raw.get("conditions") or "").strip(),
        departments=tuple(_int(one) for one in _list(raw.get("departments"))),
        fields=tuple(str(one)[:80] for one in _list(raw.get("fields"))),
        others=tuple(_other(one) for one in _list(raw.get("others"))[:MOST_OTHERS]),
        copies=tuple(_who(one) for one in _list(raw.get("copies"))[:MOST_APPROVERS]),
        empty=_one_of(Empty, raw.get("empty"), Empty.ADMIN),
        empty_person=_int(raw.get("empty_person") or 0),
        same=_one_of(Same, raw.get("same"), Same.SUPERIOR),
        twice=_one_of(Twice, raw.get("twice"), Twice.FIRST),
        disabled=_one_of(Disabled, raw.get("disabled"), Disabled.SUPERIOR),
        after_return=_one_of(AfterReturn, raw.get("after_return"), AfterReturn.THROUGH),
    )
    if found.empty is Empty.PERSON and not found.empty_person:
        raise _wrong(_t("Choose who decides where nobody is found."))
    return found


def _step(raw: Any, number: int) -> Step:
    if not isinstance(raw, dict):
        raise _wrong(_t("This cannot be read as a policy."))
    who = tuple(_who(one) for one in _list(raw.get("who")))
    if not who:
        raise _wrong(_t("Say who has to agree in step %(number)s.") % {"number": number})
    if len(who) > MOST_APPROVERS:
        raise _wrong(_t("A step has at most %(most)s approvers.") % {"most": MOST_APPROVERS})
    hours = _int(raw.get("hours") or 0)
    if not 0 <= hours <= MOST_TIME:
        raise _wrong(_t("The time of a step is 1 to %(most)s, or it has no end.") % {"most": MOST_TIME})
    reminders = _int(1 if raw.get("reminders") is None else raw["reminders"])
    if not 0 <= reminders <= MOST_REMINDERS:
        raise _wrong(_t("They are reminded at most %(most)s times before it is late.") % {"most": MOST_REMINDERS})
    return Step(
        name=str(raw.get("name") or "").strip()[:60],
        mode=_one_of(Mode, raw.get("mode"), Mode.ALL),
        who=who,
        hours=hours,
        late=_one_of(Late, raw.get("late"), Late.REMIND),
        unit=_one_of(Unit, raw.get("unit"), Unit.WORKING_HOURS).value,
        reminders=reminders,
    )


def _other(raw: Any) -> Other:
    if not isinstance(raw, dict) or not raw.get("policy"):
        raise _wrong(_t("Choose the other policy."))
    return Other(_int(raw["policy"]), _one_of(How, raw.get("how"), How.APPLIES))


def _who(raw: Any) -> Who:
    if not isinstance(raw, dict):
        raise _wrong(_t("This cannot be read as a policy."))
    found = Who(
        kind=_one_of(Kind, raw.get("kind"), None),
        id=_int(raw.get("id") or 0),
        level=_int(raw.get("level") or 1),
        name=str(raw.get("name") or "")[:60],
    )
    if found.kind in (Kind.PERSON, Kind.ROLE) and not found.id:
        raise _wrong(_t("Choose the person or the role that agrees."))
    if found.kind is Kind.FIELD and not found.name:
        raise _wrong(_t("Choose the field that names who agrees."))
    if not 1 <= found.level <= MOST_LEVEL:
        raise _wrong(_t("A superior is 1 to %(most)s levels above.") % {"most": MOST_LEVEL})
    return found


def _list(raw: Any) -> list[Any]:
    if raw is None:
        return []
    if not isinstance(raw, list | tuple):
        raise _wrong(_t("This cannot be read as a policy."))
    return list(raw)


def _int(raw: Any) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise _wrong(_t("This cannot be read as a policy."))
    return raw


def _one_of(kind: type[Any], raw: Any, default: Any) -> Any:
    if raw in (None, "") and default is not None:
        return default
    try:
        return kind(raw)
    except ValueError:
        raise _wrong(_t("“%(text)s” is none of the choices here.") % {"text": str(raw)[:40]}) from None


def _wrong(sentence: str) -> Invalid:
    return Invalid({"definition": [sentence]})
