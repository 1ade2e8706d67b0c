"""`kill -9` of every part while people write: back by itself, nothing acknowledged is lost, nothing happens twice."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import psutil
import pytest

from tests.faults.conftest import Site
from tests.faults.ledger import check
from tests.faults.program import BACK_SECONDS, alive, names, wait_until

pytestmark = pytest.mark.slow
WRITING_SECONDS = 5.0


def replaced(old: psutil.Process, present: Callable[[], psutil.Process | None]) -> None:
    """Wait until another process stands in the place of `old`."""

    def other() -> bool:
        found = present()
        return found is not None and found != old

    wait_until(other, BACK_SECONDS, f"another process in place of {old.pid}")


def test_a_killed_web_worker_costs_no_write_and_comes_back(site: Site) -> None:
    with site.ledger.writing(at_least=WRITING_SECONDS):
        site.ledger.goes_on()
        workers = wait_until(lambda: len(found := site.program.web_workers()) > 1 and found)
        workers[0].kill()
        site.ledger.goes_on()
        wait_until(lambda: len(site.program.web_workers()) == len(workers), what="as many workers as before")
    check(site.ledger)


def test_a_killed_web_server_costs_no_write_and_comes_back(site: Site) -> None:
    with site.ledger.writing(at_least=WRITING_SECONDS):
        site.ledger.goes_on()
        main = wait_until(lambda: site.program.part("granian"))
        workers = site.program.web_workers()
        main.kill()
        replaced(main, lambda: site.program.part("granian"))
        site.ledger.goes_on()
    check(site.ledger)
    assert not alive(workers), "workers of the killed server still answer"


def test_a_killed_job_process_costs_no_write_and_comes_back(site: Site) -> None:
    with site.ledger.writing(at_least=WRITING_SECONDS):
        site.ledger.goes_on()
        worker = wait_until(lambda: site.program.part("jobs"))
        worker.kill()
        replaced(worker, lambda: site.program.part("jobs"))
        site.ledger.goes_on()
    check(site.ledger)


def test_a_killed_database_costs_no_write_and_comes_back(site: Site) -> None:
    with site.ledger.writing(at_least=WRITING_SECONDS):
        site.ledger.goes_on()
        postmaster = site.program.postmaster()
        assert postmaster is not None
        postmaster.kill()
        replaced(postmaster, site.program.postmaster)
        site.ledger.goes_on()
    check(site.ledger)


def test_a_killed_program_starts_again_in_the_same_folder_on_the_same_port(site: Site) -> None:
    program = site.program
    before, address = program.everything(), program.running["address"]
    assert program.process is not None
    with site.ledger.writing(at_least=WRITING_SECONDS):
        site.ledger.goes_on()
        os.kill(program.process.pid, signal.SIGKILL)
        program.process.wait(10)
        program.start()
        site.ledger.goes_on()
    check(site.ledger)
    assert program.running["address"] == address
    assert not alive(before), f"of the killed run there still are {names(alive(before))}"


def test_a_second_run_in_one_folder_refuses_in_a_sentence(site: Site) -> None:
    done = site.program.command("run", "--port", str(site.program.port), "--no-demo")
    assert done.returncode == 1
    assert done.stderr == f"Gucang already runs from {site.program.folder}, at {site.program.running['address']}.\n"
    assert site.program.get("/healthz")[0] == 200, "the first goes on"
