"""A file of events becomes an outside log: looked through whole first, so that nothing comes in of a bad one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from gucang.exchange import store
from gucang.kernel.actors import system
from gucang.kernel.scope import company_scope, deriving
from gucang.kernel.sets import column_types, insert_rows
from gucang.processes import reading, ways
from gucang.processes.actions import logs
from gucang.processes.mining.errors import MiningError
from gucang.processes.mining.handoffs import handoffs_of
from gucang.processes.mining.logs import GROUP, RESOURCE, TIME, Attribute, Checked, Classifier, Trace, instant, value_of
from gucang.processes.models import LogCase, LogEvent, LogFile, LogVariant, OutsideLog, State

BATCH = 4000  # events
CASE = (
    "company_id", "log_id", "number", "name", "loose", "variant", "events", "begins_at", "ends_at", "handoffs",
    "revisits", "aba", "attributes",
)  # fmt: skip
EVENT = ("company_id", "log_id", "case", "number", "activity", "at", "holder", "attributes")
VARIANT = ("company_id", "log_id", "number", "activities", "cases")


def bring(company: int, log_id: int) -> None:
    """Read the file of a log. May be run again after having been killed: it begins anew."""
    with company_scope(company):
        log = OutsideLog.objects.filter(pk=log_id, state=State.READING).first()
        if log is None:
            return
        clear(log_id)
        path, name = store.path_of(log.file), log.file
    try:
        if not path.is_file():
            raise FileNotFoundError
        reader = reading.open_log(path, log.case_type)
        total = sum(1 for _case in Checked().cases(reader))
        writer = _Writer(company, log_id, log.classifier, total, asdict(reader.header))
        # An object-centric log is held whole; cases of XES are read once more.
        writer.write(reader if isinstance(reader, reading.Flattened) else reading.open_log(path))
    except (MiningError, FileNotFoundError) as problem:
        with company_scope(company):
            clear(log_id)
            logs.fail(OutsideLog.objects.get(pk=log_id), actor=system(), reason=_said(problem))
    with company_scope(company):
        store.remove(name)


def _said(problem: Exception) -> str:
    from django.utils.translation import gettext as _t

    if isinstance(problem, MiningError):
        return reading.told(problem)[:500]
    return _t("There is no such file. Upload it again.")


def clear(log_id: int) -> None:
    """Remove all that a log holds."""
    with deriving("processes"):
        for model in (LogEvent, LogCase, LogVariant, LogFile):
            model.objects.filter(log_id=log_id).delete()


class _Writer:
    """Writes cases in batches, each in a transaction of its own; nobody is shown them before the last."""

    def __init__(self, company: int, log_id: int, classifier: Classifier, total: int, header: dict[str, Any]) -> None:
        self._company, self._log_id, self._classifier = company, log_id, classifier
        self._total, self._header = total, header
        self._variants: dict[tuple[str, ...], list[int]] = {}
        self._cases: list[tuple[Any, ...]] = []
        self._events: list[tuple[Any, ...]] = []
        self._counted = [0, 0]
        self._times: list[datetime] = []
        self._activities: dict[str, list[int]] = {}
        self._handoffs = [0, 0, 0]

    def write(self, traces: Iterable[Trace]) -> None:
        """Write all cases and end the reading."""
        with company_scope(self._company), deriving("processes"):
            LogFile.objects.create(log_id=self._log_id, header=self._header, total=self._total)
        for trace in traces:
            self._add(trace)
            if len(self._events) >= BATCH:
                self._flush()
        self._flush()
        self._finish()

    def _add(self, trace: Trace) -> None:
        self._counted[0] += 1
        number = self._counted[0]
        moments = [instant(value_of(event, TIME) or "") for event in trace.events]
        in_time = sorted(range(len(moments)), key=moments.__getitem__)
        holders = [_holder(event) for event in trace.events]
        hands = handoffs_of(holders[at] for at in in_time)
        begins, ends = (moments[in_time[0]], moments[in_time[-1]]) if moments else (None, None)
        self._cases.append(
            (
                self._company, self._log_id, number, trace.name[:400], trace.loose, self._variant(trace), len(moments),
                begins, ends, hands.handoffs, hands.revisits, hands.aba, trace.attributes,
            )
        )  # fmt: skip
        self._handoffs = [
            a + b for a, b in zip(self._handoffs, (hands.handoffs, hands.revisits, hands.aba), strict=True)
        ]
        for at, event in enumerate(trace.events):
            activity = (self._classifier.of(event) or "")[:400]
            holder = (holders[at] or "")[:200]
            self._events.append((self._company, self._log_id, number, at + 1, activity, moments[at], holder, event))
        self._counted[1] += len(moments)
        if begins is not None and ends is not None:
            self._times = [min([*self._times[:1], begins]), max([*self._times[1:], ends])]

    def _variant(self, trace: Trace) -> int:
        if trace.loose:
            return 0
        activities = self._classifier.variant(trace)
        found = self._variants.setdefault(activities, [len(self._variants) + 1, 0])
        found[1] += 1
        for name, times in Counter(activities).items():
            counted = self._activities.setdefault(name, [0, 0])
            counted[0] += times
            counted[1] += 1
        return found[0]

    def _flush(self) -> None:
        with company_scope(self._company), deriving("processes"):
            insert_rows(LogCase._meta.db_table, column_types(LogCase, CASE), self._cases)
            insert_rows(LogEvent._meta.db_table, column_types(LogEvent, EVENT), self._events)
            LogFile.objects.filter(log_id=self._log_id).update(done=self._counted[0])
        self._cases, self._events = [], []

    def _finish(self) -> None:
        rows = [
            (self._company, self._log_id, number, list(activities), cases)
            for activities, (number, cases) in self._variants.items()
        ]
        totals = {"cases": self._counted[0], "events": self._counted[1], "variants": len(rows)}
        times = [one.isoformat() for one in self._times] or ["", ""]
        often = sorted(self._activities.items(), key=lambda one: -one[1][0])
        activities = [[name, *counts] for name, counts in often]
        with company_scope(self._company):
            insert_rows(LogVariant._meta.db_table, column_types(LogVariant, VARIANT), rows)
            with deriving("processes"):
                LogFile.objects.filter(log_id=self._log_id).update(activities=activities, handoffs=self._handoffs)
            ways.keep(self._log_id)
            log = OutsideLog.objects.get(pk=self._log_id)
            said = json.dumps(totals | {"begins_at": times[0], "ends_at": times[1]})
            logs.finish(log, actor=system(), totals=said)


def _holder(event: list[Attribute]) -> str | None:
    """Who held the case: the group, or else the person."""
    return value_of(event, GROUP) or value_of(event, RESOURCE)
