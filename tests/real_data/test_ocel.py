"""The OCEL 2.0 logs of others: nothing of them is lost, in any of the three formats."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from gucang.processes.mining.ocel import Ocel, in_writing, with_zone
from gucang.processes.mining.ocel_json import read_json, write_json
from gucang.processes.mining.ocel_sqlite import read_sqlite, write_sqlite
from gucang.processes.mining.ocel_xml import read_xml, write_xml
from gucang.processes.reading import Flattened

FILES = {
    "ocel20_example.jsonocel": (13, 9, 20, 7),
    "ocel20_example.xmlocel": (13, 9, 20, 7),
    "ocel20_example.sqlite": (13, 9, 20, 7),
    "order_management_early.sqlite": (18_211, 10_031, 35_857, 25_336),
}


def read(path: Path) -> Ocel:
    readers = {".jsonocel": read_json, ".xmlocel": read_xml, ".sqlite": read_sqlite}
    return readers[path.suffix](path).check()


def told(log: Ocel, *, times: bool = True) -> Any:
    """All of a log, its times in one spelling and its values as text."""

    def at(time: str) -> str:
        return with_zone(time) if times else ""

    events = [
        (one.id, one.type, at(one.time), sorted((n, in_writing(v)) for n, v in one.attributes), sorted(one.objects))
        for one in log.events
    ]
    objects = [
        (one.id, one.type, sorted((n, in_writing(v), at(since)) for n, v, since in one.attributes), sorted(one.objects))
        for one in log.objects
    ]
    return log.event_types, log.object_types, sorted(events), sorted(objects)


@pytest.mark.parametrize("file", FILES)
def test_a_log_goes_out_in_each_format_as_it_came_in(shared_data: Path, tmp_path: Path, file: str) -> None:
    log = read(shared_data / "ocel2" / file)
    events, objects = list(log.events), list(log.objects)
    relations = sum(len(one.objects) for one in events), sum(len(one.objects) for one in objects)
    assert (len(events), len(objects), *relations) == FILES[file]
    as_json, as_xml, path = io.StringIO(), io.StringIO(), tmp_path / "log.sqlite"
    write_json(as_json, log)
    write_xml(as_xml, log)
    write_sqlite(path, log)
    schema = json.loads((shared_data / "ocel2" / "schema_ocel2.json").read_text())
    jsonschema_rs.validate(schema, json.loads(as_json.getvalue()))
    wanted = told(log)
    assert told(read_json(io.BytesIO(as_json.getvalue().encode()))) == wanted
    assert told(read_xml(io.BytesIO(as_xml.getvalue().encode()))) == wanted
    assert told(read_sqlite(path)) == wanted


def test_the_example_is_the_same_in_all_three_formats_but_for_the_hour_that_its_files_disagree_by(
    shared_data: Path,
) -> None:
    read_all = (read(shared_data / "ocel2" / file) for file in FILES if file.startswith("ocel20"))
    first, *others = (told(log, times=False)[2:] for log in read_all)
    assert all(one == first for one in others)


def test_orders_become_cases_with_every_event_that_names_them(shared_data: Path) -> None:
    log = read(shared_data / "ocel2" / "order_management_early.sqlite")
    orders = {one.id for one in log.objects if one.type == "orders"}
    traces = list(Flattened(log, "orders"))
    assert len(traces) == len(orders) == 2000
    named = sum(len(orders & {other for other, _qualifier in one.objects}) for one in log.events)
    assert sum(len(trace.events) for trace in traces) == named
