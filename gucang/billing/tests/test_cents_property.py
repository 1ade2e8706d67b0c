"""From the lines of an order to the last payment: whatever is ordered, delivered in parts and brought back, all agrees
to the smallest unit of the currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gucang.accounts.actions import companies
from gucang.billing.actions import credit, payments, setup
from gucang.billing.models import Entry, Instalment, Method, Payment, Receivable
from gucang.billing.statements import statement_of
from gucang.books import actions as books
from gucang.delivering.actions import deliveries
from gucang.delivering.models import Delivery
from gucang.documents import money
from gucang.kernel import clock, lines
from gucang.kernel.actors import system
from gucang.kernel.errors import Problem
from gucang.kernel.models import Company, Rounding
from gucang.ordering.actions import orders
from gucang.ordering.models import SalesOrder
from gucang.parties.actions import customers
from gucang.stock.actions import products

ZERO = Decimal(0)
UNIT = Decimal("0.0001")


def decimals(least: str, most: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(min_value=least, max_value=most, places=places, allow_nan=False, allow_infinity=False)


line = st.fixed_dictionaries({
    "quantity": decimals("0.0001", "9999", 4), "price": decimals("0", "99999", 4), "discount": decimals("0", "100", 2),
    "tax_rate": st.one_of(st.sampled_from([Decimal(one) for one in (0, 1, 3, 6, 9, 13)]), decimals("0", "100", 2)),
})  # fmt: skip
# How much of what is left of each line goes with one delivery, in quarters; the last one takes the rest.
parts = st.lists(st.lists(st.integers(0, 4), min_size=4, max_size=4), max_size=3)


@dataclass(frozen=True)
class Sold:
    """One order as it was drawn."""

    lines: list[dict[str, Any]]
    discount: Decimal
    currency: str
    rounding: Rounding
    parts: list[list[int]]
    back: list[int]
    paid: list[int]


sold = st.builds(
    Sold, st.lists(line, min_size=1, max_size=4), decimals("0", "100", 2), st.sampled_from(["", "USD", "JPY"]),
    st.sampled_from(Rounding), parts, st.lists(st.integers(0, 4), min_size=4, max_size=4),
    st.lists(st.integers(1, 120), max_size=4),
)  # fmt: skip


class Business:
    """One customer's order on its way to money."""

    def __init__(self, wanted: Sold) -> None:
        self.wanted = wanted
        companies.set_rounding(Company.objects.get(), actor=system(), rounding=wanted.rounding)
        self.customer = customers.create(actor=system(), values={"name": "分毫不差公司"}).record
        thirds = "33.33% 预付, 33.33% 货到 10 天, 33.34% 验收后"
        terms = setup.create_terms(actor=system(), values={"name": "三期", "plan": thirds}).record
        credit.create(actor=system(), values={"customer": self.customer, "terms": terms})

    def order(self) -> SalesOrder:
        """The order, approved. What it comes to is nothing, or more than fits: then the example is of no use."""
        product = products.create(actor=system(), values={"name": "安装", "unit": "次", "stocked": False}).record
        rows = [{"product": product.pk, **one} for one in self.wanted.lines]
        values = {"customer": self.customer, "currency": self.wanted.currency, "discount": self.wanted.discount}
        try:
            made = orders.create(actor=system(), values=values | {"lines": rows}).record
            return orders.approve(made, actor=system()).record
        except Problem:
            assume(False)
            raise

    def deliver(self, order: SalesOrder) -> list[Delivery]:
        """Several deliveries that together are all of the order."""
        found = []
        for shares in [*self.wanted.parts, None]:
            order.refresh_from_db()
            if order.delivered == "whole":
                break
            draft = orders.deliver(order, actor=system()).record.made
            if shares is not None:
                rows = self._some(draft, shares)
                if not any(row for row in rows.values()):
                    deliveries.delete(draft, actor=system())
                    continue
                draft = deliveries.edit(draft, actor=system(), values={"lines": rows}).record
            found.append(deliveries.confirm(draft, actor=system()).record)
        return found

    def bring_back(self, delivery: Delivery) -> Delivery | None:
        draft = deliveries.take_back(delivery, actor=system()).record.made
        rows = self._some(draft, self.wanted.back)
        if not any(row for row in rows.values()):
            return None
        draft = deliveries.edit(draft, actor=system(), values={"lines": rows}).record
        return deliveries.confirm(draft, actor=system()).record

    def _some(self, draft: Delivery, shares: list[int]) -> dict[int, Any]:
        """So many quarters of each line; None takes the line out."""
        rows: dict[int, Any] = {}
        for place, one in enumerate(lines.of(draft)):
            some = (one.quantity * shares[place % len(shares)] / 4).quantize(UNIT, ROUND_DOWN)
            rows[one.key] = {"quantity": some} if some > 0 else None
        return rows


