"""Warehouses with somebody who keeps them, and ways to put something into them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gucang.accounts.models import Member
from gucang.stock.actions import bundles, moves, products, warehouses
from gucang.stock.models import Product, StockMove, Warehouse
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
def goods(scope: Any, adam: Any) -> Callable[..., Product]:
    """`goods("气缸", unit="台")`: a product."""

    def make(name: str, **values: Any) -> Product:
        return products.create(actor=adam, values={"name": name, **values}).record

    return make


@pytest.fixture
def receive(adam: Any, main: Warehouse) -> Callable[..., StockMove]:
    """`receive(product, 10)`: into the main warehouse."""

    def enter(product: Product, quantity: Any, warehouse: Warehouse | None = None) -> StockMove:
        return moves.enter(adam, "receive", product, quantity, warehouse=warehouse or main)

    return enter


@pytest.fixture
def kit(goods: Any, adam: Any) -> Callable[..., Product]:
    """`kit("套件", (valve, 2), (screw, 8))`: a bundle of others."""

    def make(name: str, *parts: tuple[Product, Any], **values: Any) -> Product:
        bundle = goods(name, stocked=False, **values)
        for part, quantity in parts:
            bundles.create(actor=adam, values={"bundle": bundle, "part": part, "quantity": quantity})
        return bundle

    return make
