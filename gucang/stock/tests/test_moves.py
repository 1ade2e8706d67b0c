"""The ledger of stock: what is entered, what is refused and why, and that nothing in it ever changes."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from gucang.kernel import clock, records
from gucang.kernel.errors import Forbidden, Invalid, NotVisible, Problem, Refused
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope, writing
from gucang.stock import ledger
from gucang.stock.actions import moves, prices, products, warehouses
from gucang.stock.models import Product, StockLevel, StockMove, Warehouse


@pytest.fixture
def valve(scope: Any, adam: Any) -> Product:
    """Counted in 只, 箱 of 24."""
    values = {"name": "电磁阀", "unit": "只", "units": "箱 = 24, 托 = 0.125", "cost": "81.5"}
    return products.create(actor=adam, values=values).record


@pytest.fixture
def move(adam: Any, valve: Product, main: Warehouse) -> Any:
    """`move("receive", 10)`: by the administrator, in the main warehouse."""

    def enter(kind: str, quantity: Any, *, by: Any = None, **values: Any) -> StockMove:
        where = {"product": valve, "warehouse": main} | values
        return moves.create(actor=by or adam, values={"kind": kind, "quantity": quantity, **where}).record

    return enter


def on_hand(product: Product, warehouse: Warehouse) -> Decimal:
    found = StockLevel.objects.filter(product=product, warehouse=warehouse).first()
    amount = found.on_hand if found else Decimal(0)
    assert amount == ledger.sum_of(product.pk, warehouse.pk), "the level is what the ledger says"
    return amount


def test_what_is_received_is_there_and_what_is_issued_is_gone(
    move: Any, valve: Product, main: Warehouse, act: Any, adam: Any
) -> None:
    values = {
        "kind": "receive",
        "product": valve,
        "warehouse": main,
        "quantity": "2",
        "unit": "箱",
        "reason": "采购到货",
    }
    outcome = act(moves.create, by=adam, **values)
    received = outcome.record
    assert (received.change, received.balance, received.on) == (48, 48, clock.today())
    assert (outcome.event.changes["change"], outcome.event.name) == ([None, "48"], "stock_move.create")
    issued = move("issue", "8")
    assert (issued.change, issued.balance, issued.unit) == (-8, 40, "只")
    assert on_hand(valve, main) == 40
    valve.refresh_from_db()
    assert (valve.on_hand, valve.free) == (40, 40), "the list of products shows the sum"


def test_a_transfer_goes_from_one_warehouse_into_another(
    move: Any, valve: Product, main: Warehouse, branch: Warehouse
) -> None:
    move("receive", "10")
    sent = move("transfer", "4", to_warehouse=branch)
    assert (sent.change, sent.balance) == (-4, 6)
    assert (on_hand(valve, main), on_hand(valve, branch)) == (6, 4)
    valve.refresh_from_db()
    assert valve.on_hand == 10
    for to in (None, main):
        with pytest.raises(Invalid) as refused:
            move("transfer", "1", to_warehouse=to)
        assert set(refused.value.fields) == {"to_warehouse"}
    with pytest.raises(Invalid) as refused:
        move("issue", "1", to_warehouse=branch)
    assert set(refused.value.fields) == {"to_warehouse"}


def test_a_count_enters_the_difference_and_may_find_nothing(move: Any, valve: Product, main: Warehouse) -> None:
    move("receive", "10")
    short = move("count", "7", reason="季末盘点")
    assert (short.quantity, short.change, short.balance) == (7, -3, 7)
    assert move("count", "7").change == 0
    assert move("count", "0").change == -7
    assert on_hand(valve, main) == 0
    assert move("count", "5").balance == 5, "what nobody knew of was found"


def test_a_count_of_an_earlier_day_is_compared_with_what_lay_there_then(
    move: Any, valve: Product, main: Warehouse
) -> None:
    today = clock.today()
    move("receive", "10", on=today - timedelta(days=5))
    move("issue", "4", on=today - timedelta(days=1))
    counted = move("count", "9", on=today - timedelta(days=3))
    assert (counted.change, counted.balance) == (-1, 5)
    assert on_hand(valve, main) == 5


def test_nothing_that_is_not_there_can_go(move: Any, valve: Product, main: Warehouse, branch: Warehouse) -> None:
    move("receive", "10")
    with pytest.raises(Refused, match="只有 10 只"):
        move("issue", "10.0001")
    with pytest.raises(Refused, match="只有 10 只"):
        move("transfer", "11", to_warehouse=branch)
    with pytest.raises(Refused):
        move("issue", "1", warehouse=branch)
    assert on_hand(valve, main) == 10
    assert StockMove.objects.count() == Event.objects.filter(name="stock_move.create").count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "-3"}, "quantity"),
        ({"quantity": "1.00001"}, "quantity"),
        ({"quantity": "1e15"}, "quantity"),
        ({"quantity": "999999999999", "unit": "箱"}, "quantity"),
        ({"quantity": "0.0001", "unit": "托"}, "quantity"),
        ({"quantity": "很多"}, "quantity"),
        ({"quantity": ""}, "quantity"),
        ({"quantity": "1", "unit": "打"}, "unit"),
        ({"quantity": "1", "on": "2199-01-01"}, "on"),
        ({"quantity": "1", "on": "1984-01-01"}, "on"),
        ({"quantity": "1", "kind": "reverse"}, "kind"),
        ({"quantity": "1", "kind": "steal"}, "kind"),
        ({"quantity": "1", "product": "没有的"}, "product"),
        ({"quantity": "1", "warehouse": "没有的"}, "warehouse"),
        ({"quantity": "1", "change": "5"}, "change"),
        ({"quantity": "1", "balance": "5"}, "balance"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field(move: Any, values: dict[str, str], field: str) -> None:
    given = {"kind": "receive", "quantity": "1"} | values
    with pytest.raises(Invalid) as refused:
        move(given.pop("kind"), given.pop("quantity"), **given)
    assert set(refused.value.fields) == {field}
    assert not StockMove.objects.exists()
    assert not StockLevel.objects.exclude(on_hand=0).exists()


def test_together_no_more_fits_than_a_number_holds(move: Any, valve: Product, main: Warehouse) -> None:
    move("receive", "999999999999")
    with pytest.raises(Invalid, match="太大"):
        move("receive", "1")
    assert on_hand(valve, main) == Decimal(999999999999)


def test_deleted_retired_and_services_are_refused_in_words(move: Any, valve: Product, adam: Any) -> None:
    move("receive", "5")
    retired = products.retire(valve, actor=adam).record
    with pytest.raises(Invalid, match="停售"):
        move("receive", "1", product=retired)
    move("issue", "1", product=retired)
    service = products.create(actor=adam, values={"name": "上门安装", "stocked": False}).record
    with pytest.raises(Invalid, match="不管库存"):
        move("receive", "1", product=service)
    gone = products.create(actor=adam, values={"name": "旧件"}).record
    products.delete(gone, actor=adam)
    for given in (gone.pk, Product.with_bin.get(pk=gone.pk)):
        with pytest.raises(Invalid) as refused:
            move("receive", "1", product=given)
        assert set(refused.value.fields) == {"product"}


def test_no_move_may_be_dated_into_a_closed_period(move: Any, adam: Any) -> None:
    first = clock.today().replace(day=1)
    move("receive", "9", on=first - timedelta(days=1))
    prices.create_settings(actor=adam, values={"opens_on": first.isoformat()})
    with pytest.raises(Invalid, match="已经结账") as refused:
        move("receive", "1", on=first - timedelta(days=1))
    assert set(refused.value.fields) == {"on"}
    move("receive", "1", on=first)
    old = StockMove.objects.order_by("pk").first()
    assert old is not None
    counter = moves.reverse(old, actor=adam, reason="多录了")
    assert counter.event is not None
    assert StockMove.objects.get(reverses=old).on == clock.today(), "it is taken back today, not then"


def test_a_move_is_taken_back_by_a_counter_move_once(
    move: Any, valve: Product, main: Warehouse, branch: Warehouse, act: Any, adam: Any
) -> None:
    move("receive", "10")
    sent = move("transfer", "4", to_warehouse=branch)
    outcome = act(moves.reverse, sent, by=adam, reason="发错仓")
    counter = StockMove.objects.get(reverses=sent)
    assert (counter.change, counter.to_warehouse, outcome.event.facts["by"]) == (4, branch, counter.number)
    assert (on_hand(valve, main), on_hand(valve, branch)) == (10, 0)
    with pytest.raises(Refused, match=counter.number):
        moves.reverse(sent, actor=adam, reason="再来")
    with pytest.raises(Refused, match="红冲"):
        moves.reverse(counter, actor=adam, reason="冲红冲")


def test_what_has_gone_on_cannot_be_taken_back_from_under_it(
    move: Any, valve: Product, main: Warehouse, adam: Any
) -> None:
    received = move("receive", "10")
    move("issue", "8")
    with pytest.raises(Refused, match="只有 2 只"):
        moves.reverse(received, actor=adam, reason="退货")
    assert on_hand(valve, main) == 2


def test_nothing_in_the_ledger_changes_whoever_tries(move: Any) -> None:
    entered = move("receive", "10")
    kind = records.get("stock_move")
    assert kind.edit is None
    assert {"delete", "edit", "restore"}.isdisjoint(kind.verbs)
    tries = (
        "UPDATE stock_stockmove SET quantity = 1 WHERE id = %s",
        "UPDATE stock_stockmove SET change = 1, balance = 1 WHERE id = %s",
        "UPDATE stock_stockmove SET deleted_at = now() WHERE id = %s",
        "DELETE FROM stock_stockmove WHERE id = %s",
    )
    for statement in tries:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [entered.pk])
    with writing("stock"), pytest.raises(DatabaseError), transaction.atomic():
        StockMove.objects.filter(pk=entered.pk).update(warehouse=None)
    assert StockMove.objects.get(pk=entered.pk).quantity == 10


def test_the_database_itself_refuses_to_oversell(move: Any, valve: Product) -> None:
    move("receive", "10")
    for statement in (
        "UPDATE stock_stocklevel SET on_hand = -1, free = -1 WHERE product_id = %s",
        "UPDATE stock_stocklevel SET reserved = 11, free = -1 WHERE product_id = %s",
        "UPDATE stock_stocklevel SET free = 11 WHERE product_id = %s",
        "UPDATE stock_stocklevel SET reserved = -1, free = 11 WHERE product_id = %s",
    ):
        with pytest.raises(DatabaseError, match="never_oversold"), transaction.atomic():
            connection.cursor().execute(statement, [valve.pk])


def test_a_move_entered_later_is_known_as_late(move: Any) -> None:
    yesterday = clock.today() - timedelta(days=1)
    late = move("receive", "1", on=yesterday)
    event = Event.objects.get(name="stock_move.create", subject_id=late.pk)
    assert event.occurred_at.date() <= yesterday < event.recorded_at.date() or event.occurred_at < event.recorded_at


def test_a_warehouse_in_which_something_lies_stays(move: Any, main: Warehouse, adam: Any) -> None:
    move("receive", "1")
    with pytest.raises(Refused, match="主仓"):
        warehouses.delete(main, actor=adam)
    move("issue", "1")
    warehouses.delete(main, actor=adam)
    with pytest.raises(Problem):
        move("receive", "1", warehouse=main.pk)


def test_the_keeper_moves_stock_and_sees_no_cost_and_sellers_see_stock_and_move_nothing(
    move: Any, valve: Product, keeper: Any, alice: Any, mia: Any
) -> None:
    move("receive", "5", by=keeper)
    with pytest.raises(Forbidden):
        move("issue", "1", by=alice)
    with pytest.raises(Forbidden):
        move("issue", "1", by=mia)
    level, ledger_type = records.get("stock_level"), records.get("stock_move")
    assert level.query(alice.as_actor()).count() == 1
    assert not ledger_type.query(alice.as_actor()).exists()
    assert ledger_type.query(mia.as_actor()).count() == 1
    from gucang.kernel import permissions
    from gucang.kernel.actors import Access

    assert permissions.access(keeper.as_actor(), records.get("product"), "cost", valve) is Access.HIDDEN


def test_stock_of_another_company_is_not_there(acme: Any, other: Any, adam: Any, dan: Any) -> None:
    with company_scope(other):
        theirs = products.create(actor=dan, values={"name": "电磁阀"}).record
        place = warehouses.create(actor=dan, values={"name": "主仓"}).record
        values = {"kind": "receive", "product": theirs, "warehouse": place, "quantity": "7"}
        entered = moves.create(actor=dan, values=values).record
    with company_scope(acme):
        ours = products.create(actor=adam, values={"name": "电磁阀"}).record
        here = warehouses.create(actor=adam, values={"name": "主仓"}).record
        for kind in ("stock_level", "stock_move"):
            assert not records.get(kind).query(adam.as_actor()).exists()
        with pytest.raises(Invalid):
            moves.create(actor=adam, values=values | {"product": theirs.pk, "warehouse": here})
        with pytest.raises(Invalid):
            moves.create(actor=adam, values=values | {"product": ours, "warehouse": place.pk})
        with pytest.raises(NotVisible):
            moves.reverse(entered, actor=adam, reason="别家的")
        with pytest.raises(DatabaseError), transaction.atomic():
            moves.create(actor=adam, values=values | {"product": ours, "warehouse": place})
        assert ledger.sum_of(theirs.pk, place.pk) == 0


def test_history_is_entered_at_its_dates(move: Any, valve: Product, main: Warehouse) -> None:
    for day, kind, quantity in ((1, "receive", 100), (2, "issue", 30), (3, "count", 65)):
        move(kind, quantity, on=date(2026, 1, day))
    assert ledger.on_hand_at_end_of(date(2026, 1, 1), valve.pk, main.pk) == 100
    assert ledger.on_hand_at_end_of(date(2026, 1, 2), valve.pk, main.pk) == 70
    assert on_hand(valve, main) == 65
