"""The nightly run over the company's own log, at a size: everything once, then a night with one per cent of news."""

from __future__ import annotations

import json
import os
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection

from bench import report
from gucang.accounts.models import Member
from gucang.activity.actions import tasks
from gucang.activity.models import Task
from gucang.conformance import mapping, night, queries
from gucang.conformance.models import Case, CaseDeviation, Variant
from gucang.demo.benchmark import people
from gucang.kernel import clock, events
from gucang.kernel.actors import system
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope
from gucang.sops.actions import processes, versions
from gucang.sops.models import ProcessVersion

EACH = 20  # events a case
VARIANTS = 2_000
DAYS = 600
CHUNK = 20_000
TYPE = "task"
# Any deeds will do: what is measured reads names only.
NAMES = [
    "task.create", "task.edit", "task.complete", "task.reopen", "task.delete", "customer.claim", "customer.assign",
    "customer.edit", "customer.release", "customer.create",
]  # fmt: skip
FINAL = "customer.delete"
HEAD = """## The company's own log

{date} · {machine} · load of other work at the start: {load}

`python -m bench --cases {asked}`: synthetic cases of {each} events each over {days} days ({variants:,} ways to go,
one often, most seldom), inserted in sets; a process of {steps} steps with time limits, roles and four eyes. “All”
judges everything from nothing; “a night” judges one per cent of the cases, of which each has got a new event; wall
time of one process. The map and the list are medians of 20 readings, database included.

| cases | events | all | cases/s | a night: 1 % new | events/s then | variants | deviations | map | patterns |
|---|---|---|---|---|---|---|---|---|---|
"""


def measure(sizes: list[int], out: Path | None) -> None:
    """Measure each size in a company of its own and write the table beside `out`, if one is given."""
    load = f"{os.getloadavg()[0]:.1f}"
    rows = [_row(size) for size in sizes]
    text = HEAD.format(
        date=date.today().isoformat(), machine=report.machine(), load=load, each=EACH, days=DAYS, variants=VARIANTS,
        steps=len(NAMES), asked=",".join(map(str, sizes)),
    ) + "\n".join(rows)  # fmt: skip
    print(text)
    if out is not None:
        out.with_suffix(".cases.md").write_text(f"{text}\n", "utf-8")


def _row(size: int) -> str:
    company = _filled(size)
    begun = time.perf_counter()
    with company_scope(company):
        night.forget(TYPE)
    done = night.run(company.pk, TYPE)
    whole = time.perf_counter() - begun
    with company_scope(company):
        _news(company, size)
    begun = time.perf_counter()
    new = night.run(company.pk, TYPE)
    one_night = time.perf_counter() - begun
    with company_scope(company):
        version = ProcessVersion.objects.get()
        kept = Variant.objects.count(), CaseDeviation.objects.count(), Case.objects.count()
        drawn = _median(lambda: mapping.drawn(version, queries.arrows(version.pk), queries.queues(version.pk)))
        listed = _median(lambda: queries.patterns([version.pk]))
    assert kept[2] >= size, (kept, size, done)
    return (
        f"| {size:,} | {size * EACH:,} | {whole:.1f} s | {size / whole:,.0f} | {one_night:.1f} s ({new:,} cases) | "
        f"{new * EACH / one_night:,.0f} | {kept[0]:,} | {kept[1]:,} | {drawn:.1f} ms | {listed:.1f} ms |"
    )


def _median(deed: Callable[[], Any]) -> float:
    found = []
    for _round in range(20):
        begun = time.perf_counter()
        deed()
        found.append((time.perf_counter() - begun) * 1000)
    return statistics.median(found)


# --- a company with cases ---


def _filled(size: int) -> Company:
    slug = f"bench-cases-{size}"
    found = Company.objects.filter(slug=slug).first()
    if found is not None:
        return found
    until = clock.now().replace(microsecond=0)
    began = until - timedelta(days=DAYS + 40)
    events.ensure_months(began.date(), ahead=24)
    company = people.found(slug, 7)
    with company_scope(company), clock.at(began):
        _process()
        member = Member.objects.order_by("pk")[0]
        task = tasks.create(actor=member, values={"title": "催交货", "assignee": member, "due_on": began.date()}).record
    plan = _Plan.of(size, company, began)
    for first in range(1, size + 1, CHUNK):
        with company_scope(company):
            _fill(plan, task, first, min(first + CHUNK - 1, size))
    return company


