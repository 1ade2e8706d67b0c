"""Deliveries: written from an order, confirmed in parts or whole, amounts to the cent, and who may do it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from gucang.delivering.actions import deliveries
from gucang.delivering.models import Delivery
from gucang.kernel import clock, lines
from gucang.kernel.errors import Forbidden, Invalid, NotVisible, Refused
from gucang.kernel.models import Event
from gucang.ordering.actions import orders
from gucang.ordering.models import SalesOrder
from gucang.stock.actions import bundles, products
from gucang.stock.models import StockMove


def fresh(order: SalesOrder) -> SalesOrder:
    return SalesOrder.objects.get(pk=order.pk)


def some_of(order: SalesOrder, actor: Any, *quantities: Any, **values: Any) -> Delivery:
    """A draft of so much of each line of an order, 0 for none of it."""
    rows = [
        {"product": line.product_id, "quantity": quantity, "unit": line.unit}
        for line, quantity in zip(lines.of(fresh(order)), quantities, strict=False)
        if quantity
    ]
    return deliveries.create(actor=actor, values={"order": order.pk, "lines": rows, **values}).record


def test_a_delivery_of_an_order_has_all_that_is_left_and_says_where_it_goes(
    ordered: Any, spindle: Any, seal: Any, alice: Any, customer: Any
) -> None:
    order = ordered((spindle, 2, "箱"), (seal, 3), deliver_by=clock.today(), address="苏州工业园区星湖街 1 号")
    delivery = orders.deliver(order, actor=alice).record.made
    assert delivery.number.startswith("CH")
    assert (delivery.order_id, delivery.customer, delivery.order_number) == (order.pk, customer, order.number)
    assert (delivery.receiver, delivery.address, delivery.due_on) == (customer.name, order.address, order.deliver_by)
    assert [(line.product, line.quantity, line.unit, line.base_quantity) for line in lines.of(delivery)] == [
        (spindle, 2, "箱", 8), (seal, 3, "个", 3),
    ]  # fmt: skip
    assert (delivery.net, delivery.tax, delivery.total) == (order.net, order.tax, order.total)


def test_confirmed_the_goods_leave_and_the_reservation_ends(
    ordered: Any, receive: Any, spindle: Any, there: Any, alice: Any, keeper: Any
) -> None:
    receive(spindle, 10)
    order = ordered((spindle, 4))
    assert there(spindle) == (10, 4)
    delivery = orders.deliver(order, actor=alice).record.made
    assert there(spindle) == (10, 4), "a draft moves nothing"
    event = deliveries.confirm(delivery, actor=keeper).event
    assert there(spindle) == (6, 0)
    move = StockMove.objects.get(kind="issue")
    assert (move.document, move.document_type, move.document_id) == (delivery.number, "delivery", delivery.pk)
    assert event.facts["total"] == str(order.total)
    assert Event.objects.get(name="reservation.use").cause == event.id
    delivery = Delivery.objects.get(pk=delivery.pk)
    assert (delivery.state, delivery.confirmed_on) == ("confirmed", clock.today())
    assert (fresh(order).delivered, fresh(order).lacking) == ("whole", False)


def test_an_order_is_delivered_in_parts_until_nothing_is_left(
    ordered: Any, receive: Any, spindle: Any, seal: Any, there: Any, keeper: Any, alice: Any
) -> None:
    receive(spindle, 10)
    receive(seal, 10)
    order = ordered((spindle, 10), (seal, 6))
    deliveries.confirm(some_of(order, alice, 4), actor=keeper)
    assert fresh(order).delivered == "part"
    assert (there(spindle), there(seal)) == ((6, 6), (10, 6))
    rest = orders.deliver(order, actor=alice).record.made
    assert [line.quantity for line in lines.of(rest)] == [6, 6]
    deliveries.confirm(rest, actor=keeper)
    assert fresh(order).delivered == "whole"
    assert (there(spindle), there(seal)) == ((0, 0), (4, 0))
    with pytest.raises(Refused, match="已全部出货"):
        orders.deliver(order, actor=alice)


def test_deliveries_in_parts_come_to_the_order_to_the_cent(
    ordered: Any, receive: Any, seal: Any, keeper: Any, alice: Any
) -> None:
    receive(seal, 7)
    order = ordered((seal, 7), discount="3.7")
    parts = [deliveries.confirm(some_of(order, alice, n), actor=keeper).record for n in (1, 1, 1, 2, 2)]
    for name in ("net", "tax", "total"):
        assert sum(getattr(one, name) for one in parts) == getattr(order, name)
    assert len({one.total for one in parts[:3]}) > 1, "else nothing was rounded"


def test_a_second_click_delivers_nothing_more(
    ordered: Any, receive: Any, spindle: Any, there: Any, keeper: Any, alice: Any
) -> None:
    receive(spindle, 10)
    delivery = some_of(ordered((spindle, 10)), alice, 4)
    deliveries.confirm(delivery, actor=keeper)
    with pytest.raises(Refused, match="已确认"):
        deliveries.confirm(delivery, actor=keeper)
    assert there(spindle) == (6, 6)


def test_two_drafts_do_not_deliver_more_than_was_ordered(
    ordered: Any, receive: Any, spindle: Any, there: Any, keeper: Any, alice: Any
) -> None:
    receive(spindle, 100)
    order = ordered((spindle, 10))
    first, second = some_of(order, alice, 7), some_of(order, alice, 7)
    deliveries.confirm(first, actor=keeper)
    with pytest.raises(Invalid, match="3 件"):
        deliveries.confirm(second, actor=keeper)
    assert there(spindle) == (93, 3)


def test_what_stands_in_a_draft_is_not_written_again(ordered: Any, spindle: Any, alice: Any) -> None:
    order = ordered((spindle, 10))
    some_of(order, alice, 7)
    assert [line.quantity for line in lines.of(orders.deliver(order, actor=alice).record.made)] == [3]
    with pytest.raises(Refused, match="已在出货单里"):
        orders.deliver(order, actor=alice)


def test_what_is_not_there_is_not_delivered_and_nothing_has_moved(
    ordered: Any, receive: Any, spindle: Any, seal: Any, there: Any, keeper: Any, alice: Any
) -> None:
    receive(spindle, 10)
    receive(seal, 2)
    order = ordered((spindle, 10), (seal, 3))
    delivery = orders.deliver(order, actor=alice).record.made
    with pytest.raises(Refused, match="“密封圈”：1 个"):
        deliveries.confirm(delivery, actor=keeper)
    assert (there(spindle), there(seal)) == ((10, 10), (2, 2))
    assert not StockMove.objects.filter(kind="issue").exists()
    assert Delivery.objects.get(pk=delivery.pk).state == "draft"


def test_goods_that_are_free_leave_where_too_few_were_reserved(
    ordered: Any, receive: Any, spindle: Any, there: Any, keeper: Any, alice: Any
) -> None:
    receive(spindle, 3)
    order = ordered((spindle, 5))
    receive(spindle, 4)
    deliveries.confirm(orders.deliver(order, actor=alice).record.made, actor=keeper)
    assert there(spindle) == (2, 0)


def test_goods_reserved_for_others_stay(
    ordered: Any, receive: Any, spindle: Any, there: Any, keeper: Any, alice: Any
) -> None:
    receive(spindle, 5)
    ordered((spindle, 4))
    order = ordered((spindle, 3))
    with pytest.raises(Refused, match="2 件"):
        deliveries.confirm(orders.deliver(order, actor=alice).record.made, actor=keeper)
    assert there(spindle) == (5, 5)


def test_a_delivery_from_another_warehouse_leaves_from_there(
    ordered: Any, receive: Any, spindle: Any, main: Any, branch: Any, there: Any, keeper: Any, alice: Any
) -> None:
    receive(spindle, 10)
    receive(spindle, 6, branch)
    order = ordered((spindle, 4))
    assert there(spindle, main) == (10, 4)
    deliveries.confirm(some_of(order, alice, 3, warehouse=branch.pk), actor=keeper)
    assert (there(spindle, branch), there(spindle, main)) == ((3, 0), (10, 1))
    with pytest.raises(Refused, match="分仓"):
        too_many = ordered((spindle, 9))
        deliveries.confirm(some_of(too_many, alice, 9, warehouse=branch.pk), actor=keeper)


def test_of_a_bundle_the_parts_leave_and_a_service_needs_no_stock(
    ordered: Any, receive: Any, spindle: Any, seal: Any, adam: Any, there: Any, keeper: Any, alice: Any
) -> None:
    receive(spindle, 4)
    receive(seal, 20)
    kit = products.create(actor=adam, values={"name": "套件", "stocked": False, "list_price": "350"}).record
    for part, each in ((spindle, 1), (seal, 4)):
        bundles.create(actor=adam, values={"bundle": kit, "part": part, "quantity": each})
    visit = products.create(actor=adam, values={"name": "上门调试", "stocked": False, "list_price": "500"}).record
    order = ordered((kit, 3), (visit, 1))
    assert (there(spindle), there(seal)) == ((4, 3), (20, 12))
    deliveries.confirm(some_of(order, alice, 2, 1), actor=keeper)
    assert (there(spindle), there(seal)) == ((2, 1), (12, 4))
    assert fresh(order).delivered == "part"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"quantity": "0"}, "多于零|大于零|写一个"),
        ({"quantity": "-1"}, "."),
        ({"quantity": "11"}, "10 件"),
        ({"quantity": "1.23456"}, "."),
        ({"quantity": "99999999999999"}, "."),
        ({"quantity": "1", "unit": "桶"}, "桶"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(
    row: dict[str, Any], said: str, ordered: Any, spindle: Any, alice: Any
) -> None:
    order = ordered((spindle, 10))
    with pytest.raises(Invalid, match=said):
        deliveries.create(actor=alice, values={"order": order.pk, "lines": [{"product": spindle.pk, **row}]})
    assert not Delivery.objects.exists()


def test_only_what_was_ordered_is_delivered_and_in_one_line(ordered: Any, spindle: Any, seal: Any, alice: Any) -> None:
    order = ordered((spindle, 10))
    for rows, said in (
        ([{"product": seal.pk, "quantity": 1}], "不在"),
        ([{"product": spindle.pk, "quantity": 1}, {"product": spindle.pk, "quantity": 1}], "已经在"),
    ):
        with pytest.raises(Invalid, match=said):
            deliveries.create(actor=alice, values={"order": order.pk, "lines": rows})


def test_two_lines_of_the_same_product_are_two_lines_of_the_delivery(
    ordered: Any, receive: Any, spindle: Any, keeper: Any, alice: Any
) -> None:
    receive(spindle, 10)
    order = ordered((spindle, 2), (spindle, 5))
    delivery = orders.deliver(order, actor=alice).record.made
    assert [(line.item, line.quantity) for line in lines.of(delivery)] == [(1, 2), (2, 5)]
    deliveries.confirm(delivery, actor=keeper)
    assert fresh(order).delivered == "whole"


def test_only_of_an_order_that_holds_goods_are_delivered(
    ordered: Any, receive: Any, spindle: Any, customer: Any, keeper: Any, alice: Any
) -> None:
    rows = [{"product": spindle.pk, "quantity": 1}]
    draft = orders.create(actor=alice, values={"customer": customer, "lines": rows}).record
    with pytest.raises(Invalid, match="草稿"):
        deliveries.create(actor=alice, values={"order": draft.pk})
    receive(spindle, 5)
    order = ordered((spindle, 5))
    delivery = orders.deliver(order, actor=alice).record.made
    orders.revise(order, actor=alice, reason="改数量")
    with pytest.raises(Refused, match="变更"):
        deliveries.confirm(delivery, actor=keeper)
    orders.drop_changes(order, actor=alice)
    deliveries.confirm(delivery, actor=keeper)


def test_a_day_still_to_come_and_one_in_closed_books_are_refused(
    ordered: Any, receive: Any, spindle: Any, keeper: Any, alice: Any
) -> None:
    receive(spindle, 5)
    delivery = orders.deliver(ordered((spindle, 5)), actor=alice).record.made
    with pytest.raises(Invalid, match="还没到"):
        deliveries.confirm(delivery, actor=keeper, on="2999-01-01")
    with pytest.raises(Invalid, match=r"太早|太久|远"):
        deliveries.confirm(delivery, actor=keeper, on="1990-01-01")
    assert Delivery.objects.get(pk=delivery.pk).state == "draft"


def test_once_confirmed_it_stays_as_it_is(ordered: Any, receive: Any, spindle: Any, keeper: Any, alice: Any) -> None:
    receive(spindle, 5)
    delivery = orders.deliver(ordered((spindle, 5)), actor=alice).record.made
    deliveries.edit(delivery, actor=alice, values={"carrier": "顺丰"})
    deliveries.confirm(delivery, actor=keeper)
    for deed in (
        lambda: deliveries.edit(delivery, actor=keeper, values={"carrier": "德邦"}),
        lambda: deliveries.delete(delivery, actor=keeper),
    ):
        with pytest.raises(Refused, match="退货"):
            deed()


def test_who_sells_writes_deliveries_of_own_orders_and_who_keeps_the_stock_confirms_them(
    ordered: Any, receive: Any, spindle: Any, keeper: Any, alice: Any, bob: Any, carol: Any
) -> None:
    receive(spindle, 5)
    order = ordered((spindle, 5))
    with pytest.raises(NotVisible):
        orders.deliver(order, actor=bob)
    delivery = orders.deliver(order, actor=alice).record.made
    with pytest.raises(Forbidden):
        deliveries.confirm(delivery, actor=alice)
    for stranger in (bob, carol):
        with pytest.raises((NotVisible, Forbidden)):
            deliveries.confirm(delivery, actor=stranger)
    deliveries.confirm(delivery, actor=keeper)


def test_the_sum_of_a_delivery_is_exact_and_in_the_currency_of_the_order(
    ordered: Any, receive: Any, seal: Any, keeper: Any, alice: Any
) -> None:
    receive(seal, 10)
    order = ordered((seal, 10))
    delivery = deliveries.confirm(some_of(order, alice, 5), actor=keeper).record
    assert (order.net, order.tax) == (Decimal("33.30"), Decimal("4.33"))
    assert (delivery.net, delivery.tax, delivery.total) == (Decimal("16.65"), Decimal("2.17"), Decimal("18.82"))
    assert delivery.currency == order.currency
