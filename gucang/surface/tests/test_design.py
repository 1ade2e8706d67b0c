"""The design page shows every part, and what it shows keeps the rules of pages."""

import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from django.utils import translation

from gucang.surface.tests.pages import TEMPLATES, draw


class Attributes(HTMLParser):
    """Collects ids, references to ids and forbidden attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.references: list[str] = []
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in {"for", "aria-describedby", "aria-labelledby", "aria-controls"}:
                self.references += (value or "").split()
            if name == "style" or name.startswith("on"):
                self.inline.append(f"<{tag} {name}>")


def read(html: str) -> Attributes:
    parser = Attributes()
    parser.feed(html)
    return parser


@pytest.fixture(params=["zh-hans", "en"])
def design(request: pytest.FixtureRequest) -> str:
    with translation.override(request.param):
        return draw("surface/design.html", request.param)


def test_every_part_of_the_kit_is_on_the_design_page() -> None:
    kit = (TEMPLATES / "ui" / "kit.html").read_text(encoding="utf-8")
    page = (TEMPLATES / "surface" / "design.html").read_text(encoding="utf-8")
    parts = re.findall(r"{% set (\w+) =", kit)
    assert len(parts) > 50
    assert [part for part in parts if f"ui.{part}(" not in page] == []


def test_no_id_stands_twice_and_every_reference_finds_its_id(design: str) -> None:
    page = read(design)
    assert [name for name, times in Counter(page.ids).items() if times > 1] == []
    assert [name for name in page.references if name not in page.ids] == []


def test_nothing_on_the_page_is_inline(design: str) -> None:
    assert read(design).inline == []
    assert "<style" not in design
    assert re.findall(r"<script(?![^>]* src=)", design) == []


def test_the_training_company_has_its_banner_and_its_mark_and_the_real_one_has_not() -> None:
    training = {"name": "启明自动化·演练", "kind": "training"}
    assert 'data-company="training"' in draw("surface/shell.html", company=training)
    assert 'data-tone="train"' in draw("surface/shell.html", company=training)
    assert 'data-tone="train"' not in draw("surface/shell.html")


def test_a_name_with_markup_in_it_is_only_text() -> None:
    page = draw("surface/shell.html", company={"name": "<img src=x>", "kind": "live"})
    assert "<img" not in page
    assert "&lt;img src=x&gt;" in page
