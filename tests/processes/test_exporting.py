"""The company's own event log goes out, in each format, and reads back as the log is."""

from __future__ import annotations

import argparse
import gzip
import json
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from gucang.kernel import clock, records
from gucang.kernel.actors import as_actor
from gucang.kernel.errors import Forbidden, Invalid, Refused
from gucang.kernel.models import Event, EventObject
from gucang.kernel.scope import company_scope
from gucang.parties.actions import contacts, customers
from gucang.processes import cli, exporting, extracts
from gucang.processes.extracts import Extract
from gucang.processes.mining.logs import Checked, instant
from gucang.processes.mining.ocel import Ocel
from gucang.processes.mining.ocel_json import read_json
from gucang.processes.mining.ocel_sqlite import read_sqlite
from gucang.processes.mining.ocel_xml import read_xml
from gucang.processes.mining.xes import XesReader
from gucang.processes.models import OutsideLog
from gucang.selling.actions import opportunities
from tests.real_data.conftest import shared_data

__all__ = ["shared_data"]

READERS = {
    ".json": read_json, ".json.gz": read_json, ".xml": read_xml, ".xml.gz": read_xml, ".sqlite": read_sqlite,
}  # fmt: skip
XES = b"""<log><trace><string key="concept:name" value="A-1"/><event><string key="concept:name" value="a"/>
<date key="time:timestamp" value="2026-11-23T09:00:00Z"/></event></trace></log>"""


@pytest.fixture
def history(other: Any, dan: Any, acme: Any, adam: Any) -> None:
    """Two customers of Acme, one of them changed, and one of another company."""
    with company_scope(other):
        customers.create(actor=dan, values={"name": "别家客户"})
    with company_scope(acme):
        first = customers.create(actor=adam, values={"name": "甲 & <乙>公司"}).record
        customers.edit(first, actor=adam, values={"city": "苏州"})
        second = customers.create(actor=adam, values={"name": "丙公司"}).record
        opportunities.create(actor=adam, values={"name": "大单", "customer": second, "closes_on": date(2026, 12, 1)})


def logged() -> tuple[dict[str, tuple[str, Any]], set[tuple[str, str, str]], set[str]]:
    """What the tables of the log hold, by id."""
    events = {str(one.pk): (one.name, one.occurred_at) for one in Event.objects.all()}
    rows = EventObject.objects.values_list("event_id", "object_type", "object_id", "role")
    relations = {(str(pk), f"{kind}-{key}", role) for pk, kind, key, role in rows}
    return events, relations, {other for _pk, other, _role in relations}


@pytest.mark.parametrize("form", READERS)
def test_every_event_object_and_relation_is_in_an_ocel_file(
    history: None, acme: Any, adam: Any, tmp_path: Path, form: str
) -> None:
    path = tmp_path / f"log{form}"
    with company_scope(acme):
        count = exporting.export(Extract.of(as_actor(adam)), path, form).events
        events, relations, objects = logged()
    found: Ocel = READERS[form](path).check()
    assert count == len(events) == len(list(found.events))
    assert {one.id: (one.type, instant(one.time)) for one in found.events} == events
    assert {(one.id, other, role) for one in found.events for other, role in one.objects} == relations
    assert {one.id for one in found.objects} == objects
    labels = {value for one in found.objects for _name, value, _at in one.attributes}
    assert "甲 & <乙>公司" in labels
    packed = path.read_bytes()
    written = gzip.decompress(packed) if form.endswith(".gz") else packed
    assert "别家客户" not in written.decode("utf-8", "replace")


def test_our_own_log_in_ocel_fits_the_published_schema(
    history: None, acme: Any, adam: Any, tmp_path: Path, shared_data: Path
) -> None:
    path = tmp_path / "log.json"
    with company_scope(acme):
        exporting.export(Extract.of(as_actor(adam)), path, ".json")
    schema = json.loads((shared_data / "ocel2" / "schema_ocel2.json").read_text())
    jsonschema_rs.validate(schema, json.loads(path.read_text("utf-8")))


def test_the_cases_of_xes_are_the_records_of_one_type_with_all_that_concerns_them(
    history: None, acme: Any, adam: Any, tmp_path: Path
) -> None:
    path = tmp_path / "log.xes.gz"
    with company_scope(acme):
        exporting.export(Extract.of(as_actor(adam), ["customer"]), path, ".xes.gz")
        rows = EventObject.objects.filter(object_type="customer").values_list("object_id", "event_id").distinct()
        wanted = {f"customer-{key}" for key, _event in rows}
        total = len(rows)
    traces = list(Checked().cases(XesReader(path)))
    assert {trace.name for trace in traces} == wanted
    assert sum(len(trace.events) for trace in traces) == total
    activities = [[event[0][2] for event in trace.events] for trace in traces]
    assert ["customer.create", "customer.edit"] in activities
    assert any("opportunity.create" in each for each in activities)


def told(path: Path) -> tuple[set[str], set[str], str]:
    """The types of events and of records in a file, and all of its text."""
    found = read_json(path).check()
    kinds = {one.type for one in found.objects}
    return {one.type for one in found.events}, kinds, path.read_text("utf-8")


