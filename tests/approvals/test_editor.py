"""The editor of a policy: conditions as in a list's filters, steps by buttons, and the dry run."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from gucang.approvals.actions import policies, requests
from gucang.approvals.definition import Empty
from gucang.approvals.models import ApprovalPolicy, ApprovalRequest, ApprovalTask, PolicyVersion, State
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.selling.actions import opportunities
from tests.approvals.conftest import make_policy
from tests.contracts.world import words_of
from tests.personas import Team

Send = Callable[..., Any]


@pytest.fixture
def url(acme_team: Team) -> str:
    """The page of a policy about winning deals, whose first step is Mia."""
    people = acme_team.people
    with company_scope(acme_team.company):
        made = make_policy(people["adam"], [people["mia"]], conditions="amount__gte=500000")
    return f"/acme/approval-policies/{made.pk}"


@pytest.fixture
def send(acme_team: Team, login: Any, url: str) -> Send:
    """`send(do="or", **{"c.0.0.f": "amount"})`: the form with a first step of Mia's, as Adam presses a button."""
    adam = login(Client(), acme_team.people["adam"])

    def post(**sent: Any) -> Any:
        mia = acme_team.people["mia"].pk
        return adam.post(f"{url}/words", {"step": "经理", "mode": "all", "who-0": f"person:{mia}"} | sent)

    return post


def row(group: int, place: int, name: str, op: str, value: str) -> dict[str, str]:
    at = f"c.{group}.{place}"
    return {f"{at}.f": name, f"{at}.o": op, f"{at}.v": value}


def latest(team: Team) -> PolicyVersion:
    with company_scope(team.company):
        return PolicyVersion.objects.order_by("-number")[0]


def test_conditions_are_kept_as_ways_of_which_one_must_hold(acme_team: Team, send: Send) -> None:
    sent = (
        row(1, 0, "amount", "gte", "500000") | row(1, 1, "number", "has", "2611") | row(2, 0, "amount", "gte", "900000")
    )
    assert send(**sent, c=["1", "2"]).status_code == 302
    assert latest(acme_team).read().conditions.splitlines() == [
        "amount__gte=500000&number__has=2611", "amount__gte=900000"
    ]  # fmt: skip


def test_what_must_hold_in_any_case_holds_in_each_way(acme_team: Team, send: Send) -> None:
    sent = row(0, 0, "number", "has", "2611") | row(1, 0, "amount", "gte", "5") | row(2, 0, "amount", "lte", "1")
    assert send(**sent, c=["1", "2"]).status_code == 302
    assert latest(acme_team).read().conditions.splitlines() == [
        "number__has=2611&amount__gte=5", "number__has=2611&amount__lte=1"
    ]  # fmt: skip


def test_the_buttons_of_the_form_draw_it_anew_and_keep_nothing(acme_team: Team, send: Send) -> None:
    for do in ("add.0", "or", "step", "redraw", "drop-step.0", "up.0"):
        page = send(**row(0, 0, "amount", "gte", "777000"), do=do)
        assert page.status_code == 200
        assert "777000" in page.content.decode(), do
    assert send(do="step").content.decode().count('name="mode"') == 2
    assert latest(acme_team).number == 1


def test_a_field_that_was_just_chosen_is_asked_for_its_value_before_anything_is_kept(
    acme_team: Team, send: Send
) -> None:
    page = send(**{"c.0.0.f": "amount"})
    assert page.status_code == 200
    assert 'name="c.0.0.v"' in page.content.decode()
    assert latest(acme_team).number == 1


def test_steps_change_places(acme_team: Team, login: Any, url: str) -> None:
    people = acme_team.people
    adam = login(Client(), people["adam"])
    two = {"step": ["一", "二"], "mode": ["all", "all"], "who-0": f"person:{people['mia'].pk}", "who-1": "head:1"}
    page = adam.post(f"{url}/words", two | {"do": "up.1"}).content.decode()
    assert page.index('value="二"') < page.index('value="一"')


def test_a_named_person_decides_where_nobody_is_found(acme_team: Team, send: Send) -> None:
    carol = acme_team.people["carol"].pk
    assert send(empty="person", empty_person="").status_code == 422
    assert send(empty="person", empty_person=str(carol)).status_code == 302
    words = latest(acme_team).read()
    assert (words.empty, words.empty_person) == (Empty.PERSON, carol)


def test_who_would_get_this_deal_of_this_amount_from_alice(acme_team: Team, login: Any, url: str) -> None:
    people = acme_team.people
    adam = login(Client(), people["adam"])

    def tried(**given: Any) -> str:
        page = words_of(adam.get(url, {"for": people["alice"].pk} | given).content.decode())
        return page[page.rindex("会给谁？") : page.index("何时要审批")]

    assert "Mia" in tried(**{"v.amount": "600000"}).partition("试一试")[2]
    assert "Mia" not in tried(**{"v.amount": "120000"}).partition("试一试")[2]
    assert "没有人" in tried(**{"v.amount": "120000"})
    with company_scope(acme_team.company):
        customer = customers.create(actor=people["alice"], values={"name": "苏州恒力"}).record
        deals = [
            opportunities.create(
                actor=people["alice"], values={"name": f"{amount}", "customer": customer, "amount": amount}
            ).record.pk
            for amount in (120000, 600000)
        ]
    assert "没有人" in tried(record=deals[0])
    assert "没有人" not in tried(record=deals[1])


def test_a_dry_run_says_which_policy_comes_first(acme_team: Team, login: Any, url: str) -> None:
    people = acme_team.people
    with company_scope(acme_team.company):
        make_policy(people["adam"], [people["carol"]], name="更大的", rank=1, conditions="amount__gte=900000")
    adam = login(Client(), people["adam"])
    page = words_of(adam.get(url, {"for": people["alice"].pk, "v.amount": "950000"}).content.decode())
    assert "“更大的”" in page
    page = words_of(adam.get(url, {"for": people["alice"].pk, "v.amount": "600000"}).content.decode())
    assert "“更大的”" not in page


def test_what_waits_is_decided_by_the_version_that_it_began_with(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any, adam: Any, bob: Any
) -> None:
    made: ApprovalPolicy = policy([mia], [adam])
    old = asked(new_deal("甲"))
    step = {"who": [{"kind": "person", "id": bob.pk}]}
    policies.define(made, actor=adam, definition=json.dumps({"steps": [step]}))
    new = asked(new_deal("乙"))
    assert [request.policy_version.number for request in (old, new)] == [1, 2]
    requests.agree(old, actor=mia)
    holder = ApprovalTask.objects.get(request=old, open=True).member_id
    assert holder == adam.pk
    assert requests.agree(old, actor=adam).record.state == State.CARRIED_OUT
    assert requests.agree(new, actor=bob).record.state == State.CARRIED_OUT


def test_a_policy_of_another_company_is_neither_seen_nor_changed(
    acme_team: Team, other_team: Team, login: Any, url: str
) -> None:
    dan = login(Client(), other_team.people["dan"])
    pk = url.rpartition("/")[2]
    assert dan.get(f"/other/approval-policies/{pk}").status_code == 404
    assert dan.post(f"/other/approval-policies/{pk}/words", {"mode": "all", "who-0": "head:1"}).status_code == 404
    assert latest(acme_team).number == 1
    with company_scope(acme_team.company):
        assert not ApprovalRequest.objects.exists()
