"""Deliveries on pages: from the order's page by one button, changed, confirmed; what is free while one writes lines."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from gucang.delivering import answering
from gucang.delivering.actions import deliveries
from gucang.delivering.models import Delivery
from gucang.kernel import clock
from gucang.kernel.actors import system
from gucang.kernel.scope import company_scope
from gucang.ordering.actions import orders
from gucang.ordering.models import SalesOrder
from gucang.parties.actions import customers
from gucang.stock.actions import expected, moves, products, warehouses
from gucang.stock.models import StockLevel
from gucang.surface import ui
from tests.contracts.world import words_of
from tests.personas import hire


@pytest.fixture
def world(acme: Any, alice: Any, adam: Any) -> dict[str, Any]:
    """An approved order of Alice's over ten pieces, six of which are there. The scope is not entered."""
    with company_scope(acme):
        spindle = products.create(actor=adam, values={"name": "高速主轴", "unit": "件", "list_price": "320"}).record
        main = warehouses.create(actor=adam, values={"name": "主仓"}).record
        moves.enter(adam, "receive", spindle, 6, warehouse=main)
        customer = customers.create(actor=alice, values={"name": "苏州恒力精密机械有限公司"}).record
        rows = [{"product": spindle.pk, "quantity": 10}]
        values = {"customer": customer, "lines": rows, "deliver_by": "2099-03-01"}
        order = orders.approve(orders.create(actor=alice, values=values).record, actor=alice).record
        keeper = hire("Kim", "warehouse")
    return {"spindle": spindle, "main": main, "customer": customer, "order": order, "keeper": keeper}


def test_from_the_orders_page_to_goods_that_have_left(
    world: dict[str, Any], client: Client, login: Any, alice: Any, acme: Any
) -> None:
    url = f"/acme/sales-orders/{world['order'].pk}"
    page = words_of(login(client, alice).get(url).content.decode())
    assert "未出货" in page
    assert "4 没有在途" in page, page
    made = client.post(f"{url}/deliver", {"next": url})
    with company_scope(acme):
        draft = Delivery.objects.get()
    assert made.url == f"/acme/deliveries/{draft.pk}"
    form = {"_sent": "lines", "lines-0-key": "1", "lines-0-product": world["spindle"].pk, "lines-0-quantity": "6"}
    changed = client.post(f"/acme/deliveries/{draft.pk}/edit", {**form, "order": world["order"].pk, "_key": "k"})
    assert changed.status_code == 302, changed.content.decode()
    keeper = login(Client(), world["keeper"])
    home = words_of(keeper.get("/acme/").content.decode())
    assert draft.number in home
    assert world["order"].number in home
    assert keeper.post(f"/acme/deliveries/{draft.pk}/confirm", {}).status_code == 302
    with company_scope(acme):
        assert StockLevel.objects.get().on_hand == 0
        assert SalesOrder.objects.get().delivered == "part"
    page = words_of(client.get(url).content.decode())
    assert "部分出货" in page
    assert draft.number in page
    assert "订单号" not in page, "which order it is, stands above"
    assert "订单号" in words_of(client.get(f"/acme/customers/{world['customer'].pk}").content.decode())


def test_who_packs_sees_where_the_goods_go_and_neither_order_nor_prices(
    world: dict[str, Any], client: Client, login: Any, alice: Any, acme: Any
) -> None:
    with company_scope(acme):
        draft = orders.deliver(world["order"], actor=alice).record.made
    browser = login(client, world["keeper"])
    for path in (f"/acme/deliveries/{draft.pk}", "/acme/deliveries/", f"/acme/deliveries/{draft.pk}/edit"):
        page = words_of(browser.get(path).content.decode())
        assert "3,200" not in page
        assert draft.number in page
    raw = browser.get(f"/acme/deliveries/{draft.pk}").content.decode()
    page = words_of(raw)
    assert "苏州恒力精密机械有限公司" in page
    assert world["order"].number in page, "which order it is, without a way to it"
    assert ("看不到" in page, "lines-sums" in raw) == (False, False)
    assert browser.get(f"/acme/sales-orders/{world['order'].pk}").status_code == 404
    form = {"_sent": "lines", "lines-0-key": "1", "lines-0-product": world["spindle"].pk, "lines-0-quantity": "2"}
    saved = browser.post(f"/acme/deliveries/{draft.pk}/edit", {**form, "carrier": "顺丰速运", "_key": "k"})
    assert saved.status_code == 302, saved.content.decode()
    with company_scope(acme):
        assert Delivery.objects.get(pk=draft.pk).carrier == "顺丰速运"