def agree(document: Any, sign: int = 1) -> None:
    """A document is the sum of its lines, in units of its currency."""
    found = lines.of(document)
    for name, each in (("net", "net"), ("tax", "tax"), ("total", "gross")):
        assert getattr(document, name) == sum((getattr(one, each) for one in found), ZERO), name
    assert document.total == document.net + document.tax
    assert document.total * sign >= 0
    assert document.total == money.rounded(document.total, money.places_of(document.currency or "CNY"))


def total(rows: Any, name: str = "amount") -> Decimal:
    return rows.aggregate(total=Sum(name))["total"] or ZERO


@pytest.mark.slow
@settings(
    max_examples=40, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much, HealthCheck.too_slow],
)  # fmt: skip
@given(sold)
def test_order_deliveries_receivables_credit_notes_and_payments_agree(scope: Any, wanted: Sold) -> None:
    with transaction.atomic():
        for currency in ("USD", "JPY"):
            values = {"currency": currency, "on": "2026-01-01", "rate": "7.123456"}
            books.create_rate(actor=system(), values=values)
        business = Business(wanted)
        order = business.order()
        agree(order)
        sent = business.deliver(order)
        for one in sent:
            agree(one)
            owed = Receivable.objects.filter(source_type="delivery", source_id=one.pk)
            assert total(owed) == one.total, "a delivery is owed by what it says, no more and no less"
        assert sum((one.total for one in sent), ZERO) == order.total, "all deliveries come to the order"
        assert (sum((one.net for one in sent), ZERO), sum((one.tax for one in sent), ZERO)) == (order.net, order.tax)
        assert total(Receivable.objects.filter(order=order)) == order.total
        assert total(Instalment.objects.filter(customer=business.customer)) == order.total

        came_back = business.bring_back(sent[0])
        credited = Payment.objects.filter(customer=business.customer, method=Method.CREDIT)
        if came_back is not None:
            agree(came_back, sign=-1)
            assert total(credited) == -came_back.total, "what came back is credited"
        places = money.places_of(wanted.currency)
        for percent in wanted.paid:
            pay(business, wanted.currency, money.rounded(order.total * percent / 100, places))
        check(business, order, total(credited))
        transaction.set_rollback(True)


def pay(business: Business, currency: str, amount: Decimal) -> None:
    if amount <= 0:
        return
    values = {"customer": business.customer, "currency": currency, "amount": amount}
    made = payments.create(actor=system(), values=values).record
    if Receivable.objects.filter(customer=business.customer, open_amount__gt=0).exists():
        payments.allocate(made, actor=system())


def check(business: Business, order: SalesOrder, credited: Decimal) -> None:
    """What is open is what was owed, less what was credited and paid; ledger, statement and columns say the same."""
    mine = Receivable.objects.filter(customer=business.customer)
    paid = Payment.objects.filter(customer=business.customer)
    settled = total(Entry.objects.filter(receivable__customer=business.customer))
    assert total(mine, "open_amount") == order.total - settled == total(mine) - total(mine, "paid_amount")
    assert total(paid, "free_amount") == total(paid) - settled
    statement = statement_of(business.customer.pk, order.currency, clock.today(), clock.today())
    assert statement.closing == order.total - total(paid)
    assert statement.owed == order.total
    assert statement.settled >= credited
