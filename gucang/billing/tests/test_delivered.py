"""A confirmed delivery is owed in the same transaction; what came back is a credit note."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from gucang.billing.actions import payments
from gucang.billing.models import Payment, Receivable
from gucang.billing.screens import cards
from gucang.books import actions as books
from gucang.delivering.actions import deliveries
from gucang.delivering.models import Delivery, DeliveryState
from gucang.documents.panels import figures
from gucang.kernel import clock, lines, records
from gucang.kernel.errors import Invalid
from gucang.kernel.models import Event
from gucang.ordering.actions import orders
from gucang.ordering.models import SalesOrder
from gucang.parties.models import Customer
from gucang.stock.actions import moves, products, warehouses
from tests.personas import hire


@pytest.fixture
def keeper(scope: Any) -> Any:
    """Kim keeps the warehouse, and may see no money."""
    return hire("Kim", "warehouse")


@pytest.fixture
def order(customer: Customer, alice: Any, adam: Any) -> SalesOrder:
    """Seven spindles for 99.99 each before tax; nine are in stock."""
    values = {"name": "高速主轴", "unit": "件", "list_price": "99.99", "tax_rate": "13"}
    product = products.create(actor=adam, values=values).record
    store = warehouses.create(actor=adam, values={"name": "主仓"}).record
    moves.enter(adam, "receive", product, Decimal(9), warehouse=store)
    rows = [{"product": product.pk, "quantity": 7}]
    made = orders.create(actor=alice, values={"customer": customer, "lines": rows}).record
    return orders.approve(made, actor=alice).record


def send(order: SalesOrder, quantity: Any, alice: Any, keeper: Any) -> Delivery:
    """A confirmed delivery of so many."""
    draft = orders.deliver(order, actor=alice).record.made
    key = lines.of(draft)[0].key
    draft = deliveries.edit(draft, actor=alice, values={"lines": {key: {"quantity": quantity}}}).record
    return deliveries.confirm(draft, actor=keeper).record


def test_three_deliveries_of_an_order_come_to_the_order_to_the_cent(order: Any, alice: Any, keeper: Any) -> None:
    sent = [send(order, quantity, alice, keeper) for quantity in (2, 2, 3)]
    owed = list(Receivable.objects.order_by("pk"))
    assert [one.amount for one in owed] == [one.total for one in sent]
    assert sum(one.amount for one in owed) == SalesOrder.objects.get(pk=order.pk).total
    assert [(one.order_id, one.source_type, one.source_id, one.source_label) for one in owed] == [
        (order.pk, "delivery", one.pk, one.number) for one in sent
    ]
    caused = Event.objects.get(name="receivable.create", subject_id=owed[0].pk)
    confirmed = Event.objects.get(name="delivery.confirm", subject_id=sent[0].pk)
    assert caused.cause == confirmed.id


def test_nothing_leaves_where_it_cannot_be_charged(order: Any, alice: Any, keeper: Any, fiona: Any) -> None:
    books.create(actor=fiona, values={"closed_until": clock.today()})
    draft = orders.deliver(order, actor=alice).record.made
    with pytest.raises(Invalid):
        deliveries.confirm(draft, actor=keeper)
    assert Delivery.objects.get(pk=draft.pk).state == DeliveryState.DRAFT
    assert not Receivable.objects.exists()


def test_what_comes_back_is_credited_against_what_was_owed_for_it(
    order: Any, alice: Any, keeper: Any, fiona: Any
) -> None:
    sent = send(order, 4, alice, keeper)
    owed = Receivable.objects.get()
    payments.create(actor=fiona, values={"customer": order.customer_id, "amount": owed.amount - 10, "pays": owed})
    back = deliveries.confirm(deliveries.take_back(sent, actor=keeper).record.made, actor=keeper).record
    note = Payment.objects.get(method="credit")
    assert (note.amount, note.free_amount) == (-back.total, -back.total - 10)
    assert back.number in note.note
    assert Receivable.objects.get().open_amount == 0
    assert note.returned_id == back.pk


def test_a_return_leads_to_its_credit_note_and_back(order: Any, alice: Any, keeper: Any, fiona: Any) -> None:
    sent = send(order, 4, alice, keeper)
    back = deliveries.confirm(deliveries.take_back(sent, actor=keeper).record.made, actor=keeper).record
    note = Payment.objects.get(returned=back)
    shown = cards.on_return(asking(fiona), records.get("delivery"), back)
    assert shown is not None
    assert [one.pk for one in shown["rows"]] == [note.pk]
    assert cards.on_return(asking(fiona), records.get("delivery"), sent) is None
    assert cards.on_return(asking(keeper), records.get("delivery"), back) is None  # sees no money
    pairs = figures("returned")(asking(fiona), records.get("payment"), note)
    assert pairs is not None
    assert f"/acme/deliveries/{back.pk}" in str(pairs["pairs"][0][1])


def asking(who: Any) -> Any:
    """A request of somebody, as far as a panel looks at it."""
    return SimpleNamespace(actor=who.as_actor(), base="/acme", company=SimpleNamespace(currency="CNY"))
