"""A salesperson's day, deed by deed, counted: docs/journeys.md holds the figures."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gucang.activity.actions import follow_ups
from gucang.activity.models import FollowUp, Task
from gucang.kernel import clock
from gucang.parties.actions import contacts, customers
from gucang.parties.models import Customer
from gucang.selling.models import Opportunity
from tests.browser.counting import Counted
from tests.browser.test_grid import cell, paste, saved
from tests.grid.samples import EXCEL_HTML, EXCEL_TEXT

pytestmark = pytest.mark.browser
NAME = "上海谷仓食品机械有限公司"
SAID = "林工要两台包装线，下周看样机"
PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}


@pytest.fixture
def known(inside: Any, alice: Any) -> Customer:
    """Alice's customer with somebody to call, a step that is due today, and what was said before."""
    with inside():
        customer = customers.create(actor=alice, values={"name": NAME, "city": "上海"}).record
        contacts.create(actor=alice, values={"customer": customer, "name": "林志远", "mobile": "13900139000"})
        values = {"about_type": "customer", "about_id": customer.pk, "kind": "call", "text": "约了今天再打"}
        follow_ups.create(actor=alice, values=values | {"next_step": "问样机", "next_on": clock.today()})
    return customer


def begin(page: Page, address: str = "/acme/") -> Counted:
    page.goto(address, wait_until="networkidle")
    return Counted(page)


def test_after_a_call_the_note_waits_and_two_taps_end_it(
    page_of: Callable[..., Page], alice: Any, known: Customer, inside: Any
) -> None:
    day = begin(page_of(alice, **PHONE))
    row = day.page.locator(".todo > li", has_text=NAME)
    # The telephone itself takes over here; what the page sees of it is that it is hidden and comes back.
    day.page.evaluate(
        "addEventListener('click', (event) => event.target.closest('a[href^=\"tel:\"]') && event.preventDefault())"
    )
    day.tap(row.locator("a[href^='tel:']"))
    day.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    day.page.wait_for_url("**/activity/compose?**")
    day.page.wait_for_load_state("networkidle")
    expect(day.page.locator("textarea[name=text]")).to_be_focused()
    expect(day.page.locator("select[name=kind]")).to_have_value("call")
    day.say(day.page.locator("textarea[name=text]"), SAID)
    day.tap(day.page.get_by_role("button", name="3 天后"))
    day.tap(day.page.get_by_role("button", name="记下"), until=day.page.locator(".toasts", has_text="记下"))
    expect(day.page).to_have_url(re.compile(r"/acme/$"))
    expect(day.page.locator(".todo > li", has_text=NAME)).to_have_count(0)
    with inside():
        assert FollowUp.objects.get(text=SAID).kind == "call"
        assert [task.due_on for task in Task.objects.filter(done_at=None)] == [clock.today() + timedelta(days=3)]
    day.arrive("call")


def test_a_customer_is_found_by_initials_and_called(page_of: Callable[..., Page], alice: Any, known: Customer) -> None:
    day = begin(page_of(alice, **PHONE))
    day.tap(day.page.locator(".topbar [role=search]"), until=day.page.locator("#palette input"))
    day.letters("shgc")
    option = day.page.locator("#palette [role=option][href*='/customers/']", has_text=NAME)
    expect(option).to_be_visible()
    day.tap(option, until=day.page.locator("h1", has_text=NAME))
    expect(day.page).to_have_url(re.compile(rf"/customers/{known.pk}$"))
    expect(day.page.locator("a.call[href$='13900139000']").first).to_be_visible()
    day.arrive("visit")


def test_a_prospect_is_entered_on_the_phone(page_of: Callable[..., Page], alice: Any, stages: Any, inside: Any) -> None:
    day = begin(page_of(alice, **PHONE))
    day.tap(day.page.locator(".tabbar summary"))
    day.tap(day.page.locator(".tabbar .menu-list a[href$='/customers/new']"), until=day.page.locator("#f-name"))
    day.say(day.page.locator("#f-name"), "宁波江北粮机厂")
    day.type(day.page.locator("#f-phone"), "13700137000")
    day.say(day.page.locator("#f-city"), "宁波")
    day.tap(day.page.locator("[data-save]"), until=day.page.locator("h1", has_text="宁波江北粮机厂"))
    expect(day.page).to_have_url(re.compile(r"/acme/customers/\d+$"))
    with inside():
        assert Customer.objects.get(name="宁波江北粮机厂").owner_id == alice.pk
    day.arrive("prospect")


def test_a_twin_is_told_while_its_name_is_typed(
    page_of: Callable[..., Page], alice: Any, bob: Any, inside: Any
) -> None:
    with inside():
        customers.create(actor=bob, values={"name": NAME, "phone": "13800138000"})
    day = begin(page_of(alice), "/acme/customers/new")
    day.type(day.page.locator("#f-name"), "上海谷仓食品机械")
    advice = day.page.locator("#page", has_text="Bob")
    day.press("Tab", until=advice)
    expect(advice).to_contain_text(NAME)
    assert "13800138000" not in advice.inner_text()
    day.arrive("twin")


