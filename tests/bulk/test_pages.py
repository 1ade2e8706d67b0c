"""The way through the pages: choose, confirm, result, take back, progress, download. All without JavaScript."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client

from gucang.bulk import engine, rules
from gucang.bulk.models import BulkRun, RunLine
from gucang.kernel import jobs
from gucang.kernel.actions.core import get
from gucang.kernel.actors import system
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope
from gucang.messages.models import Notification
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from tests.bulk.conftest import begin, make_many

Login = Callable[[Client, Any], Client]
BULK = "/acme/customers/bulk"


def text_of(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def hidden(page: str) -> dict[str, list[str]]:
    """What the page's form sends on by itself."""
    form = page[page.index('action="/acme/customers/bulk"') :]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form):
        found.setdefault(name, []).append(value)
    return found


@pytest.fixture
def five(acme: Any, alice: Any) -> list[int]:
    """Five customers of Alice's in 苏州 and one in 上海."""
    with company_scope(acme):
        make_many(alice, 1, city="上海")
        return [row.pk for row in make_many(alice, 5, city="苏州")]


def test_all_of_a_list_from_the_form_to_the_result_and_back(
    acme: Any, alice: Any, client: Client, login: Login, five: list[int]
) -> None:
    login(client, alice)
    chosen = {"do": "edit", "every": "1", "query": "city=苏州", "picked": five[:1]}
    form = client.post(BULK, chosen)
    assert "客户 · 5 条" in text_of(form)
    filled = {**hidden(text_of(form)), "_change": "level", "level": "A", "_ask": "1"}
    asked = client.post(BULK, filled)
    page = text_of(asked)
    assert asked.status_code == 200
    assert "对 5 条记录执行“编辑”？" in page
    assert "级别" in page
    with company_scope(acme):
        assert not BulkRun.objects.exists()
    sent = hidden(page)
    answer = client.post(BULK, sent)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/acme/customers/?city=")
    with company_scope(acme):
        run = BulkRun.objects.get()
        assert set(Customer.objects.filter(level="A").values_list("pk", flat=True)) == set(five)
    toast = text_of(client.get(answer["Location"]))
    assert f'action="/acme/bulk-runs/{run.pk}/do/take_back"' in toast
    assert client.post(BULK, sent)["Location"] == answer["Location"], "a second click does nothing more"
    back = client.post(f"/acme/bulk-runs/{run.pk}/do/take_back")
    assert back["Location"].startswith("/acme/customers/")
    with company_scope(acme):
        assert BulkRun.objects.count() == 1
        assert not Customer.objects.filter(level="A").exists()
        assert Event.objects.filter(name="customer.edit").count() == 10
    page = text_of(client.get(f"/acme/bulk-runs/{run.pk}"))
    assert "已撤回" in page
    assert re.search(r"城市.{0,5}苏州", page)
    assert "批量操作" in text_of(client.get(f"/acme/customers/{five[0]}"))


def test_what_was_so_already_is_said_and_the_run_is_found_from_its_list(
    acme: Any, alice: Any, client: Client, login: Login, five: list[int]
) -> None:
    with company_scope(acme):
        customers.edit(Customer.objects.get(pk=five[0]), actor=alice, values={"level": "A"})
    login(client, alice)
    form = client.post(BULK, {"do": "edit", "every": "1", "query": "city=苏州", "picked": five[:1]})
    asked = client.post(BULK, {**hidden(text_of(form)), "_change": "level", "level": "A", "_ask": "1"})
    answer = client.post(BULK, hidden(text_of(asked)))
    page = text_of(client.get(answer["Location"]))
    assert "编辑：4 条，另有 1 条本来就是这样。" in page
    assert 'href="/acme/bulk-runs/?record_type=customer"' in page
    with company_scope(acme):
        run = BulkRun.objects.get()
    assert f"/acme/bulk-runs/{run.pk}" in text_of(client.get("/acme/bulk-runs/?record_type=customer"))
    assert f"/acme/bulk-runs/{run.pk}" not in text_of(client.get("/acme/bulk-runs/?record_type=contact"))


