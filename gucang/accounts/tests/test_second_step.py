"""The company's rule that everybody needs a second step at sign-in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client

from gucang.accounts.actions import companies, tokens
from gucang.accounts.queries import without_second_step
from gucang.accounts.tests.doors import sign_in
from gucang.kernel import clock
from gucang.kernel.errors import Forbidden
from gucang.kernel.models import Company, Event
from gucang.kernel.scope import company_scope
from tests.personas import give_password

pytestmark = pytest.mark.urls("gucang.accounts.tests.urls")
PAGE = "/accounts/second-step/"


def demand(company: Company, adam, required: bool = True) -> None:
    with company_scope(company):
        companies.require_second_step(Company.objects.get(pk=company.pk), actor=adam, required=required)


def give_app(member) -> None:
    Authenticator.objects.create(user_id=member.user_id, type=Authenticator.Type.TOTP, data={})


def test_nothing_is_asked_before_the_company_decides_and_nothing_after_it_takes_it_back(
    client, acme, alice, adam, login
):
    login(client, alice)
    assert client.get("/acme/note").status_code == 200
    demand(acme, adam)
    assert client.get("/acme/note")["Location"] == PAGE
    demand(acme, adam, required=False)
    assert client.get("/acme/note").status_code == 200
    with company_scope(acme):
        deeds = Event.objects.filter(name="company.require_second_step").order_by("recorded_at")
        assert [event.facts for event in deeds] == [{"required": True}, {"required": False}]


def test_who_has_no_second_step_is_led_to_one_from_every_page_of_that_company_only(client, acme, alice, bob, adam, dan):
    demand(acme, adam)
    give_app(bob)
    for person, path, status in ((alice, "/acme/note", 302), (bob, "/acme/note", 200), (dan, "/other/note", 200)):
        browser = Client()
        browser.force_login(person.user, "django.contrib.auth.backends.ModelBackend")
        assert browser.get(path).status_code == status
    browser = Client()
    browser.force_login(alice.user, "django.contrib.auth.backends.ModelBackend")
    assert browser.get("/acme/me")["Location"] == PAGE
    scripted = browser.get("/acme/note", headers={"HX-Request": "true"})
    assert (scripted.status_code, scripted["HX-Redirect"]) == (401, PAGE)
    assert browser.get("/acme/api/v1/me").status_code == 403
    assert acme.name in browser.get(PAGE).content.decode()


def test_recovery_codes_alone_are_no_second_step(client, acme, alice, adam, login):
    demand(acme, adam)
    Authenticator.objects.create(user_id=alice.user_id, type=Authenticator.Type.RECOVERY_CODES, data={"seed": "x"})
    assert login(client, alice).get("/acme/note")["Location"] == PAGE


def test_a_token_goes_on_working_and_a_new_one_needs_the_second_step(client, acme, alice, adam, login):
    with company_scope(acme):
        token = tokens.create(actor=alice, name="list", scopes=["read"], expires_on=clock.today() + timedelta(9)).record
    demand(acme, adam)
    assert Client().get("/acme/api/v1/me", headers={"Authorization": f"Bearer {token.key}"}).status_code == 200
    assert login(client, alice).get("/acme/me/tokens/new")["Location"] == PAGE


@pytest.mark.django_db(transaction=True)
def test_setting_one_up_leads_back_to_what_was_being_typed(client, acme, alice, adam):
    give_password(alice)
    sign_in(client, "alice@acme.test")
    demand(acme, adam)
    sent = client.post("/acme/note", {"text": "half a page of notes"})
    assert (sent.status_code, sent["Location"]) == (303, PAGE)
    client.get("/accounts/2fa/totp/activate/")
    code = format_hotp_value(hotp_value(client.session["mfa.totp.secret"], next(iter(yield_hotp_counters_from_time()))))
    assert client.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302
    assert client.get(PAGE)["Location"] == "/"
    kept = client.get("/")["Location"]
    assert "half a page of notes" in client.get(kept).content.decode()
    assert client.get("/acme/note").status_code == 200
    assert client.get("/")["Location"] == "/acme/"


def test_only_an_administrator_decides_and_sees_whom_it_concerns(client, acme, alice, bob, adam, login):
    with company_scope(acme), pytest.raises(Forbidden):
        companies.require_second_step(acme, actor=alice, required=True)
    give_app(bob)
    with company_scope(acme):
        assert {member.name for member in without_second_step()} == {"Alice", "Carol", "Mia", "Adam"}
    login(client, adam)
    assert "4 人" in client.get("/acme/settings").content.decode()
    sent = client.post("/acme/settings", {"second_step": "", "required": "1"})
    assert sent.status_code == 302
    assert client.get("/acme/settings")["Location"] == PAGE
    give_app(adam)
    assert client.get("/acme/settings").status_code == 200
    assert client.post("/acme/settings", {"second_step": ""}).status_code == 302
    assert login(Client(), alice).get("/acme/note").status_code == 200
