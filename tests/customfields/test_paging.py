"""Lists filtered by own fields, page after page: the same rows wherever the window ends, and a count that is honest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gucang.accounts.models import Member
from gucang.customfields import actions
from gucang.kernel import records
from gucang.kernel.actors import as_actor, system
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.surface import filters, keyset, probing

Login = Callable[[Client, Member], Client]
SIZES = ("大型", "小型", "微型")
MANY = 30
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def filled(acme: Company, alice: Member, bob: Member) -> list[dict[str, Any]]:
    """Thirty customers with a size and a number of people, every tenth without; and Bob's, whom Alice does not see."""
    with company_scope(acme):
        common = {"record_type": "customer", "label_en": "It"}
        choice = {"key": "size", "label_zh": "规模", "kind": "choice", "options": "\n".join(SIZES)}
        actions.create(actor=system(), values=common | choice)
        actions.create(actor=system(), values=common | {"key": "people", "label_zh": "人数", "kind": "integer"})
        found = []
        for n in range(MANY):
            own = {} if n % 10 == 9 else {"extra.size": SIZES[n % 3], "extra.people": n * 7 % 20}
            record = customers.create(actor=alice, values={"name": f"客户{n:02}"} | own).record
            found.append({"id": record.pk, "name": record.name, **own})
        unseen = {"name": "鲍勃的客户", "extra.size": "大型", "extra.people": 1}
        customers.create(actor=bob, values=unseen)
    return found


def pages(actor: Any, params: dict[str, str], limit: int = 4) -> list[int]:
    found = filters.parse(records.get("customer"), actor, params)
    assert found.problems == {}
    ids: list[int] = []
    cursor, more = "", True
    while more:
        page = keyset.page(found.query, found.order, cursor, limit)
        ids += [row.pk for row in page.rows]
        cursor, more = page.next, bool(page.next)
    return ids


WAYS: list[tuple[dict[str, str], Callable[[dict[str, Any]], bool]]] = [
    ({"extra.size": "大型"}, lambda one: one.get("extra.size") == "大型"),
    ({"extra.size": "大型", "extra.people__gte": "10"},
     lambda one: one.get("extra.size") == "大型" and one["extra.people"] >= 10),
    ({"extra.size__not": "大型,小型"}, lambda one: one.get("extra.size") not in ("大型", "小型")),
    ({"extra.size": "none"}, lambda one: "extra.size" not in one),
    ({"or": "extra.size=微型", "extra.people__lt": "8"},
     lambda one: one.get("extra.size") == "微型" and one["extra.people"] < 8),
    ({"extra.people__gt": "99"}, lambda one: False),
    ({"extra.people__lte": "1000000"}, lambda one: "extra.people" in one),
    ({"extra.people__gte": "99999999"}, lambda one: False),
]  # fmt: skip


# (window, few, many): the next rows, the narrowest filter, the sets intersected, and the planner's own way.
LOOKS = [(1000, 9, 9), (12, 100, 0), (5, 0, 100), (1, 3, 100), (1, 0, 0)]


@pytest.mark.parametrize("looks", LOOKS, ids=str)
@pytest.mark.parametrize("sort", ["id", "-id", "-updated_at", "name", "extra.people", "-extra.people", "extra.size"])
def test_however_rows_are_found_pages_hold_every_one_once_and_in_order(
    looks: tuple[int, int, int], sort: str, filled: list[dict[str, Any]], acme: Company, alice: Member, monkeypatch: Any
) -> None:
    for name, many in zip(("WINDOW", "FEW", "MANY"), looks, strict=True):
        monkeypatch.setattr(probing, name, many)
    by = sort.removeprefix("-")
    with company_scope(acme):
        for params, fits in WAYS:
            ids = pages(as_actor(alice), params | {"sort": sort})
            expected = {one["id"]: one for one in filled if fits(one)}
            assert len(ids) == len(set(ids)), params
            assert set(ids) == set(expected), params
            rows = [expected[pk] for pk in ids]
            if by == "extra.size":
                places = [SIZES.index(row[by]) if by in row else len(SIZES) for row in rows]
                assert places == sorted(places)
                continue
            key = "id" if by == "updated_at" else by
            values = [row.get(key) for row in rows]
            held = [value for value in values if value is not None]
            assert values == held + [None] * (len(values) - len(held)), "without a value they come last"
            assert held == sorted(held, reverse=sort.startswith("-"))


