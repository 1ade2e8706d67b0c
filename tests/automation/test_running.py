"""When this happens, if that holds, then these steps: once, and with the rights of the owner."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gucang.accounts.actions import members
from gucang.accounts.models import Role
from gucang.activity.models import Task
from gucang.automation import actions, running
from gucang.automation.models import Automation, AutomationRun, Outcome
from gucang.kernel import clock, jobs
from gucang.kernel.actors import system
from gucang.kernel.errors import Forbidden, Invalid, NotVisible, Refused
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope
from gucang.messages.models import Notification
from gucang.messages.queries import in_words
from gucang.parties.actions import customers
from gucang.selling.actions import opportunities
from gucang.selling.models import LossReason, Opportunity
from tests.automation.conftest import TASK, TELL


def only_run() -> AutomationRun:
    return AutomationRun.objects.get()


def why() -> str:
    run = only_run()
    return in_words(run.why, run.params)


def test_a_won_deal_gives_its_owner_a_task_and_tells_the_manager(
    inside: Any, automate: Any, new_deal: Any, alice: Any, mia: Any
) -> None:
    with inside():
        automate(TASK, TELL)
        deal = new_deal("一期改造")
        won = opportunities.win(deal, actor=alice)
    jobs.drain()
    with inside():
        task = Task.objects.get()
        assert (task.title, task.assignee_id, task.created_by_id) == ("回访 一期改造", alice.pk, mia.pk)
        assert (task.about_type, task.about_id) == ("opportunity", deal.pk)
        assert task.due_on == clock.today() + timedelta(days=3)
        told = Notification.objects.get(member=mia, kind="automation")
        assert told.params["text"] == "一期改造 赢了"
        run = only_run()
        assert (run.outcome, run.event_id, run.object_id) == (Outcome.DONE, won.event.id, deal.pk)
        assert [one["kind"] for one in run.done] == ["task", "notify"]
        made = Event.objects.get(name="task.create")
        assert made.cause == won.event.id
        assert made.actor_id == mia.pk
        assert made.facts["automation"]["depth"] == 1


def test_what_is_delivered_twice_is_done_once(inside: Any, automate: Any, new_deal: Any, alice: Any) -> None:
    with inside():
        automate(TASK)
        event = opportunities.win(new_deal(), actor=alice).event
    jobs.drain()
    with inside():
        running.fire(event)
        running.fire(event)
        assert Task.objects.count() == 1
        assert AutomationRun.objects.count() == 1


def test_an_edit_meanwhile_does_not_make_an_old_event_new(
    inside: Any, automate: Any, new_deal: Any, alice: Any, mia: Any
) -> None:
    with inside():
        automation = automate(TASK)
        event = opportunities.win(new_deal(), actor=alice).event
    jobs.drain()
    with inside():
        actions.edit(automation.pk, actor=mia, values={"name": "新名字"})
        running.fire(event)
        assert Task.objects.count() == 1


def test_what_is_off_and_what_is_about_something_else_does_not_run(
    inside: Any, automate: Any, new_deal: Any, alice: Any
) -> None:
    with inside():
        automate(TASK, on=False)
        automate(TASK, verb="lose")
        automate(TASK, about="lead", verb="take")
        opportunities.win(new_deal(), actor=alice)
    jobs.drain()
    with inside():
        assert AutomationRun.objects.count() == 0


@pytest.mark.parametrize(
    ("conditions", "ran"),
    [
        ("amount__gte=50000", True),
        ("amount__gte=5.1万", False),
        ("amount__gte=60000\nname=x&state=won", False),
        ("amount__gte=60000\nstate=won", True),
        ("owner=me", False),
        ("state=won&amount__lt=50001", True),
    ],
)
def test_conditions_are_the_language_of_lists(
    inside: Any, automate: Any, new_deal: Any, alice: Any, conditions: str, ran: bool
) -> None:
    with inside():
        if "name=" in conditions:
            with pytest.raises(Invalid):
                automate(TASK, conditions=conditions)
            return
        automate(TASK, conditions=conditions)
        opportunities.win(new_deal(), actor=alice)
    jobs.drain()
    with inside():
        assert Task.objects.exists() is ran
        if not ran:
            assert only_run().outcome == Outcome.SKIPPED
            assert why() == "条件不成立。"


def test_a_new_record_and_a_field_from_and_to_start_it(
    inside: Any, automate: Any, new_deal: Any, alice: Any, bob: Any, mia: Any
) -> None:
    with inside():
        automate(TASK, trigger="created", name="新商机")
        automate(TASK, trigger="changed", field="owner", old=str(alice.pk), new=str(bob.pk), name="换人")
        automate(TASK, trigger="changed", field="owner", old=str(bob.pk), name="从Bob")
        deal = new_deal()
    jobs.drain()
    with inside():
        assert [run.automation.name for run in AutomationRun.objects.all()] == ["新商机"]
        opportunities.assign(deal, actor=mia, owner=bob)
    jobs.drain()
    with inside():
        assert [run.automation.name for run in AutomationRun.objects.order_by("pk")] == ["新商机", "换人"]


def test_a_step_sets_a_field_and_calls_an_action_with_its_parameters(
    inside: Any, automate: Any, new_deal: Any, alice: Any, bob: Any
) -> None:
    with inside():
        reason = LossReason.objects.order_by("pk").first()
        automate(
            {"kind": "set", "field": "note", "value": "由 {owner} 跟进"},
            {"kind": "act", "verb": "lose", "values": {"reason": reason.pk, "note": "金额太小"}},
            trigger="created",
            conditions="amount__lt=1000",
        )
        automate({"kind": "set", "field": "closes_on", "value": "+10"}, trigger="created", name="预计日期")
        deal = new_deal(amount="500")
    jobs.drain()
    with inside():
        now = Opportunity.objects.get(pk=deal.pk)
        assert (now.note, now.state, now.lost_reason_id) == ("由 Alice 跟进", "lost", reason.pk)
        assert now.closes_on == clock.today() + timedelta(days=10)
        assert Event.objects.get(name="opportunity.lose").facts["note"] == "金额太小"


# --- rights ----------------------------------------------------------------------------------------------------------


def test_it_does_what_its_owner_may_and_nothing_more(
    inside: Any, automate: Any, new_deal: Any, alice: Any, mia: Any
) -> None:
    with inside():
        automation = automate(TASK, {"kind": "set", "field": "note", "value": "x"})
        deal = new_deal()
        members.set_roles(mia, actor=system(), roles=[Role.objects.get(key="reader")])
        opportunities.win(deal, actor=alice)
    jobs.drain()
    with inside():
        assert only_run().outcome == Outcome.REFUSED
        assert "你的角色不能“新任务”" in why()
        assert not Task.objects.exists(), "what a refused run had begun is taken back"
        assert Opportunity.objects.get(pk=deal.pk).note == ""
        assert Automation.objects.get(pk=automation.pk).active


def test_it_sees_only_what_its_owner_sees(inside: Any, automate: Any, new_deal: Any, alice: Any, carol: Any) -> None:
    with inside():
        members.set_roles(carol, actor=system(), roles=[Role.objects.get(key="sales_manager")])
        automate(TASK, by=carol)
        opportunities.win(new_deal(), actor=alice)  # Alice is in no department of Carol's
    jobs.drain()
    with inside():
        assert not AutomationRun.objects.exists(), "not even that something happened there is told"
        assert not Task.objects.exists()


def test_refused_again_and_again_it_is_paused_and_its_owner_and_administrators_hear_of_it(
    inside: Any, automate: Any, new_deal: Any, alice: Any, mia: Any, adam: Any
) -> None:
    with inside():
        automation = automate({"kind": "act", "verb": "win"}, trigger="done", verb="lose", name="乱来")
        reason = LossReason.objects.order_by("pk").first()
        for number in range(6):
            opportunities.lose(new_deal(f"单 {number}"), actor=alice, reason=reason)
    jobs.drain()
    with inside():
        automation = Automation.objects.get(pk=automation.pk)
        assert not automation.active
        assert "已经输" in automation.paused_because or "输单" in automation.paused_because, automation.paused_because
        assert AutomationRun.objects.filter(outcome=Outcome.REFUSED).count() == 5, "the sixth came too late"
        told = Notification.objects.filter(kind="automation_paused")
        assert {one.member_id for one in told} == {mia.pk, adam.pk}
        assert Event.objects.get(name="automation.pause").actor_kind == "system"


def test_an_owner_who_has_left_ends_it_at_once(inside: Any, automate: Any, new_deal: Any, alice: Any, mia: Any) -> None:
    with inside():
        automation = automate(TASK)
        members.leave(mia, actor=system(), on=clock.today())
        opportunities.win(new_deal(), actor=alice)
    jobs.drain()
    with inside():
        assert not Task.objects.exists()
        assert "不在这里工作" in why()
        assert not Automation.objects.get(pk=automation.pk).active


def test_only_its_owner_decides_what_it_does_others_stop_it_or_take_over(
    inside: Any, automate: Any, adam: Any, mia: Any, alice: Any
) -> None:
    with inside():
        automation = automate(TASK)
        for verb, values in (
            (actions.set_steps, {"steps": "[]"}),
            (actions.set_conditions, {"conditions": ""}),
            (actions.set_trigger, {"trigger": "created"}),
            (actions.edit, {"values": {"name": "x"}}),
            (actions.new_secret, {}),
        ):
            with pytest.raises(Forbidden):
                verb(automation, actor=adam, **values)
        with pytest.raises(Forbidden):
            actions.create(actor=alice, values={"name": "x", "record_type": "customer"})
        actions.turn_off(automation, actor=adam)
        with pytest.raises(Forbidden):
            actions.turn_on(automation, actor=adam)
        taken = actions.take_over(automation, actor=adam).record
        assert (taken.owner_id, taken.active) == (adam.pk, False)
        with pytest.raises(NotVisible):
            actions.turn_on(automation, actor=mia)
        assert actions.turn_on(automation, actor=adam).record.active


def test_what_its_owner_may_not_do_cannot_be_a_step(inside: Any, automate: Any, mia: Any) -> None:
    with inside():
        for step in (
            {"kind": "act", "verb": "erase"},
            {"kind": "set", "field": "stage", "value": "1"},
            {"kind": "task", "for": "owner", "title": "{geheim}", "days": 1},
            {"kind": "task", "for": "owner", "title": "x", "days": 9999},
            {"kind": "nonsense"},
            {"kind": "webhook", "url": "http://example.com/"},
        ):
            with pytest.raises(Invalid):
                automate(step)
        with pytest.raises(Refused):
            automate()


# --- other companies, hidden fields ----------------------------------------------------------------------------------


def test_another_companys_event_starts_nothing_here(
    inside: Any, automate: Any, new_deal: Any, alice: Any, other: Any, dan: Any
) -> None:
    with inside():
        automate(TASK)
    with company_scope(other):
        deal = new_deal("别家的单", by=dan)
        automate({**TASK, "title": "别家 {name}"}, by=dan)
        opportunities.win(deal, actor=dan)
    jobs.drain()
    with inside():
        assert AutomationRun.objects.count() == 0
        assert not Task.objects.exists()
    with company_scope(other):
        assert Task.objects.get().title == "别家 别家的单"
        assert AutomationRun.objects.count() == 1


def test_a_text_holds_no_more_than_its_readers_may_see(
    inside: Any, automate: Any, alice: Any, bob: Any, mia: Any, adam: Any
) -> None:
    phone = "13912349876"
    with inside():
        # Bob does not see the numbers of Alice's leads, and a task is read by whoever sees the record.
        automate(
            {"kind": "task", "for": "owner", "title": "打 {phone} {city}", "note": "{email}", "days": 1},
            {"kind": "notify", "for": "owner", "text": "{phone}"},
            about="customer",
            trigger="created",
        )
        customers.create(
            actor=alice, values={"name": "恒立机械", "phone": phone, "city": "苏州", "email": "a.lin@hengli.test"}
        )
    jobs.drain()
    with inside():
        task = Task.objects.get()
        assert phone[-8:] not in task.title + task.note
        assert "苏州" in task.title
        assert "hengli" not in task.note or "a.lin" not in task.note
        told = Notification.objects.get(member=alice, kind="automation")
        assert phone in told.params["text"], "the owner of the customer sees the number anyway"
