"""A worker that is killed with -9 in the middle of an import: the next one goes on, and each row comes in once."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from gucang.exchange import intake
from gucang.exchange.actions import imports
from gucang.exchange.models import ImportLine, Origin, Progress
from gucang.kernel import jobs
from gucang.kernel.models import Event, SearchEntry
from gucang.kernel.scope import company_scope
from gucang.parties.models import Customer

ROWS, BAD, KILLS, PATIENCE_SECONDS = 2000, 20, 3, 120

WORKER = """
import json, os, sys
import django
from django.conf import settings
django.setup()
from django.db import connection
connection.settings_dict.update(json.loads(os.environ["TEST_DATABASE"]))
settings.MEDIA_ROOT = os.environ["TEST_MEDIA"]
from gucang.kernel import jobs
jobs.run("exchange.run", int(sys.argv[1]), None, {"import_id": int(sys.argv[2])})
"""


def worker(company: int, record: int, media: Path) -> subprocess.Popen[bytes]:
    names = ("NAME", "USER", "PASSWORD", "HOST", "PORT")
    database = {name: connection.settings_dict[name] for name in names}
    environment = os.environ | {
        "TEST_DATABASE": json.dumps(database),
        "TEST_MEDIA": str(media),
        "DJANGO_SETTINGS_MODULE": "gucang.config.settings",
    }
    return subprocess.Popen([sys.executable, "-c", WORKER, str(company), str(record)], env=environment)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_killed_import_is_resumed_and_every_row_comes_in_once(
    acme: Any, adam: Any, tmp_path: Path, media: Path
) -> None:
    path = tmp_path / "rows.csv"
    rows = [f"第{number}号公司,{'123456' if number % (ROWS // BAD) == 0 else '13800138000'}" for number in range(ROWS)]
    path.write_text("客户名称,手机\n" + "\n".join(rows) + "\n")
    with company_scope(acme):
        record = imports.upload(actor=adam, file=intake.take(path), name="rows.csv", record_type="customer").record
        imports.run(record, actor=adam)

    chance = random.Random(7)
    seen = []
    for kill in range(KILLS):
        process = worker(acme.pk, record.pk, media)
        until = time.monotonic() + PATIENCE_SECONDS
        while done(acme, record) < (kill + 1) * 500:
            assert process.poll() is None, "the worker ended before it was killed"
            assert time.monotonic() < until
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 0.3))
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        seen.append(done(acme, record))
    assert seen[-1] < ROWS, "it was through before the last kill, so nothing was tried"

    jobs.run("exchange.run", acme.pk, None, {"import_id": record.pk})
    with company_scope(acme):
        record.refresh_from_db()
        good = ROWS - BAD
        assert (record.state, record.rows, record.created, record.refused) == ("done", ROWS, good, BAD)
        assert Customer.objects.count() == Customer.objects.values("name").distinct().count() == good
        assert Event.objects.filter(name="customer.create").count() == good
        assert SearchEntry.objects.filter(record_type="customer").count() == good
        assert Origin.objects.count() == good
        assert ImportLine.objects.filter(kind="refused").values("line").distinct().count() == BAD
        numbers = sorted(int(number.rsplit("-", 1)[1]) for number in Customer.objects.values_list("number", flat=True))
        assert numbers == list(range(1, good + 1)), "numbers have no gap and no double"


def done(company: Any, record: Any) -> int:
    """How many rows are answered for, as others see it."""
    with company_scope(company):
        return Progress.objects.get(import_record=record).rows  # type: ignore[no-any-return]
