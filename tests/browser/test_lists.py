"""Lists in a browser: the filter editor, groups, columns, cells by keyboard, the side panel."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from gucang.kernel.actions import Row, create_many
from gucang.parties.records import customer as customer_type
from gucang.selling.models import Opportunity

pytestmark = pytest.mark.browser
DEALS = "/acme/opportunities/"


@pytest.fixture
def page(page_of: Callable[..., Page], alice: Any, new_deal: Callable[..., Opportunity]) -> Page:
    """Alice's browser; she has three deals."""
    new_deal("大单", amount=500_000, closes_on="2027-01-10")
    new_deal("中单", amount=5_000, closes_on="2027-01-20")
    new_deal("小单", amount=5, closes_on="2027-02-01")
    return page_of(alice)


def names(page: Page) -> Any:
    return page.locator("table[data-list] td.name")


def field(page: Page, group: int, row: int) -> Any:
    """The box of a condition that asks for its field."""
    return page.locator(f'input[id="c.{group}.{row}.f"]')


def take(page: Page, group: int, row: int, typed: str) -> None:
    """Choose a condition's field by a part of its pinyin."""
    field(page, group, row).click()
    field(page, group, row).press_sequentially(typed)
    expect(page.locator(".combo-list [role=option]:visible")).to_have_count(1)
    field(page, group, row).press("Enter")
    expect(page.locator(f'[name="c.{group}.{row}.o"]')).to_be_visible()


