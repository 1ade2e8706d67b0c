"""Addresses that somebody edited, filters that nobody can satisfy, own fields that change under an open page."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from gucang.customfields import actions as fields
from gucang.kernel.actors import system
from gucang.kernel.models import CustomField
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.views import actions as views
from gucang.views.models import SavedView

LIST, GRID = "/acme/customers/", "/acme/customers/grid"


@pytest.fixture
def as_alice(client: Client, alice: Any, login: Any) -> Client:
    return login(client, alice)


@pytest.fixture
def field(inside: Any) -> CustomField:
    with inside():
        values = {"record_type": "customer", "key": "size", "label_zh": "规模", "kind": "choice", "options": "大\n小"}
        return fields.create(actor=system(), values=values).record


@pytest.fixture
def firm(inside: Any, alice: Any, field: CustomField) -> Customer:
    with inside():
        return customers.create(actor=alice, values={"name": "恒力", "city": "苏州", "extra.size": "大"}).record


def text(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url, follow=True)
    assert answer.status_code == status, (url, answer.status_code)
    return str(answer.content.decode())


def save(client: Client, firm: Customer, query: str, **values: str) -> dict[str, Any]:
    """Cells of a grid that was opened a while ago."""
    edit = [firm.pk, firm.version, values]
    parcel = {"step": str(uuid.uuid4()), "part": 0, "kind": "type", "edits": [edit], "news": []}
    answer = client.post(f"{GRID}/save{query}", json.dumps(parcel), content_type="application/json")
    assert answer.status_code == 200, answer.content.decode()
    return dict(answer.json())


# --- filters that nobody can satisfy ---


@pytest.mark.parametrize(
    "query",
    ["city=苏州&city__not=苏州", "created_at__gte=2030-01-01&created_at__lte=2020-01-01", "city=none&city__has=苏",
     "owner=999999999", "q=%F0%9F%A6%84%F0%9F%A6%84", "city__has=%25%25%5F"],
)  # fmt: skip
def test_filters_that_nobody_satisfies_leave_an_empty_list_with_the_way_out(
    as_alice: Client, firm: Customer, query: str
) -> None:
    page = text(as_alice, f"{LIST}?{query}")
    assert "恒力" not in page
    assert "没有符合筛选的" in page
    assert f'href="{LIST}?view=all"' in page
    assert as_alice.get(f"{GRID}?{query}").status_code == 200
    assert as_alice.get(f"{GRID}/rows?{query}").json() == {"rows": [], "next": ""}


# --- addresses edited by hand ---


EDITED = [
    "columns=geheim&columns=name", "columns=", "columns=" + "x" * 300, "columns=extra.nichts", "sort=geheim",
    "sort=--name", "sort=%00", "view=v999999999", "view=v1%27", "view=../../etc", "group=phone", "group=geheim",
    "city__gte=a", "city__has=" + "长" * 5000, "level=Z", "owner=abc", "or=level%3D%00", "or=" + "or%3D" * 40,
    "mine=7", "q=" + "a" * 10_000, "tab=nichts", "shown=-1", "lane=x", "density=tiny", "widths=name:99999",
]  # fmt: skip


@pytest.mark.parametrize("query", EDITED, ids=lambda query: query[:30])
def test_an_edited_address_of_a_list_and_its_grid_is_answered_and_shows_no_more(
    as_alice: Client, firm: Customer, bob: Any, inside: Any, query: str
) -> None:
    with inside():
        customers.create(actor=bob, values={"name": "鲍勃的客户", "level": "A"})
    for place in (LIST, GRID, f"{GRID}/rows"):
        answer = as_alice.get(f"{place}?{query}", follow=True)
        assert answer.status_code in (200, 404, 422), (place, answer.status_code)
        assert "鲍勃的客户" not in answer.content.decode()


@pytest.mark.parametrize("after", ["x", "%00", "WyJuYW1lIiwgIngiLCAxXQ", "A" * 5000, "W10", "bnVsbA"])
def test_a_place_in_the_list_that_no_page_gave_is_refused_in_words(
    as_alice: Client, firm: Customer, after: str
) -> None:
    for place in (LIST, f"{GRID}/rows"):
        answer = as_alice.get(f"{place}?after={after}")
        assert answer.status_code == 422
        said = answer.json()["sentence"] if place != LIST else answer.content.decode()
        assert "第一页" in said


def test_a_cursor_of_another_order_is_refused_and_one_of_its_own_holds_no_rows_of_others(
    as_alice: Client, alice: Any, bob: Any, inside: Any
) -> None:
    from gucang.surface import keyset

    with inside():
        customers.create(actor=alice, values={"name": "甲"})
        theirs = customers.create(actor=bob, values={"name": "乙鲍勃"}).record
        edge = keyset.cursor_after(keyset.order_of(Customer, "-id"), theirs)
    assert as_alice.get(f"{LIST}?sort=name&after={edge}").status_code == 422
    page = text(as_alice, f"{LIST}?sort=-id&after={edge}")
    assert "乙鲍勃" not in page


def test_the_view_of_somebody_else_is_not_opened_by_its_number(
    as_alice: Client, bob: Any, firm: Customer, inside: Any
) -> None:
    with inside():
        values = {"record_type": "customer", "name": "鲍勃的秘密视图", "query": "city=杭州", "audience": "me"}
        view: SavedView = views.create(actor=bob, values=values).record
    for place in (LIST, GRID):
        page = text(as_alice, f"{place}?view=v{view.pk}")
        assert "鲍勃的秘密视图" not in page
        assert "杭州" not in page


# --- own fields that change under an open page ---


def test_a_field_renamed_under_an_open_grid_and_list_is_written_under_its_new_name(
    as_alice: Client, firm: Customer, field: CustomField, inside: Any
) -> None:
    query = "?columns=name&columns=extra.size"
    assert "extra.size" in text(as_alice, GRID + query)
    with inside():
        fields.edit(field, actor=system(), values={"label_zh": "企业规模"})
    assert save(as_alice, firm, query, **{"extra.size": "小"})["refused"] == []
    cell = as_alice.post(f"{LIST}{firm.pk}/cell/extra.size", {"extra.size": "大"})
    assert cell.status_code == 200
    page = text(as_alice, f"{LIST}{query}&extra.size=大&sort=extra.size")
    assert "企业规模" in page
    assert "恒力" in page


def test_a_field_retired_under_an_open_grid_is_refused_beside_its_cell_and_the_others_are_saved(
    as_alice: Client, firm: Customer, field: CustomField, inside: Any
) -> None:
    query = "?columns=name&columns=extra.size&columns=city"
    assert "extra.size" in text(as_alice, GRID + query)
    with inside():
        fields.retire(field, actor=system())
    answer = save(as_alice, firm, query, **{"extra.size": "小", "city": "杭州"})
    assert [(pk, name) for pk, name, _sentence, _theirs in answer["refused"]] == [(firm.pk, "extra.size")]
    with inside():
        now = Customer.objects.get(pk=firm.pk)
        assert (now.city, now.extra) == ("杭州", firm.extra)


def test_a_field_retired_under_an_open_list_is_left_out_with_a_word(
    as_alice: Client, firm: Customer, field: CustomField, inside: Any
) -> None:
    address = f"{LIST}?columns=name&columns=extra.size&extra.size=小&sort=extra.size&group=extra.size"
    assert as_alice.get(address).status_code == 200
    with inside():
        fields.retire(field, actor=system())
    page = text(as_alice, address)
    assert "恒力" in page  # the filter is not there any more, so it hides nothing
    assert 'class="note"' in page
    assert as_alice.post(f"{LIST}{firm.pk}/cell/extra.size", {"extra.size": "小"}).status_code in (404, 409)
    with inside():
        assert Customer.objects.get(pk=firm.pk).extra == firm.extra
