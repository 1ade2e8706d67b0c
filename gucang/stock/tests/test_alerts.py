"""What runs low is told once to those who buy and those who sell it, and again only after it has recovered."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from gucang.accounts.models import Department, Role
from gucang.kernel import reactions
from gucang.kernel.errors import Forbidden, Invalid
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope
from gucang.messages.models import Notification
from gucang.stock import alerts, reserving
from gucang.stock.actions import alerts as points
from gucang.stock.actions import moves, prices, products, warehouses
from gucang.stock.models import Product, ReorderPoint, Warehouse
from gucang.stock.reserving import Document, Line
from tests.personas import hire


@pytest.fixture
def sold_by() -> Iterator[dict[int, set[int]]]:
    """Who sold what, as a module above would say it: {product: members}."""
    found: dict[int, set[int]] = {}

    def source(asked: Any) -> list[tuple[int, int | None]]:
        return [(product, member) for product in asked for member in found.get(product, ())]

    alerts.interested(source)
    yield found
    alerts._sources.remove(source)


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """What follows an event follows at once."""
    with reactions.at_once():
        yield


@pytest.fixture
def valve(goods: Any, receive: Any) -> Product:
    made: Product = goods("电磁阀")
    receive(made, 30)
    return made


def low(by: Any, product: Product, least: Any, warehouse: Warehouse | None = None) -> ReorderPoint:
    values = {"product": product, "least": least, "warehouse": warehouse}
    return points.create(actor=by, values={k: v for k, v in values.items() if v is not None}).record


def told() -> list[tuple[int, str]]:
    """Who was told what by the bell so far."""
    return [(one.member_id, one.params["free"]) for one in Notification.objects.filter(kind="low_stock").order_by("pk")]


def test_a_fall_is_told_once_until_it_has_recovered(
    valve: Product, main: Warehouse, keeper: Any, adam: Any, alice: Any, sold_by: Any
) -> None:
    prices.create_settings(actor=adam, values={"purchasing_role": Role.objects.get(key="warehouse")})
    buyer = hire("Ben", "warehouse")
    sold_by[valve.pk] = {alice.pk}
    point = low(adam, valve, 20)
    moves.enter(keeper, "issue", valve, 10, warehouse=main)
    assert told() == [], "exactly as many as there should be"
    moves.enter(keeper, "issue", valve, 1, warehouse=main)
    assert sorted(told()) == sorted((one.pk, "19 件") for one in (keeper, buyer, alice))
    moves.enter(keeper, "issue", valve, 4, warehouse=main)
    assert len(told()) == 3, "lower still is no news"
    point.refresh_from_db()
    assert point.low_since is not None
    moves.enter(keeper, "receive", valve, 5, warehouse=main)
    point.refresh_from_db()
    assert point.low_since is None
    moves.enter(keeper, "issue", valve, 2, warehouse=main)
    assert len(told()) == 6
    assert Event.objects.filter(name="reorder_point.fall").count() == 2


def test_what_is_reserved_is_not_free(valve: Product, keeper: Any, adam: Any) -> None:
    point = low(adam, valve, 20)
    order = Document("sales_order", 1, "DD-1")
    reserving.reserve(order, [Line(valve, Decimal(15))], actor=keeper)
    point.refresh_from_db()
    assert point.low_since is not None
    reserving.issue(order, [Line(valve, Decimal(5))], actor=keeper)
    point.refresh_from_db()
    assert point.low_since is not None
    reserving.release(order, actor=keeper)
    point.refresh_from_db()
    assert point.low_since is None


def test_a_point_of_one_warehouse_looks_there_alone(
    valve: Product, main: Warehouse, branch: Warehouse, keeper: Any, adam: Any
) -> None:
    here, everywhere = low(adam, valve, 10, main), low(adam, valve, 10)
    moves.enter(keeper, "transfer", valve, 25, warehouse=main, to_warehouse=branch)
    here.refresh_from_db()
    everywhere.refresh_from_db()
    assert (here.low_since is None, everywhere.low_since is None) == (False, True)


def test_whoever_sets_a_point_above_what_is_there_knows_it_and_nobody_is_told(
    valve: Product, adam: Any, keeper: Any
) -> None:
    prices.create_settings(actor=adam, values={"purchasing_role": Role.objects.get(key="warehouse")})
    point = low(adam, valve, 50)
    assert point.low_since is not None
    points.edit(point, actor=adam, values={"least": "30"})
    point.refresh_from_db()
    assert point.low_since is None
    assert told() == []


def test_a_department_buys_too_and_who_has_left_is_not_told(
    valve: Product, main: Warehouse, adam: Any, keeper: Any, bob: Any
) -> None:
    from gucang.accounts.actions import members
    from gucang.kernel import clock

    office = Department.objects.get(name="销售一组")
    prices.create_settings(actor=adam, values={"purchasing_department": office})
    members.leave(bob, actor=adam, on=clock.today())
    low(adam, valve, 30)
    moves.enter(keeper, "issue", valve, 1, warehouse=main)
    assert [member for member, _free in told()] == [office.members.exclude(pk=bob.pk).get().pk]


@pytest.mark.parametrize("least", ["-1", "0.00001", "1e20", "viele"])
def test_a_point_that_makes_no_sense_is_refused(valve: Product, adam: Any, least: str) -> None:
    with pytest.raises(Invalid) as refused:
        low(adam, valve, least)
    assert set(refused.value.fields) == {"least"}


def test_there_is_one_point_for_a_product_and_place_and_sellers_set_none(
    valve: Product, goods: Any, adam: Any, alice: Any
) -> None:
    low(adam, valve, 5)
    with pytest.raises(Exception, match="已经有"):
        low(adam, valve, 6)
    with pytest.raises(Forbidden):
        low(alice, goods("泵"), 5)
    with pytest.raises(Invalid, match="不管库存"):
        low(adam, goods("安装", stocked=False), 5)


def test_the_warehouses_home_shows_what_runs_low_and_the_sellers_home_what_she_sold(
    acme: Any, adam: Any, alice: Any, bob: Any, login: Any, sold_by: Any
) -> None:
    with company_scope(acme):
        kim = hire("Kim", "warehouse")
        made = {name: products.create(actor=adam, values={"name": name}).record for name in ("电磁阀", "柱塞泵")}
        place = warehouses.create(actor=adam, values={"name": "主仓"}).record
        for product in made.values():
            moves.enter(adam, "receive", product, 8, warehouse=place)
            low(adam, product, 10)
        sold_by[made["电磁阀"].pk] = {alice.pk}
    pages = {who: login(Client(), who).get("/acme/").content.decode() for who in (kim, alice, bob)}
    assert "低于补货点" in pages[kim]
    assert "电磁阀" in pages[kim]
    assert "柱塞泵" in pages[kim]
    assert "可用 8 件，应有 10 件" in pages[kim]
    assert "电磁阀" in pages[alice]
    assert "柱塞泵" not in pages[alice]
    assert "电磁阀" not in pages[bob]
