"""What is kept for orders: from their approval until they are delivered, changed, cancelled or done."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Sum

from gucang.delivering import supply
from gucang.delivering.actions import deliveries
from gucang.delivering.models import Delivery
from gucang.delivering.reactions import drop_drafts, serve_who_waits
from gucang.delivering.tests.test_deliveries import fresh, some_of
from gucang.kernel import lines
from gucang.kernel.errors import Refused
from gucang.kernel.models import Event
from gucang.ordering.actions import orders
from gucang.stock import alerts
from gucang.stock.actions import moves, reservations
from gucang.stock.models import Reservation


def kept(order: Any) -> list[Any]:
    """How much is kept for each line of an order."""
    found = Reservation.objects.filter(document_type="sales_order", document_id=order.pk, left__gt=0)
    return [int(some) for _line, some in found.order_by("line").values_list("line").annotate(Sum("left"))]


def test_an_approved_order_has_its_goods_and_what_is_not_there_it_waits_for(
    ordered: Any, receive: Any, spindle: Any, seal: Any
) -> None:
    receive(spindle, 10)
    receive(seal, 1)
    order = ordered((spindle, 2, "箱"), (seal, 5))
    assert (kept(order), fresh(order).lacking) == ([8, 1], True)
    assert Reservation.objects.filter(document=order.number).count() == 2


def test_what_was_kept_for_one_order_no_other_gets(ordered: Any, receive: Any, spindle: Any) -> None:
    receive(spindle, 10)
    first, second = ordered((spindle, 7)), ordered((spindle, 7))
    assert (kept(first), kept(second)) == ([7], [3])
    assert (fresh(first).lacking, fresh(second).lacking) == (False, True)


def test_what_comes_is_kept_for_who_waits_the_most_urgent_first(
    ordered: Any, receive: Any, spindle: Any, adam: Any, main: Any
) -> None:
    late, soon = ordered((spindle, 5), deliver_by="2099-02-01"), ordered((spindle, 5), deliver_by="2099-01-01")
    event = moves.create(
        actor=adam, values={"kind": "receive", "product": spindle, "quantity": 7, "warehouse": main}
    ).event
    serve_who_waits(event)
    assert (kept(soon), kept(late)) == ([5], [2])
    assert (fresh(soon).lacking, fresh(late).lacking) == (False, True)
    serve_who_waits(event)
    assert (kept(soon), kept(late)) == ([5], [2]), "a job that runs twice does nothing twice"


def test_what_is_let_go_is_kept_for_who_waits(ordered: Any, receive: Any, spindle: Any, keeper: Any) -> None:
    receive(spindle, 5)
    first, second = ordered((spindle, 5)), ordered((spindle, 4))
    one = Reservation.objects.get(document_id=first.pk)
    event = reservations.release(one, actor=keeper, quantity=3).event
    supply.let_go(supply.hold(first.pk))
    serve_who_waits(event)
    assert (kept(first), kept(second)) == ([], [4])


def test_a_cancelled_order_lets_its_goods_go_and_its_drafts_too(
    ordered: Any, receive: Any, spindle: Any, alice: Any
) -> None:
    receive(spindle, 5)
    order = ordered((spindle, 9))
    draft = orders.deliver(order, actor=alice).record.made
    event = orders.cancel(order, actor=alice, reason="客户项目取消").event
    assert (kept(order), fresh(order).lacking) == ([], False)
    drop_drafts(event)
    assert not Delivery.objects.filter(pk=draft.pk).exists()


def test_a_draft_of_a_cancelled_order_is_not_confirmed(
    ordered: Any, receive: Any, spindle: Any, alice: Any, keeper: Any, there: Any
) -> None:
    receive(spindle, 5)
    order = ordered((spindle, 5))
    draft = orders.deliver(order, actor=alice).record.made
    orders.cancel(order, actor=alice, reason="客户项目取消")
    with pytest.raises(Refused, match="取消"):
        deliveries.confirm(draft, actor=keeper)
    assert there(spindle) == (5, 0)


def test_an_order_of_which_something_is_delivered_is_closed_and_not_cancelled(
    ordered: Any, receive: Any, spindle: Any, alice: Any, keeper: Any
) -> None:
    receive(spindle, 5)
    order = ordered((spindle, 5))
    deliveries.confirm(some_of(order, alice, 2), actor=keeper)
    with pytest.raises(Refused, match="已有出货"):
        orders.cancel(order, actor=alice, reason="不要了")
    orders.complete(order, actor=alice)
    assert kept(order) == []
    orders.reopen(order, actor=alice)
    assert kept(order) == [3]


def test_a_new_version_keeps_what_it_wants_and_lets_the_rest_go(
    ordered: Any, receive: Any, spindle: Any, seal: Any, alice: Any
) -> None:
    receive(spindle, 10)
    receive(seal, 10)
    order = ordered((spindle, 6), (seal, 4))
    orders.revise(order, actor=alice, reason="客户改数量")
    orders.edit(order, actor=alice, values={"lines": {1: {"quantity": 8}, 2: None}})
    assert kept(order) == [6, 4], "what was approved holds until the new version does"
    orders.approve(order, actor=alice)
    assert kept(order) == [8]


def test_a_new_version_wants_no_less_than_is_delivered(
    ordered: Any, receive: Any, spindle: Any, seal: Any, alice: Any, keeper: Any
) -> None:
    receive(spindle, 10)
    order = ordered((spindle, 6), (seal, 4))
    deliveries.confirm(some_of(order, alice, 4), actor=keeper)
    for change, said in (
        ({1: {"quantity": 3}}, "至少"),
        ({1: None}, "保留"),
        ({1: {"product": seal.pk, "unit": "个", "price": "3.33"}}, "保留"),
    ):
        orders.revise(order, actor=alice, reason="客户改数量")
        orders.edit(order, actor=alice, values={"lines": change})
        with pytest.raises(Refused, match=said):
            orders.approve(order, actor=alice)
        orders.drop_changes(order, actor=alice)
    orders.revise(order, actor=alice, reason="客户改数量")
    orders.edit(order, actor=alice, values={"lines": {1: {"quantity": 4}, 2: None}})
    orders.approve(order, actor=alice)
    assert fresh(order).delivered == "whole"
    assert [line.key for line in lines.of(fresh(order))] == [1]


def test_who_has_sold_it_hears_that_it_runs_low(ordered: Any, spindle: Any, seal: Any, alice: Any, bob: Any) -> None:
    ordered((spindle, 1))
    found = alerts.interested_in([spindle.pk, seal.pk])
    assert found == {spindle.pk: {alice.pk}, seal.pk: set()}


def test_asked_twice_nothing_is_kept_twice(ordered: Any, receive: Any, spindle: Any) -> None:
    receive(spindle, 10)
    order = ordered((spindle, 4))
    before = Event.objects.count()
    supply.keep_up(supply.hold(order.pk))
    assert (kept(order), Event.objects.count()) == ([4], before)


def test_history_that_an_import_brings_in_counts_and_moves_nothing(
    receive: Any, spindle: Any, customer: Any, adam: Any, there: Any
) -> None:
    receive(spindle, 10)
    rows = [{"product": spindle.pk, "quantity": 6}]
    values = {"customer": customer, "lines": rows, "state": "approved"}
    order = orders.create(actor=adam, values=values, also=("state",)).record
    assert kept(order) == [6]
    part = [{"product": spindle.pk, "quantity": 4}]
    values = {"order": order.pk, "lines": part, "state": "confirmed", "confirmed_on": "2020-03-01", "number": "旧-17"}
    old = deliveries.create(actor=adam, values=values, also=("state", "confirmed_on", "number")).record
    assert (old.number, str(old.confirmed_on)) == ("旧-17", "2020-03-01")
    assert (kept(order), fresh(order).delivered, there(spindle)) == ([2], "part", (10, 2))
