"""How orders leave the house: whole or in two parts, bought first where too little is there; one thing comes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from gucang.delivering.actions import deliveries
from gucang.delivering.models import Delivery, DeliveryState
from gucang.demo.story.stores import KEEPER, MAIN
from gucang.demo.story.world import World
from gucang.kernel import clock, lines, reactions
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Problem
from gucang.ordering.actions import orders
from gucang.ordering.models import SalesOrder
from gucang.stock.actions import moves
from gucang.stock.models import Product, Warehouse

CARRIERS = ("顺丰速运", "德邦快递", "京东物流")
# Nothing here is thrown: which orders go in parts and which wait follows from their places in the year.
IN_PARTS = 3


def first_part(world: World, order: SalesOrder, seller: Actor) -> None:
    """Of every third order half of the first line goes ahead."""
    order = SalesOrder.objects.get(pk=order.pk)
    first = lines.of(order)[0] if order.state == "approved" else None
    if first is None or order.pk % IN_PARTS or first.quantity < 2:
        return
    row = {"product": first.product_id, "quantity": first.quantity // 2, "unit": first.unit, "note": "先发一批"}
    _sent(world, deliveries.create(actor=seller, values={"order": order.pk, "lines": [row]}).record)


def the_rest(world: World, order: SalesOrder, seller: Actor) -> None:
    """All that is left goes; what is not there was bought for it."""
    order = SalesOrder.objects.get(pk=order.pk)
    if order.state == "approved" and order.delivered != "whole":
        _sent(world, orders.deliver(order, actor=seller).record.made)


def _sent(world: World, delivery: Delivery) -> None:
    keeper = world.actor(KEEPER)
    _bought(world, delivery)
    ways = {"carrier": CARRIERS[delivery.pk % len(CARRIERS)], "tracking": f"SF{1_400_000_000 + delivery.pk * 7919}"}
    deliveries.edit(delivery, actor=keeper, values=ways)
    deliveries.confirm(delivery, actor=keeper)


def _bought(world: World, delivery: Delivery) -> None:
    """Receive what of these goods is neither kept for the order nor free."""
    if not SalesOrder.objects.get(pk=delivery.order_id).lacking:
        return
    main = Warehouse.objects.get(name=MAIN)
    for line in lines.of(delivery):
        product = Product.objects.get(pk=line.product_id)
        if product.stocked and product.free < line.base_quantity:
            moves.enter(
                world.actor(KEEPER), "receive", product, line.base_quantity, warehouse=main, reason="按单采购到货",
                document=f"CG-{delivery.order_number}",
            )  # fmt: skip


# ---- this morning ---------------------------------------------------------------------------------------------------


def tell(world: World) -> None:
    """Of the next orders deliveries wait to be confirmed, one of them is half delivered, and a piece came back."""
    open_orders = list(SalesOrder.objects.filter(state="approved", delivered="none").order_by("deliver_by", "id")[:3])
    with clock.at(world.now - timedelta(minutes=2.9)), reactions.at_once():
        for place, order in enumerate(open_orders):
            _try(lambda place=place, order=order: _this_morning(world, place, order))  # type: ignore[misc]
        _try(lambda: _came_back(world))


def _this_morning(world: World, place: int, order: SalesOrder) -> None:
    seller = world.actor(order.owner_id)
    first = lines.of(order)[0]
    if place == 0 and first.quantity >= 2:
        row = {"product": first.product_id, "quantity": first.quantity // 2, "unit": first.unit}
        _sent(world, deliveries.create(actor=seller, values={"order": order.pk, "lines": [row]}).record)
    orders.deliver(order, actor=seller)


def _came_back(world: World) -> None:
    """Of the last delivery of two or more pieces one came back damaged; an open order gets it again."""
    keeper = world.actor(KEEPER)
    sent = Delivery.objects.filter(state=DeliveryState.CONFIRMED, returns=None, order__state__in=("approved", "done"))
    for delivery in sent.order_by("-confirmed_on", "-id")[:10]:
        line = next((one for one in lines.of(delivery) if one.quantity >= 2), None)
        if line is None:
            continue
        draft = deliveries.take_back(delivery, actor=keeper).record.made
        rows = [{"product": line.product_id, "quantity": 1, "unit": line.unit, "note": "运输途中磕碰"}]
        again = delivery.order.state == "approved"
        values = {"lines": rows, "again": again, "note": "客户拍照确认" + ("，补发一件。" if again else "，退款。")}
        deliveries.edit(draft, actor=keeper, values=values)
        deliveries.confirm(draft, actor=keeper)
        return


def _try(deed: Callable[[], object]) -> None:
    """What could not be done was not done: a product may be off offer by now."""
    try:
        deed()
    except Problem:
        return


__all__ = ["first_part", "tell", "the_rest"]
