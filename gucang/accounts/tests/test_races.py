"""Two clicks at once, on real connections: one gets through."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from gucang.accounts.actions import members
from gucang.accounts.links import setup_link
from gucang.accounts.models import Member, Role, User
from gucang.kernel.errors import Refused
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope

pytestmark = [pytest.mark.urls("gucang.accounts.tests.urls"), pytest.mark.django_db(transaction=True)]


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """The results of `calls` (or what they raised), all started together."""
    results: list[Any] = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def run(index: int) -> None:
        start.wait()
        try:
            results[index] = calls[index]()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_who_set_up_at_once_make_one_company():
    path = setup_link().removeprefix("http://localhost:8000")
    form = {"company": "谷仓", "language": "zh-hans", "name": "孙工", "password": "a long 密码 for the first"}
    first, second = at_once(
        lambda: Client().post(path, form | {"slug": "one", "email": "one@x.test"}).status_code,
        lambda: Client().post(path, form | {"slug": "two", "email": "two@x.test"}).status_code,
    )
    assert sorted([first, second]) == [302, 404]
    assert Company.objects.count() == User.objects.count() == 1


def test_two_who_take_one_invitation_at_once_make_one_member(acme, adam):
    with company_scope(acme):
        eve = members.create(actor=adam, name="Eve").record
        key = members.invite(eve, actor=adam, email="eve@acme.test").record.invitation_key
    form = {"name": "Eve", "password": "a long 密码 for Eve"}
    answers = at_once(*[lambda: Client().post(f"/join/acme/{key}/", form).status_code] * 4)
    assert sorted(answers) == [302, 404, 404, 404]
    assert User.objects.filter(email="eve@acme.test").count() == 1


def test_two_administrators_cannot_remove_each_other_at_once(acme, adam, bob):
    with company_scope(acme):
        members.set_roles(bob, actor=adam, roles=[Role.objects.get(key="administrator")])

    def remove(victim: Member, by: Member) -> Callable[[], Any]:
        def go() -> None:
            with company_scope(acme):
                members.set_roles(victim, actor=by, roles=[])

        return go

    results = at_once(remove(adam, bob), remove(bob, adam))
    assert [type(result) for result in results].count(type(None)) == 1
    assert any(isinstance(result, Refused) for result in results)
    with company_scope(acme):
        assert Member.objects.filter(member_roles__role__key="administrator").count() == 1
