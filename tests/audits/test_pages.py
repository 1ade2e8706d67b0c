"""What people see of audits: their own on the home page, patterns before names, a rule of a list, one thumb."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from gucang.accounts.models import Member
from gucang.activity.actions import tasks
from gucang.audits import campaign, jobs
from gucang.audits.actions import confirmations, findings, setup
from gucang.audits.models import AuditRule, AuditSettings, Confirmation, Finding, Look
from gucang.kernel import clock
from gucang.kernel import jobs as queue
from gucang.kernel.actors import system
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from tests.audits.conftest import look_for, rule
from tests.personas import Team, hire

TASK_LATE = "activity.task-late"
Login = Callable[[Client, Member], Client]


@pytest.fixture
def late(acme_team: Team) -> Finding:
    """What was found about a task of Alice's; the scope is left again."""
    alice = acme_team.people["alice"]
    with company_scope(acme_team.company):
        values = {"title": "寄密封圈样品", "assignee": alice, "due_on": clock.today() - timedelta(days=30)}
        tasks.create(actor=alice, values=values)
        return look_for(TASK_LATE)[0]


@pytest.fixture
def auditor(acme_team: Team) -> Member:
    with company_scope(acme_team.company):
        return hire("Sue", "auditor")


def text(response: Any) -> str:
    return str(response.content.decode())


def test_the_person_finds_it_on_the_home_page_and_answers_it(
    client: Client, login: Login, acme_team: Team, late: Finding
) -> None:
    browser = login(client, acme_team.people["alice"])
    assert "寄密封圈样品" in text(browser.get("/acme/"))
    page = browser.get(f"/acme/findings/{late.pk}")
    assert "只有你看得到" in text(page)
    sent = browser.post(f"/acme/findings/{late.pk}/answer", {"why": "time", "said": "出差"})
    assert sent.status_code == 302
    with company_scope(acme_team.company):
        assert Finding.objects.get(pk=late.pk).state == "answered"


@pytest.mark.parametrize("who", ["mia", "carol", "adam", "bob"])
def test_nobody_else_opens_it_by_its_address_while_it_is_private(
    client: Client, login: Login, acme_team: Team, late: Finding, who: str
) -> None:
    browser = login(client, acme_team.people[who])
    assert browser.get(f"/acme/findings/{late.pk}").status_code == 404
    assert "寄密封圈样品" not in text(browser.get("/acme/findings/?view=all"))


def test_patterns_have_numbers_and_no_names(
    client: Client, login: Login, acme_team: Team, late: Finding, auditor: Member
) -> None:
    for who in (auditor, acme_team.people["mia"]):
        page = text(login(Client(), who).get("/acme/findings/patterns"))
        assert "任务逾期" in page
        assert "Alice" not in page.partition("</header>")[2]
        assert "寄密封圈样品" not in page
    assert login(Client(), acme_team.people["bob"]).get("/acme/findings/patterns").status_code == 404


def test_who_looks_at_a_colleagues_finding_is_told_to_the_colleague(
    client: Client, login: Login, acme_team: Team, late: Finding, auditor: Member
) -> None:
    with company_scope(acme_team.company):
        findings.surface(late, actor=system())
    browser = login(Client(), auditor)
    assert browser.get(f"/acme/findings/{late.pk}").status_code == 200
    assert browser.get(f"/acme/findings/{late.pk}").status_code == 200
    queue.drain()
    with company_scope(acme_team.company):
        assert Look.objects.count() == 1, "once a day"
    alice = login(client, acme_team.people["alice"])
    alice.get(f"/acme/findings/{late.pk}")
    queue.drain()
    page = text(alice.get("/acme/me/recorded"))
    assert "Sue" in page
    with company_scope(acme_team.company):
        assert Look.objects.count() == 1, "one's own looks are nobody's business"


