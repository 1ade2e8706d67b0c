"""One batch at a time: rows, records, what is said of them and the position, all in one transaction."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from django.db import transaction
from django.utils.translation import gettext as _t
from django.utils.translation import override

from gucang.exchange.engine.batch import Batch
from gucang.exchange.engine.grouping import whole
from gucang.exchange.engine.plan import Plan, Step, Work, maker, plan_of
from gucang.exchange.models import COUNTS, Import, ImportLine, Kind, Progress, State
from gucang.exchange.readers import RawRow, read_table
from gucang.kernel.actions import as_outermost
from gucang.kernel.actors import Actor, system
from gucang.kernel.errors import Problem
from gucang.kernel.scope import deriving

BATCH = 500
REHEARSED = 2000
APP = "exchange"


class Runner:
    """Runs one import. Each `advance` is one transaction's work; the runner may be thrown away at any time."""

    def __init__(self, import_id: int, *, actor: Actor | None = None) -> None:
        self.import_id, self.actor = import_id, actor
        self._work: Work | None = None
        self._plan: Plan | None = None

    def advance(self, size: int = BATCH) -> bool:
        """Bring in the next rows of a running import, inside its company's scope; whether there may be more.

        The progress row is locked first: a second worker waits here and then goes on behind what the first one did.
        """
        from gucang.exchange.actions import imports

        progress = Progress.objects.select_for_update().filter(import_record_id=self.import_id).first()
        record = Import.objects.filter(pk=self.import_id).select_related("owner").first()
        if progress is None or record is None or record.state != State.RUNNING:
            return False
        work, plan = self._ready(record)
        with override(_language(record)):
            try:
                with transaction.atomic():
                    done = self._batch(work, plan, progress, size)
            except Problem as problem:
                # A right that was taken away, or a set-up step that was refused: said once, for the whole import.
                imports.fail(record, actor=system(), reason=str(problem)[:300], totals=json.dumps(progress.totals()))
                return False
            if done:
                imports.finish(record, actor=system(), totals=json.dumps(progress.totals()))
        return not done

    def _ready(self, record: Import) -> tuple[Work, Plan]:
        actor = self.actor or maker(record)
        if self._work is None or self._plan is None:
            self._work, self._plan = Work(record, actor), plan_of(record)
        self._work.record, self._work.actor = record, actor
        return self._work, self._plan

    def _batch(self, work: Work, plan: Plan, progress: Progress, size: int) -> bool:
        """Do at most `size` rows of the present step; whether the plan is through."""
        if progress.step >= len(plan.steps):
            return True
        step = plan.steps[progress.step]
        if step.prepare is not None and progress.position == 0:
            step.prepare(work)
        rows = _some(work, step, read_table(work.path(step.table), progress.position), size)
        if rows:
            batch = Batch(work, plan, step)
            batch.go(rows)
            with deriving(APP):
                batch.keep()
                progress.add(step.table, batch.counts)
            progress.position = rows[-1].position
        if len(rows) < size:
            progress.step, progress.position = progress.step + 1, 0
        with deriving(APP):
            progress.save()
        return bool(progress.step >= len(plan.steps))


def _some(work: Work, step: Step, rows: Iterator[RawRow], size: int) -> list[RawRow]:
    """The next rows that are written together; of documents with lines never a part."""
    return list(islice(rows, size)) if step.gather is None else whole(work, rows, size)


def _language(record: Import) -> str:
    """The language of the person who will read what is said of the rows."""
    user = getattr(record.owner, "user", None)
    return getattr(user, "language", "") or "zh-hans"


class _TakenBack(Exception):
    """Ends a rehearsal: the transaction is rolled back."""


def rehearse(record: Import, actor: Actor, limit: int | None = REHEARSED) -> tuple[dict[str, int], list[ImportLine]]:
    """Do an import and take everything back; the counts, and what would be said of the rows.

    At most `limit` rows of each table are tried: while it lasts, nobody else gets a number of these record types.
    Raises a Problem when the import could not run at all.
    """
    counts: Counter[str] = Counter()
    lines: list[ImportLine] = []
    work, plan = Work(record, actor), plan_of(record)
    try:
        with transaction.atomic(), as_outermost():
            for step in plan.steps:
                _rehearse_step(work, plan, step, limit, counts, lines)
            raise _TakenBack
    except _TakenBack:
        pass
    return {name: counts[name] for name in COUNTS}, lines


def _rehearse_step(
    work: Work, plan: Plan, step: Step, limit: int | None, counts: Counter[str], lines: list[ImportLine]
) -> None:
    if step.prepare is not None:
        step.prepare(work)
    position, left = 0, limit
    while left is None or left > 0:
        some = _some(work, step, read_table(work.path(step.table), position), min(BATCH, left or BATCH))
        if not some:
            break
        position, left = some[-1].position, None if left is None else left - len(some)
        batch = Batch(work, plan, step)
        batch.go(some)
        with deriving(APP):
            batch.keep(lines=False)
        counts.update(batch.counts)
        lines += [_tried(line) for line in batch.lines]


def _tried(line: ImportLine) -> ImportLine:
    """What is said of a row that was only tried: the request that it would be is taken back with it."""
    if line.kind == Kind.WAITING:
        line.new, line.sentence = "", _t("It would be sent for approval.")
    return line
