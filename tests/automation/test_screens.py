"""The pages: an automation is made, read as a sentence, tried, turned on and looked back at, without a script."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gucang.activity.models import Task
from gucang.automation import actions
from gucang.automation.models import Automation, AutomationRun
from gucang.kernel import jobs, records
from gucang.parties.actions import customers
from gucang.selling.actions import opportunities
from tests.automation.conftest import TASK, TELL
from tests.automation.forms import words_of


def test_what_runs_says_so_with_other_words_than_the_button(mias: Client, inside: Any, automate: Any) -> None:
    with inside():
        automation = automate(TASK)
    page = words_of(mias.get(f"/acme/automations/{automation.pk}"))
    assert "运行中" in page
    assert "停用" in page
    assert "启用" not in page
    assert "运行中" in words_of(mias.get("/acme/automations/"))


def test_a_dry_run_of_what_is_not_complete_says_what_it_lacks(mias: Client, inside: Any, mia: Any) -> None:
    with inside():
        made = actions.create(actor=mia, values={"name": "半成品", "record_type": "opportunity"}).record
    page = mias.get(f"/acme/automations/{made.pk}/dry-run")
    assert "试运行之前" in words_of(page)
    assert "先添加一个步骤" in words_of(page)
    assert f'href="/acme/automations/{made.pk}#then"' in page.content.decode()
    assert "会运行" not in words_of(page)


def test_the_dry_run_tells_what_would_have_happened_and_does_nothing(
    mias: Client, inside: Any, automate: Any, new_deal: Any, alice: Any, adam: Any
) -> None:
    with inside():
        for name, amount in (("甲单", "90000"), ("乙单", "10")):
            opportunities.win(new_deal(name, amount=amount), actor=alice)
        opportunities.win(new_deal("看不见的单", by=adam), actor=adam)
        automation = automate(TASK, conditions="amount__gte=1000", on=False)
    before = AutomationRun, Task
    page = words_of(mias.get(f"/acme/automations/{automation.pk}/dry-run"))
    assert "给Alice建任务“回访 甲单”" in page
    assert "乙单" in page
    assert re.search(r"按今天的值不成立：金额.*1,?000", page), "the condition that does not hold is named"
    assert "启用" in page
    assert "看不见的单" not in page
    with inside():
        assert [model.objects.count() for model in before] == [0, 0]  # type: ignore[attr-defined]


def test_a_dry_run_asks_the_same_for_three_and_for_thirty(
    mias: Client, inside: Any, automate: Any, new_deal: Any, alice: Any
) -> None:
    with inside():
        automation = automate({**TASK, "title": "{name} {customer} {owner}"}, TELL, on=False)
        for number in range(3):
            opportunities.win(new_deal(f"单 {number}"), actor=alice)
    path = f"/acme/automations/{automation.pk}/dry-run"
    mias.get(path)
    few = queries(mias, path)
    with inside():
        for number in range(3, 33):
            opportunities.win(new_deal(f"单 {number}"), actor=alice)
    assert queries(mias, path) <= few
    page = mias.get(path).content.decode()
    assert page.count("会运行") == 30
    older = re.search(r'href="(\?before=\d+)"', page)
    assert older
    assert mias.get(path + older.group(1)).content.decode().count("会运行") == 3


def queries(browser: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert browser.get(path).status_code == 200
    return len(caught)


def test_a_dry_run_of_dates_counts_from_the_field(
    mias: Client, inside: Any, automate: Any, new_deal: Any, alice: Any
) -> None:
    from datetime import timedelta

    from gucang.kernel import clock

    with inside():
        automation = automate(TASK, trigger="date", field="closes_on", days=-3, on=False)
        new_deal("正好", closes_on=clock.today() - timedelta(days=5))
        new_deal("太早", closes_on=clock.today() - timedelta(days=50))
        new_deal("还早", closes_on=clock.today() + timedelta(days=20))
    page = words_of(mias.get(f"/acme/automations/{automation.pk}/dry-run"))
    assert "正好" in page
    assert "太早" not in page
    assert "还早" not in page


def test_the_timeline_of_a_record_says_which_automation_did_it(
    mias: Client, inside: Any, automate: Any, new_deal: Any, alice: Any
) -> None:
    with inside():
        automate({"kind": "set", "field": "note", "value": "x"})
        deal = new_deal()
        opportunities.win(deal, actor=alice)
    jobs.drain()
    assert "由自动化“赢单后回访”完成" in words_of(mias.get(f"/acme/opportunities/{deal.pk}"))


def test_a_log_tells_nothing_of_records_that_its_reader_does_not_see(
    client: Client, login: Any, inside: Any, automate: Any, alice: Any, bob: Any, mia: Any, adam: Any
) -> None:
    from gucang.accounts.actions import members
    from gucang.accounts.models import Role
    from gucang.kernel import actions as kernel_actions
    from gucang.kernel.actors import system

    with inside():
        automation = automate({**TASK, "title": "金丝雀 {name}"}, about="customer", trigger="created", by=mia)
        customers.create(actor=alice, values={"name": "金丝雀公司"})
        role = kernel_actions.get("role.create")(actor=system(), values={"name": "看自动化"}).record
        kernel_actions.get("role.set_rights")(
            role, actor=system(), grants="automation.view company\ncustomer.view own\nmember.view company",
            field_rules="",
        )  # fmt: skip
        members.set_roles(bob, actor=system(), roles=[Role.objects.get(pk=role.pk)])
    jobs.drain()
    bobs = login(client, bob)
    for path in ("runs", ""):
        page = words_of(bobs.get(f"/acme/automations/{automation.pk}/{path}".rstrip("/")))
        assert "一条你看不到的记录" in page
        assert "金丝雀公司" not in page
    assert bobs.get(f"/acme/automations/{automation.pk}/dry-run").status_code == 403
    assert "金丝雀公司" in words_of(login(Client(), mia).get(f"/acme/automations/{automation.pk}/runs"))


def test_who_may_not_have_automations_finds_no_way_to_them(
    client: Client, login: Any, inside: Any, automate: Any, alice: Any, dan: Any
) -> None:
    with inside():
        pk = automate(TASK).pk
    for who in (alice, dan):
        browser = login(Client(), who)
        for path in ("", str(pk), f"{pk}/runs", f"{pk}/dry-run"):
            assert browser.get(f"/acme/automations/{path}").status_code in (302, 404), path
        for path in (f"{pk}/parts", f"{pk}/turn_off", "ready"):
            answer = browser.post(f"/acme/automations/{path}", {"key": "won-follow-up", "trigger": "created"})
            assert answer.status_code in (302, 404), path
    with inside():
        assert Automation.objects.get().active


def test_only_its_owner_sees_the_secret(
    client: Client, login: Any, inside: Any, automate: Any, mia: Any, adam: Any
) -> None:
    with inside():
        automation = automate({"kind": "webhook", "url": "https://example.com/hook"})
        from gucang.automation.models import Secret

        secret = Secret.objects.get().value
    url = f"/acme/automations/{automation.pk}"
    assert secret in login(Client(), mia).get(url).content.decode()
    adams = login(Client(), adam)
    for path in (
        url,
        f"{url}?history=1",
        f"{url}?peek=1",
        f"{url}/timeline",
        f"/acme/api/v1/automations/{automation.pk}",
    ):
        answer = adams.get(path)
        assert answer.status_code == 200, path
        assert secret not in answer.content.decode(), path


@pytest.mark.parametrize("key", ["won-follow-up", "closing-soon", "large-deal"])
def test_what_is_ready_can_be_turned_on_as_it_is(mias: Client, inside: Any, mia: Any, key: str) -> None:
    answer = mias.post("/acme/automations/ready", {"key": key})
    assert answer.status_code == 302
    with inside():
        made = Automation.objects.get()
        assert not made.active
        assert f"/acme/automations/{made.pk}" == answer.url
        assert actions.turn_on(made, actor=mia).record.active


def test_the_api_makes_and_runs_them_too(inside: Any, mia: Any, acme: Any, new_deal: Any, alice: Any) -> None:
    from gucang.surface.tests.api_world import JSON, World

    world = World(acme, {"mia": mia})
    api = world.client("mia")
    made = api.post("/acme/api/v1/automations", {"name": "接口建的", "record_type": "opportunity"}, **JSON)
    assert made.status_code == 201, made.content
    url = f"/acme/api/v1/automations/{made.json()['id']}"
    for verb, body in (
        ("set_trigger", {"trigger": "done", "verb": "win"}),
        ("set_conditions", {"conditions": "amount__gte=1"}),
        ("set_steps", {"steps": json.dumps([TASK])}),
        ("turn_on", {}),
    ):
        answer = api.post(f"{url}/{verb}", body, **JSON)
        assert answer.status_code == 200, (verb, answer.content)
    shown = api.get(url).json()
    assert (shown["active"], shown["verb"], shown["conditions"]) == (True, "win", "amount__gte=1")
    with inside():
        opportunities.win(new_deal(), actor=alice)
    jobs.drain()
    with inside():
        assert Task.objects.count() == 1
    assert records.get("automation").plural == "automations"
