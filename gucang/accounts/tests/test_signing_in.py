"""Signing in, second steps, throttles, sessions and leavers."""

from __future__ import annotations

import re
import time
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from gucang.accounts.actions import members, tokens
from gucang.accounts.models import SecurityEvent, User
from gucang.accounts.tests.doors import kinds, sign_in
from gucang.kernel import clock, jobs
from gucang.kernel.scope import company_scope
from tests.personas import PASSWORD, give_password

pytestmark = pytest.mark.urls("gucang.accounts.tests.urls")


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
    jobs.drain()
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
    assert mail.outbox == []
    jobs.drain()
    assert [letter.to for letter in mail.outbox] == [["alice@acme.test"]]


def test_asking_for_a_reset_is_the_same_work_whether_the_address_is_known_or_not(client, alice):
    give_password(alice)
    client.get("/accounts/password/reset/")
    asked = []
    for email, address in (("nobody@acme.test", "10.1.0.3"), ("alice@acme.test", "10.1.0.4")):
        with CaptureQueriesContext(connection) as seen:
            client.post("/accounts/password/reset/", {"email": email}, REMOTE_ADDR=address)
        asked.append([re.sub(r"'[^']*'|\d+", "?", one["sql"]) for one in seen.captured_queries])
    assert asked[0] == asked[1]
    assert not [sql for sql in asked[1] if "accounts_user" in sql or "account_emailaddress" in sql]
    queued = ProcrastinateJob.objects.filter(task_name="gucang.run").order_by("id")
    assert [(job.args["company"], job.args["payload"]) for job in queued] == [
        (None, {"email": "nobody@acme.test"}),
        (None, {"email": "alice@acme.test"}),
    ]


def test_a_reset_letter_is_in_the_persons_own_language(client, alice):
    User.objects.filter(pk=give_password(alice).pk).update(language="en")
    client.post("/accounts/password/reset/", {"email": "ALICE@acme.test"}, headers={"Accept-Language": "zh"})
    jobs.drain()
    assert mail.outbox[0].subject == "Set a new password"


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


# New devices

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Safari/537.36"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1"


def letters() -> list[tuple[str, str]]:
    jobs.drain()
    return [(letter.to[0], letter.subject) for letter in mail.outbox]


def test_a_sign_in_with_a_new_device_is_told_to_the_person_and_one_with_a_known_device_is_not(alice):
    User.objects.filter(pk=give_password(alice).pk).update(language="en")
    desk, phone = Client(headers={"User-Agent": WINDOWS}), Client(headers={"User-Agent": PHONE})
    sign_in(desk, "alice@acme.test")
    assert letters() == []
    sign_in(phone, "alice@acme.test", address="10.7.7.7")
    assert letters() == [("alice@acme.test", "Signed in on a new device: Safari · iPhone")]
    assert "10.7.7.7" in mail.outbox[0].body
    assert "/accounts/sessions/" in mail.outbox[0].body
    for known in (desk, phone):
        known.post("/accounts/logout/")
        sign_in(known, "alice@acme.test", address="10.8.8.8")
    assert len(letters()) == 1


def test_a_device_that_a_colleague_uses_is_still_new_for_alice(alice, bob):
    give_password(alice)
    give_password(bob)
    sign_in(Client(), "alice@acme.test")
    shared = Client(headers={"User-Agent": WINDOWS})
    sign_in(shared, "bob@acme.test")
    shared.post("/accounts/logout/")
    sign_in(shared, "alice@acme.test")
    assert [to for to, _subject in letters()] == ["alice@acme.test"]


def test_a_refused_password_on_a_new_device_sends_nothing(alice):
    give_password(alice)
    sign_in(Client(), "alice@acme.test")
    sign_in(Client(), "alice@acme.test", "guess")
    assert letters() == []


def test_the_mark_of_a_device_is_no_secret_of_the_database(client, alice):
    give_password(alice)
    sign_in(client, "alice@acme.test")
    mark = client.cookies["device"]
    assert mark["httponly"]
    assert mark.value not in str(SecurityEvent.objects.get().facts)


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

DAY = 24 * 3600


def test_a_sign_in_ends_after_two_weeks_without_use(client, alice):
    give_password(alice)
    sign_in(client, "alice@acme.test", remember="on")
    start = time.time()
    with time_machine.travel(start + 13.9 * DAY, tick=True):
        assert client.get("/acme/note").status_code == 200
    with time_machine.travel(start + 27.8 * DAY, tick=True):
        assert client.get("/acme/note").status_code == 200
    forgotten = Client()
    sign_in(forgotten, "alice@acme.test", remember="on")
    assert forgotten.get("/acme/note").status_code == 200
    with time_machine.travel(start + 14.1 * DAY, tick=True):
        assert forgotten.get("/acme/note")["Location"].startswith("/accounts/login/")


def test_a_sign_in_ends_after_a_month_however_much_it_is_used(client, alice):
    give_password(alice)
    sign_in(client, "alice@acme.test", remember="on")
    start = time.time()
    for day in (10, 20, 29.9):
        with time_machine.travel(start + day * DAY, tick=True):
            assert client.get("/acme/note").status_code == 200
    with time_machine.travel(start + 30.1 * DAY, tick=True):
        assert client.get("/acme/api/v1/me").status_code == 401
        assert client.get("/acme/note")["Location"].startswith("/accounts/login/")


def test_using_a_page_writes_the_session_once_an_hour(client, alice):
    give_password(alice)
    sign_in(client, "alice@acme.test")
    client.get("/acme/note")
    start, ends = time.time(), []
    for later in (0, 1800, 3700):
        with time_machine.travel(start + later, tick=True):
            client.get("/acme/note")
        ends.append(Session.objects.get(pk=client.session.session_key).expire_date)
    assert ends[0] == ends[1] < ends[2]


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
