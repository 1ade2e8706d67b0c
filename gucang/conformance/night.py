"""The nightly run: cases with news are judged in batches, each in a transaction of its own; then sums are kept.

What a run costs grows with the cases that have news, with new variants and with what waits, and not with the log. A run
that was killed goes on with the batch it had not finished, because what is to be judged is kept beside what was.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connection

from gucang.conformance import reading, sums
from gucang.conformance.batches import Batch
from gucang.conformance.models import Arrow, ToJudge, Watch
from gucang.kernel import clock
from gucang.kernel.scope import active_company_id, company_scope, deriving
from gucang.sops.queries import ever_in_force

APP = "conformance"
BATCH = 500


def case_types() -> list[str]:
    """What there are processes about that hold or have held."""
    return sorted(ever_in_force())


def run(company: int, case_type: str) -> int:
    """Judge all cases of a type that have news, in a scope of its own for each batch. Returns how many."""
    with company_scope(company):
        begin(case_type)
    done = 0
    while True:
        with company_scope(company):
            count = turn(case_type)
        done += count
        if count == 0:
            break
    with company_scope(company):
        finish(case_type)
    return done


def run_here(case_type: str) -> int:
    """The same within the scope and transaction that are active: for stories and tests."""
    begin(case_type)
    done = 0
    while count := turn(case_type):
        done += count
    finish(case_type)
    return done


def forget(case_type: str) -> None:
    """Let the next run look at every case anew, and add up all of them."""
    with deriving(APP):
        Watch.objects.filter(case_type=case_type).update(seen_event=0, seen_at=None, summed=False)


def relimit(case_type: str, before: timedelta, after: timedelta) -> None:
    """Let the next run judge the cases that another late-entry limit makes a difference to, and no others."""
    _take_time()
    with deriving(APP):
        reading.collect_late(case_type, min(before, after), max(before, after))


def begin(case_type: str) -> None:
    """Note which cases have news, and how far the log has been read by that."""
    _take_time()
    now, last = clock.now(), reading.last_event()
    with deriving(APP):
        watch, _made = Watch.objects.get_or_create(case_type=case_type)
        reading.collect(case_type, watch.seen_event, watch.seen_at, now)
        watch.seen_event, watch.seen_at = last, now
        watch.began_at, watch.ended_at, watch.done, watch.problem = now, None, 0, ""
        watch.total = ToJudge.objects.filter(case_type=case_type).count()
        watch.save()


def turn(case_type: str) -> int:
    """Judge the next batch; how many cases that were, 0 when none is left."""
    _one_at_a_time(case_type)
    waiting = ToJudge.objects.filter(case_type=case_type).order_by("object_id")
    ids = list(waiting.values_list("object_id", flat=True)[:BATCH])
    if not ids:
        return 0
    with deriving(APP):
        watch = Watch.objects.get(case_type=case_type)
        batch = Batch(case_type, ids, clock.now(), summed=watch.summed)
        batch.judge()
        watch.summed = batch.summed
        ToJudge.objects.filter(case_type=case_type, object_id__in=ids).delete()
        watch.done += len(ids)
        watch.save()
    return len(ids)


def finish(case_type: str) -> None:
    """Bring what pages show to its end: sums by version, member, week and pattern, and what waits where."""
    _take_time()
    versions = [one.pk for one in ever_in_force().get(case_type, ())]
    with deriving(APP):
        watch = Watch.objects.get(case_type=case_type)
        if watch.summed:
            sums.finish(versions)
        else:
            sums.anew(versions)
        _count_waiting(versions)
        _drop_unused(versions)
        watch.summed, watch.ended_at = True, clock.now()
        watch.save()


def _count_waiting(versions: list[int]) -> None:
    """Count what waits: that is of the cases that go on, which are few beside those that are over."""
    values: dict[str, Any] = {"company": active_company_id(), "versions": versions}
    with connection.cursor() as cursor:
        cursor.execute(_CLEAR_WAITING, values)
        cursor.execute(_WAITING, values)


def _take_time() -> None:
    """Let a statement of this transaction take longer than one that somebody waits for."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '600s'")


def _one_at_a_time(case_type: str) -> None:
    key = f"conformance:{active_company_id()}:{case_type}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _drop_unused(versions: list[int]) -> None:
    """Take away the arrows that no case goes over any more."""
    Arrow.objects.filter(version__in=versions, count__lte=0).delete()


_CLEAR_WAITING = "DELETE FROM conformance_waiting WHERE company_id = %(company)s AND version_id = ANY(%(versions)s)"
_WAITING = """
    INSERT INTO conformance_waiting (company_id, version_id, step, member_id, cases, late, since, middle)
    SELECT c.company_id, c.version_id, c.waits_for, c.holder_id, count(*),
           count(*) FILTER (WHERE EXISTS (
               SELECT 1 FROM conformance_casedeviation d
               WHERE d.company_id = c.company_id AND d.case_id = c.id AND d.since IS NOT NULL)),
           min(c.waits_since), percentile_disc(0.5) WITHIN GROUP (ORDER BY c.waits_since)
    FROM conformance_case c
    WHERE c.company_id = %(company)s AND c.version_id = ANY(%(versions)s) AND c.ended_at IS NULL AND c.waits_for <> ''
    GROUP BY 1, 2, 3, 4
"""
