"""OCEL 2.0 files that contradict themselves or are none: a sentence that names the place."""

from __future__ import annotations

import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gucang.processes.mining.errors import BadLog
from gucang.processes.mining.ocel import Ocel, OcelEvent, OcelObject
from gucang.processes.mining.ocel_json import read_json, write_json
from gucang.processes.mining.ocel_sqlite import read_sqlite, write_sqlite
from gucang.processes.mining.ocel_xml import read_xml, write_xml

AT = "2026-11-23T09:00:00+08:00"


def small(**more: Any) -> dict[str, Any]:
    event = {"id": "e1", "type": "a", "time": AT, "relationships": [{"objectId": "o1", "qualifier": "q"}]}
    types = [{"name": "a", "attributes": []}]
    return {"eventTypes": types, "objectTypes": types, "events": [event], "objects": [{"id": "o1", "type": "a"}]} | more


def event(**more: Any) -> dict[str, Any]:
    return small()["events"][0] | more


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "line 1"),
        ("[" * 100_000, "nested"),
        ("{}", "no list of events"),
        (small(events=[{"type": "a"}]), "lacks"),
        (small(events=[event(), event()]), "event .e1. stands in the log twice"),
        (small(objects=[{"id": "o1", "type": "a"}] * 2), "object .o1. stands in the log twice"),
        (small(events=[event(time="")]), "event .e1. has no time"),
        (small(events=[event(time="soon")]), "cannot be read: .soon"),
        (small(events=[event(), event(id="e2", time="2026-11-23T09:00:00")]), "event .e2.: some times"),
        (small(events=[event(type="b")]), "type .b."),
        (small(objects=[]), "names the object .o1."),
    ],
)
def test_json_that_contradicts_itself_is_refused(content: Any, sentence: str) -> None:
    text = content if isinstance(content, str) else json.dumps(content)
    with pytest.raises(BadLog, match=sentence):
        read_json(io.BytesIO(text.encode())).check()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "line 1"),
        ("<html/>", "begins with .html"),
        ("<log><events><event type='a'/></events></log>", "lacks"),
        ("<!DOCTYPE log [<!ENTITY a 'b'>]><log>&a;</log>", "entities"),
        ("<log><events><relationship object-id='o'/></events></log>", "lacks"),
    ],
)
def test_xml_that_is_none_is_refused(content: str, sentence: str) -> None:
    with pytest.raises(BadLog, match=sentence):
        read_xml(io.BytesIO(content.encode()))


def test_a_database_that_is_none_or_lacks_tables_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    path.write_bytes(b"no database")
    with pytest.raises(BadLog, match="no SQLite"):
        read_sqlite(path)
    other = tmp_path / "b.sqlite"
    with closing(sqlite3.connect(other)) as database, database:
        database.execute("CREATE TABLE event (ocel_id TEXT)")
    with pytest.raises(BadLog, match="cannot be read"):
        read_sqlite(other)


def test_objects_without_events_changing_values_and_odd_names_survive_each_format(tmp_path: Path) -> None:
    log = Ocel(
        {"下单": {"价 \"格'": "float"}, "下 单": {}},
        {"订单": {"state": "string"}, "Empty type": {}},
        [OcelEvent("e1", "下单", AT, [("价 \"格'", "1.5")], [("o1", "a & <b>")]), OcelEvent("e2", "下 单", AT)],
        [
            OcelObject("o1", "订单", [("state", "new", "1970-01-01T00:00:00Z"), ("state", "old", AT)], [("o2", "q")]),
            OcelObject("o2", "Empty type"),
        ],
    )
    as_json, as_xml, path = io.StringIO(), io.StringIO(), tmp_path / "log.sqlite"
    write_json(as_json, log)
    write_xml(as_xml, log)
    write_sqlite(path, log)
    assert read_json(io.BytesIO(as_json.getvalue().encode())).check() == log
    assert read_xml(io.BytesIO(as_xml.getvalue().encode())).check() == log
    again = read_sqlite(path).check()
    assert [(e.id, e.type, e.objects) for e in again.events] == [(e.id, e.type, e.objects) for e in log.events]
    assert next(iter(again.events)).attributes == [("价 \"格'", 1.5)]
    assert again.objects == log.objects
