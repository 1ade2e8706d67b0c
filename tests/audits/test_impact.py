"""Whom it keeps waiting, in words: for findings, for who decides, and for nobody who may not see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from gucang.accounts.models import Member
from gucang.activity.actions import tasks
from gucang.approvals.models import ApprovalRequest
from gucang.audits import impact, waits
from gucang.audits.models import Finding
from gucang.billing.actions import credit, receivables
from gucang.delivering.actions import deliveries
from gucang.kernel import clock
from gucang.kernel.actions import get
from gucang.kernel.actors import system
from gucang.kernel.errors import NeedsApproval
from gucang.kernel.scope import company_scope
from gucang.ordering.actions import orders
from gucang.ordering.models import SalesOrder
from gucang.parties.actions import customers
from gucang.promises.actions import making
from gucang.selling.actions import leads, opportunities
from gucang.stock.actions import products
from tests.approvals.conftest import make_policy
from tests.audits.conftest import look_for
from tests.contracts.world import words_of
from tests.personas import Team

BY = date(2031, 5, 9)


@pytest.fixture(params=["zh-hans", "en"])
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    with override(request.param):
        yield request.param


@pytest.fixture
def written(scope: Any, alice: Any) -> Callable[..., SalesOrder]:
    """`written(deliver_by=…)`: an order of Alice's over two lines, ¥200 in all, that nobody has agreed to."""

    def make(**values: Any) -> SalesOrder:
        customer = values.pop("customer", None) or customers.create(actor=alice, values={"name": "苏州恒力"}).record
        rows = [
            {"product": products.create(actor=system(), values={"name": name}).record.pk, "quantity": "1",
             "price": "100", "tax_rate": "0"}
            for name in ("高速主轴", "密封圈")
        ]  # fmt: skip
        return orders.create(actor=alice, values={"customer": customer, "lines": rows, **values}).record

    return make


def ask(record: Any, by: Any) -> ApprovalRequest:
    with pytest.raises(NeedsApproval) as caught:
        get("sales_order.approve")(record, actor=by)
    found: ApprovalRequest = caught.value.request
    return found


def said(actor: Any, record: str, pk: int) -> str:
    return impact.sentence_of(actor.as_actor(), record, pk)


def test_an_order_that_waits_says_what_it_would_release(
    written: Callable[..., SalesOrder], adam: Member, bob: Any, language: str
) -> None:
    order = written(deliver_by=BY)
    wanted = {
        "zh-hans": "因此等待：2 行货品的预留、2031年5月9日前的出货、1 笔应收，共 ¥200。",
        "en": "Waiting for this: the stock for 2 lines, the delivery by May 9, 2031 and 1 receivable of ¥200.",
    }
    assert said(adam, "sales_order", order.pk) == wanted[language]
    assert said(bob, "sales_order", order.pk) == "", "Bob does not see Alice's order"


def test_an_order_that_is_changed_keeps_its_written_deliveries_and_promises(
    written: Callable[..., SalesOrder], adam: Member, alice: Any, language: str
) -> None:
    order = orders.approve(written(), actor=alice).record
    for _one in range(3):
        goods = [{"product": _product(order), "quantity": "0.2"}]
        deliveries.create(actor=alice, values={"order": order, "lines": goods})
    orders.revise(order, actor=alice, reason="少一件")
    about = {"about_type": "sales_order", "about_id": order.pk, "kind": "gift", "what": "两套皮带"}
    making.create(actor=alice, values=about)
    wanted = {
        "zh-hans": "因此等待：3 张出货单、3 笔应收，共 ¥60、1 个承诺。",
        "en": "Waiting for this: 3 deliveries, 3 receivables of ¥60 and 1 promise.",
    }
    assert said(adam, "sales_order", order.pk) == wanted[language]


def _product(order: SalesOrder) -> int:
    from gucang.kernel import lines

    return lines.of(order)[0].product_id


