"""An administrator lays out own fields with the mouse and chooses where, when and for whom they show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gucang.accounts.models import Role
from gucang.customfields import actions
from gucang.kernel.actors import system
from gucang.kernel.models import CustomField
from tests.browser.hands import drag_until

pytestmark = pytest.mark.browser


@pytest.fixture
def fields(acme: Any, inside: Any) -> list[CustomField]:
    with inside():
        return [
            actions.create(
                actor=system(), values={"record_type": "customer", "kind": "text", "key": key, "label_zh": label}
            ).record
            for key, label in (("one", "甲栏"), ("two", "乙栏"), ("three", "丙栏"))
        ]


def order(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('[data-order] > li')].map((one) => one.dataset.section ?? one.id)"
    )
    return found


def test_a_field_is_dragged_into_a_section(
    page_of: Callable[..., Page], adam: Any, fields: list[CustomField], inside: Any
) -> None:
    page = page_of(adam)
    page.goto("/acme/fields/of/customer", wait_until="networkidle")
    ids = [f"field-{one.pk}" for one in fields]
    assert order(page) == ["@0", "@1", "@2", "", *ids]
    grip = page.locator(f"#{ids[2]} [data-grip]")
    expect(grip).to_be_visible()
    start, over = grip.bounding_box(), page.locator('li[data-section="@1"]').bounding_box()
    assert start is not None
    assert over is not None
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(start["x"] + 5, start["y"] - 20, steps=5)
    wanted = ["@0", "@1", ids[2], "@2", "", ids[0], ids[1]]
    drag_until(page, over["x"] + 100, over["y"] + over["height"], lambda: order(page) == wanted)
    with page.expect_navigation():
        page.mouse.up()
    assert order(page) == wanted
    with inside():
        assert CustomField.objects.get(key="three").section == "@1"


def test_only_what_was_chosen_asks_for_more(page_of: Callable[..., Page], adam: Any, fields: list[CustomField]) -> None:
    page = page_of(adam)
    page.goto(f"/acme/fields/{fields[0].pk}/edit", wait_until="networkidle")
    title = page.locator("#f-section_new")
    expect(title).to_be_hidden()
    page.select_option("#f-section", "+")
    expect(title).to_be_visible()
    title.fill("采购")
    page.select_option("#f-show_field", "kind")
    expect(page.locator('[name="show_values:status"]').first).to_be_hidden()
    page.locator('[name="show_values:kind"][value="person"]').check()
    page.locator("[data-save]").first.click()
    page.goto("/acme/fields/of/customer")
    assert "采购" in order(page)
    expect(page.locator(f"#field-{fields[0].pk}")).to_contain_text("种类")


def test_who_sees_it_is_saved_from_the_fields_page(
    page_of: Callable[..., Page], adam: Any, fields: list[CustomField], inside: Any
) -> None:
    with inside():
        role = Role.objects.get(key="reader")
    page = page_of(adam)
    page.goto(f"/acme/fields/{fields[0].pk}", wait_until="networkidle")
    page.select_option(f"#inside-{role.pk}", "hidden")
    page.get_by_role("button", name="保存谁能看到").click()
    expect(page.get_by_text("从下一次点击起生效。")).to_be_visible()
    with inside():
        assert Role.objects.get(pk=role.pk).field_rules["customer.extra.one"] == {"inside": "hidden"}
