"""Who is let in, and what they read: lists, search, the log."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from gucang.kernel import actions, records
from gucang.kernel.scope import company_scope
from gucang.surface.tests.api_world import API, DEPARTMENTS, JSON, World, event_count, make

pytestmark = pytest.mark.django_db


# ---- who is let in


def test_nobody_and_wrong_tokens_are_401_and_told_how(world: World) -> None:
    for headers in ({}, {"Authorization": "Bearer gct_wrong"}, {"Authorization": "Basic YTpi"}):
        answer = Client(headers=headers).get(f"{API}/me")
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.json()["detail"]


def test_a_session_writes_only_with_the_token_of_our_pages(world: World, login: Any) -> None:
    client = login(Client(enforce_csrf_checks=True), world.people["adam"])
    assert client.get(DEPARTMENTS).status_code == 200
    assert make(client).status_code == 403
    client.get(f"{API}/docs")
    token = client.cookies["csrftoken"].value
    assert make(client, **{"X-CSRFToken": "x" * 64}).status_code == 403
    foreign = {"X-CSRFToken": token, "Origin": "https://evil.test"}
    assert make(client, **foreign).status_code == 403
    form = client.post(DEPARTMENTS, {"name": "x", "csrfmiddlewaretoken": token})
    assert form.status_code == 415
    assert event_count("department.create", "客服部", client) == 0
    assert make(client, **{"X-CSRFToken": token}).status_code == 201


def test_a_wrong_token_beside_a_session_does_not_skip_the_forgery_check(world: World, login: Any) -> None:
    client = login(Client(enforce_csrf_checks=True), world.people["adam"])
    assert make(client, Authorization="Bearer gct_wrong").status_code == 401
    assert make(client, Authorization="").status_code == 403


def test_a_token_needs_no_forgery_check(world: World) -> None:
    client = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {world.key('adam')}"})
    assert make(client).status_code == 201


def test_a_revoked_token_is_out_at_once(world: World, api: Client) -> None:
    assert api.get(f"{API}/me").status_code == 200
    with company_scope(world.company):
        token = records.get("token").model._default_manager.get()
        actions.get("token.revoke")(token, actor=world.people["adam"])
    assert api.get(f"{API}/me").status_code == 401


def test_a_narrow_token_says_what_it_lacks(world: World) -> None:
    narrow = world.client("adam", ["contact.view"])
    empty = narrow.get(f"{API}/customers")
    assert empty.status_code == 403
    assert narrow.get(f"{API}/contacts").status_code == 200
    assert narrow.get(f"{API}/events").status_code == 403
    assert set(narrow.get(f"{API}/me").json()["permissions"]) == {"contact.view"}


# ---- lists


def test_pages_follow_each_other_without_gap_or_repeat(api: Client) -> None:
    for number in range(7):
        assert make(api, f"部门{number}").status_code == 201
    seen: list[int] = []
    where = f"{DEPARTMENTS}?sort=name&limit=3"
    while where:
        answer = api.get(where)
        page = answer.json()
        assert (page["total"], page["total_is_exact"]) == (10, True)
        seen += [item["id"] for item in page["items"]]
        link = answer.headers.get("Link", "")
        assert bool(link) == (page["next"] is not None)
        where = link.partition(">")[0].removeprefix("<")
    assert len(seen) == len(set(seen)) == 10


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "limit=１", "after=zzz", "after=W10", "sort=secret", "nothing=1", "head=瞎写",
     "with=everything", "created_at=neverday", "q=" + "x" * 500],
)  # fmt: skip
def test_a_parameter_that_is_not_understood_is_refused_and_not_ignored(api: Client, query: str) -> None:
    answer = api.get(f"{DEPARTMENTS}?{query}")
    name = query.partition("=")[0]
    assert answer.status_code == 422
    assert name in [error["field"] for error in answer.json()["errors"]]


def test_with_actions_says_what_may_be_done_and_why_not(world: World) -> None:
    with company_scope(world.company):
        pk = world.sample(records.get("department")).pk
    one = world.client("carol").get(f"{DEPARTMENTS}/{pk}?with=actions").json()
    edit = next(action for action in one["_actions"] if action["verb"] == "edit")
    assert edit["may"] is False
    assert edit["why_not"]
    mine = world.client("adam").get(f"{DEPARTMENTS}/{pk}?with=actions").json()
    assert next(action for action in mine["_actions"] if action["verb"] == "edit")["may"] is True


def test_search_finds_by_words_and_only_what_may_be_seen(api: Client, world: World) -> None:
    make(api, "上海谷场部")
    hits = api.get(f"{API}/search?q=谷场").json()["items"]
    assert [(hit["type"], hit["label"]) for hit in hits] == [("department", "上海谷场部")]
    assert world.client("adam", ["contact.view"]).get(f"{API}/search?q=谷场").json()["items"] == []
    assert world.client("dan").get("/other/api/v1/search?q=谷场").json()["items"] == []
    for query in ("", "q=", "q=" + "x" * 101, "q=a&types=spaceship"):
        assert api.get(f"{API}/search?{query}").status_code == 422


# ---- the log


def test_the_log_is_read_to_its_end_and_goes_on_where_it_stopped(api: Client) -> None:
    first = api.get(f"{API}/events?limit=200").json()
    assert first["more"] is False
    assert api.get(f"{API}/events?after={first['next']}").json()["items"] == []
    make(api)
    later = api.get(f"{API}/events?after={first['next']}").json()
    assert [event["name"] for event in later["items"]] == ["department.create"]
    assert later["items"][0]["changes"]["name"] == [None, "客服部"]


def test_the_log_shows_no_key_of_a_token(world: World, api: Client) -> None:
    text = api.get(f"{API}/events?name=token.create").content.decode()
    assert "token.create" in text
    assert "key_hash" not in text


@pytest.mark.django_db(transaction=True)
def test_an_event_waits_for_older_transactions(world: World) -> None:
    """Otherwise a reader would pass by what such a transaction writes when it ends."""
    client = world.client("adam")
    start = client.get(f"{API}/events?limit=200").json()["next"]
    opened, done = threading.Event(), threading.Event()

    def slow() -> None:
        with company_scope(world.company):
            actions.get("department.create")(actor=world.people["adam"], name="慢部")
            opened.set()
            done.wait(20)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    try:
        assert opened.wait(20)
        made = client.post(f"{API}/customers", {"name": "快公司", "kind": "organisation"}, **JSON)
        assert made.status_code == 201, made.json()
        before = client.get(f"{API}/events?after={start}").json()
    finally:
        done.set()
        thread.join()
    after = client.get(f"{API}/events?after={before['next']}").json()["items"]
    assert before["items"] == []
    assert {event["subject"]["label"] for event in after} == {"慢部", "快公司"}
