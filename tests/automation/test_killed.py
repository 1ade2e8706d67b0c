"""A worker that is killed with -9 among the runs of a set of events: every event is acted on once."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from gucang.activity.models import Task
from gucang.automation.models import AutomationRun, Outcome
from gucang.kernel import records
from gucang.kernel.actions import Row, create_many
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope
from tests.automation.conftest import TASK

ROWS, KILLS, PATIENCE_SECONDS = 150, 3, 300

WORKER = """
import json, os, sys
import django
django.setup()
from django.db import connection
connection.settings_dict.update(json.loads(os.environ["TEST_DATABASE"]))
from gucang.kernel import jobs
job = json.loads(sys.argv[1])
jobs.run(job["job"], job["company"], job["cause"], job["payload"])
"""


def worker(job: dict[str, Any]) -> subprocess.Popen[bytes]:
    names = ("NAME", "USER", "PASSWORD", "HOST", "PORT")
    database = {name: connection.settings_dict[name] for name in names}
    environment = os.environ | {
        "TEST_DATABASE": json.dumps(database),
        "DJANGO_SETTINGS_MODULE": "gucang.config.settings",
    }
    return subprocess.Popen([sys.executable, "-c", WORKER, json.dumps(job)], env=environment)


def done(company: Any) -> int:
    with company_scope(company):
        return AutomationRun.objects.count()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_leaves_each_event_done_once(acme: Any, alice: Any, automate: Any) -> None:
    with company_scope(acme):
        automate(TASK, {"kind": "set", "field": "note", "value": "来过"}, about="customer", trigger="created")
        create_many(records.get("customer"), [Row({"name": f"第{n}号公司"}) for n in range(ROWS)], actor=alice)
    (queued,) = ProcrastinateJob.objects.filter(args__job="deliver:automation.running.fire")
    chance, before = random.Random(7), 0
    for _kill in range(KILLS):
        process = worker(queued.args)
        until = time.monotonic() + PATIENCE_SECONDS
        while done(acme) <= before and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(chance.uniform(0.0, 0.2))
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE_SECONDS)
        now = done(acme)
        assert before < now < ROWS, "it was killed in the middle"
        before = now
    assert worker(queued.args).wait(PATIENCE_SECONDS) == 0
    assert worker(queued.args).wait(PATIENCE_SECONDS) == 0, "and once more, for nothing"
    with company_scope(acme):
        assert AutomationRun.objects.filter(outcome=Outcome.DONE).count() == ROWS
        titles = sorted(Task.objects.values_list("title", flat=True))
        assert titles == sorted(f"回访 第{n}号公司" for n in range(ROWS))
        assert Event.objects.filter(name="customer.edit").count() == ROWS
