"""What approving, delivering and paying cost in statements: so many, whether the order has two lines or eight."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from gucang.billing.actions import payments
from gucang.billing.models import Receivable
from gucang.delivering.actions import deliveries
from gucang.ordering.actions import orders
from gucang.parties.models import Customer
from gucang.stock.actions import moves, products, warehouses
from tests.personas import hire

FEW, MANY = 2, 8
# Savepoints count, too. What a company has set up is read once and kept, so the second time is what counts.
APPROVE, WRITE, CONFIRM, PAY = 26, 20, 57, 29


def statements(deed: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as caught:
        deed()
    return len(caught.captured_queries)


def test_approving_delivering_and_paying_cost_the_same_however_many_lines(
    customer: Customer, fiona: Any, alice: Any, adam: Any
) -> None:
    keeper = hire("Kim", "warehouse")
    main = warehouses.create(actor=adam, values={"name": "主仓"}).record
    goods = [
        products.create(actor=adam, values={"name": f"备件 {n}", "unit": "件", "list_price": "30"}).record
        for n in range(MANY)
    ]
    for one in goods:
        moves.enter(adam, "receive", one, Decimal(100), warehouse=main)

    def life(lines: int) -> tuple[int, int, int, int]:
        rows = [{"product": one.pk, "quantity": 2} for one in goods[:lines]]
        order = orders.create(actor=alice, values={"customer": customer, "lines": rows}).record
        approve = statements(lambda: orders.approve(order.pk, actor=alice))
        write = statements(lambda: orders.deliver(order.pk, actor=alice))
        delivery = order.deliveries.get()
        confirm = statements(lambda: deliveries.confirm(delivery.pk, actor=keeper))
        owed = Receivable.objects.get(order=order)
        paid = {"customer": customer, "amount": owed.open_amount, "pays": owed}
        return approve, write, confirm, statements(lambda: payments.create(actor=fiona, values=paid))

    life(FEW)
    assert life(FEW) == life(MANY) == (APPROVE, WRITE, CONFIRM, PAY)
