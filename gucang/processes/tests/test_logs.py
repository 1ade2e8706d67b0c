"""A log comes in, is looked at, compared with a model, and goes out again as it came."""

from __future__ import annotations

import gzip
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gucang.kernel import jobs
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope
from gucang.messages.models import Notification
from gucang.processes import bringing
from gucang.processes.actions import logs, models
from gucang.processes.jobs import sweep
from gucang.processes.mining.logs import Trace
from gucang.processes.mining.xes import XesReader
from gucang.processes.models import LogCase, LogEvent, LogFile, LogVariant, OutsideLog, ProcessModel

TREE = "->( '登记', '审核', '出货' )"


def event(name: str, minute: int, who: str) -> str:
    return (
        f'<event><string key="concept:name" value="{name}"/><string key="org:resource" value="{who}"/>'
        f'<date key="time:timestamp" value="2026-11-23T09:{minute:02}:00+08:00"/>'
        f'<string key="note" value="a  b&#10;c"/></event>'
    )


def case(name: str, *steps: tuple[str, str]) -> str:
    events = "".join(event(step, minute, who) for minute, (step, who) in enumerate(steps))
    return f'<trace><string key="concept:name" value="{name}"/><int key="size" value="3"/>{events}</trace>'


STRAIGHT = (("登记", "Ann"), ("审核", "Ben"), ("出货", "Ann"))
LOG = (
    '<?xml version="1.0" encoding="UTF-8"?><log xes.version="1849-2016">'
    '<extension name="Concept" prefix="concept" uri="u"/><string key="from" value="old  program"/>'
    + case("A-1", *STRAIGHT)
    + case("A-2", *STRAIGHT)
    + case("A-3", ("登记", "Ann"), ("出货", "Ann"), ("审核", "Ben"))
    + "</log>"
).encode()


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def signed_in(client: Client, login: Any, adam: Any) -> Client:
    return login(client, adam)  # type: ignore[no-any-return]


def bring_in(client: Client, content: bytes = LOG, name: str = "旧系统", file: str = "old.xes", **more: str) -> str:
    answer = client.post("/acme/outside-logs/new", {"name": name, "file": SimpleUploadedFile(file, content)} | more)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()  # type: ignore[no-any-return]


def test_a_log_is_uploaded_read_compared_and_each_case_explained(acme: Any, adam: Any, signed_in: Client) -> None:
    url = bring_in(signed_in, gzip.compress(LOG), file="old.xes.gz")
    assert "<progress" in page(signed_in, url)
    assert signed_in.get(f"{url}/progress", headers={"HX-Request": "true"}).status_code == 200
    jobs.drain()
    assert signed_in.get(f"{url}/progress", headers={"HX-Request": "true"})["HX-Redirect"] == url
    with company_scope(acme):
        log = OutsideLog.objects.get()
        assert (log.state, log.cases, log.events, log.variants) == ("ready", 3, 9, 2)
        assert (log.begins_at.isoformat(), log.ends_at.isoformat()) == (
            "2026-11-23T01:00:00+00:00",
            "2026-11-23T01:02:00+00:00",
        )
        assert LogCase.objects.filter(handoffs=2, revisits=1, aba=1).count() == 2
        assert Notification.objects.filter(member=adam).exists()
        model = models.create(actor=adam, values={"name": "标准流程", "definition": TREE}).record
    assert "标准流程" in page(signed_in, url)
    answer = signed_in.post(f"{url}/compare", {"model": model.pk, "next": url})
    assert (answer.status_code, answer["Location"]) == (302, url)
    jobs.drain()
    with company_scope(acme):
        log = OutsideLog.objects.get()
        assert (log.cost, log.worst, log.fitting) == (2, 18, 2)
        assert log.fitness == pytest.approx(1 - 2 / 18)
    shown = page(signed_in, url)
    assert "0.8889" in shown
    assert "66.7%" in shown
    cases = page(signed_in, f"{url}/cases?variant=2")
    assert "A-3" in cases
    assert "A-1" not in cases
    told = page(signed_in, f"{url}/cases/3")
    assert "“审核”" in told
    assert "Ben" in told
    assert signed_in.get(f"{url}/cases/4").status_code == 404


def test_a_log_goes_out_as_it_came_in(acme: Any, signed_in: Client) -> None:
    url = bring_in(signed_in)
    jobs.drain()
    answer = signed_in.get(f"{url}/log.xes.gz")
    again, first = XesReader(io.BytesIO(b"".join(answer.streaming_content))), XesReader(io.BytesIO(LOG))
    assert list(again) == list(first)
    assert again.header == first.header


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (LOG.replace(b'<date key="time:timestamp" value="2026-11-23T09:02:00+08:00"/>', b"", 1), "3"),
        (LOG[:-20], "1"),
        (gzip.compress(LOG)[:-20], ""),
        (LOG.replace(b'value="A-3"', b'value="A-1"'), "A-1"),
        (b'<!DOCTYPE log [<!ENTITY a "b">]><log>&a;</log>', ""),
        (b"", ""),
    ],
)
def test_nothing_of_a_bad_file_comes_in_and_the_page_says_why(
    acme: Any, adam: Any, signed_in: Client, content: bytes, sentence: str
) -> None:
    url = bring_in(signed_in, content or b" ")
    jobs.drain()
    with company_scope(acme):
        log = OutsideLog.objects.get()
        assert log.state == "failed"
        assert sentence in log.reason
        assert not any(one.objects.exists() for one in (LogCase, LogEvent, LogVariant, LogFile))
        assert Notification.objects.filter(member=adam).exists()
    assert log.reason[:20] in page(signed_in, url)


