"""Signing in through a real browser: the strict policy stands, passkeys work, and a phone is wide enough."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection

from tests.personas import PASSWORD, give_password

pytestmark = [
    pytest.mark.urls("gucang.accounts.tests.urls"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
]

CHROMIUM = os.environ.get("GUCANG_CHROMIUM") or shutil.which("chromium")


@pytest.fixture
def page(live_server: Any, settings: Any) -> Iterator[Any]:
    """A page on localhost (passkeys need a name, not an address), failing on any violation of the policy."""
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, and Django takes that for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    settings.ALLOWED_HOSTS = ["localhost"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(base_url=live_server.url.replace("127.0.0.1", "localhost"), locale="zh-CN")
        page = context.new_page()
        violations: list[str] = []
        page.on("console", lambda said: violations.append(said.text) if "Content Security" in said.text else None)
        page.on("pageerror", lambda error: violations.append(str(error)))
        yield page
        # What the test asked in Playwright's event loop has a connection of its own, which nobody else closes.
        connection.close()
        browser.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")
    assert violations == []


def sign_in(page: Any) -> None:
    page.goto("/accounts/login/")
    page.fill("input[name=login]", "alice@acme.test")
    page.fill("input[name=password]", PASSWORD)
    page.click("form.form button.primary")


def shot(page: Any, name: str) -> None:
    if folder := os.environ.get("GUCANG_SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_passkey_is_added_and_lets_in_without_a_password(page, alice):
    give_password(alice)
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    shot(page, "login")
    sign_in(page)
    page.wait_for_url("**/acme/")
    page.goto("/accounts/2fa/webauthn/add/")
    shot(page, "key-add")
    page.fill("input[name=name]", "工作电脑")
    page.check("input[name=passwordless]")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda url: not url.endswith("/add/"))
    page.goto("/accounts/2fa/webauthn/")
    assert "工作电脑" in page.content()
    shot(page, "keys")
    page.goto("/accounts/logout/")
    page.click("form.form button.primary")
    page.goto("/accounts/login/?next=/acme/note")
    page.click("#passkey_login")
    page.wait_for_url("**/acme/note")
    assert Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).count() == 1


@pytest.mark.parametrize(("width", "language"), [(390, "zh-hans"), (1280, "en")])
def test_every_page_fits_its_screen(page, adam, acme, width, language):
    from gucang.accounts.models import Role, User
    from gucang.kernel.scope import company_scope

    user = give_password(adam)
    User.objects.filter(pk=user.pk).update(language=language)
    with company_scope(acme):
        role = Role.objects.get(key="salesperson")
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/accounts/login/")
    page.fill("input[name=login]", "adam@acme.test")
    page.fill("input[name=password]", PASSWORD)
    shot(page, f"login-{width}")
    page.click("form.form button.primary")
    page.wait_for_url("**/acme/")
    paths = {
        "me": "/acme/me", "token": "/acme/me/tokens/new", "settings": "/acme/settings",
        "rights": f"/acme/roles/{role.pk}/set_rights", "invitation": f"/acme/members/{adam.pk}/invite",
        "sessions": "/accounts/sessions/", "2fa": "/accounts/2fa/", "totp": "/accounts/2fa/totp/activate/",
        "password": "/accounts/password/change/", "email": "/accounts/email/", "logout": "/accounts/logout/",
    }  # fmt: skip
    for name, path in paths.items():
        answer = page.goto(path)
        assert answer.status == 200, path
        shot(page, f"{name}-{width}")
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{path} is {wider} px too wide at {width}"
