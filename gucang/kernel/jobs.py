"""Work after the answer: jobs on procrastinate in the same database, queued in the same transaction.

A job carries its company and the event that caused it; the worker enters the company's scope before it runs. Delivery
is at least once, so a job must stand being run twice. A worker that was killed leaves its job "doing"; `sweep` puts it
back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import structlog
from django.db import close_old_connections, transaction
from django.utils.translation import gettext as _t

from gucang.kernel.models import Company, Event
from gucang.kernel.scope import active_company_id, company_scope

log = structlog.get_logger(__name__)
Work = Callable[..., Any]

_jobs: dict[str, Work] = {}
_outside: set[str] = set()
_platform: set[str] = set()
_labels: dict[str, Any] = {}
# A killed worker's job runs again half a minute later: three heartbeats missed, then the next sweep.
HEARTBEAT_SECONDS = 5
STALLED_AFTER_SECONDS = 15
ATTEMPTS = 5
EVENTS_A_JOB = 200


def job(name: str, *, label: Any = "", outside: bool = False, platform: bool = False) -> Callable[[Work], Work]:
    """Register `function(**payload)` as the job `name`. It runs inside the company that queued it.

    With `outside` it runs in no scope and no transaction and gets `company`, the id: for work that talks to the world
    (e-mail), which enters the scope for each of its steps and leaves it before it talks. With `platform` it belongs to
    no company at all (a letter to a person who signs in) and may be queued where none is active. `label` is what
    people read where jobs are listed.
    """

    def remember(function: Work) -> Work:
        if name in _jobs:
            raise ValueError(f"Job {name} is defined twice.")
        _jobs[name] = function
        _labels[name] = label or name
        if outside:
            _outside.add(name)
        if platform:
            _platform.add(name)
        return function

    return remember


def every_company(name: str, *, cron: str, label: Any = "") -> Callable[[Work], Work]:
    """Register a job that runs in every company by the clock (`cron`, in the server's zone)."""

    def remember(function: Work) -> Work:
        job(name, label=label)(function)
        _periodic.append((name, cron))
        return function

    return remember


_periodic: list[tuple[str, str]] = []


def deliver(function: Callable[[Event], None]) -> str:
    """Register the subscriber of an event as a job; returns the job's name."""
    name = f"deliver:{function.__module__.removeprefix('gucang.')}.{function.__name__}"
    if name not in _jobs:
        _jobs[name] = lambda event_id, recorded_at: function(Event.objects.get(pk=event_id, recorded_at=recorded_at))
    return name


def deliver_each(function: Callable[[Event], None]) -> str:
    """Register the subscriber of many events as one job, each event in a scope of its own; returns the job's name.

    An event that fails keeps none of the others waiting; the job is tried again for its sake.
    """
    name = f"deliver:{function.__module__.removeprefix('gucang.')}.{function.__name__}"

    def work(company: int, found: list[tuple[int, str]]) -> None:
        failed: list[Exception] = []
        for event_id, recorded_at in found:
            try:
                with company_scope(company):
                    function(Event.objects.get(pk=event_id, recorded_at=recorded_at))
            except Exception as error:
                log.exception("an event failed", job=name, company=company, event_id=event_id)
                failed.append(error)
        if failed:
            raise failed[0]

    job(name, outside=True)(work)
    return name


def enqueue(
    name: str, *, cause: int | None = None, key: str | None = None, wait: timedelta | None = None, **payload: Any
) -> None:
    """Queue a job of the active company (of none if it is a `platform` job), with the transaction.

    With `key`, a queued twin is not queued again; with `wait` it does not begin before that time has passed.
    """
    from procrastinate import exceptions
    from procrastinate.contrib.django import app

    if name not in _jobs:
        raise LookupError(f"There is no job {name!r}.")
    company = None if name in _platform else active_company_id()
    task = app.configure_task(
        "gucang.run",
        queueing_lock=f"{company}:{name}:{key}" if key else None,
        schedule_in={"seconds": int(wait.total_seconds())} if wait else None,
    )
    try:
        # A refused twin must not break the transaction that is running.
        with transaction.atomic() if key else nullcontext():
            task.defer(job=name, company=company, cause=cause, payload=payload)
    except exceptions.AlreadyEnqueued:
        log.info("job already queued", job=name, company=company)


def enqueue_delivery(name: str, event: Event) -> None:
    """Queue the delivery of one event to one subscriber."""
    enqueue(name, cause=event.id, event_id=event.id, recorded_at=event.recorded_at.isoformat())


def enqueue_deliveries(name: str, found: Sequence[Event]) -> None:
    """Queue the delivery of many events to one subscriber, a few hundred a job."""
    for start in range(0, len(found), EVENTS_A_JOB):
        part = found[start : start + EVENTS_A_JOB]
        rows = [(event.id, event.recorded_at.isoformat()) for event in part]
        enqueue(name, cause=part[0].id, found=rows)


def deliver_now(name: str, event: Event) -> None:
    """Deliver one event to one subscriber here and now, in the scope and transaction that are active."""
    _jobs[name](event_id=event.id, recorded_at=event.recorded_at)


def run(name: str, company: int | None, cause: int | None, payload: dict[str, Any]) -> None:
    """Run one job now, inside its company if it has one."""
    log.info("job", job=name, company=company, cause=cause)
    if name in _platform:
        _jobs[name](**payload)
        return
    if name in _outside:
        _jobs[name](company=company, **payload)
        return
    with company_scope(company):
        _jobs[name](**payload)


def run_everywhere(name: str) -> None:
    """Queue a periodic job for every company, each as a job of its own."""
    for company in Company.objects.values_list("pk", flat=True):
        with company_scope(company):
            enqueue(name, key="periodic")


def label_of(name: str) -> str:
    """What a job is called where jobs are listed."""
    return _t("What follows from an event") if name.startswith("deliver:") else str(_labels.get(name, name))


def every() -> list[str]:
    """The names of all jobs."""
    return sorted(_jobs)


def periodic() -> list[tuple[str, str]]:
    """The periodic jobs as (name, cron)."""
    return list(_periodic)


def drain(limit: int = 1000) -> int:
    """Run queued jobs in this process until none is left; returns how many ran. For tests and the command line."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    done = 0
    while done < limit:
        row = ProcrastinateJob.objects.filter(status="todo", task_name="gucang.run").order_by("id").first()
        if row is None:
            return done
        arguments = row.args
        _mark_done(row.pk)
        run(arguments["job"], arguments["company"], arguments["cause"], arguments["payload"])
        done += 1
    return done


def _mark_done(pk: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [pk])


def run_worker(concurrency: int = 2) -> None:
    """Work on the queue until told to stop (SIGINT or SIGTERM). The process of `gucang jobs`."""
    from procrastinate.contrib.django import app

    close_old_connections()
    worker_app = app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
    worker_app.run_worker(
        concurrency=concurrency,
        delete_jobs="successful",
        install_signal_handlers=True,
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=STALLED_AFTER_SECONDS,
    )
