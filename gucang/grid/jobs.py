"""Undo does not reach back for ever: old steps go every night. What was done stays in the log."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils.translation import gettext_lazy as _

from gucang.grid import queries
from gucang.grid.models import GridStep
from gucang.kernel import clock, jobs
from gucang.kernel.scope import deriving

APP = "grid"
KEPT_DAYS = 30


@jobs.every_company("grid.sweep", label=_("Old undo steps go"), cron="55 3 * * *")
def sweep() -> None:
    """Forget steps older than 30 days, and of each person and record type all but the last 50."""
    newest_first = Window(RowNumber(), partition_by=[F("member_id"), F("record_type")], order_by=F("id").desc())
    ranked = GridStep.objects.annotate(rank=newest_first).filter(rank__gt=queries.KEPT).values("pk")
    old = GridStep.objects.filter(made_at__lt=clock.now() - timedelta(days=KEPT_DAYS))
    with deriving(APP):
        old.delete()
        GridStep.objects.filter(pk__in=list(ranked.values_list("pk", flat=True))).delete()