def test_a_customer_and_a_note_without_a_mouse(page_of: Callable[..., Page], alice: Any, inside: Any) -> None:
    day = begin(page_of(alice), "/acme/customers/")
    day.press("c", until=day.page.locator("#f-name"))
    expect(day.page).to_have_url(re.compile("/customers/new"))
    expect(day.page.locator("#f-name")).to_be_focused()
    day.letters(NAME)
    day.press("Tab")
    day.letters("13800138000")
    day.press("Control+Enter", until=day.page.locator("h1", has_text=NAME))
    expect(day.page).to_have_url(re.compile(r"/customers/\d+$"))
    day.press("w")
    day.letters("样本已寄")
    day.press("Control+Enter", until=day.page.locator("ol.tl", has_text="样本已寄"))
    day.arrive("desk")


def test_a_deal_moves_by_one_drag_and_is_won_by_two_clicks(
    page_of: Callable[..., Page], alice: Any, new_deal: Callable[..., Any], stages: dict[str, Any], inside: Any
) -> None:
    deal = new_deal("包装线两台", amount=386_400)
    day = begin(page_of(alice), "/acme/opportunities/board")
    box = day.page.locator(f'[data-lane="{stages["quote"].pk}"] [data-cards]').bounding_box()
    assert box is not None
    card = day.page.locator("[data-card]", has_text="包装线两台")
    moved = day.page.locator(f'[data-lane="{stages["quote"].pk}"] [data-card]', has_text="包装线两台")
    with day.page.expect_response(lambda answer: answer.url.endswith("/drop")):
        day.drag(card.locator(".c").first, (box["x"] + 60, box["y"] + 20), until=moved)
    with inside():
        assert Opportunity.objects.get(pk=deal.pk).stage_id == stages["quote"].pk
    day.arrive("move")

    day = begin(day.page, f"/acme/opportunities/{deal.pk}")
    day.tap(day.page.get_by_role("link", name="赢单"), until=day.page.locator("form.form button.primary"))
    day.tap(day.page.locator("form.form button.primary"), until=day.page.locator(".toasts > *").first)
    expect(day.page).to_have_url(re.compile(rf"/opportunities/{deal.pk}$"))
    with inside():
        assert Opportunity.objects.get(pk=deal.pk).state == "won"
    day.arrive("win")


def test_a_cell_is_refused_in_words_and_corrected(
    page_of: Callable[..., Page], alice: Any, new_deal: Callable[..., Any], inside: Any
) -> None:
    deal = new_deal("包装线两台", amount=386_400)
    day = begin(page_of(alice), "/acme/opportunities/?columns=name&columns=amount")
    editor = day.page.get_by_role("textbox", name="金额")
    day.tap(day.page.locator("#rows tr", has_text="包装线两台").locator("td.num"), until=editor)
    expect(editor).to_be_focused()
    day.press("Control+a")
    day.letters("三十来万")
    day.press("Enter", until=day.page.locator("#rows .err"))
    day.press("Control+a")
    day.letters("38.6万")
    day.press("Enter", until=day.page.locator("#rows", has_text="386,000"))
    with inside():
        assert Opportunity.objects.get(pk=deal.pk).amount == 386_000
    day.arrive("cell")


def test_twelve_prospects_are_pasted_and_one_is_corrected(
    page_of: Callable[..., Page], alice: Any, inside: Any
) -> None:
    page = page_of(alice)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    day = begin(page, "/acme/customers/?columns=name&columns=city&columns=level&columns=phone&columns=kind")
    day.tap(page.locator("#page a[href*='/customers/grid']"), until=page.locator("[data-grid][data-ready]"))
    day.tap(cell(page, 0, 0))
    paste(page, EXCEL_TEXT, EXCEL_HTML)
    day.keys += 1
    next_one = page.locator("[data-grid-next]")
    expect(next_one).to_be_visible()
    day.tap(next_one, until=page.locator(".grid-note"))
    day.letters("A")
    day.press("Enter")
    expect(next_one).to_be_hidden()
    saved(page)
    with inside():
        assert Customer.objects.count() == 12
    day.arrive("paste")

    day = Counted(page)
    day.press("Control+z")
    expect(page.locator(".tabulator-row", has_text="宁波远航")).to_have_count(0)
    day.press("Control+z")
    expect(page.locator(".tabulator-row", has_text="苏州恒力")).to_have_count(0)
    with inside():
        assert not Customer.objects.exists()
    day.arrive("back")


def test_the_day_report_is_already_written(
    page_of: Callable[..., Page], alice: Any, known: Customer, inside: Any
) -> None:
    day = begin(page_of(alice, **PHONE))
    report = day.page.locator("section, .box", has_text="日报").last
    expect(report).to_contain_text("谷仓")
    day.arrive("report")
