"""Many rows in one statement.

PostgreSQL refuses `COPY … FROM` on tables with row security for a role that it binds, so rows travel as one array per
column and are unnested on the other side: about as fast, and every policy and constraint still looks at each row.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, models

CHUNK = 2000
_SEPARATOR = "\x1f"  # in no text: the cleaners strip control characters


def column_types(model: type[models.Model], names: Sequence[str]) -> dict[str, str]:
    """The SQL types of a model's columns, by column name."""
    fields = {field.column: field for field in model._meta.concrete_fields}
    return {name: fields[name].db_type(connection) or "text" for name in names}


def insert_rows(table: str, types: dict[str, str], rows: Sequence[Sequence[Any]], *, instead: str = "") -> None:
    """Insert `rows` (values in the order of `types`: column name → SQL type), a few thousand a statement.

    `instead` is an ON CONFLICT clause.
    """
    columns = ", ".join(connection.ops.quote_name(name) for name in types)
    picks = ", ".join(_unpacked(f"c{n}", kind) for n, kind in enumerate(types.values()))
    target = connection.ops.quote_name(table)
    _travel(f"INSERT INTO {target} ({columns}) SELECT {picks} FROM {_unnested(types)} {instead}", types, rows)  # noqa: S608


def update_rows(table: str, types: dict[str, str], rows: Sequence[Sequence[Any]]) -> None:
    """Give each record the values in its row; the first column, `id`, says which. Raises what its constraints do."""
    first, *others = types
    assert first == "id"
    quote = connection.ops.quote_name
    values = ", ".join(f"{quote(name)} = {_unpacked(f'c{n}', types[name])}" for n, name in enumerate(others, 1))
    _travel(f"UPDATE {quote(table)} SET {values} FROM {_unnested(types)} WHERE {quote(table)}.id = c0", types, rows)  # noqa: S608


def _unnested(types: dict[str, str]) -> str:
    sources = ", ".join(f"%s::{_carrier(kind)}[]" for kind in types.values())
    names = ", ".join(f"c{n}" for n in range(len(types)))
    return f"unnest({sources}) AS t({names})"


def _travel(sql: str, types: dict[str, str], rows: Sequence[Sequence[Any]]) -> None:
    with connection.cursor() as cursor:
        for start in range(0, len(rows), CHUNK):
            by_column = zip(*rows[start : start + CHUNK], strict=True)
            cursor.execute(sql, [_packed(v, kind) for v, kind in zip(by_column, types.values(), strict=True)])


def _carrier(kind: str) -> str:
    """The type that a column travels as: arrays and JSON travel as text, because arrays of arrays are rectangles."""
    return "text" if kind.endswith("[]") or kind == "jsonb" or kind.startswith("varchar") else kind


def _unpacked(name: str, kind: str) -> str:
    if kind.endswith("[]"):
        return f"string_to_array({name}, E'\\x1f')::{kind}"
    return f"{name}::jsonb" if kind == "jsonb" else name


def _packed(values: Sequence[Any], kind: str) -> str:
    """A column as one array literal; psycopg would escape each element by a pattern, which takes far longer."""
    if kind.endswith("[]"):
        values = [None if value is None else _SEPARATOR.join(value) for value in values]
    elif kind == "jsonb":
        values = [None if value is None else json.dumps(value, ensure_ascii=False) for value in values]
    return "{" + ",".join([_element(value) for value in values]) + "}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, bool | int | float | Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return f'"{value.isoformat()}"'
    return _element(str(value))
