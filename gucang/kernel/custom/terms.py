"""The index over what own fields hold (`FieldValue`): how a value stands in it, and how it is kept in step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.db import connection

from gucang.kernel.fields import FieldSpec
from gucang.kernel.models import FieldValue
from gucang.kernel.scope import active_company_id
from gucang.kernel.sets import column_types, insert_rows
from gucang.kernel.text import pinyin_key

if TYPE_CHECKING:
    from gucang.kernel.records import RecordType

Term = tuple[str, int | None]  # (word, number)
COLUMNS = ("company_id", "field_id", "object_id", "word", "number")
SCALE = 10_000  # numbers are kept in ten-thousandths
MOST = 2**63 - 1
WORD = 64
_EXACT = Context(prec=40, rounding=ROUND_HALF_EVEN)
# These are not in the index: a long text has no order, and is looked into word by word.
UNKEPT = frozenset(["longtext"])


def terms_of(spec: FieldSpec, value: Any) -> list[Term]:
    """How a stored value stands in the index: no row for nothing, one for a value, one for each of many choices."""
    if value is None or value is False or value in ("", []) or spec.kind in UNKEPT:
        return []
    try:
        if spec.kind == "choices":
            return [(str(one)[:WORD], None) for one in dict.fromkeys(value)]
        if spec.kind == "choice":
            return [(str(value)[:WORD], spec.own.ranks.get(value) if spec.own is not None else None)]
        if spec.kind in NUMBERED:
            return [("", number_of(spec.kind, value))]
    except (ValueError, TypeError, InvalidOperation):
        return []  # a value from before, of another kind
    return [(word_of(str(value)), None)]


NUMBERED = frozenset(["integer", "decimal", "money", "date", "boolean", "reference"])


def number_of(kind: str, value: Any) -> int:
    """The whole number by which a value is found and sorted. Raises ValueError, TypeError or InvalidOperation."""
    if kind in ("integer", "decimal", "money"):
        scaled = _EXACT.multiply(Decimal(str(value)), Decimal(SCALE))
        return max(-MOST, min(MOST, int(scaled.to_integral_value(context=_EXACT))))
    if kind == "date":
        return (value if isinstance(value, date) else date.fromisoformat(str(value)[:10])).toordinal()
    return int(getattr(value, "pk", value))


def word_of(text: str) -> str:
    """The word by which a text sorts: its pinyin; of what has none (signs), the text itself."""
    return pinyin_key(text) or text.casefold()[:WORD]


def indexed(record_type: RecordType) -> list[FieldSpec]:
    """The own fields of a type that have their place in the index."""
    return [spec for spec in record_type.custom_fields() if spec.kind not in UNKEPT]


def keep(record_type: RecordType, written: Sequence[tuple[Any, Mapping[str, Any], bool]]) -> None:
    """Bring the index up to date after records were written, each as (record, changes, whether it is new).

    Two statements at most, and none where no own field holds anything else than before.
    """
    specs = indexed(record_type)
    if not specs:
        return
    gone: list[tuple[int, int]] = []
    rows: list[tuple[Any, ...]] = []
    for record, changes, new in written:
        for spec in specs:
            if not new and not _touched(spec, changes):
                continue
            if not new:
                gone.append((_field_id(spec), record.pk))
            rows += rows_of(spec, record)
    if gone:
        _forget(gone)
    insert(rows)


def _touched(spec: FieldSpec, changes: Mapping[str, Any]) -> bool:
    return any(name in changes for name in spec.inputs) if spec.computed else spec.name in changes


def rows_of(spec: FieldSpec, record: Any) -> list[tuple[Any, ...]]:
    """The rows of the index for one own field of one record."""
    from gucang.kernel.custom import read

    company, field = active_company_id(), _field_id(spec)
    return [(company, field, record.pk, word, number) for word, number in terms_of(spec, read(record, spec))]


def insert(rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows of the index."""
    if rows:
        insert_rows(FieldValue._meta.db_table, column_types(FieldValue, COLUMNS), rows)


def rewrite(spec: FieldSpec, found: Iterable[Any]) -> None:
    """Work the index of one field out anew for these records. The caller has locked them."""
    found = list(found)
    _forget([(_field_id(spec), record.pk) for record in found])
    insert([row for record in found for row in rows_of(spec, record)])


def _field_id(spec: FieldSpec) -> int:
    assert spec.own is not None
    return spec.own.field_id


def _forget(pairs: Sequence[tuple[int, int]]) -> None:
    if not pairs:
        return
    fields, objects = zip(*pairs, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM kernel_fieldvalue v USING unnest(%s::bigint[], %s::bigint[]) AS gone(field, object)"
            " WHERE v.company_id = %s AND v.field_id = gone.field AND v.object_id = gone.object",
            [list(fields), list(objects), active_company_id()],
        )
