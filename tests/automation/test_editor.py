"""The editor: three parts in one form, which a browser without scripts fills in, presses and saves once."""

from __future__ import annotations

import html
import re
from typing import Any

from django.test import Client

from gucang.activity.models import Task
from gucang.automation.models import Automation
from gucang.kernel import jobs
from gucang.selling.actions import opportunities
from gucang.selling.models import LossReason
from tests.automation.conftest import TASK, TELL
from tests.automation.forms import press, sentence, words_of


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
