"""What an approver sees besides what is asked: the document, its margin, what waits behind it, and what was before."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gucang.approvals import briefing, queries
from gucang.approvals.actions import requests
from gucang.approvals.models import ApprovalRequest, State
from gucang.audits import impact
from gucang.delivering.actions import deliveries
from gucang.kernel.actions import get
from gucang.kernel.errors import NeedsApproval
from gucang.kernel.scope import company_scope
from gucang.ordering.actions import orders
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.selling.actions import opportunities, quotes
from gucang.stock.actions import products
from tests.approvals.conftest import make_policy, waiting_deal
from tests.contracts.world import words_of
from tests.personas import Team


@pytest.fixture
def page(acme_team: Team, login: Any) -> Any:
    """`page("mia")`: a browser in which she has signed in."""
    return lambda name: login(Client(), acme_team.people[name])


def ask(name: str, record: Any, by: Any, **params: Any) -> ApprovalRequest:
    with pytest.raises(NeedsApproval) as caught:
        get(name)(record, actor=by, **params)
    found: ApprovalRequest = caught.value.request
    return found


def spindle(by: Any) -> Any:
    values = {"name": "高速主轴", "unit": "件", "list_price": "320", "cost": "200"}
    return products.create(actor=by, values=values).record


def test_the_document_with_its_lines_and_its_margin_to_whoever_may_see_what_it_costs(
    acme_team: Team, page: Any
) -> None:
    people = acme_team.people
    with company_scope(acme_team.company):
        make_policy(people["adam"], [people["mia"], people["bob"]], action="quote.send", name="报价")
        customer = customers.create(actor=people["alice"], values={"name": "苏州恒力"}).record
        rows = [{"product": spindle(people["adam"]).pk, "quantity": "3", "price": "300"}]
        quote = quotes.create(actor=people["alice"], values={"customer": customer, "lines": rows}).record
        quotes.share(quote, actor=people["alice"], member=people["bob"])
        asked = ask("quote.send", quote, people["alice"])
    mia = words_of(page("mia").get(f"/acme/approvals/{asked.pk}").content.decode())
    assert "高速主轴" in mia
    assert "¥1,017" in mia  # 3 x 300 and 13 %
    assert "毛利" in mia
    assert "33.33" in mia
    bob = words_of(page("bob").get(f"/acme/approvals/{asked.pk}").content.decode())
    assert "高速主轴" in bob
    assert "毛利" not in bob
    assert "33.33" not in bob


def test_what_waits_behind_an_order_is_counted_for_whoever_may_see_it(acme_team: Team, page: Any) -> None:
    people = acme_team.people
    with company_scope(acme_team.company):
        customer = customers.create(actor=people["alice"], values={"name": "苏州恒力"}).record
        rows = [{"product": spindle(people["adam"]).pk, "quantity": "3", "price": "100", "tax_rate": "0"}]
        order = orders.create(actor=people["alice"], values={"customer": customer, "lines": rows}).record
        order = orders.approve(order, actor=people["alice"]).record
        for _one in range(2):
            sent = [{"product": rows[0]["product"], "quantity": "1"}]
            deliveries.create(actor=people["alice"], values={"order": order, "lines": sent})
        orders.revise(order, actor=people["alice"], reason="少一件")
        make_policy(people["adam"], [people["adam"]], action="sales_order.approve", name="订单")
        asked = ask("sales_order.approve", order, people["alice"])
        key = ("sales_order", order.pk)
        found = impact.of(people["adam"].as_actor(), [key])[key]
        assert [one.words for one in found] == ["2 张出货单", "2 笔应收，共 ¥200"]
        assert impact.of(people["bob"].as_actor(), [key]) == {}
    adam = page("adam")
    assert "2 张出货单" in words_of(adam.get(f"/acme/approvals/{asked.pk}").content.decode())
    assert "2 张出货单" in words_of(adam.get("/acme/approvals/waiting").content.decode())


def test_what_was_decided_before_for_the_same_customer_under_the_same_policy(acme_team: Team, page: Any) -> None:
    people = acme_team.people
    with company_scope(acme_team.company):
        make_policy(people["adam"], [people["mia"]])
        make_policy(people["adam"], [people["mia"]], action="opportunity.lose", name="输单")
        theirs = customers.create(actor=people["alice"], values={"name": "苏州恒力"}).record
        others = customers.create(actor=people["alice"], values={"name": "无锡宏达"}).record

        def deal(name: str, customer: Customer) -> Any:
            values = {"name": name, "customer": customer, "amount": "800000"}
            return opportunities.create(actor=people["alice"], values=values).record

        requests.agree(ask("opportunity.win", deal("一期", theirs), people["alice"]), actor=people["mia"])
        refused = ask("opportunity.win", deal("二期", theirs), people["alice"])
        requests.refuse(refused, actor=people["mia"], comment="低于成本")
        withdrawn = ask("opportunity.win", deal("三期", theirs), people["alice"])
        requests.withdraw(withdrawn, actor=people["alice"])
        requests.agree(ask("opportunity.win", deal("别家", others), people["alice"]), actor=people["mia"])
        asked = ask("opportunity.win", deal("四期", theirs), people["alice"])
        earlier, more = queries.earlier_of(asked, people["mia"].as_actor())
        assert [(one.request.subject, one.request.state, one.by) for one in earlier] == [
            ("二期", State.REFUSED, "Mia"), ("一期", State.CARRIED_OUT, "Mia"),
        ]  # fmt: skip
        assert not more
        # Bob takes part in none of them and leads nobody.
        assert queries.earlier_of(asked, people["bob"].as_actor()) == ([], False)
    shown = words_of(page("mia").get(f"/acme/approvals/{asked.pk}").content.decode())
    before = shown[shown.index("这位客户以前的决定") :]
    assert "低于成本" in before
    assert "一期" in before
    assert "别家" not in before


def test_of_another_company_nothing_stands_beside_a_request(acme_team: Team, other_team: Team) -> None:
    _deal, request = waiting_deal(acme_team, ["mia"])
    with company_scope(acme_team.company):
        requests.agree(request, actor=acme_team.people["mia"])
        done = ApprovalRequest.objects.select_related("policy_version").get(pk=request)
        again = ApprovalRequest(party_id=done.party_id, policy_version=done.policy_version)
        assert [one.request.pk for one in queries.earlier_of(again, acme_team.people["mia"].as_actor())[0]] == [request]
    with company_scope(other_team.company):
        assert queries.earlier_of(again, other_team.people["dan"].as_actor()) == ([], False)


def test_after_a_decision_the_next_request_opens_and_after_the_last_the_inbox(acme_team: Team, page: Any) -> None:
    first = waiting_deal(acme_team, ["mia"])[1]
    with company_scope(acme_team.company):
        people = acme_team.people
        values = {"name": "二期", "customer": Customer.objects.get(), "amount": "5"}
        deal = opportunities.create(actor=people["alice"], values=values).record
        second = ask("opportunity.win", deal, people["alice"])
    mia = page("mia")
    shown = mia.get(f"/acme/approvals/{first}").content.decode()
    assert f'value="/acme/approvals/next?after={first}"' in shown
    done = mia.post(f"/acme/approvals/{first}/agree", {"next": f"/acme/approvals/next?after={first}"})
    assert done.url == f"/acme/approvals/next?after={first}"
    assert mia.get(done.url).url == f"/acme/approvals/{second.pk}"
    mia.post(f"/acme/approvals/{second.pk}/send_back", {"comment": "再看"})
    assert mia.get(f"/acme/approvals/next?after={second.pk}").url == "/acme/approvals/waiting"


def test_alike_ones_are_shown_by_themselves_and_picked_at_once(acme_team: Team, page: Any) -> None:
    waiting_deal(acme_team, ["mia"])
    with company_scope(acme_team.company):
        people = acme_team.people
        policy = make_policy(people["adam"], [people["mia"]], action="opportunity.lose", name="输单")
        values = {"name": "二期", "customer": Customer.objects.get(), "amount": "5"}
        deal = opportunities.create(actor=people["alice"], values=values).record
        reason = get("opportunity.lose").params[0]
        lost = ask("opportunity.lose", deal, people["alice"], **{reason.name: _first(reason)})
    mia = page("mia")
    every = mia.get("/acme/approvals/waiting").content.decode()
    assert f"/acme/approvals/waiting?policy={policy.pk}" in every
    alike = mia.get(f"/acme/approvals/waiting?policy={policy.pk}").content.decode()
    assert "二期" in alike
    assert "机器人" not in alike
    assert "checked" not in every
    assert mia.get("/acme/approvals/waiting?pick=all").content.decode().count(" checked") == 2
    assert lost.state == State.WAITING


def _first(spec: Any) -> Any:
    return spec.target.objects.first() if spec.target is not None else "x"


@pytest.mark.parametrize("address", ["waiting", "next?after=1"])
def test_the_inbox_is_for_who_has_signed_in(acme_team: Team, address: str) -> None:
    waiting_deal(acme_team, ["mia"])
    answer = Client().get(f"/acme/approvals/{address}")
    assert answer.status_code == 302
    assert "/login" in answer.url


def test_the_link_in_a_mail_is_never_enough_to_decide(acme_team: Team, login: Any) -> None:
    """Whoever has the link, also with what a mail's one-click links carry, gets the way to sign in and nothing else."""
    _deal, request = waiting_deal(acme_team, ["mia"])
    stranger = Client()
    for tail in ("", "?token=abc", "/agree", "/agree?signature=x%3Ay", "/agree?do=agree"):
        for send in (stranger.get, stranger.post):
            answer = send(f"/acme/approvals/{request}{tail}")
            assert answer.status_code in (302, 303), tail
            assert answer.url.startswith("/accounts/login/"), tail
    assert stranger.post("/acme/approvals/agree", {"picked": [str(request)]}).status_code == 303
    # Not even the right person's browser agrees by opening an address.
    mia = login(Client(), acme_team.people["mia"])
    assert mia.get(f"/acme/approvals/{request}/agree").status_code == 200
    with company_scope(acme_team.company):
        assert ApprovalRequest.objects.get(pk=request).state == State.WAITING


