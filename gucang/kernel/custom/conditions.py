"""Filters by own fields, as Q over their record type: all through the index, see `FieldValue`.

`EXISTS` and not a join, so that the planner chooses by its statistics: from the index to few records, or along the
list's own order with a look into the index for each.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.expressions import CombinedExpression
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Upper
from django.db.models.lookups import Contains, Exact
from django.db.models.sql.where import AND, WhereNode

from gucang.kernel.custom.terms import NUMBERED, UNKEPT, WORD, number_of, word_of
from gucang.kernel.fields import FieldSpec
from gucang.kernel.models import FieldValue, FieldWork

BY_WORD = frozenset(["choice", "choices"])
# What lists can be sorted by: a record has no order that people understand, several choices have many.
SORTABLE = frozenset(["text", "email", "phone", "choice", "integer", "decimal", "money", "date", "boolean"])


def rows(spec: FieldSpec, **where: Any) -> QuerySet[Any]:
    """The part of the index about one field."""
    assert spec.own is not None
    found: QuerySet[Any] = FieldValue.objects.filter(field_id=spec.own.field_id, **where)
    return found


_one_by_one: ContextVar[bool] = ContextVar("one_by_one", default=False)


class Held(Exists):
    """That the index holds a row for a record; while `one_by_one`, looked up for each record that is looked at."""

    spec: FieldSpec
    where: dict[str, Any]

    @property
    def is_range(self) -> bool:
        """Whether it asks for more or less than something."""
        return any("__" in name and not name.endswith("__in") for name in self.where)

    def objects(self) -> QuerySet[Any]:
        """The ids of the records that have it, whoever may see them."""
        return rows(self.spec, **self.where).values_list("object_id", flat=True)

    def as_sql(self, compiler: Any, connection: Any, **more: Any) -> Any:  # type: ignore[override]
        if not _one_by_one.get():
            return super().as_sql(compiler, connection, **more)
        single = self.copy()
        single.query.where.children = [_by_record(one) for one in single.query.where.children]
        sql, params = super(Held, single).as_sql(compiler, connection, **more)
        # What has an OFFSET, the planner leaves where it stands instead of joining all that the field holds.
        return (f"{sql[:-1]} OFFSET 0)" if sql.endswith(")") else sql), params  # "false" for what nothing can fit


def _by_record(lookup: Any) -> Any:
    """A bound of a range so that no index serves it: through the index of numbers, each look would read the range."""
    if getattr(getattr(lookup.lhs, "target", None), "name", "") != "number" or lookup.lookup_name in ("exact", "in"):
        return lookup
    found = copy(lookup)
    found.lhs = CombinedExpression(lookup.lhs, "+", Value(0), output_field=BigIntegerField())
    return found


@contextmanager
def one_by_one() -> Iterator[None]:
    """Statements compiled inside look into the index for each record: right where few records are looked at."""
    token = _one_by_one.set(True)
    try:
        yield
    finally:
        _one_by_one.reset(token)


def asked_by(query: QuerySet[Any]) -> bool:
    """Whether a query asks the index anywhere."""
    return _asks(query.query.where)


def _asks(part: Any) -> bool:
    if isinstance(part, Held):
        return True
    parts = part.children if hasattr(part, "children") else getattr(part, "get_source_expressions", list)()
    return any(_asks(one) for one in parts)


def required_by(query: QuerySet[Any]) -> list[Held]:
    """What a query asks the index of every record that it finds."""
    return list(_required(query.query.where))


def _required(part: Any) -> Iterator[Held]:
    if isinstance(part, Held):
        yield part
    elif isinstance(part, Exact) and part.rhs is True:
        yield from _required(part.lhs)
    elif isinstance(part, WhereNode) and not part.negated and (part.connector == AND or len(part.children) == 1):
        for one in part.children:
            yield from _required(one)


def without(query: QuerySet[Any]) -> QuerySet[Any]:
    """The query without what `required_by` names: more records, found without the index."""
    found = query.all()
    _drop(found.query.where)
    return found


def _drop(node: WhereNode) -> None:
    if node.negated or (node.connector != AND and len(node.children) > 1):
        return
    node.children = [one for one in node.children if not isinstance(getattr(one, "lhs", one), Held)]
    for one in node.children:
        if isinstance(one, WhereNode):
            _drop(one)


def together(conditions: Iterable[Q]) -> Q:
    """All of these; where two are the ends of a range of one field, as one look into the index.

    Each end by itself is a wide range: the index would be asked for most of what the field holds.
    """
    found, ranges = Q(), dict[str, Held]()
    for condition in conditions:
        held: Any = condition.children[0] if len(condition.children) == 1 and not condition.negated else None
        if not isinstance(held, Held) or not all(name.startswith("number__") for name in held.where):
            found &= condition
        elif (other := ranges.get(held.spec.name)) is None or other.where.keys() & held.where.keys():
            found &= Q(ranges.pop(held.spec.name)) if other is not None else Q()
            ranges[held.spec.name] = held
        else:
            ranges[held.spec.name] = _held(held.spec, other.where | held.where)
    for held in ranges.values():
        found &= Q(held)
    return found


def _held(spec: FieldSpec, where: dict[str, Any]) -> Held:
    found = Held(rows(spec, object_id=OuterRef("pk"), **where))
    found.spec, found.where = spec, where
    return found


def _has(spec: FieldSpec, **where: Any) -> Q:
    return Q(_held(spec, where))


def filled(spec: FieldSpec) -> Q:
    """The records where the field holds something."""
    if spec.kind in UNKEPT:
        return ~Q(**{f"{_path(spec)}__isnull": True}) & ~Q(**{_path(spec): ""})
    return _has(spec)


def among(spec: FieldSpec, values: Collection[Any]) -> Q:
    """The records where the field holds one of `values` (clean, or as stored); None stands for nothing at all."""
    real = [value for value in values if value is not None]
    empty = ~filled(spec) if None in values else None
    if not real:
        return empty if empty is not None else Q(pk__in=())
    found = _one_of(spec, real)
    return found | empty if empty is not None else found


def _one_of(spec: FieldSpec, real: Sequence[Any]) -> Q:
    if spec.kind == "boolean":
        wanted = {bool(value) for value in real}
        return Q() if len(wanted) == 2 else _has(spec) if True in wanted else ~_has(spec)
    if spec.kind in BY_WORD:
        return _within(spec, "word", [str(value)[:WORD] for value in real])
    if spec.kind in NUMBERED:
        return _within(spec, "number", [number_of(spec.kind, value) for value in real])
    if spec.computed or spec.kind in UNKEPT:
        # A formula's text is nowhere but in the index; what sounds alike stands together there.
        return _within(spec, "word", [word_of(str(value)) for value in real]) if spec.computed else _texts(spec, real)
    return _within(spec, "word", [word_of(str(value)) for value in real]) & _texts(spec, real)


def _texts(spec: FieldSpec, real: Sequence[Any]) -> Q:
    return Q(**{f"{_path(spec)}__in": [str(value) for value in real]})


def _within(spec: FieldSpec, column: str, values: Sequence[Any]) -> Q:
    return _has(spec, **({column: values[0]} if len(values) == 1 else {f"{column}__in": values}))


def contains(spec: FieldSpec, text: str) -> Q:
    """The records where the text holds `text`, large or small letters alike. It looks at every record: no index."""
    if spec.computed:
        return _has(spec, word__contains=word_of(text))
    column = Upper(KeyTextTransform(spec.name.removeprefix("extra."), "extra"))
    return Q(Contains(column, Value(text.upper(), output_field=TextField())))


def between(spec: FieldSpec, low: Any = None, high: Any = None, *, over: bool = False, under: bool = False) -> Q:
    """The records whose number or day is from `low` up to `high`; `over` and `under` leave the bound itself out."""
    where = {}
    if low is not None:
        where["number__gt" if over else "number__gte"] = number_of(spec.kind, low)
    if high is not None:
        where["number__lt" if under else "number__lte"] = number_of(spec.kind, high)
    return _has(spec, **where) if where else Q()


def days(spec: FieldSpec, start: date | None, end: date | None) -> Q:
    """The records whose day is from `start` on and before `end`."""
    return between(spec, start, end, under=True)


def sort_column(spec: FieldSpec) -> str:
    """The column of the index that sorts a field."""
    return "number" if spec.kind in NUMBERED or spec.kind == "choice" else "word"


def at_work(spec: FieldSpec) -> FieldWork | None:
    """The work on a field's index that is not done yet: until then filters by it would not find everything."""
    if spec.own is None:
        return None
    found: FieldWork | None = FieldWork.objects.filter(field_id=spec.own.field_id, afresh=True).first()
    return found


def _path(spec: FieldSpec) -> str:
    return f"extra__{spec.name.removeprefix('extra.')}"
