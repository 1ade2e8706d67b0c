"""Every page of this module answers, in both languages, and only those who may see it."""

from __future__ import annotations

import re

import pytest

from gucang.accounts.actions import roles
from gucang.accounts.models import Role, User
from gucang.accounts.queries import roles_of
from gucang.accounts.setup import add_administrator
from gucang.kernel.scope import company_scope
from tests.personas import give_password

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
    give_password(alice)
    assert login(client, alice).get(path).status_code == 200


COMPANY = ["/acme/me", "/acme/settings", "/acme/"]


@pytest.mark.parametrize("path", COMPANY)
def test_a_company_page_answers_its_members_and_nobody_else(client, adam, dan, login, path):
    assert client.get(path).status_code == 302
    assert login(client, dan).get(path).status_code == 404
    assert login(client, adam).get(path).status_code == 200


def test_settings_are_not_there_for_who_may_not_change_them(client, carol, login):
    assert login(client, carol).get("/acme/settings").status_code == 404


def test_the_rights_of_a_role_are_a_plain_form(client, acme, adam, login):
    with company_scope(acme):
        role = Role.objects.get(key="salesperson")
        before = role.grants
    page = login(client, adam).get(f"/acme/roles/{role.pk}/set_rights")
    assert page.status_code == 200
    text = page.content.decode()
    assert 'name="grant:member.view"' in text
    assert '<option value="member.phone">' in text
    posted = {
        "version": role.version,
        "grant:member.view": "department",
        "grant:customer.claim": "",
        "add:member": "member.phone",
        "inside:+member": "read",
        "within:+member": "own",
        "beyond:+member": "masked",
    }
    assert client.post(f"/acme/roles/{role.pk}/set_rights", posted).status_code == 302
    with company_scope(acme):
        role.refresh_from_db()
    expected = before | {"member.view": "department"}
    expected.pop("customer.claim", None)
    assert role.grants == expected
    assert role.field_rules["member.phone"] == {"inside": "read", "within": "own", "beyond": "masked"}
    assert 'name="inside:member.phone"' in client.get(f"/acme/roles/{role.pk}/set_rights").content.decode()


def test_a_field_rule_that_restricts_nothing_is_taken_away(client, acme, adam, login):
    with company_scope(acme):
        role = Role.objects.get(key="salesperson")
        roles.set_rights(role, actor=adam, field_rules="member.phone hidden\nmember.email masked")
        role.refresh_from_db()
    posted = {"version": role.version, "inside:member.phone": "write", "within:member.phone": ""}
    login(client, adam)
    assert client.post(f"/acme/roles/{role.pk}/set_rights", posted).status_code == 302
    with company_scope(acme):
        role.refresh_from_db()
    assert role.field_rules == {"member.email": {"inside": "masked"}}


def test_the_administrators_rights_cannot_be_changed_by_the_page(client, acme, adam, login):
    with company_scope(acme):
        role = Role.objects.get(key="administrator")
    page = login(client, adam).post(f"/acme/roles/{role.pk}/set_rights", {"version": role.version})
    assert page.status_code == 409
    with company_scope(acme):
        role.refresh_from_db()
    assert role.grants == {"*": "company"}


def test_looks_are_kept_with_the_person_and_in_the_first_paint(client, alice, login):
    login(client, alice)
    sent = {"language": "en", "theme": "dark", "text_size": "large", "next": "/acme/me"}
    answer = client.post("/acme/me/looks", sent)
    assert (answer.status_code, answer["Location"]) == (302, "/acme/me")
    page = client.get("/acme/me").content.decode()
    assert 'data-theme="dark"' in page
    assert "text-large" in page
    assert 'lang="en"' in page


def test_looks_lead_nowhere_outside(client, alice, login):
    login(client, alice)
    assert client.post("/acme/me/looks", {"theme": "dark", "next": "//evil.test/"})["Location"] == "/"


def test_the_root_leads_to_the_only_company_or_says_welcome(client, alice, login):
    assert login(client, alice).get("/")["Location"] == "/acme/"
    alone = User.objects.create_user("alone@nowhere.test", name="Alone")
    client.force_login(alone, "django.contrib.auth.backends.ModelBackend")
    assert client.get("/")["Location"] == "/welcome/"
    assert client.get("/welcome/").status_code == 200


def test_a_person_in_two_companies_chooses_once_and_then_comes_back_to_the_last(client, alice, other, login):
    add_administrator(other, User.objects.get(pk=alice.user_id))
    login(client, alice)
    assert client.get("/")["Location"] == "/companies/"
    listed = client.get("/companies/").content.decode()
    assert "/acme/" in listed
    assert "/other/" in listed
    client.get("/other/me")
    assert client.get("/")["Location"] == "/other/"
    assert "/acme/" in client.get("/other/me").content.decode()


def test_a_page_asks_for_session_person_member_and_roles_and_no_more(client, alice, login, django_assert_num_queries):
    login(client, alice)
    client.get("/acme/note")
    # Company, session and person in one; and four words about the transaction, which in the test is nested.
    with django_assert_num_queries(1 + 4) as seen:
        client.get("/acme/note")
    own = [one["sql"] for one in seen.captured_queries if "accounts_" in one["sql"] or "django_session" in one["sql"]]
    assert len(own) == 1


def test_the_answer_for_the_api_is_a_problem_and_not_a_page(client, acme, dan, login):
    answer = client.get("/acme/api/v1/me")
    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (401, "application/problem+json")
    assert login(client, dan).get("/acme/api/v1/me").status_code == 404


def test_the_roles_page_has_the_held_ones_ticked_and_sets_the_whole(client, acme, adam, bob, login):
    with company_scope(acme):
        held, more = Role.objects.get(key="salesperson"), Role.objects.get(key="service")
    page = login(client, adam).get(f"/acme/members/{bob.pk}/set_roles").content.decode()
    assert re.search(rf'value="{held.pk}" checked', page)
    assert not re.search(rf'value="{more.pk}" checked', page)
    sent = {"roles": [held.pk, more.pk], "version": bob.version}
    assert client.post(f"/acme/members/{bob.pk}/set_roles", sent).status_code == 302
    with company_scope(acme):
        assert {one.key for one in roles_of(bob)} == {"salesperson", "service"}
        administrator = Role.objects.get(key="administrator")
    refused = client.post(f"/acme/members/{adam.pk}/set_roles", {"roles": [held.pk]})
    assert refused.status_code == 409
    with company_scope(acme):
        assert roles_of(adam) == [administrator]


def test_a_number_rule_is_set_on_the_page_and_a_wrong_one_stays_as_typed(client, acme, adam, login):
    login(client, adam)
    wrong = client.post("/acme/settings", {"record": "customer", "pattern": "{nothing}"})
    assert wrong.status_code == 422
    assert "{nothing}" in wrong.content.decode()
    right = client.post("/acme/settings", {"record": "customer", "pattern": "AB{yy}-{seq:03}"})
    assert right.status_code == 302
    assert re.search(r"AB\d\d-007", client.get("/acme/settings").content.decode())


def test_the_companys_name_is_changed_on_the_page(client, acme, adam, login):
    login(client, adam)
    sent = {"name": "阿克梅集团", "language": "zh-hans", "currency": "CNY", "version": acme.version}
    assert client.post("/acme/settings", sent).status_code == 302
    assert "阿克梅集团" in client.get("/acme/settings").content.decode()
    assert client.post("/acme/settings", sent | {"name": ""}).status_code == 422
