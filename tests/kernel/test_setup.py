"""What is kept of a company's set-up between requests: never older than the set-up, never another company's."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from gucang.accounts.actions import members, roles
from gucang.accounts.models import Role
from gucang.kernel import setup
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.selling.actions import pipelines
from gucang.selling.models import Stage


def stamp(company: Company) -> Any:
    return Company.objects.values_list("setup_stamp", flat=True).get(pk=company.pk)


def names(company: Company, asked: list[int]) -> list[str]:
    """The role names, as a request reads them."""

    def ask() -> list[str]:
        asked.append(1)
        return sorted(Role.objects.values_list("name", flat=True))

    with company_scope(company, stamp=stamp(company)):
        return setup.kept("names of roles", ask)


def test_it_is_asked_once_until_something_of_the_set_up_changes(acme: Company, adam: Any) -> None:
    asked: list[int] = []
    before = names(acme, asked)
    assert names(acme, asked) == before
    assert len(asked) == 1
    with company_scope(acme):
        roles.create(actor=adam, values={"name": "助理"})
    assert names(acme, asked) == sorted([*before, "助理"])
    assert len(asked) == 2


def test_daily_work_does_not_make_it_be_asked_again(acme: Company, alice: Any) -> None:
    asked: list[int] = []
    names(acme, asked)
    with company_scope(acme):
        customers.create(actor=alice, values={"name": "恒力精密"})
    names(acme, asked)
    assert len(asked) == 1


def test_what_one_company_keeps_is_not_shown_to_another(acme: Company, other: Company, dan: Any) -> None:
    with company_scope(other):
        roles.create(actor=dan, values={"name": "秘密"})
    assert "秘密" in names(other, [])
    assert "秘密" not in names(acme, [])
    assert "秘密" in names(other, [])


def test_who_changes_the_set_up_sees_it_at_once_and_leaves_nothing_behind_that_is_taken_back(
    acme: Company, adam: Any
) -> None:
    asked: list[int] = []
    before = names(acme, asked)

    class TakenBackError(Exception):
        pass

    with pytest.raises(TakenBackError), company_scope(acme, stamp=stamp(acme)):
        roles.create(actor=adam, values={"name": "助理"})
        assert "助理" in setup.kept("names of roles", lambda: list(Role.objects.values_list("name", flat=True)))
        raise TakenBackError
    assert names(acme, asked) == before


def test_a_change_without_a_company_renews_the_stamp_of_every_company(acme: Company, other: Company) -> None:
    mine, theirs = stamp(acme), stamp(other)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_role SET name = name WHERE false")
    assert stamp(acme) != mine
    assert stamp(other) != theirs


def test_the_next_request_knows_the_new_name_of_a_stage_and_of_a_colleague(
    acme: Company, alice: Any, bob: Any, adam: Any, login: Any
) -> None:
    client = login(Client(), alice)
    with company_scope(acme):
        stage = Stage.objects.filter(kind="open").order_by("position").first()
    board = f"/acme/opportunities/board?pipeline={stage.pipeline_id}"
    assert stage.name in client.get(board).content.decode()
    with company_scope(acme):
        pipelines.edit_stage(stage, actor=adam, values={"name": "初次见面"})
        members.edit(bob, actor=adam, values={"name": "鲍勃"})
        customers.create(actor=bob, values={"name": "恒力精密"})
    assert "初次见面" in client.get(board).content.decode()
    assert "鲍勃" in login(Client(), adam).get("/acme/customers/?view=all").content.decode()


def test_a_right_that_is_taken_away_is_gone_with_the_next_request(
    acme: Company, alice: Any, adam: Any, login: Any
) -> None:
    client = login(Client(), alice)
    assert client.get("/acme/customers/new").status_code == 200
    with company_scope(acme):
        for role in Role.objects.filter(member_roles__member=alice):
            kept = "\n".join(f"{name} {reach}" for name, reach in role.grants.items() if name != "customer.create")
            roles.set_rights(role, actor=adam, grants=kept)
    assert client.get("/acme/customers/new").status_code in (403, 404)
