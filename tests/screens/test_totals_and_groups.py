"""Totals and groups of a list: right, within what the person may see, and with a fixed number of statements."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gucang.customfields import actions as fields
from gucang.kernel import records
from gucang.kernel.actors import system
from gucang.kernel.currency import own_currency
from gucang.parties.actions import contacts, customers
from gucang.selling.actions import opportunities
from gucang.selling.models import Opportunity
from gucang.stock.actions import products
from gucang.surface import grouping
from gucang.surface.totals import summable, totals

DEALS = "/acme/opportunities/"
PART = {"headers": {"HX-Request": "true"}}


def text_of(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.fixture
def deals(new_deal: Callable[..., Opportunity], bob: Any) -> None:
    """Three of Alice's, 1,600 together, one of them in dollars; and one of Bob's, which she does not see."""
    new_deal("甲", amount=1000, closes_on="2027-01-10")
    new_deal("乙", amount=500, closes_on="2027-01-20")
    new_deal("丙", amount=100, currency="USD", closes_on="2027-02-01")
    new_deal("鲍勃的", by=bob, amount=700_000, closes_on="2027-03-01")


def test_totals_are_of_the_whole_filtered_set_and_of_nothing_that_is_unseen(as_alice: Client, deals: None) -> None:
    page = text_of(as_alice.get(DEALS))
    assert "fragment=totals" in page
    found = text_of(as_alice.get(f"{DEALS}?fragment=totals", **PART))
    assert "¥1,500" in found
    assert "$100" in found
    assert "700" not in found
    narrowed = text_of(as_alice.get(f"{DEALS}?amount__gte=600&fragment=totals", **PART))
    assert "¥1,000" in narrowed
    assert "500" not in narrowed
    whole = text_of(as_alice.get(f"{DEALS}?totals=1"))  # without a script
    assert "¥1,500" in whole
    assert "fragment=totals" not in whole


def test_an_amount_that_is_hidden_or_masked_is_never_added_up(
    as_alice: Client, alice: Any, deals: None, inside: Any, field_hidden: Any
) -> None:
    with inside():
        field_hidden("salesperson", "opportunity.amount")
    assert "1,500" not in text_of(as_alice.get(f"{DEALS}?fragment=totals", **PART))
    grouped = text_of(as_alice.get(f"{DEALS}?group=closes_on&columns=name&columns=amount"))
    assert "1,500" not in grouped
    assert "2027年1月" in grouped


def test_beyond_the_limit_totals_are_estimated_and_say_so(alice: Any, deals: None, inside: Any) -> None:
    kind = records.get("opportunity")
    with inside():
        actor = alice.as_actor()
        specs = summable(kind, actor, [kind.specs["amount"]])
        exact = totals(kind.query(actor), specs, exact=3)
        assert (exact.count, exact.exact, exact.sums[0].amounts) == (3, True, {"": Decimal(1500), "USD": Decimal(100)})
        guess = totals(kind.query(actor), specs, exact=2)
        assert not guess.exact
        assert guess.count >= 3
        groups = grouping.grouped(kind.query(actor), kind.specs["closes_on"], specs, actor, exact=2)
        assert not groups.exact


def test_totals_ask_one_statement_however_many_records_there_are(
    as_alice: Client, alice: Any, deals: None, new_deal: Any, inside: Any
) -> None:
    kind = records.get("opportunity")
    for more in (0, 5):
        for n in range(more):
            new_deal(f"又一个{n}", amount=n)
        with inside():
            actor = alice.as_actor()
            actor.shared("opportunity")
            own_currency()
            with CaptureQueriesContext(connection) as asked:
                totals(kind.query(actor), [kind.specs["amount"]])
            assert len(asked) == 1
            with CaptureQueriesContext(connection) as asked:
                grouping.grouped(kind.query(actor), kind.specs["closes_on"], [kind.specs["amount"]], actor)
            assert len(asked) == 1


def test_groups_have_counts_and_sums_and_only_what_the_person_sees(as_alice: Client, deals: None) -> None:
    page = text_of(as_alice.get(f"{DEALS}?group=closes_on"))
    heads = re.findall(r'data-fold="([^"]+)".*?<span class="n">([^<]*)</span>', page, re.S)
    assert [(key, count.strip()) for key, count in heads] == [("2027-02", "1"), ("2027-01", "2")]
    assert "2027-03" not in page
    assert "¥1,500" in page  # of January
    assert "丙" in page  # the first group is open
    assert "甲" not in page
    rows = text_of(as_alice.get(f"{DEALS}?group=closes_on&fragment=rows&open=2027-01", **PART))
    assert "甲" in rows
    assert "乙" in rows
    assert "丙" not in rows
    unfolded = text_of(as_alice.get(f"{DEALS}?group=closes_on&open=2027-01&open=2027-02"))
    assert "甲" in unfolded
    assert "丙" in unfolded
    folded = text_of(as_alice.get(f"{DEALS}?group=closes_on&open=-"))
    assert "丙" not in folded


def test_groups_by_choice_reference_and_nothing(as_alice: Client, alice: Any, deals: None, stages: Any) -> None:
    assert text_of(as_alice.get(f"{DEALS}?group=stage")).count("data-fold=") == 1
    owner = text_of(as_alice.get(f"{DEALS}?group=owner"))
    assert f'data-fold="{alice.pk}"' in owner
    assert owner.count("data-fold=") == 1
    wrong = text_of(as_alice.get(f"{DEALS}?group=nonsense"))
    assert "data-fold" not in wrong
    assert "nonsense" in wrong
    hidden = as_alice.get(f"{DEALS}?group=closes_on&fragment=rows&open=nonsense", **PART)
    assert hidden.status_code == 404


def test_customers_are_grouped_by_the_text_of_their_city(as_alice: Client, alice: Any, bob: Any, inside: Any) -> None:
    with inside():
        for name, city in {"甲": "苏州", "乙": "苏州", "丙": "苏州,昆山", "丁": "", "戊": "无锡"}.items():
            customers.create(actor=bob if name == "戊" else alice, values={"name": f"{name}厂", "city": city})
    page = text_of(as_alice.get("/acme/customers/?group=city"))
    heads = re.findall(r'data-fold="([^"]+)".*?<span class="n">([^<]*)</span>', page, re.S)
    assert [(key, count.strip()) for key, count in heads] == [("苏州", "2"), ("苏州,昆山", "1"), ("none", "1")]
    for key, names in (("苏州", {"甲厂", "乙厂"}), ("苏州,昆山", {"丙厂"}), ("none", {"丁厂"})):
        rows = as_alice.get(f"/acme/customers/?group=city&fragment=rows&open={key}", **PART)
        assert set(re.findall("[甲乙丙丁戊]厂", text_of(rows))) == names
    refused = text_of(as_alice.get("/acme/customers/?group=phone"))
    assert "data-fold" not in refused, "a text with as many values as records is no group"


def test_groups_of_stages_stand_in_the_order_of_the_pipeline(
    as_alice: Client, alice: Any, new_deal: Callable[..., Opportunity], stages: Any, inside: Any
) -> None:
    for stage, count in (("talks", 3), ("first", 1), ("quote", 2)):
        for number in range(count):
            deal = new_deal(f"{stage}{number}", amount=5)
            with inside():
                person = contacts.create(actor=alice, values={"customer": deal.customer, "name": "孙丽"}).record
                opportunities.edit(deal, actor=alice, values={"contact": person, "closes_on": "2027-01-10"})
                if stage != "first":
                    opportunities.move(deal, actor=alice, stage=stages[stage].pk)
    found = re.findall(r'data-fold="(\d+)"', text_of(as_alice.get(f"{DEALS}?group=stage")))
    assert found == [str(stages[name].pk) for name in ("first", "quote", "talks")], "not by how many stand there"


def test_a_group_is_paged_within_itself(as_alice: Client, new_deal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gucang.surface.screens.lists.PAGE", 2)
    for n in range(5):
        new_deal(f"一月的{n}", closes_on="2027-01-10")
    new_deal("二月的", closes_on="2027-02-10")
    seen, address = [], f"{DEALS}?group=closes_on&fragment=rows&open=2027-01"
    for _page in range(3):
        part = text_of(as_alice.get(address, **PART))
        seen += re.findall(r">(..?的\d?)</a>", part)
        more = re.search(r'hx-get="([^"]+)"', part)
        address = DEALS + more[1].replace("&amp;", "&") if more else ""
    assert sorted(seen) == [f"一月的{n}" for n in range(5)]
    assert not address


def test_columns_keep_their_order_and_width_for_one_person_and_one_list(
    as_alice: Client, bob: Any, login: Any, new_deal: Any
) -> None:
    new_deal("甲")
    as_alice.get(f"{DEALS}?columns=amount&columns=name&widths=amount:120,name:9999,nonsense,stage:1")
    again = text_of(as_alice.get(DEALS))
    assert re.findall(r'data-column="(\w+)" ?(?:width="(\d+)")?', again.partition("</thead>")[0])[-2:] == [
        ("amount", "120"), ("name", ""),
    ]  # fmt: skip
    assert "cut" in again
    moved = as_alice.get(f"{DEALS}?move=name:-1")
    assert "columns=name&columns=amount" in moved["Location"]
    as_alice.get(moved["Location"])
    assert re.findall(r'<th scope="col" data-column="(\w+)"', text_of(as_alice.get(DEALS))) == ["name", "amount"]
    # Somebody else in the same browser has their own.
    new_deal("鲍勃的", by=bob)
    login(as_alice, bob)
    assert len(re.findall(r'<th scope="col" data-column', text_of(as_alice.get(DEALS)))) > 2


def test_nothing_in_a_list_is_styled_in_place(as_alice: Client, deals: None) -> None:
    assert " style=" not in text_of(as_alice.get(f"{DEALS}?group=closes_on&widths=name:200&totals=1"))


@pytest.mark.parametrize(
    "query",
    ["group=", "group=%00", "open=x", "widths=%00:9,::,a:b", "columns=%00", "move=x:1", "totals=x&group=owner",
     "tab=%00",
     "view=%00&or=%00", "group=closes_on&open=9999-99", "group=amount", "after=x&group=owner"],
)  # fmt: skip
def test_an_address_edited_by_hand_is_answered(as_alice: Client, deals: None, query: str) -> None:
    assert as_alice.get(f"{DEALS}?{query}", follow=True).status_code in (200, 422)


def test_prices_are_added_up_under_no_list(login: Any, adam: Any, inside: Any, client: Client) -> None:
    """The prices of a hundred products come to nothing that means anything; an own field can say the same of itself."""
    as_adam = login(client, adam)
    with inside():
        about = {"record_type": "product", "kind": "money"}
        fields.create(actor=system(), values={**about, "key": "paid", "label_zh": "已付"})
        fields.create(actor=system(), values={**about, "key": "floor", "label_zh": "最低价", "summed": False})
        for name, price in (("甲", 1200), ("乙", 300)):
            own = {"extra.paid": 20, "extra.floor": 7000}
            products.create(actor=adam, values={"name": name, "unit": "个", "list_price": price, "cost": price, **own})
        product = records.get("product")
        shown = [product.spec(name) for name in ("list_price", "cost", "extra.paid", "extra.floor")]
        assert [spec.name for spec in summable(product, adam.as_actor(), shown)] == ["extra.paid"]
    columns = "columns=name&columns=list_price&columns=cost&columns=extra.paid&columns=extra.floor"
    found = text_of(as_adam.get(f"/acme/products/?{columns}&fragment=totals", **PART))
    assert "¥40" in found
    assert "1,500" not in found
    assert "14,000" not in found
    assert "fragment=totals" not in text_of(as_adam.get("/acme/products/"))
