"""The rule of rounding on its page: administrators choose it, and documents go by it from then on."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.test import Client

from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.selling.actions import quotes
from gucang.stock.actions import products
from tests.contracts.world import words_of

PAGE = "/acme/settings/rounding"


def test_who_may_not_choose_finds_no_page(client: Client, login: Any, mia: Any) -> None:
    assert login(client, mia).get(PAGE).status_code == 404


def test_the_chosen_rule_holds_for_what_is_written_from_then_on(
    client: Client, login: Any, adam: Any, alice: Any, acme: Any
) -> None:
    with company_scope(acme):
        customer = customers.create(actor=alice, values={"name": "恒力"}).record
        product = products.create(actor=adam, values={"name": "垫片", "unit": "件", "tax_rate": "13"}).record
    rows = [{"product": product.pk, "quantity": 1, "price": "10.3333"}] * 3

    def total() -> Decimal:
        with company_scope(acme):
            return quotes.create(actor=alice, values={"customer": customer, "lines": rows}).record.total

    browser = login(client, adam)
    raw = browser.get(PAGE).content.decode()
    assert re.search(r'value="line" checked', raw)
    assert "35.01" in words_of(raw)
    assert "35.03" in words_of(raw)
    assert total() == Decimal("35.01")
    [version] = re.findall(r'name="version" value="(\d+)"', raw)
    assert browser.post(PAGE, {"rounding": "total", "version": version}).status_code == 302
    assert total() == Decimal("35.03")
    stale = browser.post(PAGE, {"rounding": "line", "version": version})
    assert stale.status_code in (409, 412), "somebody has changed it since"
    assert browser.post(PAGE, {"rounding": "never", "version": int(version) + 1}).status_code == 422
    assert total() == Decimal("35.03")
