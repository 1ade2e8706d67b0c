"""Amounts stand in the currency of their record; sums never mix currencies and leave out what does not count."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from gucang.accounts.actions import companies
from gucang.audits import wording
from gucang.automation import texts
from gucang.billing.actions import receivables
from gucang.books import actions as books
from gucang.kernel import clock, records
from gucang.kernel.actors import system
from gucang.ordering.actions import orders
from gucang.parties.actions import customers
from gucang.selling.actions import opportunities, quotes
from gucang.stock.actions import products
from gucang.surface.columns import Shower
from tests.audits.conftest import look_for
from tests.contracts.world import words_of as words

PART = {"headers": {"HX-Request": "true"}}


def text_of(browser: Client, path: str, **more: Any) -> str:
    answer = browser.get(path, **more)
    assert answer.status_code == 200
    return str(answer.content.decode())


def lane(page: str, key: str) -> tuple[str, str]:
    """(count, sum) above a column of a board."""
    found = re.search(
        rf'data-lane="{key}".*?data-lane-count>([^<]*)<.*?data-lane-sum>(.*?)</span><span class="c3"', page
    )
    assert found is not None
    return found[1], re.sub(r"<[^>]+>", "", found[2]).strip()


@pytest.fixture
def world(inside: Any, alice: Any, bob: Any, adam: Any) -> dict[str, Any]:
    """Alice's quotes of 100 and of 70 yuan, one of 50 dollars; of the first there are two versions. Bob has one too."""
    with inside():
        thing = products.create(actor=adam, values={"name": "轴承", "unit": "套", "tax_rate": "0"}).record

        def quote(price: int, by: Any = alice, **values: Any) -> Any:
            buyer = customers.create(actor=by, values={"name": f"{price}厂"}).record
            rows = [{"product": thing.pk, "quantity": 1, "price": price}]
            made = quotes.create(actor=by, values={"customer": buyer, "lines": rows, **values}).record
            return quotes.send(made, actor=by).record

        first, second, dollars = quote(100), quote(70, currency="CNY"), quote(50, currency="USD")
        quote(9000, by=bob)
        newer = quotes.send(quotes.revise(first, actor=alice).record.made, actor=alice).record
        order = quotes.make_order(quotes.accept(dollars, actor=alice).record, actor=alice).record.made
        return {"first": first, "second": second, "dollars": dollars, "newer": newer, "order": order}


def test_an_amount_stands_in_the_currency_of_its_document(as_alice: Client, world: dict[str, Any]) -> None:
    rows = {
        found[0]: re.sub(r"<[^>]+>", "|", found[1])
        for found in re.findall(r'<tr data-key="(\d+)"(.*?)</tr>', text_of(as_alice, "/acme/quotes/?view=all"))
    }
    assert "$50" in rows[str(world["dollars"].pk)]
    assert "¥70" in rows[str(world["second"].pk)]
    assert "$50" in text_of(as_alice, f"/acme/customers/{world['dollars'].customer_id}")
    assert "¥50" not in text_of(as_alice, f"/acme/sales-orders/{world['order'].pk}")
    assert "$50" in text_of(as_alice, "/acme/sales-orders/print")


def test_what_is_over_the_credit_is_in_the_companys_own_currency(inside: Any, alice: Any) -> None:
    kind = records.get("sales_order")
    with inside():
        order = kind.model(currency="USD", total=50, over_credit=7)
        shower = Shower(kind, alice.as_actor(), "", [order], [])
        assert "$50" in shower.show(order, kind.specs["total"])
        assert "¥7" in shower.show(order, kind.specs["over_credit"])
        # Whose currency is not at hand gets none.
        assert shower.value(kind.specs["total"], "1234.5") == "1,234.5"


def test_sums_are_by_currency_and_leave_superseded_versions_out(as_alice: Client, world: dict[str, Any]) -> None:
    sums = re.sub(r"<[^>]+>", " ", text_of(as_alice, "/acme/quotes/?view=all&fragment=totals", **PART))
    assert re.search(r"¥170\s+·\s+\$50", sums)
    assert "不含被取代的版本" in sums
    assert "9,000" not in sums
    without = text_of(as_alice, "/acme/quotes/?state=sent&fragment=totals", **PART)
    assert "¥170" in without
    assert "不含" not in without


def test_groups_say_what_they_come_to_in_each_currency(as_alice: Client, world: dict[str, Any]) -> None:
    page = text_of(as_alice, "/acme/quotes/?group=owner&columns=number&columns=total&open=-")
    said = re.sub(r"<[^>]+>", " ", page)
    assert re.search(r"¥170\s+·\s+\$50", said)
    assert "不含被取代的版本" in said
    assert "¥220" not in said


