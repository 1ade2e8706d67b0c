"""Pictures of every screen, at both widths, in both languages, light and dark, of a running demo company.

    python tools/screenshots.py FOLDER [--url http://localhost:8000] [--people admin] [--only customers,board]
                                       [--looks desk-zh-light,phone-en-dark] [--quick]

The screens are derived from the record types and the registered addresses; where an address takes a parameter, it is
filled from the links of the screens already seen. So a new screen is in it by itself. `--quick` takes one picture of
each screen at each width, in Chinese and light. The people are left with the language they had.
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
from urllib.parse import urlsplit

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gucang.config.settings")

WIDTHS = {"desk": (1440, 900), "phone": (390, 844)}
LANGUAGES = {"zh": "zh-hans", "en": "en"}
LOOKS = ["-".join(look) for look in itertools.product(WIDTHS, LANGUAGES, ("light", "dark"))]
PASSWORD = "gucang-demo-2026"  # of the demo company, which says so on its sign-in page
OUTSIDE = ("/accounts/login/", "/accounts/password/reset/", "/design")
# Addresses that are no screens: they answer scripts, send files, or end the visit.
NO_SCREEN = re.compile(
    r"api/|/options$|/advise$|/bulk$|events$|look/stop|/fragment|feed|files/|/progress|/cell/|/timeline$|/rows$"
    r"|calendar/entries|/looks$|/means$|/read$|/ready$|/moves$|/drop$|/undo|/redo$|/state$|/photo$|\.csv$|/file$"
    r"|/save$|/pin$|/restore$|notifications/\d"
)
PARAMETER = {"int": r"\d+", "slug": r"[-\w]+", "str": r"[^/]+", "path": r".+"}


def addresses() -> Iterator[str]:
    """Every screen that can be named without having seen another, as its address below the company."""
    from gucang.kernel import records
    from tests.contracts.world import routes

    for route in routes():
        if "<" not in route and not NO_SCREEN.search(route):
            yield route
    for one in records.every():
        yield from (f"{one.plural}/{path}" for path in ("", "print", "filters"))
        if one.create is not None:
            yield f"{one.plural}/new"
        if one.board:
            yield f"{one.plural}/board"


def kinds() -> list[tuple[str, re.Pattern[str]]]:
    """The registered addresses with parameters, each with what it matches; the narrow ones first."""
    from tests.contracts.world import routes

    found = []
    for route in routes():
        if "<" in route and not NO_SCREEN.search(route) and "look/" not in route:
            part = re.sub(r"<(\w+):(\w+)>", lambda one: f"(?P<{one[2]}>{PARAMETER[one[1]]})", route)
            found.append((route, re.compile(part + "$")))
    return sorted(found, key=lambda one: (one[0].startswith("<"), one[0].endswith(":verb>"), -len(one[0])))


def kind_of(path: str, known: list[tuple[str, re.Pattern[str]]]) -> str | None:
    """The screen that a link leads to, its record's number left out; None if it leads to none."""
    if NO_SCREEN.search(path):
        return None
    for _route, pattern in known:
        if pattern.match(path):
            return re.sub(r"/\d+(?=/|$)", "/one", path)
    return None


def main() -> None:
    """Take the pictures."""
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("folder", type=Path)
    wanted.add_argument("--url", default="http://localhost:8000")
    wanted.add_argument("--company", default="demo")
    wanted.add_argument("--people", default="li.xiangdong,admin")
    wanted.add_argument("--only", default="", help="names of screens, or parts of them, with commas")
    wanted.add_argument("--looks", default=",".join(LOOKS))
    wanted.add_argument("--quick", action="store_true")
    asked = wanted.parse_args()
    import django

    django.setup()
    from playwright.sync_api import sync_playwright

    looks = ["desk-zh-light", "phone-zh-light"] if asked.quick else asked.looks.split(",")
    with sync_playwright() as playwright:
        program = os.environ.get("GUCANG_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for person in asked.people.split(","):
            page = _sign_in(browser, asked, person)
            screens = _screens(page, asked)
            for look in looks:
                _take(page, asked.folder / person / look, look, screens, asked.company)
            _speak(page, asked.company, "zh")
            page.context.close()
        browser.close()


def _sign_in(browser: Any, asked: argparse.Namespace, person: str) -> Any:
    page = browser.new_context(base_url=asked.url, locale="zh-CN").new_page()
    page.goto("/accounts/login/")
    page.fill("input[name=login]", f"{person}@{asked.company}.gucang.example")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url, timeout=60_000)
    return page


def _screens(page: Any, asked: argparse.Namespace) -> dict[str, str]:
    """name -> path of every screen this person may open, in the order in which they were met."""
    base, known = f"/{asked.company}/", kinds()
    waiting = {path.replace("/", "-").strip("-") or "home": base + path for path in addresses()}
    waiting |= {path.strip("/").replace("/", "-"): path for path in OUTSIDE}
    parts, found = [part for part in asked.only.split(",") if part], {}
    links = "all => all.map(one => one.getAttribute('href') || one.dataset.url)"
    while waiting:
        name, path = next(iter(waiting.items()))
        del waiting[name]
        answer = page.request.get(path, max_redirects=0)
        if answer.status != 200 or "text/html" not in answer.headers.get("content-type", ""):
            continue
        found[name] = path
        if path in OUTSIDE:
            continue
        page.set_content(answer.text(), wait_until="commit")
        for href in page.locator("a[href], [data-url]").evaluate_all(links):
            target = urlsplit(href or "").path
            kind = kind_of(target.removeprefix(base), known) if target.startswith(base) else None
            other = (kind or "").replace("/", "-").strip("-")
            if other and other not in found and other not in waiting:
                waiting[other] = target
    return {name: path for name, path in found.items() if not parts or any(part in name for part in parts)}


def _speak(page: Any, company: str, language: str) -> None:
    """Set the person's own language, which wins over the browser's."""
    page.goto(f"/{company}/me")
    said = page.evaluate(
        "([value, url]) => fetch(url, { method: 'POST', body: new URLSearchParams({ language: value,"
        " csrfmiddlewaretoken: document.querySelector('[name=csrfmiddlewaretoken]').value }) }).then(one => one.ok)",
        [LANGUAGES[language], f"/{company}/me/looks"],
    )
    if not said:
        raise SystemExit("The program did not take the language. Is it the version of this checkout?")


def _take(page: Any, folder: Path, look: str, screens: dict[str, str], company: str) -> None:
    width, language, theme = look.split("-")
    folder.mkdir(parents=True, exist_ok=True)
    _speak(page, company, language)
    page.emulate_media(color_scheme=theme)
    page.set_viewport_size(dict(zip(("width", "height"), WIDTHS[width], strict=True)))
    for name, path in screens.items():
        answer = page.goto(path, wait_until="networkidle")
        if answer is None or answer.status != 200:
            print(f"{path} answered with {answer and answer.status}; this is what the picture shows.", file=sys.stderr)
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        page.screenshot(path=folder / f"{name}.png", full_page=True)


if __name__ == "__main__":
    main()
