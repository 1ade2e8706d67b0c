"""Tokens, links that work once, and forms that outlive a sign-in."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client

from gucang.accounts.actions import members, tokens
from gucang.accounts.links import setup_link
from gucang.accounts.models import Invitation, Member, Token, User
from gucang.accounts.tests.doors import kinds, sign_in
from gucang.kernel import clock, jobs
from gucang.kernel.models import Company, Event
from gucang.kernel.scope import company_scope
from tests.personas import PASSWORD, give_password

pytestmark = pytest.mark.urls("gucang.accounts.tests.urls")


# Tokens


@pytest.fixture
def token(acme, adam) -> Token:
    with company_scope(acme):
        wanted = {"name": "t", "scopes": ["read"], "expires_on": clock.today() + timedelta(days=5)}
        return tokens.create(actor=adam, values=wanted).record


def ask(key: str, path: str = "/acme/api/v1/me"):
    return Client().get(path, headers={"Authorization": f"Bearer {key}"})


def test_a_token_acts_as_its_member_within_its_scopes(token):
    answer = ask(token.key).json()
    assert answer == {"actor": f"token:{token.pk}", "views": True, "invites": False}


def test_a_token_is_dead_when_revoked_past_its_day_or_in_another_company(acme, other, token, adam):
    assert ask(token.key).status_code == 200
    assert ask(token.key, "/other/api/v1/me").status_code == 401
    assert ask(token.key + "x").status_code == 401
    with time_machine.travel(time.time() + 7 * 86400, tick=True):
        assert ask(token.key).status_code == 401
    with company_scope(acme):
        tokens.revoke(token, actor=adam)
    assert ask(token.key).status_code == 401


def test_a_token_opens_the_api_and_no_page(token):
    assert ask(token.key, "/acme/note").status_code == 302


def test_the_use_of_a_token_is_noted_once_a_minute(acme, token):
    start = time.time()
    noted = []
    for later in (0, 30, 61):
        with time_machine.travel(start + later, tick=False):
            ask(token.key)
        with company_scope(acme):
            noted.append(Token.objects.get(pk=token.pk).last_used_at)
    assert noted[0] == noted[1]
    assert noted[2] - noted[1] >= timedelta(seconds=60)


def test_a_token_is_made_on_the_page_after_proving_oneself_and_shown_once(client, alice, acme):
    give_password(alice)
    sign_in(client, "alice@acme.test")
    sent = {"name": "stock list", "scopes": ["read"], "days": "30"}
    page = client.post("/acme/me/tokens/new", sent).content.decode()
    key = re.search(r"gct_[\w-]{40,}", page)[0]
    assert ask(key).status_code == 200
    assert key not in client.get("/acme/me").content.decode()
    with company_scope(acme):
        made = Token.objects.get()
    assert client.post(f"/acme/me/tokens/{made.pk}/revoke").status_code == 302
    assert ask(key).status_code == 401
    assert [kind for kind in kinds() if kind.startswith("token")] == ["token_created", "token_revoked"]


def test_an_old_sign_in_proves_itself_again_before_making_a_token(client, alice):
    give_password(alice)
    sign_in(client, "alice@acme.test")
    with time_machine.travel(time.time() + 1000, tick=True):
        answer = client.get("/acme/me/tokens/new")
        assert answer["Location"].startswith("/accounts/reauthenticate/")
        sent = client.post("/acme/me/tokens/new", {"name": "typed in vain?", "scopes": "read", "days": "30"})
        assert client.post(sent["Location"], {"password": PASSWORD})["Location"].startswith("/accounts/kept/")
        assert client.get("/acme/me/tokens/new").status_code == 200


def test_a_wrong_token_form_keeps_what_was_typed(client, alice):
    give_password(alice)
    sign_in(client, "alice@acme.test")
    page = client.post("/acme/me/tokens/new", {"name": "stock list", "more": "member.fly", "days": "30"})
    assert page.status_code == 422
    assert "stock list" in page.content.decode()
    assert "member.fly" in page.content.decode()


# Invitations


@pytest.fixture
def invited(acme, adam) -> str:
    """The path of Eve's invitation."""
    with company_scope(acme):
        eve = members.create(actor=adam, name="Eve").record
        key = members.invite(eve, actor=adam, email="eve@acme.test").record.invitation_key
    return f"/join/acme/{key}/"


