"""Pictures of every screen, at both widths, in both languages, light and dark, of a running demo company.

    python tools/screenshots.py FOLDER [--url http://localhost:8000] [--only customers,board] [--quick]

The pages are derived from the record types and from the addresses that take no parameter, so a new screen is in it by
itself. `--quick` takes one picture of each screen at each width, in Chinese and light.
"""

from __future__ import annotations

import argparse
import itertools
import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gucang.config.settings")

WIDTHS = {"desk": (1440, 900), "phone": (390, 844)}
PASSWORD = "gucang-demo-2026"  # of the demo company, which says so on its sign-in page
PEOPLE = ("li.xiangdong", "admin")
OUTSIDE = ("/accounts/login/", "/accounts/password/reset/", "/design")
# Addresses without parameters that are no screens: they answer scripts, or end the visit.
NO_SCREEN = re.compile(r"api/|/options$|/advise$|/bulk$|events$|look/stop|/fragment|feed|files/|export$|/progress")


def addresses() -> Iterator[tuple[str, str]]:
    """(name, address below the company) of every screen; {pk} stands for the first record of a list."""
    from django.urls import get_resolver

    from gucang.kernel import records
    from tests.contracts.world import routes

    get_resolver()
    for route in routes():
        if "<" not in route and not NO_SCREEN.search(route):
            yield route.strip("/") or "home", route
    for one in records.every():
        for name, path in (("list", ""), ("print", "print"), ("filters", "filters"), ("record", "{pk}")):
            yield f"{one.plural}-{name}", f"{one.plural}/{path}"
        if one.create is not None:
            yield f"{one.plural}-new", f"{one.plural}/new"
        if one.edit is not None:
            yield f"{one.plural}-edit", f"{one.plural}/{{pk}}/edit"
        if one.board:
            yield f"{one.plural}-board", f"{one.plural}/board"


def main() -> None:
    """Take the pictures."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("folder", type=Path)
    wanted.add_argument("--url", default="http://localhost:8000")
    wanted.add_argument("--company", default="demo")
    wanted.add_argument("--only", default="", help="names of screens, or parts of them, with commas")
    wanted.add_argument("--quick", action="store_true")
    asked = wanted.parse_args()
    import django

    django.setup()
    from playwright.sync_api import sync_playwright

    parts = [part for part in asked.only.split(",") if part]
    screens = [one for one in addresses() if not parts or any(part in one[0] for part in parts)]
    with sync_playwright() as playwright:
        program = os.environ.get("GUCANG_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for person in PEOPLE:
            _take(browser, asked, person, screens)
        browser.close()


def _take(browser: Any, asked: argparse.Namespace, person: str, screens: list[tuple[str, str]]) -> None:
    page = browser.new_context(base_url=asked.url, locale="zh-CN").new_page()
    base = f"/{asked.company}/"
    page.goto("/accounts/login/")
    page.fill("input[name=login]", f"{person}@{asked.company}.gucang.example")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url, timeout=60_000)
    languages, themes = (("zh",), ("light",)) if asked.quick else (("zh", "en"), ("light", "dark"))
    for name, path in screens:
        address = base + path
        if "{pk}" in path:
            page.goto(base + path.split("/")[0] + "/")
            first = page.locator("tbody tr[data-url], .box a[href*='/" + path.split("/")[0] + "/']").first
            link = (first.get_attribute("data-url") or first.get_attribute("href")) if first.count() else None
            pk = re.search(r"/(\d+)$", link or "")
            if pk is None:
                continue
            address = base + path.format(pk=pk[1])
        for language, theme, width in itertools.product(languages, themes, WIDTHS):
            page.context.add_cookies(
                [{"name": "django_language", "value": "en" if language == "en" else "zh-hans", "url": asked.url}]
            )
            page.emulate_media(color_scheme=theme)
            page.set_viewport_size(dict(zip(("width", "height"), WIDTHS[width], strict=True)))
            answer = page.goto(address, wait_until="networkidle")
            if answer is None or answer.status != 200:
                break
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            folder = asked.folder / person / f"{width}-{language}-{theme}"
            folder.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=folder / f"{name.replace('/', '-')}.png", full_page=True)
    page.context.close()


if __name__ == "__main__":
    main()