def test_a_few_picked_rows_need_one_page(acme: Any, alice: Any, client: Client, login: Login, five: list[int]) -> None:
    login(client, alice)
    page = text_of(client.post(BULK, {"do": "tag", "picked": five[:2]}))
    sent = hidden(page) | {"tags": "重点", "_how-tags": "add"}
    assert sent["_change"] == ["tags"]
    assert client.post(BULK, sent).status_code == 302
    with company_scope(acme):
        assert set(Customer.objects.filter(tags=["重点"]).values_list("pk", flat=True)) == set(five[:2])


def test_a_verb_without_a_form_is_asked_about_first(
    acme: Any, mia: Any, client: Client, login: Login, five: list[int]
) -> None:
    login(client, mia)
    page = client.post(BULK, {"do": "delete", "picked": five[:2]})
    assert page.status_code == 200
    assert "7 天内可以整体撤回" in text_of(page)
    with company_scope(acme):
        assert Customer.objects.count() == 6
    assert client.post(BULK, hidden(text_of(page))).status_code == 302
    with company_scope(acme):
        assert Customer.objects.count() == 4


def test_what_one_may_not_change_is_counted_before_and_listed_after(
    acme: Any, alice: Any, bob: Any, client: Client, login: Login, five: list[int]
) -> None:
    with company_scope(acme):
        his = make_many(bob, 1, city="鲍勃")[0]
        customers.share(his, actor=bob, member=alice.pk)
    login(client, alice)
    rows = [*five[:2], his.pk, 987654321]
    page = text_of(client.post(BULK, {"do": "assign", "picked": rows}))
    assert "其中 2 条你不能改" in page
    assert "鲍勃客户" not in page
    answer = client.post(BULK, hidden(page) | {"owner": bob.pk, "note": ""})
    assert re.fullmatch(r"/acme/bulk-runs/\d+", answer["Location"])
    result = text_of(client.get(answer["Location"]))
    assert f'href="/acme/customers/{his.pk}"' in result
    table = list(csv.reader(io.StringIO(client.get(f"{answer['Location']}/not-done.csv").content.decode("utf-8-sig"))))
    assert [row[:2] for row in table[1:]] == [[str(his.pk), "鲍勃客户0000"]]
    assert table[1][3]
    for stranger in (bob,):
        assert login(client, stranger).get(answer["Location"]).status_code == 404
        assert client.get(f"{answer['Location']}/not-done.csv").status_code == 404


def test_an_administrator_reads_the_result_without_what_they_may_not_see(
    acme: Any, alice: Any, adam: Any, carol: Any, client: Client, login: Login, five: list[int]
) -> None:
    login(client, alice)
    sent = {"do": "edit", "_run": "1", "picked": five[:2], "_change": "phone", "phone": "13812342214"}
    assert client.post(BULK, sent).status_code == 302
    with company_scope(acme):
        run = BulkRun.objects.get()
    assert "138 1234 2214" in text_of(login(client, adam).get(f"/acme/bulk-runs/{run.pk}"))
    assert login(client, carol).get(f"/acme/bulk-runs/{run.pk}").status_code == 404
    with company_scope(acme):
        role = get("role.create")(actor=system(), values={"name": "看操作"}).record
        grants = "bulk_run.view company\nbulk_run.take_back company\ncustomer.view company"
        get("role.set_rights")(role, actor=system(), grants=grants, field_rules="customer.phone hidden")
        get("member.set_roles")(carol, actor=system(), roles=[role.pk])
    page = client.get(f"/acme/bulk-runs/{run.pk}")
    assert page.status_code == 200
    assert "1234" not in text_of(page)
    assert client.post(f"/acme/bulk-runs/{run.pk}/do/take_back").status_code == 403


def test_wrong_values_bring_the_form_back_with_what_was_typed(
    acme: Any, alice: Any, client: Client, login: Login, five: list[int]
) -> None:
    login(client, alice)
    sent = {"do": "edit", "picked": five, "_ask": "1", "_change": ["phone"], "phone": "打错了"}
    answer = client.post(BULK, sent)
    assert answer.status_code == 422
    assert 'value="打错了"' in text_of(answer)
    assert client.post(BULK, {"do": "edit", "picked": five, "_ask": "1", "level": "A"}).status_code == 422
    for wrong in ({"do": "edit"}, {"do": "edit", "every": "1", "query": "city__gte=3"}):
        assert client.post(BULK, wrong).status_code == 422
    many = {"do": "edit", "picked": list(range(1, rules.DIRECT + 2))}
    assert client.post(BULK, many).status_code == 422
    assert client.post(BULK, {"do": "no_such", "picked": five}).status_code == 404
    assert client.get(BULK).status_code == 409


