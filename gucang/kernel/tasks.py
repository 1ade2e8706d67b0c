"""The tasks that procrastinate sees: one that runs any job, the clock, and the sweeper of stalled jobs."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from procrastinate import App, JobContext, RetryStrategy
from procrastinate.contrib.django import app

from gucang.kernel import events, jobs, queue


@app.task(
    name="gucang.run",
    pass_context=True,
    retry=RetryStrategy(max_attempts=jobs.ATTEMPTS, exponential_wait=2),
)
def run(
    context: JobContext,
    job: str,
    company: int | None,
    cause: int | None,
    payload: dict[str, Any],
    failure: dict[str, str] | None = None,
) -> None:
    """Run a job; `failure` is what was noted when it failed the last time."""
    try:
        jobs.run(job, company, cause, payload)
    except Exception as error:
        if context.job.id is not None:
            queue.note_failure(context.job.id, error)
        raise


@app.periodic(cron="* * * * * */10")  # every ten seconds
@app.task(name="gucang.sweep", queueing_lock="gucang.sweep", pass_context=True)
async def sweep(context: JobContext, timestamp: int) -> None:
    """Put jobs of workers that died back into the queue."""
    manager = context.app.job_manager
    for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=jobs.STALLED_AFTER_SECONDS):
        await manager.retry_job(stalled)


@app.periodic(cron="5 * * * *")
@app.task(name="gucang.months", queueing_lock="gucang.months")
def ensure_months(timestamp: int) -> None:
    """Have the event log's partitions for this month and the two after it."""
    events.ensure_months(timezone.now().date(), ahead=2)


def schedule(ready: App) -> None:
    """Give every periodic job its place on the clock. procrastinate calls it once all modules are loaded."""
    for name, cron in jobs.periodic():
        task = ready.task(name=f"gucang.clock:{name}", queueing_lock=f"gucang.clock:{name}")(_ticker(name))
        ready.periodic(cron=cron)(task)


def _ticker(name: str) -> Any:
    def tick(timestamp: int) -> None:
        jobs.run_everywhere(name)

    return tick
