"""What findings cost is added up in the company's currency, whatever their documents are in."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from gucang.audits.actions import findings, setup
from gucang.audits.kinds import Severity
from gucang.audits.models import Finding
from gucang.audits.patterns import patterns
from gucang.books import actions as books
from gucang.kernel import clock
from gucang.kernel.actors import system
from gucang.kernel.models import Event
from gucang.ordering.actions import orders
from gucang.parties.actions import customers
from gucang.stock.actions import products
from tests.audits.conftest import look_for, rule

LATE, LARGE, SILENT = (
    "ordering.order-late", "ordering.order-without-contract", "ordering.revenue-without-activity",
)  # fmt: skip


def rate(currency: str, worth: str, days_ago: int = 0) -> None:
    on = clock.today() - timedelta(days=days_ago)
    books.create_rate(actor=system(), values={"currency": currency, "on": on, "rate": worth})


@pytest.fixture
def late(scope: Any, alice: Any, adam: Any) -> Any:
    """`late("USD", 100)`: an order of Alice's customer for so much, approved and late by ten days."""
    thing = products.create(actor=system(), values={"name": "主轴", "list_price": "1"}).record
    customer = customers.create(actor=alice, values={"name": "苏州恒力"}).record

    def make(currency: str, price: int) -> Any:
        row = {"product": thing.pk, "quantity": 1, "price": price, "tax_rate": 0}
        values = {"customer": customer, "currency": currency, "lines": [row]}
        with clock.at(clock.now() - timedelta(days=12)):
            values["deliver_by"] = clock.today() + timedelta(days=2)
            return orders.approve(orders.create(actor=adam, values=values).record, actor=adam).record

    return make


def costs(key: str) -> dict[int, Decimal | None]:
    return {one.about_id: one.cost for one in look_for(key)}


def test_dollars_and_yuan_are_added_as_yuan(late: Any) -> None:
    rate("USD", "7", days_ago=30)
    rate("USD", "7.1", days_ago=1)
    dollars, yuan, euros = late("USD", 100), late("", 50), late("EUR", 9)
    # Nobody knows what a euro is worth: no estimate is better than one that adds nine of them to yuan.
    assert costs(LATE) == {dollars.pk: Decimal("710.00"), yuan.pk: Decimal("50.00"), euros.pk: None}
    for one in Finding.objects.all():
        findings.surface(one.pk, actor=system())
    (pattern,) = [one for one in patterns() if one.rule.key == LATE]
    assert pattern.cost == Decimal("760.00")


def test_an_estimate_follows_the_rate_and_is_left_alone_while_that_stands(late: Any) -> None:
    rate("USD", "7", days_ago=30)
    order = late("USD", 100)
    assert costs(LATE) == {order.pk: Decimal("700.00")}
    look_for(LATE)
    assert not Event.objects.filter(name="finding.refresh").exists()
    rate("USD", "7.2")
    assert costs(LATE) == {order.pk: Decimal("720.00")}
    (event,) = Event.objects.filter(name="finding.refresh")
    assert [Decimal(cost) for cost in event.changes["cost"]] == [700, 720]


def test_what_is_large_is_measured_in_yuan_too(late: Any) -> None:
    rate("USD", "7", days_ago=30)
    setup.tune(rule(LARGE), actor=system(), severity=Severity.WARNING, figures='{"from_amount": 700}')
    dollars, yuan = late("USD", 100), late("CNY", 700)
    late("USD", 99)
    late("", 699)
    late("EUR", 5000)
    assert costs(LARGE) == {dollars.pk: Decimal("700.00"), yuan.pk: Decimal("700.00")}


def test_revenue_in_dollars_is_revenue(late: Any) -> None:
    rate("USD", "7", days_ago=30)
    order = late("USD", 100)
    late("", 50)
    assert costs(SILENT) == {order.customer_id: Decimal("750.00")}
