"""Runs go on after the answer, a chunk a transaction; their lists of records go when they cannot be taken back."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from gucang.bulk import engine, rules
from gucang.bulk.models import BulkRun, RunChunk
from gucang.kernel import clock, jobs
from gucang.kernel.scope import company_scope, deriving


@jobs.job("bulk.run", label=_("Bulk work"), outside=True)
def run(company: int, run_id: int) -> None:
    """Do a run to its end."""
    more = True
    while more:
        with company_scope(company):
            more = engine.advance(run_id)


@jobs.job("bulk.take_back", label=_("Taking bulk work back"), outside=True)
def take_back(company: int, run_id: int) -> None:
    """Take a run back."""
    more = True
    while more:
        with company_scope(company):
            more = engine.step_back(run_id)


@jobs.every_company("bulk.sweep", label=_("Old bulk work goes"), cron="50 3 * * *")
def sweep() -> None:
    """Forget which records a run was about, once it is too late to take it back. What was done stays in the log."""
    before = clock.now() - timedelta(days=rules.UNDO_DAYS + 1)
    ended = BulkRun.objects.exclude(state__in=("running", "taking_back")).filter(finished_at__lt=before)
    with deriving(engine.APP):
        RunChunk.objects.filter(run__in=ended.values("pk")).delete()
