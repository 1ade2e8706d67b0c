"""Customers who owe and pay, for the tests of this module."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from gucang.billing.actions import payments, receivables, setup
from gucang.billing.models import Payment, PaymentTerms, Receivable
from gucang.ordering.actions import orders
from gucang.ordering.models import SalesOrder
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.stock.actions import products
from tests.personas import hire, make_department


@pytest.fixture
def fiona(scope: Any) -> Any:
    """Acme's accountant."""
    return hire("Fiona", "finance", make_department("财务部"))


@pytest.fixture
def customer(scope: Any, alice: Any) -> Customer:
    """Alice's customer."""
    return customers.create(actor=alice, values={"name": "苏州恒力精密机械有限公司"}).record


@pytest.fixture
def terms(scope: Any, fiona: Any) -> Callable[[str], PaymentTerms]:
    """`terms("月结 60")`: payment terms with this plan."""

    def make(plan: str) -> PaymentTerms:
        return setup.create_terms(actor=fiona, values={"name": plan, "plan": plan}).record

    return make


@pytest.fixture
def owes(customer: Customer, fiona: Any) -> Callable[..., Receivable]:
    """`owes("100", billed_on=…)`: what Alice's customer owes."""

    def make(amount: Any = "1000", **values: Any) -> Receivable:
        values = {"name": "S750 备件", "customer": customer, "billed_on": date(2026, 1, 10), **values}
        return receivables.create(actor=fiona, values={"amount": amount, **values}).record

    return make


@pytest.fixture
def pays(customer: Customer, fiona: Any) -> Callable[..., Payment]:
    """`pays("100", pays=receivable)`: a payment of Alice's customer."""

    def make(amount: Any = "1000", **values: Any) -> Payment:
        values = {"customer": customer, "received_on": date(2026, 2, 1), **values}
        made = payments.create(actor=fiona, values={"amount": amount, **values}).record
        return Payment.objects.get(pk=made.pk)

    return make


@pytest.fixture
def ordered(customer: Customer, alice: Any, adam: Any) -> Callable[..., SalesOrder]:
    """`ordered(1000)`: a drafted order of Alice's customer for so much before 13 % tax."""
    product = products.create(actor=adam, values={"name": "高速主轴", "unit": "件", "tax_rate": "13"}).record

    def make(net: Any = 1000, **values: Any) -> SalesOrder:
        lines = [{"product": product.pk, "quantity": 1, "price": str(net)}]
        return orders.create(actor=alice, values={"customer": customer, "lines": lines, **values}).record

    return make
