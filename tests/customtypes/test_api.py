"""The API of a company's own types: the same operations and the same document as for every type, for that company."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from gucang.accounts.models import Member
from gucang.customtypes import actions
from gucang.customtypes.models import CustomType
from gucang.kernel import records
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope
from gucang.surface.tests.api_world import World
from tests.customtypes.conftest import add_field

API = "/acme/api/v1"
MACHINES = f"{API}/own-equipment"
JSON = {"content_type": "application/json"}


@pytest.fixture
def world(acme: Company, kept_machines: CustomType, alice: Member, carol: Member, adam: Member) -> World:
    """Acme with its machines, and tokens for Alice, Carol and Adam."""
    with company_scope(acme):
        add_field(adam, "serial", "序列号")
    return World(acme, {"alice": alice, "carol": carol, "adam": adam})


@pytest.fixture
def api(world: World) -> Client:
    return world.client("alice")


def send(client: Client, method: str, where: str, body: Any, **headers: str) -> Any:
    return client.generic(method, where, json.dumps(body), headers=headers, **JSON)


def test_a_record_is_made_read_changed_moved_and_told_of(api: Client) -> None:
    made = send(api, "POST", MACHINES, {"name": "一号机", "day": "2027-01-31", "extra": {"serial": "HT-1"}})
    assert made.status_code == 201
    body = made.json()
    assert body["stage"] == "using"
    assert body["extra"] == {"serial": "HT-1"}
    assert made.headers["Location"] == f"{MACHINES}/{body['id']}"
    where = made.headers["Location"]
    assert send(api, "PATCH", where, {"name": "改过"}).status_code == 428
    assert send(api, "PATCH", where, {"name": "改过"}, **{"If-Match": "*"}).json()["name"] == "改过"
    assert send(api, "POST", f"{where}/move", {"stage": "repair"}).json()["stage"] == "repair"
    assert [one["name"] for one in api.get(f"{where}/timeline").json()["items"]] == [
        "own_equipment.move", "own_equipment.edit", "own_equipment.create",
    ]  # fmt: skip
    assert [one["id"] for one in api.get(f"{MACHINES}?stage=repair").json()["items"]] == [body["id"]]
    assert api.get(f"{MACHINES}?stage=using").json()["items"] == []


def test_bad_values_are_refused_with_their_path(api: Client) -> None:
    answer = send(api, "POST", MACHINES, {"name": "x", "customer": 999999, "colour": "red"})
    assert answer.status_code == 422
    assert "/colour" in {one["path"] for one in answer.json()["errors"]}
    answer = send(api, "POST", MACHINES, {"name": "x", "extra": {"nothing": 1}})
    assert answer.json()["errors"][0]["path"] == "/extra/nothing"
    assert send(api, "POST", MACHINES, {"name": 7}).json()["errors"][0]["path"] == "/name"
    assert send(api, "PUT", MACHINES, {}).status_code == 405


def test_rights_hold(world: World, api: Client) -> None:
    pk = send(api, "POST", MACHINES, {"name": "一号机"}).json()["id"]
    reader = world.client("carol")
    assert reader.get(MACHINES).status_code == 403
    assert reader.get(f"{MACHINES}/{pk}").status_code == 404
    assert send(reader, "POST", MACHINES, {"name": "x"}).status_code == 403
    assert Client().get(MACHINES).status_code == 401
    narrow = world.client("alice", scopes=["own_equipment.view"])
    assert narrow.get(f"{MACHINES}/{pk}").status_code == 200
    assert send(narrow, "POST", MACHINES, {"name": "x"}).status_code == 403


def test_in_another_company_it_is_not_there(api: Client, world: World, other: Company, dan: Member) -> None:
    pk = send(api, "POST", MACHINES, {"name": "金丝雀"}).json()["id"]
    stranger = World(other, {"dan": dan}).client("dan")
    for where in ("own-equipment", f"own-equipment/{pk}", f"own-equipment/{pk}/timeline"):
        answer = stranger.get(f"/other/api/v1/{where}")
        assert answer.status_code == 404
        assert "金丝雀" not in answer.content.decode()
    assert "OwnEquipment" not in stranger.get("/other/api/v1/openapi.json").content.decode()


def test_the_document_describes_it_for_its_company_alone(api: Client, world: World) -> None:
    document = api.get(f"{API}/openapi.json").json()
    assert {"/own-equipment", "/own-equipment/{id}", "/own-equipment/{id}/move"} <= document["paths"].keys()
    schemas = document["components"]["schemas"]
    assert "serial" in schemas["OwnEquipmentCreate"]["properties"]["extra"]["properties"]
    assert schemas["OwnEquipment"]["properties"]["day"]["title"] == "保修到"
    assert {"name": "own-equipment", "description": "设备"} in document["tags"]
    assert "own_equipment" in schemas["TaskCreate"]["properties"]["about_type"]["enum"]
    text = json.dumps(document)
    for name in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in schemas, name


def test_another_language_names_it_otherwise(api: Client) -> None:
    document = api.get(f"{API}/openapi.json", headers={"Accept-Language": "en"}).json()
    assert {"name": "own-equipment", "description": "machines"} in document["tags"]


def test_a_retired_type_answers_in_words(api: Client, acme: Company, kept_machines: CustomType, adam: Member) -> None:
    with company_scope(acme):
        actions.retire(kept_machines, actor=adam)
    answer = api.get(MACHINES)
    assert answer.status_code == 409
    assert "设备" in answer.json()["detail"]
    assert "/own-equipment" not in api.get(f"{API}/openapi.json").json()["paths"]


def test_a_type_is_made_by_the_api_and_works_at_once(world: World) -> None:
    client = world.client("adam")
    made = send(client, "POST", f"{API}/record-types", {"key": "contract", "name_zh": "合同"})
    assert made.status_code == 201
    where = f"{API}/record-types/{made.json()['id']}"
    assert send(client, "POST", f"{where}/set_stages", {"stages": "起草\nsigned | 已签 | Signed"}).status_code == 200
    assert send(client, "POST", f"{API}/own-contracts", {"name": "x"}).status_code == 404
    assert send(client, "POST", f"{API}/own-contract", {"name": "框架"}).json()["stage"] == "qicao"


def test_what_is_kept_for_all_companies_holds_no_own_type(api: Client, world: World) -> None:
    from gucang.surface.api import openapi

    openapi._common.cache_clear()
    assert "own-equipment" in api.get(f"{API}/openapi.json").content.decode()
    for language in ("zh-hans", "en"):
        assert "own_equipment" not in json.dumps(openapi._common(language))
    with company_scope(world.company):
        assert records.own()
