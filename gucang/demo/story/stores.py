"""What customers of each level pay, and a year in two warehouses: openings, weekly trade, a count, what runs low."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gucang.accounts.models import Role
from gucang.demo.story.world import Life, World, working_day
from gucang.kernel import clock
from gucang.stock.actions import alerts, bundles, expected, moves, prices, products, reservations, warehouses
from gucang.stock.models import PriceList, Product, StockLevel, StockMove, Warehouse

KEEPER = "liu.yang"
LISTS: tuple[dict[str, Any], ...] = (
    {"name": "A 级客户协议价", "level": "A", "leeway": "3", "note": "年初和大客户谈定，按年调。"},
    {"name": "B 级客户价", "level": "B", "leeway": "2"},
)
OFF = {"A": "8", "B": "4"}
# Of the goods that are talked about most: the price of one, and of a box or more.
AGREED = 12
MAIN, BRANCH = "上海主仓", "广州分仓"
PLACES: tuple[dict[str, Any], ...] = (
    {"name": MAIN, "address": "上海市嘉定区"},
    {"name": BRANCH, "address": "广州市黄埔区"},
)
# Of so many goods there should always be some; every fourth of them is not bought in time.
WATCHED = 16
SUPPLIERS = ("宁波永创气动", "佛山南海液压件厂", "苏州恒力轴承")


def set_up(world: World) -> None:
    """Price lists, two warehouses with what lay in them on the first day, and from when on more is bought."""
    _set_prices(world)
    keeper = world.actor(KEEPER)
    places = [
        warehouses.create(actor=world.actor("admin"), values=values | {"keeper": world.members[KEEPER]}).record
        for values in PLACES
    ]
    for place, one in enumerate(_stocked()):
        for warehouse in places[: 1 + place % 2]:
            moves.enter(keeper, "receive", one, _usual(one), warehouse=warehouse, reason="期初结存", document="期初")
    for one in _stocked()[:WATCHED]:
        usual = _usual(one)
        values = {"product": one, "least": usual // 4, "order_quantity": usual}
        alerts.create(actor=keeper, values=values)
    _make_bundle(world)


def begin(world: World) -> None:
    """Goods go out week by week and come in when few are left; then the last days."""
    world.start(_at(working_day(world.first_day + timedelta(days=3)), 10), _trade(world))
    for back, hour, deed in (
        (9, 16, _count),
        (6, 11, _mistake),
        (4, 10, _order_more),
        (2, 15, _keep_some),
        (1, 14, _run_low),
    ):
        world.once(_at(world.last_working_day(back), hour), lambda deed=deed: deed(world))  # type: ignore[misc]


def _trade(world: World) -> Life:
    """What leaves the main warehouse in a week, and what is bought for it."""
    # Chance of its own: what else happens in the story stays as it is.
    chance, week = random.Random(f"{world.seed} stores"), 0
    while True:
        week += 1
        keeper, main = world.actor(KEEPER), Warehouse.objects.get(name=MAIN)
        goods = _stocked()
        for one in chance.sample(goods, 4):
            there = _free(one, main)
            some = min(Decimal(chance.randint(1, 6)), there)
            if some > 0:
                moves.enter(keeper, "issue", one, some, warehouse=main, reason="销售出库", document=f"CK{week:03}")
            if there - some < _usual(one) // 3:
                moves.enter(
                    keeper, "receive", one, _usual(one), warehouse=main, reason="采购到货", document=f"CG{week:03}"
                )
        yield _at(working_day(clock.today() + timedelta(days=7)), 10)


def _at(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, 20)))


def _count(world: World) -> None:
    """A count of three shelves; on one of them two pieces were missing."""
    keeper, main = world.actor(KEEPER), Warehouse.objects.get(name=MAIN)
    for place, one in enumerate(_stocked()[3:6]):
        level = StockLevel.objects.get(product=one, warehouse=main)
        there = level.on_hand
        found = there - 2 if place == 1 and level.free >= 2 else there
        moves.enter(keeper, "count", one, found, warehouse=main, reason="季度盘点，A 区货架", document="PD-11")


def _mistake(world: World) -> None:
    """Something was entered twice and is taken back."""
    keeper, main = world.actor(KEEPER), Warehouse.objects.get(name=MAIN)
    twice: StockMove = moves.enter(
        keeper, "receive", _stocked()[8], Decimal(10), warehouse=main, reason="采购到货", document="CG061"
    )
    moves.reverse(twice, actor=keeper, reason="同一张到货单录了两遍")


def _order_more(world: World) -> None:
    """What was bought: some should have come yesterday, some comes today, and some later."""
    keeper, main = world.actor(KEEPER), Warehouse.objects.get(name=MAIN)
    for place, (one, days) in enumerate(zip(_stocked()[1:6], (3, 4, 7, 12, 25), strict=True)):
        values = {
            "product": one, "warehouse": main, "quantity": _usual(one), "on": clock.today() + timedelta(days=days),
            "document": f"CG07{place}", "supplier": SUPPLIERS[place % 3],
        }  # fmt: skip
        expected.create(actor=keeper, values=values)


def _keep_some(world: World) -> None:
    """A customer's order is promised before it is written."""
    keeper, main = world.actor(KEEPER), Warehouse.objects.get(name=MAIN)
    for one in _stocked()[9:11]:
        free = _free(one, main)
        if free >= 2:
            values = {"product": one, "warehouse": main, "quantity": free // 2, "document": "电话订货，合同在路上"}
            reservations.create(actor=keeper, values=values)


def _run_low(world: World) -> None:
    """A large order empties some shelves: the keeper's home and bell say so today."""
    keeper = world.actor(KEEPER)
    for one in _stocked()[:WATCHED:4]:
        for level in StockLevel.objects.filter(product=one, free__gt=0).select_related("warehouse"):
            left = min(level.free, max(Decimal(1), _usual(one) // 10))
            if level.free > left:
                moves.enter(
                    keeper, "issue", one, level.free - left, warehouse=level.warehouse, reason="年底备货，整批出库"
                )


def _make_bundle(world: World) -> None:
    """A set that is sold as one, at the price of its parts."""
    keeper, goods = world.actor("zhao.min"), _stocked()
    made: Product = products.create(
        actor=keeper, values={"name": "气动维护套件", "spec": "标准", "unit": "套", "stocked": False}
    ).record
    for part, quantity in zip(goods[2:5], (1, 2, 4), strict=True):
        bundles.create(actor=keeper, values={"bundle": made, "part": part, "quantity": quantity})


def _stocked() -> list[Product]:
    """The goods on offer, those first that are talked about most."""
    return list(Product.objects.filter(active=True, stocked=True).order_by("id"))


def _usual(one: Product) -> Decimal:
    """How many of it are bought at a time: the dearer, the fewer."""
    price = one.list_price or Decimal(1000)
    return Decimal(200 if price < 100 else 60 if price < 1000 else 20 if price < 10_000 else 8)


def _free(one: Product, warehouse: Warehouse) -> Decimal:
    level = StockLevel.objects.filter(product=one, warehouse=warehouse).first()
    return level.free if level is not None else Decimal(0)


def _set_prices(world: World) -> None:
    """The accountant keeps two price lists, an autumn offer, and says how far a list price may be stretched."""
    keeper = world.actor("zhao.min")
    buyers = Role.objects.get(key="warehouse")
    values: dict[str, Any] = {"leeway": "2", "opens_on": world.first_day, "purchasing_role": buyers}
    prices.create_settings(actor=world.actor("admin"), values=values)
    goods = list(Product.objects.filter(active=True, list_price__isnull=False).order_by("id")[:AGREED])
    for values in LISTS:
        agreed: PriceList = prices.create_list(actor=keeper, values=values).record
        level = values["level"]
        prices.create(actor=keeper, values={"price_list": agreed, "percent_off": OFF[level]})
        for one in goods if level == "A" else ():
            _agree(keeper, agreed, one, "0.90")
            _agree(keeper, agreed, one, "0.87", from_quantity="20")
    first = world.today - timedelta(days=20)
    values = {"name": "秋季促销", "starts_on": first, "ends_on": first + timedelta(days=50)}
    offer: PriceList = prices.create_list(actor=keeper, values=values | {"note": "展会现场也按这个报。"}).record
    for one in goods[::4]:
        prices.create(actor=keeper, values={"price_list": offer, "product": one, "percent_off": "6"})


def _agree(keeper: Any, agreed: PriceList, product: Product, share: str, **more: str) -> None:
    assert product.list_price is not None
    price = (product.list_price * Decimal(share)).quantize(Decimal(1))
    prices.create(actor=keeper, values={"price_list": agreed, "product": product, "price": price, **more})
