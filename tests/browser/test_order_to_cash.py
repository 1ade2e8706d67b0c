"""From an enquiry to money and a promise that is kept, through five hands: each does their part in a browser, at a desk
and on a phone. docs/journeys.md holds what it takes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from gucang.approvals.actions import policies
from gucang.billing.models import Payment, Receivable
from gucang.delivering.models import Delivery
from gucang.kernel.actors import system
from gucang.ordering.models import SalesOrder
from gucang.promises.models import Promise
from gucang.stock.actions import moves, products, warehouses
from gucang.stock.models import StockLevel
from tests.browser.counting import Counted
from tests.personas import hire

pytestmark = pytest.mark.browser
FIRM = "苏州恒力精密机械有限公司"
DESK: dict[str, Any] = {"width": 1440}
PHONE: dict[str, Any] = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}


@dataclass
class Office:
    """Everybody's browser, and what all of them together did."""

    open: Callable[..., Page]
    size: dict[str, Any]
    people: dict[str, Any]
    pages: dict[str, Counted] = field(default_factory=dict)

    def of(self, name: str) -> Counted:
        """The browser of one of them, at their home."""
        if name not in self.pages:
            page = self.open(self.people[name], **self.size)
            page.goto("/acme/", wait_until="networkidle")
            self.pages[name] = Counted(page)
        return self.pages[name]

    def arrive(self, page: Page, key: str) -> None:
        """The goal is reached: all hands together against the row of docs/journeys.md."""
        whole = Counted(page)
        for one in self.pages.values():
            whole.taps, whole.fields, whole.keys = (
                whole.taps + one.taps,
                whole.fields + one.fields,
                whole.keys + one.keys,
            )
            whole.waited, whole.person = whole.waited + one.waited, whole.person + one.person
        whole.arrive(key)


@pytest.fixture
def people(inside: Any, alice: Any, mia: Any, stages: Any) -> dict[str, Any]:
    """Alice sells, Mia agrees, Kim keeps the stock, Fiona the books; ten spindles lie there, and two policies hold."""
    with inside():
        kim, fiona = hire("Kim", "warehouse"), hire("Fiona", "finance")
        values = {"name": "高速主轴", "unit": "件", "list_price": "1000", "cost": "600", "tax_rate": "13"}
        spindle = products.create(actor=system(), values=values).record
        main = warehouses.create(actor=system(), values={"name": "主仓"}).record
        moves.enter(kim, "receive", spindle, Decimal(10), warehouse=main)
        for deed, conditions in (("quote.send", "over_discount__gte=0.01"), ("sales_order.approve", "total__gte=5000")):
            made = policies.create(
                actor=system(), values={"name": deed, "record_type": deed.partition(".")[0], "action": deed}
            ).record
            steps = [{"who": [{"kind": "person", "id": mia.pk}]}]
            policies.define(made, actor=system(), definition=json.dumps({"steps": steps, "conditions": conditions}))
            policies.put_in_force(made, actor=system())
    return {"alice": alice, "mia": mia, "kim": kim, "fiona": fiona}


def deed(day: Counted, verb: str, until: Locator | None = None) -> None:
    """Press what can be done with the record on the page, on a phone in the menu where it stands there."""
    head = day.page.locator("[data-deeds-of]")
    shown = head.locator(f"[data-deed={verb}]:visible").first
    if not shown.is_visible():
        day.tap(head.locator("details.menu > summary"))
    day.tap(shown, until=until)
    day.page.wait_for_load_state("networkidle")


def confirm(day: Counted, verb: str) -> None:
    """The button of a verb's dialog."""
    form = day.page.locator(f"#act-{verb}")
    day.tap(form.locator("button.primary, button.danger").first)
    expect(form).to_have_count(0)
    day.page.wait_for_load_state("networkidle")


def save(day: Counted, address: str) -> None:
    day.tap(day.page.locator("[data-save]:visible").first)
    day.page.wait_for_url(re.compile(address))
    day.page.wait_for_load_state("networkidle")


def reload(day: Counted) -> None:
    """What others did meanwhile."""
    day.page.reload(wait_until="networkidle")


