"""The pages: an automation is made, read as a sentence, tried, turned on and looked back at, without a script."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gucang.activity.models import Task
from gucang.automation import actions
from gucang.automation.models import Automation, AutomationRun
from gucang.automation.words import Words
from gucang.kernel import jobs, records
from gucang.parties.actions import customers
from gucang.selling.actions import opportunities
from gucang.selling.models import LossReason
from tests.automation.conftest import TASK, TELL
from tests.automation.forms import press


@pytest.fixture
def mias(client: Client, login: Callable[..., Client], mia: Any) -> Client:
    return login(client, mia)


def words_of(answer: Any) -> str:
    bare = re.sub(r"<(script|style)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", bare)))


def sentence(automation: Automation, who: Any) -> str:
    return Words([automation], who.as_actor()).whole(automation)


def test_it_is_made_step_by_step_with_one_form_and_saved_once(
    mias: Client, inside: Any, new_deal: Any, alice: Any
) -> None:
    answer = mias.post("/acme/automations/new", {"name": "赢单后回访", "record_type": "opportunity"})
    assert answer.status_code == 302
    url = answer.url
    page = mias.get(url)
    assert "先添加一个步骤" in words_of(page)
    page = press(mias, page, "trigger:done")
    page = press(mias, page, "about", when_verb="win", by="amount")
    page = press(mias, page, "if:new", if_op="gte", if_value="1万")
    page = press(mias, page, "step:task")
    page = press(mias, page, "put", then_title="回访", then_days="3")
    whole = "商机“赢单”后，如果金额不低于 10,000，就给负责人建任务“回访”，3 天后到期。"
    assert whole in words_of(page)
    assert "还没有保存" in words_of(page)
    with inside():
        assert (Automation.objects.get().verb, Automation.objects.get().steps) == ("", "[]")
    assert press(mias, page, "save").url == url
    assert whole in words_of(mias.get(url))
    assert "还没有保存" not in words_of(mias.get(url))
    assert mias.post(f"{url}/turn_on", {"next": url}).url == url
    with inside():
        opportunities.win(new_deal("大单", amount="20000"), actor=alice)
        opportunities.win(new_deal("小单", amount="200"), actor=alice)
    jobs.drain()
    with inside():
        assert [task.title for task in Task.objects.all()] == ["回访"]
    log = words_of(mias.get(f"{url}/runs"))
    assert "大单" in log
    assert "条件不成立" in log
    assert "大单" not in words_of(mias.get(f"{url}/runs?outcome=skipped"))
    assert "最近运行" in words_of(mias.get("/acme/automations/"))


def test_save_takes_in_the_condition_and_the_step_that_are_still_open(mias: Client, inside: Any, automate: Any) -> None:
    with inside():
        url = f"/acme/automations/{automate(TASK, on=False).pk}"
    page = press(mias, mias.get(url), "about", by="amount")
    page = press(mias, page, "step:notify", if_op="gte", if_value="5000")
    assert press(mias, page, "save", then_text="赢了", then_for="me").status_code == 302
    with inside():
        saved = Automation.objects.get()
        assert saved.conditions == "amount__gte=5000"
        assert [step["kind"] for step in saved.step_list()] == ["task", "notify"]


def test_what_is_refused_is_said_beside_the_control_and_what_was_typed_stays(
    mias: Client, inside: Any, automate: Any
) -> None:
    with inside():
        url = f"/acme/automations/{automate(TASK, on=False).pk}"
    days = {"when_field": "closes_on", "when_days": "9999", "when_side": "before"}
    for opened, do, filled, control, said in (
        (["trigger:done"], "save", {"when_verb": "fly"}, "verb", "请选择要等的操作"),
        (["trigger:date"], "save", days, "days", "一年"),
        (["trigger:date"], "save", days | {"when_days": "many"}, "days", "many"),
        (["about amount"], "if:new", {"if_op": "gte", "if_value": "许多"}, "value", "许多"),
        (["about amount"], "if:new", {"if_value": ""}, "value", "金额"),
        (["step:task"], "put", {"then_title": "{nichts}", "then_days": "1"}, "title", "nichts"),
        (["step:task"], "save", {"then_title": "{nichts}", "then_days": "1"}, "title", "nichts"),
        (["step:webhook"], "put", {"then_url": "https://10.0.0.1/x"}, "url", "内部网络"),
        (["step:act", "part lose"], "put", {"then_note": "甲"}, "reason", "输单原因"),
    ):
        answer = mias.get(url)
        for button in opened:
            verb, _space, value = button.partition(" ")
            answer = press(mias, answer, verb, **({"by" if verb == "about" else "part": value} if value else {}))
        answer = press(mias, answer, do, **filled)
        page = answer.content.decode()
        assert answer.status_code == 422, (do, filled)
        assert re.search(rf'id="f-\w+-{control}-error"', page), (do, control)
        assert said in html.unescape(page), (do, filled)
    with inside():
        unchanged = Automation.objects.get()
        assert (unchanged.verb, unchanged.conditions, len(unchanged.step_list())) == ("win", "", 1)


def test_of_three_parts_none_is_saved_when_one_is_refused(mias: Client, inside: Any, automate: Any) -> None:
    with inside():
        automation = automate(TASK)
    url = f"/acme/automations/{automation.pk}"
    page = press(mias, press(mias, mias.get(url), "trigger:created"), "drop:0")
    answer = press(mias, page, "save")
    assert answer.status_code == 422
    assert "先添加一个步骤" in words_of(answer), "it runs, and may not be left with nothing to do"
    with inside():
        kept = Automation.objects.get()
        assert (kept.trigger, len(kept.step_list()), kept.active) == ("done", 1, True)


def test_conditions_join_as_and_or_and_are_taken_out_again(mias: Client, inside: Any, automate: Any, mia: Any) -> None:
    with inside():
        automation = automate(TASK, on=False)
    url = f"/acme/automations/{automation.pk}"
    page = press(mias, press(mias, mias.get(url), "about", by="state"), "if:new", if_value=["open", "won"])
    page = press(mias, press(mias, page, "about", by="amount"), "if:0", if_op="gte", if_value="1000")
    page = press(mias, press(mias, page, "about", by="closes_on"), "if:new", if_op="overdue")
    assert press(mias, page, "save").status_code == 302
    with inside():
        automation = Automation.objects.get()
        assert automation.conditions == "state=open%2Cwon&amount__gte=1000\ncloses_on=overdue"
        assert "如果状态是进行中、赢单并且金额不低于 1,000，或者预计成交是逾期" in sentence(automation, mia)
    page = press(mias, press(mias, mias.get(url), "drop-if:0.0"), "drop-if:1.0")
    press(mias, page, "save")
    with inside():
        assert Automation.objects.get().conditions == "amount__gte=1000"


def test_a_field_may_change_from_and_to_one_of_several(
    mias: Client, inside: Any, automate: Any, alice: Any, bob: Any, mia: Any
) -> None:
    with inside():
        automation = automate(TASK, on=False)
    url = f"/acme/automations/{automation.pk}"
    page = press(mias, press(mias, mias.get(url), "trigger:changed"), "show", when_field="owner")
    assert press(mias, page, "save", when_old=[alice.pk], when_new=[bob.pk, mia.pk]).status_code == 302
    with inside():
        assert Automation.objects.get().new == f"{bob.pk},{mia.pk}"
        assert "负责人从Alice变为Bob、Mia后" in sentence(Automation.objects.get(), mia)
    found = mias.get(url).content.decode()
    assert len(re.findall(r'name="when-new" value="\d+" checked', found)) == 2


def test_steps_are_changed_moved_and_taken_out(mias: Client, inside: Any, automate: Any) -> None:
    with inside():
        automation = automate(TASK, TELL, on=False)
    url = f"/acme/automations/{automation.pk}"
    page = press(mias, mias.get(url), "edit:1")
    assert "赢了" in page.content.decode()
    page = press(mias, page, "put", then_text="{名称} 好", then_for="me")
    press(mias, press(mias, page, "up:1"), "save")
    with inside():
        assert [step["kind"] for step in Automation.objects.get().step_list()] == ["notify", "task"]
        assert Automation.objects.get().step_list()[0] == {"kind": "notify", "for": "me", "text": "{name} 好"}
    page = press(mias, press(mias, mias.get(url), "drop:1"), "step:set")
    page = press(mias, page, "part", part="note")
    press(mias, press(mias, page, "put", then_value="已通知"), "save")
    with inside():
        assert [step["kind"] for step in Automation.objects.get().step_list()] == ["notify", "set"]


def test_a_step_that_calls_an_action_asks_what_the_action_asks(mias: Client, inside: Any, automate: Any) -> None:
    with inside():
        automation = automate(TASK, on=False)
        reason = LossReason.objects.order_by("pk").first()
        assert reason is not None
    url = f"/acme/automations/{automation.pk}"
    page = press(mias, press(mias, mias.get(url), "step:act"), "part", part="lose")
    for spec in opportunities.lose.params:
        assert f'name="then-{spec.name}"' in page.content.decode()
    page = press(mias, page, "put", then_reason=reason.pk, then_on="+1", then_note="")
    assert press(mias, press(mias, page, "drop:0"), "save").status_code == 302
    with inside():
        assert Automation.objects.get().step_list() == [
            {"kind": "act", "verb": "lose", "values": {"reason": reason.pk, "on": "+1"}}
        ]
    assert f"输单原因 {reason.name}、输单日期 运行后 1 天" in words_of(mias.get(url))


def test_steps_that_no_page_has_written_are_refused(mias: Client, inside: Any, automate: Any) -> None:
    with inside():
        url = f"/acme/automations/{automate(TASK, on=False).pk}"
    for text in ("no json", '[{"kind": "task"}]', '[{"kind": "fly"}]', "[1]", '{"kind": "task"}'):
        assert mias.post(f"{url}/parts", {"_steps": text, "_do": "up:0"}).status_code == 422, text
    assert mias.post(f"{url}/parts", {"_conditions": "amount__gte=x", "_do": "show"}).status_code in (200, 422)


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