def test_above_the_limit_a_job_does_it_with_progress_and_a_word_in_the_bell(
    acme: Any, alice: Any, bob: Any, client: Client, login: Login, five: list[int], monkeypatch: Any
) -> None:
    monkeypatch.setattr(rules, "DIRECT", 3)
    login(client, alice)
    sent = {"do": "assign", "every": "1", "query": "city=苏州", "_run": "1", "_key": "k", "owner": bob.pk}
    url = client.post(BULK, sent)["Location"]
    page = text_of(client.get(url))
    assert "<progress" in page
    assert "0 / 5" in page
    ajax = {"HX-Request": "true"}
    assert "hx-get" in text_of(client.get(f"{url}/progress", headers=ajax))
    jobs.drain()
    assert client.get(f"{url}/progress", headers=ajax)["HX-Redirect"] == url
    with company_scope(acme):
        assert Customer.objects.filter(owner=bob).count() == 5
        hers = Notification.objects.get(member=alice)
        assert (hers.about_type, f"/acme/bulk-runs/{hers.about_id}") == ("bulk_run", url)
        his = list(Notification.objects.filter(member=bob))
        assert len(his) == 1, "five customers are one word, not five"
    assert "批量操作" in text_of(client.get("/acme/notifications"))


def test_a_job_is_stopped_and_taken_back_from_its_page(
    acme: Any, alice: Any, client: Client, login: Login, five: list[int], monkeypatch: Any
) -> None:
    from gucang.bulk import chosen, engine

    monkeypatch.setattr(rules, "DIRECT", 1)
    monkeypatch.setattr(chosen, "CHUNK", 2)
    login(client, alice)
    sent = {"do": "edit", "every": "1", "query": "city=苏州", "_run": "1", "_change": "level", "level": "A"}
    url = client.post(BULK, sent)["Location"]
    with company_scope(acme):
        run = BulkRun.objects.get()
        engine.advance(run.pk)
    assert client.post(f"{url}/do/cancel")["Location"] == url
    assert client.post(f"{url}/do/cancel").status_code == 409
    jobs.drain()
    assert "已停止" in text_of(client.get(url))
    assert client.post(f"{url}/do/take_back")["Location"] == url
    jobs.drain()
    with company_scope(acme):
        run.refresh_from_db()
        assert (run.state, run.done, run.undone) == ("taken_back", 2, 2)
        assert not Customer.objects.filter(level="A").exists()


LIST = "city=苏州&sort=-name&columns=name&columns=city&view=all"


def test_one_comes_back_to_the_list_as_it_was(
    acme: Any, alice: Any, bob: Any, client: Client, login: Login, five: list[int]
) -> None:
    login(client, alice)
    there = f"/acme/customers/?{LIST}"
    sent = {"do": "edit", "_run": "1", "query": LIST, "picked": five[:2], "_change": "level", "level": "A"}
    assert unquote(client.post(BULK, sent)["Location"]) == there
    with company_scope(acme):
        run = BulkRun.objects.get()
    assert f'href="{there}"' in unquote(text_of(client.get(f"/acme/bulk-runs/{run.pk}")))
    assert unquote(client.post(f"/acme/bulk-runs/{run.pk}/do/take_back")["Location"]) == there
    assert login(client, bob).get(f"/acme/bulk-runs/{run.pk}").status_code == 404


