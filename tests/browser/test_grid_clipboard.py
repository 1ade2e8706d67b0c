"""What other programs put into the clipboard, understood; and our own table, understood again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

import gucang.surface
from tests.grid import samples

pytestmark = pytest.mark.browser
SOURCE = Path(gucang.surface.__file__).parent / "assets/js/gridclip.js"


@pytest.fixture(scope="module")
def clip(browser: Browser) -> Any:
    """A page with nothing but the clipboard's script in it."""
    page = browser.new_page()
    script = SOURCE.read_text(encoding="utf-8") + "\nwindow.clip = { read, readText, writeText, writeHtml };"
    page.add_script_tag(content=script, type="module")
    page.wait_for_function("window.clip")
    yield page
    page.close()


def read(clip: Page, html: str = "", text: str = "") -> Any:
    return clip.evaluate("(data) => clip.read(data)", {"html": html, "text": text})


def test_excel(clip: Page) -> None:
    wanted = [list(row) for row in samples.ROWS]
    assert read(clip, samples.EXCEL_HTML, samples.EXCEL_TEXT) == {"rows": wanted, "merged": 0}
    assert read(clip, "", samples.EXCEL_TEXT) == {"rows": wanted, "merged": 0}


def test_line_breaks_quotes_and_tabs_in_a_cell(clip: Page) -> None:
    rows = read(clip, "", samples.EXCEL_BREAKS_TEXT)["rows"]
    assert rows == [["第一行\n第二行", '他说"好"', "a\tb"], ["末行", "", "1"]]
    rows = read(clip, samples.EXCEL_BREAKS_HTML, samples.EXCEL_BREAKS_TEXT)["rows"]
    assert rows == [["第一行\n第二行", '他说"好"', "a b"], ["末行", "", "1"]]


def test_wps(clip: Page) -> None:
    wanted = [["苏州恒力", "2026年11月3日", "￥120,000.00"], ["无锡双象", "", ""]]
    assert read(clip, samples.WPS_HTML, samples.WPS_TEXT)["rows"] == wanted
    assert read(clip, "", samples.WPS_TEXT)["rows"] == wanted


def test_libreoffice_keeps_the_number_behind_what_it_shows(clip: Page) -> None:
    rows = read(clip, samples.LIBREOFFICE_HTML, samples.LIBREOFFICE_TEXT)["rows"]
    assert rows == [["无锡双象", "13800138000"], ["两行\n字", ""]]


def test_merged_cells_leave_what_they_cover_alone(clip: Page) -> None:
    assert read(clip, samples.MERGED_HTML, "x") == {
        "rows": [["华东", None, "A"], ["苏州", "甲", "B"], [None, "乙", "C"]],
        "merged": 2,
    }


def test_a_table_from_a_page_is_its_words_alone(clip: Page) -> None:
    said: list[str] = []
    clip.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    assert read(clip, samples.WEB_HTML, "x")["rows"] == [["名称", "城市"], ["恒力", "苏州 市"]]
    assert said == []


@pytest.mark.parametrize(
    "html",
    [
        "<p>只是文字</p>",
        "<table><tr><td>a</td></tr></table><table><tr><td>b</td></tr></table>",
        "<table><tr><td><table><tr><td>版面</td></tr></table></td></tr></table>",
    ],
)
def test_what_is_no_single_table_is_read_as_text(clip: Page, html: str) -> None:
    assert read(clip, html, "一\t二")["rows"] == [["一", "二"]]


def test_an_empty_clipboard_is_nothing(clip: Page) -> None:
    assert read(clip) is None


def test_a_quote_that_never_ends_is_a_quote(clip: Page) -> None:
    assert read(clip, "", '"abc\td"e"\nf')["rows"] == [['"abc', 'd"e"'], ["f", ""]]


CELLS = st.text(
    st.characters(
        codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp", "Cf"], include_characters=" \"\t\n=+-@'"
    ),
    max_size=12,
).filter(lambda text: not text.startswith("'") and text == text.strip("\n"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(1, 4).flatmap(
        lambda wide: st.lists(st.lists(CELLS, min_size=wide, max_size=wide), min_size=1, max_size=5)
    )
)
def test_whatever_is_copied_here_is_pasted_here_as_it_was(clip: Page, rows: list[list[str]]) -> None:
    got = clip.evaluate("(rows) => clip.readText(clip.writeText(rows))", rows)
    bare = [[text.removeprefix("'") if text[:1] == "'" else text for text in row] for row in got]
    if rows != [[""]]:
        assert bare == rows or (bare == rows[:-1] and not any(rows[-1]) and len(rows[-1]) == 1)
