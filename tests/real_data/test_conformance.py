"""Alignments, hand-offs and reading of real logs against results that others computed."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from gucang.processes.mining.alignments import Aligner
from gucang.processes.mining.handoffs import handoffs_of
from gucang.processes.mining.logs import GROUP, LIFECYCLE, NAME, RESOURCE, TIME, Checked, Classifier, instant, value_of
from gucang.processes.mining.pnml import read_pnml
from gucang.processes.mining.trees import parse_tree
from gucang.processes.mining.xes import XesReader, write_xes

BPIC13 = "bpic2013_problems/bpic2013_closed_problems.xes.gz"
BPIC20 = "bpic2020_travel/DomesticDeclarations.xes.gz"
HELPDESK = "helpdesk/helpdesk.xes.gz"
RECEIPT = "receipt_wabo/receipt.xes.gz"


ACTIVITY = Classifier()


@dataclass(frozen=True)
class Job:
    """A log, a model, and what aligning them comes to."""

    name: str
    log: str
    fitness: float
    cost: int
    variants: int
    classifier: Classifier = ACTIVITY


JOBS = [
    Job("running_example__book_pnml", "running_example/running-example.xes", 1.0, 0, 6),
    Job("receipt__imf02", RECEIPT, 0.8278, 2465, 116),
    Job("receipt__im00", RECEIPT, 1.0, 0, 116),
    Job("receipt__shipped_bpmn", RECEIPT, 1.0, 0, 116),
    Job("receipt__one_variant", RECEIPT, 0.7820, 3433, 116),
    Job("helpdesk__sop", HELPDESK, 0.9582, 1658, 226),
    Job("helpdesk__imf02", HELPDESK, 0.9786, 751, 226),
    Job("bpic2020dom__sop", BPIC20, 0.9482, 5644, 99),
    Job("bpic2020dom__imf02", BPIC20, 0.9369, 6213, 99),
    Job("teleclaims__im00", "book_logs/teleclaims.xes.gz", 1.0, 0, 12, Classifier(only=((LIFECYCLE, "complete"),))),
    Job("bpic2013cp__imf02", BPIC13, 0.9894, 102, 327, Classifier(keys=(NAME, LIFECYCLE))),
]


def expected(folder: Path, name: str) -> dict[str, dict[str, str]]:
    with gzip.open(folder / "reference" / "expected" / f"{name}.csv.gz", "rt") as file:
        return {row["case"]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_every_case_costs_what_the_reference_says(shared_data: Path, job: Job) -> None:
    aligner = Aligner(read_pnml(shared_data / "reference" / "models" / f"{job.name}.pnml"))
    cases = expected(shared_data, job.name)
    variants = {trace.name: job.classifier.variant(trace) for trace in XesReader(shared_data / job.log)}
    assert variants.keys() == cases.keys()
    assert len(set(variants.values())) == job.variants
    total = worst = 0
    for name, variant in variants.items():
        found, row = aligner.fitness(variant), cases[name]
        assert (len(variant), found.cost) == (int(row["events"]), int(row["align_cost"])), name
        assert found.value == pytest.approx(float(row["align_fitness"]), abs=1e-6), name
        total, worst = total + found.cost, worst + found.worst
    assert total == job.cost
    assert 1 - total / worst == pytest.approx(job.fitness, abs=5e-5)


SOPS = {
    "helpdesk__sop": """->( 'Assign seriousness', 'Take in charge ticket', *( tau, X( 'Wait', 'Take in charge ticket' )
        ),
        'Resolve ticket', 'Closed' )""",
    "bpic2020dom__sop": """->( *( 'Declaration SUBMITTED by EMPLOYEE', ->( X( 'Declaration REJECTED by ADMINISTRATION',
        ->( 'Declaration APPROVED by ADMINISTRATION', X( 'Declaration REJECTED by SUPERVISOR',
        ->( 'Declaration APPROVED by BUDGET OWNER', 'Declaration REJECTED by SUPERVISOR' ),
        'Declaration REJECTED by BUDGET OWNER' ) ) ), 'Declaration REJECTED by EMPLOYEE' ) ),
        'Declaration APPROVED by ADMINISTRATION', X( tau, 'Declaration APPROVED by BUDGET OWNER' ),
        'Declaration FINAL_APPROVED by SUPERVISOR', 'Request Payment', 'Payment Handled' )""",
}


@pytest.mark.parametrize("name", SOPS)
def test_an_sop_written_as_a_tree_costs_the_same_as_its_net(shared_data: Path, name: str) -> None:
    job = next(one for one in JOBS if one.name == name)
    aligner, cases = Aligner(parse_tree(SOPS[name])), expected(shared_data, name)
    for trace in XesReader(shared_data / job.log):
        assert aligner.cost(job.classifier.variant(trace)) == int(cases[trace.name]["align_cost"]), trace.name


def holders(path: Path, key: str) -> dict[str, list[str | None]]:
    return {
        trace.name: [
            value_of(event, key)
            for event in sorted(trace.events, key=lambda event: instant(value_of(event, TIME) or ""))
        ]
        for trace in XesReader(path)
    }


def test_the_hand_offs_of_every_help_desk_case_are_those_of_the_reference(shared_data: Path) -> None:
    found = {name: handoffs_of(each) for name, each in holders(shared_data / HELPDESK, RESOURCE).items()}
    cases = expected(shared_data, "handoffs_helpdesk_org_resource")
    assert found.keys() == cases.keys()
    for name, row in cases.items():
        of = found[name]
        mine = (of.events, of.blocks, of.handoffs, of.revisits, of.aba, of.holders)
        assert mine == tuple(
            int(row[key]) for key in ("events", "blocks", "handoffs", "revisits", "aba", "distinct_teams")
        )
    assert sum(of.handoffs for of in found.values()) == 8648


@pytest.mark.parametrize(
    ("log", "handoffs", "with_one", "most", "revisits", "aba"),
    [(BPIC13, 220, 123, 10, (94, 59), (94, 59)),
     ("bpic2013_problems/bpic2013_open_problems.xes.gz", 45, 26, 4, (17, 10), (17, 10))],
)  # fmt: skip
def test_problems_go_from_group_to_group_as_often_as_known(
    shared_data: Path, log: str, handoffs: int, with_one: int, most: int, revisits: Any, aba: Any
) -> None:
    found = [handoffs_of(each) for each in holders(shared_data / log, GROUP).values()]
    counts = [of.handoffs for of in found]
    assert (sum(counts), sum(map(bool, counts)), max(counts)) == (handoffs, with_one, most)
    assert (sum(of.revisits for of in found), sum(of.revisits > 0 for of in found)) == revisits
    assert (sum(of.aba for of in found), sum(of.aba > 0 for of in found)) == aba


LOGS = sorted({job.log for job in JOBS} | {"book_logs/repairExample.xes.gz", "helpdesk/helpdesk_eramam.xes.gz"})


@pytest.mark.parametrize("log", LOGS)
def test_a_log_goes_out_as_it_came_in_with_every_event_and_attribute(shared_data: Path, log: str) -> None:
    path = shared_data / log
    reader = XesReader(path)
    traces = list(Checked().cases(reader))
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        written = Counter(tag.tag.rpartition("}")[2] for _event, tag in ElementTree.iterparse(file))
    assert len(traces) == written["trace"]
    assert sum(len(trace.events) for trace in traces) == written["event"]
    kept = sum(map(count, (each for trace in traces for each in (trace.attributes, *trace.events))))
    kept += count(reader.header.attributes) + sum(count(each) for _scope, each in reader.header.globals)
    assert kept == sum(written[kind] for kind in ("string", "date", "int", "float", "boolean", "id"))
    out = io.StringIO()
    write_xes(out, reader.header, traces)
    again = XesReader(io.BytesIO(out.getvalue().encode()))
    assert list(again) == traces
    assert again.header == reader.header


def count(attributes: list[Any]) -> int:
    return sum(1 + count(one[3]) if len(one) > 3 else 1 for one in attributes)
