"""Conditions that Django has no words for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import BooleanField, Expression, F, Model, Value
from django.db.models.sql.compiler import SQLCompiler


class RowBeyond(Expression):
    """(a, b) < (x, y) as PostgreSQL compares rows: an index condition, where a chain of OR would be a filter."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, names: Sequence[str], values: Sequence[Any], model: type[Model], *, below: bool) -> None:
        super().__init__()
        self.sign = "<" if below else ">"
        self.left: list[Any] = [F(name) for name in names]
        self.right: list[Any] = [
            Value(value, output_field=model._meta.get_field(name))  # type: ignore[arg-type]
            for name, value in zip(names, values, strict=True)
        ]

    def get_source_expressions(self) -> list[Any]:
        return [*self.left, *self.right]

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        half = len(self.left)
        self.left, self.right = list(exprs[:half]), list(exprs[half:])

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        parts, params = [], []
        for side in (self.left, self.right):
            compiled = [compiler.compile(expression) for expression in side]
            parts.append(f"({', '.join(sql for sql, _params in compiled)})")
            params += [value for _sql, values in compiled for value in values]
        return f"{parts[0]} {self.sign} {parts[1]}", tuple(params)


class OneOf(Expression):
    """Whether a record is one of these, as one array: a list of thousands of parameters would be planned one by one."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, ids: Sequence[int]) -> None:
        super().__init__()
        self.ids = list(ids)
        self.column: Any = F("pk")

    def get_source_expressions(self) -> list[Any]:
        return [self.column]

    def set_source_expressions(self, exprs: Sequence[Any]) -> None:
        (self.column,) = exprs

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, tuple[Any, ...]]:
        sql, params = compiler.compile(self.column)
        return f"{sql} = ANY(%s)", (*params, self.ids)
