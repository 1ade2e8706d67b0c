"""Price lists: the most special price wins, in every currency, from every quantity, and says how far one may go."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gucang.kernel import clock
from gucang.kernel.errors import Forbidden, Invalid, Problem, Refused
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.stock.actions import prices as actions
from gucang.stock.actions import products
from gucang.stock.models import Price, PriceList, Product, ProductCategory
from gucang.stock.prices import Priced, price_for, prices_for

TODAY = date(2026, 11, 22)


@pytest.fixture
def valves(scope: Any, adam: Any) -> ProductCategory:
    """A category below another one."""
    above = products.create_category(actor=adam, values={"name": "气动"}).record
    return products.create_category(actor=adam, values={"name": "阀", "parent": above}).record


@pytest.fixture
def valve(valves: ProductCategory, adam: Any) -> Product:
    """A product of ¥120."""
    return products.create(actor=adam, values={"name": "电磁阀", "list_price": "120", "category": valves}).record


def customer_of(level: str, by: Any) -> Customer:
    return customers.create(actor=by, values={"name": f"{level} 级客户", "level": level}).record


def new_list(by: Any, name: str, **values: Any) -> PriceList:
    return actions.create_list(actor=by, values={"name": name, **values}).record


def new_price(by: Any, price_list: PriceList, **values: Any) -> Price:
    return actions.create(actor=by, values={"price_list": price_list, **values}).record


def amount(found: Priced) -> Decimal | None:
    return found.price


def test_without_a_list_the_list_price_holds_and_nothing_may_be_given_away(valve: Product, adam: Any) -> None:
    found = price_for(valve, None, TODAY, Decimal(1), "CNY")
    assert (found.price, found.price_list, found.most_discount, found.least) == (120, None, 0, 120)
    actions.create_settings(actor=adam, values={"leeway": "5"})
    found = price_for(valve, None, TODAY)
    assert (found.most_discount, found.least) == (5, Decimal("114.00"))
    assert not found.needs_approval(Decimal(114))
    assert found.needs_approval(Decimal("113.99"))


def test_a_list_of_the_customers_level_comes_before_one_for_all(valve: Product, adam: Any) -> None:
    everybody = new_list(adam, "通用")
    new_price(adam, everybody, product=valve, price="118")
    special = new_list(adam, "A 级", level="A", leeway="2.5")
    new_price(adam, special, product=valve, price="108")
    assert amount(price_for(valve, None, TODAY)) == 118
    assert amount(price_for(valve, customer_of("B", adam), TODAY)) == 118
    found = price_for(valve, customer_of("A", adam), TODAY)
    assert (found.price, found.price_list, found.most_discount) == (108, special, Decimal("2.5"))
    assert found.least == Decimal("105.30")


def test_in_a_list_the_product_comes_before_its_category_and_the_nearest_before_those_above(
    valve: Product, valves: ProductCategory, adam: Any
) -> None:
    found = new_list(adam, "折扣")
    new_price(adam, found, percent_off="1")
    assert amount(price_for(valve, None, TODAY)) == Decimal("118.80")
    new_price(adam, found, category=valves.parent, percent_off="5")
    assert amount(price_for(valve, None, TODAY)) == 114
    new_price(adam, found, category=valves, percent_off="10")
    assert amount(price_for(valve, None, TODAY)) == 108
    new_price(adam, found, product=valve, price="119")
    assert amount(price_for(valve, None, TODAY)) == 119
    other = products.create(actor=adam, values={"name": "气缸", "list_price": "200"}).record
    assert amount(price_for(other, None, TODAY)) == 198, "what is in no category has what holds for everything"


def test_a_larger_quantity_brings_its_price_from_exactly_there(valve: Product, adam: Any) -> None:
    found = new_list(adam, "数量")
    new_price(adam, found, product=valve, price="110", from_quantity="10")
    new_price(adam, found, product=valve, price="100", from_quantity="100")
    for quantity, price in (("1", 120), ("9.9999", 120), ("10", 110), ("99", 110), ("100", 100), ("100000", 100)):
        assert amount(price_for(valve, None, TODAY, Decimal(quantity))) == price


def test_a_list_holds_on_its_first_and_last_day_and_a_dated_one_before_an_open_one(valve: Product, adam: Any) -> None:
    new_price(adam, new_list(adam, "常年"), product=valve, price="115")
    autumn = new_list(adam, "秋季", starts_on="2026-11-01", ends_on="2026-11-30")
    new_price(adam, autumn, product=valve, price="99")
    for day, price in ((date(2026, 10, 31), 115), (date(2026, 11, 1), 99), (date(2026, 11, 30), 99)):
        assert amount(price_for(valve, None, day)) == price
    assert amount(price_for(valve, None, date(2026, 12, 1))) == 115
    with pytest.raises(Invalid, match="早于"):
        actions.edit_list(autumn, actor=adam, values={"ends_on": "2026-10-01"})


def test_another_currency_has_its_own_lists_or_no_price_at_all(valve: Product, adam: Any) -> None:
    assert price_for(valve, None, TODAY, Decimal(1), "USD").price is None
    export = new_list(adam, "出口", currency="USD")
    new_price(adam, export, product=valve, price="16.80")
    found = price_for(valve, None, TODAY, Decimal(1), "USD")
    assert (found.price, found.currency) == (Decimal("16.80"), "USD")
    assert amount(price_for(valve, None, TODAY)) == 120
    assert price_for(valve, None, TODAY, Decimal(1), "EUR").least is None
    with pytest.raises(Invalid, match="净价"):
        new_price(adam, export, product=valve, percent_off="10", from_quantity="5")
    own = new_list(adam, "本币")
    new_price(adam, own, percent_off="10")
    with pytest.raises(Invalid) as refused:
        actions.edit_list(own, actor=adam, values={"currency": "USD"})
    assert set(refused.value.fields) == {"currency"}


def test_percentages_are_rounded_to_cents_and_the_least_price_upwards(scope: Any, adam: Any) -> None:
    odd = products.create(actor=adam, values={"name": "垫片", "list_price": "0.35"}).record
    found = new_list(adam, "九折", leeway="3")
    new_price(adam, found, percent_off="10")
    priced = price_for(odd, None, TODAY)
    assert priced.price == Decimal("0.32"), "0.315 is rounded half up"
    assert priced.least == Decimal("0.32"), "0.3104 upwards: never more than policy gives away"


def test_a_percentage_of_a_product_without_list_price_gives_none(scope: Any, adam: Any) -> None:
    bare = products.create(actor=adam, values={"name": "定制件"}).record
    new_price(adam, new_list(adam, "九折"), percent_off="10")
    assert price_for(bare, None, TODAY).price is None


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"price": "-1"}, "price"),
        ({"price": "1.00001"}, "price"),
        ({"price": "1e30"}, "price"),
        ({}, "price"),
        ({"price": "1", "percent_off": "5"}, "price"),
        ({"percent_off": "101"}, "percent_off"),
        ({"percent_off": "-3"}, "percent_off"),
        ({"price": "1", "from_quantity": "-1"}, "from_quantity"),
        ({"price": "1", "from_quantity": "0.00001"}, "from_quantity"),
        ({"price": "很贵"}, "price"),
    ],
)
def test_a_price_that_makes_no_sense_is_refused_by_its_field(
    valve: Product, adam: Any, values: dict[str, str], field: str
) -> None:
    found = new_list(adam, "试")
    with pytest.raises(Invalid) as refused:
        new_price(adam, found, product=valve, **values)
    assert set(refused.value.fields) == {field}
    assert not Price.objects.exists()


def test_a_net_price_needs_a_product_and_one_place_has_one_price(
    valve: Product, valves: ProductCategory, adam: Any
) -> None:
    found = new_list(adam, "试")
    for where in ({}, {"category": valves}):
        with pytest.raises(Invalid):
            new_price(adam, found, price="5", **where)
    with pytest.raises(Invalid):
        new_price(adam, found, product=valve, category=valves, percent_off="5")
    new_price(adam, found, product=valve, price="5")
    with pytest.raises(Refused, match="到那里去改"):
        new_price(adam, found, product=valve, price="6")
    new_price(adam, found, percent_off="5")
    with pytest.raises(Refused, match="到那里去改"):
        new_price(adam, found, percent_off="6")


def test_many_products_are_priced_in_two_queries(scope: Any, adam: Any, django_assert_max_num_queries: Any) -> None:
    shelf = products.create_category(actor=adam, values={"name": "架"}).record
    found = new_list(adam, "九折", level="A")
    new_price(adam, found, category=shelf, percent_off="10")
    made = [
        products.create(actor=adam, values={"name": f"件{n}", "list_price": n, "category": shelf}).record
        for n in range(1, 31)
    ]
    buyer = customer_of("A", adam)
    price_for(made[0], buyer, TODAY)  # what is set up is read once
    with django_assert_max_num_queries(2):
        priced = prices_for([(one, Decimal(1)) for one in made], buyer, TODAY)
    assert [one.price for one in priced] == [
        (Decimal(n) * Decimal("0.9")).quantize(Decimal("0.01")) for n in range(1, 31)
    ]


def test_a_list_with_prices_is_ended_not_deleted(valve: Product, adam: Any) -> None:
    found = new_list(adam, "旧")
    line = new_price(adam, found, product=valve, price="90")
    with pytest.raises(Refused, match="最后一天"):
        actions.delete_list(found, actor=adam)
    actions.edit_list(found, actor=adam, values={"ends_on": (clock.today() - timedelta(days=1)).isoformat()})
    assert price_for(valve, None, clock.today()).price == 120
    actions.delete(line, actor=adam)
    actions.delete_list(found, actor=adam)
    assert not PriceList.objects.exists()


def test_who_sells_sees_prices_and_sets_none(valve: Product, adam: Any, alice: Any) -> None:
    found = new_list(adam, "A 级", level="A")
    assert alice.as_actor().may("price.view")
    with pytest.raises(Forbidden):
        new_price(alice, found, product=valve, price="1")
    with pytest.raises(Forbidden):
        actions.edit_list(found, actor=alice, values={"leeway": "50"})


def test_prices_of_another_company_price_nothing_here(acme: Any, other: Any, adam: Any, dan: Any) -> None:
    with company_scope(other):
        theirs = products.create(actor=dan, values={"name": "电磁阀", "list_price": "120"}).record
        cheap = new_list(dan, "清仓")
        new_price(dan, cheap, product=theirs, price="1")
        new_price(dan, cheap, percent_off="99")
    with company_scope(acme):
        ours = products.create(actor=adam, values={"name": "电磁阀", "list_price": "120"}).record
        assert price_for(ours, None, TODAY).price == 120
        with pytest.raises(Problem):
            new_price(adam, cheap, product=ours, price="1")


def test_what_is_asked_of_the_database_does_not_grow_with_the_lists(valve: Product, adam: Any) -> None:
    for n in range(8):
        new_price(adam, new_list(adam, f"表 {n}", level="A"), product=valve, price=100 + n)
    buyer = customer_of("A", adam)
    price_for(valve, buyer, TODAY)
    with CaptureQueriesContext(connection) as asked:
        found = price_for(valve, buyer, TODAY)
    assert (found.price, len(asked)) == (107, 2), "the list that was made last, in two queries"


def test_the_products_page_says_who_pays_what(acme: Any, adam: Any, alice: Any, login: Any) -> None:
    with company_scope(acme):
        plain = products.create(actor=adam, values={"name": "气缸", "list_price": "120"}).record
        valve = products.create(actor=adam, values={"name": "电磁阀", "list_price": "120"}).record
        found = new_list(adam, "大客户", level="A")
        new_price(adam, found, product=valve, price="112")
        new_price(adam, found, product=valve, price="108", from_quantity="10")
    client = login(Client(), alice)
    page = client.get(f"/acme/products/{valve.pk}").content.decode()
    assert "所有客户 ¥120，A 级客户 ¥108 起" in page
    assert "10 件起" in page
    assert f"/acme/price-lists/{found.pk}" in page
    assert "所有客户" not in client.get(f"/acme/products/{plain.pk}").content.decode()
