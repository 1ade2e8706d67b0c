"""What holds for the API of every record type, whatever it is: parametrised over the registry."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from gucang.kernel import events, records
from gucang.kernel.actors import Access, Actor, FieldRule, Reach
from gucang.kernel.errors import Problem
from gucang.kernel.models import Event
from gucang.kernel.records import RecordType
from gucang.kernel.scope import company_scope
from gucang.surface.api.output import readable, record_rows
from gucang.surface.api.schemas import pascal
from gucang.surface.tests.api_world import API, NOT_MADE_HERE, World, can_be_made
from tests.personas import found_acme, found_other

TYPES = list(records.every())
JSON = {"content_type": "application/json"}
# Of a promise rule, one for each kind.
# Besides the types that say so: of each member, or of each kind of promise.
ONE_AT_MOST = ("notification_setting", "pin_list", "promise_rule")

of_every_type = pytest.mark.parametrize("record_type", TYPES, ids=lambda one: one.name)


@pytest.fixture(scope="module")
def companies(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The companies for all tests here: to make them takes longer than a test does."""
    with django_db_blocker.unblock(), transaction.atomic():
        acme, other = found_acme(), found_other()
        yield World(acme.company, acme.people | other.people)
        transaction.set_rollback(True)


@pytest.fixture
def world(companies: World) -> Iterator[World]:
    """The companies as they were founded; whatever a test does there is undone."""
    with transaction.atomic():
        yield World(companies.company, companies.people)
        transaction.set_rollback(True)


def address(record_type: RecordType, pk: int | None = None) -> str:
    return f"{API}/{record_type.plural}" + ("" if pk is None else f"/{pk}")


def sample(world: World, record_type: RecordType, by: str = "adam") -> Any:
    with company_scope(world.company):
        return world.sample(record_type, by)


def writes(world: World, record_type: RecordType, pk: int) -> list[tuple[str, str, str, dict[str, Any]]]:
    """Every write on a record of this type: action name, method, address, a body that fits."""
    found = []
    for verb, action in record_type.verbs.items():
        body = world.body(action)
        if action.creates:
            where = address(record_type) + ("" if verb == "create" else f"/{verb}")
            found.append((action.name, "POST", where, body))
        elif verb == "edit":
            found.append((action.name, "PATCH", address(record_type, pk), body))
        elif verb == "delete":
            found.append((action.name, "DELETE", address(record_type, pk), {}))
        else:
            found.append((action.name, "POST", f"{address(record_type, pk)}/{verb}", body))
    return found


def send(client: Any, method: str, where: str, body: Any, **headers: str) -> Any:
    data = "" if method == "DELETE" else json.dumps(body)
    return client.generic(method, where, data, headers={"If-Match": "*", **headers}, **JSON)


def is_problem(response: Any, *statuses: int) -> bool:
    body = response.json()
    return (
        response.status_code in statuses
        and response.headers["Content-Type"].startswith("application/problem+json")
        and body["status"] == response.status_code
        and bool(body["detail"])
    )


def event_count(world: World) -> int:
    with company_scope(world.company):
        return Event.objects.count()


@of_every_type
def test_a_stranger_reads_and_writes_nothing(world: World, record_type: RecordType) -> None:
    record = sample(world, record_type)
    pk = record.pk if record else 1
    stranger = world.client("dan")
    for path in ("", f"/{pk}", f"/{pk}/timeline"):
        assert is_problem(stranger.get(address(record_type) + path), 401)
    with company_scope(world.people["dan"].company_id):
        theirs = set(events.with_bin(record_type).values_list("pk", flat=True))
    if pk not in theirs:
        assert is_problem(stranger.get(f"/other/api/v1/{record_type.plural}/{pk}"), 404)
        assert is_problem(stranger.get(f"/other/api/v1/{record_type.plural}/{pk}/timeline"), 404)
    with company_scope(world.company):
        tried = writes(world, record_type, pk)
    before = event_count(world)
    for name, method, where, body in tried:
        assert is_problem(send(stranger, method, where, body), 401), name
    assert event_count(world) == before


