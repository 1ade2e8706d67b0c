"""The board in a browser: dragging, lifting with the keyboard, refusals, and working without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from gucang.selling.actions import pipelines
from gucang.selling.models import Opportunity
from tests.browser.hands import drag_card
from tests.browser.test_lists import take

pytestmark = pytest.mark.browser
BOARD = "/acme/opportunities/board"


def card(page: Page, deal: Opportunity) -> Any:
    return page.locator(f'[data-card="{deal.pk}"]')


def handle(page: Page, deal: Opportunity) -> Any:
    """What the keyboard holds a card by: its name."""
    return card(page, deal).locator(".t a")


def lane(page: Page, stage: Any) -> Any:
    return page.locator(f'[data-lane="{stage.pk}"]')


def stage_of(inside: Any, deal: Opportunity) -> int:
    with inside():
        return int(Opportunity.objects.get(pk=deal.pk).stage_id)


def test_a_card_lifted_with_the_keyboard_is_moved_and_the_sums_follow(
    page_of: Callable[..., Page], alice: Any, new_deal: Callable[..., Opportunity], stages: dict[str, Any], inside: Any
) -> None:
    deal = new_deal("二期产线改造", amount=180_000)
    page = page_of(alice)
    page.goto(BOARD, wait_until="networkidle")
    handle(page, deal).focus()
    for key in (" ", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(lane(page, stages["needs"]).locator("[data-lane-sum]")).to_have_text("¥18万")
    expect(lane(page, stages["first"]).locator("[data-lane-count]")).to_have_text("0")
    assert stage_of(inside, deal) == stages["needs"].pk


@pytest.mark.parametrize("by", [".t a", ".c"])
def test_a_card_can_be_dragged_by_its_name_as_by_the_rest_of_it(
    page_of: Callable[..., Page],
    alice: Any,
    new_deal: Callable[..., Opportunity],
    stages: dict[str, Any],
    inside: Any,
    by: str,
) -> None:
    deal = new_deal("电缆收线机 12 轴")
    page = page_of(alice)
    page.goto(BOARD, wait_until="networkidle")
    drag_card(page, card(page, deal).locator(by).first, lane(page, stages["quote"]))
    with page.expect_response(lambda answer: answer.url.endswith("/drop")) as dropped:
        page.mouse.up()
    assert dropped.value.status == 204
    expect(lane(page, stages["quote"]).locator(f'[data-card="{deal.pk}"]')).to_be_visible()
    assert stage_of(inside, deal) == stages["quote"].pk
    assert page.url.endswith(BOARD), "letting go of the name does not open the deal"


def test_a_refused_card_goes_back_with_the_sentence_in_it(
    page_of: Callable[..., Page],
    alice: Any,
    adam: Any,
    new_deal: Callable[..., Opportunity],
    stages: dict[str, Any],
    inside: Any,
) -> None:
    with inside():
        pipelines.edit_stage(stages["needs"], actor=adam, values={"required_fields": ["closes_on"]})
    deal = new_deal("注塑线框架 10 台")
    page = page_of(alice)
    page.goto(BOARD, wait_until="networkidle")
    handle(page, deal).focus()
    for key in (" ", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(lane(page, stages["first"]).locator(f'[data-card="{deal.pk}"] .refusal')).to_contain_text("需求确认")
    assert stage_of(inside, deal) == stages["first"].pk
    # What the stage asks for is filled in right there, and the card lies in its lane.
    card(page, deal).locator(".refusal a").click()
    page.locator("[name=closes_on]").fill("2027-01-20")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(f"**{BOARD}")
    expect(lane(page, stages["needs"]).locator(f'[data-card="{deal.pk}"]')).to_be_visible()
    assert stage_of(inside, deal) == stages["needs"].pk


def test_losing_a_deal_leads_from_the_refusal_to_its_form(
    page_of: Callable[..., Page], alice: Any, new_deal: Callable[..., Opportunity], stages: dict[str, Any]
) -> None:
    deal = new_deal("枕包机 PX-90")
    page = page_of(alice)
    page.goto(BOARD, wait_until="networkidle")
    handle(page, deal).focus()
    page.keyboard.press(" ")
    for _lane in range(5):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    card(page, deal).locator(".refusal a").click()
    page.wait_for_url(f"**/acme/opportunities/{deal.pk}/lose?*")
    expect(page.locator("select[name=reason], [name=reason]").first).to_be_attached()


def test_the_menu_of_a_card_moves_it_with_the_keyboard(
    page_of: Callable[..., Page], alice: Any, new_deal: Callable[..., Opportunity], stages: dict[str, Any], inside: Any
) -> None:
    deal = new_deal("定型机减速机 20 台")
    page = page_of(alice)
    page.goto(BOARD, wait_until="networkidle")
    button = card(page, deal).locator("[data-moves]")
    handle(page, deal).focus()
    for key in ("Tab", "Enter"):
        page.keyboard.press(key)
    expect(card(page, deal).locator("[data-to]").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(card(page, deal).locator("[data-to]")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(card(page, deal).locator("[data-to]").first).to_be_focused()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(lane(page, stages["talks"]).locator("[data-lane-count]")).to_have_text("1")
    expect(handle(page, deal)).to_be_focused()
    assert stage_of(inside, deal) == stages["talks"].pk


def test_the_filter_menu_of_the_board_finds_a_customer(
    page_of: Callable[..., Page], alice: Any, new_deal: Callable[..., Opportunity], stages: dict[str, Any]
) -> None:
    deal, other = new_deal("糊盒机伺服升级", customer="嘉兴华盛纸品"), new_deal("起重机变频替换")
    page = page_of(alice)
    page.goto(BOARD, wait_until="networkidle")
    page.locator("[data-filter-open]").click()
    dialog = page.locator("dialog.filter-dialog")
    take(page, 0, 0, "kehu")
    dialog.get_by_label("嘉兴华盛纸品").check()
    dialog.get_by_role("button", name="就显示这些").click()
    expect(card(page, deal)).to_be_visible()
    expect(card(page, other)).to_have_count(0)


def test_more_cards_of_a_lane_come_on_demand_and_can_be_moved(
    page_of: Callable[..., Page], alice: Any, new_deal: Callable[..., Opportunity], stages: dict[str, Any], inside: Any
) -> None:
    deals = [new_deal(f"商机 {n:02}") for n in range(32)]
    page = page_of(alice)
    page.goto(BOARD, wait_until="networkidle")
    first = lane(page, stages["first"])
    expect(first.locator("[data-card]")).to_have_count(30)
    first.locator("[data-more-cards]").click()
    expect(first.locator("[data-card]")).to_have_count(32)
    assert page.url.endswith(BOARD)
    handle(page, deals[0]).focus()
    for key in (" ", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(lane(page, stages["needs"]).locator("[data-lane-count]")).to_have_text("1")
    expect(first.locator("[data-card]")).to_have_count(31)
    assert stage_of(inside, deals[0]) == stages["needs"].pk


@pytest.mark.parametrize("width", [1440, 390])
def test_the_board_has_no_known_barrier_and_the_page_does_not_scroll_sideways(
    page_of: Callable[..., Page], alice: Any, new_deal: Callable[..., Opportunity], width: int
) -> None:
    new_deal("起重机变频替换", amount=584_000)
    page = page_of(alice, width)
    page.goto(BOARD, wait_until="networkidle")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"][:80] for node in one["nodes"]]) for one in found] == []