def test_while_one_writes_lines_it_says_what_is_free_and_what_should_come(
    world: dict[str, Any], client: Client, login: Any, alice: Any, adam: Any, acme: Any
) -> None:
    browser = login(client, alice)

    def told(url: str, *quantities: str, **more: Any) -> list[list[str]]:
        sent = {"customer": world["customer"].pk, "_sent": "lines", **more}
        for n, quantity in enumerate(quantities):
            sent |= {f"lines-{n}-product": world["spindle"].pk, f"lines-{n}-quantity": quantity}
        rows = browser.post(url, sent).json()["rows"]
        return [rows[str(n)]["hint"] for n in range(len(quantities))]

    with company_scope(acme):
        moves.enter(adam, "receive", world["spindle"], 5, warehouse=world["main"])
    quotes = "/acme/quotes/lines"
    assert told(quotes, "5") == [["可用 5 件", "ok"]]
    assert told(quotes, "3", "3") == [["可用 5 件", "ok"], ["可用 2 件，缺 1 件，没有在途", "bad"]], "both share five"
    with company_scope(acme):
        values = {"product": world["spindle"], "warehouse": world["main"], "quantity": 20, "on": "2099-02-01"}
        expected.create(actor=adam, values=values)
    [[words, tone]] = told(quotes, "9")
    assert ("缺 4 件" in words, "2099" in words, tone) == (True, True, "warn")
    late = told("/acme/sales-orders/lines", "9", deliver_by="2099-01-01")
    assert late[0][1] == "bad", "it comes after the day on which it is wanted"


def test_the_answer_card_says_what_is_still_to_be_delivered(
    world: dict[str, Any], acme: Any, alice: Any, bob: Any, adam: Any
) -> None:
    with company_scope(acme), translation.override("zh-hans"):
        section = answering.goods(alice.as_actor(), world["customer"])
        assert section is not None
        [item] = section.items
        assert (item.holder, item.path) == ("Alice", f"/sales-orders/{world['order'].pk}")
        assert world["order"].number in item.say
        assert "2099" in item.say
        hers = answering.goods(bob.as_actor(), world["customer"])
        assert hers is not None
        assert hers.items == [], "Bob does not see the order"
        draft = orders.deliver(world["order"], actor=alice).record.made
        moves.enter(adam, "receive", world["spindle"], 9, warehouse=world["main"])
        deliveries.confirm(draft, actor=adam, on=clock.today())
        after = answering.goods(alice.as_actor(), world["customer"])
        assert after is not None
        assert after.items == []


def test_the_customers_page_shows_what_left_for_them_and_what_is_to_leave(
    world: dict[str, Any], client: Client, login: Any, alice: Any, bob: Any, acme: Any
) -> None:
    with company_scope(acme):
        row = {"product": world["spindle"].pk, "quantity": 2}
        for _ in range(2):
            deliveries.create(actor=alice, values={"order": world["order"], "lines": [row], "due_on": "2099-02-07"})
        gone, waits = Delivery.objects.order_by("pk")
        on = clock.today() - timedelta(days=40)
        deliveries.confirm(gone, actor=system(), on=on)
        other = customers.create(actor=bob, values={"name": "无锡远大"}).record
    page = login(client, alice).get(f"/acme/customers/{world['customer'].pk}").content.decode()
    panel = page[page.index('aria-label="出货单"') :].partition("</table>")[0]
    for one in (gone, waits):
        assert f'href="/acme/deliveries/{one.pk}"' in panel
    told = words_of(panel)
    assert "已确认" in told
    assert "待确认" in told
    assert ui.day_text(on) in told
    assert "2099" in told
    assert world["order"].number in told
    assert (
        f'href="/acme/deliveries/{gone.pk}"'
        not in login(Client(), bob).get(f"/acme/customers/{other.pk}").content.decode()
    )
