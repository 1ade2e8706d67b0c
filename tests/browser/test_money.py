"""A payment comes in: entered for what is owed, and the rest of it allocated by hand, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gucang.billing.actions import receivables
from gucang.billing.models import Payment, Receivable
from gucang.kernel import clock
from gucang.kernel.actors import system
from gucang.parties.actions import customers

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1440, 390])
def test_a_payment_is_entered_and_what_is_over_allocated(
    page_of: Callable[..., Page], inside: Any, adam: Any, alice: Any, width: int
) -> None:
    with inside():
        customer = customers.create(actor=alice, values={"name": "苏州恒力"}).record
        first, second = (
            receivables.create(actor=system(), values={
                "name": name, "customer": customer, "amount": "1000", "billed_on": clock.today() - timedelta(days=days),
            }).record
            for name, days in (("第一批", 40), ("第二批", 10))
        )  # fmt: skip
    page = page_of(adam, width=width)
    page.goto(f"/acme/receivables/{first.pk}", wait_until="networkidle")
    page.get_by_role("link", name="登记收款").first.click()
    page.wait_for_url("**/payments/new?**")
    amount = page.locator("input[name=amount]")
    expect(amount).to_have_value("1000.00")
    amount.fill("1300")
    page.locator("button[data-save]").click()
    page.wait_for_url("**/payments/*")
    expect(page.locator("h1")).to_contain_text("SK")
    page.goto(f"{page.url}/allocate", wait_until="networkidle")
    field = page.get_by_label(f"核销到 {second.number}/1")
    expect(field).to_have_value("300.00")
    field.fill("250.5")
    page.get_by_role("button", name="核销", exact=True).last.click()
    page.wait_for_url("**/payments/*")
    with inside():
        assert Receivable.objects.get(pk=first.pk).state == "paid"
        assert Receivable.objects.get(pk=second.pk).open_amount == Decimal("749.50")
        assert Payment.objects.get().free_amount == Decimal("49.50")
