"""A list in groups: which there are, how many records each has and what these come to. No HTTP."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import BooleanField, DateField, F, QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, TruncMonth
from django.utils.translation import gettext as _t

from gucang.kernel import permissions, records
from gucang.kernel.actors import Actor
from gucang.kernel.fields import FieldSpec
from gucang.kernel.records import RecordType, Uncounted
from gucang.surface import filters, ui
from gucang.surface.labels import labels_of
from gucang.surface.totals import EXACT, Sum, columns_sql, in_currency, sample_share, sampled

MOST = 50
KINDS = frozenset(["choice", "reference", "boolean", "date", "moment"])
NONE = "none"


@dataclass
class Group:
    """One group: the value as it stands in an address, what it is called, how many, and what each column comes to."""

    key: str
    label: str
    count: int
    sums: list[Sum] = field(default_factory=list)


@dataclass
class Grouped:
    """The groups that are shown, how many more there are, and whether all were counted."""

    spec: FieldSpec
    groups: list[Group]
    more: int = 0
    exact: bool = True
    without: str = ""


def groupable(record_type: RecordType, actor: Actor) -> dict[str, FieldSpec]:
    """The fields by which a list can be grouped: what a filter may ask for and has few values, days by their month."""
    specs = filters.filterable(record_type, actor, record_type.custom_fields())
    specs |= {name: record_type.spec(name) for name in record_type.columns if name in record_type.specs}
    return {
        name: spec
        for name, spec in specs.items()
        if (spec.kind in KINDS or name in record_type.groups)
        and not (spec.custom and (spec.computed or spec.kind == "reference"))
        and permissions.may_filter_by(actor, record_type, name)
    }


def grouped(
    query: QuerySet[Any],
    spec: FieldSpec,
    specs: Sequence[FieldSpec],
    actor: Actor,
    *,
    exact: int = EXACT,
    uncounted: Uncounted | None = None,
) -> Grouped:
    """The groups of what `query` finds. One statement, three where it is estimated, one for the names of records."""
    rows = _counted(query, spec, specs, exact + 1, uncounted)
    share = 1.0
    counted = not rows or rows[0][3] <= exact
    if not counted:
        share = sample_share(query)
        rows = _counted(sampled(query, share), spec, specs, None, uncounted)
    groups = [
        Group(_key(spec, value), "", max(round(count / share), 1), _sums(specs, sums, share))
        for value, count, _groups, _all, _gone, *sums in rows
    ]
    _name(groups, spec, actor)
    many = rows[0][2] if rows else 0
    without = str(uncounted.words) if uncounted is not None and specs and any(row[4] for row in rows) else ""
    return Grouped(spec, _ordered(groups, spec), max(many - len(groups), 0), exact=counted, without=without)


def _counted(
    query: QuerySet[Any],
    spec: FieldSpec,
    specs: Sequence[FieldSpec],
    limit: int | None,
    uncounted: Uncounted | None,
) -> list[Any]:
    """(value, rows, groups in all, rows in all, whether some are uncounted, {currency: sum} of each column) of the
    largest groups; of days the latest.
    """
    names, sql, params = columns_sql(query, specs, limit=limit, uncounted=uncounted, k=_value(spec))
    if not sql:
        return []
    parts = "".join(f", sum({name}) AS {name}" for name in names)
    sums = "".join(f", jsonb_object_agg(cur, {name}::text) FILTER (WHERE {name} IS NOT NULL)" for name in names)
    order = "1 DESC NULLS LAST" if spec.kind in ("date", "moment") else "2 DESC, 1"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT k, sum(n)::bigint, count(*) OVER (), sum(sum(n)) OVER ()::bigint, bool_or(gone){sums} "  # noqa: S608
            f"FROM (SELECT k, cur, count(*) AS n, bool_or(gone) AS gone{parts} FROM ({sql}) few GROUP BY k, cur) parts "
            f"GROUP BY k ORDER BY {order} LIMIT {MOST}",
            params,
        )
        return list(cursor.fetchall())


def _sums(specs: Sequence[FieldSpec], found: Sequence[Any], share: float) -> list[Sum]:
    """What the columns of one group come to, out of a sample of that share."""
    sums = [Sum(spec) for spec in specs]
    for one, amounts in zip(sums, found, strict=True):
        # A cursor of ours reads JSON as it stands.
        told = json.loads(amounts) if isinstance(amounts, str) else amounts or {}
        for currency, amount in told.items():
            one.add(currency if in_currency(one.spec) else "", Decimal(amount) / Decimal(share))
    return sums


def _value(spec: FieldSpec) -> Any:
    if spec.custom:
        text = KeyTextTransform(spec.name.removeprefix("extra."), "extra")
        if spec.kind == "boolean":
            return Cast(text, BooleanField())
        return TruncMonth(Cast(text, DateField())) if spec.kind == "date" else Cast(text, TextField())
    if spec.kind in ("date", "moment"):
        return TruncMonth(spec.name, output_field=DateField())
    return F(f"{spec.name}_id" if spec.kind == "reference" else spec.name)


def _key(spec: FieldSpec, value: Any) -> str:
    if value is None or value == "":
        return NONE
    if spec.kind in ("date", "moment"):
        return f"{value:%Y-%m}"
    if spec.kind == "boolean":
        return "1" if value else "0"
    return str(value)


def _name(groups: Sequence[Group], spec: FieldSpec, actor: Actor) -> None:
    labels: dict[Any, str] = {}
    if spec.target is not None:
        labels = labels_of(actor, {spec.target: [int(one.key) for one in groups if one.key != NONE]})
    for one in groups:
        if one.key == NONE:
            one.label = _t("none")
        elif spec.target is not None:
            one.label = labels.get((spec.target, int(one.key)), _t("not visible"))
        elif spec.kind in ("date", "moment"):
            one.label = ui.month_text(date.fromisoformat(f"{one.key}-01"))
        elif spec.kind == "boolean":
            one.label = _t("yes") if one.key == "1" else _t("no")
        else:
            one.label = spec.show(one.key)


def _ordered(groups: list[Group], spec: FieldSpec) -> list[Group]:
    """What has an order of its own by that, everything else as it was found; what has no value comes last."""
    places = _places(groups, spec)
    return sorted(groups, key=lambda one: (one.key == NONE, places.get(one.key, len(places))))


def _places(groups: Sequence[Group], spec: FieldSpec) -> dict[str, int]:
    """The place of each value: choices as they are declared, records such as stages by their place in the row."""
    if spec.target is None:
        return {str(value): place for place, (value, _label) in enumerate(spec.choices)}
    record_type = records.by_model(spec.target)
    if record_type.order != "position":
        return {}
    wholes = [name for name in record_type.concerns if "position" in records.by_model(_target(record_type, name)).specs]
    rows = spec.target._default_manager.filter(pk__in=[int(one.key) for one in groups if one.key != NONE])
    found = rows.order_by(*(f"{name}__position" for name in wholes), *wholes, "position", "pk").values_list("pk")
    return {str(pk): place for place, (pk,) in enumerate(found)}


def _target(record_type: RecordType, name: str) -> Any:
    return record_type.specs[name].target


def within(query: QuerySet[Any], spec: FieldSpec, key: str, actor: Actor) -> QuerySet[Any]:
    """The records of one group. Raises BadValue for a key that none has."""
    if spec.kind == "text" and key != NONE:
        return query.filter(**{spec.name: key})  # a text may hold the comma that divides the values of a filter
    return query.filter(filters.condition(spec, "", [key[:200]], actor)[1])