@of_every_type
def test_ids_of_another_company_are_not_there(world: World, record_type: RecordType) -> None:
    record = sample(world, record_type)
    beyond = (record.pk if record else 0) + 100_000
    with company_scope(world.company):
        tried = writes(world, record_type, beyond)
    client = world.client("adam")
    assert is_problem(client.get(address(record_type, beyond)), 404)
    assert is_problem(client.get(address(record_type, beyond) + "/timeline"), 404)
    for name, method, where, body in tried:
        if str(beyond) in where:
            assert is_problem(send(client, method, where, body), 404), name


@of_every_type
def test_without_the_permission_every_write_is_refused(world: World, record_type: RecordType) -> None:
    record = sample(world, record_type)
    pk = record.pk if record else 1
    clients = {"carol": world.client("carol"), "adam": world.client("adam", ["read"])}
    with company_scope(world.company):
        tried = writes(world, record_type, pk)
        reader = world.people["carol"].as_actor()
        may_see = record is not None and record_type.query(reader).filter(pk=pk).exists()
    before = event_count(world)
    for who, sees in (("carol", may_see), ("adam", record is not None)):
        for name, method, where, body in tried:
            if who == "carol" and reader.may(name):
                continue
            # What lies in the bin, or is out of sight, is not there; everything else is refused.
            there = f"/{pk}" not in where or (sees and not name.endswith(".restore"))
            answer = send(clients[who], method, where, body)
            assert is_problem(answer, 403 if there else 404), (who, name, answer.status_code, answer.json())
    assert event_count(world) == before


@of_every_type
def test_unknown_keys_and_wrong_types_are_refused_with_their_path(world: World, record_type: RecordType) -> None:
    record = sample(world, record_type)
    client = world.client("adam")
    with company_scope(world.company):
        tried = writes(world, record_type, record.pk if record else 1)
    for name, method, where, body in tried:
        if method == "DELETE":
            continue
        answer = send(client, method, where, body | {"company": 1, "actor": 1, "at": "2020-01-01"})
        assert is_problem(answer, 422), (name, answer.json())
        assert {"/company", "/actor", "/at"} - {f"/{key}" for key in body} <= {
            e["path"] for e in answer.json()["errors"]
        }
        for wrong in ([], "text", 5, None):
            assert is_problem(send(client, method, where, wrong), 422), (name, wrong)
        for key in body:
            wrong_type = {"nested": True}
            answer = send(client, method, where, body | {key: wrong_type})
            assert is_problem(answer, 422), (name, key)
            assert [e["path"] for e in answer.json()["errors"]] == [f"/{key}"], (name, key)


@of_every_type
def test_answers_are_what_the_document_says(world: World, record_type: RecordType) -> None:
    record = sample(world, record_type)
    client = world.client("adam")
    document = client.get(f"{API}/openapi.json").json()
    check(document, f"{pascal(record_type.name)}Page", client.get(address(record_type)))
    check(document, f"{pascal(record_type.name)}Page", client.get(address(record_type) + "?with=actions&limit=1"))
    if record is None or client.get(address(record_type, record.pk)).status_code != 200:
        return
    read = client.get(address(record_type, record.pk) + "?with=actions")
    check(document, pascal(record_type.name), read)
    assert read.headers["ETag"] == f'"{read.json()["version"]}"'
    check(document, "EventPage", client.get(address(record_type, record.pk) + "/timeline"))
    if record_type.create and record_type.name not in NOT_MADE_HERE:
        with company_scope(world.company):
            body = world.body(record_type.create)
        made = send(client, "POST", address(record_type), body)
        if made.status_code == 409 and (record_type.only or record_type.name in ONE_AT_MOST):
            return  # there is one of these at most, and the sample is it
        check(document, pascal(record_type.name), made, 201)
        assert made.headers["Location"] == address(record_type, made.json()["id"])
        assert client.get(made.headers["Location"]).json()["id"] == made.json()["id"]


