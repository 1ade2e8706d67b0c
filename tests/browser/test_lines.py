"""Lines are written by keyboard alone, pasted from a spreadsheet, and fit a phone; an input method is not disturbed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gucang.parties.actions import customers
from gucang.selling.models import Quote, QuoteLine
from gucang.stock.actions import products

pytestmark = pytest.mark.browser
MADE = re.compile(r"/quotes/\d+$")
PASTE = """(text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    const paste = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
    document.activeElement.dispatchEvent(paste);
}"""
COMPOSED = """(input) => {
    input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true }));
}"""


@pytest.fixture
def goods(acme: Any, inside: Any, alice: Any, adam: Any) -> int:
    """Three products and a customer, whose id it is."""
    with inside():
        for name, price in (("高速主轴", "320"), ("深沟球轴承", "45.5"), ("联轴器", "88")):
            products.create(actor=adam, values={"name": name, "units": "箱 = 4", "list_price": price})
        return int(customers.create(actor=alice, values={"name": "苏州恒力精密机械有限公司"}).record.pk)


def cell(page: Page, row: int, name: str) -> Any:
    return page.locator(".lines-form tbody tr").nth(row).locator(f"[data-field={name}]")


def choose(page: Page, row: int, text: str, found: str) -> None:
    cell(page, row, "product").press_sequentially(text)
    expect(page.locator(".combo-list:visible [aria-selected=true]")).to_contain_text(found)
    page.keyboard.press("Enter")
    expect(cell(page, row, "product")).to_have_value(found)
    expect(cell(page, row, "quantity")).to_be_focused()


def test_lines_are_written_by_keyboard_alone(page_of: Callable[..., Page], alice: Any, goods: int, inside: Any) -> None:
    page = page_of(alice)
    page.goto(f"/acme/quotes/new?customer={goods}", wait_until="networkidle")
    cell(page, 0, "product").focus()
    choose(page, 0, "gszz", "高速主轴")
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    expect(cell(page, 1, "product")).to_be_focused()
    choose(page, 1, "轴承", "深沟球轴承")
    page.keyboard.type("2")
    page.keyboard.press("Tab")
    page.keyboard.type("箱")
    page.keyboard.press("Enter")
    expect(cell(page, 0, "price")).to_have_attribute("placeholder", "320")
    expect(cell(page, 1, "price")).to_have_attribute("placeholder", "182")
    expect(page.locator("[data-sums] output").last).to_have_text("¥4,750.52")
    expect(page.locator(".lines-form tbody tr").nth(1).locator("[data-shown]")).to_have_text("411.32")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(MADE)
    with inside():
        quote = Quote.objects.get()
        rows = QuoteLine.objects.filter(quote=quote).order_by("position")
        assert [(line.product.name, line.quantity, line.unit) for line in rows] == [
            ("高速主轴", 12, "件"), ("深沟球轴承", 2, "箱"),
        ]  # fmt: skip
        assert str(quote.total) == "4750.52"


def test_rows_of_a_spreadsheet_are_pasted_and_what_is_wrong_is_said_at_its_cell(
    page_of: Callable[..., Page], alice: Any, goods: int
) -> None:
    page = page_of(alice)
    page.goto(f"/acme/quotes/new?customer={goods}", wait_until="networkidle")
    cell(page, 0, "product").focus()
    text = "联轴器\t10\t\t80\n高速主轴\t2\n没有的东西\t3\n"
    page.evaluate(PASTE, text)
    expect(cell(page, 1, "product")).to_have_value("高速主轴")
    expect(cell(page, 0, "price")).to_have_value("80")
    expect(page.locator(".lines-form .err:visible")).to_contain_text("没有的东西")
    expect(page.locator("[data-sums] output").first).to_have_text("¥1,440")
    page.locator(".lines-form tbody tr").nth(2).locator("[data-remove]").click()
    expect(page.locator(".lines-form .err:visible")).to_have_count(0)


def test_enter_that_ends_a_composition_is_no_command(page_of: Callable[..., Page], alice: Any, goods: int) -> None:
    page = page_of(alice)
    page.goto(f"/acme/quotes/new?customer={goods}", wait_until="networkidle")
    note = cell(page, 0, "note")
    note.focus()
    note.evaluate(COMPOSED)
    expect(note).to_be_focused()


def test_on_a_phone_each_line_is_a_card(page_of: Callable[..., Page], alice: Any, goods: int, inside: Any) -> None:
    page = page_of(alice, width=390)
    page.goto(f"/acme/quotes/new?customer={goods}", wait_until="networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    cell(page, 0, "product").click()
    choose(page, 0, "联轴", "联轴器")
    page.keyboard.type("3")
    for name in ("product", "quantity", "price", "note"):
        box = cell(page, 0, name).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    expect(page.locator("[data-sums] output").last).to_have_text("¥298.32")
    page.locator("[data-save]").click()
    page.wait_for_url(MADE)
    with inside():
        assert Quote.objects.get().net == 264
