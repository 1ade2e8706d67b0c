"""A real Chromium against the whole program, signed in as one of the personas."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

from tests.screens.conftest import inside, new_deal, stages

__all__ = ["inside", "new_deal", "stages"]


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
def page_of(browser: Browser, live_server: Any, login: Callable[..., Client]) -> Iterator[Callable[..., Page]]:
    """`page_of(alice, width=390)`: a window in which she has signed in.

    What the browser complains about (an error in a script, a part that the policy refuses) fails the test.
    """
    complaints: list[str] = []
    contexts = []

    def open_window(member: Any, width: int = 1440, height: int = 900, **options: Any) -> Page:
        client = login(Client(), member)
        context = browser.new_context(
            base_url=live_server.url, locale="zh-CN", viewport={"width": width, "height": height}, **options
        )
        contexts.append(context)
        context.set_default_timeout(8000)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert complaints == []
