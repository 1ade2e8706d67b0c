"""From a policy in the editor to the deed: asked, added to, passed on, sent back, urged, agreed by key and by thumb."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from gucang.approvals.actions import policies
from gucang.selling.models import Opportunity

pytestmark = pytest.mark.browser
REQUEST = re.compile(r"/acme/approvals/\d+$")


@pytest.fixture
def policy(inside: Any, adam: Any) -> int:
    """A policy about winning deals that says nothing yet."""
    with inside():
        values = {"name": "大额赢单", "record_type": "opportunity", "action": "opportunity.win"}
        return policies.create(actor=adam, values=values).record.pk


def passes_axe(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


def say_who(page: Page, policy: int, mia: Any, alice: Any) -> None:
    """In the editor: over half a million Mia decides; the dry run says so; then it is in force."""
    page.goto(f"/acme/approval-policies/{policy}")
    page.locator("select[name=who-0]").first.select_option(f"person:{mia.pk}", force=True)
    page.locator("input[name=hours]").fill("1")
    page.locator("select[name=unit]").select_option("working_days")
    page.locator("button[data-save]").click()
    expect(page.locator("#trial .flow")).to_contain_text("Mia")
    page.locator("#trial select[name=for]").select_option(str(alice.pk), force=True)
    page.locator("#trial").get_by_role("button", name="试一试").click()
    expect(page.locator("#trial")).to_contain_text("Alice")
    passes_axe(page)
    page.get_by_role("button", name="启用").click()
    expect(page.get_by_role("button", name="停用")).to_be_visible()


def ask(page: Page, deal: Opportunity) -> str:
    """Alice wins the deal as ever, and is led to what waits for others; its address."""
    page.goto(f"/acme/opportunities/{deal.pk}/win")
    page.locator("[name=note]").fill("年底前签")
    page.locator("#page form button[type=submit]").last.click()
    page.wait_for_url(REQUEST)
    expect(page.locator(".answer")).to_contain_text("在Mia")
    return page.url


@pytest.mark.parametrize("width", [1440, 390])
def test_a_deal_is_won_by_key_on_the_desk_and_by_thumb_on_the_phone(
    page_of: Callable[..., Page], inside: Any, new_deal: Callable[..., Opportunity], policy: int, adam: Any, mia: Any,
    alice: Any, bob: Any, carol: Any, width: int,
) -> None:  # fmt: skip
    deal = new_deal("机器人工作站", amount=800_000)
    say_who(page_of(adam), policy, mia, alice)
    hers = page_of(alice, width)
    url = ask(hers, deal)
    hers.goto(f"{url}/urge")
    hers.locator("#page form button[type=submit]").last.click()
    hers.wait_for_url(REQUEST)

    decides = page_of(mia, width)
    decides.goto(f"{url}/add_signer")
    decides.get_by_role("checkbox", name="Bob").check()
    decides.locator("#page form button[type=submit]").last.click()
    decides.wait_for_url(REQUEST)
    expect(decides.locator(".flow")).to_contain_text("Bob")
    expect(decides.locator("#decide")).to_have_count(0)

    bobs = page_of(bob, width)
    bobs.goto(f"{url}/transfer")
    bobs.locator("select[name=to]").select_option(str(carol.pk), force=True)
    bobs.locator("#page form button[type=submit]").last.click()
    expect(bobs.locator("main")).to_be_visible()

    carols = page_of(carol, width)
    carols.goto("/acme/approvals/waiting")
    carols.locator(".todo a", has_text="机器人工作站").click()
    carols.wait_for_url(REQUEST)
    expect(carols.locator("#decide")).to_be_visible()
    # Without a word it leads to where it is written, and decides nothing.
    if width == 1440:
        carols.keyboard.press("r")
    else:
        carols.locator(".dock button", has_text="驳回").click()
    expect(carols.locator("#f-decision")).to_be_focused()
    carols.locator("#f-decision").fill("合同还没有盖章")
    carols.locator("#decide button", has_text="驳回").click()
    carols.wait_for_url("**/acme/approvals/waiting")

    hers.goto(url)
    expect(hers.locator(".answer")).to_contain_text("退回到我这里")
    hers.goto(f"{url}/resubmit")
    hers.locator("#page form button[type=submit]").last.click()
    hers.wait_for_url(REQUEST)

    decides.goto(url)
    expect(decides.locator("#trail")).to_contain_text("合同还没有盖章")
    assert decides.evaluate("document.documentElement.scrollWidth") <= width
    passes_axe(decides)
    if width == 1440:
        decides.keyboard.press("y")
    else:
        thumb = decides.locator(".dock button", has_text="同意")
        box = thumb.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] > 760, "within reach of the thumb"
        thumb.click()
    decides.wait_for_url("**/acme/approvals/waiting")
    with inside():
        assert Opportunity.objects.get(pk=deal.pk).state == "won"
