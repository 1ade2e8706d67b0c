"""A manager automates: from one that is ready to a task that made itself; with scripts and without, also on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from gucang.activity.models import Task
from gucang.kernel import jobs
from gucang.selling.actions import opportunities
from gucang.selling.models import Opportunity

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "scripts"), [(1440, True), (390, True), (1440, False)])
def test_a_manager_automates_what_follows_a_won_deal(
    page_of: Callable[..., Page],
    mia: Any,
    alice: Any,
    inside: Any,
    new_deal: Callable[..., Opportunity],
    width: int,
    scripts: bool,
) -> None:
    deal = new_deal("二期产线改造", amount=180_000)
    page = page_of(mia, width, java_script_enabled=scripts)
    page.goto("/acme/automations/")
    expect(page.locator("main")).to_contain_text("还没有自动进行的事")
    page.locator("ul.rules > li", has_text="赢单后回访客户").get_by_role("button", name="用这个").click()
    page.wait_for_url(re.compile(r"/acme/automations/\d+$"))
    expect(page.locator(".sentence")).to_contain_text("商机“赢单”后，给负责人建任务")

    page.locator("#if select[name=by]").select_option("amount", force=True)
    page.locator("#if").get_by_role("button", name="继续").click()
    page.locator("#if [name=if-value]").fill("10万")
    page.locator("#if").get_by_role("button", name="添加").click()
    expect(page.locator(".sentence")).to_contain_text("如果金额不低于 100,000")

    page.locator("#then button.chip", has_text="通知").click()
    page.locator("#then [name=then-text]").fill("{名称}赢了，恭喜")
    page.locator("#then select[name=then-for]").select_option("me")
    page.locator("#then").get_by_role("button", name="添加这一步").click()
    expect(page.locator(".sentence")).to_contain_text("通知我“{名称}赢了，恭喜”")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if scripts:
        found = Axe().run(page).response["violations"]
        assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []

    page.locator(".form-foot").get_by_role("button", name="存下").click()
    page.wait_for_url(re.compile(r"/acme/automations/\d+$"))
    page.get_by_role("button", name="启用").click()
    expect(page.get_by_role("button", name="停用")).to_be_visible()
    with inside():
        opportunities.win(deal, actor=alice)
    jobs.drain()
    page.reload()
    expect(page.locator("main")).to_contain_text("给Alice建了任务")
    page.get_by_role("link", name="全部记录").click()
    expect(page.locator("ul.rules")).to_contain_text("二期产线改造")
    page.goto("/acme/notifications")
    expect(page.locator("main")).to_contain_text("二期产线改造赢了，恭喜")
    page.goto(f"/acme/opportunities/{deal.pk}")
    expect(page.locator("ol.tl")).to_contain_text("由自动化“赢单后回访客户”完成")
    with inside():
        assert Task.objects.get().assignee_id == alice.pk
