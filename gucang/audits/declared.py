"""Audit rules as modules declare them about their own records, in `audit_rules.py`:

    @audit_rule(
        "delivering.delivery-waits", on=Delivery, kind=Kind.TIMELINESS, every="hour", responsible=HEAD_OF_WAREHOUSE,
        name=_("Deliveries wait"), says=_("Due on {due_on}, and not confirmed after {working_hours} working hours."),
        labels={"working_hours": _("working hours")},
    )
    def delivery_waits(deliveries, *, now, working_hours: int = 4):
        return deliveries.filter(state="draft", due_on__lt=…)

The function narrows a query of all records to those that offend; it reads no row itself. Words in braces are its
parameters, and columns of the offenders.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from string import Formatter
from typing import Any

from django.db.models import F, Model, QuerySet
from django.utils.translation import override

from gucang.audits.kinds import Every, Severity
from gucang.kernel import records
from gucang.kernel.records import RecordType

Offenders = Callable[..., QuerySet[Any]]
Cases = Callable[..., QuerySet[Any]]
Evidence = Callable[[Collection[int]], Mapping[int, list[int]]]
Tolerances = Callable[..., "Mapping[int, Tolerance]"]

_rules: dict[str, Declared] = {}


@dataclass(frozen=True)
class Tolerance:
    """That something is let be until a day: by which member, what the verdict is called, and where it is read.

    `url` is an address below the company's.
    """

    until: date
    by: int | None
    name: str
    url: str


@dataclass(frozen=True)
class Declared:
    """One rule as the program knows it.

    `responsible` leads to the id of the member whose finding it is: a path of the record, or a function that gives an
    expression once a company is entered; "" is the record's owner. `cost` names the column of an estimate, which is
    converted by the rate of the day where the record has a currency of its own. `evidence(ids)` gives the ids of the
    events that show it, by record; without it, the record's latest. `cases(records, since=…, now=…)` narrows to what
    has had its chance to offend since then, by which a correction is verified; without it, what was made a day ago or
    earlier. `tolerated(ids, now=…, **figures)` tells, by record, which of them would offend if nothing were tolerated
    today. `window` names the figure that says how many days the rule looks back: what only falls out of them was put
    right by nobody. `wanted()` says whether the company that is entered has a use for the rule, and so is given it.
    """

    key: str
    model: type[Model]
    find: Offenders
    kind: str
    name: Any
    says: Any
    severity: str = Severity.WARNING
    every: str = Every.DAY
    responsible: Any = ""
    cost: str = ""
    labels: Mapping[str, Any] = field(default_factory=dict)
    evidence: Evidence | None = None
    cases: Cases | None = None
    tolerated: Tolerances | None = None
    window: str = ""
    wanted: Callable[[], bool] = lambda: True

    @property
    def type(self) -> RecordType:
        """The record type that it is about."""
        return records.by_model(self.model)

    @cached_property
    def defaults(self) -> dict[str, int]:
        """Its figures as they come with the program: {"working_hours": 4}."""
        parameters = inspect.signature(self.find).parameters.values()
        return {
            one.name: one.default
            for one in parameters
            if one.kind is inspect.Parameter.KEYWORD_ONLY and one.default is not inspect.Parameter.empty
        }

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """What its sentence says of each offender besides the rule's own figures."""
        with override(None):
            words = str(self.says)
        return tuple(name for name in _names_in(words) if name not in self.defaults)

    def offenders(self, now: datetime, figures: Mapping[str, int]) -> QuerySet[Any]:
        """The offenders by these figures."""
        return self.find(self.model._default_manager.all(), now=now, **(self.defaults | dict(figures)))


def _names_in(words: str) -> list[str]:
    return list(dict.fromkeys(name for _text, name, _spec, _conversion in Formatter().parse(words) if name))


def whose(responsible: Any, record_type: RecordType) -> Any:
    """The expression behind `responsible`; None where the records of the type belong to nobody."""
    if isinstance(responsible, str):
        path = responsible or record_type.owner
        return F(path) if path else None
    return responsible()


def declare(rule: Declared) -> Declared:
    """Add a rule to the registry. Raises ValueError for a key taken, or a figure that is no whole number or missing."""
    if rule.key in _rules:
        raise ValueError(f"The audit rule {rule.key} is declared twice.")
    if rule.window and rule.window not in rule.defaults:
        raise ValueError(f"The audit rule {rule.key} has no figure {rule.window}.")
    if any(type(value) is not int for value in rule.defaults.values()):
        raise ValueError(f"The figures of the audit rule {rule.key} are whole numbers.")
    _rules[rule.key] = rule
    return rule


def audit_rule(
    key: str, *, on: type[Model], kind: str, name: Any, says: Any, **more: Any
) -> Callable[[Offenders], Any]:
    """Declare the function below as the rule `key`; see `Declared` for the rest. Returns the function as it was."""

    def remember(function: Offenders) -> Offenders:
        declare(Declared(key, on, function, kind, name, says, **more))
        return function

    return remember


def get(key: str) -> Declared | None:
    """The rule declared under `key`; None where no module declares it any more."""
    return _rules.get(key)


def every() -> list[Declared]:
    """All rules, by key."""
    return [_rules[key] for key in sorted(_rules)]
