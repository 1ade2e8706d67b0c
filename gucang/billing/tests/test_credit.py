"""Credit limits: what an order may add to what is owed, how late a customer may be, and the two ways on."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from gucang.approvals.actions import policies, requests
from gucang.billing import standing
from gucang.billing.actions import credit as terms_of
from gucang.billing.actions import payments
from gucang.billing.charging import charge
from gucang.billing.models import CreditTerms
from gucang.books import actions as books
from gucang.kernel import clock, records
from gucang.kernel.actors import system
from gucang.kernel.errors import Forbidden, Invalid, NeedsApproval, NotVisible, Refused
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope
from gucang.ordering.actions import orders
from gucang.ordering.models import SalesOrder
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.stock.actions import products

Orders = Callable[..., SalesOrder]


@pytest.fixture
def limit(fiona: Any, customer: Customer) -> Callable[..., CreditTerms]:
    """`limit("1000")`: credit terms of Alice's customer."""

    def make(amount: Any = None, **values: Any) -> CreditTerms:
        given = {"customer": customer, "limit": amount, **values}
        return terms_of.create(actor=fiona, values=given).record

    return make


def now(order: SalesOrder) -> SalesOrder:
    return SalesOrder.objects.get(pk=order.pk)


def test_an_order_within_the_limit_holds(ordered: Orders, limit: Any, alice: Any, act: Any) -> None:
    limit("1130")
    order = ordered(1000)
    act(orders.approve, order, by=alice)
    assert (now(order).state, now(order).over_credit, now(order).late_days) == ("approved", 0, 0)


def test_an_order_beyond_the_limit_is_refused_with_a_way_on(ordered: Orders, limit: Any, alice: Any, owes: Any) -> None:
    limit("1500")
    owes("400", due_on=clock.today() + timedelta(days=5))
    order = ordered(1000)
    with pytest.raises(Refused, match=r"¥30（.*¥1,500.*财务"):
        orders.approve(order, actor=alice)
    assert (now(order).state, now(order).over_credit) == ("draft", 0)


def test_what_is_ordered_and_not_billed_counts_once(ordered: Orders, limit: Any, alice: Any, fiona: Any) -> None:
    first = ordered(1000)
    orders.approve(first, actor=alice)
    assert standing.used_by(first.customer_id).total == 1130
    charge(now(first), Decimal("565"), on=clock.today(), source=first)
    used = standing.used_by(first.customer_id)
    assert (used.owed, used.ordered) == (565, 565)
    limit("2000")
    with pytest.raises(Refused):
        orders.approve(ordered(1000), actor=alice)
    orders.complete(first, actor=alice)
    orders.approve(ordered(1000), actor=alice)


def test_a_payment_makes_room(ordered: Orders, limit: Any, alice: Any, fiona: Any, customer: Any) -> None:
    limit("1000")
    order = ordered(1000)
    with pytest.raises(Refused):
        orders.approve(order, actor=alice)
    payments.create(actor=fiona, values={"customer": customer, "amount": "130"})
    orders.approve(order, actor=alice)


def test_who_is_too_late_orders_nothing_more(ordered: Orders, limit: Any, alice: Any, owes: Any) -> None:
    limit(late_days=30)
    order = ordered(100)
    owes("50", due_on=clock.today() - timedelta(days=30), billed_on=clock.today() - timedelta(days=60))
    orders.approve(order, actor=alice)
    owes("50", due_on=clock.today() - timedelta(days=31), billed_on=clock.today() - timedelta(days=60))
    with pytest.raises(Refused, match="31"):
        orders.approve(ordered(100), actor=alice)


def test_what_holds_for_everybody_holds_for_who_has_no_terms(
    ordered: Orders, limit: Any, alice: Any, fiona: Any
) -> None:
    terms_of.create(actor=fiona, values={"limit": "100"})
    order = ordered(1000)
    with pytest.raises(Refused):
        orders.approve(order, actor=alice)
    limit("5000")
    orders.approve(order, actor=alice)
    with pytest.raises(Refused):
        terms_of.create(actor=fiona, values={"limit": "7"})


def test_a_policy_parks_what_is_beyond_the_limit(
    ordered: Orders, limit: Any, alice: Any, mia: Any, customer: Any
) -> None:
    limit("100")
    values = {"name": "超额度要经理同意", "record_type": "sales_order", "action": "sales_order.approve"}
    policy = policies.create(actor=system(), values=values).record
    words = {"steps": [{"who": [{"kind": "person", "id": mia.pk}]}], "conditions": "over_credit__gt=0"}
    policies.define(policy, actor=system(), definition=json.dumps(words))
    policies.put_in_force(policy, actor=system())
    order = ordered(1000)
    with pytest.raises(NeedsApproval) as waiting:
        orders.approve(order, actor=alice)
    assert now(order).state == "draft"
    assert Decimal(str(waiting.value.request.changes["over_credit"][1])) == 1030
    requests.agree(waiting.value.request, actor=mia)
    assert (now(order).state, now(order).over_credit) == ("approved", 1030)


def test_orders_in_another_currency_count_at_todays_rate(
    ordered: Orders, limit: Any, alice: Any, fiona: Any, customer: Any
) -> None:
    limit("8000")
    order = ordered(1000, currency="USD")
    with pytest.raises(Invalid):
        orders.approve(order, actor=alice)
    books.create_rate(actor=fiona, values={"currency": "USD", "on": clock.today(), "rate": "7.2"})
    with pytest.raises(Refused, match="¥136"):
        orders.approve(order, actor=alice)


def test_finance_keeps_the_terms_and_sales_sees_those_of_its_customers(
    limit: Any, alice: Any, bob: Any, fiona: Any, customer: Any
) -> None:
    mine = limit("100")
    kind = records.get("credit_terms")
    assert [kind.query(one.as_actor()).count() for one in (alice, bob, fiona)] == [1, 0, 1]
    with pytest.raises(Forbidden):
        terms_of.edit(mine, actor=alice, values={"limit": "1000000"})
    with pytest.raises(NotVisible):
        terms_of.edit(mine, actor=bob, values={"limit": "1000000"})
    every = terms_of.create(actor=fiona, values={"late_days": 5}).record
    assert set(kind.query(bob.as_actor())) == {every}


def test_terms_that_say_nothing_are_refused(limit: Any) -> None:
    with pytest.raises(Invalid):
        limit()
    with pytest.raises(Invalid):
        limit("-1")


def test_terms_of_which_nothing_is_given_are_refused_too(limit: Any, fiona: Any) -> None:
    with pytest.raises(Invalid):
        terms_of.create(actor=fiona, values={})
    assert not CreditTerms.objects.exists()


def test_another_companys_terms_do_not_count(other: Company, dan: Any, adam: Any, acme: Company) -> None:
    with company_scope(other):
        theirs = customers.create(actor=dan, values={"name": "别家客户"}).record
        terms_of.create(actor=dan, values={"limit": "0"})
        terms_of.create(actor=dan, values={"customer": theirs, "limit": "0"})
    with company_scope(acme):
        mine = customers.create(actor=adam, values={"name": "我家客户"}).record
        product = products.create(actor=adam, values={"name": "主轴", "unit": "件", "list_price": "1000"}).record
        values = {"customer": mine, "lines": [{"product": product.pk, "quantity": 1}]}
        order = orders.create(actor=adam, values=values).record
        orders.approve(order, actor=adam)
        assert not CreditTerms.objects.exists()
        assert standing.used_by(theirs.pk).total == 0
