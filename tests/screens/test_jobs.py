"""The page of jobs: what runs, waits and gave up in this company, why, and another try."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job

from gucang.kernel import jobs, queue, tasks
from gucang.kernel.errors import Refused
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope


def queued(company: Any, name: str, status: str = "failed", key: str | None = None, **payload: Any) -> int:
    """A job of a company (None: of none) that has come as far as `status`."""
    if company is None:
        jobs.enqueue(name, key=key, **payload)
    else:
        with company_scope(company):
            jobs.enqueue(name, key=key, **payload)
    pk = int(ProcrastinateJob.objects.order_by("-id").values_list("pk", flat=True)[0])
    if status != "todo":
        with connection.cursor() as cursor:
            # The way that a worker goes: what waits is taken up before it ends.
            cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [pk])
            if status != "doing":
                cursor.execute("UPDATE procrastinate_jobs SET status = 'failed', attempts = 5 WHERE id = %s", [pk])
    return pk


@pytest.fixture
def as_adam(client: Client, adam: Any, login: Callable[..., Client]) -> Client:
    return login(client, adam)


def shown(browser: Client) -> str:
    answer = browser.get("/acme/jobs")
    assert answer.status_code == 200
    return str(re.search(r'<main class="main".*?</main>', answer.content.decode(), re.S)[0])  # type: ignore[index]


def test_what_runs_waits_and_gave_up_is_listed_with_the_reason_in_words(as_adam: Client, acme: Any) -> None:
    gone = queued(acme, "exchange.run", import_id=1)
    queue.note_failure(gone, Refused("这个文件已经不在了。"))
    stumbled = queued(acme, "bulk.run", run_id=1)
    queue.note_failure(stumbled, KeyError("恒力精密 13800138000"))
    queued(acme, "own_fields.work_out", "doing", field=1)
    queued(acme, "exchange.write", "todo", export_id=1)
    page = shown(as_adam)
    assert "这个文件已经不在了。" in page
    assert "KeyError" in page
    assert "13800138000" not in page  # the words of an error that nobody wrote for people may hold anything
    for word in ("导入", "批量操作", "导出", "已放弃", "进行中", "等待中"):
        assert word in page
    assert page.count("/retry") == 2


def test_a_job_that_fails_notes_why_and_runs_with_that_note_again(acme: Any) -> None:
    pk = queued(acme, "exchange.write", "doing", of_an_older_version=1)
    args = ProcrastinateJob.objects.get(pk=pk).args
    job = Job(id=pk, queue="default", lock=None, queueing_lock=None, task_name="gucang.run", task_kwargs=args)
    context = JobContext(start_timestamp=0.0, app=app, job=job, abort_reason=lambda: None)
    for _ in range(2):
        with pytest.raises(TypeError):
            tasks.run.func(context, **ProcrastinateJob.objects.get(pk=pk).args)
        (one,) = queue.of_company(acme.pk)
        assert (one.name, one.stumbled, one.sentence) == ("exchange.write", "TypeError", "")


def test_a_job_is_tried_again_or_dropped_and_the_log_tells_who_did(as_adam: Client, acme: Any, adam: Any) -> None:
    first = queued(acme, "exchange.sweep")
    queue.note_failure(first, Refused("没有空间了。"))
    second = queued(acme, "grid.sweep")
    assert as_adam.post(f"/acme/jobs/{first}/retry").status_code == 302
    assert as_adam.post(f"/acme/jobs/{second}/drop").status_code == 302
    again = ProcrastinateJob.objects.get(pk=first)
    assert (again.status, again.attempts, "failure" in again.args) == ("todo", 0, False)
    assert not ProcrastinateJob.objects.filter(pk=second).exists()
    with company_scope(acme):
        told = list(Event.objects.filter(name__endswith="_job").order_by("id").values_list("name", "facts", "actor_id"))
    assert told == [
        ("company.retry_job", {"job": "exchange.sweep"}, adam.pk),
        ("company.drop_job", {"job": "grid.sweep"}, adam.pk),
    ]
    assert jobs.drain() >= 1  # it can be run
    assert as_adam.post(f"/acme/jobs/{first}/retry").status_code == 409  # it does not wait for anybody any more


def test_where_a_twin_waits_already_the_old_one_is_done_with(as_adam: Client, acme: Any) -> None:
    old = queued(acme, "grid.sweep", key="periodic")
    queued(acme, "grid.sweep", "todo", key="periodic")
    assert as_adam.post(f"/acme/jobs/{old}/retry").status_code == 302
    assert ProcrastinateJob.objects.filter(args__job="grid.sweep", status="todo").count() == 1
    assert not ProcrastinateJob.objects.filter(pk=old).exists()


def test_the_jobs_of_others_are_neither_seen_nor_touched(as_adam: Client, acme: Any, other: Any) -> None:
    theirs = queued(other, "exchange.run", import_id=1)
    queue.note_failure(theirs, Refused("别家公司的话。"))
    letter = queued(None, "accounts.reset_password", email="geheim@example.test")
    page = shown(as_adam)
    assert "别家公司的话。" not in page
    assert "geheim@" not in page
    assert "1 封" in page
    for pk in (theirs, letter):
        assert as_adam.post(f"/acme/jobs/{pk}/retry").status_code == 409
        assert as_adam.post(f"/acme/jobs/{pk}/drop").status_code == 409
        assert ProcrastinateJob.objects.get(pk=pk).status == "failed"


def test_what_runs_or_waits_is_left_alone(as_adam: Client, acme: Any) -> None:
    for status in ("doing", "todo"):
        pk = queued(acme, "exchange.run", status, import_id=1)
        assert as_adam.post(f"/acme/jobs/{pk}/drop").status_code == 409
        assert ProcrastinateJob.objects.get(pk=pk).status == status


def test_only_who_may_sees_the_page(client: Client, acme: Any, alice: Any, login: Callable[..., Client]) -> None:
    pk = queued(acme, "exchange.run", import_id=1)
    login(client, alice)
    assert client.get("/acme/jobs").status_code == 404
    assert client.post(f"/acme/jobs/{pk}/retry").status_code == 404
    assert ProcrastinateJob.objects.get(pk=pk).status == "failed"


def test_nothing_to_show_says_what_will_be_here(as_adam: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert "没有任务在等" in shown(as_adam)


def test_every_job_has_a_name_for_people() -> None:
    ours = [name for name in jobs.every() if not name.startswith("tests.")]
    assert [name for name in ours if jobs.label_of(name) == name] == []
