"""Jobs whose worker is killed with -9: run again, their effect is there once, and what waits in the queue is kept."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from tests.faults.conftest import Site
from tests.faults.program import wait_until

pytestmark = pytest.mark.slow
ROWS = 6000
LETTERS = 5
_DONE = "SELECT coalesce(sum(rows), 0) FROM exchange_progress WHERE import_record_id = %s"
_OPEN = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND task_name = 'gucang.run'"
_KEPT_BY_THE_DEAD = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing' AND args->>'job' = 'exchange.run'"


def kill_worker(site: Site) -> psutil.Process:
    """`kill -9` of the job process; returns the one that the program starts instead."""
    old = wait_until(lambda: site.program.part("jobs"))
    old.kill()

    def other() -> psutil.Process | None:
        found = site.program.part("jobs")
        return found if found != old else None

    found: psutil.Process = wait_until(other, what="another job process")
    return found


def test_a_job_whose_worker_is_killed_runs_again_and_its_effect_is_there_once(site: Site, tmp_path: Path) -> None:
    program, slug = site.program, "imports"
    worker = wait_until(lambda: program.part("jobs"))
    number = program.inside("start_import", slug, ROWS, str(tmp_path))
    wait_until(lambda: program.value(_DONE, number) > 0, what="the import has begun")
    worker.kill()
    done = program.value(_DONE, number)
    assert 0 < done < ROWS, "it was killed in the middle"
    assert program.value(_KEPT_BY_THE_DEAD) == 1, "the dead worker still holds the job"
    wait_until(lambda: program.part("jobs") not in (None, worker), what="another job process")
    waiting = program.inside("invite", slug, LETTERS)
    kill_worker(site)

    wait_until(lambda: program.value(_DONE, number) > done, 30, "the import goes on")
    wait_until(lambda: program.value(_OPEN) == 0, 60, "the queue is empty")
    state = program.rows("SELECT state, rows, created, refused FROM exchange_import WHERE id = %s", number)
    assert state == [("done", ROWS, ROWS, 0)]
    names = program.rows("SELECT name FROM parties_customer WHERE name LIKE %s", "导入 %")
    assert sorted(names) == sorted((f"导入 {n}",) for n in range(ROWS)), "every row came in once"
    assert program.value(
        "SELECT count(*) FROM kernel_event WHERE name = 'customer.create' AND subject_label LIKE %s", "导入 %"
    ) == ROWS  # fmt: skip
    said = program.said()
    for address in waiting:
        assert f"To: {address}" in said, "a letter that was waiting in the queue went out"
