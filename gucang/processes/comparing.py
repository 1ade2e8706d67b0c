"""An outside log beside a model: every variant is aligned once."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import F, Func, IntegerField, Q, Sum

from gucang.kernel.actors import system
from gucang.kernel.scope import company_scope, deriving
from gucang.kernel.sets import column_types, update_rows
from gucang.processes import reading, ways
from gucang.processes.actions import logs
from gucang.processes.mining.alignments import Aligner
from gucang.processes.mining.errors import BadModel
from gucang.processes.models import LogFile, LogVariant, OutsideLog, ProcessModel

PAGE = 500
# Beyond so many steps nobody reads an explanation; its cost is kept all the same.
MOST_STEPS = 500


def compare(company: int, log_id: int) -> None:
    """Align the variants of a log with its model, some in each transaction."""
    with company_scope(company):
        log = OutsideLog.objects.filter(pk=log_id).select_related("process_model").first()
        if log is None or log.process_model is None or log.judged:
            return
        model: ProcessModel = log.process_model
        if LogFile.objects.filter(log_id=log_id, ways__isnull=True).exists():  # it came in before they were counted
            ways.keep(log_id)
    try:
        aligner = Aligner(reading.net_of_text(model.definition))
        last = 0
        while last >= 0:
            with company_scope(company):
                last = _page(log_id, aligner, last)
    except BadModel as problem:
        with company_scope(company):
            reason = reading.told(problem)[:500]
            logs.not_compared(OutsideLog.objects.get(pk=log_id), actor=system(), reason=reason)
        return
    with company_scope(company):
        log = OutsideLog.objects.get(pk=log_id)
        # Somebody may have chosen another model meanwhile: then its own job counts.
        if log.process_model_id == model.pk:
            told = _totals(log_id, aligner.shortest) | {"judged": reading.digest_of(model.definition)}
            logs.compared(log, actor=system(), totals=json.dumps(told))


def _page(log_id: int, aligner: Aligner, after: int) -> int:
    """Align the next variants; the number of the last one, or -1 when there was none."""
    query = LogVariant.objects.filter(log_id=log_id, number__gt=after).order_by("number")
    found = list(query.values_list("id", "number", "activities")[:PAGE])
    rows = []
    for key, _number, activities in found:
        steps = aligner.align(activities) if len(activities) <= MOST_STEPS else None
        told = [[step.move.value, step.label, step.at] for step in steps] if steps is not None else None
        rows.append((key, aligner.cost(activities), told))
    with deriving("processes"):
        update_rows(LogVariant._meta.db_table, column_types(LogVariant, ("id", "cost", "steps")), rows)
    return found[-1][1] if found else -1


def _totals(log_id: int, shortest: int) -> dict[str, Any]:
    length = Func(F("activities"), function="jsonb_array_length", output_field=IntegerField())
    found = LogVariant.objects.filter(log_id=log_id).aggregate(
        all_cost=Sum(F("cost") * F("cases")),
        all_worst=Sum((length + shortest) * F("cases")),
        all_fitting=Sum("cases", filter=Q(cost=0)),
    )
    return {name.removeprefix("all_"): int(value or 0) for name, value in found.items()} | {"shortest": shortest}