def test_a_filter_with_or_is_built_by_hand_and_taken_apart_by_its_chips(page: Page) -> None:
    page.goto(DEALS, wait_until="networkidle")
    page.locator("[data-filter-open]").click()
    take(page, 0, 0, "jine")
    page.locator('[name="c.0.0.v"]').fill("10万")
    page.get_by_role("button", name="或者").click()
    expect(page.locator('[name="c.1.0.v"]')).to_have_value("10万")
    take(page, 2, 0, "jine")
    page.locator('[name="c.2.0.o"]').select_option("lte")
    page.locator('[name="c.2.0.v"]').fill("viel")
    page.get_by_role("button", name="就显示这些").and_(page.locator("dialog *")).click()
    expect(page.locator("dialog .cond.bad")).to_have_count(1)
    page.locator('[name="c.2.0.v"]').fill("9")
    assert [one for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")] == []
    page.get_by_role("button", name="就显示这些").and_(page.locator("dialog *")).click()
    expect(names(page)).to_have_count(2)
    expect(page.locator(".chip.on")).to_have_count(2)
    page.locator(".chip.on .x").first.click()
    expect(names(page)).to_have_text(["小单"])


def test_a_filter_is_built_wholly_by_keyboard(page: Page) -> None:
    page.goto(DEALS, wait_until="networkidle")
    page.locator("[data-filter-open]").focus()
    keys = page.keyboard
    keys.press("Enter")
    expect(field(page, 0, 0)).to_be_focused()
    keys.type("jine")
    expect(page.locator(".combo-list [role=option]:visible")).to_have_count(1)
    keys.press("Enter")
    first = page.locator('[name="c.0.0.v"]')
    expect(first).to_be_focused()
    keys.press("Enter")
    expect(first).to_be_focused()
    expect(page.locator("dialog .cond.bad")).to_have_count(0)
    keys.type("10万")
    for _step in range(3):
        keys.press("Tab")
    expect(page.get_by_role("button", name="或者")).to_be_focused()
    keys.press("Enter")
    expect(field(page, 2, 0)).to_be_focused()
    keys.type("jine")
    expect(page.locator(".combo-list [role=option]:visible")).to_have_count(1)
    keys.press("Enter")
    expect(page.locator('[name="c.2.0.v"]')).to_be_focused()
    keys.press("Shift+Tab")
    keys.press("ArrowDown")
    expect(page.locator('[name="c.2.0.o"]')).to_have_value("lte")
    keys.press("Tab")
    expect(page.locator('[name="c.2.0.v"]')).to_be_focused()
    keys.type("9")  # while the row is being drawn for the comparison
    expect(page.locator('[name="c.2.0.v"]')).to_have_value("9")
    keys.press("Enter")
    expect(names(page)).to_have_count(2)
    expect(page.locator(".chip.on")).to_have_count(2)


def test_whoever_is_faster_than_the_server_loses_no_condition(page: Page) -> None:
    page.goto(DEALS, wait_until="networkidle")
    page.locator("[data-filter-open]").click()
    take(page, 0, 0, "jine")
    delays = iter([0.6, 0.1, 0.1])
    page.route("**/filters?*", lambda route: (time.sleep(next(delays, 0)), route.continue_())[1])
    page.locator('[name="c.0.0.o"]').select_option("lte")  # is drawn anew, slowly
    page.locator('[name="c.0.0.v"]').fill("9")
    page.get_by_role("button", name="或者").click()
    expect(page.locator('[name="c.1.0.v"]')).to_have_value("9")
    expect(page.locator('[name="c.1.0.o"]')).to_have_value("lte")
    expect(field(page, 2, 0)).to_be_focused()


def test_the_editor_is_a_sheet_with_a_title_and_a_way_out_on_a_phone(
    page_of: Callable[..., Page], alice: Any, new_deal: Callable[..., Opportunity]
) -> None:
    new_deal("大单", amount=500_000)
    phone = page_of(alice, width=390, height=844)
    phone.goto(f"{DEALS}?amount__gte=5", wait_until="networkidle")
    phone.locator("[data-filter-open]").click()
    sheet = phone.locator("dialog.filter-dialog")
    expect(sheet.get_by_role("heading", name="筛选")).to_be_visible()
    expect(sheet.locator('[name="c.0.0.v"]')).to_have_value("5")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    sheet.get_by_role("button", name="关上").click()
    expect(sheet).to_have_count(0)
    expect(phone.locator("[data-filter-open]")).to_be_focused()


def test_groups_unfold_by_click_and_space_and_stay_in_the_address(page: Page) -> None:
    page.goto(f"{DEALS}?group=closes_on", wait_until="networkidle")
    expect(names(page)).to_have_text(["小单"])
    january = page.locator('[data-fold="2027-01"]')
    january.click()
    expect(names(page)).to_have_count(3)
    page.reload()
    expect(names(page)).to_have_count(3)
    january.focus()
    page.keyboard.press(" ")
    expect(january).to_have_attribute("aria-expanded", "false")
    expect(page.locator("table[data-list] td.name:visible")).to_have_count(1)


def test_a_column_is_made_narrower_moved_and_found_so_again(page: Page) -> None:
    page.goto(DEALS, wait_until="networkidle")
    head = page.locator('th[data-column="customer"]')
    edge = head.locator(".th-edge")
    expect(edge).to_have_count(1)
    before = head.bounding_box()["width"]  # type: ignore[index]
    edge.focus()
    with page.expect_response(lambda answer: "widths=" in answer.url):
        for _step in range(3):
            page.keyboard.press("ArrowLeft")
    page.goto(DEALS, wait_until="networkidle")
    assert before - 60 < head.bounding_box()["width"] < before - 40  # type: ignore[index]
    page.locator("summary", has_text="列").click()
    page.locator('li[data-column="customer"] [data-move="1"]').click()
    page.locator("form[data-columns]").get_by_role("button", name="就显示这些").click()
    page.wait_for_url("**columns=**")
    columns = page.locator("th[data-column]").evaluate_all("all => all.map((one) => one.dataset.column)")
    assert columns[:3] == ["name", "amount", "customer"]
    with page.expect_response(lambda answer: "columns=" in answer.url and "widths" not in answer.url):
        edge.dblclick()
    assert "widths" not in page.url


def test_tab_saves_a_cell_and_goes_to_the_next_and_back(page: Page) -> None:
    page.goto(f"{DEALS}?sort=name&columns=name&columns=amount&columns=closes_on", wait_until="networkidle")
    page.locator("td[data-edit=amount]").first.click()
    amount = page.locator(".cell-edit input[name=amount]")
    amount.fill("1234")
    amount.press("Tab")
    closes = page.locator(".cell-edit input[name=closes_on]")
    expect(closes).to_be_focused()
    expect(page.locator("td[data-edit=amount]").first).to_contain_text("1,234")
    closes.press("Shift+Tab")
    expect(amount).to_be_focused()
    amount.fill("77")
    amount.press("Escape")
    expect(page.locator(".cell-edit")).to_have_count(0)
    expect(page.locator("td[data-edit=amount]").first).to_contain_text("1,234")


def test_the_side_panel_goes_to_the_next_and_the_previous(page: Page) -> None:
    page.goto(f"{DEALS}?sort=-amount", wait_until="networkidle")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    panel = page.locator("#peek")
    expect(panel.locator("h2")).to_have_text("大单")
    panel.locator('[data-peek-step="1"]').click()
    expect(panel.locator("h2")).to_have_text("中单")
    panel.locator('[data-peek-step="-1"]').click()
    expect(panel.locator("h2")).to_have_text("大单")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()


def test_the_side_panel_goes_on_behind_the_last_row_that_is_there_and_back(
    page_of: Callable[..., Page], alice: Any, inside: Any
) -> None:
    with inside():
        create_many(customer_type, [Row({"name": f"厂{n:03}"}) for n in range(62)], actor=alice)
    page = page_of(alice, height=500)
    page.goto("/acme/customers/?sort=name&view=all", wait_until="networkidle")
    rows = page.locator("table[data-list] tr[data-key]")
    expect(rows).to_have_count(50)  # the next ones come when the end of these is in sight
    title = page.locator("#peek h2")
    page.locator("table[data-list] tr[data-key] td.pick").nth(49).evaluate("(cell) => cell.parentElement.focus()")
    rows.nth(49).evaluate("(row) => { row.classList.add('is-here'); }")
    page.keyboard.press("Enter")
    expect(title).to_have_text("厂049")
    page.locator('[data-peek-step="1"]').click()
    expect(title).to_have_text("厂050")
    expect(rows).to_have_count(62)
    page.keyboard.press("k")
    expect(title).to_have_text("厂049")
    for _ in range(12):
        page.keyboard.press("j")
    expect(title).to_have_text("厂061")
    page.locator('[data-peek-step="1"]').click()
    expect(page.locator("#toasts")).to_contain_text("最后一行")
    expect(title).to_have_text("厂061")