NEW = {"name": "Eve", "password": "eine lange 新密码 phrase"}


def test_an_invitation_goes_out_by_mail_as_a_job_with_the_same_link(invited):
    jobs.drain()
    (letter,) = mail.outbox
    assert letter.to == ["eve@acme.test"]
    assert invited in letter.body


def test_the_link_is_neither_in_the_database_nor_in_the_job(invited):
    from procrastinate.contrib.django.models import ProcrastinateJob

    key = invited.split("/")[3]
    assert all(key not in str(job.args) for job in ProcrastinateJob.objects.all())


def test_an_invitation_makes_a_person_a_member_once(client, acme, invited):
    assert client.get(invited).status_code == 200
    assert client.post(invited, NEW)["Location"] == "/acme/"
    assert client.get("/acme/note").status_code == 200
    assert Client().get(invited).status_code == 404
    assert Client().post(invited, NEW).status_code == 404
    with company_scope(acme):
        assert Member.objects.get(name="Eve").user.email == "eve@acme.test"
        assert Event.objects.filter(name="member.join", subject_label="Eve").count() == 1
        assert Invitation.objects.get().accepted_at is not None
    assert "invitation_accepted" in kinds()


def test_an_invitation_ends_after_a_week_and_with_a_newer_one(acme, adam, invited):
    with time_machine.travel(time.time() + 7 * 86400 + 60, tick=True):
        assert Client().get(invited).status_code == 404
    with company_scope(acme):
        eve = Member.objects.get(name="Eve")
        members.invite(eve, actor=adam)
    assert Client().get(invited).status_code == 404


def test_an_invitation_ends_when_the_member_leaves_before_coming(acme, adam, invited):
    with company_scope(acme):
        members.leave(Member.objects.get(name="Eve"), actor=adam, on=clock.today())
    assert Client().post(invited, NEW).status_code == 404
    assert not User.objects.filter(email="eve@acme.test").exists()


def test_a_weak_password_is_refused_and_nothing_is_made(client, invited):
    page = client.post(invited, {"name": "Eve", "password": "12345"})
    assert page.status_code == 422
    assert not User.objects.filter(email="eve@acme.test").exists()
    assert client.get(invited).status_code == 200


def test_somebody_with_an_account_joins_with_it(client, dan, invited, acme, login):
    login(client, dan)
    assert client.post(invited)["Location"] == "/acme/"
    assert client.get("/acme/note").status_code == 200
    assert client.get("/other/note").status_code == 200


def test_a_member_cannot_take_a_second_place(client, alice, invited, login):
    login(client, alice)
    assert client.post(invited).status_code == 409
    assert Client().get(invited).status_code == 200


def test_an_invitation_of_one_company_opens_no_other(invited, other):
    assert Client().get(invited.replace("/acme/", "/other/")).status_code == 404


def test_the_inviter_sees_the_link_once(client, acme, adam, login):
    login(client, adam)
    with company_scope(acme):
        eve = members.create(actor=adam, name="Eve").record
    page = client.post(f"/acme/members/{eve.pk}/invite", {"email": "eve@acme.test"}).content.decode()
    link = re.search(r"http://localhost:8000(/join/acme/\w+/)", page)[1]
    assert Client().get(link).status_code == 200
    assert "/join/" not in client.get(f"/acme/members/{eve.pk}/invite").content.decode()
    assert "invitation_sent" in kinds()


# Setting up

FIRST = {
    "company": "上海谷仓", "slug": "shgc", "language": "zh-hans", "name": "孙工", "email": "sun@shgc.test",
    "password": "a long 密码 for the first",
}  # fmt: skip


def test_the_setup_link_makes_the_first_company_and_works_once(client, db):
    path = setup_link().removeprefix("http://localhost:8000")
    assert client.get(path).status_code == 200
    assert client.post(path, FIRST)["Location"] == "/shgc/"
    assert client.get("/shgc/me").status_code == 200
    assert Client().get(path).status_code == 404
    assert Client().post(path, FIRST | {"slug": "second"}).status_code == 404
    assert Company.objects.count() == 1
    assert setup_link() is None
    with company_scope(Company.objects.get()):
        (first,) = Member.objects.all()
        assert first.as_actor().may("company.edit")
        assert Event.objects.filter(name="company.create").count() == 1


