"""What cannot be is refused by a sentence about its field, by the API and on the pages; nothing is half done."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from gucang.billing.models import Entry, Payment, Receivable
from gucang.books import actions as books
from gucang.delivering.models import Delivery
from gucang.kernel.actors import system
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope
from gucang.ordering.actions import orders
from gucang.ordering.models import SalesOrder
from gucang.parties.actions import customers
from gucang.selling.models import Quote
from gucang.stock.actions import moves, products, warehouses
from gucang.stock.models import StockMove
from gucang.surface.tests.api_world import API, JSON, World

KINDS = (Quote, SalesOrder, Delivery, Receivable, Payment, Entry, StockMove, Event)
NUMBERS = ["-1", "0", "1e40", "99999999999999999999", "1.23456", "NaN", "Infinity", "许多", ""]
CLOSED = date(2026, 1, 31)


@pytest.fixture
def shop(acme_team: Any) -> dict[str, Any]:
    """A customer, a product of which ten are there, one in the bin, one off offer; the books closed until January."""
    with company_scope(acme_team.company):
        people = acme_team.people
        valve, gone, old = (
            products.create(
                actor=system(), values={"name": name, "unit": "件", "units": "箱 = 12", "list_price": "80"}
            ).record
            for name in ("阀门", "删掉的产品", "停售的产品")
        )
        house = warehouses.create(actor=system(), values={"name": "主仓"}).record
        moves.enter(people["adam"], "receive", valve, Decimal(10), warehouse=house)
        products.delete(gone, actor=system())
        products.retire(old, actor=system())
        customer = customers.create(actor=people["adam"], values={"name": "恒力"}).record
        values = {"customer": customer, "lines": [{"product": valve.pk, "quantity": 5}]}
        order = orders.approve(orders.create(actor=people["adam"], values=values).record, actor=system()).record
        books.create(actor=system(), values={"closed_until": CLOSED})
    return {
        "company": acme_team.company, "valve": valve, "gone": gone, "old": old, "customer": customer, "order": order,
        "house": house, "api": World(acme_team.company, people).client("adam"), "adam": people["adam"],
    }  # fmt: skip


def counts(shop: dict[str, Any]) -> list[int]:
    with company_scope(shop["company"]):
        return [kind.objects.count() for kind in KINDS]


def refused(shop: dict[str, Any], where: str, body: dict[str, Any], *fields: str) -> str:
    """Post what cannot be: 4xx with a sentence about one of these fields, in Chinese, and nothing is there after it."""
    before = counts(shop)
    answer = shop["api"].post(f"{API}/{where}", body, headers={"Accept-Language": "zh-hans"}, **JSON)
    assert answer.status_code in (409, 422), (answer.status_code, answer.content.decode())
    told = answer.json()
    said = {one["field"].partition(".")[0]: one for one in told["errors"]}
    assert set(said) <= set(fields), (fields, told)
    words = " ".join(one["detail"] for one in said.values())
    assert re.search(r"[一-鿿].*[。？]", words), words
    assert counts(shop) == before, "nothing is half done"
    return words


@pytest.mark.parametrize("where", ["quotes", "sales-orders"])
@pytest.mark.parametrize("number", NUMBERS)
def test_quantities_that_make_no_sense(shop: dict[str, Any], where: str, number: str) -> None:
    body = {"customer": shop["customer"].pk, "lines": [{"product": shop["valve"].pk, "quantity": number}]}
    refused(shop, where, body, "lines")


@pytest.mark.parametrize("where", ["quotes", "sales-orders"])
@pytest.mark.parametrize("number", [one for one in NUMBERS if one not in ("0", "")])
def test_prices_that_make_no_sense(shop: dict[str, Any], where: str, number: str) -> None:
    line = {"product": shop["valve"].pk, "quantity": 1, "price": number}
    refused(shop, where, {"customer": shop["customer"].pk, "lines": [line]}, "lines")


@pytest.mark.parametrize("field", ["discount", "tax_rate"])
@pytest.mark.parametrize("number", ["-0.01", "100.01", "1.234", "NaN", "x"])
def test_rates_that_make_no_sense(shop: dict[str, Any], field: str, number: str) -> None:
    line = {"product": shop["valve"].pk, "quantity": 1, field: number}
    refused(shop, "sales-orders", {"customer": shop["customer"].pk, "lines": [line]}, "lines")
    if field == "discount":
        plain = {"product": shop["valve"].pk, "quantity": 1}
        refused(shop, "quotes", {"customer": shop["customer"].pk, "discount": number, "lines": [plain]}, "discount")


def test_amounts_that_fit_one_by_one_and_not_together(shop: dict[str, Any]) -> None:
    lines = [{"product": shop["valve"].pk, "quantity": "9999999999", "price": "99999"}] * 2
    refused(shop, "sales-orders", {"customer": shop["customer"].pk, "lines": lines}, "lines")


@pytest.mark.parametrize("where", ["quotes", "sales-orders"])
def test_unknown_units_and_products_that_are_gone(shop: dict[str, Any], where: str) -> None:
    for line, said in (
        ({"product": shop["valve"].pk, "unit": "吨"}, "箱"),
        ({"product": shop["gone"].pk}, ""),
        ({"product": shop["old"].pk}, "停售的产品"),
        ({"product": 999_999_999}, ""),
    ):
        body = {"customer": shop["customer"].pk, "lines": [{"quantity": 1, **line}]}
        assert said in refused(shop, where, body, "lines")


@pytest.mark.parametrize("number", [*NUMBERS[:-1], "5.0001"])
def test_deliveries_of_what_cannot_be_delivered(shop: dict[str, Any], number: str) -> None:
    body = {"order": shop["order"].pk, "lines": [{"product": shop["valve"].pk, "quantity": number}]}
    refused(shop, "deliveries", body, "lines")


def test_a_delivery_in_an_unknown_unit_or_of_another_product(shop: dict[str, Any]) -> None:
    for line in (
        {"product": shop["valve"].pk, "unit": "吨"},
        {"product": shop["old"].pk},
        {"product": shop["gone"].pk},
    ):
        refused(shop, "deliveries", {"order": shop["order"].pk, "lines": [{"quantity": 1, **line}]}, "lines")


@pytest.mark.parametrize("number", NUMBERS)
def test_amounts_owed_and_paid_that_make_no_sense(shop: dict[str, Any], number: str) -> None:
    refused(shop, "receivables", {"name": "货款", "customer": shop["customer"].pk, "amount": number}, "amount")
    refused(shop, "payments", {"customer": shop["customer"].pk, "amount": number}, "amount")


def test_a_closed_period(shop: dict[str, Any]) -> None:
    money = {"customer": shop["customer"].pk, "amount": "100"}
    day = CLOSED.isoformat()
    assert day in refused(shop, "receivables", {**money, "name": "货款", "billed_on": day}, "billed_on")
    assert day in refused(shop, "payments", {**money, "received_on": day}, "received_on")
    move = {"product": shop["valve"].pk, "quantity": 1, "warehouse": shop["house"].pk, "kind": "receive", "on": day}
    refused(shop, "stock-moves", move, "on")
    draft = shop["api"].post(f"{API}/deliveries", {"order": shop["order"].pk}, **JSON).json()
    assert day in refused(shop, f"deliveries/{draft['id']}/confirm", {"on": day}, "on")


def test_a_currency_without_a_rate(shop: dict[str, Any]) -> None:
    money = {"customer": shop["customer"].pk, "amount": "100", "currency": "USD"}
    for where, more in (("receivables", {"name": "货款"}), ("payments", {})):
        words = refused(shop, where, money | more, "currency")
        assert "USD" in words
        assert "汇率" in words
    line = {"product": shop["valve"].pk, "quantity": 1, "price": "10"}
    values = {"customer": shop["customer"].pk, "currency": "EUR", "lines": [line]}
    with company_scope(shop["company"]):
        order = orders.approve(orders.create(actor=system(), values=values).record, actor=system()).record
    draft = shop["api"].post(f"{API}/deliveries", {"order": order.pk}, **JSON).json()
    words = refused(shop, f"deliveries/{draft['id']}/confirm", {}, "currency", "")
    assert "EUR" in words
    with company_scope(shop["company"]):
        assert Delivery.objects.get(pk=draft["id"]).state == "draft", "goods that nobody could be charged for stay"


@pytest.mark.parametrize(
    "line",
    [{"quantity": "-1"}, {"quantity": "0"}, {"quantity": "1e40"}, {"quantity": "1.23456"}, {"unit": "吨"},
     {"price": "-3"}, {"price": "1.00001"}, {"product": "gone"}],
    ids=str,
)  # fmt: skip
def test_a_page_keeps_what_was_typed_and_says_what_is_wrong_beside_it(
    shop: dict[str, Any], client: Client, login: Any, line: dict[str, str]
) -> None:
    before = counts(shop)
    sent = {"product": str(shop["valve"].pk), "quantity": "1"} | line
    if sent["product"] == "gone":
        sent["product"] = str(shop["gone"].pk)
    form = {"customer": shop["customer"].pk, "note": "先写好的话", "_sent": "lines", "_key": "k"}
    form |= {f"lines-0-{name}": value for name, value in sent.items()}
    answer = login(client, shop["adam"]).post("/acme/sales-orders/new", form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "先写好的话" in page
    assert re.search(r'class="[^"]*err[^"]*"', page)
    assert counts(shop) == before
