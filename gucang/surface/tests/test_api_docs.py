"""The documentation page in a real Chromium, behind the product's content security policy."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Page, Route, sync_playwright

from gucang.kernel import records
from gucang.surface.tests.api_world import API

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
SITE = "http://localhost"


@pytest.fixture
def page(acme_team: Any, login: Any) -> Iterator[Page]:
    """A browser that gets the answers that Adam gets."""
    client = login(Client(headers={"Accept-Language": "zh-CN"}), acme_team.people["adam"])
    # Asked before the browser starts: inside its event loop Django would open another connection.
    answers = {path: client.get(path) for path in (f"{API}/docs", f"{API}/openapi.json")}

    def answer(route: Route) -> None:
        path = urlsplit(route.request.url).path
        if path.startswith("/static/"):
            found = finders.find(path.removeprefix("/static/"))
            assert isinstance(found, str), path
            route.fulfill(path=found)
        else:
            found = answers[path]
            route.fulfill(status=found.status_code, headers=dict(found.headers), body=found.content)

    with sync_playwright() as playwright:
        program = os.environ.get("GUCANG_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        page.set_default_timeout(90_000)
        page.route("**/*", answer)
        yield page
        browser.close()


def test_the_page_lists_every_record_type_without_a_complaint_of_the_browser(page: Page) -> None:
    complaints: list[str] = []
    outside: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: outside.append(asked.url) if not asked.url.startswith((SITE, "data:")) else None)
    page.goto(f"{SITE}{API}/docs")
    page.wait_for_selector(".opblock-tag")
    tags = set(page.eval_on_selector_all(".opblock-tag", "found => found.map(one => one.dataset.tag)"))
    assert {record_type.plural for record_type in records.every()} <= tags
    page.click("[data-tag=customers]")
    page.wait_for_selector(".opblock-summary-path")
    page.click(".opblock-post .opblock-summary-control >> nth=0")
    page.wait_for_selector(".opblock-post .opblock-body")
    if shots := os.environ.get("GUCANG_SCREENSHOTS"):
        page.screenshot(path=f"{shots}/api-docs.png")
    assert (complaints, outside) == ([], [])
