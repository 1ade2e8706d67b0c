"""The grid in a browser: a real clipboard, an input method, a dropped line, five thousand rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from gucang.kernel.actions import Row, create_many
from gucang.kernel.models import Event
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.parties.records import customer as customer_type
from tests.grid.samples import EXCEL_HTML, EXCEL_TEXT

pytestmark = pytest.mark.browser
GRID = "/acme/customers/grid?columns=name&columns=city&columns=level&columns=phone&columns=kind&sort=name"
PUT = """async ([html, text]) => {
  const parts = {'text/plain': new Blob([text], {type: 'text/plain'})};
  if (html) parts['text/html'] = new Blob([html], {type: 'text/html'});
  await navigator.clipboard.write([new ClipboardItem(parts)]);
}"""

GET = """async () => {
  const [one] = await navigator.clipboard.read();
  return Promise.all(['text/plain', 'text/html'].map(async (type) => (await one.getType(type)).text()));
}"""


@pytest.fixture
def firms(inside: Any, alice: Any) -> list[int]:
    """Six customers of Alice's in one city."""
    with inside():
        return [
            customers.create(actor=alice, values={"name": f"{n}号机械厂", "city": "苏州"}).record.pk
            for n in range(1, 7)
        ]


@pytest.fixture
def open_grid(page_of: Callable[..., Page], alice: Any) -> Callable[..., Page]:
    def go(url: str = GRID, **options: Any) -> Page:
        page = page_of(alice, **options)
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto(url)
        ready(page)
        return page

    return go


def ready(page: Page) -> None:
    page.locator("[data-grid][data-ready]").wait_for()


def cell(page: Page, row: int, column: int) -> Locator:
    """A cell by the number of its row and column, from 0."""
    return page.locator(f'.tabulator-row[data-i="{row}"] [data-place="{column}"]')


def saved(page: Page) -> None:
    expect(page.locator("[data-grid-state]")).to_have_attribute("data-state", "saved")


def paste(page: Page, text: str, html: str = "") -> None:
    # From a page of its own, as from another program: our policy does not watch over what that one writes.
    other = page.context.new_page()
    other.goto("/healthz")
    other.evaluate(PUT, [html, text])
    other.close()
    page.bring_to_front()
    page.keyboard.press("Control+v")


def cities(inside: Any) -> list[str]:
    with inside():
        return list(Customer.objects.order_by("name_key").values_list("city", flat=True))


