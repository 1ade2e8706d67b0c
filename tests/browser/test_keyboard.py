"""The palette and the keys: from signing in to a moved deal without a mouse, and no command while somebody types."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gucang.accounts.models import User
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.selling.models import Opportunity
from tests.browser.test_first_day import press, tab_to
from tests.personas import PASSWORD, give_password

pytestmark = pytest.mark.browser
NAME = "上海谷仓食品机械有限公司"


def palette(page: Page, text: str, chosen: str) -> None:
    """Type into the open palette until `chosen` is marked, and take it."""
    page.keyboard.type(text)
    expect(page.locator("#palette [role=option][aria-selected=true]")).to_contain_text(chosen)
    press(page, "Enter")


def test_from_signing_in_to_a_moved_deal_without_a_mouse(
    window: Callable[..., Page], alice: Any, stages: dict[str, Any], inside: Any
) -> None:
    give_password(alice)
    page = window()
    page.goto("/accounts/login/", wait_until="networkidle")
    tab_to(page, page.locator("input[name=login]"))
    page.keyboard.type("alice@acme.test")
    press(page, "Tab")
    tab_to(page, page.locator("input[name=password]"))
    page.keyboard.type(PASSWORD)
    press(page, "Enter")
    page.wait_for_url("**/acme/")
    page.wait_for_load_state("networkidle")

    press(page, "g", "c")
    page.wait_for_url("**/acme/customers/")
    page.wait_for_load_state("networkidle")
    press(page, "c")
    page.wait_for_url("**/acme/customers/new")
    page.wait_for_load_state("networkidle")
    page.keyboard.type(NAME)
    press(page, "Control+s")  # saves, and the form of the same customer is open for more
    page.wait_for_url(re.compile(r"/acme/customers/\d+/edit"))
    page.wait_for_load_state("networkidle")
    press(page, "Control+Enter")
    page.wait_for_url(re.compile(r"/acme/customers/\d+$"))
    page.wait_for_load_state("networkidle")
    press(page, "w")
    page.keyboard.type("林工要两台包装线")
    press(page, "Control+Enter")
    expect(page.locator("ol.tl")).to_contain_text("林工要两台包装线")

    with inside():
        customer = Customer.objects.get(name=NAME)
    page.goto(f"/acme/opportunities/new?customer={customer.pk}", wait_until="networkidle")
    page.keyboard.type("包装线两台")
    press(page, "Control+Enter")
    page.wait_for_url(re.compile(r"/acme/opportunities/\d+$"))
    page.wait_for_load_state("networkidle")
    press(page, "/")
    palette(page, "tuijin", "推进阶段")
    page.wait_for_url("**/move")
    page.wait_for_load_state("networkidle")
    stage = page.locator("#page select[name=stage]")
    tab_to(page, stage)
    for _step in range(len(stages)):
        if stage.input_value() == str(stages["quote"].pk):
            break
        press(page, "ArrowDown")
    press(page, "Control+Enter")
    page.wait_for_url(re.compile(r"/acme/opportunities/\d+$"))
    with inside():
        deal = Opportunity.objects.get(name="包装线两台")
        assert deal.stage_id == stages["quote"].pk


def open_record(page: Page, pk: int) -> None:
    page.goto(f"/acme/customers/{pk}", wait_until="networkidle")


def test_the_palette_does_what_the_record_allows_and_says_why_not(
    page_of: Callable[..., Page], alice: Any, bob: Any, mia: Any, inside: Any
) -> None:
    with inside():
        mine = customers.create(actor=alice, values={"name": NAME}).record
        theirs = customers.create(actor=bob, values={"name": "宁波东海"}).record
        customers.share(theirs, actor=mia, member=alice)
    page = page_of(alice)
    open_record(page, mine.pk)
    press(page, "/")
    group = page.locator("#palette [role=group]").first
    expect(group).to_contain_text(f"对 {NAME}")
    expect(group.get_by_role("option", name="编辑")).to_be_visible()
    palette(page, "bianji", "编辑")
    page.wait_for_url("**/edit")
    page.wait_for_load_state("networkidle")
    open_record(page, theirs.pk)
    press(page, "Control+k")
    page.keyboard.type("退回")
    # A collaborator may not, and learns why without leaving.
    refused = page.locator("#palette [role=option]", has_text="退回公海")
    expect(refused).to_have_attribute("aria-disabled", "true")
    expect(refused).to_contain_text("负责人")
    press(page, "Enter")
    expect(page.locator("#palette")).to_be_visible()
    assert page.url.endswith(f"/customers/{theirs.pk}")
    press(page, "Escape")
    expect(page.locator("#palette")).to_be_hidden()


def test_pinned_records_are_at_hand_and_focus_returns(page_of: Callable[..., Page], alice: Any, inside: Any) -> None:
    with inside():
        customer = customers.create(actor=alice, values={"name": NAME}).record
    page = page_of(alice)
    open_record(page, customer.pk)
    star = page.locator("[data-star]")
    press(page, "s")
    expect(star).to_have_attribute("aria-pressed", "true")
    tab_to(page, star)
    press(page, "Control+k")
    expect(page.locator("#palette [data-pinned]", has_text=NAME)).to_be_visible()
    press(page, "Escape")
    expect(star).to_be_focused()
    press(page, "Control+k")
    # What was at hand has the name too; the answer to what was typed would draw over the key.
    with page.expect_response(lambda answer: "q=shgc" in answer.url):
        page.keyboard.type("shgc")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#palette [role=option][aria-selected=true]")).to_contain_text(NAME)
    press(page, "Alt+p")
    expect(page.locator("#palette [data-pinned]")).to_have_count(0)
    press(page, "Escape")
    page.reload(wait_until="networkidle")
    expect(star).to_have_attribute("aria-pressed", "false")


def test_the_palette_makes_opens_and_darkens(page_of: Callable[..., Page], alice: Any) -> None:
    page = page_of(alice)
    page.goto("/acme/customers/", wait_until="networkidle")
    press(page, "Control+k")
    palette(page, "深色", "深色")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.wait_for_load_state("networkidle")
    press(page, "Control+k")
    palette(page, "hsz", "回收站")
    page.wait_for_url("**/acme/bin/")
    page.wait_for_load_state("networkidle")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    press(page, "Control+k")
    palette(page, "xjkh", "新建客户")
    page.wait_for_url("**/acme/customers/new")
    assert User.objects.get(pk=alice.user_id).theme == "dark"


@pytest.fixture
def five(alice: Any, inside: Any) -> None:
    with inside():
        for n in range(5):
            customers.create(actor=alice, values={"name": f"苏州第{n}机械厂"})


def test_shift_x_selects_up_to_here_and_the_palette_works_on_what_is_selected(
    page_of: Callable[..., Page], alice: Any, five: None
) -> None:
    page = page_of(alice)
    page.goto("/acme/customers/", wait_until="networkidle")
    press(page, "j", "x", "j", "ArrowDown", "Shift+X")
    expect(page.locator("[data-count]")).to_have_text("3")
    press(page, "/")
    expect(page.locator("#palette .h").first).to_have_text("对选中的 3 条")
    press(page, "Escape", "Escape")
    expect(page.locator("[data-bulk][data-on]")).to_have_count(0)


def test_letters_are_letters_while_typing_composing_or_switched_off(
    page_of: Callable[..., Page], alice: Any, five: None
) -> None:
    page = page_of(alice)
    page.goto("/acme/customers/", wait_until="networkidle")
    here = page.url
    search = page.locator(".filters input[type=search]").first
    search.focus()
    page.keyboard.type("jxec?/gc")
    expect(search).to_have_value("jxec?/gc")
    press(page, "Control+c", "Alt+c")
    assert page.url == here
    expect(page.locator("dialog[open]")).to_have_count(0)
    search.fill("")
    search.evaluate("input => input.blur()")

    # Chinese input: Enter takes the word, and is no choice in the palette.
    press(page, "Control+k")
    expect(page.locator("#palette [role=option]").first).to_be_visible()
    cdp = page.context.new_cdp_session(page)
    cdp.send("Input.imeSetComposition", {"text": "suzhou", "selectionStart": 6, "selectionEnd": 6})
    page.locator("#palette input").dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    expect(page.locator("#palette")).to_be_visible()
    cdp.send("Input.insertText", {"text": "苏州"})
    expect(page.locator("#palette [role=option]", has_text="苏州第")).not_to_have_count(0)
    press(page, "Escape")

    # Switched off in the person's menu, and still so after a reload.
    page.locator(".person > summary").click()
    page.locator("button[name=keys][value=off]").click()
    press(page, "Escape")
    expect(page.locator("body")).to_have_attribute("data-keys", "off")
    page.wait_for_load_state("networkidle")
    page.reload(wait_until="networkidle")
    press(page, "c", "x", "?", "g", "h")
    assert page.url == here
    expect(page.locator("dialog[open]")).to_have_count(0)
    press(page, "Control+k")
    expect(page.locator("#palette")).to_be_visible()
    assert not User.objects.get(pk=alice.user_id).single_keys


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("customers/", "选到这一行为止"),
        ("opportunities/board", "拿起卡片"),
        ("customers/new", "存下，接着改这张表单"),
        ("calendar?view=month", "前往"),
    ],
)
def test_the_question_mark_shows_the_keys_of_this_page(
    page_of: Callable[..., Page], alice: Any, five: None, path: str, key: str
) -> None:
    page = page_of(alice)
    page.goto(f"/acme/{path}", wait_until="networkidle")
    page.evaluate("document.activeElement.blur()")
    press(page, "?")
    keys = page.locator("#keys")
    expect(keys).to_contain_text(key)
    expect(keys).to_contain_text("前往")
    press(page, "Escape")
    expect(keys).to_be_hidden()
