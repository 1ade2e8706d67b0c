"""The calendar in a browser: dragging, refusals, keys, the phone's agenda, and working without scripts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from gucang.activity.actions import tasks
from gucang.activity.models import Task

pytestmark = pytest.mark.browser
# The middle of a month, whatever today is: there is room on both sides.
DAY = date(2026, 11, 18)
MONTH = f"/acme/calendar?view=month&on={DAY}"


@pytest.fixture
def new_task(inside: Any, alice: Any) -> Callable[..., Task]:
    def make(title: str = "寄样本", **values: Any) -> Task:
        with inside():
            made = {"title": title, "due_on": DAY} | values
            return tasks.create(actor=alice, values=made).record  # type: ignore[no-any-return]

    return make


def due_of(inside: Any, task: Task) -> tuple[date, str]:
    with inside():
        found = Task.objects.get(pk=task.pk)
        return found.due_on, timezone.localtime(found.due_at).strftime("%H:%M") if found.due_at else ""


def entry(page: Page, task: Task) -> Locator:
    return page.locator(f'[data-id="task-{task.pk}"]')


def cell(page: Page, day: date) -> Locator:
    return page.locator(f'[data-days-grid] [role=gridcell][data-date="{day}"]')


def drag(page: Page, what: Locator, to: Locator, *, below: int = 40) -> None:
    """Take an entry with the mouse and let it fall into a day."""
    what.hover()
    page.mouse.down()
    box = to.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + below, steps=8)
    page.mouse.move(box["x"] + box["width"] / 2 + 4, box["y"] + below + 4, steps=3)
    page.mouse.up()


def test_a_task_dragged_to_another_day_is_there_in_the_record_and_comes_back(
    page_of: Callable[..., Page], alice: Any, new_task: Any, inside: Any
) -> None:
    task, there = new_task(), DAY + timedelta(days=2)
    page = page_of(alice)
    page.goto(MONTH, wait_until="networkidle")
    with page.expect_response(lambda answer: answer.url.endswith("/when")) as moved:
        drag(page, entry(page, task), cell(page, there))
    assert moved.value.status == 204
    expect(cell(page, there).or_(entry(page, task)).first).to_be_visible()
    assert due_of(inside, task) == (there, "")
    with page.expect_navigation(url=f"**{MONTH}"):  # the very address that one is on already
        page.locator("#toasts").get_by_role("button", name="撤销").click()
    expect(entry(page, task)).to_be_visible()
    assert due_of(inside, task) == (DAY, "")


def test_a_month_stands_still_under_an_entry_that_is_held_at_its_edge(
    page_of: Callable[..., Page], alice: Any, new_task: Any, inside: Any
) -> None:
    task = new_task()
    page = page_of(alice)
    page.goto(MONTH, wait_until="networkidle")
    there = DAY + timedelta(days=7)
    # The window ends just inside the day that is aimed at, and could go on.
    aimed = cell(page, there).bounding_box()
    assert aimed is not None
    low = int(aimed["y"]) + 60
    page.set_viewport_size({"width": 1440, "height": low})
    assert page.evaluate("document.documentElement.scrollHeight > innerHeight")
    before = page.evaluate("scrollY")
    entry(page, task).hover()
    page.mouse.down()
    page.mouse.move(aimed["x"] + aimed["width"] / 2, low - 20, steps=8)
    page.wait_for_timeout(900)  # as long as somebody hesitates
    page.mouse.move(aimed["x"] + aimed["width"] / 2 + 3, low - 18, steps=2)
    assert page.evaluate("scrollY") == before
    with page.expect_response(lambda answer: answer.url.endswith("/when")):
        page.mouse.up()
    assert due_of(inside, task) == (there, "")


def test_a_month_keeps_the_hour(page_of: Callable[..., Page], alice: Any, new_task: Any, inside: Any) -> None:
    at = timezone.make_aware(datetime.combine(DAY, time(14, 30)))
    task = new_task(due_at=at)
    page = page_of(alice)
    page.goto(MONTH, wait_until="networkidle")
    expect(entry(page, task)).to_contain_text("14:30")
    with page.expect_response(lambda answer: answer.url.endswith("/when")):
        drag(page, entry(page, task), cell(page, DAY - timedelta(days=1)))
    assert due_of(inside, task) == (DAY - timedelta(days=1), "14:30")


def test_a_refused_entry_goes_back_and_says_why(
    page_of: Callable[..., Page], alice: Any, mia: Any, new_task: Any, inside: Any
) -> None:
    task = new_task()
    page = page_of(alice)
    page.goto(MONTH, wait_until="networkidle")
    with inside():
        tasks.edit(task.pk, actor=mia, values={"due_on": DAY + timedelta(days=1)})
    with page.expect_response("**/calendar/entries?**"):
        drag(page, entry(page, task), cell(page, DAY + timedelta(days=2)))
    expect(page.locator("[data-said] .refusal")).to_contain_text("Mia")
    expect(page.locator("[data-calendar]")).to_have_attribute("aria-busy", "false")
    assert due_of(inside, task) == (DAY + timedelta(days=1), "")
    # What Mia did is on the page by now, and can be moved from there.
    with page.expect_response(lambda answer: answer.url.endswith("/when")) as moved:
        drag(page, entry(page, task), cell(page, DAY + timedelta(days=2)))
    assert moved.value.status == 204
    expect(page.locator("[data-said] .refusal")).to_have_count(0)
    assert due_of(inside, task) == (DAY + timedelta(days=2), "")


def test_what_is_done_cannot_be_dragged(page_of: Callable[..., Page], alice: Any, new_task: Any, inside: Any) -> None:
    task = new_task()
    with inside():
        tasks.complete(task, actor=alice)
    page = page_of(alice)
    page.goto(MONTH, wait_until="networkidle")
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.url) if asked.url.endswith("/when") else None)
    drag(page, entry(page, task), cell(page, DAY + timedelta(days=2)))
    expect(entry(page, task)).to_have_count(1)
    assert sent == []
    assert due_of(inside, task) == (DAY, "")


def test_an_entry_is_moved_with_the_keyboard(
    page_of: Callable[..., Page], alice: Any, new_task: Any, inside: Any
) -> None:
    task = new_task()
    page = page_of(alice)
    page.goto(MONTH, wait_until="networkidle")
    entry(page, task).focus()
    page.keyboard.press("m")
    expect(page.locator("#move input[type=date]")).to_be_focused()
    page.locator("#move input[type=date]").fill("2026-11-25")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{MONTH}")
    expect(page.locator("#toasts")).to_contain_text("寄样本")
    assert due_of(inside, task) == (date(2026, 11, 25), "")


def test_the_keys_turn_the_pages_and_the_address_follows(page_of: Callable[..., Page], alice: Any) -> None:
    page = page_of(alice)
    page.goto(MONTH, wait_until="networkidle")
    expect(page.locator("[data-heading]")).to_have_text("2026年11月")
    page.keyboard.press("n")
    expect(page.locator("[data-heading]")).to_have_text("2026年12月")
    assert "on=2026-12-" in page.url
    page.locator("[data-view=week]").first.click()
    page.wait_for_url("**view=week**")
    page.locator("nav[data-keeps-days] a", has_text="我能看到的所有人").click()
    page.wait_for_url("**whose=all**")
    assert "view=week" in page.url
    assert "on=2026-12-" in page.url


def test_a_click_on_an_empty_day_makes_a_task_there(page_of: Callable[..., Page], alice: Any, inside: Any) -> None:
    page = page_of(alice)
    page.goto(MONTH, wait_until="networkidle")
    cell(page, date(2026, 11, 24)).click(position={"x": 20, "y": 60})
    expect(page.locator("#f-due_on")).to_have_value("2026-11-24")
    page.fill("#f-title", "寄样本")
    page.locator("[data-save]").click()
    page.wait_for_url(f"**{MONTH}")
    with inside():
        assert Task.objects.get().due_on == date(2026, 11, 24)


def test_an_entry_leads_to_its_record(page_of: Callable[..., Page], alice: Any, new_task: Any) -> None:
    task = new_task()
    page = page_of(alice)
    page.goto(MONTH, wait_until="networkidle")
    entry(page, task).click()
    page.wait_for_url(f"**/acme/tasks/{task.pk}")


def test_a_phone_begins_with_the_agenda_and_loads_no_grid(
    page_of: Callable[..., Page], alice: Any, new_task: Any, inside: Any
) -> None:
    task = new_task(due_on=timezone.localdate())
    page = page_of(alice, 390, 844, has_touch=True, is_mobile=True)
    loaded: list[str] = []
    page.on("request", lambda asked: loaded.append(asked.url))
    page.goto("/acme/calendar", wait_until="networkidle")
    row = page.locator(".agenda li", has_text="寄样本")
    expect(row).to_be_visible()
    assert not any("calendargrid" in url for url in loaded)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    row.get_by_role("link", name="改到某天").tap()
    page.locator("#move input[type=date]").fill("2026-12-01")
    page.locator("#move button.primary").tap()
    expect(page.locator("#toasts")).to_contain_text("寄样本")
    assert due_of(inside, task) == (date(2026, 12, 1), "")


def test_without_scripts_the_agenda_is_turned_and_an_entry_moved(
    page_of: Callable[..., Page], alice: Any, new_task: Any, inside: Any
) -> None:
    task = new_task()
    page = page_of(alice, java_script_enabled=False)
    page.goto("/acme/calendar?on=2026-11-11")
    expect(page.locator("main")).not_to_contain_text("寄样本")
    page.get_by_role("link", name="往后").click()
    expect(page.locator(".agenda li", has_text="寄样本")).to_be_visible()
    page.locator(".agenda li", has_text="寄样本").get_by_role("link", name="改到某天").click()
    page.fill("#f-day", "2026-11-20")
    page.locator("#when button.primary").click()
    page.wait_for_url("**/acme/calendar?on=2026-11-18")
    assert due_of(inside, task) == (date(2026, 11, 20), "")
    page.goto(MONTH)
    page.get_by_role("link", name="看日程列表").click()
    expect(page.locator(".agenda li", has_text="寄样本")).to_be_visible()
