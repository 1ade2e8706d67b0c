"""The pages of approvals: what waits, what is asked in words, and who sees which of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from gucang.accounts.models import Role
from gucang.approvals.actions import policies, requests
from gucang.approvals.models import ApprovalRequest, PolicyVersion, State
from gucang.kernel.errors import NeedsApproval
from gucang.kernel.scope import company_scope, writing
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.selling.actions import opportunities
from gucang.selling.models import Opportunity
from tests.approvals.conftest import make_policy, waiting_deal
from tests.personas import Team


@pytest.fixture
def page(acme_team: Team, login: Any) -> Any:
    """`page("mia")`: a browser in which she has signed in."""
    return lambda name: login(Client(), acme_team.people[name])


def request_now(team: Team, pk: int) -> ApprovalRequest:
    with company_scope(team.company):
        return ApprovalRequest.objects.get(pk=pk)


def test_from_the_form_to_the_inbox_to_the_deed(acme_team: Team, page: Any) -> None:
    with company_scope(acme_team.company):
        people = acme_team.people
        make_policy(people["adam"], [people["mia"]], conditions="amount__gte=500000")
        customer = customers.create(actor=people["alice"], values={"name": "苏州恒力"}).record
        values = {"name": "机器人工作站", "customer": customer, "amount": "800000"}
        deal = opportunities.create(actor=people["alice"], values=values).record.pk
    answer = page("alice").post(f"/acme/opportunities/{deal}/win", {"note": "年底前签"})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/acme/approvals/")
    theirs = page("alice").get(answer["Location"]).content.decode()
    assert "Mia" in theirs
    assert 'aria-keyshortcuts="y"' not in theirs
    inbox = page("mia").get("/acme/approvals/waiting").content.decode()
    assert "机器人工作站" in inbox
    mine = page("mia").get(answer["Location"]).content.decode()
    assert "年底前签" in mine
    assert 'aria-keyshortcuts="y"' in mine
    assert page("mia").post(f"{answer['Location']}/agree", {"comment": "好"}).status_code == 302
    with company_scope(acme_team.company):
        assert Opportunity.objects.get(pk=deal).state == "won"
    assert "好" in page("alice").get(answer["Location"]).content.decode()


def test_a_record_that_waits_says_with_whom(acme_team: Team, page: Any) -> None:
    deal, request = waiting_deal(acme_team, ["mia"])
    shown = page("alice").get(f"/acme/opportunities/{deal}").content.decode()
    assert f"/acme/approvals/{request}" in shown
    assert "Mia" in shown
    held = page("alice").post(f"/acme/opportunities/{deal}/edit", {"name": "改名", "seen": "1"})
    assert held.status_code == 409
    assert "Mia" in held.content.decode()


def test_alike_ones_are_agreed_to_together_and_what_is_not_possible_stays(acme_team: Team, page: Any) -> None:
    _deal, first = waiting_deal(acme_team, ["mia"])
    with company_scope(acme_team.company):
        alice = acme_team.people["alice"]
        values = {"name": "二期", "customer": Customer.objects.get(), "amount": "5"}
        deal = opportunities.create(actor=alice, values=values).record
        with pytest.raises(NeedsApproval) as caught:
            opportunities.win(deal, actor=alice)
        requests.withdraw(caught.value.request, actor=alice)
    answer = page("mia").post("/acme/approvals/agree", {"picked": [str(first), str(caught.value.request.pk)]})
    assert answer.status_code == 409
    assert "二期" in answer.content.decode()
    assert request_now(acme_team, first).state == State.CARRIED_OUT
    assert request_now(acme_team, caught.value.request.pk).state == State.WITHDRAWN


def test_who_takes_no_part_sees_nothing_of_it(acme_team: Team, other_team: Team, page: Any, login: Any) -> None:
    _deal, request = waiting_deal(acme_team, ["mia"])
    assert page("bob").get(f"/acme/approvals/{request}").status_code == 404
    assert "机器人" not in page("bob").get("/acme/approvals/waiting").content.decode()
    assert "机器人" not in page("bob").get("/acme/approvals/").content.decode()
    dan = login(Client(), other_team.people["dan"])
    assert dan.get(f"/other/approvals/{request}").status_code == 404
    assert dan.post(f"/other/approvals/{request}/agree").status_code == 404
    assert dan.get(f"/acme/approvals/{request}").status_code == 404
    assert request_now(acme_team, request).state == State.WAITING


def test_who_is_asked_sees_the_request_but_no_field_that_is_hidden_or_masked_for_them(
    acme_team: Team, page: Any
) -> None:
    people = acme_team.people
    with company_scope(acme_team.company):
        make_policy(people["adam"], [people["bob"]], action="customer.edit", name="改客户")
        customer = customers.create(actor=people["alice"], values={"name": "苏州恒力"}).record
        rules = {"customer.phone": {"inside": "hidden"}, "customer.note": {"inside": "masked"}}
        role = Role.objects.get(key="salesperson")
        with pytest.raises(NeedsApproval) as caught:
            customers.edit(
                customer,
                actor=people["alice"],
                values={"phone": "13800138000", "note": "老板手机 13912345678", "city": "苏州"},
            )
        with writing("accounts"):
            role.field_rules |= rules
            role.save()
    shown = page("bob").get(f"/acme/approvals/{caught.value.request.pk}")
    text = shown.content.decode()
    assert shown.status_code == 200
    assert "苏州" in text
    assert "13800138000" not in text
    assert "138 0013 8000" not in text
    assert "老板手机" in text
    assert "13912345678" not in text


def test_a_second_click_on_a_form_asks_once(acme_team: Team, page: Any) -> None:
    with company_scope(acme_team.company):
        make_policy(acme_team.people["adam"], [acme_team.people["mia"]], action="customer.create", name="新客户")
    alice = page("alice")
    for _click in range(2):
        answer = alice.post("/acme/customers/new", {"name": "恒力精密", "_key": "abc", "_check": "done"})
        assert answer.status_code == 302
    with company_scope(acme_team.company):
        assert ApprovalRequest.objects.count() == 1
        assert not Customer.objects.exists()


def test_an_administrator_says_in_a_form_who_agrees_and_sees_whom_it_would_ask(acme_team: Team, page: Any) -> None:
    people = acme_team.people
    with company_scope(acme_team.company):
        values = {"name": "大额赢单", "record_type": "opportunity", "action": "opportunity.win"}
        pk = policies.create(actor=people["adam"], values=values).record.pk
    adam, url = page("adam"), f"/acme/approval-policies/{pk}"
    assert adam.get(url).status_code == 200
    sent = {
        "step": ["经理", ""], "mode": ["any", "all"], "hours": ["8", ""], "late": ["superior", "remind"],
        "who-0": ["superior:1", f"person:{people['carol'].pk}", "", ""], "who-1": ["", "", "", ""],
        "c.0.0.f": "amount", "c.0.0.o": "gte", "c.0.0.v": "500000",
        "empty": "admin", "same": "superior", "twice": "first",
        "disabled": "superior", "after_return": "straight", "copies": [f"person:{people['bob'].pk}", ""],
    }  # fmt: skip
    wrong = adam.post(f"{url}/words", sent | {"c.0.0.v": "很多"})
    assert wrong.status_code == 422
    assert 'value="很多"' in wrong.content.decode()
    assert adam.post(f"{url}/words", sent).status_code == 302
    with company_scope(acme_team.company):
        words = PolicyVersion.objects.get().read()
    assert [(step.name, step.mode.value, step.hours, len(step.who)) for step in words.steps] == [("经理", "any", 8, 2)]
    shown = adam.get(f"{url}?for={people['alice'].pk}").content.decode()
    assert words.conditions == "amount__gte=500000"
    picture = shown[shown.index('class="flow"') : shown.index('name="mode"')]
    assert "Mia" in picture
    assert "Carol" in picture
    assert page("alice").post(f"{url}/words", sent).status_code == 403
