"""What is kept for documents: all or nothing, from where, issued in parts, let go; and what of it all is to be had."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from gucang.kernel import clock
from gucang.kernel.errors import Forbidden, Invalid, NotVisible, Refused
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope
from gucang.stock import reserving
from gucang.stock.actions import expected, moves, products, reservations, warehouses
from gucang.stock.availability import availability
from gucang.stock.models import ExpectedReceipt, Product, Reservation, StockLevel, StockMove, Warehouse
from gucang.stock.reserving import Document, Line

ORDER = Document("sales_order", 7, "DD-0007")


def level(product: Product, warehouse: Warehouse) -> tuple[Decimal, Decimal, Decimal]:
    found = StockLevel.objects.get(product=product, warehouse=warehouse)
    return found.on_hand, found.reserved, found.free


def test_what_is_reserved_is_there_and_not_free(
    goods: Any, receive: Any, main: Warehouse, act: Any, keeper: Any
) -> None:
    valve = goods("电磁阀")
    receive(valve, 10)
    values = {"product": valve, "warehouse": main, "quantity": "4", "document": "DD-1"}
    kept = act(reservations.create, by=keeper, **values).record
    assert level(valve, main) == (10, 4, 6)
    valve.refresh_from_db()
    assert (valve.on_hand, valve.free) == (10, 6)
    with pytest.raises(Refused, match="可用只有 6 件"):
        moves.enter(keeper, "issue", valve, 7, warehouse=main)
    with pytest.raises(Refused, match="可用只有 6 件"):
        reservations.create(actor=keeper, values=values | {"quantity": "6.5"})
    act(reservations.issue, kept, by=keeper, quantity="1")
    kept.refresh_from_db()
    assert (kept.issued, kept.left, *level(valve, main)) == (1, 3, 9, 3, 6)
    act(reservations.release, kept, by=keeper, quantity="1")
    act(reservations.issue, kept, by=keeper)
    kept.refresh_from_db()
    assert (kept.issued, kept.released, kept.left, *level(valve, main)) == (3, 1, 0, 7, 0, 7)
    for verb in (reservations.issue, reservations.release):
        with pytest.raises(Refused, match="没有预留"):
            verb(kept, actor=keeper)
    assert StockMove.objects.filter(kind="issue", document="DD-1").count() == 2


@pytest.mark.parametrize("quantity", ["0", "-1", "1.00001", "5", "1e20"])
def test_no_more_than_is_reserved_and_no_nonsense_is_issued_or_released(
    goods: Any, receive: Any, main: Warehouse, keeper: Any, quantity: str
) -> None:
    valve = goods("电磁阀")
    receive(valve, 10)
    kept = reservations.create(actor=keeper, values={"product": valve, "warehouse": main, "quantity": "4"}).record
    for verb in (reservations.issue, reservations.release):
        with pytest.raises(Invalid) as refused:
            verb(kept, actor=keeper, quantity=quantity)
        assert set(refused.value.fields) == {"quantity"}
    assert level(valve, main) == (10, 4, 6)


def test_a_document_gets_all_of_its_lines_or_none(goods: Any, receive: Any, main: Warehouse, keeper: Any) -> None:
    valve, pump = goods("电磁阀", units="箱 = 24"), goods("泵")
    receive(valve, 100)
    receive(pump, 1)
    lines = [Line(valve, Decimal(2), "箱", key=1), Line(pump, Decimal(3), key=2)]
    with pytest.raises(Refused, match="“泵”要 3 件，可用 1 件"):
        reserving.reserve(ORDER, lines, actor=keeper)
    assert not Reservation.objects.exists()
    assert level(valve, main) == (100, 0, 100)
    done = reserving.reserve(ORDER, lines, actor=keeper, partial=True)
    assert [(one.product, one.quantity, one.line) for one in done.reservations] == [(valve, 48, 1), (pump, 1, 2)]
    assert [(one.product, one.wanted, one.free) for one in done.short] == [(pump, 3, 1)]
    assert Event.objects.filter(name="reservation.create").count() == 2


def test_one_product_on_two_lines_is_counted_once(goods: Any, receive: Any, keeper: Any) -> None:
    valve = goods("电磁阀")
    receive(valve, 10)
    lines = [Line(valve, Decimal(6), key=1), Line(valve, Decimal(6), key=2)]
    with pytest.raises(Refused):
        reserving.reserve(ORDER, lines, actor=keeper)
    assert not Reservation.objects.exists()


def test_it_is_taken_from_the_warehouses_asked_for_or_from_where_most_is_free(
    goods: Any, receive: Any, main: Warehouse, branch: Warehouse, keeper: Any
) -> None:
    valve = goods("电磁阀")
    receive(valve, 5)
    receive(valve, 8, branch)
    first = reserving.reserve(ORDER, [Line(valve, Decimal(6))], actor=keeper)
    assert [(one.warehouse, one.quantity) for one in first.reservations] == [(branch, 6)]
    second = reserving.reserve(ORDER, [Line(valve, Decimal(6))], actor=keeper, warehouses=[branch, main])
    assert [(one.warehouse, one.quantity) for one in second.reservations] == [(branch, 2), (main, 4)]
    with pytest.raises(Refused):
        reserving.reserve(ORDER, [Line(valve, Decimal(1), warehouse=branch)], actor=keeper)


def test_a_document_issues_in_parts_and_lets_the_rest_go(
    goods: Any, receive: Any, main: Warehouse, keeper: Any
) -> None:
    valve, pump = goods("电磁阀"), goods("泵")
    receive(valve, 10)
    receive(pump, 10)
    lines = [Line(valve, Decimal(6), key=1), Line(pump, Decimal(5), key=2)]
    reserving.reserve(ORDER, lines, actor=keeper)
    with pytest.raises(Refused, match="没有为此预留"):
        reserving.issue(ORDER, [Line(valve, Decimal(4), key=1), Line(pump, Decimal(6), key=2)], actor=keeper)
    assert not StockMove.objects.filter(kind="issue").exists(), "all or nothing"
    assert reserving.issue(ORDER, [Line(valve, Decimal(4), key=1)], actor=keeper) == [4]
    issued = StockMove.objects.get(kind="issue")
    assert (issued.document, issued.document_type, issued.document_id) == ("DD-0007", "sales_order", 7)
    reserving.release(ORDER, actor=keeper, line=1)
    assert (level(valve, main), level(pump, main)) == ((6, 0, 6), (10, 5, 5))
    reserving.release(ORDER, actor=keeper, reason="客户取消")
    assert reserving.reservations_of(ORDER) == []
    assert level(pump, main) == (10, 0, 10)


def test_services_need_nothing_and_bundles_their_parts(
    goods: Any, receive: Any, main: Warehouse, keeper: Any, kit: Any
) -> None:
    visit = goods("上门安装", stocked=False)
    valve, screw = goods("电磁阀"), goods("螺钉")
    receive(valve, 3)
    receive(screw, 20)
    box = kit("安装套件", (valve, 1), (screw, 4))
    done = reserving.reserve(ORDER, [Line(visit, Decimal(1)), Line(box, Decimal(2), key=5)], actor=keeper)
    assert {(one.product.name, one.quantity, one.line) for one in done.reservations} == {
        ("电磁阀", 2, 5),
        ("螺钉", 8, 5),
    }
    with pytest.raises(Refused, match="电磁阀"):
        reserving.reserve(ORDER, [Line(box, Decimal(2))], actor=keeper)
    reserving.issue(ORDER, [Line(box, Decimal(2), key=5)], actor=keeper)
    assert (level(valve, main), level(screw, main)) == ((1, 0, 1), (12, 0, 12))


def test_who_sells_sees_what_is_kept_and_keeps_nothing_by_hand(goods: Any, receive: Any, main: Any, alice: Any) -> None:
    valve = goods("电磁阀")
    receive(valve, 3)
    with pytest.raises(Forbidden):
        reservations.create(actor=alice, values={"product": valve, "warehouse": main, "quantity": "1"})
    with pytest.raises(Forbidden):
        expected.create(actor=alice, values={"product": valve, "warehouse": main, "quantity": "1", "on": clock.today()})


# --- what should come ---


def coming(by: Any, product: Product, warehouse: Warehouse, quantity: Any, days: int, **values: Any) -> ExpectedReceipt:
    on = clock.today() + timedelta(days=days)
    given = {"product": product, "warehouse": warehouse, "quantity": quantity, "on": on, **values}
    return expected.create(actor=by, values=given).record


def test_what_should_come_arrives_in_parts_and_makes_stock(goods: Any, main: Warehouse, act: Any, keeper: Any) -> None:
    valve = goods("电磁阀", units="箱 = 24")
    receipt = coming(keeper, valve, main, "2", 5, unit="箱", document="CG-9")
    assert (receipt.left, receipt.received) == (48, 0)
    act(expected.arrive, receipt, by=keeper, quantity="1", unit="箱")
    receipt.refresh_from_db()
    assert (receipt.left, receipt.received, *level(valve, main)) == (24, 24, 24, 0, 24)
    with pytest.raises(Refused, match="取消剩余"):
        expected.delete(receipt, actor=keeper)
    act(expected.arrive, receipt, by=keeper)
    receipt.refresh_from_db()
    assert (receipt.left, level(valve, main)[0]) == (0, 48)
    with pytest.raises(Refused, match="已经到齐"):
        expected.arrive(receipt, actor=keeper)
    assert set(StockMove.objects.values_list("document", "document_type")) == {("CG-9", "expected_receipt")}


def test_what_is_called_off_is_not_counted_on(goods: Any, main: Warehouse, keeper: Any) -> None:
    valve = goods("电磁阀")
    receipt = coming(keeper, valve, main, "5", 2)
    assert availability([valve])[valve.pk].expected == 5
    expected.call_off(receipt, actor=keeper)
    assert availability([valve])[valve.pk].expected == 0
    with pytest.raises(Refused, match="取消"):
        expected.arrive(receipt, actor=keeper)


def test_availability_says_what_is_free_and_what_comes_by_the_day(
    goods: Any, receive: Any, main: Warehouse, branch: Warehouse, keeper: Any
) -> None:
    valve, pump, visit = goods("电磁阀"), goods("泵"), goods("安装", stocked=False)
    receive(valve, 10)
    receive(valve, 5, branch)
    reserving.reserve(ORDER, [Line(valve, Decimal(4))], actor=keeper)
    coming(keeper, valve, main, "20", 3)
    coming(keeper, valve, main, "30", 9)
    by = clock.today() + timedelta(days=5)
    found = availability([valve, pump, visit], by)
    there = found[valve.pk]
    assert (there.on_hand, there.reserved, there.free, there.expected) == (15, 4, 11, 20)
    assert there.next_on == clock.today() + timedelta(days=3)
    assert (there.enough(Decimal(11)), there.enough(Decimal(12)), there.enough_by_then(Decimal(31))) == (
        True,
        False,
        True,
    )
    assert availability([valve])[valve.pk].expected == 50
    assert availability([valve], warehouse=branch)[valve.pk].free == 5
    assert (found[pump.pk].free, found[pump.pk].next_on) == (0, None)
    assert found[visit.pk].enough(Decimal(999)), "of a service there is always enough"


def test_fifty_products_are_asked_about_in_as_many_statements_as_one(
    goods: Any, receive: Any, kit: Any, django_assert_num_queries: Any
) -> None:
    many = [goods(f"件 {n}") for n in range(50)]
    box = kit("套件", (many[0], 2))
    for one in many[:10]:
        receive(one, 3)
    with django_assert_num_queries(2):
        assert len(availability(many)) == 50
    with django_assert_num_queries(4):
        assert availability([*many, box])[box.pk].free == 1


def test_stock_kept_by_another_company_is_not_counted(acme: Any, other: Any, adam: Any, dan: Any) -> None:
    with company_scope(other):
        theirs = products.create(actor=dan, values={"name": "电磁阀"}).record
        place = warehouses.create(actor=dan, values={"name": "主仓"}).record
        moves.enter(dan, "receive", theirs, 9, warehouse=place)
        kept = reserving.reserve(ORDER, [Line(theirs, Decimal(2))], actor=dan).reservations[0]
        receipt = coming(dan, theirs, place, "5", 1)
    with company_scope(acme):
        ours = products.create(actor=adam, values={"name": "电磁阀"}).record
        found = availability([ours, theirs])
        assert [(found[one.pk].on_hand, found[one.pk].expected) for one in (ours, theirs)] == [(0, 0), (0, 0)]
        assert reserving.reservations_of(ORDER) == []
        for verb, record in ((reservations.release, kept), (reservations.issue, kept), (expected.arrive, receipt)):
            with pytest.raises(NotVisible):
                verb(record, actor=adam)