def test_lanes_of_documents_say_how_many_there_are_and_what_they_come_to(
    as_alice: Client, world: dict[str, Any]
) -> None:
    page = text_of(as_alice, "/acme/quotes/board")
    assert lane(page, "sent") == ("2", "¥170")
    assert lane(page, "accepted") == ("1", "$50")
    assert lane(page, "draft") == ("0", "")
    assert lane(text_of(as_alice, "/acme/sales-orders/board"), "draft") == ("1", "$50")


def test_lanes_show_no_sum_to_whom_amounts_are_hidden(
    as_alice: Client, world: dict[str, Any], inside: Any, field_hidden: Any
) -> None:
    with inside():
        field_hidden("salesperson", "quote.total")
    page = text_of(as_alice, "/acme/quotes/board")
    assert "170" not in page
    assert lane(page, "sent") == ("2", "")


def test_cancelled_orders_come_to_nothing(as_alice: Client, alice: Any, world: dict[str, Any], inside: Any) -> None:
    with inside():
        orders.cancel(world["order"], actor=alice, reason="不要了")
    sums = text_of(as_alice, "/acme/sales-orders/?view=all&fragment=totals", **PART)
    assert "$50" not in sums
    assert "不含已取消的订单" in sums


def test_a_company_in_dollars_writes_dollars(as_alice: Client, adam: Any, inside: Any, world: dict[str, Any]) -> None:
    with inside() as acme:
        companies.edit(type(acme).objects.get(pk=acme.pk), actor=adam, values={"currency": "USD"})
    page = text_of(as_alice, "/acme/quotes/board")
    assert lane(page, "accepted") == ("1", "$50")
    assert lane(page, "sent")[1] == "$100 · ¥70"


# --- away from the record itself -------------------------------------------------------------------------------------


def test_the_timeline_of_a_customer_says_in_what_the_amounts_of_its_deals_and_quotes_are(
    as_alice: Client, alice: Any, inside: Any, world: dict[str, Any], new_deal: Any
) -> None:
    euros = new_deal("欧元单", amount=800, currency="EUR")
    yuan = new_deal("人民币单", amount=600)
    with inside():
        opportunities.edit(euros, actor=alice, values={"amount": 900})
        opportunities.edit(yuan, actor=alice, values={"amount": 700})
        opportunities.edit(yuan, actor=alice, values={"amount": 710, "currency": "USD"})
    said = words(text_of(as_alice, f"/acme/customers/{euros.customer_id}/timeline"))
    assert "€800" in said
    assert "€900" in said
    said = words(text_of(as_alice, f"/acme/customers/{yuan.customer_id}/timeline"))
    # What it was in before somebody changed that stays what it was.
    assert re.findall(r"[¥$€][\d,]+", said) == ["¥700", "$710", "¥600", "¥700"]


def test_lines_of_a_foreign_document_say_so_on_the_timeline_of_its_customer(
    as_alice: Client, alice: Any, inside: Any, world: dict[str, Any]
) -> None:
    with inside():
        orders.edit(world["order"], actor=alice, values={"lines": [{"key": 1, "price": 45}]})
    for page in (f"/acme/customers/{world['order'].customer_id}", f"/acme/sales-orders/{world['order'].pk}"):
        said = words(text_of(as_alice, f"{page}/timeline"))
        assert "$45" in said, page
        assert "$50" in said, page


def test_a_managers_home_says_in_what_a_deal_was_won(
    client: Client, mia: Any, login: Any, inside: Any, new_deal: Any, alice: Any, stages: Any
) -> None:
    deal = new_deal("美元单", amount=4321, currency="USD")
    with inside():
        opportunities.win(deal, actor=alice)
    page = text_of(login(client, mia), "/acme/")
    assert "$4,321" in page
    assert "¥4,321" not in page


def test_a_text_of_an_automation_says_a_foreign_currency(inside: Any, alice: Any, new_deal: Any) -> None:
    kind = records.get("opportunity")
    euros, yuan = new_deal("欧元单", amount=800, currency="EUR"), new_deal("人民币单", amount=1600)
    with inside():
        assert texts.fill("{amount}", kind, euros, [alice.as_actor()]) == "€800"
        assert texts.fill("{amount}", kind, yuan, [alice.as_actor()]) == "1,600"


def test_a_finding_says_in_what_the_money_is(inside: Any, alice: Any) -> None:
    with inside():
        buyer = customers.create(actor=alice, values={"name": "老账"}).record
        day = clock.today() - timedelta(days=90)
        books.create_rate(actor=system(), values={"currency": "USD", "on": day, "rate": "7.1"})
        given = {"customer": buyer, "name": "欠款", "currency": "USD", "amount": 6543, "billed_on": day, "due_on": day}
        receivables.create(actor=system(), values=given)
        (found,) = look_for("billing.overdue-unreminded")
        assert "$6,543" in wording.sentence(found)
