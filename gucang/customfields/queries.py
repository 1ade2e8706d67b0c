"""What is asked about own fields: how many records hold a value, and of which choices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field

from django.db.models import Count
from django.utils.translation import gettext as _t

from gucang.kernel import events, records
from gucang.kernel.custom import specs_for
from gucang.kernel.fields import FieldSpec
from gucang.kernel.models import CustomField, FieldValue, FieldWork
from gucang.kernel.records import RecordType


@dataclass
class Section:
    """One section of a record type's form: its key ("@1", "" for “Own fields”, else its title) and its own fields.

    `given` are the labels of the fields that the program has put there.
    """

    key: str
    title: str
    given: list[str]
    fields: list[CustomField] = dataclass_field(default_factory=list)


def laid_out(record_type: RecordType, fields: Iterable[CustomField]) -> list[Section]:
    """The sections of a form in order, as `RecordType.sections` has them; also declared ones without an own field."""
    found = {
        f"@{number}": Section(f"@{number}", str(title), [str(record_type.specs[name].label) for name in names])
        for number, (title, names) in enumerate(record_type.form.sections)
    }
    for field in sorted(fields, key=lambda field: (field.position, field.pk)):
        key = record_type.section_of(field.section)
        found.setdefault(key, Section(key, key or _t("Own fields"), [])).fields.append(field)
    return list(found.values())


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
