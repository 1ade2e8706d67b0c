"""A real Chromium against the whole program: as a stranger, or signed in as one of the personas."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from tests.screens.conftest import inside, new_deal, stages

__all__ = ["inside", "new_deal", "stages"]

# A machine with other work beside the tests is slow, not wrong.
PATIENCE = 20_000  # milliseconds
expect.set_options(timeout=PATIENCE)

# Chromium itself says that a request was refused or got lost; the page answers these with its sentence.
REFUSED = re.compile(r"Failed to load resource: (.* status of (401|409|422)|net::ERR_(INTERNET_DISCONNECTED|FAILED))")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Not for the whole session: only one Playwright may run at a time, and other modules start their own.
    # Its loop would make Django believe that it runs inside async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    program = os.environ.get("GUCANG_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield opened
        opened.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def allowed() -> list[str]:
    """What Chromium may say in this test, as patterns: who looks at pages of refusals adds that they are refused."""
    return []


@pytest.fixture
def window(browser: Browser, live_server: Any, allowed: list[str]) -> Iterator[Callable[..., Page]]:
    """`window(width=390)`: a browser of its own, in which nobody has signed in.

    What it complains about (an error in a script, a part that the policy refuses, a file that is missing) fails the
    test.
    """
    complaints: list[str] = []
    contexts = []

    def hear(said: ConsoleMessage) -> None:
        if (said.type == "error" or "Content Security" in said.text) and not REFUSED.match(said.text):
            complaints.append(f"{said.text} ({said.location.get('url')})")

    def open_window(width: int = 1440, height: int = 900, **options: Any) -> Page:
        asked = {"locale": "zh-CN", "viewport": {"width": width, "height": height}} | options
        context = browser.new_context(base_url=live_server.url, **asked)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(error.stack or str(error)))
        page.on("console", hear)
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert [one for one in complaints if not any(re.search(pattern, one) for pattern in allowed)] == []


@pytest.fixture
def page_of(window: Callable[..., Page], live_server: Any, login: Callable[..., Client]) -> Callable[..., Page]:
    """`page_of(alice, width=390)`: a browser of its own, in which she has signed in."""

    def open_window(member: Any, width: int = 1440, height: int = 900, **options: Any) -> Page:
        session = login(Client(), member).cookies[settings.SESSION_COOKIE_NAME].value
        page = window(width, height, **options)
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        return page

    return open_window
