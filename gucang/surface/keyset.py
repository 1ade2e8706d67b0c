"""Paging by the last row seen: page 9 000 costs what page 1 does, and new rows neither repeat nor hide others.

No HTTP here: lists, the API, exports and timelines use it.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _t

from gucang.kernel.custom import conditions as own
from gucang.kernel.errors import Invalid
from gucang.kernel.fields import FieldSpec, to_json
from gucang.surface import probing
from gucang.surface.expressions import RowBeyond

MAX_CURSOR = 400
COUNT_CAP = 10_000
OWN_KEY = "_own_key"  # where a row keeps what it is sorted by


@dataclass(frozen=True)
class Order:
    """How a list is sorted: by one column, then by id in the same direction. Rows without a value come last.

    `column` is what people choose, `key` the column that really sorts, where that is another one (see `order_of`).
    `own` is the company's own field that sorts, by its place in the index over own fields.
    """

    column: str = "id"
    descending: bool = True
    nullable: bool = False
    key: str = ""
    own: FieldSpec | None = None

    @property
    def by(self) -> str:
        """The column that sorts."""
        return self.key or self.column

    @property
    def name(self) -> str:
        """As it stands in an address: "-updated_at"."""
        return f"-{self.column}" if self.descending else self.column


@dataclass(frozen=True)
class Page:
    """Some rows, and the cursor of the next page ("" on the last one)."""

    rows: list[Any]
    next: str


def order_of(model: type[Model], name: str) -> Order:
    """The order called `name` ("-amount", "name"). Raises FieldDoesNotExist.

    A model may say `sorts_by = {"name": "name_key"}`: people sort by the name, and its pinyin does it. Amounts do so
    too: numeric comparisons are not leakproof, so under row security no index would find the place of a deep page.
    """
    column = name.removeprefix("-")
    if column in ("id", "pk"):
        return Order("id", name.startswith("-"))
    model._meta.get_field(column)
    key = getattr(model, "sorts_by", {}).get(column, "")
    field: Any = model._meta.get_field(key or column)
    return Order(column, name.startswith("-"), bool(field.null), key)


def own_order(spec: FieldSpec, name: str) -> Order:
    """The order by one of the company's own fields; `name` is "extra.size" or "-extra.size"."""
    return Order(spec.name, name.startswith("-"), nullable=True, own=spec)


def page(query: QuerySet[Any], order: Order, cursor: str = "", limit: int = 50) -> Page:
    """The `limit` rows after `cursor` ("" is the start), sorted by `order`. One query; two where nulls begin.

    Raises Invalid (field "after") for a cursor that no page gave, or that belongs to another order.
    """
    at = place_of(cursor, order, query.model) if cursor else None
    rows: list[Any] = []
    if at is None or at[0] is not None:
        rows = _own_rows(query, order, at, limit + 1) if order.own else _first(query, order, at, limit + 1)
    if order.nullable and len(rows) <= limit:
        after_null = at[1] if at is not None and at[0] is None else None
        rows += list(_empty(query, order, after_null)[: limit + 1 - len(rows)])
    more = len(rows) > limit
    rows = rows[:limit]
    return Page(rows, cursor_after(order, rows[-1]) if more else "")