def test_what_is_near_is_found_without_asking_the_whole_index(
    filled: list[dict[str, Any]], acme: Company, alice: Member, monkeypatch: Any
) -> None:
    monkeypatch.setattr(probing, "WINDOW", 20)
    with company_scope(acme):
        params = {"extra.size": "大型", "extra.people__gte": "0", "sort": "-id"}
        found = filters.parse(records.get("customer"), as_actor(alice), params)
        with CaptureQueriesContext(connection) as near:
            keyset.page(found.query, found.order, "", 3)
        with CaptureQueriesContext(connection) as far:
            keyset.page(found.query, found.order, "", 30)
    assert len(near) == 2
    assert "OFFSET 0)" in near[1]["sql"]
    assert [("OFFSET 0)" in one["sql"], "= ANY(" in one["sql"]) for one in far[1:]] == [
        (True, False), (False, False), (False, False), (True, True),
    ]  # fmt: skip


def test_both_ends_of_a_range_are_one_look_into_the_index(
    filled: list[dict[str, Any]], acme: Company, alice: Member
) -> None:
    ends = {"extra.people__gte": "5", "extra.people__lte": "9", "extra.people__not": "7"}
    with company_scope(acme):
        record_type, actor = records.get("customer"), as_actor(alice)
        expected = {one["id"] for one in filled if 5 <= one.get("extra.people", 0) <= 9 and one["extra.people"] != 7}
        grouped = filters.parse(
            record_type, actor, {"or": "extra.people__gte=5&extra.people__lte=9&extra.people__not=7"}
        )
        plain = filters.parse(record_type, actor, ends)
        for found in (plain, grouped):
            assert found.problems == {}
            assert set(found.query.values_list("pk", flat=True)) == expected
            assert str(found.query.query).count('"number" >=') == 1
            assert str(found.query.query).count("EXISTS") == 2
        twice = filters.parse(record_type, actor, {"extra.people__gte": "5", "or": "extra.people__gte=9"})
        assert {one["id"] for one in filled if one.get("extra.people", 0) >= 9} == set(
            twice.query.values_list("pk", flat=True)
        )


def test_nothing_that_the_person_does_not_see_comes_by_way_of_the_index(
    filled: list[dict[str, Any]], acme: Company, alice: Member, bob: Member, monkeypatch: Any
) -> None:
    params = {"extra.size": "大型", "extra.people__lte": "1"}
    with company_scope(acme):
        for looks in LOOKS:
            for name, many in zip(("WINDOW", "FEW", "MANY"), looks, strict=True):
                monkeypatch.setattr(probing, name, many)
            seen = pages(as_actor(alice), params)
            assert set(seen) == {
                one["id"] for one in filled if one.get("extra.size") == "大型" and one["extra.people"] <= 1
            }
            assert len(pages(as_actor(bob), params)) == 1


def test_a_page_that_own_fields_filter_says_more_than_and_the_total_comes_after(
    filled: list[dict[str, Any]], client: Client, alice: Member, login: Login, monkeypatch: Any
) -> None:
    monkeypatch.setattr("gucang.surface.screens.lists.PAGE", 4)
    as_alice = login(client, alice)
    page = as_alice.get("/acme/customers/?extra.size=大型", headers=ENGLISH).content.decode()
    assert "more than 4<" in page
    assert "fragment=totals" in page
    answer = as_alice.get("/acme/customers/?extra.size=大型&fragment=totals", headers=ENGLISH | {"HX-Request": "true"})
    part = answer.content.decode()
    many = sum(one.get("extra.size") == "大型" for one in filled)
    assert 'id="counted" hx-swap-oob="true"' in part
    assert f">{many} records<" in part


def test_the_api_counts_what_own_fields_filter_when_it_is_asked(
    filled: list[dict[str, Any]], client: Client, alice: Member, login: Login
) -> None:
    as_alice = login(client, alice)
    many = sum(one.get("extra.size") == "小型" for one in filled)
    url = "/acme/api/v1/customers?extra.size=小型&limit=3"
    quick = as_alice.get(url).json()
    assert (quick["total"], quick["total_is_exact"]) == (3, False)
    asked = as_alice.get(f"{url}&with=total").json()
    assert (asked["total"], asked["total_is_exact"]) == (many, True)
    both = as_alice.get(f"{url}&with=total,actions").json()
    assert both["total"] == many
    assert both["items"][0]["_actions"]
    whole = as_alice.get("/acme/api/v1/customers?extra.size=小型&limit=100").json()
    assert (whole["total"], whole["total_is_exact"]) == (many, True)
