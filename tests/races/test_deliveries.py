"""Orders and deliveries under races: the last pieces go once, whoever approves or confirms faster."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from gucang.delivering.actions import deliveries
from gucang.delivering.models import Delivery
from gucang.kernel import lines
from gucang.kernel.errors import Problem
from gucang.kernel.scope import company_scope
from gucang.ordering.actions import orders
from gucang.ordering.models import SalesOrder
from gucang.parties.actions import customers
from gucang.stock import ledger
from gucang.stock.actions import moves, products, reservations, warehouses
from gucang.stock.models import Product, Reservation, StockLevel, StockMove, Warehouse
from tests.personas import Team
from tests.races.test_races import at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
REPETITIONS = 20


class House:
    """Acme with two products in a warehouse, and threads that order, deliver and receive."""

    def __init__(self, team: Team) -> None:
        self.company, self.adam, self.alice = team.company, team.people["adam"], team.people["alice"]
        with company_scope(self.company):
            self.goods: list[Product] = [
                products.create(actor=self.adam, values={"name": name, "list_price": "10"}).record
                for name in ("抢手货", "配件")
            ]
            self.main: Warehouse = warehouses.create(actor=self.adam, values={"name": "主仓"}).record
            self.customer = customers.create(actor=self.alice, values={"name": "苏州恒力"}).record

    def do(self, deed: Callable[[], Any]) -> Any:
        with company_scope(self.company):
            return deed()

    def later(self, deed: Callable[[], Any]) -> Callable[[], Any]:
        return lambda: self.do(deed)

    def receive(self, some: int, product: int = 0) -> None:
        one = self.goods[product]
        self.do(lambda: moves.enter(self.adam, "receive", one, Decimal(some), warehouse=self.main))

    def order(self, *quantities: int) -> SalesOrder:
        """A draft; what is wanted first stands first."""
        rows = [{"product": one.pk, "quantity": some} for one, some in zip(self.goods, quantities, strict=False)]
        values = {"customer": self.customer.pk, "lines": rows}
        return self.do(lambda: orders.create(actor=self.alice, values=values).record)

    def turned(self, first: int, second: int) -> SalesOrder:
        """A draft whose lines stand the other way round."""
        rows = [
            {"product": one.pk, "quantity": some} for one, some in zip(self.goods[::-1], (second, first), strict=True)
        ]
        values = {"customer": self.customer.pk, "lines": rows}
        return self.do(lambda: orders.create(actor=self.alice, values=values).record)

    def approve(self, order: SalesOrder) -> Callable[[], Any]:
        return self.later(lambda: orders.approve(order, actor=self.alice))

    def draft(self, order: SalesOrder, *quantities: int) -> Delivery:
        rows = [{"product": one.pk, "quantity": some} for one, some in zip(self.goods, quantities, strict=False)]
        values = {"order": order.pk, "lines": rows}
        return self.do(lambda: deliveries.create(actor=self.alice, values=values).record)

    def confirm(self, delivery: Delivery) -> Callable[[], Any]:
        return self.later(lambda: deliveries.confirm(delivery, actor=self.adam))

    def check(self) -> tuple[Decimal, Decimal]:
        """On hand and reserved of the first product; the ledger, the reservations and the deliveries say the same."""

        def count() -> tuple[Decimal, Decimal]:
            for one in self.goods:
                kept = sum(r.left for r in Reservation.objects.filter(product=one))
                level = StockLevel.objects.filter(product=one, warehouse=self.main).first()
                on_hand, reserved = (level.on_hand, level.reserved) if level else (Decimal(0), Decimal(0))
                assert on_hand == ledger.sum_of(one.pk, self.main.pk) >= reserved == kept >= 0
            for order in SalesOrder.objects.all():
                for key, line in enumerate(lines.of(order), start=1):
                    sent = [
                        each.base_quantity
                        for each_delivery in Delivery.objects.filter(order=order, state="confirmed")
                        for each in lines.of(each_delivery)
                        if each.item == key
                    ]
                    assert sum(sent) <= line.base_quantity
            level = StockLevel.objects.get(product=self.goods[0], warehouse=self.main)
            return level.on_hand, level.reserved

        return self.do(count)


def test_twenty_times_eight_orders_of_three_get_the_ten_that_are_there(acme_team: Team) -> None:
    house = House(acme_team)
    for _repetition in range(REPETITIONS):
        house.receive(10)
        drafts = [house.order(3) for _n in range(8)]
        results = at_once(*[house.approve(one) for one in drafts])
        assert not [one for one in results if isinstance(one, Problem)], "an order that waits holds, too"
        assert house.check() == (10, 10)
        ids = [one.pk for one in drafts]
        assert house.do(lambda ids=ids: SalesOrder.objects.filter(pk__in=ids, lacking=True).count()) == 5
        for one in drafts:
            house.do(lambda one=one: orders.cancel(one, actor=house.alice, reason="完"))
        house.do(lambda: moves.enter(house.adam, "count", house.goods[0], Decimal(0), warehouse=house.main))


def test_of_sixteen_clicks_on_one_delivery_one_delivers(acme_team: Team) -> None:
    house = House(acme_team)
    house.receive(100)
    for repetition in range(REPETITIONS):
        order = house.order(2)
        house.approve(order)()
        delivery = house.draft(order, 2)
        results = at_once(*[house.confirm(delivery)] * 16)
        assert len([one for one in results if not isinstance(one, Problem)]) == 1
        assert house.check() == (100 - 2 * (repetition + 1), 0)
    assert house.do(lambda: StockMove.objects.filter(kind="issue").count()) == REPETITIONS


def test_twenty_times_eight_drafts_deliver_no_more_than_was_ordered(acme_team: Team) -> None:
    house = House(acme_team)
    for _repetition in range(REPETITIONS):
        house.receive(20)
        order = house.order(10)
        house.approve(order)()
        drafts = [house.draft(order, 3) for _n in range(8)]
        results = at_once(*[house.confirm(one) for one in drafts])
        assert len([one for one in results if not isinstance(one, Problem)]) == 3
        assert {one.status for one in results if isinstance(one, Problem)} <= {409, 422}
        house.check()
        house.do(lambda order=order: orders.complete(order, actor=house.alice))


def test_orders_whose_lines_stand_crosswise_do_not_wait_in_a_circle(acme_team: Team) -> None:
    house = House(acme_team)
    for repetition in range(REPETITIONS):
        house.receive(8)
        house.receive(8, 1)
        made = [house.order(1, 1) if n % 2 else house.turned(1, 1) for n in range(8)]
        at_once(*[house.approve(one) for one in made])
        drafts = [house.do(lambda one=one: orders.deliver(one, actor=house.alice).record.made) for one in made]
        results = at_once(*[house.confirm(one) for one in drafts])
        assert not [one for one in results if isinstance(one, Problem)]
        assert house.check() == (0, 0), repetition


def test_cancelling_confirming_releasing_and_receiving_at_once_leave_what_is_true(acme_team: Team) -> None:
    house = House(acme_team)
    for _repetition in range(REPETITIONS):
        house.receive(6)
        first, second = house.order(4), house.order(4)
        for one in (first, second):
            house.approve(one)()
        drafts = [house.draft(one, 4) for one in (first, second)]
        kept = house.do(lambda pk=first.pk: Reservation.objects.get(document_id=pk, left__gt=0))
        results = at_once(
            *[house.confirm(one) for one in drafts],
            house.later(lambda one=first: orders.cancel(one, actor=house.alice, reason="不要了")),
            house.later(lambda kept=kept: reservations.release(kept, actor=house.adam)),
            house.later(lambda: moves.enter(house.adam, "receive", house.goods[0], Decimal(2), warehouse=house.main)),
        )
        assert len(results) == 5
        house.check()
        for one in (first, second):
            state = house.do(lambda one=one: SalesOrder.objects.get(pk=one.pk))
            if state.state == "approved":
                house.do(lambda one=one: orders.complete(one, actor=house.alice))
        house.do(lambda: moves.enter(house.adam, "count", house.goods[0], Decimal(0), warehouse=house.main))
