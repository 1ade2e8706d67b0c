"""An administrator makes a record type, gives it a field, and somebody works with it: all in one browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.customtypes.conftest import add_field

pytestmark = pytest.mark.browser


def test_a_type_is_made_gets_a_field_and_is_worked_with_at_once(
    page_of: Callable[..., Page], adam: Any, inside: Any
) -> None:
    page = page_of(adam)
    page.goto("/acme/settings")
    page.get_by_role("main").get_by_role("link", name="自建类型").click()
    page.get_by_role("link", name="新建类型").click()
    page.locator("#f-name_zh").fill("设备")
    page.locator("#f-key").fill("equipment")
    for row, name in enumerate(("维修中", "使用中")):
        page.locator(f"#f-stage-{row}-zh").fill(name)
    page.locator(".stage-row").first.get_by_role("button", name="下移").click()
    page.locator('[name="icon"][value="tools"]').check(force=True)
    page.get_by_role("button", name="建立类型").click()
    expect(page.get_by_role("heading", name="设备", level=1)).to_be_visible()

    with inside():
        add_field(adam, "serial", "序列号")

    page.goto("/acme/")
    page.get_by_role("navigation").get_by_role("link", name="设备").click()
    page.goto("/acme/own-equipment/new")
    page.locator("#f-name").fill("海天注塑机")
    page.locator('[name="extra.serial"]').fill("HT-88")
    page.locator("[data-save]").first.click()
    expect(page.get_by_role("heading", name="海天注塑机")).to_be_visible()
    expect(page.get_by_text("HT-88").first).to_be_visible()

    page.goto("/acme/own-equipment/board", wait_until="networkidle")
    expect(page.locator("[data-lane]").first).to_have_attribute("data-lane", "shiyongzhong")
    page.locator("[data-card] .t a").first.focus()
    for key in (" ", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.locator('[data-lane="weixiuzhong"] [data-card]')).to_be_visible()

    page.keyboard.press("Control+k")
    page.locator("#palette input").fill("htzsj")
    expect(page.locator("#palette-found").get_by_text("海天注塑机").first).to_be_visible()
