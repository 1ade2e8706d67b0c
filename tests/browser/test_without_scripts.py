"""The main steps in a browser that runs no script at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gucang.accounts.models import Role
from gucang.activity.actions import tasks
from gucang.activity.models import Task
from gucang.kernel import clock
from gucang.parties.actions import customers, pool
from gucang.parties.models import Customer
from gucang.selling.models import Opportunity

pytestmark = pytest.mark.browser


@pytest.fixture
def page(page_of: Callable[..., Page], alice: Any) -> Page:
    return page_of(alice, java_script_enabled=False)


def test_a_customer_is_made_and_something_written_down(page: Page, inside: Any) -> None:
    page.goto("/acme/customers/")
    page.locator("[data-create]").click()
    page.fill("#f-name", "恒力精密")
    page.locator("[data-save]").click()
    page.wait_for_url(re.compile(r"/acme/customers/\d+$"))
    page.locator("[data-composer] textarea").fill("打了电话，没人接")
    page.locator("[data-composer] button.primary").click()
    expect(page.locator("ol.tl")).to_contain_text("打了电话，没人接")
    with inside():
        assert Customer.objects.get().name == "恒力精密"


def test_a_customer_is_claimed_from_the_pool(page: Page, alice: Any, bob: Any, inside: Any) -> None:
    with inside():
        customer = customers.create(actor=bob, values={"name": "恒力精密"}).record
        pool.release(customer, actor=bob, reason="离得太远")
    page.goto("/acme/customers/?view=pool")
    page.locator("#rows a", has_text="恒力精密").click()
    page.get_by_role("button", name="认领").click()
    page.wait_for_url(f"**/acme/customers/{customer.pk}")
    with inside():
        assert Customer.objects.get(pk=customer.pk).owner_id == alice.pk


def test_a_task_is_ticked_off(page: Page, alice: Any, inside: Any) -> None:
    with inside():
        task = tasks.create(actor=alice, values={"title": "寄样本", "due_on": clock.today()}).record
    page.goto("/acme/activity/due")
    page.locator(".todo > li", has_text="寄样本").get_by_role("button", name="完成").click()
    page.wait_for_url("**/acme/activity/due")
    expect(page.locator("main")).not_to_contain_text("寄样本")
    with inside():
        assert Task.objects.get(pk=task.pk).done_at is not None


def test_a_deal_is_moved_on_its_own_page(
    page: Page, new_deal: Callable[..., Opportunity], stages: dict[str, Any], inside: Any
) -> None:
    deal = new_deal("定型机减速机 20 台")
    page.goto("/acme/opportunities/board")
    page.locator(f'[data-card="{deal.pk}"] a').click()
    page.locator(f'a[href="/acme/opportunities/{deal.pk}/move"]').first.click()
    page.locator("select[name=stage]").select_option(str(stages["talks"].pk))
    page.locator("#act-move button.primary").click()
    page.goto("/acme/opportunities/board")
    expect(page.locator(f'[data-lane="{stages["talks"].pk}"] [data-card="{deal.pk}"]')).to_be_visible()
    with inside():
        assert Opportunity.objects.get(pk=deal.pk).stage_id == stages["talks"].pk


def test_a_clashing_field_is_decided_by_a_button(page: Page, inside: Any, alice: Any, mia: Any) -> None:
    with inside():
        customer = customers.create(actor=alice, values={"name": "恒力精密", "city": "苏州"}).record
    page.goto(f"/acme/customers/{customer.pk}/edit")
    with inside():
        customers.edit(customer, actor=mia, values={"city": "无锡"})
    page.fill("#f-city", "常州")
    page.fill("#f-address", "太湖路 8 号")
    page.locator("[data-save]").click()
    page.locator(".clash", has_text="城市").get_by_role("button", name="用对方的").click()
    expect(page.locator("#f-city")).to_have_value("无锡")
    expect(page.locator("#f-address")).to_have_value("太湖路 8 号")
    page.locator("#f-address").press("Enter")
    page.wait_for_url(f"**/acme/customers/{customer.pk}")
    with inside():
        saved = type(customer).objects.get(pk=customer.pk)
        assert (saved.city, saved.address) == ("无锡", "太湖路 8 号")


def test_a_right_is_set_a_field_restricted_and_a_colleague_looked_as(
    page_of: Callable[..., Page], adam: Any, alice: Any, inside: Any
) -> None:
    page = page_of(adam, java_script_enabled=False)
    with inside():
        role = Role.objects.get(key="service")
    page.goto(f"/acme/roles/{role.pk}")
    page.get_by_label("客户 · 编辑", exact=True).select_option("own")
    page.locator("tbody", has=page.get_by_label("客户 · 编辑", exact=True)).get_by_text("限制一个字段").click()
    page.get_by_label("要限制的字段：客户").select_option("customer.phone")
    page.locator("[data-save]").click()
    expect(page.locator("#means")).to_contain_text("只能改自己的；不能删；别人客户的电话只显示一部分。")
    with inside():
        saved = Role.objects.get(key="service")
        assert saved.grants == role.grants | {"customer.edit": "own"}
        assert saved.field_rules["customer.phone"] == {"inside": "write", "within": "own", "beyond": "masked"}
    page.goto(f"/acme/members/{alice.pk}")
    page.get_by_role("button", name="以Alice的身份看").click()
    expect(page.locator(".banner.looking")).to_be_visible()
    page.get_by_role("button", name="停止").click()
    expect(page.locator(".banner.looking")).to_have_count(0)
