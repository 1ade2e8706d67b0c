"""A customer opens the link to a quote on a phone, accepts it, and the seller reads it: in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gucang.parties.actions import customers
from gucang.selling.actions import quotes
from gucang.selling.models import Quote
from gucang.stock.actions import products
from gucang.surface.api import buckets

pytestmark = pytest.mark.browser


@pytest.fixture
def quote(inside: Any, alice: Any, adam: Any) -> Quote:
    """A quote of Alice's that was sent."""
    buckets.empty_all()
    with inside():
        customer = customers.create(actor=alice, values={"name": "苏州恒力精密机械有限公司"}).record
        product = products.create(actor=adam, values={"name": "高速主轴", "list_price": "320"}).record
        rows = [{"product": product.pk, "quantity": 3}]
        made = quotes.create(actor=alice, values={"customer": customer, "lines": rows}).record
        return quotes.send(made, actor=alice).record


@pytest.mark.parametrize("scripts", [True, False])
def test_a_customer_accepts_on_the_phone(
    page_of: Callable[..., Page], window: Callable[..., Page], inside: Any, alice: Any, quote: Quote, scripts: bool
) -> None:
    desk = page_of(alice)
    desk.goto(f"/acme/quotes/{quote.pk}")
    desk.get_by_role("link", name="生成链接").click()
    desk.get_by_role("button", name="生成链接").click()
    address = desk.locator("input[name=link]").input_value()
    assert "/acme/offer/" in address

    phone = window(width=390, height=844, java_script_enabled=scripts)
    phone.goto(address[address.index("/acme/") :])
    expect(phone.locator("h1")).to_have_text("报价单")
    expect(phone.get_by_text("¥1,084.80").first).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390 if scripts else True
    phone.get_by_label("您的姓名").first.fill("王建国")
    phone.get_by_label("贵方订单号").fill("PO-7731")
    phone.get_by_role("button", name="接受，合计").click()
    expect(phone.get_by_text("王建国 已于")).to_be_visible()
    expect(phone.get_by_role("button", name="接受，合计")).to_have_count(0)

    with inside():
        assert Quote.objects.get(pk=quote.pk).state == "accepted"
    desk.goto(f"/acme/quotes/{quote.pk}")
    expect(desk.get_by_text("客户链接：王建国")).to_be_visible()
    expect(desk.get_by_text("PO-7731").first).to_be_visible()
