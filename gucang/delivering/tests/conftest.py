"""A company with goods in two warehouses, an approved order, and somebody who keeps the stock."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from gucang.accounts.models import Member
from gucang.ordering.actions import orders
from gucang.ordering.models import SalesOrder
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.stock.actions import moves, products, warehouses
from gucang.stock.models import Product, StockLevel, Warehouse
from tests.personas import hire


@pytest.fixture
def keeper(scope: Any) -> Member:
    """Kim keeps the warehouse of Acme."""
    return hire("Kim", "warehouse")


@pytest.fixture
def main(scope: Any, adam: Any) -> Warehouse:
    return warehouses.create(actor=adam, values={"name": "主仓"}).record


@pytest.fixture
def branch(scope: Any, adam: Any) -> Warehouse:
    return warehouses.create(actor=adam, values={"name": "分仓"}).record


@pytest.fixture
def customer(scope: Any, alice: Any) -> Customer:
    """Alice's customer."""
    return customers.create(actor=alice, values={"name": "苏州恒力精密机械有限公司"}).record


@pytest.fixture
def spindle(scope: Any, adam: Any) -> Product:
    values = {"name": "高速主轴", "unit": "件", "units": "箱 = 4", "list_price": "320", "tax_rate": "13"}
    return products.create(actor=adam, values=values).record


@pytest.fixture
def seal(scope: Any, adam: Any) -> Product:
    values = {"name": "密封圈", "unit": "个", "list_price": "3.33", "tax_rate": "13"}
    return products.create(actor=adam, values=values).record


@pytest.fixture
def receive(adam: Any, main: Warehouse) -> Callable[..., None]:
    """`receive(product, 10)`: into the main warehouse."""

    def enter(product: Product, quantity: Any, warehouse: Warehouse | None = None) -> None:
        moves.enter(adam, "receive", product, Decimal(quantity), warehouse=warehouse or main)

    return enter


@pytest.fixture
def ordered(customer: Customer, alice: Any) -> Callable[..., SalesOrder]:
    """`ordered((spindle, 10), (seal, 3))`: an approved order of Alice's."""

    def make(*wanted: tuple[Any, ...], **values: Any) -> SalesOrder:
        rows = [{"product": one.pk, "quantity": some, "unit": (*unit, "")[0]} for one, some, *unit in wanted]
        order = orders.create(actor=alice, values={"customer": customer, "lines": rows, **values}).record
        return orders.approve(order, actor=alice).record

    return make


@pytest.fixture
def there() -> Callable[..., tuple[Decimal, Decimal]]:
    """`there(product)`: how much is on hand and reserved, in one warehouse or in all."""

    def count(product: Product, warehouse: Warehouse | None = None) -> tuple[Decimal, Decimal]:
        found = StockLevel.objects.filter(product=product)
        rows = list(found if warehouse is None else found.filter(warehouse=warehouse))
        return sum((one.on_hand for one in rows), Decimal(0)), sum((one.reserved for one in rows), Decimal(0))

    return count
