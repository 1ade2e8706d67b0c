"""What the grid tells and offers beside typing: likely duplicates, choosing several words, widths that stay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gucang.customfields import actions as custom_fields
from gucang.kernel.actors import system
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from tests.browser.test_grid import cell, firms, open_grid, paste, ready, saved

__all__ = ["firms", "open_grid"]
pytestmark = pytest.mark.browser


def test_pasted_rows_like_customers_that_are_there_are_saved_and_said_beside_the_row(
    open_grid: Callable[..., Page], firms: list[int], bob: Any, inside: Any
) -> None:
    with inside():
        customers.create(actor=bob, values={"name": "宁波远航物流有限公司", "phone": "13800138000"})
    page = open_grid()
    cell(page, 6, 0).click()
    paste(page, "宁波远航物流\t宁波\n全新的一家\t南京\n1号机械厂\t苏州")
    saved(page)
    button = page.locator("[data-grid-alike]")
    expect(button).to_have_text("2 行与已有记录相近")
    note = page.locator(".grid-note")
    expect(note).to_contain_text("宁波远航物流有限公司")
    expect(note).to_contain_text("Bob")
    expect(note.locator("a")).to_have_count(0)  # his customer is not hers to see
    assert "138" not in (note.text_content() or "")
    expect(page.locator('.tabulator-row[data-i="6"] .grid-number.is-alike')).to_have_count(1)
    expect(page.locator('.tabulator-row[data-i="7"] .grid-number.is-alike')).to_have_count(0)
    note.get_by_role("button").click()
    expect(button).to_have_text("1 行与已有记录相近")
    button.click()
    expect(note.locator("a")).to_have_attribute("href", f"/acme/customers/{firms[0]}")
    with inside():
        assert Customer.objects.count() == 10
    page.keyboard.press("Control+z")
    expect(page.locator(".tabulator-row", has_text="全新的一家")).to_have_count(0)
    expect(button).to_be_hidden()


def test_several_choices_are_ticked_in_the_cell_by_keyboard_and_mouse(
    open_grid: Callable[..., Page], firms: list[int], inside: Any
) -> None:
    with inside():
        values = {"record_type": "customer", "key": "needs", "label_zh": "需求", "kind": "choices"}
        custom_fields.create(actor=system(), values={**values, "options": "车床\n铣床\n磨床"})
    page = open_grid("/acme/customers/grid?columns=name&columns=extra.needs&sort=name")
    cell(page, 0, 1).click()
    page.keyboard.press("F2")
    choices = page.locator(".grid-list")
    expect(choices.get_by_role("option")).to_have_text(["车床", "铣床", "磨床"])
    page.keyboard.type("mo")
    expect(choices.locator("[data-at]")).to_have_text("磨床")
    page.keyboard.press("Enter")
    expect(choices.locator('[aria-selected="true"]')).to_have_text("磨床")
    choices.get_by_text("车床").click()
    expect(choices.locator('[aria-selected="true"]')).to_have_text(["车床", "磨床"])
    page.keyboard.press("Enter")
    saved(page)
    expect(cell(page, 0, 1)).to_have_text("车床、磨床")
    cell(page, 0, 1).dblclick()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")  # the first one again: out of it
    page.keyboard.press("Tab")
    saved(page)
    expect(cell(page, 0, 1)).to_have_text("磨床")
    with inside():
        assert len(Customer.objects.get(pk=firms[0]).extra["needs"]) == 1


def test_tags_in_use_are_offered_and_new_ones_typed(
    open_grid: Callable[..., Page], firms: list[int], alice: Any, inside: Any
) -> None:
    with inside():
        customers.edit(firms[0], actor=alice, values={"tags": ["展会", "老客户"]})
    page = open_grid("/acme/customers/grid?columns=name&columns=tags&sort=name")
    cell(page, 1, 1).click()
    page.keyboard.type("zhan")
    expect(page.locator(".grid-list [data-at]")).to_have_text("展会")
    page.keyboard.press("Enter")
    page.keyboard.type("转介绍")
    page.keyboard.press("Enter")
    saved(page)
    expect(cell(page, 1, 1)).to_have_text("展会、转介绍")
    cell(page, 2, 1).click()
    page.keyboard.press("F2")
    page.keyboard.press("Escape")
    expect(cell(page, 2, 1)).to_have_text("")
    with inside():
        assert Customer.objects.get(pk=firms[1]).tags == ["展会", "转介绍"]


def test_columns_stay_as_wide_as_they_were_made(open_grid: Callable[..., Page], firms: list[int]) -> None:
    page = open_grid()
    head = page.locator(".tabulator-col").nth(2)
    before = head.bounding_box()
    assert before is not None
    cell(page, 0, 1).click()
    with page.expect_response("**/grid/widths") as kept:
        page.keyboard.press("Alt+Shift+ArrowRight")
        page.keyboard.press("Alt+Shift+ArrowRight")
    assert kept.value.status == 204
    edge = page.locator(".tabulator-headers > .tabulator-col-resize-handle").nth(2).bounding_box()
    assert edge is not None
    page.mouse.move(edge["x"] + 2, edge["y"] + 8)
    page.mouse.down()
    page.mouse.move(edge["x"] + 62, edge["y"] + 8, steps=4)
    with page.expect_response("**/grid/widths"):
        page.mouse.up()
    page.reload()
    ready(page)
    after = page.locator(".tabulator-col").nth(2).bounding_box()
    assert after is not None
    assert after["width"] == pytest.approx(before["width"] + 32, abs=2)
    assert page.locator(".tabulator-col").nth(3).bounding_box()["width"] == pytest.approx(170, abs=4)  # type: ignore[index]
