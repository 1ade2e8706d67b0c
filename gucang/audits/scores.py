"""主数据 scores: how much of what belongs to a record of its kind is filled in, in percent; by record and by owner.

Whoever owns a type says what belongs to it:

    scores.keep(Completeness("customer", ("level",), {("A",): ("phone", "city"), ("B",): ("phone",)}))
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Case, Count, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Cast

from gucang.kernel import records
from gucang.kernel.actors import Access, Actor
from gucang.kernel.permissions import access


@dataclass(frozen=True)
class Completeness:
    """Which text fields belong to a record, by the values of a few others: `by` ("level", "kind") looks up `wanted`."""

    record_type: str
    by: tuple[str, ...]
    wanted: Mapping[tuple[Any, ...], tuple[str, ...]]

    def annotate(self, query: QuerySet[Any]) -> QuerySet[Any]:
        """`query` with `data_score`, 0 to 100; 100 for what nothing is asked of."""
        alike: dict[tuple[str, ...], Q] = {}
        for values, names in self.wanted.items():
            alike[names] = alike.get(names, Q(pk__in=())) | Q(**dict(zip(self.by, values, strict=True)))
        whens = [When(condition, then=_percent(names)) for names, condition in alike.items() if names]
        return query.annotate(data_score=Case(*whens, default=Value(100), output_field=IntegerField()))

    def asked(self, record: Any) -> tuple[str, ...]:
        """The fields that belong to one record. No query."""
        return self.wanted.get(tuple(getattr(record, name) for name in self.by), ())

    def score(self, record: Any) -> int:
        """What `annotate` says of one record. No query."""
        names = self.asked(record)
        return sum(bool(getattr(record, name)) for name in names) * 100 // len(names) if names else 100

    def missing(self, record: Any, actor: Actor) -> list[str]:
        """The labels of what is not filled in of one record, as far as this person may know it. No query."""
        record_type = records.get(self.record_type)
        return [
            str(record_type.specs[name].label)
            for name in self.asked(record)
            if not getattr(record, name) and access(actor, record_type, name, record) is not Access.HIDDEN
        ]


def _percent(names: tuple[str, ...]) -> Any:
    filled: Any = Value(0)
    for name in names:
        filled = filled + Case(When(~Q(**{name: ""}), then=Value(1)), default=Value(0), output_field=IntegerField())
    return Cast(filled * 100 / len(names), IntegerField())


_kept: dict[str, Completeness] = {}


def keep(completeness: Completeness) -> Completeness:
    """Let a type have scores. Raises ValueError for one that has."""
    if completeness.record_type in _kept:
        raise ValueError(f"{completeness.record_type} has its scores already.")
    _kept[completeness.record_type] = completeness
    return completeness


def of(record_type: str) -> Completeness:
    """The scores of a type. Raises LookupError."""
    return _kept[record_type]


def has(record_type: str) -> bool:
    """Whether records of this type have scores."""
    return record_type in _kept


def every() -> list[Completeness]:
    """All of them, in the order of their registration."""
    return list(_kept.values())


@dataclass(frozen=True)
class OwnerScore:
    """How complete what somebody owns is."""

    member: int | None
    count: int
    score: float


def by_owner(completeness: Completeness, query: QuerySet[Any]) -> list[OwnerScore]:
    """The scores of the records of `query` by owner, the lowest first. One query."""
    path = records.get(completeness.record_type).owner
    rows = completeness.annotate(query).order_by().values(path).annotate(n=Count("pk"), s=Avg("data_score"))
    found = [OwnerScore(row[path], row["n"], float(row["s"])) for row in rows if row[path] is not None]
    return sorted(found, key=lambda one: (one.score, one.member or 0))