def test_twelve_prospects_are_pasted_from_excel_one_is_corrected_and_all_is_undone(
    open_grid: Callable[..., Page], inside: Any
) -> None:
    page = open_grid()
    cell(page, 0, 0).click()
    paste(page, EXCEL_TEXT, EXCEL_HTML)
    expect(page.locator("[data-grid-next]")).to_be_visible()
    saved(page)
    with inside():
        assert Customer.objects.count() == 11
        assert Event.objects.filter(name="customer.create").count() == 11
    page.locator("[data-grid-next]").click()
    expect(page.locator(".grid-note")).to_be_visible()
    expect(page.locator(".tabulator-cell.is-at")).to_have_class(re.compile("is-refused"))
    page.keyboard.type("A")
    page.keyboard.press("Enter")
    expect(page.locator("[data-grid-next]")).to_be_hidden()
    saved(page)
    with inside():
        assert Customer.objects.count() == 12
        assert Customer.objects.get(name="苏州恒力精密机械有限公司").phone == "+8651266668888"
    page.keyboard.press("Control+z")
    expect(page.locator(".tabulator-row", has_text="宁波远航")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(page.locator(".tabulator-row", has_text="苏州恒力")).to_have_count(0)
    with inside():
        assert not Customer.objects.exists()


def test_typing_begins_with_the_first_letter_and_keys_lead_on(
    open_grid: Callable[..., Page], firms: list[int], inside: Any
) -> None:
    page = open_grid()
    cell(page, 0, 1).click()
    page.keyboard.type("hangzhou")
    page.keyboard.press("Enter")
    page.keyboard.type("wuxi")
    page.keyboard.press("Tab")
    page.keyboard.type("B")
    page.keyboard.press("Tab")
    page.keyboard.type("13900139000")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("F2")
    page.keyboard.type("!")
    page.keyboard.press("Enter")
    saved(page)
    expect(cell(page, 1, 2)).to_have_text("B")
    expect(cell(page, 1, 3)).to_have_text("")
    assert cities(inside)[:3] == ["hangzhou", "wuxi!", "苏州"]


def test_an_input_method_begins_in_a_selected_cell_and_loses_nothing(
    open_grid: Callable[..., Page], firms: list[int], inside: Any
) -> None:
    page = open_grid()
    cell(page, 0, 1).click()
    keys = page.context.new_cdp_session(page)
    for letters in ("h", "ha", "han", "hang"):
        keys.send(
            "Input.imeSetComposition", {"text": letters, "selectionStart": len(letters), "selectionEnd": len(letters)}
        )
    # While it composes, Enter only picks a character.
    keys.send(
        "Input.dispatchKeyEvent", {"type": "keyDown", "windowsVirtualKeyCode": 229, "key": "Process", "code": "Enter"}
    )
    expect(page.locator(".grid-edit.is-on textarea")).to_have_value("hang")
    keys.send("Input.insertText", {"text": "杭州"})
    expect(page.locator(".grid-edit.is-on textarea")).to_have_value("杭州")
    page.keyboard.press("Enter")
    saved(page)
    expect(cell(page, 0, 1)).to_have_text("杭州")
    assert cities(inside)[0] == "杭州"


def test_a_choice_is_found_by_pinyin(open_grid: Callable[..., Page], firms: list[int], inside: Any) -> None:
    page = open_grid()
    cell(page, 0, 4).click()
    page.keyboard.type("geren")
    expect(page.locator(".grid-list [aria-selected=true]")).to_have_text("个人")
    page.keyboard.press("Enter")
    saved(page)
    expect(cell(page, 0, 4)).to_have_text("个人")
    with inside():
        assert Customer.objects.filter(kind="person").count() == 1


def test_filling_down_emptying_and_undo(open_grid: Callable[..., Page], firms: list[int], inside: Any) -> None:
    page = open_grid()
    cell(page, 0, 1).click()
    page.keyboard.type("杭州")
    page.keyboard.press("Enter")
    cell(page, 0, 1).click()
    for _ in range(3):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+d")
    saved(page)
    expect(cell(page, 3, 1)).to_have_text("杭州")
    assert cities(inside) == ["杭州"] * 4 + ["苏州"] * 2
    page.keyboard.press("Delete")
    saved(page)
    expect(cell(page, 3, 1)).to_have_text("")
    page.keyboard.press("Control+z")
    expect(cell(page, 3, 1)).to_have_text("杭州")
    page.keyboard.press("Control+z")
    expect(cell(page, 3, 1)).to_have_text("苏州")
    page.reload()
    ready(page)
    page.keyboard.press("Control+y")
    expect(cell(page, 3, 1)).to_have_text("杭州")
    saved(page)
    assert cities(inside) == ["杭州"] * 4 + ["苏州"] * 2


def test_the_handle_fills_down(open_grid: Callable[..., Page], firms: list[int], inside: Any) -> None:
    page = open_grid()
    cell(page, 0, 1).click()
    page.keyboard.type("杭州")
    page.keyboard.press("Enter")
    cell(page, 0, 1).click()
    page.locator(".grid-fill").hover()
    page.mouse.down()
    cell(page, 2, 1).hover()
    page.mouse.up()
    saved(page)
    expect(cell(page, 2, 1)).to_have_text("杭州")
    assert cities(inside) == ["杭州"] * 3 + ["苏州"] * 3


def test_what_is_copied_is_a_table_for_others_and_comes_back(
    open_grid: Callable[..., Page], firms: list[int], inside: Any
) -> None:
    page = open_grid()
    cell(page, 0, 0).click()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+c")
    text, html = page.evaluate(GET)
    assert text.replace("\r", "") == "1号机械厂\t苏州\n2号机械厂\t苏州"
    assert "<td>1号机械厂</td><td>苏州</td>" in html
    cell(page, 6, 0).click()
    page.keyboard.press("Control+v")
    saved(page)
    with inside():
        assert Customer.objects.filter(name="1号机械厂").count() == 2


def test_without_a_network_nothing_is_lost(open_grid: Callable[..., Page], firms: list[int], inside: Any) -> None:
    page = open_grid()
    cell(page, 0, 1).click()
    page.context.set_offline(True)
    page.keyboard.type("杭州")
    page.keyboard.press("Enter")
    page.keyboard.type("无锡")
    page.keyboard.press("Enter")
    expect(page.locator("[data-grid-state]")).to_have_attribute("data-state", "waiting")
    expect(cell(page, 1, 1)).to_have_class(re.compile("is-pending"))
    assert cities(inside)[:2] == ["苏州", "苏州"]
    page.context.set_offline(False)
    saved(page)
    expect(cell(page, 1, 1)).to_have_text("无锡")
    assert cities(inside)[:2] == ["杭州", "无锡"]
    with inside():
        assert Event.objects.filter(name="customer.edit").count() == 2


def test_what_could_not_be_sent_is_there_after_a_reload_and_goes_then(
    open_grid: Callable[..., Page], firms: list[int], inside: Any
) -> None:
    page = open_grid()
    page.route("**/grid/save*", lambda route: route.abort())
    cell(page, 0, 1).click()
    page.keyboard.type("杭州")
    page.keyboard.press("Enter")
    cell(page, 6, 1).click()
    page.keyboard.type("只有城市")
    page.keyboard.press("Enter")
    expect(page.locator("[data-grid-state]")).not_to_have_attribute("data-state", "saved")
    page.on("dialog", lambda dialog: dialog.accept())
    page.unroute("**/grid/save*")
    page.reload()
    ready(page)
    saved(page)
    expect(cell(page, 0, 1)).to_have_text("杭州")
    expect(cell(page, 6, 1)).to_have_text("只有城市")
    cell(page, 6, 1).click()
    expect(page.locator(".grid-note")).to_contain_text("名称")
    assert cities(inside)[0] == "杭州"


def test_a_colleagues_value_is_shown_beside_ones_own(
    open_grid: Callable[..., Page], firms: list[int], mia: Any, inside: Any
) -> None:
    page = open_grid()
    with inside():
        customers.edit(firms[0], actor=mia, values={"city": "南京"})
    cell(page, 0, 1).click()
    page.keyboard.type("杭州")
    page.keyboard.press("Enter")
    page.locator("[data-grid-next]").click()
    note = page.locator(".grid-note")
    expect(note).to_contain_text("Mia")
    expect(note).to_contain_text("南京")
    note.locator("button").nth(1).click()
    expect(page.locator("[data-grid-next]")).to_be_hidden()
    saved(page)
    assert cities(inside)[0] == "杭州"


def test_find_counts_first_and_replaces_as_one_step(
    open_grid: Callable[..., Page], firms: list[int], inside: Any
) -> None:
    page = open_grid()
    page.keyboard.press("Control+f")
    page.locator("[name=find]").fill("苏")
    expect(page.locator("[data-grid-found]")).to_have_text("6 格")
    page.locator("[name=put]").fill("徐")
    page.locator("[data-grid-replace]").click()
    expect(page.locator("[data-grid-found]")).to_contain_text("再按一次")
    page.locator("[data-grid-replace]").click()
    saved(page)
    expect(cell(page, 5, 1)).to_have_text("徐州")
    page.locator("[data-grid-find-close]").click()
    page.keyboard.press("Control+z")
    expect(cell(page, 5, 1)).to_have_text("苏州")
    assert cities(inside) == ["苏州"] * 6


def test_a_paste_beyond_the_limit_is_refused_before_anything_is_sent(
    open_grid: Callable[..., Page], firms: list[int]
) -> None:
    page = open_grid()
    sent = []
    page.on("request", lambda request: sent.append(request.url) if "/grid/save" in request.url else None)
    cell(page, 0, 0).click()
    paste(page, "\n".join("\t".join(["x"] * 50) for _ in range(10_000)))
    expect(page.locator("#toasts")).to_contain_text("500,000")
    paste(page, "长" * 30_000)
    expect(page.locator(".grid-note")).to_contain_text("64 KB")
    assert sent == []


def test_who_may_not_bring_in_a_file_is_not_sent_to_one(open_grid: Callable[..., Page], firms: list[int]) -> None:
    page = open_grid()
    assert page.locator("[data-grid]").get_attribute("data-import") == ""
    cell(page, 0, 0).click()
    paste(page, "\n".join("\t".join(["x"] * 3) for _ in range(7_000)))
    expect(page.locator("#toasts")).to_contain_text("21,000")
    expect(page.locator("#toasts")).to_contain_text("分几次粘贴")
    expect(page.locator("#toasts")).to_contain_text("管理员")
    expect(page.locator("#toasts a")).to_have_count(0)


def test_rows_asked_for_too_early_are_not_lost_and_no_record_is_overwritten(
    page_of: Callable[..., Page], alice: Any, firms: list[int], inside: Any
) -> None:
    page = page_of(alice)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    held: list[Any] = []
    page.route("**/grid/rows*", lambda route: held.append(route))
    page.goto(GRID, wait_until="domcontentloaded")
    add = page.locator("[data-grid-add]")
    expect(add).to_be_disabled()
    page.keyboard.press("Control+v")
    for _look in range(400):  # the page asks when its script has come
        if held:
            break
        page.wait_for_timeout(50)
    for route in held:
        route.continue_()
    ready(page)
    paste(page, "甲\t杭州\n乙\t杭州")
    page.keyboard.type("无锡")
    page.keyboard.press("Enter")
    page.keyboard.press("Delete")
    expect(page.locator("#toasts [data-toast]")).to_have_text(re.compile("还没有选格子"))
    expect(page.locator(".tabulator-cell.is-pending, .tabulator-cell.is-refused")).to_have_count(0)
    expect(add).to_be_enabled()
    add.click()
    paste(page, "甲\t杭州\n乙\t杭州")
    saved(page)
    expect(cell(page, 7, 0)).to_have_text("乙")
    expect(page.locator("[data-grid-loaded]")).to_have_text("8 行")
    assert sorted(cities(inside)) == ["杭州"] * 2 + ["苏州"] * 6


def test_count_sight_and_message_follow_what_was_pasted_and_taken_back(
    open_grid: Callable[..., Page], firms: list[int]
) -> None:
    page = open_grid(height=420)
    count = page.locator("[data-grid-loaded]")
    expect(count).to_have_text("6 行")
    cell(page, 6, 0).click()
    paste(page, "\n".join(f"新{n:02}\t杭州" for n in range(12)))
    saved(page)
    expect(count).to_have_text("18 行")
    toasts = page.locator("#toasts [data-toast]")
    expect(toasts).to_have_text(re.compile("已保存 24 格"))
    expect(cell(page, 6, 0)).to_be_in_viewport()
    expect(cell(page, 9, 0)).to_be_in_viewport()
    assert page.locator(".tabulator-tableholder").evaluate("(box) => box.scrollTop") > 0
    page.keyboard.press("Control+z")
    expect(count).to_have_text("6 行")
    expect(toasts).to_have_text(re.compile("已撤回"))


@pytest.fixture
def managers_grid(page_of: Callable[..., Page], mia: Any, firms: list[int]) -> Page:
    """The grid of Alice's manager, who may delete."""
    page: Page = page_of(mia)
    page.goto(GRID)
    ready(page)
    return page


def names(page: Page) -> list[str]:
    return [text for text in page.locator('.tabulator-row [data-place="0"]').all_inner_texts() if text.strip()]


def test_rows_are_deleted_from_the_menu_and_come_back_where_they_stood(managers_grid: Page, inside: Any) -> None:
    page = managers_grid
    before = names(page)
    page.locator('.tabulator-row[data-i="1"] .grid-number').click()
    page.locator('.tabulator-row[data-i="2"] .grid-number').click(modifiers=["Shift"])
    cell(page, 2, 1).click(button="right")
    menu = page.get_by_role("menu")
    expect(menu.get_by_role("menuitem")).to_have_text(["复制", "向下填充", "清空选中的格", "删除 2 行"])
    menu.get_by_role("menuitem", name="删除 2 行").click()
    expect(page.locator("#toasts")).to_contain_text("已删除 2 行")
    assert names(page) == [before[0], *before[3:]]
    with inside():
        assert Customer.objects.count() == len(before) - 2
    page.keyboard.press("Control+z")
    expect(cell(page, 2, 0)).to_have_text(before[2])
    assert names(page) == before


def test_the_menu_needs_no_mouse_and_holds_no_serious_barrier(managers_grid: Page, inside: Any) -> None:
    page = managers_grid
    before = names(page)
    cell(page, 0, 1).click()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+F10")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_be_hidden()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+F10")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("menuitem", name="删除 1 行")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("已删除 1 行")
    assert names(page) == [*before[:2], *before[3:]], "the row to which the arrows led after the menu was closed"


