"""Imports run, are taken back, and exports are written after the answer; old files go."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from gucang.exchange import store
from gucang.exchange.engine import Runner
from gucang.exchange.models import Export, Import
from gucang.kernel import jobs
from gucang.kernel.scope import company_scope

DAY = 24 * 3600


@jobs.job("exchange.run", label=_("Import"), outside=True)
def run(company: int, import_id: int) -> None:
    """Bring in one import, batch by batch, each in a transaction of its own."""
    runner = Runner(import_id)
    more = True
    while more:
        with company_scope(company):
            more = runner.advance()


@jobs.job("exchange.take_back", label=_("Taking an import back"), outside=True)
def take_back(company: int, import_id: int) -> None:
    """Take an import back, a few records a transaction."""
    from gucang.exchange.engine.back import step

    more = True
    while more:
        with company_scope(company):
            more = step(import_id)


@jobs.job("exchange.write", label=_("Export"))
def write(export_id: int) -> None:
    """Write the file of a long export."""
    from gucang.exchange.export import write_file

    write_file(export_id)


@jobs.every_company("exchange.sweep", label=_("Old files of imports go"), cron="40 3 * * *")
def sweep() -> None:
    """Delete the files of imports a week after they ended, and those of exports after a day."""
    running = Import.objects.exclude(state__in=("done", "cancelled", "failed", "taken_back")).values_list(
        "file", flat=True
    )
    store.sweep(running)
    store.sweep_exports(Export.objects.exclude(file="").values_list("file", flat=True))
