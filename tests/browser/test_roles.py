"""An administrator's way: a role like another, what it means while it is set, and a look with a colleague's eyes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from gucang.accounts.models import Role
from gucang.kernel.models import Event
from gucang.selling.models import Opportunity

pytestmark = pytest.mark.browser


def nothing_in_the_way(page: Page, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
    found = [one for one in Axe().run(page).response["violations"] if one["impact"] in ("serious", "critical")]
    assert [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found] == []


@pytest.mark.parametrize("width", [1440, 390])
def test_a_role_is_made_like_another_and_says_what_it_means_while_it_is_set(
    page_of: Callable[..., Page], adam: Any, inside: Any, width: int
) -> None:
    with inside():
        sales = Role.objects.get(key="salesperson")
    page = page_of(adam, width)
    page.goto(f"/acme/roles/{sales.pk}/copy")
    page.fill("#f-name", "渠道业务员")
    page.locator("[data-save]").click()
    page.wait_for_url("**/acme/roles/*")
    means = page.locator("#means")
    expect(means).to_contain_text("不能删；别人客户的电话")
    cell = page.get_by_label("客户 · 删除", exact=True)
    cell.focus()
    cell.press("ArrowDown")  # from no to own, as any select
    expect(means).to_contain_text("能新建；能改、删；")
    expect(means).to_contain_text("还没保存")
    nothing_in_the_way(page, width)
    page.locator("[data-save]").click()
    expect(page.locator("#toasts")).to_contain_text("权限")
    expect(means).not_to_contain_text("还没保存")
    expect(page.locator("#history")).to_contain_text("客户：删除")
    with inside():
        assert Role.objects.get(name="渠道业务员").grants["customer.delete"] == "own"
        assert "customer.delete" not in Role.objects.get(key="salesperson").grants


@pytest.mark.parametrize("width", [1440, 390])
def test_a_look_with_a_colleagues_eyes_is_seen_at_all_times_and_stopped(
    page_of: Callable[..., Page], adam: Any, alice: Any, new_deal: Callable[..., Opportunity], inside: Any, width: int
) -> None:
    new_deal("二期产线改造")
    new_deal("谁也不知道的单", private=True)
    page = page_of(adam, width)
    page.goto(f"/acme/members/{alice.pk}")
    page.get_by_role("button", name="以Alice的身份看").click()
    page.wait_for_url(f"**/acme/look/m{alice.pk}/customers/")
    page.get_by_role("navigation", name="可以看的列表").get_by_role("link", name="商机").click()
    expect(page.locator("#rows")).to_contain_text("二期产线改造")
    expect(page.locator("#rows")).not_to_contain_text("谁也不知道的单")
    nothing_in_the_way(page, width)
    page.locator("#rows td.name a").first.click()
    banner = page.locator(".banner.looking")
    expect(banner).to_contain_text("你在以Alice的身份看")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    expect(banner).to_be_in_viewport()
    banner.get_by_role("button", name="停止").click()
    page.wait_for_url(f"**/acme/members/{alice.pk}")
    expect(banner).to_have_count(0)
    with inside():
        assert Event.objects.filter(name="member.look_as", subject_id=alice.pk).count() == 1
