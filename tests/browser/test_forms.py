"""Forms under the hands: the cursor is where one types, and what was mended is not blamed any more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gucang.parties.actions import customers

pytestmark = pytest.mark.browser


def test_a_new_contact_of_a_customer_begins_with_the_cursor_in_its_name(
    page_of: Callable[..., Page], alice: Any, inside: Any
) -> None:
    with inside():
        firm = customers.create(actor=alice, values={"name": "苏州恒力精密"}).record
    page = page_of(alice)
    page.goto(f"/acme/contacts/new?customer={firm.pk}")
    expect(page.locator("[name=name]")).to_be_focused()


def test_typing_into_a_filled_choice_replaces_it(page_of: Callable[..., Page], alice: Any, inside: Any) -> None:
    with inside():
        first = customers.create(actor=alice, values={"name": "苏州恒力精密"}).record
        other = customers.create(actor=alice, values={"name": "无锡双象"}).record
        for n in range(10):  # so many that they are found by typing
            customers.create(actor=alice, values={"name": f"{n}号机械厂"})
    page = page_of(alice)
    page.goto(f"/acme/contacts/new?customer={first.pk}")
    box = page.locator("input#f-customer")
    expect(box).to_have_value("苏州恒力精密")
    expect(box).to_have_attribute("aria-expanded", "false")
    box.click()
    page.keyboard.type("双象")
    expect(box).to_have_value("双象")
    page.get_by_role("option", name="无锡双象").click()
    expect(page.locator("[name=customer]")).to_have_value(str(other.pk))


def test_a_mended_field_is_not_blamed_any_more_and_what_was_typed_stays_in_sight(
    page_of: Callable[..., Page], alice: Any
) -> None:
    page = page_of(alice)
    page.goto("/acme/customers/new")
    page.locator("[name=name]").fill("苏州恒力精密")
    page.locator("details.more > summary").click()
    site = page.locator("details.more [name=website]")
    site.fill("这不是网址 x")
    page.locator("[name=phone]").fill("abc")
    page.locator("[data-save]").click()
    wrong = page.locator("#f-phone-field")
    expect(wrong.locator(".err")).to_be_visible()
    expect(page.locator("details.more")).to_have_attribute("open", "")
    expect(site).to_be_visible()
    page.locator("[name=phone]").fill("13800138000")
    expect(wrong.locator(".err")).to_have_count(0)
    expect(page.locator("[name=phone]")).not_to_have_attribute("aria-invalid", "true")


def test_what_is_missing_is_said_under_its_field_in_the_language_of_the_page(
    page_of: Callable[..., Page], alice: Any, inside: Any
) -> None:
    with inside():
        customers.create(actor=alice, values={"name": "苏州恒力精密"})
    page = page_of(alice)
    page.goto("/acme/contacts/new")
    page.keyboard.press("Control+Enter")
    said = page.locator(".field.bad .err")
    expect(said).to_have_text(["要填客户。", "要填姓名。"])
    expect(page.locator("#f-customer:visible")).to_be_focused()
    expect(page.locator("[name=name]")).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Control+Enter")
    expect(said).to_have_count(2)
    page.locator("[name=name]").fill("孙丽")
    expect(said).to_have_count(1)
