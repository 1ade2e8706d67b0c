"""From a deal to an approved order: quoted beyond policy, agreed to, revised, accepted, ordered, changed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gucang.approvals.actions import policies, requests
from gucang.approvals.models import ApprovalRequest
from gucang.kernel import events, lines
from gucang.kernel.actors import system
from gucang.kernel.errors import NeedsApproval
from gucang.ordering.actions import orders
from gucang.ordering.models import OrderState, SalesOrder
from gucang.parties.actions import customers
from gucang.selling.actions import opportunities, quotes
from gucang.selling.models import Quote, QuoteState
from gucang.stock.actions import products


def policy(deed: str, conditions: str, who: Any) -> None:
    values = {"name": deed, "record_type": deed.partition(".")[0], "action": deed}
    made = policies.create(actor=system(), values=values).record
    steps = [{"who": [{"kind": "person", "id": who.pk}]}]
    policies.define(made, actor=system(), definition=json.dumps({"steps": steps, "conditions": conditions}))
    policies.put_in_force(made, actor=system())


def agreed(deed: Any, record: Any, by: Any, manager: Any, **params: Any) -> None:
    """Do what waits for the manager, and let her agree."""
    with pytest.raises(NeedsApproval):
        deed(record, actor=by, **params)
    request = ApprovalRequest.objects.filter(about_id=record.pk, action=deed.name).latest("pk")
    requests.agree(request, actor=manager)
    request.refresh_from_db()
    assert request.state == "carried_out"


def test_a_deal_is_quoted_revised_ordered_and_changed(scope: Any, alice: Any, mia: Any, adam: Any) -> None:
    policy("quote.send", "over_discount__gte=0.01", mia)
    policy("sales_order.approve", "total__gte=5000", mia)
    spindle = products.create(
        actor=adam, values={"name": "高速主轴", "unit": "件", "units": "箱 = 4", "list_price": "320", "cost": "200"}
    ).record
    customer = customers.create(actor=alice, values={"name": "苏州恒力精密机械有限公司"}).record
    deal = opportunities.create(actor=alice, values={"name": "主轴换代", "customer": customer, "amount": 9000}).record
    rows = [{"product": spindle.pk, "quantity": 5, "unit": "箱", "discount": 30}]
    first = quotes.create(actor=alice, values={"customer": customer, "opportunity": deal, "lines": rows}).record

    agreed(quotes.send, first, alice, mia)
    second = quotes.revise(first, actor=alice).record.made
    quotes.edit(second, actor=alice, values={"lines": [{"key": 1, "quantity": 6, "discount": 0}]})
    quotes.send(second, actor=alice)
    assert Quote.objects.get(pk=first.pk).state == QuoteState.SUPERSEDED
    quotes.accept(second, actor=alice)
    order = quotes.make_order(second, actor=alice).record.made
    assert (order.total, order.opportunity_id) == (Quote.objects.get(pk=second.pk).total, deal.pk)

    agreed(orders.approve, order, alice, mia)
    order = orders.revise(order, actor=alice, reason="少一箱").record
    orders.edit(order, actor=alice, values={"lines": {1: {"quantity": 5}}})
    agreed(orders.approve, order, alice, mia)
    order = SalesOrder.objects.get(pk=order.pk)
    assert (order.state, order.revision, order.versions.count()) == (OrderState.APPROVED, 2, 2)
    assert sum(line.gross for line in lines.of(order)) == order.total
    orders.complete(order, actor=alice)

    told = [event.name for event in events.timeline("customer", customer.pk)]
    assert {"quote.send", "quote.revise", "quote.accept", "quote.make_order", "sales_order.approve",
            "sales_order.complete"} <= set(told)  # fmt: skip
    assert {event.name for event in events.timeline("opportunity", deal.pk)} >= {"quote.create", "sales_order.create"}
