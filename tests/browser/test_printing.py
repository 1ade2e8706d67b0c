"""What stands on paper: no frame and no buttons, who and when above, heads repeated, light ink in the dark."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gucang.activity.actions import follow_ups
from gucang.selling.models import Opportunity

pytestmark = pytest.mark.browser
FRAME = (".rail", ".topbar", ".composer", ".page-head .btn-row", "#toasts", ".files-add")


@pytest.fixture
def page(page_of: Callable[..., Page], alice: Any) -> Page:
    return page_of(alice, color_scheme="dark")


@pytest.fixture
def deal(new_deal: Callable[..., Opportunity], inside: Any, alice: Any) -> Opportunity:
    made = new_deal("二期产线改造", customer="苏州恒力精密机械有限公司", amount=186_400)
    with inside():
        about = {"about_type": "customer", "about_id": made.customer_id}
        follow_ups.create(actor=alice, values={**about, "kind": "call", "text": "要两台"})
    return made


def test_a_record_is_printed_without_the_frame_and_its_timeline_on_demand(page: Page, deal: Opportunity) -> None:
    page.goto(f"/acme/customers/{deal.customer_id}", wait_until="networkidle")
    page.evaluate("window.print = () => { window.printed = document.documentElement.className }")
    page.emulate_media(media="print", color_scheme="dark")
    for part in FRAME:
        expect(page.locator(part).first).to_be_hidden()
    expect(page.locator(".paper-head")).to_contain_text("Alice")
    expect(page.locator("h1")).to_have_text("苏州恒力精密机械有限公司")
    expect(page.locator("ol.tl")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(22, 27, 32)"
    page.emulate_media(media="screen", color_scheme="dark")
    page.locator(".page-head details[data-menu] summary").click()
    page.get_by_role("button", name="连同来往打印").click()
    assert "print-timeline" in page.evaluate("window.printed")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("ol.tl")).to_be_visible()
    expect(page.locator("ol.tl")).to_contain_text("要两台")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("ol.tl")).to_be_hidden()


def test_a_list_is_printed_from_its_menu_with_a_head_on_every_sheet(page: Page, deal: Opportunity) -> None:
    page.goto("/acme/customers/?view=all&city=", wait_until="networkidle")
    page.locator(".page-head details[data-menu]").last.locator("summary").click()
    page.get_by_role("link", name="打印").click()
    page.wait_for_url("**/acme/customers/print?**")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("table")).to_contain_text("苏州恒力精密机械有限公司")
    expect(page.get_by_role("button", name="打印")).to_be_hidden()
    assert page.evaluate("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"
    assert page.evaluate("getComputedStyle(document.querySelector('tbody tr')).breakInside") == "avoid"
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_a_board_is_printed_whole(page: Page, deal: Opportunity) -> None:
    page.goto("/acme/opportunities/board", wait_until="networkidle")
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": 1030, "height": 700})
    expect(page.locator(".deal")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1030
