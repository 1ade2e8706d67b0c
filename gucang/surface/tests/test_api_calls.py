"""How one call goes: versions, repeats, bodies, how much, and what breaks."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client

from gucang.kernel import records
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope
from gucang.surface.api import buckets
from gucang.surface.tests.api_world import API, DEPARTMENTS, JSON, World, event_count, make

pytestmark = pytest.mark.django_db


def patch(client: Client, where: str, body: Any, **headers: str) -> Any:
    return client.patch(where, body, headers=headers, **JSON)


# ---- versions


def test_an_edit_without_if_match_is_428_and_changes_nothing(api: Client) -> None:
    where = make(api).headers["Location"]
    answer = patch(api, where, {"name": "售后部"})
    assert answer.status_code == 428
    assert api.get(where).json()["name"] == "客服部"
    assert api.delete(where).status_code == 428


def test_two_people_who_change_the_same_field_see_both_values(api: Client, world: World) -> None:
    where = make(api).headers["Location"]
    assert patch(api, where, {"name": "售后部"}, **{"If-Match": '"1"'}).headers["ETag"] == '"2"'
    late = patch(api, where, {"name": "服务部"}, **{"If-Match": '"1"'})
    assert late.status_code == 412
    (clash,) = late.json()["clashes"]
    assert (clash["field"], clash["theirs"], clash["yours"], clash["by"]) == ("name", "售后部", "服务部", "Adam")
    assert api.get(where).json()["name"] == "售后部"


def test_a_later_change_of_another_field_does_not_stop_an_edit(api: Client, world: World) -> None:
    where = make(api).headers["Location"]
    head = world.people["mia"].pk
    assert patch(api, where, {"name": "售后部"}, **{"If-Match": '"1"'}).status_code == 200
    other = patch(api, where, {"head": head}, **{"If-Match": '"1"'})
    assert other.status_code == 200
    assert other.json()["name"] == "售后部"
    assert other.json()["head"] == {"id": head, "label": "Mia"}


@pytest.mark.parametrize("tag", ['"9"', '"x"', "W/", "", '"-1"', '"１"', "1" * 40])
def test_a_version_that_never_was_is_412_and_changes_nothing(api: Client, tag: str) -> None:
    where = make(api).headers["Location"]
    assert patch(api, where, {"name": "售后部"}, **{"If-Match": tag}).status_code == 412
    assert api.get(where).json()["name"] == "客服部"


def test_a_deleted_record_is_gone_and_can_be_restored(api: Client) -> None:
    where = make(api).headers["Location"]
    gone = api.delete(where, headers={"If-Match": '"1"'})
    assert (gone.status_code, gone.content) == (204, b"")
    assert api.get(where).status_code == 404
    back = api.post(f"{where}/restore", {}, **JSON)
    assert (back.status_code, back.json()["version"], back.json()["_event"]["name"]) == (200, 3, "department.restore")
    assert api.get(where).status_code == 200


# ---- repeats


def test_a_repeated_key_gets_the_first_answer_and_makes_nothing_new(api: Client) -> None:
    first = make(api, **{"Idempotency-Key": "k-1"})
    again = make(api, **{"Idempotency-Key": "k-1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (again.headers["Location"], again.headers["ETag"]) == (first.headers["Location"], first.headers["ETag"])
    assert event_count("department.create", "客服部", api) == 1


def test_a_key_for_another_request_is_refused(api: Client) -> None:
    make(api, **{"Idempotency-Key": "k-1"})
    other = make(api, "售后部", **{"Idempotency-Key": "k-1"})
    assert other.status_code == 422
    assert other.json()["errors"][0]["field"] == "Idempotency-Key"


def test_a_failed_request_frees_its_key(api: Client) -> None:
    where = make(api).headers["Location"]
    refused = make(api, **{"Idempotency-Key": "k-2"})
    assert refused.status_code == 409
    assert refused.json()["errors"] == [
        {"field": "name", "path": "/name", "detail": refused.json()["detail"]},
    ]
    assert patch(api, where, {"name": "售后部"}, **{"If-Match": "*"}).status_code == 200
    assert make(api, **{"Idempotency-Key": "k-2"}).status_code == 201


def test_a_key_belongs_to_one_token(api: Client, world: World) -> None:
    make(api, **{"Idempotency-Key": "k-3"})
    other = world.client("adam", ["*", "read"])
    assert make(other, "售后部", **{"Idempotency-Key": "k-3"}).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "schlüssel", "a\x00b"])
def test_a_key_that_no_client_should_send_is_refused(api: Client, key: str) -> None:
    answer = make(api, **{"Idempotency-Key": key})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


@pytest.mark.django_db(transaction=True)
def test_two_sends_at_once_do_the_work_once(world: World) -> None:
    key = world.key("adam")
    answers: list[Any] = []
    start = threading.Barrier(2)

    def send() -> None:
        client = Client(headers={"Authorization": f"Bearer {key}"})
        start.wait()
        answers.append(make(client, **{"Idempotency-Key": "at-once"}))
        connection.close()

    threads = [threading.Thread(target=send) for _one in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert sorted("Idempotent-Replayed" in answer.headers for answer in answers) == [False, True]
    with company_scope(world.company):
        assert Event.objects.filter(name="department.create", subject_label="客服部").count() == 1


# ---- bodies


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"", 422),
        (b"null", 422),
        (b'{"name": "A", "name": "B"}', 400),
        (b'{"name": NaN}', 400),
        (b'{"name": -Infinity}', 400),
        (b'{"name": ' + b"9" * 5000 + b"}", 400),
        (b'{"name": 1e400}', 422),
        (b'{"name": "\\ud800"}', 400),
        (b'{"name": "\xff"}', 400),
        (b"\xef\xbb\xbf{}", 400),
        (b'{"name": ' + b"[" * 30 + b"]" * 30 + b"}", 400),
        (b"[" * 100_000, 400),
        (b'{"name": "' + b"x" * 3_000_000 + b'"}', 413),
        (json.dumps({f"k{n}": n for n in range(10_000)}).encode(), 422),
        (json.dumps({"name": "x" * 65_000}).encode(), 422),
        (b'{"name": "   "}', 422),
    ],
    ids=lambda value: value[:24].decode("latin-1") if isinstance(value, bytes) else str(value),
)
def test_a_bad_body_gets_a_sentence_and_leaves_nothing(api: Client, body: bytes, status: int) -> None:
    answer = api.generic("POST", DEPARTMENTS, body, **JSON)
    assert answer.status_code == status, answer.json()
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["detail"]
    assert problem["request_id"] == answer.headers["X-Request-ID"]
    assert len(problem.get("errors", [])) <= 50


def test_characters_that_nobody_can_see_do_not_come_in(api: Client) -> None:
    answer = api.generic("POST", DEPARTMENTS, b'{"name": "a\\u0000b\\u202e\\u0007"}', **JSON)
    assert (answer.status_code, answer.json()["name"]) == (201, "ab")


@pytest.mark.parametrize(
    ("content_type", "encoding"),
    [("text/plain", ""), ("application/x-www-form-urlencoded", ""), ("application/json; charset=gbk", ""),
     ("application/json", "gzip"), ("", "")],
)  # fmt: skip
def test_another_content_type_is_415(api: Client, content_type: str, encoding: str) -> None:
    headers = {"Content-Encoding": encoding} if encoding else {}
    answer = api.generic("POST", DEPARTMENTS, b'{"name": "x"}', content_type=content_type, headers=headers)
    assert answer.status_code == 415


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "PROPFIND"])
def test_a_method_that_an_address_does_not_take_is_405_with_those_it_takes(api: Client, method: str) -> None:
    answer = api.generic(method, DEPARTMENTS)
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "POST"}
    assert answer.json()["status"] == 405


@pytest.mark.parametrize(
    "path", ["/nothing", "/departments/x", "/departments/-1", "/departments/1/fly", "/departments/"]
)
def test_an_unknown_address_is_a_problem_too(api: Client, path: str) -> None:
    answer = api.get(API + path)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_an_unknown_company_is_404_as_a_problem(api: Client) -> None:
    answer = api.get("/nowhere/api/v1/me")
    assert (answer.status_code, answer.json()["status"]) == (404, 404)


def test_ids_beyond_every_table_are_404(api: Client) -> None:
    for pk in ("0", "9" * 19, "9" * 400):
        assert api.get(f"{DEPARTMENTS}/{pk}").status_code == 404


def test_problems_speak_the_language_of_the_caller(world: World) -> None:
    chinese = world.client("adam", **{"Accept-Language": "zh-CN"}).get(f"{DEPARTMENTS}/999999")
    english = world.client("adam", **{"Accept-Language": "en"}).get(f"{DEPARTMENTS}/999999")
    assert english.json()["title"] == "Not here"
    assert chinese.json()["title"] == "这里没有"


# ---- how much, and what breaks


def test_too_many_calls_are_429_with_the_seconds_to_wait(api: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    buckets.empty_all()
    calls = 0
    while (answer := api.get(f"{API}/search?q=zz")).status_code == 200:
        calls += 1
        assert calls <= buckets.PER_MINUTE
    assert calls >= buckets.PER_MINUTE // buckets.SEARCH
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) >= 1
    assert Client().get(f"{API}/me").status_code == 401
    buckets.empty_all()


def test_a_bucket_fills_again_with_time() -> None:
    buckets.empty_all()
    assert [buckets.take(1, "member:1", 5, per_minute=10) for _one in range(2)] == [0, 0]
    wait = buckets.take(1, "member:1", 5, per_minute=10)
    assert 25 <= wait <= 30
    assert buckets.take(1, "member:2", 5, per_minute=10) == 0
    assert buckets.take(2, "member:1", 5, per_minute=10) == 0
    buckets.empty_all()


@pytest.mark.parametrize(("error", "status"), [(OperationalError("gone"), 503), (RuntimeError("boom"), 500)])
def test_what_breaks_inside_is_said_without_a_trace(
    api: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def fail(*args: Any, **options: Any) -> Any:
        raise error

    monkeypatch.setattr("gucang.surface.api.operations.keyset.page", fail)
    answer = api.get(DEPARTMENTS)
    assert answer.status_code == status
    assert ("Retry-After" in answer.headers) == (status == 503)
    assert "boom" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"]


# ---- the page


def test_the_docs_page_runs_nothing_inline_and_loads_nothing_from_elsewhere(world: World, login: Any) -> None:
    client = login(Client(), world.people["adam"])
    page = client.get(f"{API}/docs")
    html = page.content.decode()
    assert page.status_code == 200
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert "http://" not in html
    assert "https://" not in html
    assert " style=" not in html
    assert html.count("<script") == html.count("src=") + 1
    assert Client().get(f"{API}/docs").status_code == 302


def test_the_document_is_openapi_3_1_in_both_languages(world: World) -> None:
    english = world.client("adam", **{"Accept-Language": "en"}).get(f"{API}/openapi.json").json()
    chinese = world.client("adam", **{"Accept-Language": "zh-CN"}).get(f"{API}/openapi.json").json()
    assert english["openapi"] == chinese["openapi"] == "3.1.0"
    assert english["paths"].keys() == chinese["paths"].keys()
    assert english["components"]["schemas"]["CustomerCreate"]["properties"]["name"]["title"] == "name"
    assert chinese["components"]["schemas"]["CustomerCreate"]["properties"]["name"]["title"] != "name"
    for operations in english["paths"].values():
        for method, operation in operations.items():
            assert {"401", "403", "404", "429", "500", "503"} <= set(operation["responses"])
            if method != "get":
                names = {parameter["name"] for parameter in operation["parameters"]}
                assert "Idempotency-Key" in names


def test_every_action_of_every_record_type_is_in_the_document(api: Client) -> None:
    paths = api.get(f"{API}/openapi.json").json()["paths"]
    named = {operation["operationId"] for operations in paths.values() for operation in operations.values()}
    for record_type in records.every():
        assert {f"{record_type.name}.{verb}" for verb in ("list", "read", "timeline")} <= named
        assert {action.name for action in record_type.verbs.values()} <= named