def line(day: Counted, text: str, found: str, quantity: str, discount: str) -> None:
    """One line of a document: the product by its initials, how many, what is taken off."""
    row = day.page.locator(".lines-form tbody tr").first
    product = row.locator("[data-field=product]")
    day.fields, day.keys = day.fields + 1, day.keys + len(text) + 1
    product.press_sequentially(text)
    expect(day.page.locator(".combo-list:visible [aria-selected=true]")).to_contain_text(found)
    day.page.keyboard.press("Enter")
    expect(product).to_have_value(found)
    day.type(row.locator("[data-field=quantity]"), quantity)
    day.type(row.locator("[data-field=discount]"), discount)


def agree(mia: Counted, what: str) -> None:
    """Mia finds what waits for her at home and agrees."""
    mia.page.goto("/acme/", wait_until="networkidle")
    mia.tap(mia.page.locator("a[href*='/approvals/']", has_text=what).first, until=mia.page.locator("#decide"))
    mia.page.wait_for_load_state("networkidle")
    mia.tap(mia.page.locator("#decide [data-deed=agree]"))
    mia.page.wait_for_load_state("networkidle")


def an_enquiry_becomes_a_deal(day: Counted) -> None:
    day.page.goto("/acme/leads/new", wait_until="networkidle")
    day.type(day.page.locator("#f-name"), FIRM)
    day.type(day.page.locator("#f-phone"), "13800138000")
    save(day, r"/leads/\d+$")
    deed(day, "convert")
    day.type(day.page.locator("#act-convert [name=opportunity]"), "主轴换代")
    confirm(day, "convert")
    day.page.wait_for_url(re.compile(r"/opportunities/\d+$"))


def the_deal_is_quoted(day: Counted) -> None:
    day.page.wait_for_load_state("networkidle")
    day.tap(day.page.locator("a[href*='/quotes/new']:visible").first)
    day.page.wait_for_load_state("networkidle")
    line(day, "gszz", "高速主轴", "10", "8")
    save(day, r"/quotes/\d+$")
    deed(day, "send")
    expect(day.page.locator("#page")).to_contain_text("Mia")


def back_to(day: Counted, address: str) -> None:
    """From the request that was agreed to, to what it was about."""
    reload(day)
    day.tap(day.page.locator(f"#page a[href*='{address}']").first)
    day.page.wait_for_url(re.compile(rf"{address}\d+$"))
    day.page.wait_for_load_state("networkidle")


def the_quote_becomes_an_order(day: Counted) -> str:
    """The address of the order, which waits for Mia."""
    back_to(day, "/quotes/")
    deed(day, "accept")
    if day.page.locator("#act-accept").count():
        confirm(day, "accept")
    deed(day, "make_order")
    day.page.wait_for_url(re.compile(r"/sales-orders/\d+$"))
    order = day.page.url
    deed(day, "approve")
    if day.page.locator("#act-approve").count():
        confirm(day, "approve")
    expect(day.page.locator("#page")).to_contain_text("Mia")
    return order


def a_part_is_delivered(alice: Counted, kim: Counted, quantity: str) -> None:
    """Alice writes a delivery of what is left, or less; Kim finds it at home and confirms."""
    reload(alice)
    order = alice.page.url
    deed(alice, "deliver")
    alice.page.wait_for_url(re.compile(r"/deliveries/\d+$"))
    if quantity:
        deed(alice, "edit")
        alice.page.wait_for_url(re.compile(r"/edit$"))
        alice.page.wait_for_load_state("networkidle")
        alice.type(alice.page.locator(".lines-form tbody tr").first.locator("[data-field=quantity]"), quantity)
        save(alice, r"/deliveries/\d+$")
    alice.page.goto(order, wait_until="networkidle")
    kim.page.goto("/acme/", wait_until="networkidle")
    kim.tap(kim.page.locator("a[href$='/confirm']:visible").first)
    kim.page.wait_for_load_state("networkidle")
    confirm(kim, "confirm")


