"""Signing in, second steps, throttles, links that work once, leavers, tokens, and forms that outlive a sign-in."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client

from gucang.accounts.actions import members, tokens
from gucang.accounts.links import setup_link
from gucang.accounts.models import Invitation, Member, SecurityEvent, Token, User
from gucang.kernel import clock, jobs
from gucang.kernel.models import Company, Event
from gucang.kernel.scope import company_scope
from tests.personas import PASSWORD, give_password

pytestmark = pytest.mark.urls("gucang.accounts.tests.urls")


@pytest.fixture(autouse=True)
def quick_hashes(settings):
    """Argon2 takes its time on purpose; what is tested here is not the hash."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def sign_in(client: Client, email: str, password: str = PASSWORD, address: str = "10.0.0.1", **more):
    sent = {"login": email, "password": password, **more}
    return client.post("/accounts/login/", sent, REMOTE_ADDR=address)


def kinds() -> list[str]:
    return list(SecurityEvent.objects.order_by("id").values_list("kind", flat=True))


# Passwords and what is told


def test_the_right_password_lets_in_and_brings_the_persons_language(client, alice):
    user = give_password(alice)
    User.objects.filter(pk=user.pk).update(language="en")
    answer = sign_in(client, "alice@acme.test", next="/acme/note")
    assert answer["Location"] == "/acme/note"
    assert answer.cookies["django_language"].value == "en"
    assert client.get("/acme/note").status_code == 200
    assert kinds() == ["sign_in"]


def test_a_wrong_password_and_an_unknown_address_are_answered_alike(client, alice):
    give_password(alice)
    wrong = sign_in(client, "alice@acme.test", "not the password")
    unknown = sign_in(Client(), "nobody@acme.test", "not the password")
    assert wrong.status_code == unknown.status_code == 200
    assert abs(len(wrong.content) - len(unknown.content)) <= len("nobody") - len("alice") + 1
    assert kinds() == ["sign_in_failed", "sign_in_failed"]
    noted = list(SecurityEvent.objects.order_by("id").values_list("user_id", "facts"))
    assert noted == [(alice.user_id, {"email": "alice@acme.test"}), (None, {"email": "nobody@acme.test"})]


def test_a_long_chinese_passphrase_means_the_same_however_it_is_composed(client, alice):
    phrase = "床前明月光疑是地上霜举头望明月低头思故乡" * 3 + " é"
    give_password(alice, phrase)
    decomposed = phrase.replace("é", "e\u0301")
    assert decomposed != phrase
    assert sign_in(client, "alice@acme.test", decomposed).status_code == 302


def test_six_tries_at_one_account_are_too_many_wherever_they_come_from(alice, bob):
    give_password(alice)
    give_password(bob)
    for attempt in range(5):
        sign_in(Client(), "alice@acme.test", "guess", address=f"10.0.1.{attempt}")
    late = sign_in(Client(), "alice@acme.test", PASSWORD, address="10.0.2.1")
    assert late.status_code == 200
    assert sign_in(Client(), "bob@acme.test", PASSWORD, address="10.0.2.1").status_code == 302


def test_a_success_does_not_clear_the_count(alice):
    give_password(alice)
    for attempt in range(4):
        sign_in(Client(), "alice@acme.test", "guess", address=f"10.0.3.{attempt}")
    assert sign_in(Client(), "alice@acme.test", PASSWORD, address="10.0.3.9").status_code == 302
    sign_in(Client(), "alice@acme.test", "guess", address="10.0.3.10")
    assert sign_in(Client(), "alice@acme.test", PASSWORD, address="10.0.3.11").status_code == 200


def test_an_account_opens_again_within_a_quarter_of_an_hour(alice):
    give_password(alice)
    for attempt in range(6):
        sign_in(Client(), "alice@acme.test", "guess", address=f"10.0.4.{attempt}")
    with time_machine.travel(time.time() + 901, tick=True):
        assert sign_in(Client(), "alice@acme.test", PASSWORD, address="10.0.4.99").status_code == 302


def test_one_address_cannot_try_many_accounts(db):
    answers = [sign_in(Client(), f"user{n}@acme.test", "guess", address="10.0.5.5").status_code for n in range(32)]
    assert answers[0] == 200
    assert answers[-1] == 429


def test_a_forwarded_address_is_not_believed(db):
    client = Client(headers={"X-Forwarded-For": "1.2.3.4"})
    sign_in(client, "nobody@acme.test", "guess", address="10.0.6.6")
    assert SecurityEvent.objects.get().address == "10.0.6.6"


