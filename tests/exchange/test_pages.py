"""The way through the pages: upload, match, check, bring in, report; and out again. Without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gucang.exchange.models import Export, Import
from gucang.kernel import jobs
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.parties.models import Customer

ROWS = "客户名称,手机\n甲贸易有限公司,13800138000\n乙公司,123456\n"
Login = Callable[[Client, Any], Client]


def upload(client: Client, content: str = ROWS, what: str = "customer", name: str = "rows.csv") -> Any:
    file = SimpleUploadedFile(name, content.encode("utf-8-sig"))
    return client.post("/acme/imports/new", {"what": what, "file": file})


def test_a_file_comes_in_step_by_step(acme: Any, adam: Any, client: Client, login: Login) -> None:
    login(client, adam)
    assert "客户" in client.get("/acme/imports/new?record_type=customer").content.decode()
    answer = upload(client)
    assert answer.status_code == 302
    url = answer["Location"]
    page = client.get(url).content.decode()
    assert "13800138000" in page
    assert '<option value="name" selected>' in page
    answer = client.post(f"{url}/columns", {"field": ["name", "phone"], "match": "", "then": "check"})
    assert answer.status_code == 302
    page = client.get(url).content.decode()
    assert "123456" in page
    with company_scope(acme):
        assert not Customer.objects.exists()
    client.post(f"{url}/columns", {"field": ["name", "phone"], "match": "", "then": "run"})
    page = client.get(url).content.decode()
    assert "<progress" in page
    assert client.get(f"{url}/progress", headers={"HX-Request": "true"}).status_code == 200
    jobs.drain()
    assert client.get(f"{url}/progress", headers={"HX-Request": "true"})["HX-Redirect"] == url
    with company_scope(acme):
        assert list(Customer.objects.values_list("name", flat=True)) == ["甲贸易有限公司"]
    refused = client.get(f"{url}/refused.csv").content.decode("utf-8-sig")
    assert refused.splitlines()[0].startswith("客户名称,手机,")
    assert refused.splitlines()[1].startswith("乙公司,123456,3,")
    assert client.get("/acme/imports/").status_code == 200


@pytest.mark.parametrize(
    ("content", "what", "name"),
    [
        ("", "customer", "rows.csv"),
        ('a,b\n"1,2', "customer", "rows.csv"),
        (ROWS, "", "rows.csv"),
        (ROWS, "member", "rows.csv"),
        (ROWS, "map:maven_crm", "rows.csv"),
        (ROWS, "customer", "rows.xlsx"),
    ],
)
def test_a_file_that_does_not_fit_is_answered_with_a_sentence(
    acme: Any, adam: Any, client: Client, login: Login, content: str, what: str, name: str, media: Any
) -> None:
    answer = upload(login(client, adam), content, what, name)
    assert answer.status_code == 422
    assert re.search(r'class="err"', answer.content.decode())
    assert not list(media.glob("*/exchange/*")), "nothing stays of a refused upload"
    with company_scope(acme):
        assert not Import.objects.exists()


def test_a_wrong_matching_keeps_what_was_chosen(acme: Any, adam: Any, client: Client, login: Login) -> None:
    url = upload(login(client, adam))["Location"]
    answer = client.post(f"{url}/columns", {"field": ["city", "phone"], "match": "", "then": "run"})
    assert answer.status_code == 422
    assert '<option value="city" selected>' in answer.content.decode()


def test_strangers_and_colleagues_do_not_see_an_import(
    acme: Any, other: Any, adam: Any, bob: Any, dan: Any, client: Client, login: Login
) -> None:
    url = upload(login(client, adam))["Location"]
    pk = url.rsplit("/", 1)[1]
    for person, base in ((bob, "/acme"), (dan, "/acme"), (dan, "/other")):
        for path in ("", "/progress", "/refused.csv"):
            answer = login(client, person).get(f"{base}/imports/{pk}{path}")
            assert answer.status_code in (302, 404), (person, base, path)
            assert "13800138000" not in answer.content.decode()
        for verb in ("run", "check", "cancel", "take_back"):
            assert login(client, person).post(f"{base}/imports/{pk}/do/{verb}").status_code in (302, 403, 404)
    with company_scope(acme):
        assert Import.objects.get(pk=pk).state == "uploaded"


def test_a_list_is_taken_out_by_a_button_and_noted(acme: Any, adam: Any, client: Client, login: Login) -> None:
    with company_scope(acme):
        customers.create(actor=adam, name="甲公司", city="苏州")
        customers.create(actor=adam, name="乙公司", city="上海")
    login(client, adam)
    page = client.get("/acme/customers/export?city=苏州&columns=name").content.decode()
    assert "城市" not in page.split("<main")[1].split("</main")[0]
    answer = client.post("/acme/customers/export", {"query": "city=苏州&columns=name"})
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer.content.decode("utf-8-sig").splitlines()[1:] == ["甲公司"]
    with company_scope(acme):
        assert Event.objects.filter(name="export.create").count() == 1


def test_a_long_list_waits_a_day_for_its_maker(
    acme: Any, adam: Any, carol: Any, client: Client, login: Login, monkeypatch: Any, time_machine: Any
) -> None:
    from gucang.exchange.actions import exports

    monkeypatch.setattr(exports, "DIRECT", 0)
    with company_scope(acme):
        customers.create(actor=adam, name="甲公司")
    url = login(client, adam).post("/acme/customers/export", {"query": "columns=name"})["Location"]
    assert client.get(f"{url}/file").status_code == 409
    jobs.drain()
    assert client.get(url).status_code == 200
    got = b"".join(client.get(f"{url}/file").streaming_content).decode("utf-8-sig")
    assert got.splitlines()[1:] == ["甲公司"]
    seen = login(client, carol).get(f"{url}/file")
    assert seen.status_code in (404, 409)
    with company_scope(acme):
        record = Export.objects.get()
    time_machine.move_to(record.ready_at.replace(year=record.ready_at.year + 1), tick=True)
    assert login(client, adam).get(f"{url}/file").status_code in (302, 409)


def test_who_may_not_export_gets_a_sentence(acme: Any, carol: Any, client: Client, login: Login) -> None:
    login(client, carol)
    assert client.get("/acme/customers/export").status_code == 403
    assert client.post("/acme/customers/export", {"query": ""}).status_code == 403


def test_what_is_seen_goes_out_columns_in_order_and_only_picked_rows(
    acme: Any, adam: Any, client: Client, login: Login
) -> None:
    with company_scope(acme):
        rows = [customers.create(actor=adam, name=f"{name}公司", city="苏州").record.pk for name in "甲乙丙"]
        customers.create(actor=adam, name="远公司", city="北京")
    login(client, adam)
    client.get("/acme/customers/?columns=city&columns=name")
    page = client.get("/acme/customers/?city=苏州&sort=name").content.decode()
    (link,) = set(re.findall(r'href="(/acme/customers/export[^"]*)"', page.replace("&amp;", "&")))
    assert link.endswith("columns=city&columns=name"), "the columns that a cookie remembers are named"

    def taken(asked: Any) -> list[str]:
        form = asked.content.decode().replace("&amp;", "&").replace("&#34;", '"')
        sent: dict[str, list[str]] = {}
        for name, value in re.findall(r'<input type="hidden" name="(_run|query|picked)" value="([^"]*)"', form):
            sent.setdefault(name, []).append(value)
        answer = client.post("/acme/customers/export", sent)
        assert answer.status_code == 200
        return answer.content.decode("utf-8-sig").splitlines()

    head, *lines = taken(client.get(link))
    assert lines == ["苏州,丙公司", "苏州,甲公司", "苏州,乙公司"]
    assert taken(client.post(link, {"picked": rows[:2], "query": "city=苏州"})) == [head, "苏州,甲公司", "苏州,乙公司"]
    assert taken(client.post(link, {"picked": rows[:1], "every": "1"})) == [head, *lines]


def test_empty_files_are_for_who_may_bring_the_rows_in(
    acme: Any, adam: Any, alice: Any, client: Client, login: Login
) -> None:
    address = "/acme/imports/templates/promises.csv"
    login(client, adam)
    assert f'href="{address}"' in client.get("/acme/imports/new").content.decode()
    header = client.get(address).content.decode("utf-8-sig").strip()
    assert {"编号", "客户", "答应了什么", "凭据"} <= set(header.split(","))
    lines = client.get("/acme/imports/templates/sales-orders.csv").content.decode()
    assert "明细：数量" in lines
    assert client.get("/acme/imports/templates/nothing.csv").status_code == 404
    login(client, alice)
    assert address not in client.get("/acme/imports/new").content.decode()
    assert client.get(address).status_code == 403


def test_what_is_never_deleted_has_a_sentence_in_the_place_of_the_button(
    acme: Any, adam: Any, client: Client, login: Login
) -> None:
    with company_scope(acme):
        customers.create(actor=adam, name="苏州恒力")
    login(client, adam)
    for what, content, fields in (
        ("promise", "客户,类型,承诺内容\n苏州恒力,其他,送样\n", ["customer", "kind", "what"]),
        ("customer", ROWS, ["name", "phone"]),
    ):
        url = upload(client, content, what)["Location"]
        client.post(f"{url}/columns", {"field": fields, "match": "", "then": "run"})
        jobs.drain()
        page = client.get(url).content.decode()
        assert ("从不删除" in page) == (what == "promise")
        assert ("do/take_back" in page) == (what == "customer")