def what_is_owed_is_paid(fiona: Counted, order: str) -> None:
    fiona.page.goto(order, wait_until="networkidle")
    for place in (0, 1):
        fiona.tap(fiona.page.locator("td.name a[href*='/receivables/']").nth(place))
        fiona.page.wait_for_url(re.compile(r"/receivables/\d+$"))
        fiona.page.wait_for_load_state("networkidle")
        fiona.tap(fiona.page.get_by_role("link", name="登记收款").first)
        fiona.page.wait_for_url(re.compile(r"/payments/new"))
        save(fiona, r"/payments/\d+$")
        fiona.page.goto(order, wait_until="networkidle")


def a_rebate_is_promised(alice: Counted) -> None:
    alice.tap(alice.page.locator("a[href*='/promises/new']:visible").first)
    alice.page.wait_for_url(re.compile(r"/promises/new"))
    alice.page.wait_for_load_state("networkidle")
    alice.type(alice.page.locator("#f-kind"), "返利")
    expect(alice.page.locator(".combo-list:visible [aria-selected=true]")).to_contain_text("返利")
    alice.press("Enter")
    alice.type(alice.page.locator("#f-what"), "返利 3%")
    alice.type(alice.page.locator("#f-worth"), "300")
    alice.tap(alice.page.locator("[data-save]:visible").first)
    expect(alice.page.locator("#page")).to_contain_text("返利 3%")


def finance_books_it(fiona: Counted) -> None:
    fiona.page.goto("/acme/", wait_until="networkidle")
    fiona.tap(fiona.page.locator("a[href*='/book']:visible").first)
    fiona.page.wait_for_load_state("networkidle")
    expect(fiona.page.locator("#act-book")).to_contain_text("贷项")
    confirm(fiona, "book")


def and_it_is_kept(alice: Counted, address: str) -> None:
    alice.page.goto(address, wait_until="networkidle")
    deed(alice, "keep")
    alice.type(alice.page.locator("#act-keep [name=confirmation]"), "林工收到贷项")
    confirm(alice, "keep")


@pytest.mark.parametrize(("key", "size"), [("cash", DESK), ("cash-phone", PHONE)])
def test_from_an_enquiry_to_money_and_a_promise_that_is_kept(
    page_of: Callable[..., Page], people: dict[str, Any], inside: Any, key: str, size: dict[str, Any]
) -> None:
    office = Office(page_of, size, people)
    alice, mia, kim, fiona = (office.of(name) for name in ("alice", "mia", "kim", "fiona"))
    an_enquiry_becomes_a_deal(alice)
    the_deal_is_quoted(alice)
    agree(mia, "BJ")
    order = the_quote_becomes_an_order(alice)
    agree(mia, "DD")
    back_to(alice, "/sales-orders/")
    with inside():
        assert [(one.on_hand, one.reserved) for one in StockLevel.objects.all()] == [(10, 10)]
    a_part_is_delivered(alice, kim, "4")
    a_part_is_delivered(alice, kim, "")
    what_is_owed_is_paid(fiona, order)
    reload(alice)
    expect(alice.page.locator("#page")).to_contain_text("已全部结清")
    a_rebate_is_promised(alice)
    finance_books_it(fiona)
    with inside():
        promise = Promise.objects.get()
    and_it_is_kept(alice, f"/acme/promises/{promise.pk}")
    with inside():
        made = SalesOrder.objects.get()
        assert (made.state, made.delivered, made.total) == ("approved", "whole", Decimal("10396.00"))
        assert [one.total for one in Delivery.objects.order_by("pk")] == [Decimal("4158.40"), Decimal("6237.60")]
        assert [(one.amount, one.state) for one in Receivable.objects.order_by("pk")] == [
            (Decimal("4158.40"), "paid"), (Decimal("6237.60"), "paid"),
        ]  # fmt: skip
        assert [(one.on_hand, one.reserved) for one in StockLevel.objects.all()] == [(0, 0)]
        assert Payment.objects.get(promise=promise).amount == 300
        assert Promise.objects.get().state == "kept"
    office.arrive(alice.page, key)