def test_nobody_signs_up(client, db):
    sent = {"email": "new@acme.test", "password1": PASSWORD}
    client.post("/accounts/signup/", sent)
    assert not User.objects.exists()


def test_the_session_changes_at_sign_in(client, alice):
    give_password(alice)
    client.get("/accounts/login/")
    session = client.session
    session["planted"] = "1"
    session.save()
    before = session.session_key
    sign_in(client, "alice@acme.test")
    assert client.session.session_key != before
    fixed = Client()
    fixed.cookies["sessionid"] = before
    assert fixed.get("/acme/note").status_code == 302


def test_a_forgotten_password_comes_by_a_link_of_our_own_origin_that_works_once(client, alice, settings):
    give_password(alice)
    settings.ALLOWED_HOSTS = ["*"]
    settings.PUBLIC_ORIGIN = "https://crm.acme.test"
    client.post("/accounts/password/reset/", {"email": "alice@acme.test"}, HTTP_HOST="evil.test")
    (letter,) = mail.outbox
    link = re.search(r"https://\S+", letter.body)[0]
    assert link.startswith("https://crm.acme.test/accounts/password/reset/key/")
    assert "evil" not in letter.body
    path = link.removeprefix("https://crm.acme.test")
    step = client.get(path)["Location"]
    new = "另一个很长的密码 nobody knows"
    assert client.post(step, {"password1": new, "password2": new}).status_code == 302
    again = Client().get(path)
    assert again.status_code == 200
    assert "password1" not in again.content.decode()
    assert sign_in(Client(), "alice@acme.test", new).status_code == 302
    assert "password_change" in kinds()


def test_a_reset_for_an_unknown_address_says_the_same_and_sends_nothing(client, alice):
    give_password(alice)
    known = Client().post("/accounts/password/reset/", {"email": "alice@acme.test"}, REMOTE_ADDR="10.1.0.1")
    unknown = Client().post("/accounts/password/reset/", {"email": "nobody@acme.test"}, REMOTE_ADDR="10.1.0.2")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [letter.to for letter in mail.outbox] == [["alice@acme.test"]]


def test_a_changed_password_ends_the_other_devices(client, alice):
    give_password(alice)
    other = Client()
    sign_in(client, "alice@acme.test")
    sign_in(other, "alice@acme.test", address="10.0.0.2")
    new = "还有一个很长的密码 nobody knows"
    sent = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post("/accounts/password/change/", sent).status_code == 302
    assert client.get("/acme/note").status_code == 200
    assert other.get("/acme/note").status_code == 302


def test_the_sign_in_address_changes_once_its_link_is_opened(client, alice, settings):
    settings.PUBLIC_ORIGIN = "https://crm.acme.test"
    give_password(alice)
    sign_in(client, "alice@acme.test")
    assert "alice@acme.test" in client.get("/accounts/email/").content.decode()
    client.post("/accounts/email/", {"action_add": "", "email": "alice@new.test"})
    letter = next(one for one in mail.outbox if one.to == ["alice@new.test"])
    path = re.search(r"https://crm\.acme\.test(/\S+)", letter.body)[1]
    assert User.objects.get(pk=alice.user_id).email == "alice@acme.test"
    assert client.post(path).status_code == 302
    assert User.objects.get(pk=alice.user_id).email == "alice@new.test"
    assert sign_in(Client(), "alice@new.test").status_code == 302


# The second step


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


@pytest.mark.django_db(transaction=True)
def test_a_code_is_asked_for_taken_once_and_its_secret_is_not_in_the_database(client, alice):
    give_password(alice)
    sign_in(client, "alice@acme.test")
    page = client.get("/accounts/2fa/totp/activate/")
    assert page.status_code == 200
    secret = client.session["mfa.totp.secret"]
    assert client.post("/accounts/2fa/totp/activate/", {"code": code_for(secret)}).status_code == 302
    assert [letter.to for letter in mail.outbox] == [["alice@acme.test"]]
    stored = Authenticator.objects.get(type=Authenticator.Type.TOTP)
    assert secret not in str(stored.data)
    assert TOTP(stored).instance.pk == stored.pk
    assert "factor_added" in kinds()
    for path in ("/accounts/2fa/", "/accounts/2fa/recovery-codes/", "/accounts/2fa/totp/deactivate/"):
        assert client.get(path).status_code == 200
    with time_machine.travel(time.time() + 120, tick=True):
        again = Client()
        first = sign_in(again, "alice@acme.test")
        assert first["Location"].startswith("/accounts/2fa/authenticate/")
        assert again.get("/acme/note").status_code == 302
        assert again.get("/accounts/2fa/authenticate/").status_code == 200
        code = code_for(secret)
        assert again.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
        assert again.get("/acme/note").status_code == 200
        replay = Client()
        sign_in(replay, "alice@acme.test", address="10.9.9.9")
        assert replay.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200
        assert replay.get("/acme/note").status_code == 302


