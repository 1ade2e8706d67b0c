"""Bulk work as a job: how many records a second one worker edits and sets back, and how much memory it takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from typing import Any

import psutil

WORKER = """
import sys
import django
django.setup()
from gucang.kernel import jobs
jobs.run(sys.argv[1], int(sys.argv[2]), None, {"run_id": int(sys.argv[3])})
"""
ROWS = 10_000


def measure(size: str, rows: int = ROWS) -> None:
    """Edit `rows` customers of the benchmark company as one run, and take it back; prints both."""
    from bench.run import open_company
    from gucang.bulk import actions
    from gucang.bulk.models import BulkRun, RunChunk
    from gucang.kernel.actors import system
    from gucang.kernel.scope import company_scope
    from gucang.parties.models import Customer

    company = open_company(size).company
    with company_scope(company):
        ids = list(Customer.objects.order_by("-id").values_list("pk", flat=True)[:rows])
        begun = time.perf_counter()
        given = json.dumps({"note": f"{time.time():.0f}"})
        run = actions.start(
            actor=system(), record_type="customer", verb="edit", ids=",".join(map(str, ids)), given=given
        ).record
        started = time.perf_counter() - begun
        chunks = RunChunk.objects.filter(run=run).count()
    print(
        f"{len(ids):,} records settled in {started:.2f} s, {chunks} chunks; other work: load {os.getloadavg()[0]:.1f}"
    )
    _worker("edit", "bulk.run", company.pk, run.pk, len(ids))
    with company_scope(company):
        actions.take_back(run, actor=system())
    _worker("take back", "bulk.take_back", company.pk, run.pk, len(ids))
    with company_scope(company):
        over: Any = BulkRun.objects.get(pk=run.pk)
        print(f"{over.state}: {over.done:,} changed, {over.refused} not, {over.undone:,} set back, {over.left} left")


def _worker(what: str, job: str, company: int, run: int, rows: int) -> None:
    """One job in a process of its own, its memory looked at twenty times a second."""
    begun = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", WORKER, job, str(company), str(run)])
    peak, idle = [0], threading.Event()

    def look() -> None:
        seen = psutil.Process(process.pid)
        while not idle.wait(0.05):
            try:
                peak[0] = max(peak[0], seen.memory_info().rss)
            except psutil.NoSuchProcess:
                return

    watcher = threading.Thread(target=look)
    watcher.start()
    assert process.wait() == 0
    idle.set()
    watcher.join()
    seconds = time.perf_counter() - begun
    print(
        f"{what}: {seconds:.1f} s with the start of the process, {rows / seconds:,.0f} rows/s, {peak[0] / 2**20:.0f} MB"
    )
