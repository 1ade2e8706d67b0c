"""What comes back: in parts, never more than left, with its money, and delivered again where that is wanted."""

from __future__ import annotations

from typing import Any

import pytest

from gucang.delivering.actions import deliveries
from gucang.delivering.models import Delivery
from gucang.delivering.tests.test_deliveries import fresh
from gucang.kernel import lines
from gucang.kernel.errors import Invalid, Refused
from gucang.ordering.actions import orders
from gucang.stock.models import StockMove


@pytest.fixture
def delivered(ordered: Any, receive: Any, spindle: Any, alice: Any, keeper: Any) -> Delivery:
    """A confirmed delivery of all ten pieces of an order; five more are in stock."""
    receive(spindle, 15)
    return deliveries.confirm(orders.deliver(ordered((spindle, 10)), actor=alice).record.made, actor=keeper).record


def returned(delivery: Delivery, keeper: Any, quantity: Any, **values: Any) -> Delivery:
    """A confirmed return of so many."""
    draft = deliveries.take_back(delivery, actor=keeper).record.made
    key = lines.of(draft)[0].key
    draft = deliveries.edit(draft, actor=keeper, values={"lines": {key: {"quantity": quantity}}, **values}).record
    return deliveries.confirm(draft, actor=keeper).record


def test_a_return_brings_goods_and_money_back(delivered: Delivery, spindle: Any, keeper: Any, there: Any) -> None:
    back = returned(delivered, keeper, 4)
    assert back.number == f"{delivered.number}-R1"
    assert there(spindle) == (9, 0)
    assert back.total * 10 == -delivered.total * 4
    move = StockMove.objects.get(document=back.number)
    assert (move.kind, move.change, move.document_id) == ("receive", 4, back.pk)
    assert fresh(delivered.order).delivered == "whole", "nothing of it is wanted any more"


def test_what_is_to_be_delivered_again_is_kept_for_the_order(
    delivered: Delivery, spindle: Any, keeper: Any, alice: Any, there: Any
) -> None:
    returned(delivered, keeper, 4, again=True)
    assert fresh(delivered.order).delivered == "part"
    assert there(spindle) == (9, 4)
    anew = orders.deliver(delivered.order, actor=alice).record.made
    assert [line.quantity for line in lines.of(anew)] == [4]
    deliveries.confirm(anew, actor=keeper)
    every = Delivery.objects.filter(order=delivered.order)
    assert sum(one.total for one in every) == fresh(delivered.order).total
    assert there(spindle) == (5, 0)


def test_no_more_comes_back_than_has_left(delivered: Delivery, keeper: Any, spindle: Any, there: Any) -> None:
    returned(delivered, keeper, 4)
    draft = deliveries.take_back(delivered, actor=keeper).record.made
    assert [line.quantity for line in lines.of(draft)] == [6]
    with pytest.raises(Invalid, match="6 件"):
        deliveries.edit(draft, actor=keeper, values={"lines": {1: {"quantity": 7}}})
    deliveries.confirm(draft, actor=keeper)
    with pytest.raises(Refused, match="全部退回"):
        deliveries.take_back(delivered, actor=keeper)
    assert there(spindle) == (15, 0)


def test_two_drafts_of_a_return_do_not_bring_back_twice(
    delivered: Delivery, keeper: Any, spindle: Any, there: Any
) -> None:
    first, second = (deliveries.take_back(delivered, actor=keeper).record.made for _n in range(2))
    assert {first.number, second.number} == {f"{delivered.number}-R1", f"{delivered.number}-R2"}
    deliveries.confirm(first, actor=keeper)
    with pytest.raises(Invalid, match="0 件"):
        deliveries.confirm(second, actor=keeper)
    assert there(spindle) == (15, 0)


def test_goods_come_back_where_they_left_or_where_the_return_says(
    delivered: Delivery, keeper: Any, spindle: Any, main: Any, branch: Any, there: Any
) -> None:
    returned(delivered, keeper, 3)
    returned(delivered, keeper, 2, warehouse=branch.pk)
    assert (there(spindle, main), there(spindle, branch)) == ((8, 0), (2, 0))


def test_only_what_has_left_comes_back(ordered: Any, spindle: Any, alice: Any, keeper: Any) -> None:
    draft = orders.deliver(ordered((spindle, 10)), actor=alice).record.made
    with pytest.raises(Refused, match="还没有出货"):
        deliveries.take_back(draft, actor=keeper)


def test_a_return_is_not_returned_and_a_delivery_is_not_to_be_delivered_again(
    delivered: Delivery, keeper: Any, ordered: Any, spindle: Any, alice: Any
) -> None:
    back = returned(delivered, keeper, 4)
    with pytest.raises(Refused, match="退货单"):
        deliveries.take_back(back, actor=keeper)
    other = ordered((spindle, 1))
    with pytest.raises(Invalid, match="退回"):
        deliveries.create(actor=alice, values={"order": other.pk, "again": True})


def test_goods_of_an_order_that_is_done_come_back_too(
    delivered: Delivery, keeper: Any, alice: Any, spindle: Any, there: Any
) -> None:
    orders.complete(delivered.order, actor=alice)
    back = returned(delivered, keeper, 4, again=True)
    assert (back.state, there(spindle)) == ("confirmed", (9, 0)), "for an order that is done nothing is kept"
    orders.reopen(delivered.order, actor=alice)
    assert there(spindle) == (9, 4)
