"""The check that keeps raw colours and sizes in one file and inline code out of templates."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

TOOL = Path(__file__).resolve().parents[3] / "tools" / "check_tokens.py"


@pytest.fixture(scope="module")
def check() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_tokens", TOOL)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "css",
    [
        ".a { color: #fff; }",
        ".a { margin: 12px; }",
        ".a { margin: calc(1em - -.5rem); }",
        ".a { background: rgb(0 0 0 / .5); }",
        "@media (max-width: 640px) { .a { width: 3px; } }",
        "/* two\nlines */ .a { top: -1px; }",
    ],
)
def test_a_raw_value_is_found(check: ModuleType, css: str) -> None:
    assert len(check.raw_values(css)) == 1


@pytest.mark.parametrize(
    "css",
    [
        ".a { color: var(--ink); margin: var(--s-4) 0; width: 50%; }",
        "@media (max-width: 640px) { .a { padding: var(--s-1); } }",
        "@page { margin: 14mm; }",
        "/* #fff and 12px in a comment */",
        ".h-100px-wide { top: 1em; }",
    ],
)
def test_a_token_a_share_and_a_comment_are_left_alone(check: ModuleType, css: str) -> None:
    assert check.raw_values(css) == []


def test_the_line_is_named_even_after_a_comment_of_two_lines(check: ModuleType) -> None:
    assert check.raw_values("/* a\nb */\n.a { top: 1px; }") == [(3, "1px")]


@pytest.mark.parametrize(
    "html", ['<p style="top:0">', "<style>", '<a onclick="x()">', "<script>x()</script>", '<b class="x" STYLE = "">']
)
def test_inline_code_in_a_template_is_found(check: ModuleType, html: str) -> None:
    assert len(check.inline_code(html)) == 1


@pytest.mark.parametrize(
    "html",
    [
        '<script src="x"></script>',
        '<script id="a" type="application/json">{}</script>',
        '<script type="module" src="x">',
        "{# style= #}",
        '<b data-style="x">',
        "<i on>",
    ],
)
def test_a_clean_template_passes(check: ModuleType, html: str) -> None:
    assert check.inline_code(html) == []
