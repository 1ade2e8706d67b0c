"""An outside log goes out as it came in."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from typing import IO, Any

from gucang.processes.mining.logs import Header, Trace
from gucang.processes.mining.xes import write_xes
from gucang.processes.models import LogCase, LogEvent, LogFile, OutsideLog

BATCH = 500  # cases


def header_of(log: OutsideLog) -> Header:
    """What stood before the cases."""
    found: dict[str, Any] = LogFile.objects.get(log=log).header
    return Header(**{**found, "globals": [(scope, attributes) for scope, attributes in found["globals"]]})


def traces_of(log: OutsideLog) -> Iterator[Trace]:
    """The cases in the order of the file, some read at a time."""
    last = 0
    while True:
        cases = list(LogCase.objects.filter(log=log, number__gt=last).order_by("number")[:BATCH])
        if not cases:
            return
        first, last = cases[0].number, cases[-1].number
        events: dict[int, list[Any]] = {}
        rows = LogEvent.objects.filter(log=log, case__gte=first, case__lte=last).order_by("case", "number")
        for case, attributes in rows.values_list("case", "attributes").iterator(chunk_size=5000):
            events.setdefault(case, []).append(attributes)
        for case in cases:
            yield Trace(case.attributes, events.get(case.number, []), case.loose)


def write_gzipped(out: IO[bytes], log: OutsideLog) -> None:
    """Write a log as gzipped XES."""
    with gzip.GzipFile(fileobj=out, mode="wb", mtime=0) as packed, io.TextIOWrapper(packed, "utf-8") as text:
        write_xes(text, header_of(log), traces_of(log))