OCEL = """{"eventTypes": [{"name": "下单", "attributes": []}, {"name": "发货", "attributes": []}],
"objectTypes": [{"name": "订单", "attributes": []}, {"name": "货", "attributes": []}],
"events": [{"id": "e2", "type": "发货", "time": "2026-11-24T09:00:00Z", "attributes": [{"name": "note", "value": "x"}],
"relationships": [{"objectId": "o1", "qualifier": "of"}, {"objectId": "g1", "qualifier": "what"}]},
{"id": "e1", "type": "下单", "time": "2026-11-23T09:00:00Z", "relationships": [{"objectId": "o1", "qualifier": "of"}]}],
"objects": [{"id": "o1", "type": "订单"}, {"id": "o2", "type": "订单"}, {"id": "g1", "type": "货"}]}""".encode()


def test_of_an_object_centric_log_the_objects_of_one_type_are_the_cases(acme: Any, signed_in: Client) -> None:
    url = bring_in(signed_in, OCEL, file="log.json")
    jobs.drain()
    assert "订单, 货" in page(signed_in, url)
    bring_in(signed_in, OCEL, name="再来", file="log.json", case_type="订单")
    jobs.drain()
    with company_scope(acme):
        log = OutsideLog.objects.get(name="再来")
        assert (log.state, log.cases, log.events) == ("ready", 2, 2)
        assert sorted(LogVariant.objects.values_list("activities", flat=True)) == [[], ["下单", "发货"]]
        attributes = LogEvent.objects.get(activity="发货").attributes
        assert [one[1:3] for one in attributes[2:]] == [
            ["identity:id", "e2"],
            ["note", "x"],
            ["of", "o1"],
            ["what", "g1"],
        ]


def test_a_reading_that_was_killed_begins_anew(acme: Any, signed_in: Client) -> None:
    bring_in(signed_in)
    with company_scope(acme):
        log = OutsideLog.objects.get()
    writer = bringing._Writer(acme.pk, log.pk, log.classifier, 3, {"globals": []})
    writer._add(Trace([["string", "concept:name", "A-1"]], []))
    writer._flush()
    jobs.drain()
    with company_scope(acme):
        assert OutsideLog.objects.get().cases == 3
        assert LogCase.objects.count() == 3


def test_a_model_that_was_changed_since_is_told(acme: Any, adam: Any, signed_in: Client) -> None:
    url = bring_in(signed_in)
    jobs.drain()
    with company_scope(acme):
        model = models.create(actor=adam, values={"name": "标准流程", "definition": TREE}).record
        logs.compare(OutsideLog.objects.get(), actor=adam, model=model)
    jobs.drain()
    assert "2" in page(signed_in, url)
    with company_scope(acme):
        models.edit(ProcessModel.objects.get(), actor=adam, values={"definition": "->( '登记', '出货', '审核' )"})
    assert "has been changed since" in page(signed_in, f"{url}?lang=en") or "改动" in page(signed_in, url)


def test_a_model_comes_from_a_file_and_what_is_none_is_refused(acme: Any, signed_in: Client) -> None:
    address = "/acme/process-models/upload"
    for content in (b"\xff\xfe", b"->( 'a'", b"<pnml/>"):
        refused = signed_in.post(address, {"name": "一", "file": SimpleUploadedFile("a.txt", content)})
        assert refused.status_code == 422
    made = signed_in.post(address, {"name": "一", "file": SimpleUploadedFile("a.txt", TREE.encode())})
    assert made.status_code == 302
    with company_scope(acme):
        assert ProcessModel.objects.get().definition == TREE


def test_who_may_see_no_log_finds_neither_it_nor_its_cases(
    acme: Any, alice: Any, carol: Any, dan: Any, client: Client, login: Any, signed_in: Client
) -> None:
    url = bring_in(signed_in)
    jobs.drain()
    parts = ("", "/cases", "/cases/1", "/progress", "/log.xes.gz")
    assert signed_in.get(f"{url}/cases/1").status_code == 200
    for person, answers in ((alice, 404), (dan, 404)):
        login(client, person)
        assert {client.get(url + part).status_code for part in parts} == {answers}
        assert client.get("/acme/outside-logs/new").status_code == 404
    login(client, carol)
    assert client.get(f"{url}/cases/1").status_code == 200
    assert client.get("/acme/outside-logs/new").status_code == 404
    with company_scope(dan.company):
        assert not LogEvent.objects.exists()


def test_what_lay_in_the_bin_for_a_month_is_gone_whole(acme: Any, adam: Any, signed_in: Client) -> None:

    bring_in(signed_in)
    jobs.drain()
    with company_scope(acme):
        logs.delete(OutsideLog.objects.get(), actor=adam)
        sweep()
        assert LogEvent.objects.count() == 9
    with time_machine.travel(timedelta(days=31)), company_scope(acme):
        sweep()
        assert not any(one.objects.exists() for one in (LogCase, LogEvent, LogVariant, LogFile))


def test_a_comparison_leaves_one_event_and_its_end_another(acme: Any, adam: Any, signed_in: Client) -> None:
    bring_in(signed_in)
    jobs.drain()
    with company_scope(acme):
        model = models.create(actor=adam, values={"name": "标准流程", "definition": TREE}).record
        logs.compare(OutsideLog.objects.get(), actor=adam, model=model)
    jobs.drain()
    with company_scope(acme):
        names = Event.objects.filter(subject_type="outside_log").order_by("id").values_list("name", flat=True)
        assert list(names) == [f"outside_log.{verb}" for verb in ("upload", "finish", "compare", "compared")]