def _reserved(sequence: str, count: int) -> int:
    """The first of so many ids in a row, of which nobody else gets one while nothing else runs."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(n), max(n) FROM (SELECT nextval(%s) n FROM generate_series(1, %s)) s", [sequence, count]
        )
        first, last = cursor.fetchone()
    assert last - first + 1 == count, "Something else is writing at the same time."
    return int(first)


def _process() -> None:
    steps: list[dict[str, Any]] = [
        {"key": f"s{n}", "name": f"Step {n}", "events": [name]} for n, name in enumerate(NAMES)
    ]
    steps[3] |= {"limit": {"amount": 8, "unit": "hours", "after": "s2"}, "roles": ["sales_manager"]}
    steps[6] |= {"limit": {"amount": 2, "unit": "days", "after": "s4"}, "four_eyes": ["s3"]}
    tree = ["seq", "s0", ["parallel", "s1", "s2"], ["loop", "s3", "s4"], ["choice", "s5", ["seq", "s6", "s7"]],
            ["optional", "s8"], "s9"]  # fmt: skip
    values = {"name": "催办", "code": "BENCH-01", "case_type": TYPE}
    process = processes.create(actor=system(), values=values).record
    version = versions.draft(actor=system(), process=process).record
    words = json.dumps({"tree": tree, "steps": steps, "final": [FINAL]})
    version = versions.define(version, actor=system(), definition=words).record
    versions.put_in_force(version, actor=system(), reason="bench")


@dataclass
class _Plan:
    """How the cases go: VARIANTS ways with EACH events, each with a name, a gap in minutes, and who does it."""

    company: int
    began: datetime
    event: int
    task: int
    members: list[int]
    ways: tuple[list[int], list[int], list[str], list[int]]

    @classmethod
    def of(cls, size: int, company: Company, began: datetime) -> _Plan:
        chance = random.Random(7)
        variant, place, name, gap = [], [], [], []
        for way in range(VARIANTS):
            walk = _walk(chance)
            minutes = 0
            for at, one in enumerate(walk):
                variant.append(way)
                place.append(at)
                name.append(one)
                gap.append(minutes)
                minutes += int(chance.expovariate(1 / 900)) + 1
        with company_scope(company):
            members = list(Member.objects.order_by("pk").values_list("pk", flat=True)[:100])
            event = _reserved("kernel_event_id_seq", size * EACH)
            record = _reserved("activity_task_id_seq", size)
        return cls(company.pk, began, event, record, members, (variant, place, name, gap))


def _walk(chance: random.Random) -> list[str]:
    """By the book, with loops until it is long enough, and now and then something else."""
    middle = [3]
    while len(middle) < EACH - 8:
        middle += [4, 3]
    walk = [0, *chance.sample([1, 2], 2), *middle, 6, 7, 8, 9][: EACH - 1]
    for _fault in range(chance.choice([0, 0, 0, 1, 1, 2])):
        at = chance.randrange(len(walk))
        walk[at] = chance.randrange(len(NAMES))
    return [*(NAMES[one] for one in walk), FINAL if chance.random() < 0.9 else NAMES[9]]


_TASKS = """
    INSERT INTO activity_task ({columns}) OVERRIDING SYSTEM VALUE
    SELECT {values} FROM activity_task t, generate_series(%s::bigint, %s::bigint) c WHERE t.id = %s
"""
_EVENTS = """
    WITH deed AS (
        SELECT %(event)s + (c - 1) * %(each)s + p.place AS id, %(task)s + c AS task, p.name,
               %(began)s::timestamptz
                   + make_interval(secs => (c * 7919 %% %(days)s) * 86400 + 36000 + p.gap * 60) AS at,
               (%(members)s::bigint[])[1 + (c * 31 + p.place) %% %(people)s] AS member
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) c
        JOIN unnest(%(variant)s::int[], %(place)s::int[], %(name)s::text[], %(gap)s::int[])
          AS p (variant, place, name, gap) ON p.variant = floor(%(ways)s * power((c * 104729 %% 99991) / 99991.0, 6))
    ), event AS (
        INSERT INTO kernel_event (id, company_id, recorded_at, occurred_at, actor_kind, actor_id, name, subject_type,
            subject_id, subject_label, subject_version, changes, facts, request_id)
        SELECT id, %(company)s, at, at, 'member', member, name, 'task', task, '催交货', 1, '{{}}', '{{}}', '' FROM deed
    )
    INSERT INTO kernel_eventobject (company_id, event_id, recorded_at, occurred_at, object_type, object_id, role)
    SELECT %(company)s, id, at, at, 'task', task, 'subject' FROM deed
"""


def _fill(plan: _Plan, task: Task, first: int, last: int) -> None:
    """Cases `first` to `last`: the records as copies of one, the events by their plan."""
    columns = [field.column for field in Task._meta.concrete_fields]
    values = [f"{plan.task - 1} + c" if name == "id" else f"t.{name}" for name in columns]
    variant, place, name, gap = plan.ways
    asked = {
        "event": plan.event, "each": EACH, "task": plan.task - 1, "began": plan.began + timedelta(days=1), "days": DAYS,
        "members": plan.members, "people": len(plan.members), "first": first, "last": last, "variant": variant,
        "place": place, "name": name, "gap": gap, "ways": VARIANTS, "company": plan.company,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '300s'")
        cursor.execute(_TASKS.format(columns=", ".join(columns), values=", ".join(values)), [first, last, task.pk])
        cursor.execute(_EVENTS.replace("{{}}", "{}"), asked)


def _news(company: Company, size: int) -> None:
    """One more event for one case in a hundred."""
    picked = list(Task.objects.order_by("pk").values_list("pk", flat=True)[1 : size + 1 : 100])
    now, ids = clock.now(), events.next_ids(len(picked))
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH deed AS (SELECT * FROM unnest(%(ids)s::bigint[], %(tasks)s::bigint[]) AS d (id, task)), event AS ("
            "INSERT INTO kernel_event (id, company_id, recorded_at, occurred_at, actor_kind, name, subject_type,"
            " subject_id, subject_label, subject_version, changes, facts, request_id)"
            " SELECT id, %(company)s, %(now)s, %(now)s, 'system', 'task.edit', 'task', task, '', 1, '{}', '{}', ''"
            " FROM deed) INSERT INTO kernel_eventobject (company_id, event_id, recorded_at, occurred_at, object_type,"
            " object_id, role) SELECT %(company)s, id, %(now)s, %(now)s, 'task', task, 'subject' FROM deed",
            {"ids": ids, "tasks": picked, "company": company.pk, "now": now},
        )
