"""Every page of this module answers, in both languages, and only those who may see it."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.urls("gucang.accounts.tests.urls")

DOORS = ["/accounts/login/", "/accounts/password/reset/", "/accounts/signup/"]
OWN = [
    "/accounts/logout/",
    "/accounts/sessions/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/reauthenticate/",
]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("path", DOORS)
def test_a_door_opens_for_strangers_in_their_language(client, db, path, language):
    client.cookies["django_language"] = language
    response = client.get(path)
    assert response.status_code == 200
    text = response.content.decode()
    assert ('lang="en"' if language == "en" else 'lang="zh-CN"') in text
    assert "style=" not in text


@pytest.mark.parametrize("path", OWN)
def test_a_persons_own_page_opens_for_that_person_and_sends_strangers_to_sign_in(client, alice, login, path):
    stranger = client.get(path)
    assert stranger.status_code == 302
    assert login(client, alice).get(path).status_code == 200
