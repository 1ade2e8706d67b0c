"""A worker that is killed with -9 in the middle of a run: the next one goes on, and each record is changed once."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from typing import Any

import pytest
from django.db import connection

from gucang.bulk import actions
from gucang.bulk.models import BulkRun, RunLine, RunProgress, State
from gucang.kernel import jobs
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from tests.bulk.conftest import begin, make_many

ROWS, LEFT, KILLS, PATIENCE_SECONDS = 1600, 8, 3, 120

WORKER = """
import json, os, sys
import django
django.setup()
from django.db import connection
connection.settings_dict.update(json.loads(os.environ["TEST_DATABASE"]))
from gucang.kernel import jobs
jobs.run(sys.argv[3], int(sys.argv[1]), None, {"run_id": int(sys.argv[2])})
"""


def worker(company: int, run: int, job: str) -> subprocess.Popen[bytes]:
    names = ("NAME", "USER", "PASSWORD", "HOST", "PORT")
    database = {name: connection.settings_dict[name] for name in names}
    environment = os.environ | {
        "TEST_DATABASE": json.dumps(database),
        "DJANGO_SETTINGS_MODULE": "gucang.config.settings",
    }
    return subprocess.Popen([sys.executable, "-c", WORKER, str(company), str(run), job], env=environment)


def killed(company: Any, run: Any, job: str, done: Any) -> None:
    """Start the job and kill it in the middle, several times; `done` tells how far it has come, as others see it."""
    chance, seen = random.Random(7), []
    for kill in range(KILLS):
        process = worker(company.pk, run.pk, job)
        until = time.monotonic() + PATIENCE_SECONDS
        while done() < (kill + 1) * 200:
            assert process.poll() is None, "the worker ended before it was killed"
            assert time.monotonic() < until
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 0.2))
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        seen.append(done())
    assert seen[-1] < ROWS, "it was through before the last kill, so nothing was tried"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_killed_run_is_resumed_each_record_is_changed_once_and_set_back_once(acme: Any, alice: Any) -> None:
    with company_scope(acme):
        rows = make_many(alice, ROWS, city="苏州")
        run = begin(alice, "edit", query="city=苏州", note="一起改")
        for row in rows[:LEFT]:
            customers.edit(row, actor=alice, values={"city": "上海"})

    def far(name: str) -> int:
        with company_scope(acme):
            progress = RunProgress.objects.get(run=run)
            return int(progress.done + progress.refused if name == "done" else progress.undone + progress.left)

    killed(acme, run, "bulk.run", lambda: far("done"))
    jobs.run("bulk.run", acme.pk, None, {"run_id": run.pk})
    good = ROWS - LEFT
    with company_scope(acme):
        run = BulkRun.objects.get(pk=run.pk)
        assert (run.state, run.rows, run.done, run.refused) == (State.DONE, ROWS, good, LEFT)
        assert Customer.objects.filter(note="一起改").count() == good
        once = Counter(Event.objects.filter(name="customer.edit", facts__bulk__id=run.pk).values_list("subject_id"))
        assert len(once) == good
        assert set(once.values()) == {1}
        assert RunLine.objects.filter(run=run).values("object_id").distinct().count() == LEFT
        assert Event.objects.filter(name="bulk_run.finish").count() == 1
        actions.take_back(run, actor=alice)

    killed(acme, run, "bulk.take_back", lambda: far("undone"))
    jobs.run("bulk.take_back", acme.pk, None, {"run_id": run.pk})
    with company_scope(acme):
        run = BulkRun.objects.get(pk=run.pk)
        assert (run.state, run.undone, run.left) == (State.TAKEN_BACK, good, 0)
        assert not Customer.objects.filter(note="一起改").exists()
        assert Event.objects.filter(name="customer.edit", facts__bulk__back=True).count() == good
