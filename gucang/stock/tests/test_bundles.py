"""Bundles: as many as the scarcest part allows, at the price of the parts, and never in a circle."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from gucang.kernel.errors import Invalid, Refused
from gucang.kernel.scope import company_scope
from gucang.stock.actions import bundles, moves, prices, products
from gucang.stock.availability import availability
from gucang.stock.bundles import parts_of
from gucang.stock.models import BundlePart, Product
from gucang.stock.prices import price_for

TODAY = date(2026, 11, 22)


def add(by: Any, bundle: Product, part: Product, quantity: Any = 1) -> BundlePart:
    return bundles.create(actor=by, values={"bundle": bundle, "part": part, "quantity": quantity}).record


def test_there_are_as_many_as_the_scarcest_part_allows(goods: Any, receive: Any, kit: Any) -> None:
    valve, screw = goods("电磁阀"), goods("螺钉")
    receive(valve, 7)
    receive(screw, 19)
    box = kit("套件", (valve, 2), (screw, 8))
    found = availability([box])[box.pk]
    assert (found.free, found.on_hand, found.kept) == (2, 2, True)
    assert not found.enough(Decimal(3))


def test_bundles_in_bundles_are_multiplied_out(goods: Any, receive: Any, kit: Any) -> None:
    screw, plate = goods("螺钉"), goods("板")
    inner = kit("支架", (screw, 4), (plate, 1))
    outer = kit("机柜", (inner, 3), (screw, 2))
    assert {part.name: each for part, each in parts_of([outer])[outer.pk]} == {"螺钉": 14, "板": 3}
    receive(screw, 28)
    receive(plate, 9)
    assert availability([outer])[outer.pk].free == 2


def test_no_way_leads_from_a_part_back_to_its_bundle(goods: Any, kit: Any, adam: Any) -> None:
    screw = goods("螺钉")
    inner = kit("支架", (screw, 4))
    outer = kit("机柜", (inner, 1))
    with pytest.raises(Invalid, match="机柜"):
        add(adam, inner, outer)
    with pytest.raises(Invalid):
        add(adam, inner, inner)
    line = BundlePart.objects.get(bundle=outer)
    bundles.delete(line, actor=adam)
    add(adam, inner, outer)
    with pytest.raises(Refused, match="本身的组成部分"):
        bundles.restore(line, actor=adam)


def test_a_bundle_lies_nowhere_itself(goods: Any, receive: Any, main: Any, kit: Any, adam: Any) -> None:
    valve = goods("电磁阀")
    with pytest.raises(Invalid, match="本身管库存"):
        add(adam, valve, goods("螺钉"))
    box = kit("套件", (valve, 1))
    with pytest.raises(Invalid, match="不管库存"):
        moves.enter(adam, "receive", box, 1, warehouse=main)
    with pytest.raises(Invalid) as refused:
        products.edit(box, actor=adam, values={"stocked": True})
    assert set(refused.value.fields) == {"stocked"}
    receive(valve, 1)
    with pytest.raises(Invalid, match="先出库"):
        products.edit(Product.objects.get(pk=valve.pk), actor=adam, values={"stocked": False})


@pytest.mark.parametrize("quantity", ["0", "-1", "0.00001", "1e20", ""])
def test_a_part_that_makes_no_sense_is_refused(goods: Any, adam: Any, quantity: str) -> None:
    with pytest.raises(Invalid) as refused:
        add(adam, goods("套件", stocked=False), goods("螺钉"), quantity)
    assert set(refused.value.fields) == {"quantity"}


def test_without_a_price_of_its_own_a_bundle_costs_what_its_parts_cost(
    goods: Any, kit: Any, adam: Any, django_assert_max_num_queries: Any
) -> None:
    valve, screw = goods("电磁阀", list_price="100"), goods("螺钉", list_price="0.50")
    box = kit("套件", (valve, 1), (screw, 8))
    assert price_for(box, None, TODAY).price == 104
    special = prices.create_list(actor=adam, values={"name": "九折", "leeway": "3"}).record
    prices.create(actor=adam, values={"price_list": special, "product": valve, "percent_off": "10"})
    found = price_for(box, None, TODAY)
    assert (found.price, found.most_discount) == (94, 0), "the screws have no leeway"
    with django_assert_max_num_queries(6):
        price_for(box, None, TODAY, Decimal(3))
    assert price_for(kit("带服务", (valve, 1), (goods("赠品"), 1)), None, TODAY).price is None
    own = kit("定价套件", (valve, 1), list_price="99")
    assert price_for(own, None, TODAY).price == 99


def test_parts_of_another_company_are_in_no_bundle_of_ours(acme: Any, other: Any, adam: Any, dan: Any) -> None:
    with company_scope(other):
        box = products.create(actor=dan, values={"name": "套件", "stocked": False}).record
        screw = products.create(actor=dan, values={"name": "螺钉"}).record
        add(dan, box, screw, 4)
    with company_scope(acme):
        assert parts_of([box]) == {}
        ours = products.create(actor=adam, values={"name": "套件", "stocked": False}).record
        with pytest.raises(Invalid):
            bundles.create(actor=adam, values={"bundle": ours, "part": screw.pk, "quantity": 1})
