"""Customers, products, quotes and orders for the tests of this module."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gucang.ordering.actions import orders
from gucang.ordering.models import SalesOrder
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.selling.actions import quotes
from gucang.selling.models import Quote
from gucang.stock.actions import products
from gucang.stock.models import Product


@pytest.fixture
def customer(scope: Any, alice: Any) -> Customer:
    """Alice's customer."""
    return customers.create(actor=alice, values={"name": "苏州恒力精密机械有限公司"}).record


@pytest.fixture
def spindle(scope: Any, adam: Any) -> Product:
    values = {"name": "高速主轴", "unit": "件", "units": "箱 = 4", "list_price": "320", "cost": "200", "tax_rate": "13"}
    return products.create(actor=adam, values=values).record


@pytest.fixture
def accepted(customer: Customer, alice: Any, spindle: Product) -> Quote:
    """A quote of two boxes that the customer has accepted."""
    values = {"customer": customer, "lines": [{"product": spindle.pk, "quantity": 2, "unit": "箱"}], "note": "含安装"}
    quote = quotes.create(actor=alice, values=values).record
    quotes.send(quote, actor=alice)
    return quotes.accept(quote, actor=alice).record


@pytest.fixture
def new_order(customer: Customer, alice: Any, spindle: Product) -> Callable[..., SalesOrder]:
    """`new_order(quantity=3)`: a draft of Alice's for her customer."""

    def make(quantity: Any = 1, by: Any = None, **values: Any) -> SalesOrder:
        values = {"customer": customer, "lines": [{"product": spindle.pk, "quantity": quantity}], **values}
        return orders.create(actor=by or alice, values=values).record

    return make
