"""Working out the index of a field for the records that are there already: a job, a thousand records at a time.

A formula needs it when it is made or changed, a choice when its order changes. Formulas that ask for the day are worked
out anew every night.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from gucang.kernel import clock, events, jobs, records, search
from gucang.kernel.actions.keeping import keep
from gucang.kernel.actions.saving import lock_rows
from gucang.kernel.custom import options, specs_for, terms
from gucang.kernel.fields import FieldSpec
from gucang.kernel.models import Company, CustomField, FieldKind, FieldWork
from gucang.kernel.scope import company_scope, only_writing
from gucang.kernel.snapshots import Snapshot

BATCH = 1000
SEARCHED = frozenset(["text", "longtext", "phone", "email"])  # kinds that the search may find records by
JOB = "own_fields.work_out"


@keep("custom_field")
def begin(pairs: list[tuple[Snapshot | None, Any]]) -> None:
    """Queue the work that a change of a field makes necessary, and tell filters to wait for it."""
    for before, field in pairs:
        if not field.retired and _is_stale(before, field):
            plan(field)


def _is_stale(before: Snapshot | None, field: CustomField) -> bool:
    """Whether the index of the field holds something else than it should by now."""
    back = before is not None and before["retired"]
    if field.kind in SEARCHED:
        return field.searchable if before is None or back else before["searchable"] != field.searchable
    if field.kind == FieldKind.FORMULA:
        return before is None or back or any(before[name] != getattr(field, name) for name in ("formula", "places"))
    return field.kind == FieldKind.CHOICE and before is not None and _order(before["options"]) != _order(field.options)


def _order(text: str) -> list[str]:
    return [one.value for one in options.read(text)]


def plan(field: CustomField, *, afresh: bool = True) -> None:
    """Queue the work for one field; it begins at the first record, also where it was under way."""
    total = events.with_bin(records.get(field.record_type)).count()
    if not total:
        return
    FieldWork.objects.update_or_create(
        field=field,
        defaults={"last_id": 0, "done": 0, "total": total, "afresh": afresh, "started_at": clock.now()},
    )
    jobs.enqueue(JOB, key=str(field.pk), field=field.pk)


@jobs.job(JOB, label=_("Working out an own field"), outside=True)
def work_out(company: int, field: int) -> None:
    """Work through all records, each thousand in a transaction of its own, so that people can go on working."""
    while True:
        with company_scope(company), only_writing("kernel"):
            if not _batch(field):
                return


def _batch(field_id: int) -> bool:
    """The next thousand records; False when there are none left, or nothing is to be done any more."""
    work = FieldWork.objects.select_for_update(of=("self",)).filter(field_id=field_id).first()
    field = CustomField.objects.filter(pk=field_id).first()
    if work is None or field is None:
        return False
    spec = _spec(field)
    record_type = records.get(field.record_type)
    query = events.with_bin(record_type).filter(pk__gt=work.last_id).order_by("pk")
    ids = list(query.values_list("pk", flat=True)[:BATCH]) if spec is not None else []
    if spec is None or not ids:
        work.delete()
        return False
    lock_rows(record_type.model, ids)
    found = list(events.with_bin(record_type).filter(pk__in=ids))
    terms.rewrite(spec, found)
    if spec.kind in SEARCHED and not spec.computed and record_type.search:
        for record in found:
            search.write_entry(record_type, record)
    FieldWork.objects.filter(pk=work.pk).update(last_id=ids[-1], done=F("done") + len(ids))
    return True


def _spec(field: CustomField) -> FieldSpec | None:
    return next((one for one in specs_for(field.record_type) if one.name == f"extra.{field.key}"), None)


@jobs.every_company("own_fields.take_up", label=_("Index of own fields"), cron="20 * * * *")
def take_up() -> None:
    """Take up the work that was left lying: of a worker that died, or of fields from before there was an index."""
    for field in FieldWork.objects.values_list("field_id", flat=True):
        jobs.enqueue(JOB, key=str(field), field=field)


def take_up_everywhere() -> None:
    """Queue at once what every company has lying; after an update nobody has to wait for the clock."""
    for company in Company.objects.values_list("pk", flat=True):
        with company_scope(company):
            take_up()


@jobs.every_company("own_fields.nightly", label=_("Own fields by day"), cron="10 0 * * *")
def nightly() -> None:
    """Work out what the new day changes."""
    with only_writing("kernel"):
        for field in _by_day():
            plan(field, afresh=False)


def _by_day() -> Iterable[CustomField]:
    for field in CustomField.objects.filter(kind=FieldKind.FORMULA, retired=False):
        spec = _spec(field)
        waits = FieldWork.objects.filter(field=field).exists()
        if spec is not None and spec.own is not None and spec.own.formula and spec.own.formula.by_day and not waits:
            yield field
