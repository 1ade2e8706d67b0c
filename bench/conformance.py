"""Reading a log and aligning it with a model, beside the usual Python tool where that is installed.

The other tool is AGPL and no part of this program: it runs as a program of its own, by the Python that is named.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import time
from collections import Counter
from datetime import date
from pathlib import Path

from bench import report
from gucang.processes.mining.alignments import Aligner
from gucang.processes.mining.logs import LIFECYCLE, NAME, Classifier
from gucang.processes.mining.pnml import read_pnml
from gucang.processes.mining.xes import XesReader

ROUNDS = 5
BPIC13 = "bpic2013_problems/bpic2013_closed_problems.xes.gz"
BPIC20 = "bpic2020_travel/DomesticDeclarations.xes.gz"
HELPDESK = "helpdesk/helpdesk.xes.gz"
RECEIPT = "receipt_wabo/receipt.xes.gz"
# Model, log, and the seconds that aligning took the other tool when the reference results were made.
JOBS = [
    ("running_example__book_pnml", "running_example/running-example.xes", 0.03),
    ("receipt__imf02", RECEIPT, 88.7),
    ("receipt__im00", RECEIPT, 135.7),
    ("receipt__shipped_bpmn", RECEIPT, 16.7),
    ("receipt__one_variant", RECEIPT, 0.46),
    ("helpdesk__sop", HELPDESK, 0.54),
    ("helpdesk__imf02", HELPDESK, 11.5),
    ("bpic2020dom__sop", BPIC20, 0.92),
    ("bpic2020dom__imf02", BPIC20, 1.5),
    ("teleclaims__im00", "book_logs/teleclaims.xes.gz", 0.05),
    ("bpic2013cp__imf02", BPIC13, 36.2),
]
CLASSIFIERS = {
    "teleclaims__im00": Classifier(only=((LIFECYCLE, "complete"),)),
    "bpic2013cp__imf02": Classifier(keys=(NAME, LIFECYCLE)),
}
HEAD = """## Conformance

{date} · {machine} · load of other work at the start: {load}

`python -m bench --conformance`: a log is read from its gzipped XES file, every event and attribute of it, and each
case aligned with the model, exactly; medians of {rounds} rounds, in seconds of CPU of one process. Beside it pm4py
2.7.23: reading {read}; aligning as told with the reference results, on another machine of 2 cores and as upper bounds,
so that “times faster” is at most so much. ✗: less than 20 times.

| log and model | cases / variants | total cost | reading | aligning | both | pm4py: reading · aligning | times ≤ |
|---|---|---|---|---|---|---|---|
"""
# Run by the other Python: reads each log once and prints its seconds.
READING = """
import json, sys, time, warnings
warnings.simplefilter("ignore")
import pm4py
found = {}
for path in sys.argv[1:]:
    begun = time.process_time()
    pm4py.read_xes(path)
    found[path] = time.process_time() - begun
print(json.dumps(found))
"""


def measure(data: Path, other: str, out: Path | None) -> None:
    """Measure all jobs and write the table to `out`, if one is given. `other` is a Python that has pm4py, or empty."""
    load = f"{os.getloadavg()[0]:.1f}"
    reading = _other(data, other) if other else {}
    rows = [_row(data, *job, reading.get(str(data / job[1]))) for job in JOBS]
    read = "measured in the same run" if reading else "not measured"
    text = HEAD.format(
        date=date.today().isoformat(), machine=report.machine(), load=load, rounds=ROUNDS, read=read
    ) + "\n".join(rows)
    print(text)
    if out is not None:
        out.with_suffix(".conformance.md").write_text(text + "\n", "utf-8")


def _other(data: Path, python: str) -> dict[str, float]:
    logs = sorted({str(data / log) for _name, log, _seconds in JOBS})
    done = subprocess.run([python, "-c", READING, *logs], check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _row(data: Path, name: str, log: str, known: float, reading: float | None) -> str:
    classifier = CLASSIFIERS.get(name, Classifier())
    reads, aligns = [], []
    for _round in range(ROUNDS):
        begun = time.process_time()
        variants = Counter(classifier.variant(trace) for trace in XesReader(data / log))
        read = time.process_time()
        aligner = Aligner(read_pnml(data / "reference" / "models" / f"{name}.pnml"))
        cost = sum(aligner.cost(variant) * cases for variant, cases in variants.items())
        aligned = time.process_time()
        reads.append(read - begun)
        aligns.append(aligned - read)
    mine = statistics.median(reads) + statistics.median(aligns)
    ratio = ((reading or 0) + known) / mine
    return (
        f"| {name} | {variants.total():,} / {len(variants)} | {cost:,} | {statistics.median(reads):.3f} |"
        f" {statistics.median(aligns):.3f} | {mine:.3f} | {'–' if reading is None else f'{reading:.2f}'} · {known} |"
        f" {ratio:.1f}{' ✗' if ratio < 20 else ''} |"
    )
