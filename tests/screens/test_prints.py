"""A list on paper: what was asked for in words, at most a thousand records, and nothing that one may not see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.surface.screens import prints


@pytest.fixture
def page(client: Client, login: Callable[..., Client], alice: Any) -> Client:
    return login(client, alice)


def make(acme: Any, who: Any, *names: str, **values: Any) -> None:
    with company_scope(acme):
        for name in names:
            customers.create(actor=who, values={"name": name, **values})


def printed(browser: Client, query: str = "") -> str:
    answer = browser.get(f"/acme/customers/print{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_filtered_records_are_printed_with_the_filter_in_words(acme: Any, page: Client, alice: Any) -> None:
    make(acme, alice, "恒力精密", city="苏州")
    make(acme, alice, "海天塑机", city="宁波")
    paper = printed(page, "?city=苏州&columns=name&columns=city")
    assert "恒力精密" in paper
    assert "海天塑机" not in paper
    assert "城市 是 苏州" in paper
    assert acme.name in paper
    assert paper.count("<th ") == 2


def test_a_telephone_stays_in_one_line(acme: Any, page: Client, alice: Any) -> None:
    make(acme, alice, "恒力精密", phone="13900139000")
    assert '<td class="nb">139 0013 9000</td>' in printed(page, "?columns=name&columns=phone")


def test_what_the_amounts_come_to_stands_on_the_paper_without_those_of_others(
    acme: Any, page: Client, new_deal: Callable[..., Any], alice: Any, bob: Any
) -> None:
    new_deal("大单", amount=500_000)
    new_deal("小单", amount=5)
    new_deal("别人的单", by=bob, amount=7_000)
    paper = page.get("/acme/opportunities/print?view=all&columns=name&columns=amount").content.decode()
    assert "500,005" in paper
    assert "507,005" not in paper
    assert "data-totals" not in page.get("/acme/opportunities/print?columns=name").content.decode()


def test_what_another_may_see_is_not_on_ones_paper(acme: Any, page: Client, alice: Any, bob: Any) -> None:
    make(acme, alice, "恒力精密")
    make(acme, bob, "别人的客户")
    paper = printed(page, "?view=all")
    assert "恒力精密" in paper
    assert "别人的客户" not in paper


def test_masked_numbers_stay_masked_on_paper(acme: Any, login: Callable[..., Client], alice: Any, carol: Any) -> None:
    make(acme, alice, "恒力精密", phone="13900139000")
    paper = printed(login(Client(), carol), "?columns=name&columns=phone")
    assert "恒力精密" in paper
    assert "139 0013 9000" not in paper
    assert "13900139000" not in paper


def test_more_than_the_bound_is_cut_and_the_paper_says_so(
    acme: Any, page: Client, alice: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prints, "MOST", 2)
    make(acme, alice, "甲客户", "乙客户", "丙客户")
    paper = printed(page)
    assert paper.count("<tr><td>") == 2
    assert "共 3 条，这里是前 2 条" in paper


def test_an_address_edited_by_hand_prints_what_it_can(acme: Any, page: Client, alice: Any) -> None:
    make(acme, alice, "恒力精密")
    assert "恒力精密" in printed(page, "?columns=nothing&columns=<script>&view=x")
    assert "没有符合筛选的" in printed(page, "?q=没有这样的")


def test_the_number_of_queries_does_not_grow_with_the_rows(acme: Any, page: Client, alice: Any) -> None:
    costs = []
    for names in (("甲客户",), ("乙客户", "丙客户", "丁客户")):
        make(acme, alice, *names)
        printed(page)
        with CaptureQueriesContext(connection) as captured:
            printed(page)
        costs.append(len(captured))
    assert costs[0] == costs[1]
