"""Circles are stopped, storms are held back, imports count only where that was wanted, and the log is cleaned."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gucang.accounts.actions import members
from gucang.accounts.models import Role
from gucang.automation import actions, queries, rules, running
from gucang.automation import jobs as automation_jobs
from gucang.automation.models import Automation, AutomationRun, Outcome
from gucang.exchange import intake
from gucang.exchange.actions import imports
from gucang.kernel import actions as kernel_actions
from gucang.kernel import clock, jobs, records
from gucang.kernel.actions import Row, create_many
from gucang.kernel.actors import system
from gucang.kernel.errors import Forbidden, Refused
from gucang.kernel.models import Event
from gucang.kernel.scope import writing
from gucang.messages.models import Notification
from gucang.messages.queries import in_words
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.selling.models import Opportunity
from tests.automation.conftest import TASK


def test_two_automations_that_start_each_other_are_stopped_and_paused(
    inside: Any, automate: Any, new_deal: Any, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_ON_A_RECORD", 1000)  # which would stop them before
    with inside():
        for name, value in (("甲", "1"), ("乙", "2")):
            automate({"kind": "set", "field": "note", "value": value}, trigger="changed", field="note", name=name)
        deal = new_deal()
        records.get("opportunity").edit(deal, actor=alice, values={"note": "开始"})  # type: ignore[misc]
    jobs.drain()
    with inside():
        assert not Automation.objects.filter(active=True).exists()
        held = AutomationRun.objects.filter(outcome=Outcome.HELD)
        assert held.exists()
        assert all("绕圈" in in_words(run.why, run.params) for run in held)
        done = AutomationRun.objects.filter(outcome=Outcome.DONE)
        assert max(run.depth for run in done) <= rules.MOST_DEPTH
        assert done.count() < 200
        deepest = Event.objects.filter(facts__automation__depth=rules.MOST_DEPTH)
        assert deepest.exists(), "the log tells how deep each event lies"


def test_the_same_record_again_and_again_within_an_hour_is_a_circle_too(
    inside: Any, automate: Any, new_deal: Any, alice: Any
) -> None:
    with inside():
        automation = automate(TASK, trigger="changed", field="note")
        deal = new_deal()
        for number in range(rules.MOST_ON_A_RECORD + 2):
            records.get("opportunity").edit(deal, actor=alice, values={"note": str(number)})  # type: ignore[misc]
    jobs.drain()
    with inside():
        assert AutomationRun.objects.filter(outcome=Outcome.DONE).count() == rules.MOST_ON_A_RECORD
        assert "一小时内在这条记录上" in Automation.objects.get(pk=automation.pk).paused_because


def test_a_storm_is_held_back_with_one_word_about_it(
    inside: Any, automate: Any, alice: Any, mia: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_AN_HOUR", 40)
    with inside():
        automation = automate(
            {"kind": "notify", "for": "me", "text": "{name}"}, about="customer", trigger="created", name="新客户"
        )
        rows = [Row({"name": f"第{number}号公司"}) for number in range(100)]
        create_many(records.get("customer"), rows, actor=alice)
        assert _waiting("deliver:automation.running.fire") == 1, "a set of events is one job, not a hundred"
    jobs.drain()
    with inside():
        runs = AutomationRun.objects.filter(automation=automation)
        assert (runs.filter(outcome=Outcome.DONE).count(), runs.filter(outcome=Outcome.HELD).count()) == (40, 60)
        told = Notification.objects.filter(member=mia)
        assert told.filter(kind="automation").count() == 31, "thirty one by one, and one that there is more"
        (word,) = told.filter(kind="automation_paused")
        assert "60" in in_words(word.sentence, word.params)
        assert Automation.objects.get(pk=automation.pk).active, "a storm is no fault of the automation"


def test_what_was_held_back_is_caught_up_once_and_no_faster_than_anything_else(
    inside: Any, automate: Any, alice: Any, mia: Any, adam: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_AN_HOUR", 40)
    with inside():
        automation = automate(
            {"kind": "set", "field": "note", "value": "欢迎"}, about="customer", trigger="created", name="新客户"
        )
        create_many(records.get("customer"), [Row({"name": f"第{n}号公司"}) for n in range(60)], actor=alice)
    jobs.drain()
    with inside():
        held = queries.held(automation).last()
        assert (held is not None, queries.held(automation).count()) == (True, 20)
        with pytest.raises(Forbidden):
            actions.catch_up(automation, actor=adam)
        actions.catch_up(automation, actor=mia)
    jobs.drain()
    with inside():
        assert queries.held(automation).count() == 20, "the hour is not over yet"
        with writing("automation"):
            AutomationRun.objects.filter(outcome=Outcome.DONE).update(at=clock.now() - timedelta(hours=2))
        actions.catch_up(automation, actor=mia)
        actions.catch_up(automation, actor=mia)
    jobs.drain()
    with inside():
        assert queries.held(automation).count() == 0
        assert AutomationRun.objects.filter(automation=automation, outcome=Outcome.DONE).count() == 60
        assert Customer.objects.filter(note="欢迎").count() == 60
        edits = Event.objects.filter(name="customer.edit", facts__automation__id=automation.pk)
        assert edits.count() == 60, "none was done twice"
        with pytest.raises(Refused, match="没有"):
            actions.catch_up(automation, actor=mia)


def _waiting(name: str) -> int:
    from procrastinate.contrib.django.models import ProcrastinateJob

    return ProcrastinateJob.objects.filter(status="todo", args__job=name).count()


@pytest.mark.parametrize("wanted", [False, True])
def test_an_import_starts_only_what_says_so(
    inside: Any, automate: Any, adam: Any, tmp_path: Path, settings: Any, wanted: bool
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    path = tmp_path / "rows.csv"
    path.write_text("客户名称\n恒立机械\n远大重工\n")
    with inside():
        automate({"kind": "set", "field": "note", "value": "导入"}, by=adam, about="customer", trigger="created",
                 on_imports=wanted)  # fmt: skip
        record = imports.upload(actor=adam, file=intake.take(path), name="rows.csv", record_type="customer").record
        imports.run(record, actor=adam)
    jobs.drain()
    with inside():
        assert AutomationRun.objects.filter(outcome=Outcome.DONE).count() == (2 if wanted else 0)
        customers.create(actor=adam, values={"name": "手工一家"})
    jobs.drain()
    with inside():
        assert AutomationRun.objects.filter(outcome=Outcome.DONE).count() == (3 if wanted else 1)


# --- dates -----------------------------------------------------------------------------------------------------------


def test_a_date_starts_it_once_for_each_record_and_date_at_its_hour(
    inside: Any, automate: Any, new_deal: Any, alice: Any
) -> None:
    today = clock.today()
    morning = clock.now().astimezone(clock.timezone.get_current_timezone()).replace(hour=8, minute=0)
    with inside(), clock.at(morning):
        automate(TASK, trigger="date", field="closes_on", days=-3, at_time="09:00", conditions="state=open")
        due = new_deal("到期", closes_on=today + timedelta(days=3))
        new_deal("还早", closes_on=today + timedelta(days=4))
        automation_jobs.dates()
        assert AutomationRun.objects.count() == 0, "it is not nine yet"
    with inside(), clock.at(morning + timedelta(hours=1, minutes=1)):
        automation_jobs.dates()
        automation_jobs.dates()
        run = AutomationRun.objects.get()
        assert (run.object_id, run.outcome, run.event_id) == (due.pk, Outcome.DONE, None)
        made = Event.objects.get(name="task.create")
        assert made.facts["automation"]["id"] == run.automation_id
        records.get("opportunity").edit(due, actor=alice, values={"closes_on": today + timedelta(days=10)})  # type: ignore[misc]
    with inside(), clock.at(morning + timedelta(days=7, hours=2)):
        automation_jobs.dates()
        assert AutomationRun.objects.filter(object_id=due.pk).count() == 2, "another date is another time"


def test_what_came_before_it_was_turned_on_is_not_made_up_for(inside: Any, automate: Any, new_deal: Any) -> None:
    noon = clock.now().astimezone(clock.timezone.get_current_timezone()).replace(hour=12, minute=0)
    with inside(), clock.at(noon):
        new_deal("今天", closes_on=clock.today())
        automate(TASK, trigger="date", field="closes_on", at_time="09:00")
        automation_jobs.dates()
        assert AutomationRun.objects.count() == 0


@pytest.mark.parametrize("what", ["left", "hidden"])
def test_a_date_that_cannot_be_watched_any_more_is_no_silence_but_a_pause(
    inside: Any, automate: Any, mia: Any, what: str
) -> None:
    with inside():
        automation = automate(TASK, trigger="date", field="closes_on", at_time="00:00")
        if what == "left":
            members.leave(mia, actor=system(), on=clock.today())
        else:
            role = Role.objects.get(key="sales_manager")
            grants = "\n".join(f"{name} {reach}" for name, reach in role.grants.items())
            kernel_actions.get("role.set_rights")(
                role, actor=system(), grants=grants, field_rules="opportunity.closes_on hidden"
            )
    with inside(), clock.at(clock.now() + timedelta(days=1)):
        automation_jobs.dates()
        stopped = Automation.objects.get(pk=automation.pk)
        assert not stopped.active
        assert ("不在这里工作" if what == "left" else "closes_on") in stopped.paused_because


# --- the log ---------------------------------------------------------------------------------------------------------


def test_old_runs_are_forgotten_and_what_was_done_stays_in_the_log(
    inside: Any, automate: Any, new_deal: Any, alice: Any
) -> None:
    with inside():
        automation = automate(TASK, trigger="created")
        new_deal()
    jobs.drain()
    with inside():
        with clock.at(clock.now() + timedelta(days=89)):
            automation_jobs.forget_old()
            assert AutomationRun.objects.count() == 1
        with clock.at(clock.now() + timedelta(days=91)):
            automation_jobs.forget_old()
            assert AutomationRun.objects.count() == 0
        assert Event.objects.filter(facts__automation__id=automation.pk).exists()


def test_what_breaks_in_a_run_is_said_and_leaves_nothing_half(
    inside: Any, automate: Any, new_deal: Any, alice: Any
) -> None:
    with inside():
        automation = automate(TASK, trigger="created")
        # As a version of the program might leave it that knew another kind of step.
        from gucang.kernel.scope import writing

        with writing("automation"):
            Automation.objects.filter(pk=automation.pk).update(
                steps='[{"kind": "task", "for": "owner", "title": "x", "note": "", "days": 1}, {"kind": "no more"}]'
            )
        deal = new_deal()
    jobs.drain()
    with inside():
        run = AutomationRun.objects.get()
        assert run.outcome == Outcome.FAILED
        assert "出了错" in in_words(run.why, run.params)
        assert not records.get("task").model.objects.exists()
        assert Opportunity.objects.get(pk=deal.pk).note == ""
        assert running.SAID not in run.why
