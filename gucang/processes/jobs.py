"""Logs are read and compared after the answer; what lay in the bin for long goes."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from gucang.exchange import store
from gucang.kernel import clock, jobs
from gucang.processes import bringing, comparing, takingout
from gucang.processes.models import LogExport, LogFile, OutsideLog

KEPT = timedelta(days=30)


@jobs.job("processes.read", label=_("Reading a log"), outside=True)
def read(company: int, log_id: int) -> None:
    """Read the file of an outside log."""
    bringing.bring(company, log_id)


@jobs.job("processes.compare", label=_("Comparing a log with a model"), outside=True)
def compare(company: int, log_id: int) -> None:
    """Align an outside log with its model."""
    comparing.compare(company, log_id)


@jobs.job("processes.write", label=_("Taking our log out"), outside=True)
def write(company: int, export_id: int) -> None:
    """Write the file of an extract of the own log."""
    takingout.write(company, export_id)


@jobs.every_company("processes.sweep", label=_("Old logs go"), cron="50 3 * * *")
def sweep() -> None:
    """Remove what logs hold that have been in the bin for thirty days, and files taken out a day ago."""
    store.sweep_exports(LogExport.objects.exclude(file="").values_list("file", flat=True))
    old = OutsideLog.with_bin.filter(deleted_at__lt=clock.now() - KEPT).values_list("pk", flat=True)
    for log_id in LogFile.objects.filter(log_id__in=old).values_list("log_id", flat=True):
        bringing.clear(log_id)