def check(document: dict[str, Any], schema: str, response: Any, status: int = 200) -> None:
    assert response.status_code == status, response.json()
    whole = {"$ref": f"#/components/schemas/{schema}", "components": document["components"]}
    jsonschema_rs.validator_for(whole).validate(response.json())


@of_every_type
def test_hidden_fields_are_nowhere_and_masked_ones_say_so(world: World, record_type: RecordType) -> None:
    record = sample(world, record_type)
    if record is None:
        assert not can_be_made(record_type)
        return
    names = readable(record_type)
    grants = {"*": Reach.COMPANY}
    with company_scope(world.company):
        rules = {f"{record_type.name}.{name}": FieldRule(inside=Access.HIDDEN) for name in names}
        blind = Actor(kind="member", name="x", member_id=record.pk, grants=grants, field_rules=rules)
        (row,) = record_rows(record_type, blind, [record], actions=True)
        assert not set(row) & set(names)
        rules = {f"{record_type.name}.{name}": FieldRule(inside=Access.MASKED) for name in names}
        dim = Actor(kind="member", name="x", member_id=record.pk, grants=grants, field_rules=rules)
        (row,) = record_rows(record_type, dim, [record])
        assert set(row["_masked"]) == set(names)
        for name, spec in names.items():
            value = getattr(record, name)
            if spec.target is not None or spec.kind in ("money", "decimal", "integer", "date", "moment"):
                assert row[name] is None
            elif spec.kind in ("phone", "email") and value:
                assert row[name] != value


@of_every_type
def test_secrets_have_no_place_in_the_api(record_type: RecordType) -> None:
    for name in readable(record_type):
        assert not any(word in name for word in ("hash", "password", "secret", "key_", "_key")), name


@of_every_type
def test_a_list_costs_the_same_queries_for_one_row_and_three(world: World, record_type: RecordType) -> None:
    if not can_be_made(record_type):
        return
    client = world.client("adam")
    sample(world, record_type)
    first = query_count(client, address(record_type) + "?limit=200")
    with company_scope(world.company):
        made = [attempt(world, record_type) for _one in range(2)]
    if None in made:
        return  # there is one of these at most
    assert query_count(client, address(record_type) + "?limit=200") == first
    assert first <= 8, first


def attempt(world: World, record_type: RecordType) -> Any:
    try:
        return world.make(record_type)
    except Problem:
        return None


def query_count(client: Any, where: str) -> int:
    """The queries of the list itself: who asks in which company is found out before it, by four others."""
    client.get(where)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(where).status_code == 200
    frame = ("SAVEPOINT", "RELEASE", "SELECT set_config", "kernel_company", "accounts_token", "accounts_role")
    own = [one["sql"] for one in caught if not any(word in one["sql"].partition(" WHERE ")[0] for word in frame)]
    return len(own)


@of_every_type
def test_references_cannot_point_at_another_company(world: World, record_type: RecordType) -> None:
    action = record_type.create
    if action is None or not action.on_values:
        return
    specs = [record_type.specs[name] for name in record_type.form.fields]
    client = world.client("adam")
    elsewhere = World(world.company, {"adam": world.people["dan"]})
    for spec in specs:
        if spec.kind != "reference" or spec.target is None:
            continue
        target = records.by_model(spec.target)
        with company_scope(world.people["dan"].company_id):
            foreign = elsewhere.make(target)
        with company_scope(world.company):
            body = world.body(action)
            assert not target.model._base_manager.filter(pk=foreign.pk).exists()
        answer = send(client, "POST", address(record_type), body | {spec.name: foreign.pk})
        assert is_problem(answer, 422), (spec.name, answer.json())
        assert f"/{spec.name}" in [error["path"] for error in answer.json()["errors"]]
