"""The administrator's home page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import RequestFactory

from gucang.accounts.actions import members
from gucang.accounts.models import Invitation, Role
from gucang.exchange.models import Import, State
from gucang.insight.cards.admin import care, set_up
from gucang.kernel import clock, jobs, seals
from gucang.kernel.actors import as_actor
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope, forget, writing
from gucang.parties.actions import customers


@pytest.fixture
def ask(scope: Company, adam: Any) -> Any:
    """`ask(adam)`: a request of that person to the home page, as the middleware leaves it."""

    def make(person: Any = adam) -> Any:
        forget("insight.people")  # each request enters a scope of its own
        request: Any = RequestFactory().get("/acme/")
        request.company, request.base, request.actor = scope, "/acme", as_actor(person)
        return request

    return make


def titles(request: Any) -> list[str]:
    found = care(request)
    assert found is not None
    return [row.title for row in found["rows"]]


def fail_a_job(company: Company) -> None:
    jobs.enqueue("kernel.seal")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'failed' WHERE args->>'job' = 'kernel.seal'"
            " AND (args->>'company')::bigint = %s",
            [company.pk],
        )


def leave_rows_behind(owner: Any, state: str = State.DONE, refused: int = 3) -> Import:
    with writing("exchange"):
        return Import.objects.create(
            number=f"DR-{state}", name="customers.csv", file=f"f-{state}", state=state, refused=refused, owner=owner,
            created_at=clock.now(), updated_at=clock.now(),
        )  # fmt: skip


def test_people_who_sign_in_by_password_alone_are_counted_and_lead_to_the_settings(ask, alice, adam):
    assert [row.url for row in care(ask())["rows"]] == ["/acme/settings"]
    before = titles(ask())
    Authenticator.objects.create(user_id=alice.user_id, type=Authenticator.Type.TOTP, data={})
    assert titles(ask()) != before


def test_a_member_without_a_way_in_or_without_a_role_is_told_until_it_is_mended(ask, adam):
    def told() -> list[str]:
        return [title for title in titles(ask()) if title.startswith("1 位成员")]

    eve = members.create(actor=adam, name="Eve").record
    assert told() == ["1 位成员还不能登录", "1 位成员没有角色"]
    eve = members.set_roles(eve, actor=adam, roles=[Role.objects.get(key="reader").pk]).record
    assert told() == ["1 位成员还不能登录"]
    members.invite(eve, actor=adam, email="eve@acme.test")
    assert told() == []
    with clock.at(clock.now() + timedelta(days=8)):
        assert told() == ["1 位成员还不能登录"]


def test_jobs_that_gave_up_are_told_to_their_own_company_only(adam, dan, acme, other):
    for company, person, expected in ((other, dan, True), (acme, adam, False)):
        with company_scope(company):
            if expected:
                fail_a_job(company)
            request: Any = RequestFactory().get("/")
            request.company, request.base, request.actor = company, f"/{company.slug}", as_actor(person)
            found = [row for row in care(request)["rows"] if "后台任务" in row.title]
            assert [row.reason.partition(" ")[0] for row in found] == (["日志封存"] if expected else [])


def test_an_import_that_refused_rows_leads_to_itself_while_it_is_new(ask, adam):
    left = leave_rows_behind(adam)
    leave_rows_behind(adam, state=State.TAKEN_BACK)
    assert [row.url for row in care(ask())["rows"] if "customers.csv" in row.title] == [f"/acme/imports/{left.pk}"]
    with clock.at(clock.now() + timedelta(days=31)):
        assert not [title for title in titles(ask()) if "customers.csv" in title]


def test_a_log_that_nobody_seals_is_told_after_two_days(ask):
    assert not [title for title in titles(ask()) if "封存" in title]
    with clock.at(clock.now() + timedelta(days=4)):
        assert [title for title in titles(ask()) if "封存" in title]
        seals.seal_days()
        assert not [title for title in titles(ask()) if "封存" in title]


def test_the_set_up_counts_what_is_there(ask, adam, alice):
    def stones() -> dict[str, tuple[bool, str]]:
        return {stone.url: (stone.done, stone.note) for stone in set_up(ask())["stones"]}

    assert stones()["/acme/departments/"] == (True, "3")
    assert "/acme/imports/new" in stones()
    assert set_up(ask())["done"] == 4
    customers.create(actor=alice, name="恒立机械")
    assert set_up(ask())["done"] == 5


def test_an_open_invitation_is_counted_with_its_end(ask, adam):
    eve = members.create(actor=adam, name="Eve").record
    assert set_up(ask())["invited"] == 0
    members.invite(eve, actor=adam, email="eve@acme.test")
    found = set_up(ask())
    assert found["invited"] == 1
    assert found["ends"] == Invitation.objects.get().expires_at


def test_both_cards_together_cost_nine_queries_at_most(ask, adam, django_assert_max_num_queries):
    leave_rows_behind(adam)
    request = ask()
    with django_assert_max_num_queries(9):
        care(request)
        set_up(request)


def test_who_administers_nothing_is_told_nothing(ask, alice, scope):
    fail_a_job(scope)
    leave_rows_behind(None)
    assert len(care(ask())["rows"]) == 3
    assert care(ask(alice)) == {"rows": []}
    assert set_up(ask(alice)) is None


def test_the_page_of_the_administrator_shows_both_and_that_of_a_salesperson_neither(client, adam, alice, login):
    page = login(client, adam).get("/acme/").content.decode()
    assert "要处理的" in page
    assert "公司设置" in page
    page = login(client, alice).get("/acme/").content.decode()
    assert "要处理的" not in page
    assert "公司设置" not in page
