"""All of a filtered list, from the first tick to the result and back, at a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gucang.bulk import rules
from gucang.bulk.models import BulkRun
from gucang.kernel import jobs
from gucang.parties.models import Customer
from tests.browser.barriers import still
from tests.bulk.conftest import make_many

pytestmark = pytest.mark.browser
ROWS = 70


@pytest.fixture
def seventy(inside: Any, alice: Any) -> None:
    """More customers than a page of the list shows."""
    with inside():
        make_many(alice, ROWS, city="苏州")
        make_many(alice, 3, city="上海")


def with_level(inside: Any, level: str) -> int:
    with inside():
        return Customer.objects.filter(level=level).count()


def test_all_of_a_filtered_list_is_edited_in_the_background_and_taken_back(
    page_of: Callable[..., Page], seventy: None, alice: Any, inside: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(rules, "DIRECT", 20)
    page = page_of(alice)
    page.goto("/acme/customers/?city=苏州")
    bar = page.locator("[data-bulk]")
    expect(bar).to_be_hidden()
    page.locator("#rows [data-pick]").first.check()
    expect(bar.locator("[data-count]")).to_have_text("1")
    bar.locator("[data-every]").check()
    expect(bar.locator("[data-count]")).to_have_text(str(ROWS))
    bar.get_by_role("button", name="编辑").click()
    page.get_by_role("button", name="级别", exact=True).click()
    expect(page.locator("#f-level")).to_be_focused()
    page.select_option("#f-level", "A")
    page.get_by_role("button", name="下一步").click()
    expect(page.locator("main")).to_contain_text(f"对 {ROWS} 条记录")
    assert with_level(inside, "A") == 0
    page.locator(".form-foot button").click()
    page.wait_for_url(re.compile(r"/acme/bulk-runs/\d+$"))
    expect(page.locator("progress").first).to_be_visible()
    jobs.drain()
    expect(page.get_by_role("button", name="撤回")).to_be_visible()  # the page has found out by itself
    assert with_level(inside, "A") == ROWS
    page.get_by_role("button", name="撤回").click()
    page.locator("dialog[open] button.danger, dialog[open] button.primary").first.click()
    expect(page.locator("main")).to_contain_text("正在撤回")
    jobs.drain()
    expect(page.locator("main")).to_contain_text("已撤回")
    assert with_level(inside, "A") == 0


def test_a_few_rows_on_a_phone_with_undo_in_the_toast(
    page_of: Callable[..., Page], seventy: None, alice: Any, inside: Any
) -> None:
    page = page_of(alice, width=390, height=844)
    page.goto("/acme/customers/?city=苏州")
    for number in (0, 1):
        page.locator("#rows [data-pick]").nth(number).check()
    bar = page.locator("[data-bulk]")
    expect(bar).to_be_visible()
    still(page)
    box = bar.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    bar.get_by_role("button", name="标签").click()
    page.fill("#f-tags", "展会")
    page.locator(".form-foot button").click()
    expect(page.locator("[data-toast]")).to_contain_text("2 条")
    with inside():
        assert Customer.objects.filter(tags=["展会"]).count() == 2
    page.locator("[data-toast] .undo").click()
    expect(page.locator("[data-toast]")).to_contain_text("撤")
    with inside():
        assert not Customer.objects.filter(tags=["展会"]).exists()
        assert BulkRun.objects.get().state == "taken_back"


def test_without_scripts_the_bar_is_there(page_of: Callable[..., Page], seventy: None, alice: Any, inside: Any) -> None:
    page = page_of(alice, java_script_enabled=False)
    page.goto("/acme/customers/?city=苏州")
    page.locator("#rows [data-pick]").first.check()
    page.locator("[data-bulk] button[value='tag']").click()
    page.fill("#f-tags", "展会")
    page.locator(".form-foot button").click()
    page.wait_for_url("**/acme/customers/?city=*")
    with inside():
        assert Customer.objects.filter(tags=["展会"]).count() == 1
