"""What waits in the queue of jobs, runs or gave up, of one company; and another try for what gave up.

The queue is procrastinate's and belongs to no company, so every statement here names the company that it is about. A
job that succeeded is gone. Of what a job was called with nothing is told: it may be a record or an address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from gucang.kernel.errors import Problem

STATES = {"doing": "running", "todo": "waiting", "failed": "failed"}
MOST_SHOWN = 200
_OURS = "task_name = 'gucang.run' AND args->>'company' IS NOT DISTINCT FROM %s"
_GAVE_UP = f"WHERE id = %s AND status = 'failed' AND {_OURS} RETURNING args->>'job'"
_RETRY = (
    "UPDATE procrastinate_jobs SET status = 'todo', attempts = 0, scheduled_at = NULL, worker_id = NULL,"  # noqa: S608
    f" args = args - 'failure' {_GAVE_UP}"
)
_DROP = f"DELETE FROM procrastinate_jobs {_GAVE_UP}"  # noqa: S608


@dataclass(frozen=True)
class Queued:
    """One job. `state` is "running", "waiting" or "failed"; `at` when it was queued, taken up or gave up last.

    `sentence` says why it failed last where that was a refusal in words; `stumbled` is the kind of error otherwise.
    """

    id: int
    name: str
    state: str
    attempts: int
    at: datetime | None
    sentence: str
    stumbled: str


def of_company(company: int | None) -> list[Queued]:
    """The jobs of a company, those that gave up first; None is for those of no company. At most 200. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT id, args->>'job', status, attempts,
                   (SELECT max(at) FROM procrastinate_events event WHERE event.job_id = job.id),
                   args->'failure'->>'sentence', args->'failure'->>'kind'
            FROM procrastinate_jobs job WHERE {_OURS} AND status IN ('failed', 'doing', 'todo')
            ORDER BY array_position(ARRAY['failed', 'doing', 'todo'], status::text), id DESC LIMIT %s
            """,  # noqa: S608
            [_key(company), MOST_SHOWN],
        )
        return [
            Queued(pk, name, STATES[status], attempts, at, sentence or "", kind or "")
            for pk, name, status, attempts, at, sentence, kind in cursor.fetchall()
        ]


def retry(job: int, company: int | None) -> str:
    """Let a job that gave up be tried again at once; its name, "" when there is none such.

    Nothing is queued twice: where a twin waits already, this one is done with.
    """
    try:
        with transaction.atomic():
            return _one(_RETRY, [job, _key(company)])
    except IntegrityError:
        return drop(job, company)


def drop(job: int, company: int | None) -> str:
    """Forget a job that gave up; its name, "" when there is none such."""
    return _one(_DROP, [job, _key(company)])


def note_failure(job: int, error: BaseException) -> None:
    """Keep beside a job why it failed: a refusal's sentence, or the kind of error, whose words may hold data."""
    sentence = str(error)[:300] if isinstance(error, Problem) else ""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET args = jsonb_set(args, '{failure}', jsonb_build_object('sentence', %s::text,"
            " 'kind', %s::text)) WHERE id = %s",
            [sentence, type(error).__name__, job],
        )


def _key(company: int | None) -> str | None:
    return None if company is None else str(company)


def _one(statement: str, values: list[Any]) -> str:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    return str(row[0]) if row is not None else ""
