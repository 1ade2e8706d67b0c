"""What the company sells: the catalogue that its accountant keeps, by family, and what she took off offer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from gucang.demo.names import NameGenerator, Product
from gucang.demo.story.world import World
from gucang.stock.actions import products
from gucang.stock.models import ProductCategory

COUNT = 58
RETIRED = 3
# Cheaper than this, things are packed by the box.
PACKED_BELOW = 300
SERVICES: tuple[dict[str, Any], ...] = (
    {"name": "上门安装调试", "unit": "次", "list_price": "1800.00", "cost": "900.00", "tax_rate": "6"},
    {"name": "年度保养", "unit": "年", "list_price": "6800.00", "cost": "3600.00", "tax_rate": "6",
     "note": "一年四次上门，含易损件。"},
)  # fmt: skip


def set_up(world: World) -> None:
    """The products that talks and deals are about, and some more; services are taxed otherwise."""
    keeper = world.actor("zhao.min")
    shelves: dict[str, ProductCategory] = {}

    def shelf(name: str) -> ProductCategory:
        if name not in shelves:
            shelves[name] = products.create_category(actor=keeper, values={"name": name}).record
        return shelves[name]

    # The same seed begins with the same products that the story has drawn.
    drawn = enumerate(NameGenerator(world.seed).products(COUNT))
    values = [_values(one, place) | {"category": shelf(one.family)} for place, one in drawn]
    made = [products.create(actor=keeper, values=one).record for one in values]
    for service in SERVICES:
        products.create(actor=keeper, values=service | {"stocked": False, "category": shelf("服务")})
    for product in made[-RETIRED:]:
        products.retire(product, actor=keeper)


def _values(one: Product, place: int) -> dict[str, Any]:
    return {
        "name": one.name,
        "spec": one.model,
        "unit": one.unit,
        "units": "箱 = 20" if one.price < PACKED_BELOW else "",
        "barcode": _barcode(place),
        "list_price": Decimal(one.price),
        "cost": Decimal(one.cost),
    }


def _barcode(place: int) -> str:
    """An EAN-13 of the range that everybody may use within their own walls (20), with its check digit."""
    digits = f"20{place + 1:010}"
    total = sum(int(digit) * (3 if number % 2 else 1) for number, digit in enumerate(digits))
    return f"{digits}{-total % 10}"
