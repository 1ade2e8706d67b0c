"""Writing the lines of documents, after the documents themselves: those of many in a few statements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, connection, transaction

from gucang.kernel import lines
from gucang.kernel.actions.saving import explain
from gucang.kernel.records import RecordType
from gucang.kernel.scope import check_writing
from gucang.kernel.sets import column_types, insert_rows, update_rows


def save(record_type: RecordType, saved: Sequence[Any]) -> None:
    """Write what differs in the lines of these records, all of one type. Raises Refused as a constraint says it."""
    declared = record_type.lines
    touched = [record for record in saved if lines.is_touched(record)] if declared is not None else []
    if declared is None or not touched:
        return
    every = [(record, line) for record in touched for line in lines.of(record)]
    new = [line for _record, line in every if line.pk is None]
    changed = [line for _record, line in every if line.pk is not None and line.__dict__["_was"] != lines.stored(line)]
    removed = [(record.pk, keys) for record in touched if (keys := lines.gone(record))]
    if not (new or changed or removed):
        return
    check_writing(declared.model)
    try:
        with transaction.atomic(savepoint=False):
            for owner, keys in removed:
                declared.model.objects.filter(**{f"{declared.to}_id": owner}, key__in=keys).delete()
            _insert(declared, new)
            _update(declared, changed)
    except IntegrityError as error:
        raise explain(error, declared.model()) from error
    for record in touched:
        lines.settled(record)


def _insert(declared: lines.Lines, new: Sequence[Any]) -> None:
    if not new:
        return
    table = declared.model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, len(new)]
        )
        for line, (pk,) in zip(new, cursor.fetchall(), strict=True):
            line.pk = pk
    for line in new:
        owner = getattr(line, declared.to)
        setattr(line, declared.to, owner)  # its id is known only now
        line._state.adding = False
    fields = list(declared.model._meta.concrete_fields)
    types = column_types(declared.model, [str(field.column) for field in fields])
    insert_rows(table, types, [[getattr(line, field.attname) for field in fields] for line in new])


def _update(declared: lines.Lines, changed: Sequence[Any]) -> None:
    if not changed:
        return
    fields = [field for field in declared.model._meta.concrete_fields if field.name not in ("id", "company")]
    types = column_types(declared.model, ["id", *(str(field.column) for field in fields)])
    rows = [[line.pk, *(getattr(line, field.attname) for field in fields)] for line in changed]
    update_rows(declared.model._meta.db_table, types, rows)
