"""The engine: it opens, refreshes and ends what a rule finds, whatever is interrupted, and never in another company."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gucang.accounts.actions import members, roles
from gucang.accounts.models import Member
from gucang.activity.actions import follow_ups, tasks
from gucang.activity.models import FollowUp, Task
from gucang.audits import declared, engine
from gucang.audits.actions import findings, setup
from gucang.audits.jobs import look_for as look_in_a_job
from gucang.audits.kinds import Kind, State
from gucang.audits.models import AuditRule, Finding, RuleRun
from gucang.kernel import clock, jobs, records
from gucang.kernel.actors import system
from gucang.kernel.errors import Forbidden, Invalid, Refused
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from tests.audits.conftest import look_for, rule
from tests.personas import Team

TASK_LATE = "activity.task-late"
ENTERED_LATE = "activity.entered-late"
LateTask = Callable[..., Task]


def test_looking_twice_changes_nothing(late_task: LateTask) -> None:
    late_task()
    look_for(TASK_LATE)
    before = Event.objects.count()
    assert len(look_for(TASK_LATE)) == 1
    assert Event.objects.count() == before, "what is as it was leaves no event"


def test_a_record_that_is_as_it_should_be_is_not_found(late_task: LateTask, alice: Member) -> None:
    late = late_task()
    late_task(title="还没到期", days=-2)
    tasks.complete(late_task(title="做完了"), actor=alice)
    assert [found.about_id for found in look_for(TASK_LATE)] == [late.pk]


def test_what_passes_to_somebody_else_becomes_theirs(late_task: LateTask, alice: Member, bob: Member) -> None:
    task = late_task()
    look_for(TASK_LATE)
    tasks.assign(task, actor=alice, to=bob)
    (found,) = look_for(TASK_LATE)
    assert (found.member_id, found.state) == (bob.pk, State.OWN)


def test_a_person_has_a_few_of_one_rule_at_a_time_and_the_rest_waits(
    late_task: LateTask, alice: Member, bob: Member, adam: Member
) -> None:
    setup.create_settings(actor=adam, values={"most_each": 2})
    mine = [late_task(title=f"第 {n} 件") for n in range(5)]
    late_task(bob)
    found = look_for(TASK_LATE)
    assert [one.about_id for one in found if one.member_id == alice.pk] == [mine[0].pk, mine[1].pk]
    assert [one.member_id for one in found].count(bob.pk) == 1
    ran = RuleRun.objects.get(rule=rule(TASK_LATE))
    assert (ran.offenders, ran.waiting) == (6, 3), "nothing is left out silently"
    tasks.complete(mine[0], actor=alice)
    found = look_for(TASK_LATE)
    assert [one.about_id for one in found if one.member_id == alice.pk] == [one.pk for one in mine[:3]]


def test_more_than_a_batch_is_done_in_turns_and_a_killed_turn_goes_on(
    late_task: LateTask, adam: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BATCH", 3)
    setup.create_settings(actor=adam, values={"most_each": 100})
    made = [late_task(title=f"第 {n} 件") for n in range(8)]
    row = rule(TASK_LATE)
    assert engine.turn(row), "more is left"
    assert Finding.objects.count() == 3
    # The next turn begins anew, as after a worker that was killed.
    assert len(look_for(TASK_LATE)) == 8
    assert len({found.about_id for found in Finding.objects.all()}) == len(made)


def test_a_rule_costs_the_same_statements_however_many_records_do_not_offend(late_task: LateTask) -> None:
    late_task()
    look_for(TASK_LATE)

    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            engine.run(rule(TASK_LATE))
        return len(asked)

    statements()  # what the company has set up is read once
    few = statements()
    for number in range(20):
        late_task(title=f"在期内 {number}", days=-number)
    assert statements() == few


def test_nothing_of_another_company_is_found_or_seen(acme_team: Team, other_team: Team) -> None:
    alice, dan = acme_team.people["alice"], other_team.people["dan"]
    for company, who in ((acme_team.company, alice), (other_team.company, dan)):
        with company_scope(company):
            tasks.create(
                actor=who, values={"title": "晚了", "assignee": who, "due_on": clock.today() - timedelta(days=30)}
            )
    with company_scope(acme_team.company):
        (found,) = look_for(TASK_LATE)
        assert found.member_id == alice.pk
    with company_scope(other_team.company):
        assert Finding.objects.count() == 0, "Dan's company has not looked yet, and has its own row of the rule"
        (theirs,) = look_for(TASK_LATE)
        assert theirs.member_id == dan.pk


def test_the_jobs_of_the_night_look_for_every_rule(acme_team: Team) -> None:
    alice = acme_team.people["alice"]
    with company_scope(acme_team.company):
        values = {"title": "晚了", "assignee": alice, "due_on": clock.today() - timedelta(days=30)}
        tasks.create(actor=alice, values=values)
    jobs.run("audits.night", acme_team.company.pk, None, {})
    jobs.run("audits.hour", acme_team.company.pk, None, {})
    jobs.drain()
    with company_scope(acme_team.company):
        assert Finding.objects.get(rule__key=TASK_LATE).member_id == alice.pk
        ran = set(RuleRun.objects.filter(ended_at__isnull=False, problem="").values_list("rule__key", flat=True))
        assert ran == {one.key for one in declared.every() if one.wanted()}, "every shipped rule can be asked"


def test_a_rule_is_looked_for_as_often_as_the_company_has_set(acme_team: Team) -> None:
    adam, alice = acme_team.people["adam"], acme_team.people["alice"]
    company = acme_team.company.pk

    def found_by(job: str) -> int:
        jobs.run(job, company, None, {})
        jobs.drain()
        with company_scope(acme_team.company):
            return Finding.objects.filter(rule__key=TASK_LATE).count()

    with company_scope(acme_team.company):
        values = {"title": "晚了", "assignee": alice, "due_on": clock.today() - timedelta(days=30)}
        tasks.create(actor=alice, values=values)
        row = rule(TASK_LATE)
    assert found_by("audits.hour") == 0
    with company_scope(acme_team.company):
        setup.tune(row, actor=adam, severity="hint", every="hour")
        assert not setup.is_as_it_came(AuditRule.objects.get(key=TASK_LATE), declared.get(TASK_LATE))
    assert found_by("audits.hour") == 1
    with company_scope(acme_team.company):
        tasks.create(actor=alice, values=values)
        setup.reset(AuditRule.objects.get(key=TASK_LATE), actor=adam)
        assert AuditRule.objects.get(key=TASK_LATE).every == "day"
    assert found_by("audits.hour") == 1
    assert found_by("audits.night") == 2


def test_how_often_is_set_by_the_api(acme_team: Team, client: Any) -> None:
    adam, alice = acme_team.people["adam"], acme_team.people["alice"]
    with company_scope(acme_team.company):
        row = rule(TASK_LATE)

    def tune(by: Member, **more: str) -> Any:
        client.force_login(by.user)
        body = json.dumps({"severity": "warning", **more})
        return client.post(f"/acme/api/v1/audit-rules/{row.pk}/tune", body, content_type="application/json")

    assert tune(adam, every="hour").status_code == 200
    assert tune(adam).json()["every"] == "hour", "what is not said stays"
    assert tune(adam, every="week").status_code == 422
    assert tune(alice, every="day").status_code == 403


def test_every_company_has_the_rules_of_the_program_and_none_twice(scope: Any) -> None:
    setup.ensure_rules()
    keys = list(AuditRule.objects.values_list("key", flat=True))
    assert sorted(keys) == [one.key for one in declared.every() if one.wanted()]


def test_figures_are_the_companys_and_can_be_as_they_came(
    late_task: LateTask, act: Any, adam: Member, alice: Member
) -> None:
    late_task(days=21)
    row = rule(TASK_LATE)
    with pytest.raises(Invalid, match="hours"):
        setup.tune(row, actor=adam, severity="hint", figures='{"hours": 3}')
    with pytest.raises(Invalid, match="100,000"):
        setup.tune(row, actor=adam, severity="hint", figures='{"working_days": -3}')
    act(setup.tune, row, by=adam, severity="serious", figures='{"working_days": 60}')
    assert look_for(TASK_LATE) == []
    act(setup.reset, row, by=adam)
    row.refresh_from_db()
    assert (row.figures, row.severity) == ({}, "hint")
    (found,) = look_for(TASK_LATE)
    assert found.facts["working_days"] == 5


def test_a_rule_that_is_turned_off_finds_nothing_and_nobody_has_put_right_what_it_found(
    late_task: LateTask, adam: Member, alice: Member, bob: Member, sue: Member
) -> None:
    late_task()
    late_task(bob)
    hers, his = look_for(TASK_LATE)
    findings.surface(his, actor=system())
    setup.turn_off(rule(TASK_LATE), actor=adam)
    hers, his = look_for(TASK_LATE)
    assert [(one.state, one.lapse, one.present) for one in (hers, his)] == [
        (State.OWN_LAPSED, "off", False), (State.LAPSED, "off", False),
    ]  # fmt: skip
    seen = records.get("finding")
    assert list(seen.query(sue.as_actor())) == [his], "what was the person's alone stays so"
    assert list(seen.query(alice.as_actor())) == [hers]


def enters_late(by: Member, at: datetime) -> FollowUp:
    """A talk a week earlier that somebody writes down at a moment."""
    with clock.at(at):
        about = customers.create(actor=by, values={"name": "苏州精工"}).record
        values = {
            "about_type": "customer", "about_id": about.pk, "kind": "visit", "text": "看了车间",
            "happened_at": at - timedelta(days=7),
        }  # fmt: skip
        made: FollowUp = follow_ups.create(actor=by, values=values).record
    return made


def test_what_only_falls_out_of_the_days_that_a_rule_looks_back_was_put_right_by_nobody(
    scope: Any, alice: Member, sue: Member
) -> None:
    begun = clock.now() - timedelta(days=60)
    entered, deleted = enters_late(alice, begun), enters_late(alice, begun)
    first, second = look_for(ENTERED_LATE, begun + timedelta(hours=1))
    findings.surface(first, actor=system())
    assert {one.present for one in look_for(ENTERED_LATE, begun + timedelta(days=29))} == {True}
    with clock.at(begun + timedelta(days=2)):
        follow_ups.delete(deleted, actor=alice)
    first, second = look_for(ENTERED_LATE, begun + timedelta(days=31))
    assert (first.about_id, first.state, first.lapse) == (entered.pk, State.LAPSED, "aged")
    assert (second.state, second.lapse) == (State.SELF_CORRECTED, "")


def test_of_what_is_the_persons_alone_it_stays_so_when_it_lies_too_long_ago(
    scope: Any, alice: Member, adam: Member, sue: Member
) -> None:
    begun = clock.now() - timedelta(days=60)
    enters_late(alice, begun)
    setup.create_settings(actor=adam, values={"grace_hours": 400})
    look_for(ENTERED_LATE, begun + timedelta(hours=1))
    (found,) = look_for(ENTERED_LATE, begun + timedelta(days=31))
    assert (found.state, found.lapse) == (State.OWN_LAPSED, "aged")
    assert not records.get("finding").query(sue.as_actor()).exists()


def test_what_only_other_figures_let_go_was_put_right_by_nobody(
    late_task: LateTask, adam: Member, alice: Member, sue: Member
) -> None:
    left, done = late_task(title="放着"), late_task(title="做了")
    look_for(TASK_LATE)
    tasks.complete(done, actor=alice)
    setup.tune(rule(TASK_LATE), actor=adam, severity="hint", figures='{"working_days": 60}')
    first, second = look_for(TASK_LATE)
    assert (first.about_id, first.state, first.lapse) == (left.pk, State.OWN_LAPSED, "changed")
    assert (second.about_id, second.state, second.lapse) == (done.pk, State.SELF_CORRECTED, "")
    assert not records.get("finding").query(sue.as_actor()).exists(), "what was the person's alone stays so"
    setup.reset(rule(TASK_LATE), actor=adam)
    *_before, again = look_for(TASK_LATE)
    assert (again.about_id, again.state, again.facts["working_days"]) == (left.pk, State.OWN, 5)


def test_the_engines_deeds_are_nobody_elses(late_task: LateTask, adam: Member) -> None:
    late_task()
    (found,) = look_for(TASK_LATE)
    findings.surface(found, actor=system())
    for verb in (findings.end, findings.verify):
        with pytest.raises(Forbidden):
            verb(found, actor=adam)


# --- rules of the company's own --------------------------------------------------------------------------------------


def own_rule(by: Member, **more: Any) -> AuditRule:
    """A rule that Alice makes about tasks."""
    values = {
        "name": "没有期限的任务", "says": "“{title}”没有期限。", "record_type": "task", "severity": "hint",
        "conditions": "due_on=none&view=open",
    }  # fmt: skip
    made: AuditRule = setup.create(actor=by, values=values | more).record
    return made


def test_a_company_makes_a_rule_of_its_own_without_code(late_task: LateTask, sue: Member, alice: Member) -> None:
    made = own_rule(sue)
    assert (made.kind, made.owner_id) == (Kind.OWN, sue.pk)
    tasks.create(actor=alice, values={"title": "某天寄样", "assignee": alice})
    late_task()
    engine.run(made)
    (found,) = Finding.objects.filter(rule=made)
    told = {"title": "某天寄样", engine.CONDITION: made.conditions}
    assert (found.member_id, found.facts) == (alice.pk, told)


def test_an_own_rule_finds_no_more_than_its_maker_sees(alice: Member, bob: Member, adam: Member, scope: Any) -> None:
    role = roles.create(actor=adam, values={"name": "自查"}).record
    grants = "task.view own\ntask.create own\naudit_rule.view company\naudit_rule.create own"
    roles.set_rights(role, actor=adam, grants=grants, field_rules="")
    members.set_roles(alice, actor=adam, roles=[role])
    made = own_rule(Member.objects.get(pk=alice.pk))
    for who in (alice, bob):
        tasks.create(actor=adam, values={"title": f"{who} 的", "assignee": who})
    engine.run(made)
    assert [found.member_id for found in Finding.objects.filter(rule=made)] == [alice.pk], "she does not see Bob's"


def look_again(own: AuditRule, at: datetime | None = None) -> dict[str, tuple[str, str]]:
    """Look for a rule of the company's own; state and lapse of what it has found, by the task's title."""
    with clock.at(at or clock.now()):
        engine.run(AuditRule.objects.get(pk=own.pk))
    return {one.facts["title"]: (one.state, one.lapse) for one in Finding.objects.filter(rule=own)}


def test_what_another_condition_lets_go_was_put_right_by_nobody(scope: Any, sue: Member, alice: Member) -> None:
    made = own_rule(sue)
    _left, done = (
        tasks.create(actor=alice, values={"title": title, "assignee": alice}).record for title in ("放着", "做了")
    )
    assert look_again(made) == {"放着": (State.OWN, ""), "做了": (State.OWN, "")}
    tasks.edit(done, actor=alice, values={"due_on": clock.today()})
    setup.edit(made, actor=sue, values={"conditions": "due_on=overdue&view=open"})
    assert look_again(made) == {"放着": (State.OWN_LAPSED, "changed"), "做了": (State.SELF_CORRECTED, "")}


def test_what_the_days_of_an_own_rule_leave_behind_was_put_right_by_nobody(
    scope: Any, sue: Member, alice: Member
) -> None:
    made = own_rule(sue, conditions="due_on=next7d&view=open")
    due = clock.today() + timedelta(days=3)
    for title in ("放着", "改期"):
        tasks.create(actor=alice, values={"title": title, "assignee": alice, "due_on": due})
    assert look_again(made) == {"放着": (State.OWN, ""), "改期": (State.OWN, "")}
    tasks.edit(Task.objects.get(title="改期"), actor=alice, values={"due_on": due + timedelta(days=60)})
    assert look_again(made, clock.now() + timedelta(days=9)) == {
        "放着": (State.OWN_LAPSED, "aged"), "改期": (State.SELF_CORRECTED, ""),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"conditions": ""}, "conditions"),
        ({"conditions": "nothing=1"}, "conditions"),
        ({"says": "{whatever}"}, "says"),
        ({"says": "{title"}, "says"),
        ({"responsible": "title"}, "responsible"),
    ],
)
def test_what_means_nothing_is_refused_at_its_field(scope: Any, sue: Member, more: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        own_rule(sue, **more)
    assert field in refused.value.fields


def test_the_rule_of_who_has_left_rests_and_says_so(sue: Member, adam: Member, alice: Member) -> None:
    made = own_rule(sue)
    tasks.create(actor=alice, values={"title": "某天寄样", "assignee": alice})
    members.leave(sue, actor=adam, on=clock.today())
    with pytest.raises(Refused):
        engine.run(AuditRule.objects.get(pk=made.pk))
    look_in_a_job(made.pk)
    assert "left" in RuleRun.objects.get(rule=made).problem
