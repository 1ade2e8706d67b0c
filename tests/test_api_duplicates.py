"""The API does not make an exact duplicate unless it is told to, as a form asks before it makes one."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.surface.tests.api_world import API, JSON, World

CUSTOMERS = f"{API}/customers"


@pytest.fixture
def world(acme: Any, alice: Any, bob: Any, adam: Any, carol: Any) -> World:
    with company_scope(acme):
        customers.create(actor=bob, values={"name": "苏州恒力有限公司", "phone": "0512-65881234"})
    return World(acme, {"alice": alice, "bob": bob, "adam": adam, "carol": carol})


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"name": "苏州恒力 股份有限公司"}, "名称相同"),
        ({"name": "别的公司", "phone": "(0512) 6588-1234"}, "电话相同"),
        ({"name": "别的公司", "phone2": "0512-65881234"}, "电话相同"),
    ],
)
def test_an_exact_duplicate_is_refused_with_name_and_owner(world: World, body: dict[str, str], why: str) -> None:
    answer = world.client("alice").post(CUSTOMERS, body, **JSON)
    assert answer.status_code == 409
    told = answer.json()
    assert told["type"] == "urn:gucang:problem:duplicate"
    # Alice does not see Bob's customers: the name, whose it is, and no way to it.
    assert told["duplicates"] == [{"why": why, "name": "苏州恒力有限公司", "note": "负责人是Bob", "url": None}]
    assert "苏州恒力有限公司" in told["detail"]
    with company_scope(world.company):
        assert Customer.objects.count() == 1


def test_who_may_see_the_record_gets_the_way_to_it(world: World) -> None:
    told = world.client("bob").post(CUSTOMERS, {"name": "苏州恒力有限公司"}, **JSON).json()
    assert told["duplicates"][0]["url"].startswith("/acme/customers/")


def test_with_the_parameter_it_is_made_all_the_same(world: World) -> None:
    api, key = world.client("alice"), {"Idempotency-Key": "one"}
    body = {"name": "苏州恒力有限公司"}
    assert api.post(CUSTOMERS, body, headers=key, **JSON).status_code == 409
    assert api.post(f"{CUSTOMERS}?duplicates=allow", body, headers=key, **JSON).status_code == 201
    assert api.post(f"{CUSTOMERS}?duplicates=maybe", body, **JSON).status_code == 422


def test_what_is_only_alike_is_made(world: World) -> None:
    assert world.client("alice").post(CUSTOMERS, {"name": "常州恒力有限公司"}, **JSON).status_code == 201


def test_who_may_not_make_one_learns_nothing(world: World) -> None:
    answer = world.client("carol").post(CUSTOMERS, {"name": "苏州恒力有限公司"}, **JSON)
    assert answer.status_code == 403
    assert "Bob" not in answer.content.decode()


def test_another_companys_records_are_nobodys_duplicates(world: World, other: Any, dan: Any) -> None:
    with company_scope(other):
        customers.create(actor=dan, values={"name": "独一份有限公司", "phone": "021-55667788"})
    body = {"name": "独一份有限公司", "phone": "021-55667788"}
    assert world.client("alice").post(CUSTOMERS, body, **JSON).status_code == 201


def test_the_document_says_so(world: World) -> None:
    api: Client = world.client("alice")
    paths = api.get(f"{API}/openapi.json").json()["paths"]
    names = [one["name"] for one in paths["/customers"]["post"]["parameters"]]
    assert "duplicates" in names
    assert "duplicates" not in [one["name"] for one in paths["/tasks"]["post"]["parameters"]]
