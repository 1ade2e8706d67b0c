"""How many records a filter finds, and what their amounts come to: exact up to EXACT, estimated beyond. No HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, DecimalField, ExpressionWrapper, F, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from gucang.kernel import permissions
from gucang.kernel.actors import Actor
from gucang.kernel.currency import own_currency
from gucang.kernel.custom import conditions as own
from gucang.kernel.custom.terms import SCALE
from gucang.kernel.fields import FieldSpec
from gucang.kernel.records import RecordType, Uncounted
from gucang.surface import probing

EXACT, SAMPLE = 100_000, 30_000
_NUMBER = r"^-?[0-9]+(\.[0-9]+)?$"


@dataclass
class Sum:
    """What one column comes to, by currency ("" is the company's own, which comes first)."""

    spec: FieldSpec
    amounts: dict[str, Decimal] = field(default_factory=dict)

    def add(self, currency: str, amount: Decimal) -> None:
        """Add what is in a currency. Never across currencies: yuan and dollars come to nothing together."""
        known = currency if currency != own_currency() else ""
        self.amounts[known] = self.amounts.get(known, Decimal(0)) + amount
        self.amounts = dict(sorted(self.amounts.items()))


@dataclass
class Totals:
    """How many there are, what they come to, and whether that was counted rather than estimated.

    `without` says what is left out of the sums, "" where all is in.
    """

    count: int
    sums: list[Sum]
    exact: bool = True
    without: str = ""


def summable(record_type: RecordType, actor: Actor, specs: Sequence[FieldSpec]) -> list[FieldSpec]:
    """Those columns that may be added up: amounts and own numbers that are hidden from the actor on no record.

    The prices of a list come to nothing (see `summed`); the whole numbers of the program itself are places in a row,
    days and hours; shares do not add up either.
    """
    return [
        spec
        for spec in specs
        if spec.numeric
        and spec.summed
        and (spec.custom or spec.kind != "integer")
        and "%" not in str(spec.label)
        and permissions.may_filter_by(actor, record_type, spec.name)
    ]


def totals(
    query: QuerySet[Any], specs: Sequence[FieldSpec], *, exact: int = EXACT, uncounted: Uncounted | None = None
) -> Totals:
    """Add up the columns `specs` of everything that `query` finds. One statement; three where it is estimated.

    Where own fields filter, those that find out how (see `probing`) come before.
    """
    if own.asked_by(query):
        with own.one_by_one():
            if (some := probing.certain(query)) is not None:
                return added(some, specs, uncounted=uncounted)
    found = added(query, specs, limit=exact + 1, uncounted=uncounted)
    if found.count <= exact:
        return found
    share = sample_share(query)
    found = added(sampled(query, share), specs, uncounted=uncounted)
    count = max(round(found.count / share), exact + 1)
    scaled = [Sum(one.spec, {key: value / Decimal(share) for key, value in one.amounts.items()}) for one in found.sums]
    return Totals(count, scaled, exact=False, without=found.without)


def added(
    query: QuerySet[Any], specs: Sequence[FieldSpec], limit: int | None = None, uncounted: Uncounted | None = None
) -> Totals:
    """Count and add up at most `limit` rows, each currency by itself."""
    names, sql, params = columns_sql(query, specs, limit=limit, uncounted=uncounted)
    sums = [Sum(spec) for spec in specs]
    if not sql:
        return Totals(0, sums)
    listed = "".join(f", sum({name})" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT cur, count(*), bool_or(gone){listed} FROM ({sql}) few GROUP BY cur",  # noqa: S608
            params,
        )
        rows = cursor.fetchall()
    for currency, _count, _gone, *amounts in rows:
        for one, amount in zip(sums, amounts, strict=True):
            if amount is not None:
                one.add(currency if in_currency(one.spec) else "", Decimal(amount))
    gone = specs and any(row[2] for row in rows)
    without = str(uncounted.words) if uncounted is not None and gone else ""
    return Totals(sum(row[1] for row in rows), sums, without=without)


def in_currency(spec: FieldSpec) -> bool:
    """Whether a column is in the currency of its record."""
    return spec.kind == "money" and not spec.in_own


def columns_sql(
    query: QuerySet[Any],
    specs: Sequence[FieldSpec],
    *,
    limit: int | None = None,
    uncounted: Uncounted | None = None,
    **more: Any,
) -> tuple[list[str], str, tuple[Any, ...]]:
    """The names and the statement of the columns `specs`, of the currency as `cur`, and of `more`; "" finds nothing.

    What is `uncounted` has no amounts there and says so as `gone`.
    """
    has_currency = any(one.name == "currency" for one in query.model._meta.concrete_fields)
    values = {"cur": F("currency") if has_currency else Value("")} | more
    values |= {f"a{n}": _amount(spec) for n, spec in enumerate(specs)}
    values["gone"] = Value(False)
    if uncounted is not None:
        values["gone"] = Case(When(uncounted.where, then=Value(True)), default=Value(False))
        values |= {name: Case(When(~uncounted.where, then=values[name])) for name in values if name[:1] == "a"}
    narrow = query.order_by().select_related(None).values(**values)
    try:
        sql, params = (narrow[:limit] if limit is not None else narrow).query.sql_with_params()
    except EmptyResultSet:
        return [], "", ()
    return [f"a{n}" for n in range(len(specs))], sql, params


def _amount(spec: FieldSpec) -> Any:
    if not spec.custom:
        return F(spec.name)
    if spec.computed:
        return ExpressionWrapper(
            Subquery(own.rows(spec, object_id=OuterRef("pk")).values("number")[:1]) / Value(SCALE),
            output_field=DecimalField(max_digits=30, decimal_places=6),
        )
    text = KeyTextTransform(spec.name.removeprefix("extra."), "extra")
    number = DecimalField(max_digits=30, decimal_places=6)
    # A field that was text before its kind changed may hold anything.
    return Case(When(**{f"{_path(spec)}__regex": _NUMBER}, then=Cast(text, number)), default=None, output_field=number)


def _path(spec: FieldSpec) -> str:
    return f"extra__{spec.name.removeprefix('extra.')}"


def sample_share(query: QuerySet[Any]) -> float:
    """Which share of the table to look at, so that it comes to about SAMPLE rows; at most 1."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [query.model._meta.db_table])
        rows = float(cursor.fetchone()[0])
    return min(1.0, SAMPLE / rows) if rows > 0 else 1.0


def sampled(query: QuerySet[Any], share: float) -> QuerySet[Any]:
    """`query` within a part of the table's pages, the same ones each time, so that a figure does not flicker."""
    if share >= 1:
        return query
    table = connection.ops.quote_name(query.model._meta.db_table)
    sql = f"SELECT id FROM {table} TABLESAMPLE SYSTEM (%s) REPEATABLE (42)"  # noqa: S608
    sample = RawSQL(sql, [share * 100])  # noqa: S611
    return query.filter(pk__in=sample)
