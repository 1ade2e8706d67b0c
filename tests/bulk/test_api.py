"""Bulk work by a program: begun once, read until it is over, what was left, and taken back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from gucang.accounts.actions import tokens
from gucang.bulk.models import BulkRun
from gucang.kernel import clock, jobs
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from tests.bulk.conftest import make_many

API = "/acme/api/v1"
Api = Callable[..., Client]


@pytest.fixture
def api(acme: Any) -> Api:
    """`api(alice)`: a client that acts by a token of hers."""

    def client(member: Any, *scopes: str) -> Client:
        with company_scope(acme):
            values = {"name": "api", "scopes": scopes or ["*"], "expires_on": clock.today() + timedelta(days=9)}
            key = tokens.create(actor=member, values=values).record.key
        return Client(headers={"Authorization": f"Bearer {key}"})

    return client


def post(client: Client, path: str, body: Any, **headers: str) -> Any:
    return client.post(f"{API}/{path}", json.dumps(body), content_type="application/json", headers=headers)


@pytest.fixture
def five(acme: Any, alice: Any) -> list[int]:
    with company_scope(acme):
        make_many(alice, 1, city="上海")
        return [row.pk for row in make_many(alice, 5, city="苏州")]


def test_a_list_is_changed_once_however_often_it_is_sent_and_taken_back(
    acme: Any, alice: Any, bob: Any, api: Api, five: list[int]
) -> None:
    client = api(alice)
    body = {"do": "edit", "filter": "city=苏州", "values": {"level": "A", "tags": {"add": ["重点"]}}}
    first = post(client, "customers/bulk", body, **{"Idempotency-Key": "k1"})
    assert first.status_code == 201, first.json()
    again = post(client, "customers/bulk", body, **{"Idempotency-Key": "k1"})
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    run = first.json()
    assert (run["state"], run["rows"]) == ("running", 5)
    assert first.headers["Location"] == f"{API}/bulk-runs/{run['id']}"
    with company_scope(acme):
        moved = Customer.objects.get(pk=five[0])
        customers.edit(moved, actor=alice, values={"city": "上海"})
    jobs.drain()
    over = client.get(first.headers["Location"]).json()
    assert (over["state"], over["done"], over["refused"]) == ("done", 4, 1)
    left = client.get(f"{API}/bulk-runs/{run['id']}/not-done").json()
    assert [(one["id"], one["kind"]) for one in left["items"]] == [(five[0], "refused")]
    assert left["next"] is None
    assert left["items"][0]["detail"]
    assert post(client, f"bulk-runs/{run['id']}/take_back", {}).status_code == 200
    jobs.drain()
    with company_scope(acme):
        assert BulkRun.objects.get().state == "taken_back"
        assert not Customer.objects.filter(level="A").exists()
    stranger = api(bob)
    assert stranger.get(first.headers["Location"]).status_code == 404
    assert stranger.get(f"{API}/bulk-runs/{run['id']}/not-done").status_code == 404
    assert post(stranger, f"bulk-runs/{run['id']}/take_back", {}).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"do": "edit", "values": {"level": "A"}}, 422),
        ({"do": "edit", "ids": [1], "filter": "", "values": {"level": "A"}}, 422),
        ({"do": "edit", "ids": [], "values": {"level": "A"}}, 422),
        ({"do": "edit", "ids": ["abc"], "values": {"level": "A"}}, 422),
        ({"do": "edit", "ids": 5, "values": {"level": "A"}}, 422),
        ({"do": "edit", "filter": "nothing=1", "values": {"level": "A"}}, 422),
        ({"do": "edit", "filter": "", "values": {"level": "Z"}}, 422),
        ({"do": "edit", "filter": "", "values": ["level"]}, 422),
        ({"do": "edit", "filter": ""}, 422),
        ({"do": "edit", "filter": "", "values": {"level": "A"}, "more": 1}, 422),
        ({"filter": "", "values": {}}, 422),
        ({"do": "fly", "filter": "", "values": {}}, 404),
        ({"do": "create", "filter": "", "values": {"name": "x"}}, 404),
        ({"do": "erase", "filter": ""}, 403),
    ],
)
def test_what_is_not_understood_is_refused_and_nothing_begins(
    acme: Any, alice: Any, api: Api, five: list[int], body: dict[str, Any], status: int
) -> None:
    answer = post(api(alice), "customers/bulk", body)
    assert answer.status_code == status, answer.json()
    assert answer.json()["detail"]
    with company_scope(acme):
        assert not BulkRun.objects.exists()


def test_a_token_does_in_bulk_only_what_it_may(acme: Any, alice: Any, api: Api, five: list[int]) -> None:
    body = {"do": "edit", "ids": five, "values": {"level": "A"}}
    assert post(api(alice, "read", "bulk_run.start"), "customers/bulk", body).status_code == 403
    assert post(api(alice, "read", "customer.edit"), "customers/bulk", body).status_code == 403
    assert post(api(alice, "read", "customer.edit", "bulk_run.start"), "customers/bulk", body).status_code == 201


def test_the_document_tells_of_it(alice: Any, api: Api) -> None:
    document = api(alice).get(f"{API}/openapi.json").json()
    operation = document["paths"]["/customers/bulk"]["post"]
    assert "Idempotency-Key" in {one["name"] for one in operation["parameters"]}
    schema = document["components"]["schemas"]["CustomerBulk"]
    assert set(schema["properties"]) == {"do", "ids", "filter", "values"}
    assert schema["required"] == ["do"]
    assert "/bulk-runs/{id}/not-done" in document["paths"]
    assert "/events/bulk" not in document["paths"]