def test_a_row_that_is_no_record_yet_is_only_taken_off_the_grid(managers_grid: Page, inside: Any) -> None:
    page = managers_grid
    before = names(page)
    cell(page, len(before), 1).click()
    page.keyboard.type("杭州")
    page.keyboard.press("Enter")
    expect(page.locator("[data-grid-next]")).to_be_visible()
    cell(page, len(before), 1).click()
    page.locator("[data-grid-remove]").click()
    expect(page.locator("[data-grid-next]")).to_be_hidden()
    with inside():
        assert Customer.objects.count() == len(before)
        assert not Event.objects.filter(name="customer.delete").exists()


def test_before_a_cell_is_chosen_nothing_is_deleted(managers_grid: Page, inside: Any) -> None:
    page = managers_grid
    page.locator("[data-grid-remove]").click()
    expect(page.locator("#toasts")).to_contain_text("先选中要删除的行")
    with inside():
        assert not Event.objects.filter(name="customer.delete").exists()


def test_what_cannot_be_changed_says_why(open_grid: Callable[..., Page], firms: list[int]) -> None:
    page = open_grid(f"{GRID}&columns=owner")
    cell(page, 0, 5).click()
    page.keyboard.type("Bob")
    expect(page.locator(".grid-note")).to_contain_text("负责人")
    expect(cell(page, 0, 5)).to_have_text("Alice")


