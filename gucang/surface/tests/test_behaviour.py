"""What the scripts do, in a real Chromium. Pages come from the real templates, answers from this file: these tests are
about the browser's side; what the server answers is tested with the screens."""

import os
import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Route, sync_playwright

from gucang.surface.tests.pages import draw, static_file

pytestmark = pytest.mark.browser

SITE = "http://gucang.test"
POLICY = "default-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'"
FOUND = (
    '<section class="found-group"><h2 data-group>客户</h2>'
    '<a data-result href="/acme/customers/1">上海谷仓食品机械</a></section>'
)
REFUSAL = '<div class="refusal" role="alert"><div class="h">还不能</div>让价还没批：在何静手上。</div>'


@pytest.fixture(scope="module")
def browser_context() -> Iterator[BrowserContext]:
    # Playwright's loop would make Django believe that it runs inside async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    program = os.environ.get("GUCANG_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
        context.set_default_timeout(20_000)
        yield context
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(browser_context: BrowserContext) -> Iterator[Page]:
    """The design page behind the product's content security policy; any complaint of the browser fails the test."""
    html = draw("surface/design.html")

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path == "/design":
            route.fulfill(body=html, content_type="text/html", headers={"Content-Security-Policy": POLICY})
        elif path.startswith("/static/"):
            route.fulfill(path=static_file(path))
        elif path == "/acme/search":
            route.fulfill(body=FOUND, content_type="text/html")
        elif path == "/deals/2/drop":
            route.fulfill(status=422, body=REFUSAL, content_type="text/html")
        else:
            route.fulfill(status=404, body="")

    opened = browser_context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    opened.route(f"{SITE}/**", answer)
    opened.goto(f"{SITE}/design")
    yield opened
    opened.close(run_before_unload=False)
    assert complaints == []


def options(page: Page) -> list[str]:
    return page.locator("#palette [role=option]").all_inner_texts()


def test_the_palette_finds_records_and_escape_closes_it_although_there_is_text(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.locator("#palette input").press_sequentially("shgc")
    page.locator("#palette [role=option]", has_text="上海谷仓食品机械").wait_for()
    page.keyboard.press("Escape")
    page.locator("#palette").wait_for(state="hidden")


def test_letters_of_an_input_method_neither_search_nor_choose(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.locator("#palette input").wait_for()
    session = page.context.new_cdp_session(page)
    # The open palette has asked already for what was pinned and worked on last.
    with page.expect_request(lambda request: "/acme/search?q=%" in request.url, timeout=20_000) as asked:
        session.send("Input.imeSetComposition", {"text": "shang", "selectionStart": 5, "selectionEnd": 5})
        page.wait_for_timeout(400)  # longer than the pause after which a search begins
        page.evaluate("""document.activeElement.dispatchEvent(
            new KeyboardEvent("keydown", {key: "Enter", keyCode: 229, bubbles: true}))""")
        session.send("Input.insertText", {"text": "上海"})
    assert "?q=%E4%B8%8A%E6%B5%B7&" in asked.value.url, "the first question is the finished word"
    assert page.url == f"{SITE}/design"


def test_single_letters_are_text_inside_a_field_and_commands_outside(page: Page) -> None:
    page.locator("#f-note").press_sequentially("jxc?/")
    assert page.locator("#f-note").input_value() == "jxc?/"
    assert page.locator("dialog[open]").count() == 0
    page.locator("h1").click()
    page.keyboard.press("?")
    assert page.locator("dialog#keys[open]").count() == 1


def test_rows_are_walked_and_chosen_with_the_keyboard(page: Page) -> None:
    page.locator("h1").click()
    for key in ("j", "j", "x"):
        page.keyboard.press(key)
    assert page.locator("tr.is-here").get_attribute("data-key") == "2"
    assert page.locator("[data-pick]:checked").count() == 2
    assert page.locator("[data-count]").inner_text() == "2"


def test_a_refused_card_goes_back_with_its_sentence(page: Page) -> None:
    card = page.locator('[data-card="2"] .t a')
    page.wait_for_load_state("networkidle")
    card.focus()
    page.keyboard.press(" ")
    page.keyboard.press("ArrowRight")
    assert page.locator('[data-lane="talk"] [data-card="2"]').count() == 1
    page.keyboard.press("Enter")
    page.locator('[data-lane="quote"] [data-card="2"] .refusal', has_text="在何静手上").wait_for()
    assert "在何静手上" in page.locator("#announce").inner_text()


def test_typed_text_is_there_again_after_coming_back(page: Page) -> None:
    page.on("dialog", lambda question: question.accept())
    page.locator("#f-note").fill("写到一半")
    page.wait_for_timeout(500)  # longer than the pause after which a draft is kept
    page.goto(f"{SITE}/design")
    assert page.locator("#f-note").input_value() == "写到一半"
    page.locator("form[data-draft] .note button").click()
    assert page.locator("#f-note").input_value() == ""
    assert page.evaluate("sessionStorage.getItem('gc-draft:design')") is None


def test_a_form_is_posted_once_however_often_it_is_pressed(page: Page) -> None:
    let_through = page.evaluate("""() => {
        let count = 0;
        addEventListener('submit', (event) => { if (!event.defaultPrevented) count += 1; event.preventDefault(); });
        const form = document.querySelector('form[data-sign-out]');
        for (let i = 0; i < 3; i += 1) form.requestSubmit();
        return count;
    }""")
    assert let_through == 1


def test_the_picker_finds_a_person_by_initials(page: Page) -> None:
    field = page.locator("#f-owner[role=combobox]")
    field.click()
    field.fill("zm")
    page.keyboard.press("Enter")  # at once: no older option may be taken
    assert page.evaluate("document.querySelector('select[name=owner]').value") == "3"


def test_a_dialog_gives_the_focus_back_to_its_button(page: Page) -> None:
    page.locator("[data-dialog=really]").click()
    assert page.locator("#really").is_visible()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.dialog") == "really"


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_parts_have_no_known_barrier_and_nothing_sticks_out(page: Page, theme: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    page.wait_for_timeout(300)  # colours fade
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, options={"rules": {"landmark-unique": {"enabled": False}}}).response["violations"]
    assert [(one["id"], [node["html"][:80] for node in one["nodes"]]) for one in found] == []