def test_a_newer_setup_link_ends_the_older_and_a_guess_opens_nothing(client, db):
    old = setup_link().removeprefix("http://localhost:8000")
    new = setup_link().removeprefix("http://localhost:8000")
    assert client.get(old).status_code == 404
    assert client.get("/setup/guess/").status_code == 404
    assert client.get(new).status_code == 200


def test_a_wrong_setup_form_makes_nothing_and_says_what(client, db):
    path = setup_link().removeprefix("http://localhost:8000")
    for wrong in (
        {"password": "short"},
        {"slug": "accounts"},
        {"slug": "Ä"},
        {"email": "x"},
        {"company": ""},
        {"name": ""},
    ):
        page = client.post(path, FIRST | wrong)
        assert page.status_code == 422, wrong
        assert "上海谷仓" in page.content.decode() or "company" in wrong
    assert not User.objects.exists()
    assert not Company.objects.exists()


# A form that outlives its sign-in


def post_as_a_page_would(client: Client, path: str, fields: dict[str, str], **more):
    """Post with the form token that a page of ours gave this browser."""
    page = client.get("/accounts/login/").content.decode()
    form_token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    return client.post(path, fields | {"csrfmiddlewaretoken": form_token}, **more)


def test_what_was_typed_is_back_after_signing_in_and_is_sent_by_the_person_alone(alice):
    give_password(alice)
    browser = Client(enforce_csrf_checks=True)
    typed = "和王总谈了两个小时 <b>&amp; 别的\n第二行"
    answer = post_as_a_page_would(browser, "/acme/note?tab=2", {"text": typed, "again": "1"})
    assert answer.status_code == 303
    target = re.search(r"next=([^&]+)", answer["Location"])[1].replace("%2F", "/")
    assert target.startswith("/accounts/kept/")
    sign_in_page = browser.get(answer["Location"])
    form_token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', sign_in_page.content.decode())[1]
    signed = sign_in(browser, "alice@acme.test", next=target, csrfmiddlewaretoken=form_token)
    assert signed["Location"] == target
    page = browser.get(target).content.decode()
    assert 'action="/acme/note?tab=2"' in page
    assert "和王总谈了两个小时 &lt;b&gt;&amp;amp; 别的\n第二行" in page
    fresh = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[-1]
    saved = browser.post("/acme/note?tab=2", {"text": typed, "csrfmiddlewaretoken": fresh})
    assert saved.content.decode() == "saved " + typed


def test_a_strangers_form_is_not_kept(alice):
    browser = Client(enforce_csrf_checks=True)
    browser.get("/accounts/login/")
    answer = browser.post("/acme/note", {"text": "planted by another site"})
    assert "kept" not in answer["Location"]
    assert "kept_form" not in browser.session


def test_a_kept_form_belongs_to_its_browser_and_can_be_thrown_away(alice, bob, login):
    browser = Client(enforce_csrf_checks=False)
    answer = browser.post("/acme/note", {"text": "mine"})
    target = re.search(r"next=([^&]+)", answer["Location"])[1].replace("%2F", "/")
    assert login(Client(), bob).get(target).status_code == 404
    login(browser, alice)
    assert browser.get(target).status_code == 200
    browser.post(target)
    assert browser.get(target).status_code == 404


def test_a_script_is_led_to_the_sign_in_page(alice):
    asks = {"HX-Request": "true", "HX-Current-URL": "http://testserver/acme/note?x=1"}
    answer = Client().get("/acme/note", headers=asks)
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/accounts/login/?next=%2Facme%2Fnote%3Fx%3D1"
    sent = Client().post("/acme/note", {"text": "typed"}, headers=asks)
    assert (sent.status_code, "kept" in sent["HX-Redirect"]) == (401, True)


def test_what_a_page_asks_by_itself_takes_nothing_from_the_form_that_was_kept(alice):
    browser = Client()
    browser.post("/acme/note", {"text": "half a page"})
    kept = browser.session["kept_form"]
    late = browser.post("/acme/note", {"text": "half"}, headers={"HX-Request": "true", "X-Unasked": "1"})
    assert (late.status_code, late.cookies) == (401, {})
    assert browser.session["kept_form"] == kept
