"""Who waits for me: the customer whose goods should have left, with whoever confirms deliveries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from gucang.accounts.models import Member
from gucang.audits import waits
from gucang.delivering.actions import deliveries
from gucang.kernel import clock
from gucang.ordering.models import SalesOrder
from gucang.stock.models import Product


def test_goods_that_should_have_left_wait_for_who_confirms_them(
    keeper: Member,
    alice: Any,
    spindle: Product,
    receive: Callable[..., None],
    ordered: Callable[..., SalesOrder],
) -> None:
    receive(spindle, 10)
    order = ordered((spindle, 4))
    values = {"order": order, "due_on": clock.today()}
    delivery = deliveries.create(actor=alice, values=values).record
    assert waits.of(keeper.as_actor(), "/acme") == [], "today is in time"
    with clock.at(clock.now() + timedelta(days=1)):
        (found,) = waits.of(keeper.as_actor(), "/acme")
        assert (found.what, found.who) == (delivery.number, delivery.receiver)
        assert found.url == f"/acme/deliveries/{delivery.pk}"
        assert found.since == clock.midnight(delivery.due_on)
        assert found.behind
        assert waits.of(alice.as_actor(), "/acme") == []