def test_a_request_says_what_waits_behind_its_record_on_the_home_page_and_on_its_finding(
    written: Callable[..., SalesOrder], adam: Member, alice: Any, language: str
) -> None:
    make_policy(
        adam, {"who": [{"kind": "person", "id": adam.pk}], "hours": 4}, action="sales_order.approve", name="订单"
    )
    with clock.at(clock.now() - timedelta(days=14)):
        request = ask(written(deliver_by=BY), alice)
    wanted = said(adam, "sales_order", request.about_id)
    assert wanted
    assert said(adam, "approval_request", request.pk) == wanted
    (mine,) = waits.of(adam.as_actor(), "/acme")
    assert mine.behind == wanted
    assert {one.about_id for one in look_for("approvals.over-deadline")} == {request.pk}


def test_the_home_page_and_the_finding_show_it(acme_team: Team, login: Any) -> None:
    people = acme_team.people
    with company_scope(acme_team.company):
        adam, alice = people["adam"], people["alice"]
        step = {"who": [{"kind": "person", "id": adam.pk}], "hours": 4}
        make_policy(adam, step, action="sales_order.approve", name="订单")
        customer = customers.create(actor=alice, values={"name": "苏州恒力"}).record
        thing = products.create(actor=system(), values={"name": "高速主轴"}).record
        rows = [{"product": thing.pk, "quantity": "1", "price": "100", "tax_rate": "0"}]
        with clock.at(clock.now() - timedelta(days=14)):
            order = orders.create(actor=alice, values={"customer": customer, "lines": rows}).record
            ask(order, alice)
        look_for("ordering.order-waits-for-approval")
        finding = Finding.objects.get(rule__key="ordering.order-waits-for-approval")
    page = login(Client(), adam)
    words = "1 行货品的预留、出货、1 笔应收，共 ¥100"
    assert words in words_of(page.get("/acme/").content.decode())
    assert words in words_of(page.get(f"/acme/findings/{finding.pk}").content.decode())


def test_many_that_wait_are_asked_about_together(written: Callable[..., SalesOrder], adam: Member, alice: Any) -> None:
    make_policy(adam, [adam], action="sales_order.approve", name="订单")

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert all(one.behind for one in waits.of(adam.as_actor(), "/acme"))
        return len(caught)

    ask(written(), alice)
    count()
    few = count()
    for _one in range(4):
        ask(written(), alice)
    assert len(waits.of(adam.as_actor(), "/acme")) == 5
    assert count() == few


def test_an_enquiry_a_task_and_money_keep_somebody_waiting(
    written: Callable[..., SalesOrder], adam: Member, alice: Any, language: str
) -> None:
    enquiry = leads.create(actor=alice, values={"name": "无锡宏达"}).record
    customer = customers.create(actor=alice, values={"name": "苏州恒力"}).record
    deal = opportunities.create(actor=alice, values={"name": "一期改造", "customer": customer, "amount": "9"}).record
    about = {"title": "寄样品", "assignee": alice, "about_type": "opportunity", "about_id": deal.pk}
    task = tasks.create(actor=alice, values=about).record
    owed = {"name": "备件", "customer": customer, "amount": "1000", "due_on": clock.today() - timedelta(days=60)}
    money = receivables.create(actor=system(), values=owed | {"billed_on": clock.today() - timedelta(days=90)}).record
    assert said(adam, "receivable", money.pk) == ""
    make_policy(adam, [adam], action="sales_order.approve", name="订单")
    credit.create(actor=system(), values={"customer": customer, "limit": "50"})
    ask(written(customer=customer), alice)
    ask(written(), alice)
    wanted = {
        "zh-hans": [
            "因此等待：给“无锡宏达”的答复。", "因此等待：商机“一期改造”。", "因此等待：1 张因信用被扣住的订单。",
        ],
        "en": [
            "Waiting for this: the answer to “无锡宏达”.", "Waiting for this: the deal “一期改造”.",
            "Waiting for this: 1 order held by its credit.",
        ],
    }  # fmt: skip
    found = [said(adam, *one) for one in (("lead", enquiry.pk), ("task", task.pk), ("receivable", money.pk))]
    assert found == wanted[language]
    tasks.complete(task, actor=alice)
    assert said(adam, "task", task.pk) == ""