# Sessions and leaving


def test_a_device_is_signed_out_from_another(client, alice):
    give_password(alice)
    phone = Client(headers={"User-Agent": "Mozilla/5.0 (iPhone) Safari/604"})
    sign_in(client, "alice@acme.test")
    sign_in(phone, "alice@acme.test", address="10.0.0.2")
    page = client.get("/accounts/sessions/").content.decode()
    assert "Safari · iPhone" in page
    other = UserSession.objects.get(ip="10.0.0.2")
    client.post("/accounts/sessions/", {"session": other.pk})
    assert phone.get("/acme/note").status_code == 302
    assert client.get("/acme/note").status_code == 200
    assert "session_revoked" in kinds()


def test_nobody_ends_a_strangers_session(client, alice, dan, login):
    login(client, alice)
    stranger = Client()
    give_password(dan)
    sign_in(stranger, "dan@other.test")
    client.post("/accounts/sessions/", {"session": UserSession.objects.get(user_id=dan.user_id).pk})
    client.post("/accounts/sessions/", {"others": "1"})
    assert stranger.get("/other/note").status_code == 200


def test_a_leaver_is_out_on_the_next_request_with_session_and_token(client, acme, alice, adam, login):
    login(client, alice)
    with company_scope(acme):
        token = tokens.create(actor=alice, name="list", scopes=["read"], expires_on=clock.today() + timedelta(9)).record
    bearer = {"Authorization": f"Bearer {token.key}"}
    assert client.get("/acme/note").status_code == 200
    assert Client().get("/acme/api/v1/me", headers=bearer).status_code == 200
    with company_scope(acme):
        members.leave(alice, actor=adam, on=clock.today())
    assert client.get("/acme/note").status_code == 404
    assert client.post("/acme/note", {"text": "still here?"}).status_code == 404
    assert client.get("/acme/api/v1/me").status_code == 404
    assert Client().get("/acme/api/v1/me", headers=bearer).status_code == 401
    assert client.get("/")["Location"] == "/welcome/"


def test_a_role_taken_away_is_gone_on_the_next_request(client, acme, alice, adam, login):
    login(client, alice)
    assert client.get("/acme/api/v1/me").json()["views"] is True
    with company_scope(acme):
        members.set_roles(alice, actor=adam, roles=[])
    assert client.get("/acme/api/v1/me").json()["views"] is False


def test_an_administrator_signs_a_person_out_everywhere(client, acme, alice, adam):
    give_password(alice)
    sign_in(client, "alice@acme.test")
    with company_scope(acme):
        members.sign_out(alice, actor=adam)
    assert client.get("/acme/note").status_code == 302


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
    link = re.search(r"http://127.0.0.1:8000(/join/acme/\w+/)", page)[1]
    assert Client().get(link).status_code == 200
    assert "/join/" not in client.get(f"/acme/members/{eve.pk}/invite").content.decode()
    assert "invitation_sent" in kinds()


# Setting up

FIRST = {
    "company": "上海谷仓", "slug": "shgc", "language": "zh-hans", "name": "孙工", "email": "sun@shgc.test",
    "password": "a long 密码 for the first",
}  # fmt: skip


def test_the_setup_link_makes_the_first_company_and_works_once(client, db):
    path = setup_link().removeprefix("http://127.0.0.1:8000")
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
    old = setup_link().removeprefix("http://127.0.0.1:8000")
    new = setup_link().removeprefix("http://127.0.0.1:8000")
    assert client.get(old).status_code == 404
    assert client.get("/setup/guess/").status_code == 404
    assert client.get(new).status_code == 200


def test_a_wrong_setup_form_makes_nothing_and_says_what(client, db):
    path = setup_link().removeprefix("http://127.0.0.1:8000")
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