def test_five_thousand_rows_scroll_and_only_those_in_sight_are_drawn(
    open_grid: Callable[..., Page], alice: Any, inside: Any
) -> None:
    with inside():
        for part in range(5):
            create_many(customer_type, [Row({"name": f"厂{part * 1000 + n:05}"}) for n in range(1000)], actor=alice)
    page = open_grid("/acme/customers/grid?columns=name&columns=city&sort=name")
    holder = page.locator(".tabulator-tableholder")
    for share in (0.25, 0.5, 0.75, 1):
        holder.evaluate("(box, share) => { box.scrollTop = (box.scrollHeight - box.clientHeight) * share; }", share)
    expect(page.locator(".tabulator-row", has_text="厂04999")).to_be_visible()
    assert page.locator(".tabulator-row").count() < 200
    page.keyboard.press("Control+Home")
    expect(page.locator(".tabulator-row", has_text="厂00000")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_grid_has_no_serious_barrier(open_grid: Callable[..., Page], firms: list[int], theme: Any) -> None:
    page = open_grid(color_scheme=theme)
    cell(page, 0, 2).click()
    page.keyboard.type("Z")
    page.keyboard.press("Escape")
    paste(page, "Z")
    page.locator("[data-grid-next]").wait_for()
    page.keyboard.press("F2")
    found = Axe().run(page).response["violations"]
    assert [
        (one["id"], one["nodes"][0]["html"][:200]) for one in found if one["impact"] in ("serious", "critical")
    ] == []


def test_the_keyboard_leads_out_of_the_grid(open_grid: Callable[..., Page], firms: list[int]) -> None:
    page = open_grid()
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") != "cell"


def test_a_phone_is_led_back_to_the_list(open_grid: Callable[..., Page], page_of: Any, alice: Any) -> None:
    page = page_of(alice, width=390)
    page.goto("/acme/customers/")
    expect(page.locator("[data-grid-link]")).to_be_hidden()
    page.goto(GRID)
    expect(page.locator(".grid-narrow")).to_be_visible()
    page.locator("[data-grid-back]").click()
    expect(page).to_have_url(re.compile("/acme/customers/"))