def cursor_after(order: Order, row: Any) -> str:
    """The cursor of what follows `row`: opaque to whoever gets it."""
    value = row.__dict__.get(OWN_KEY) if order.own else None if order.by == "id" else to_json(getattr(row, order.by))
    text = json.dumps([order.name, value, row.pk], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def quick_count(query: QuerySet[Any], shown: Page | None) -> tuple[int, bool]:
    """What `capped_count` answers, but of a list that own fields filter no more than what `shown` tells.

    To count those is to ask the whole index, which costs many times what their first page does.
    """
    if shown is not None and own.asked_by(query):
        return len(shown.rows), bool(shown.next)
    return capped_count(query, shown)


def capped_count(query: QuerySet[Any], shown: Page | None = None, cap: int = COUNT_CAP) -> tuple[int, bool]:
    """How many rows there are, at most `cap`; and whether there are more than that.

    `shown` is the first page, when it is at hand: one that holds everything needs no query.
    """
    if shown is not None and not shown.next:
        return len(shown.rows), False
    try:
        sql, params = query.order_by().values("pk")[: cap + 1].query.sql_with_params()
    except EmptyResultSet:
        return 0, False
    with connection.cursor() as cursor:
        # Not `.count()`: Django copies and rebuilds the query for it.
        cursor.execute(f"SELECT count(*) FROM ({sql}) few", params)  # noqa: S608
        found: int = cursor.fetchone()[0]
    return min(found, cap), found > cap


def _first(query: QuerySet[Any], order: Order, at: tuple[Any, int] | None, limit: int) -> list[Any]:
    """The first rows that have a value in the order's column."""
    ordered = _valued(query, order, at)
    if not own.asked_by(query):
        return list(ordered[:limit])
    every = _valued(query.model._default_manager.all(), order, at)
    return probing.first(ordered, every, _names(order), limit, below=order.descending)


def _names(order: Order) -> list[str]:
    return ["id"] if order.by == "id" else [order.by, "id"]


def _valued(query: QuerySet[Any], order: Order, at: tuple[Any, int] | None) -> QuerySet[Any]:
    names = _names(order)
    if order.nullable:
        query = query.filter(**{f"{order.by}__isnull": False})
    if at is not None:
        edge = [at[1]] if order.by == "id" else [at[0], at[1]]
        query = query.filter(Q(RowBeyond(names, edge, query.model, below=order.descending)))
    return query.order_by(*(f"-{name}" if order.descending else name for name in names))


def _own_rows(query: QuerySet[Any], order: Order, at: tuple[Any, int] | None, limit: int) -> list[Any]:
    """The rows that hold a value of the own field, in its order: their ids by the index, then the rows themselves."""
    assert order.own is not None
    column = own.sort_column(order.own)
    names, sign = [column, "object_id"], "-" if order.descending else ""
    every = own.rows(order.own).filter(**({"number__isnull": False} if column == "number" else {"word__gt": ""}))
    if at is not None:
        every = every.filter(Q(RowBeyond(names, list(at), every.model, below=order.descending)))
    every = every.order_by(*(f"{sign}{name}" for name in names))
    index = every.filter(object_id__in=query.order_by().values("pk")).values_list("object_id", column)
    near = probing.near(index, every, names, limit, below=order.descending) if own.asked_by(query) else []
    keys = dict(near or index[:limit])
    found = {row.pk: row for row in query.order_by().filter(pk__in=keys)}
    for pk, row in found.items():
        setattr(row, OWN_KEY, keys[pk])
    return [found[pk] for pk in keys if pk in found]


def _empty(query: QuerySet[Any], order: Order, after: int | None) -> QuerySet[Any]:
    query = query.filter(~own.filled(order.own) if order.own else Q(**{f"{order.by}__isnull": True}))
    if after is not None:
        query = query.filter(**{"id__lt" if order.descending else "id__gt": after})
    return query.order_by("-id" if order.descending else "id")


def place_of(cursor: str, order: Order, model: type[Model]) -> tuple[Any, int]:
    """What `cursor_after` wrote: the value and the id of the row seen last. Raises Invalid (field "after")."""
    try:
        if len(cursor) > MAX_CURSOR:
            raise ValueError
        name, value, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if name != order.name or type(pk) is not int or not 0 <= pk < 2**63:
            raise ValueError
        if value is not None:
            if not isinstance(value, str | int | float) or "\x00" in str(value):
                raise ValueError
            value = _own_value(order.own, value) if order.own else model._meta.get_field(order.by).to_python(value)  # type: ignore[union-attr]
        elif order.by != "id" and not order.nullable:
            raise ValueError
    except (ValueError, TypeError, ArithmeticError, binascii.Error, RecursionError, _bad_value()) as error:
        raise Invalid({"after": [_t("This place in the list is gone. Start at the first page.")]}) from error
    return (0 if order.by == "id" else value), pk


def _own_value(spec: FieldSpec, value: Any) -> Any:
    if type(value) is not (int if own.sort_column(spec) == "number" else str) or (
        isinstance(value, int) and abs(value) >= 2**63
    ):
        raise ValueError
    return value


def _bad_value() -> type[Exception]:
    from django.core.exceptions import ValidationError  # here, so that importing this module needs no settings

    return ValidationError
