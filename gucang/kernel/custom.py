"""A company's own fields, turned into the same specs as any field."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language

from gucang.kernel.fields import FieldSpec
from gucang.kernel.models import CustomField
from gucang.kernel.setup import kept


def specs_for(record_type: str) -> tuple[FieldSpec, ...]:
    """The specs of the active company's fields of one record type, in order, retired ones left out."""
    return kept(f"own fields:{get_language()}", _specs).get(record_type, ())


def _specs() -> dict[str, tuple[FieldSpec, ...]]:
    found: dict[str, tuple[FieldSpec, ...]] = {}
    for row in CustomField.objects.filter(retired=False).order_by("position", "id"):
        found[row.record_type] = (*found.get(row.record_type, ()), _spec(row))
    return found


def _spec(row: CustomField) -> FieldSpec:
    english = (get_language() or "").startswith("en")
    return FieldSpec(
        name=f"extra.{row.key}",
        kind=row.kind,
        label=(row.label_en if english and row.label_en else row.label_zh),
        required=row.required,
        help=row.help,
        choices=tuple((value, value) for value in row.choices),
        max_length=2000 if row.kind == "longtext" else 200,
        custom=True,
    )


def read(record: Any, name: str) -> Any:
    """The value of "extra.key" on a record, as stored."""
    return record.extra.get(name.removeprefix("extra."))