def test_what_goes_out_is_what_may_be_seen(
    acme: Any, adam: Any, mia: Any, alice: Any, carol: Any, tmp_path: Path
) -> None:
    path = tmp_path / "log.json"
    with company_scope(acme):
        hers = customers.create(actor=alice, values={"name": "爱丽丝的客户"}).record
        contacts.create(actor=alice, values={"name": "王一", "customer": hers, "phone": "13812345678"})
        customers.create(actor=adam, values={"name": "别组的客户"})
        exporting.export(Extract.of(as_actor(mia)), path, ".json")
        events, _kinds, text = told(path)
        assert {"customer.create", "contact.create"} <= events
        # She sees whom the team has, and no telephone in full where she might not.
        assert "爱丽丝的客户" in text
        assert "别组的客户" not in text
        assert "13812345678" not in text
        assert "138" in text
        # Whoever sees a list and may not take it out does not take out its log.
        reader, kind = as_actor(carol), records.get("customer")
        assert reader.may("customer.view")
        assert not extracts.may_take_out(reader, kind)
        with pytest.raises(Forbidden):
            Extract.of(as_actor(carol))
        with pytest.raises(Forbidden):
            Extract.of(as_actor(alice), ["customer"])
        exporting.export(Extract.of(as_actor(adam)), path, ".json")
        assert "13812345678" in path.read_text("utf-8")


def test_only_the_types_and_days_that_were_chosen(history: None, acme: Any, adam: Any, tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    with company_scope(acme):
        exporting.export(Extract.of(as_actor(adam), ["opportunity"]), path, ".json")
        events, kinds, _text = told(path)
        assert kinds == {"opportunity"}
        assert "customer.create" not in events
        today = clock.today()
        with clock.at(clock.now() + timedelta(days=2)):
            customers.create(actor=adam, values={"name": "后天的客户"})
            exporting.export(Extract.of(as_actor(adam), ["customer"], until=today), path, ".json")
            assert "后天的客户" not in told(path)[2]
            assert "丙公司" in told(path)[2]
            exporting.export(Extract.of(as_actor(adam), ["customer"], since=today + timedelta(days=1)), path, ".json")
            assert "后天的客户" in told(path)[2]
            assert "丙公司" not in told(path)[2]
        with pytest.raises(Invalid):
            Extract.of(as_actor(adam), since=today, until=today - timedelta(days=1))


@pytest.mark.parametrize("form", [".json", ".xes"])
def test_an_extract_of_many_pages_holds_each_event_once(
    history: None, acme: Any, adam: Any, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extracts, "CHUNK", 1)
    monkeypatch.setattr(extracts, "CASES", 1)
    path, heard = tmp_path / f"log{form}", []
    with company_scope(acme):
        extract = Extract.of(as_actor(adam), ["customer"] if form == ".xes" else [])
        total = extract.count(cases=form == ".xes")
        events = {str(pk) for pk in Event.objects.values_list("pk", flat=True)}
    exporting.export(extract, path, form, partial(company_scope, acme), heard.append)
    assert heard[-1] == total
    assert heard == sorted(heard)
    if form == ".json":
        assert [one.id for one in read_json(path).check().events] == sorted(events, key=int)
    else:
        assert len(list(Checked().cases(XesReader(path)))) == total == 2


def test_xes_without_its_cases_and_unknown_formats_are_refused(acme: Any, adam: Any, tmp_path: Path) -> None:
    with company_scope(acme):
        for form, types in ((".xes", []), (".xes", ["nothing"]), (".xes", ["customer", "contact"]), (".csv", [])):
            with pytest.raises(Invalid):
                exporting.export(Extract.of(as_actor(adam), types), tmp_path / "x", form)


def arguments(adam: Any, file: Path, **more: Any) -> argparse.Namespace:
    usual = {"company": "acme", "member": adam.email, "name": "", "cases": "", "activity": "plain"}
    usual |= {"types": "", "since": None, "until": None}
    return argparse.Namespace(**(usual | {"file": file} | more))


def test_the_command_line_brings_a_log_in_and_out_again(
    acme: Any, adam: Any, tmp_path: Path, settings: Any, capsys: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    source, back = tmp_path / "a.xes", tmp_path / "b.xes.gz"
    source.write_bytes(XES)
    assert cli.import_log(arguments(adam, source, name="旧")) == 0
    assert "1 cases, 1 events, 1 variants" in capsys.readouterr().out
    assert cli.export_log(arguments(adam, back, name="旧")) == 0
    with gzip.open(back) as packed:
        assert list(XesReader(packed)) == list(XesReader(source))  # type: ignore[arg-type]
    source.write_bytes(XES[:-10])
    assert cli.import_log(arguments(adam, source, name="坏")) == 1
    with pytest.raises(Refused):
        cli.export_log(arguments(adam, back, name="没有"))
    with company_scope(acme):
        assert OutsideLog.objects.filter(state="ready").count() == 1