def test_a_narrowed_list_becomes_a_rule_after_a_dry_run(
    client: Client, login: Login, acme_team: Team, auditor: Member
) -> None:
    with company_scope(acme_team.company):
        for level in ("A", "A", "B"):
            values = {"name": f"苏州{level}级{clock.now().timestamp()}", "level": level}
            customers.create(actor=acme_team.people["alice"], values=values)
    browser = login(client, auditor)
    assert "按此列表建稽核规则" in text(browser.get("/acme/customers/?level=A"))
    page = text(browser.get("/acme/customers/audit-rule?level=A"))
    assert "今天会命中 2 条" in page
    form = {
        "conditions": "level=A", "name": "A 级客户", "says": "{name} 要多拜访。", "severity": "hint", "every": "day",
        "responsible": "owner",
    }  # fmt: skip
    assert browser.post("/acme/customers/audit-rule", form | {"says": "{nothing}"}).status_code == 422
    assert browser.post("/acme/customers/audit-rule", form).status_code == 302
    with company_scope(acme_team.company):
        made = AuditRule.objects.get(name="A 级客户")
        jobs.look_for(made.pk)
        found = Finding.objects.filter(rule=made)
        assert {one.member_id for one in found} == {acme_team.people["alice"].pk}
        assert found.count() == 2
    assert login(Client(), acme_team.people["bob"]).get("/acme/customers/audit-rule?level=A").status_code == 404


def test_figures_are_set_on_the_rules_page(client: Client, login: Login, acme_team: Team, auditor: Member) -> None:
    with company_scope(acme_team.company):
        row = rule(TASK_LATE)
    browser = login(client, auditor)
    page = text(browser.get(f"/acme/audit-rules/{row.pk}"))
    assert "默认：5" in page
    address = f"/acme/audit-rules/{row.pk}/figures"
    assert browser.post(address, {"severity": "hint", "working_days": "viele"}).status_code == 422
    assert browser.post(address, {"severity": "serious", "working_days": "9"}).status_code == 302
    with company_scope(acme_team.company):
        row.refresh_from_db()
        assert (row.severity, row.figures, row.every) == ("serious", {"working_days": 9}, "day")
    shown = text(browser.get(f"/acme/audit-rules/{row.pk}"))
    assert "默认：每晚" in shown
    form = {"severity": "serious", "working_days": "9", "every": "week"}
    assert browser.post(address, form).status_code == 422
    assert browser.post(address, form | {"every": "hour"}).status_code == 302
    shown = text(browser.get(f"/acme/audit-rules/{row.pk}"))
    assert "每小时 · 严重" in shown
    with company_scope(acme_team.company):
        row.refresh_from_db()
        assert row.every == "hour"
    assert login(Client(), acme_team.people["alice"]).post(address, {"severity": "hint"}).status_code == 403


def test_master_data_are_confirmed_one_by_one(client: Client, login: Login, acme_team: Team) -> None:
    alice, bob = acme_team.people["alice"], acme_team.people["bob"]
    with company_scope(acme_team.company), clock.at(clock.now() - timedelta(days=400)):
        mine = customers.create(actor=alice, values={"name": "苏州老客户"}).record
        his = customers.create(actor=bob, values={"name": "鲍勃的老客户"}).record
    browser = login(client, alice)
    page = text(browser.get("/acme/confirm"))
    assert "苏州老客户" in page
    assert "鲍勃的老客户" not in page
    refused = browser.post("/acme/confirm", {"about_type": "customer", "about_id": his.pk})
    assert refused.status_code in (400, 409, 422)
    assert browser.post("/acme/confirm", {"about_type": "customer", "about_id": mine.pk}).status_code == 302
    assert "苏州老客户" not in text(browser.get("/acme/confirm")).partition("<main")[2]
    with company_scope(acme_team.company):
        assert list(Confirmation.objects.values_list("about_id", "member_id")) == [(mine.pk, alice.pk)]


