"""Stock under races: nothing is sold twice, and what is on hand is what the ledger says, whoever is faster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from gucang.kernel.errors import Problem, Refused
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope
from gucang.stock import ledger, reserving
from gucang.stock.actions import moves, products, reservations, warehouses
from gucang.stock.models import Product, Reservation, StockLevel, StockMove, Warehouse
from gucang.stock.reserving import Document, Line
from tests.personas import Team
from tests.races.test_races import at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
REPETITIONS = 20


class Store:
    """Acme's two warehouses with one product in them, and threads that move it."""

    def __init__(self, team: Team, on_hand: int) -> None:
        self.company, self.adam = team.company, team.people["adam"]
        with company_scope(self.company):
            self.product: Product = products.create(actor=self.adam, values={"name": "抢手货"}).record
            self.main: Warehouse = warehouses.create(actor=self.adam, values={"name": "主仓"}).record
            self.branch: Warehouse = warehouses.create(actor=self.adam, values={"name": "分仓"}).record
        if on_hand:
            self.move("receive", on_hand)()

    def move(self, kind: str, quantity: Any, **values: Any) -> Callable[[], Any]:
        given = {"kind": kind, "product": self.product, "warehouse": self.main, "quantity": quantity} | values

        def do() -> Any:
            with company_scope(self.company):
                return moves.create(actor=self.adam, values=given).record

        return do

    def on_hand(self, warehouse: Warehouse | None = None) -> Decimal:
        """What lies there, which must be what the ledger says."""
        place = warehouse or self.main
        with company_scope(self.company):
            level = StockLevel.objects.filter(product=self.product, warehouse=place).first()
            amount = level.on_hand if level else Decimal(0)
            assert amount == ledger.sum_of(self.product.pk, place.pk)
            every = sum(one.on_hand for one in StockLevel.objects.filter(product=self.product))
            assert Product.objects.get(pk=self.product.pk).on_hand == every
            return amount


def test_twenty_times_eight_takers_of_three_get_what_there_is_and_no_more(acme_team: Team) -> None:
    store = Store(acme_team, 0)
    for _repetition in range(REPETITIONS):
        store.move("receive", 10)()
        results = at_once(*[store.move("issue", 3)] * 8)
        refused = [one for one in results if isinstance(one, Problem)]
        assert len(refused) == 5
        assert {one.status for one in refused} == {409}
        assert all("只有 1 件" in str(one) for one in refused)
        assert store.on_hand() == 1
        store.move("count", 0)()


def test_of_thirty_two_takers_as_many_are_served_as_there_are_pieces(acme_team: Team) -> None:
    store = Store(acme_team, 20)
    results = at_once(*[store.move("issue", 1)] * 32)
    assert Counter(isinstance(one, Refused) for one in results) == {False: 20, True: 12}
    assert store.on_hand() == 0
    with company_scope(store.company):
        assert StockMove.objects.filter(kind="issue").count() == 20
        assert Event.objects.filter(name="stock_move.create").count() == 21
        balances = StockMove.objects.filter(kind="issue").values_list("balance", flat=True)
        assert sorted(balances) == list(range(20)), "each saw what the one before had left"


def test_twenty_times_transfers_against_each_other_neither_wait_in_a_circle_nor_lose_a_piece(acme_team: Team) -> None:
    store = Store(acme_team, 50)
    store.move("receive", 50, warehouse=store.branch)()
    there = store.move("transfer", 2, to_warehouse=store.branch)
    back = store.move("transfer", 3, warehouse=store.branch, to_warehouse=store.main)
    for _repetition in range(REPETITIONS):
        at_once(*[there, back] * 4)
    main, branch = store.on_hand(), store.on_hand(store.branch)
    assert main + branch == 100
    assert min(main, branch) >= 0


def test_the_first_receipts_of_a_product_meet_and_all_count(acme_team: Team) -> None:
    store = Store(acme_team, 0)
    results = at_once(*[store.move("receive", 5)] * 16)
    assert not [one for one in results if isinstance(one, Problem)]
    assert store.on_hand() == 80


def test_one_move_reversed_sixteen_times_at_once_is_reversed_once(acme_team: Team) -> None:
    store = Store(acme_team, 10)
    with company_scope(store.company):
        received = StockMove.objects.get()

    def reverse() -> Any:
        with company_scope(store.company):
            return moves.reverse(received.pk, actor=store.adam, reason="录错")

    results = at_once(*[reverse] * 16)
    assert len([one for one in results if isinstance(one, Problem)]) == 15
    assert store.on_hand() == 0


# --- what is kept for documents ---


def test_twenty_times_sixteen_orders_for_three_share_ten_and_oversell_nothing(acme_team: Team) -> None:
    store = Store(acme_team, 10)

    def order(number: int) -> Callable[[], Any]:
        def do() -> Any:
            with company_scope(store.company):
                lines = [Line(store.product, Decimal(3))]
                return reserving.reserve(Document("sales_order", number), lines, actor=store.adam)

        return do

    for repetition in range(REPETITIONS):
        numbers = [repetition * 100 + n for n in range(16)]
        results = at_once(*[order(number) for number in numbers])
        assert Counter(isinstance(one, Problem) for one in results) == {False: 3, True: 13}
        with company_scope(store.company):
            level = StockLevel.objects.get()
            assert (level.on_hand, level.reserved, level.free) == (10, 9, 1)
            kept = sum(one.left for one in Reservation.objects.filter(left__gt=0))
            assert kept == level.reserved
            for number in numbers:
                reserving.release(Document("sales_order", number), actor=store.adam)


def test_reserving_issuing_and_releasing_interleaved_leave_what_adds_up(acme_team: Team) -> None:
    store = Store(acme_team, 40)
    with company_scope(store.company):
        second = products.create(actor=store.adam, values={"name": "配件"}).record
        moves.enter(store.adam, "receive", second, 40, warehouse=store.branch)

    def life(number: int) -> Callable[[], Any]:
        document = Document("sales_order", number)
        # Half of them name the products the other way round: nobody may wait in a circle.
        goods = [store.product, second] if number % 2 else [second, store.product]

        def do() -> Any:
            with company_scope(store.company):
                lines = [Line(one, Decimal(3), key=place) for place, one in enumerate(goods)]
                reserving.reserve(document, lines, actor=store.adam)
                reserving.issue(document, [Line(goods[0], Decimal(2), key=0)], actor=store.adam)
                reserving.release(document, actor=store.adam)

        return do

    results = at_once(*[life(number) for number in range(12)], *[store.move("receive", 1)] * 4)
    assert not [one for one in results if isinstance(one, Problem)], results
    assert store.on_hand() == 40 + 4 - 12
    with company_scope(store.company):
        assert not Reservation.objects.filter(left__gt=0).exists()
        assert {(one.reserved, one.free - one.on_hand) for one in StockLevel.objects.all()} == {(0, 0)}
        assert StockLevel.objects.get(product=second).on_hand == 40 - 12


def test_one_reservation_issued_sixteen_times_at_once_is_issued_once(acme_team: Team) -> None:
    store = Store(acme_team, 10)
    with company_scope(store.company):
        lines = [Line(store.product, Decimal(10))]
        kept = reserving.reserve(Document("sales_order", 1), lines, actor=store.adam).reservations[0]

    def issue() -> Any:
        with company_scope(store.company):
            return reservations.issue(kept.pk, actor=store.adam)

    results = at_once(*[issue] * 16)
    assert len([one for one in results if isinstance(one, Problem)]) == 15
    assert store.on_hand() == 0
