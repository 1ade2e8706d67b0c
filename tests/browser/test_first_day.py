"""A salesperson's first day: from signing in to the won deal, by mouse, by keyboard only, and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from gucang.activity.actions import follow_ups
from gucang.kernel import clock
from gucang.parties.actions import contacts, customers
from gucang.selling.models import Opportunity
from tests.browser.hands import drag_card
from tests.personas import PASSWORD, give_password

pytestmark = pytest.mark.browser
NAME = "上海谷仓食品机械有限公司"
SAID = "林工要两台包装线，下周看样机"


def sign_in(page: Page) -> None:
    page.goto("/accounts/login/")
    page.fill("input[name=login]", "alice@acme.test")
    page.fill("input[name=password]", PASSWORD)
    page.locator("form.form button.primary").click()
    page.wait_for_url("**/acme/")


def lane(page: Page, stage: Any) -> Locator:
    return page.locator(f'[data-lane="{stage.pk}"]')


def drag(page: Page, card: Locator, to: Locator) -> None:
    """As a hand does it: press, move in steps, let go; returns when the server has answered."""
    drag_card(page, card.locator(".c").first, to)
    with page.expect_response(lambda answer: answer.url.endswith("/drop")):
        page.mouse.up()


def told(page: Page) -> list[str]:
    """The deeds of the timeline, newest first, in the words on the page."""
    texts = page.locator("ol.tl > li:not(.day) .by").all_inner_texts()
    return [re.sub(r" (今天 )?\d\d:\d\d.*", "", re.sub(r"\s+", " ", text)) for text in texts]


def test_the_first_day_by_mouse_ends_on_a_timeline_that_tells_it_in_order(
    window: Callable[..., Page], alice: Any, stages: dict[str, Any], inside: Any
) -> None:
    give_password(alice)
    page = window()
    sign_in(page)

    page.locator(".rail").get_by_role("link", name="客户").click()
    page.locator("[data-create]").first.click()
    page.fill("#f-name", NAME)
    page.fill("#f-phone", "13800138000")
    page.fill("#f-city", "上海")
    page.locator("[data-save]").click()
    page.wait_for_url(re.compile(r"/acme/customers/\d+$"))
    expect(page.locator("h1")).to_have_text(NAME)

    page.locator('#page a[href*="/contacts/new"]').first.click()
    page.fill("#f-name", "林志远")
    page.fill("#f-mobile", "13900139000")
    page.locator("[data-save]").click()
    page.wait_for_url(re.compile(r"/acme/customers/\d+$"))
    expect(page.locator('a.call[href$="13900139000"]').first).to_be_visible()

    composer = page.locator("[data-composer]")
    composer.get_by_text("电话").click()
    composer.locator("textarea").fill(SAID)
    composer.locator("input[name=next_on]").fill(clock.today().isoformat())
    composer.get_by_role("button", name="记下").click()
    expect(page.locator("ol.tl")).to_contain_text(SAID)
    expect(page.locator("[data-composer] textarea")).to_have_value("")

    page.locator('#page a[href*="/opportunities/new"]').first.click()
    page.fill("#f-name", "包装线两台")
    page.fill("#f-amount", "386400")
    page.locator("[data-save]").click()
    page.wait_for_url(re.compile(r"/acme/(customers|opportunities)/\d+$"))

    page.locator(".rail").get_by_role("link", name="商机").click()
    page.locator(".seg a", has_text="看板").click()
    card = page.locator("[data-card]", has_text="包装线两台")
    page.wait_for_load_state("networkidle")
    drag(page, card, lane(page, stages["quote"]))
    expect(lane(page, stages["quote"]).locator("[data-card]", has_text="包装线两台")).to_be_visible()
    with inside():
        deal = Opportunity.objects.get(name="包装线两台")
        assert deal.stage_id == stages["quote"].pk

    card.locator(".t a").click()
    page.get_by_role("link", name="赢单").click()
    page.locator("form.form button.primary").click()
    page.wait_for_url(f"**/acme/opportunities/{deal.pk}")
    with inside():
        assert Opportunity.objects.get(pk=deal.pk).state == "won"

    page.goto(f"/acme/customers/{deal.customer_id}")
    # What 谷仓 did by itself (the customer is won now) stands between them.
    assert [deed for deed in told(page) if deed.startswith("Alice")] == [
        f"Alice {deed}" for deed in ("赢单", "推进阶段", "新建商机", "新建任务", "电话", "新建联系人", "新建客户")
    ]


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Page, target: Locator) -> None:
    """Go there as somebody without a mouse does; fails when the keyboard cannot reach it."""
    for _step in range(60):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not reach {target}")


def test_the_first_day_by_keyboard_only(
    page_of: Callable[..., Page], alice: Any, stages: dict[str, Any], inside: Any
) -> None:
    page = page_of(alice)
    page.goto("/acme/customers/", wait_until="networkidle")
    press(page, "c")
    page.wait_for_url("**/acme/customers/new")
    page.wait_for_load_state("networkidle")
    page.keyboard.type(NAME)
    press(page, "Tab")
    page.keyboard.type("13800138000")
    press(page, "Tab")
    page.keyboard.type("上海")
    press(page, "Control+Enter")
    page.wait_for_url(re.compile(r"/acme/customers/\d+$"))
    customer_url = page.url

    page.wait_for_load_state("networkidle")
    tab_to(page, page.locator("[data-composer] textarea"))
    page.keyboard.type(SAID)
    press(page, "Control+Enter")
    expect(page.locator("ol.tl")).to_contain_text(SAID)

    page.goto("/acme/customers/", wait_until="networkidle")
    press(page, "j", "Enter")
    expect(page.locator("#peek h1, #peek h2").first).to_contain_text(NAME)
    press(page, "Escape")
    expect(page.locator("#peek")).to_be_hidden()
    press(page, "k", "x")
    expect(page.locator("[data-count]")).to_have_text("1")

    press(page, "Control+k")
    page.keyboard.type("shgc")
    expect(page.locator("#palette [role=option][aria-selected=true]")).to_contain_text(NAME)
    press(page, "Enter")
    page.wait_for_url(customer_url)

    page.goto("/acme/opportunities/board", wait_until="networkidle")
    press(page, "c")
    page.wait_for_url("**/acme/opportunities/new")
    page.wait_for_load_state("networkidle")
    page.keyboard.type("包装线两台")
    press(page, "Tab")
    press(page, "ArrowDown", "Tab")
    page.keyboard.type("386400")
    press(page, "Control+Enter")
    page.wait_for_url(re.compile(r"/acme/opportunities/\d+$"))
    deal_url = page.url

    page.goto("/acme/opportunities/board", wait_until="networkidle")
    tab_to(page, page.locator("[data-card] a").first)
    with page.expect_response(lambda answer: answer.url.endswith("/drop")):
        press(page, "Space", "ArrowRight", "Enter")
    expect(lane(page, stages["needs"]).locator("[data-card]")).to_be_visible()

    page.goto(deal_url, wait_until="networkidle")
    tab_to(page, page.get_by_role("link", name="赢单"))
    press(page, "Enter")
    page.wait_for_url(f"{deal_url}/win")
    page.wait_for_load_state("networkidle")
    tab_to(page, page.get_by_label("金额"))
    press(page, "Control+Enter")
    page.wait_for_url(deal_url)
    with inside():
        deal = Opportunity.objects.get(name="包装线两台")
        assert (deal.state, str(deal.customer)) == ("won", NAME)


def test_on_a_phone_the_thumb_goes_from_today_to_the_customer_calls_and_writes_down(
    page_of: Callable[..., Page], alice: Any, inside: Any
) -> None:
    with inside():
        customer = customers.create(actor=alice, values={"name": NAME}).record
        contacts.create(actor=alice, values={"customer": customer, "name": "林志远", "mobile": "13900139000"})
        follow_ups.create(
            actor=alice,
            values={
                "about_type": "customer", "about_id": customer.pk, "kind": "call", "text": "约了今天再打",
                "next_step": "问样机", "next_on": clock.today(),
            },
        )  # fmt: skip
    page = page_of(alice, 390, 844, has_touch=True, is_mobile=True)
    page.goto("/acme/")
    row = page.locator(".todo > li", has_text=NAME)
    assert row.locator("a[href^='tel:']").get_attribute("href") == "tel:+8613900139000"
    page.locator(".tabbar").get_by_role("link", name="客户").tap()
    page.wait_for_url("**/acme/customers/")
    page.locator("#rows a", has_text=NAME).tap()
    page.wait_for_url(f"**/acme/customers/{customer.pk}")
    call = page.locator("a.call").first
    assert (call.get_attribute("href") or "").endswith("13900139000")
    box = call.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 40, "too small for a thumb"
    page.locator("[data-composer] textarea").fill(SAID)
    page.locator("[data-composer]").get_by_role("button", name="记下").tap()
    expect(page.locator("ol.tl")).to_contain_text(SAID)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
