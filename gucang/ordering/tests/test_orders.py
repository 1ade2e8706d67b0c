"""Sales orders: of a quote or by themselves, approved, changed by a new version, done or cancelled."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from gucang.approvals.actions import policies, requests
from gucang.approvals.models import ApprovalRequest
from gucang.kernel import clock, lines, records, undoing
from gucang.kernel.actors import Access, FieldRule, system
from gucang.kernel.errors import Forbidden, NeedsApproval, NotVisible, Refused
from gucang.ordering import queries, screens
from gucang.ordering.actions import orders
from gucang.ordering.models import OrderLine, OrderState, OrderVersion, SalesOrder
from gucang.parties.actions import customers
from gucang.selling.actions import quotes
from gucang.selling.models import Quote

TYPE = records.get("sales_order")


def test_an_order_of_a_quote_has_everything_that_was_accepted(act: Any, accepted: Quote, alice: Any) -> None:
    quote = act(quotes.make_order, accepted).record
    order = quote.made
    assert (order.customer_id, order.quote_id, order.total, order.note) == (
        quote.customer_id, quote.pk, quote.total, "含安装",
    )  # fmt: skip
    assert (order.state, order.owner, order.ordered_on) == (OrderState.DRAFT, alice, clock.today())
    assert [(line.quantity, line.unit, line.base_quantity) for line in lines.of(order)] == [(2, "箱", 8)]


def test_of_a_quote_there_is_one_order_until_that_is_cancelled(accepted: Quote, alice: Any) -> None:
    order = quotes.make_order(accepted, actor=alice).record.made
    with pytest.raises(Refused, match="已生成订单"):
        quotes.make_order(accepted, actor=alice)
    with pytest.raises(Refused, match="已生成订单"):
        quotes.take_back(accepted, actor=alice)
    with pytest.raises(Refused, match="取消"):
        orders.delete(order, actor=alice)
    orders.cancel(order, actor=alice, reason="客户改了主意")
    again = quotes.make_order(accepted, actor=alice).record.made
    assert again.pk != order.pk
    assert SalesOrder.objects.filter(quote=accepted).count() == 2


def test_only_what_was_accepted_is_ordered(customer: Any, alice: Any) -> None:
    quote = quotes.create(actor=alice, values={"customer": customer}).record
    with pytest.raises(Refused, match="客户接受后"):
        quotes.make_order(quote, actor=alice)
    assert not SalesOrder.objects.exists()


def test_whoever_may_not_write_orders_makes_none_of_a_quote(accepted: Quote, carol: Any, bob: Any) -> None:
    with pytest.raises(Forbidden):
        quotes.make_order(accepted, actor=carol)
    with pytest.raises(NotVisible):
        quotes.make_order(accepted, actor=bob)
    assert not SalesOrder.objects.exists()
    assert not Quote.objects.get(pk=accepted.pk).ordered


def test_an_approved_order_stays_as_it_is_and_what_it_said_is_kept(act: Any, new_order: Any, alice: Any) -> None:
    order = act(orders.approve, new_order(3)).record
    assert (order.state, order.approved_on) == (OrderState.APPROVED, clock.today())
    with pytest.raises(Refused, match="变更订单"):
        orders.edit(order, actor=alice, values={"note": "改"})
    with pytest.raises(Refused, match="已审核"):
        orders.approve(order, actor=alice)
    (version,) = queries.versions_of(order)
    assert (version.number, version.approved_by, version.content["total"]) == (1, alice, "1084.80")
    assert version.content["lines"]["1"]["quantity"] == "3"


def test_an_order_of_nothing_is_not_submitted(customer: Any, alice: Any) -> None:
    order = orders.create(actor=alice, values={"customer": customer}).record
    with pytest.raises(Refused, match="还没有金额"):
        orders.approve(order, actor=alice)


def test_a_change_is_a_new_version_that_is_approved_again(new_order: Any, alice: Any, spindle: Any) -> None:
    order = new_order(3)
    orders.approve(order, actor=alice)
    order = orders.revise(order, actor=alice, reason="客户加两件").record
    assert (order.state, order.revision) == (OrderState.CHANGING, 2)
    orders.edit(order, actor=alice, values={"lines": [{"key": 1, "quantity": 5}]})
    order = orders.approve(order, actor=alice).record
    assert [version.number for version in queries.versions_of(order)] == [2, 1]
    assert order.total == 1808


def test_a_version_is_compared_in_its_head_too_as_far_as_the_reader_may(new_order: Any, alice: Any) -> None:
    order = new_order(3, note="按合同", address="老厂")
    orders.approve(order, actor=alice)
    order = orders.revise(order, actor=alice, reason="客户搬家").record
    order = orders.edit(order, actor=alice, values={"address": "新厂", "deliver_by": "2027-03-01", "note": ""}).record

    def told(actor: Any) -> dict[str, tuple[str, str]]:
        request = SimpleNamespace(actor=actor, base="/acme", company=SimpleNamespace(currency="CNY"))
        found = screens.versions(request, TYPE, order)
        return {what: (before, now) for what, before, now in found["changes"]}  # type: ignore[index]

    found = told(alice.as_actor())
    assert found["送货地址"] == ("老厂", "新厂")
    assert "2027年3月1日" in found["交货日期"][1]
    assert found["备注"] == ("按合同", "空")
    assert len(found) == 3
    hidden = replace(alice.as_actor(), field_rules={"sales_order.address": FieldRule(Access.HIDDEN)})
    assert "送货地址" not in told(hidden)


def test_changes_can_be_dropped_and_the_approved_version_is_back(new_order: Any, alice: Any, spindle: Any) -> None:
    order = new_order(3, note="按合同", deliver_by=clock.today())
    orders.approve(order, actor=alice)
    before = queries.content_of(SalesOrder.objects.get(pk=order.pk))
    orders.revise(order, actor=alice, reason="加货")
    rows = [{"product": spindle.pk, "quantity": 9, "price": 100}]
    orders.edit(order, actor=alice, values={"lines": rows, "note": "", "deliver_by": None})
    order = orders.drop_changes(order, actor=alice).record
    assert (order.state, order.revision) == (OrderState.APPROVED, 1)
    assert queries.content_of(SalesOrder.objects.get(pk=order.pk)) == before
    assert OrderVersion.objects.count() == 1


def test_changes_of_an_order_that_came_in_approved_can_be_dropped_too(customer: Any, alice: Any, spindle: Any) -> None:
    values = {"customer": customer, "lines": [{"product": spindle.pk, "quantity": 2}], "state": "approved"}
    order = orders.create(actor=alice, values=values, also=("state",)).record
    assert order.approved_on == order.ordered_on
    orders.revise(order, actor=alice, reason="改数量")
    orders.edit(order, actor=alice, values={"lines": {1: {"quantity": 5}}})
    order = orders.drop_changes(order, actor=alice).record
    assert (order.state, [line.quantity for line in lines.of(order)]) == (OrderState.APPROVED, [2])


def test_an_order_ends_done_or_cancelled_with_a_reason(new_order: Any, alice: Any) -> None:
    order = new_order()
    with pytest.raises(Refused, match="不是已审核"):
        orders.complete(order, actor=alice)
    orders.approve(order, actor=alice)
    event = orders.complete(order, actor=alice).event
    with pytest.raises(Refused, match="已经是“已完成”"):
        orders.cancel(order, actor=alice, reason="来不及")
    undoing.undo(event, actor=alice)
    order = orders.cancel(order, actor=alice, reason="来不及").record
    assert (order.state, order.cancelled_for) == (OrderState.CANCELLED, "来不及")


def test_a_customer_with_open_orders_stays(new_order: Any, customer: Any, alice: Any, mia: Any) -> None:
    order = new_order()
    with pytest.raises(Refused, match="1 张订单"):
        customers.delete(customer, actor=mia)
    orders.cancel(order, actor=alice, reason="不要了")
    customers.delete(customer, actor=mia)


def test_orders_are_seen_within_reach(new_order: Any, alice: Any, bob: Any, mia: Any, carol: Any) -> None:
    order = new_order()
    seen = {who.name for who in (alice, bob, mia, carol) if TYPE.query(who.as_actor()).filter(pk=order.pk).exists()}
    assert seen == {"Alice", "Mia", "Carol"}
    with pytest.raises(NotVisible):
        orders.approve(order, actor=bob)


def in_force(deed: str, record: str, conditions: str, who: Any) -> None:
    values = {"name": "超出授权", "record_type": record, "action": deed}
    policy = policies.create(actor=system(), values=values).record
    words = {"steps": [{"who": [{"kind": "person", "id": who.pk}]}], "conditions": conditions}
    policies.define(policy, actor=system(), definition=json.dumps(words))
    policies.put_in_force(policy, actor=system())


def test_submitting_an_order_waits_where_a_policy_wants_others_to_agree(new_order: Any, alice: Any, mia: Any) -> None:
    in_force("sales_order.approve", "sales_order", "total__gte=1000", mia)
    orders.approve(new_order(1), actor=alice)
    large = new_order(10)
    with pytest.raises(NeedsApproval):
        orders.approve(large, actor=alice)
    assert SalesOrder.objects.get(pk=large.pk).state == OrderState.DRAFT
    assert not OrderVersion.objects.filter(order=large).exists()
    with pytest.raises(Refused, match="Mia"):
        orders.edit(large, actor=alice, values={"lines": []})
    requests.agree(ApprovalRequest.objects.get(about_id=large.pk), actor=mia)
    assert SalesOrder.objects.get(pk=large.pk).state == OrderState.APPROVED
    assert OrderVersion.objects.get(order=large).number == 1
    assert OrderLine.objects.filter(order=large).count() == 1


def test_a_discount_beyond_the_price_list_waits(customer: Any, alice: Any, mia: Any, spindle: Any) -> None:
    in_force("quote.send", "quote", "over_discount__gte=0.01", mia)
    rows = [{"product": spindle.pk, "quantity": 1, "discount": 40}]
    quote = quotes.create(actor=alice, values={"customer": customer, "lines": rows}).record
    assert quote.over_discount > 0
    with pytest.raises(NeedsApproval):
        quotes.send(quote, actor=alice)
    requests.agree(ApprovalRequest.objects.get(about_id=quote.pk), actor=mia)
    assert Quote.objects.get(pk=quote.pk).state == "sent"
    at_list = {"customer": customer, "lines": [{"product": spindle.pk, "quantity": 1}]}
    quotes.send(quotes.create(actor=alice, values=at_list).record, actor=alice)
