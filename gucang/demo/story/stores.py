"""What customers of each level pay."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from gucang.demo.story.world import World
from gucang.stock.actions import prices
from gucang.stock.models import PriceList, Product

LISTS: tuple[dict[str, Any], ...] = (
    {"name": "A 级客户协议价", "level": "A", "leeway": "3", "note": "年初和大客户谈定，按年调。"},
    {"name": "B 级客户价", "level": "B", "leeway": "2"},
)
OFF = {"A": "8", "B": "4"}
# Of the goods that are talked about most: the price of one, and of a box or more.
AGREED = 12


def set_up(world: World) -> None:
    """The accountant keeps two price lists, an autumn offer, and says how far a list price may be stretched."""
    keeper = world.actor("zhao.min")
    prices.create_settings(actor=world.actor("admin"), values={"leeway": "2"})
    goods = list(Product.objects.filter(active=True, list_price__isnull=False).order_by("id")[:AGREED])
    for values in LISTS:
        agreed: PriceList = prices.create_list(actor=keeper, values=values).record
        level = values["level"]
        prices.create(actor=keeper, values={"price_list": agreed, "percent_off": OFF[level]})
        for one in goods if level == "A" else ():
            _agree(keeper, agreed, one, "0.90")
            _agree(keeper, agreed, one, "0.87", from_quantity="20")
    first = world.today - timedelta(days=20)
    values = {
        "name": "秋季促销",
        "starts_on": first,
        "ends_on": first + timedelta(days=50),
        "note": "展会现场也按这个报。",
    }
    offer: PriceList = prices.create_list(actor=keeper, values=values).record
    for one in goods[::4]:
        prices.create(actor=keeper, values={"price_list": offer, "product": one, "percent_off": "6"})


def _agree(keeper: Any, agreed: PriceList, product: Product, share: str, **more: str) -> None:
    assert product.list_price is not None
    price = (product.list_price * Decimal(share)).quantize(Decimal(1))
    prices.create(actor=keeper, values={"price_list": agreed, "product": product, "price": price, **more})