def test_the_work_list_takes_turns_and_weighs_probation(acme_team: Team) -> None:
    from gucang.audits.sampling import Candidate, Plan, choose

    plain = [Candidate(n, 1, 7, n, "warning", False) for n in range(1, 9)]
    new = Candidate(20, 1, 7, 20, "warning", True)
    other = Candidate(30, 2, 8, 30, "hint", False)
    plan = Plan(3, 3, {}, {}, {})
    assert [one.pk for one in choose([*plain, new, other], plan)] == [20, 30, 1]
    never = Plan(3, 3, {}, {}, {20: 0})
    assert 20 not in [one.pk for one in choose([*plain, new, other], never)]


def test_the_work_list_is_drawn_once_a_week(acme_team: Team, late: Finding, adam: Member) -> None:
    with company_scope(acme_team.company):
        findings.surface(late, actor=system())
        setup.create_settings(actor=adam, values={"sample_size": 1})
        jobs.draw_sample()
        jobs.draw_sample()
        assert Finding.objects.get(pk=late.pk).picked_on == clock.today()


def test_reading_a_colleagues_finding_by_a_program_is_a_look_too(
    login: Login, acme_team: Team, late: Finding, auditor: Member
) -> None:
    with company_scope(acme_team.company):
        findings.surface(late, actor=system())
    browser = login(Client(), auditor)
    assert browser.get("/acme/findings/").status_code == 200, "a list on the screen is not noted"
    queue.drain()
    with company_scope(acme_team.company):
        assert not Look.objects.exists()
    assert browser.get(f"/acme/api/v1/findings/{late.pk}").status_code == 200
    assert len(browser.get("/acme/api/v1/findings").json()["items"]) == 1
    assert login(Client(), acme_team.people["alice"]).get(f"/acme/api/v1/findings/{late.pk}").status_code == 200
    queue.drain()
    with company_scope(acme_team.company):
        assert Look.objects.get().looker_id == auditor.pk


def test_the_portion_is_on_the_home_page_of_whoever_has_something_to_confirm(
    client: Client, login: Login, acme_team: Team
) -> None:
    mia = acme_team.people["mia"]  # a sales manager, whose home is not the salespeople's
    browser = login(client, mia)
    assert "本周资料核对" not in text(browser.get("/acme/")), "she owns nothing"
    with company_scope(acme_team.company):
        new = customers.create(actor=mia, values={"name": "苏州新客户"}).record
    assert "本周资料核对" not in text(browser.get("/acme/")), "it was made today"
    with company_scope(acme_team.company), clock.at(clock.now() - timedelta(days=400)):
        old = customers.create(actor=mia, values={"name": "苏州老客户"}).record
    shown = text(browser.get("/acme/"))
    assert "本周资料核对" in shown
    assert "1 条资料一年没有核对" in shown
    assert browser.post("/acme/confirm", {"about_type": "customer", "about_id": old.pk}).status_code == 302
    assert "本周资料核对" not in text(browser.get("/acme/"))
    assert new.owner_id == old.owner_id


def test_whoever_owns_much_gets_through_it_in_a_year(acme_team: Team) -> None:
    alice, bob = acme_team.people["alice"], acme_team.people["bob"]
    with company_scope(acme_team.company):
        with clock.at(clock.now() - timedelta(days=400)):
            for number in range(101):
                customers.create(actor=alice, values={"name": f"苏州第{number}公司"})
        setup.create_settings(actor=system(), values={"confirm_each_week": 2})
        assert campaign.portion_of(alice.as_actor()) == 3, "a fiftieth of 101, rounded up"
        assert campaign.portion_of(bob.as_actor()) == 2
        assert campaign.to_look_at(alice.as_actor(), clock.now()) == 3
        for _one in range(2):
            first = campaign.mine(campaign.every()[0], alice.as_actor(), clock.now()).first()
            confirmations.create(actor=alice, values={"about_type": "customer", "about_id": first.pk})
        assert campaign.to_look_at(alice.as_actor(), clock.now()) == 1
        setup.edit_settings(AuditSettings.objects.get(), actor=system(), values={"confirm_each_week": 0})
        assert campaign.to_look_at(alice.as_actor(), clock.now()) == 0