def test_whoever_knows_what_waits_says_it_once_for_a_type() -> None:
    with pytest.raises(ValueError, match="already"):
        briefing.gather_by("lead")


def test_the_inbox_asks_as_many_queries_for_one_as_for_a_full_page(acme_team: Team, page: Any) -> None:
    waiting_deal(acme_team, ["mia"])
    mia = page("mia")
    mia.get("/acme/approvals/waiting")
    with CaptureQueriesContext(connection) as few:
        mia.get("/acme/approvals/waiting")
    with company_scope(acme_team.company):
        alice = acme_team.people["alice"]
        for number in range(queries.PAGE + 5):
            values = {"name": f"第{number}期", "customer": Customer.objects.get(), "amount": "5"}
            ask("opportunity.win", opportunities.create(actor=alice, values=values).record, alice)
    mia.get("/acme/approvals/waiting")
    with CaptureQueriesContext(connection) as many:
        shown = mia.get("/acme/approvals/waiting").content.decode()
    assert shown.count('name="picked"') == queries.PAGE * 2  # a box and a button each
    assert "after=" in shown
    assert len(many) <= len(few)


def test_an_order_that_is_being_changed_shows_its_versions_to_its_owner_and_to_who_decides(
    acme_team: Team, page: Any
) -> None:
    people = acme_team.people
    with company_scope(acme_team.company):
        customer = customers.create(actor=people["alice"], values={"name": "苏州恒力"}).record
        rows = [{"product": spindle(people["adam"]).pk, "quantity": "3", "price": "100"}]
        order = orders.create(actor=people["alice"], values={"customer": customer, "lines": rows}).record
        order = orders.approve(order, actor=people["alice"]).record
        order = orders.revise(order, actor=people["alice"], reason="少一件").record
        orders.edit(order, actor=people["alice"], values={"lines": {1: {"quantity": 2}}})
        make_policy(people["adam"], [people["adam"]], action="sales_order.approve", name="订单")
        asked = ask("sales_order.approve", order, people["alice"])
    for name, path in (("alice", f"sales-orders/{order.pk}"), ("adam", f"approvals/{asked.pk}")):
        shown = words_of(page(name).get(f"/acme/{path}").content.decode())
        assert "V1" in shown
        assert "和 V1 相比" in shown
