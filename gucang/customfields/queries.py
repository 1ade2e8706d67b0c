"""What is asked about own fields: how many records hold a value, and of which choices."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Count

from gucang.kernel import events, records
from gucang.kernel.custom import specs_for
from gucang.kernel.fields import FieldSpec
from gucang.kernel.models import CustomField, FieldValue, FieldWork


def spec_of(field: CustomField) -> FieldSpec | None:
    """The spec of a field that is in use."""
    return next((one for one in specs_for(field.record_type) if one.name == f"extra.{field.key}"), None)


def holding(field: CustomField) -> int:
    """How many records hold a value of this field, those in the bin included."""
    if field.kind == "longtext":
        rows = events.with_bin(records.get(field.record_type)).exclude(**{f"extra__{field.key}": ""})
        return int(rows.filter(extra__has_key=field.key).count())
    found: int = FieldValue.objects.filter(field_id=field.pk).values("object_id").distinct().count()
    return found


def holding_of(fields: list[CustomField]) -> dict[int, int]:
    """The same for several fields: one query, and one for each long text."""
    plain = [field.pk for field in fields if field.kind != "longtext"]
    rows = FieldValue.objects.filter(field_id__in=plain).values("field_id")
    found = {row["field_id"]: row["count"] for row in rows.annotate(count=Count("object_id", distinct=True))}
    return found | {field.pk: holding(field) for field in fields if field.kind == "longtext"}


def choices_held(field: CustomField) -> Mapping[str, int]:
    """How many records hold each choice."""
    rows = FieldValue.objects.filter(field_id=field.pk).exclude(word="").values("word").annotate(count=Count("*"))
    return {row["word"]: row["count"] for row in rows}


def work_on(fields: list[CustomField]) -> dict[int, FieldWork]:
    """The work that is under way, by field."""
    return {work.field_id: work for work in FieldWork.objects.filter(field__in=fields)}
