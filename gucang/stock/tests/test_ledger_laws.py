"""Whatever is moved in whatever order: the ledger's sum is what is on hand, and nothing falls below zero."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gucang.kernel.actors import system
from gucang.kernel.errors import Refused
from gucang.stock import ledger
from gucang.stock.actions import moves, products, warehouses
from gucang.stock.models import Product, StockLevel, StockMove

QUANTITIES = st.decimals(min_value=Decimal("0.0001"), max_value=Decimal(50), places=4)
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["receive", "issue", "transfer", "count", "reverse"]),
        QUANTITIES,
        st.integers(0, 1),
        st.integers(0, 1),
        st.integers(0, 30),
    ),
    max_size=14,
)


def do(deed: tuple[str, Decimal, int, int, int], goods: list[Product], places: list[Any]) -> None:
    kind, quantity, product, place, which = deed
    if kind == "reverse":
        if found := list(StockMove.objects.exclude(kind="reverse").order_by("pk")):
            moves.reverse(found[which % len(found)], actor=system(), reason="红冲")
        return
    values = {"kind": kind, "quantity": quantity, "product": goods[product], "warehouse": places[place]}
    if kind == "transfer":
        values["to_warehouse"] = places[1 - place]
    moves.create(actor=system(), values=values)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=DEEDS)
def test_the_sum_of_the_ledger_is_what_is_on_hand_under_any_order_of_moves(scope: Any, deeds: list[Any]) -> None:
    with transaction.atomic():
        goods = [products.create(actor=system(), values={"name": name}).record for name in ("甲", "乙")]
        places = [warehouses.create(actor=system(), values={"name": name}).record for name in ("东", "西")]
        expected: dict[tuple[int, int], Decimal] = {}
        for deed in deeds:
            before = StockMove.objects.count()
            try:
                do(deed, goods, places)
            except Refused:
                assert StockMove.objects.count() == before, "what is refused leaves no line"
            for product in goods:
                levels = StockLevel.objects.filter(product=product)
                for level in levels:
                    assert level.on_hand == ledger.sum_of(product.pk, level.warehouse_id) >= 0
                    assert level.free == level.on_hand - level.reserved
                    expected[(product.pk, level.warehouse_id)] = level.on_hand
                product.refresh_from_db()
                assert product.on_hand == product.free == sum(level.on_hand for level in levels)
        for line in StockMove.objects.order_by("-pk")[:1]:
            assert line.balance == expected[(line.product_id, line.warehouse_id)]
        transaction.set_rollback(True)