def test_the_form_of_an_edit_offers_few_fields_and_adds_them_one_by_one(
    acme: Any, alice: Any, client: Client, login: Login, five: list[int]
) -> None:
    login(client, alice)
    rows = {"do": "edit", "picked": five[:2]}
    page = text_of(client.post(BULK, rows))
    offered = re.findall(r'name="(?:_add|_verb)" value="(\w+)"', page)
    assert offered[0] == "owner" or "assign" in offered[:1]
    assert len(offered) == 6
    assert {"name", "short_name", "phone", "credit_code", "note"}.isdisjoint(offered)
    assert '<option value="phone"' in page, "what is each record's own can be found behind the few"
    assert 'id="f-level"' not in page
    page = text_of(client.post(BULK, hidden(page) | {"_add": ["level", ""]}))
    assert 'id="f-level"' in page
    assert client.post(BULK, hidden(page) | {"level": "A", "_add": ["", "city"]}).status_code == 200
    page = text_of(client.post(BULK, hidden(page) | {"level": "A", "_add": ["", "city"]}))
    assert re.search(r'<option value="A" selected>', page), "what was filled in stays"
    page = text_of(client.post(BULK, hidden(page) | {"level": "A", "city": "上海", "_drop": "level"}))
    assert 'id="f-level"' not in page
    assert 'value="上海"' in page
    with company_scope(acme):
        assert not BulkRun.objects.exists(), "adding a field changes nothing yet"
    assert client.post(BULK, hidden(page) | {"city": "上海", "_add": ""}).status_code == 302
    with company_scope(acme):
        assert set(Customer.objects.filter(pk__in=five[:2]).values_list("city", "level")) == {("上海", "")}


def test_the_owner_leads_to_the_form_of_the_hand_over(
    acme: Any, alice: Any, bob: Any, client: Client, login: Login, five: list[int]
) -> None:
    login(client, alice)
    page = text_of(client.post(BULK, {"do": "edit", "picked": five[:2]}))
    page = text_of(client.post(BULK, hidden(page) | {"_verb": "assign"}))
    assert 'id="f-owner"' in page
    assert client.post(BULK, hidden(page) | {"owner": bob.pk, "note": ""}).status_code == 302
    with company_scope(acme):
        assert Customer.objects.filter(owner=bob).count() == 2


def test_the_list_offers_all_of_itself_and_past_runs_are_listed(
    acme: Any, alice: Any, client: Client, login: Login, five: list[int], monkeypatch: Any
) -> None:
    from gucang.surface.screens import lists

    monkeypatch.setattr(lists, "PAGE", 3)
    login(client, alice)
    page = text_of(client.get("/acme/customers/?city=苏州"))
    assert 'data-every="5"' in page
    assert 'name="query" value="city=%E8%8B%8F%E5%B7%9E"' in page
    for verb in ("edit", "assign", "tag", "release"):
        assert f'value="{verb}" form="bulk"' in page
    client.post(BULK, {"do": "edit", "_run": "1", "picked": five, "_change": "level", "level": "A"})
    assert "PL-" in text_of(client.get("/acme/bulk-runs/"))


def test_what_stays_with_others_is_not_named_on_the_page_of_who_handed_it_over(
    client: Client, login: Any, acme: Any, alice: Any, bob: Any, mia: Any
) -> None:
    with company_scope(acme):
        (moved,) = make_many(alice, 1, city="动过")
        run = begin(alice, "assign", [moved], owner=bob.pk)
        while engine.advance(run.pk):
            pass
        customers.edit(moved, actor=bob, values={"name": "只有鲍勃知道的新名字", "phone": "13912345678"})
        customers.assign(moved, actor=mia, owner=mia.pk)
    login(client, alice)
    assert client.post(f"/acme/bulk-runs/{run.pk}/do/take_back").status_code == 302
    for path in ("", "/not-done.csv"):
        shown = text_of(client.get(f"/acme/bulk-runs/{run.pk}{path}"))
        for word in ("Mia", "只有鲍勃", "13912345678", f"/customers/{moved.pk}"):
            assert word not in shown
    with company_scope(acme):
        assert RunLine.objects.filter(run=run, kind="left").count() == 1


@pytest.mark.parametrize("page", ["bulk-runs", "imports", "exports"])
def test_a_number_that_no_record_can_have_finds_nothing(client: Client, login: Any, alice: Any, page: str) -> None:
    login(client, alice)
    assert client.get(f"/acme/{page}/{10**30}").status_code == 404
    assert client.get(f"/acme/{page}/{2**63 - 2}").status_code == 404
