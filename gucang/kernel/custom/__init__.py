"""A company's own fields, turned into the same specs as any field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import get_language

from gucang.kernel.custom.checks import asked, condition_words, default_of, missing_in_stage, shown, unshown
from gucang.kernel.custom.making import spec_of_row
from gucang.kernel.fields import FieldSpec
from gucang.kernel.models import CustomField
from gucang.kernel.setup import kept

__all__ = [
    "PREFIX",
    "asked",
    "columns_read",
    "condition_words",
    "default_of",
    "missing_in_stage",
    "read",
    "shown",
    "specs_for",
    "unshown",
]
PREFIX = "extra."


def specs_for(record_type: str) -> tuple[FieldSpec, ...]:
    """The specs of the active company's fields of one record type, in order, retired ones left out."""
    return kept(f"own fields:{get_language()}", _specs).get(record_type, ())


def _specs() -> dict[str, tuple[FieldSpec, ...]]:
    """All at once; formulas last, because they are about the others."""
    rows = list(CustomField.objects.filter(retired=False).order_by("position", "id"))
    made: dict[int, FieldSpec] = {}
    plain: dict[str, list[FieldSpec]] = {}
    for row in sorted(rows, key=lambda row: row.kind == "formula"):
        spec = spec_of_row(row, plain.get(row.record_type, ()))
        if spec is not None:
            made[row.pk] = spec
            if row.kind != "formula":
                plain.setdefault(row.record_type, []).append(spec)
    found: dict[str, tuple[FieldSpec, ...]] = {}
    for row in rows:
        if row.pk in made:
            found[row.record_type] = (*found.get(row.record_type, ()), made[row.pk])
    return found


def read(record: Any, spec: FieldSpec) -> Any:
    """The value of an own field of a record, as stored; of a formula, as it is now."""
    assert spec.own is not None
    return spec.own.read(record) if spec.own.read is not None else record.extra.get(spec.own.key)


def columns_read(specs: Iterable[FieldSpec]) -> set[str]:
    """The columns of the record that own fields are read from: "extra", and what formulas ask for."""
    found: set[str] = set()
    for spec in specs:
        if spec.own is not None:
            found.add("extra")
            found |= {name for name in spec.inputs if not name.startswith(PREFIX)}
    return found
