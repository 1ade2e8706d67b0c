"""Many at once on real connections: one comes through, the others are refused in a sentence, nothing is half done."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from gucang.accounts.actions import members, tokens
from gucang.accounts.models import Member, User
from gucang.kernel import clock
from gucang.kernel.errors import Problem
from gucang.kernel.models import Event, NumberCounter
from gucang.kernel.scope import company_scope
from gucang.parties.models import Contact, Customer
from gucang.selling.actions import leads
from gucang.selling.models import Opportunity
from tests.personas import Team

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """The results of `calls` (or the problems they raised), all started together, each on its own connection."""
    results: list[Any] = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def run(index: int) -> None:
        start.wait()
        try:
            results[index] = calls[index]()
        except Problem as problem:
            results[index] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def key(acme_team: Team) -> str:
    """An API token of the administrator."""
    return token_of(acme_team, "adam")


def token_of(team: Team, name: str) -> str:
    with company_scope(team.company):
        values = {"name": "race", "scopes": ["*"], "expires_on": clock.today() + timedelta(days=9)}
        return str(tokens.create(actor=team.people[name], values=values).record.key)


def send(key: str, method: str, path: str, body: Any, **headers: str) -> Any:
    """One API request on a client of its own."""
    client = Client(headers={"Authorization": f"Bearer {key}", **headers}, raise_request_exception=False)
    return client.generic(method, f"/acme/api/v1/{path}", json.dumps(body).encode(), content_type="application/json")


# --- double submit ---


def test_eight_sends_with_one_key_make_one_customer_and_get_one_answer(acme_team: Team, key: str) -> None:
    double = {"Idempotency-Key": "double"}
    answers = at_once(*[lambda: send(key, "POST", "customers", {"name": "双击公司"}, **double)] * 8)
    assert {answer.status_code for answer in answers} == {201}
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert Counter("Idempotent-Replayed" in answer.headers for answer in answers) == {True: 7, False: 1}
    with company_scope(acme_team.company):
        assert Customer.objects.count() == Event.objects.filter(name="customer.create").count() == 1
        assert NumberCounter.objects.get(record_type="customer").value == 1


def test_one_key_with_eight_bodies_makes_one_customer_and_refuses_the_others(acme_team: Team, key: str) -> None:
    def one(number: int) -> Callable[[], Any]:
        return lambda: send(key, "POST", "customers", {"name": f"公司 {number}"}, **{"Idempotency-Key": "same"})

    answers = at_once(*[one(number) for number in range(8)])
    assert Counter(answer.status_code for answer in answers) == {201: 1, 422: 7}
    (made,) = (answer.json()["name"] for answer in answers if answer.status_code == 201)
    with company_scope(acme_team.company):
        assert [customer.name for customer in Customer.objects.all()] == [made]


# --- lost updates ---


def test_of_eight_edits_of_what_was_read_one_is_kept_and_the_others_see_the_clash(acme_team: Team, key: str) -> None:
    made = send(key, "POST", "customers", {"name": "旧名"}).json()

    def edit(number: int) -> Callable[[], Any]:
        return lambda: send(key, "PATCH", f"customers/{made['id']}", {"name": f"新名 {number}"}, **{"If-Match": '"1"'})

    answers = at_once(*[edit(number) for number in range(8)])
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: 7}
    (kept,) = (answer.json()["name"] for answer in answers if answer.status_code == 200)
    for answer in answers:
        if answer.status_code == 412:
            (clash,) = answer.json()["clashes"]
            assert (clash["field"], clash["theirs"]) == ("name", kept)
    with company_scope(acme_team.company):
        customer = Customer.objects.get()
        assert (customer.name, customer.version) == (kept, 2)
        assert Event.objects.filter(name="customer.edit").count() == 1


def test_edits_of_different_fields_at_once_are_all_kept(acme_team: Team, key: str) -> None:
    made = send(key, "POST", "customers", {"name": "同时改"}).json()
    values = {"phone": "+8613800138000", "note": "一起改", "city": "上海", "email": "a@b.example"}
    answers = at_once(
        *[
            lambda body={name: value}: send(key, "PATCH", f"customers/{made['id']}", body, **{"If-Match": '"1"'})
            for name, value in values.items()
        ]
    )
    assert [answer.status_code for answer in answers] == [200] * 4, [answer.content for answer in answers]
    now = send(key, "GET", f"customers/{made['id']}", {}).json()
    assert now["version"] == 5
    assert {name: now[name] for name in values} == values


# --- one lead, one customer ---


def test_a_lead_converted_by_eight_clicks_becomes_one_customer_with_one_deal(acme_team: Team) -> None:
    alice = acme_team.people["alice"]
    with company_scope(acme_team.company):
        values = {"name": "线索公司", "contact_name": "王经理", "phone": "13800138000"}
        lead = leads.create(actor=alice, values=values).record

    def convert() -> Any:
        with company_scope(acme_team.company):
            return leads.convert(lead.pk, actor=alice, with_opportunity=True).record

    results = at_once(*[convert] * 8)
    refused = [result for result in results if isinstance(result, Problem)]
    assert len(refused) == 7
    assert {problem.status for problem in refused} == {409}
    with company_scope(acme_team.company):
        assert (Customer.objects.count(), Contact.objects.count(), Opportunity.objects.count()) == (1, 1, 1)
        assert Event.objects.filter(name="lead.convert").count() == 1


# --- an invitation is good once ---


def test_an_invitation_accepted_eight_times_at_once_makes_one_person(acme_team: Team) -> None:
    with company_scope(acme_team.company):
        adam = acme_team.people["adam"]
        eve = members.create(actor=adam, name="Eve").record
        invitation = members.invite(eve, actor=adam, email="eve@acme.test").record.invitation_key
    form = {"name": "Eve", "password": "a long 密码 for Eve"}
    answers = at_once(*[lambda: Client().post(f"/join/acme/{invitation}/", form).status_code] * 8)
    assert sorted(answers) == [302] + [404] * 7
    assert User.objects.filter(email="eve@acme.test").count() == 1
    with company_scope(acme_team.company):
        assert Event.objects.filter(name="member.join", subject_id=eve.pk).count() == 1


# --- out is out ---


def test_no_request_of_a_member_commits_after_they_have_left(acme_team: Team) -> None:
    """Ten requests are held in the middle, the leaving begins, ten more arrive, and the held ones go on."""
    company, adam, alice = acme_team.company, acme_team.people["adam"], acme_team.people["alice"]
    key = token_of(acme_team, "alice")
    assert send(key, "POST", "customers", {"name": "离职 0"}).status_code == 201
    held, leaving, go_on = threading.Event(), threading.Event(), threading.Event()

    def holder() -> None:
        with company_scope(company), connection.cursor() as cursor:
            cursor.execute("SELECT value FROM kernel_numbercounter WHERE record_type = 'customer' FOR UPDATE")
            held.set()
            assert go_on.wait(20)

    def request(number: int) -> Callable[[], Any]:
        def send_one() -> Any:
            (held if number <= 10 else leaving).wait(20)
            return send(key, "POST", "customers", {"name": f"离职 {number}"}).status_code

        return send_one

    def leave() -> int:
        wait_for_locks(10)
        leaving.set()
        with company_scope(company):
            members.leave(alice, actor=adam, on=clock.today())
        with company_scope(company):
            return Customer.objects.count()

    def conductor() -> None:
        assert leaving.wait(20)
        wait_for_locks(11, seconds=2)
        go_on.set()

    *answers, _held, seen_after_leaving, _conducted = at_once(
        *[request(number) for number in range(1, 21)], holder, leave, conductor
    )
    assert set(answers) <= {201, 401}, answers
    with company_scope(company):
        assert Member.objects.get(pk=alice.pk).status == "left"
        assert Customer.objects.count() == answers.count(201) + 1
        assert Customer.objects.count() == seen_after_leaving, "a request of hers was committed after she had left"
    assert answers[:10] == [201] * 10, "what was under way before is finished"
    assert send(key, "GET", "customers", {}).status_code == 401


def wait_for_locks(count: int, seconds: float = 10) -> None:
    """Until `count` sessions of this database wait for a lock; goes on after `seconds` all the same."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0] >= count:
                return
        time.sleep(0.02)
