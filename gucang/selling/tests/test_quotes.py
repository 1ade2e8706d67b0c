"""Quotes: their lines with what they come to, on their way to the customer, and their versions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gucang.kernel import clock, lines, records, undoing
from gucang.kernel.actions import Row, create_many, edit_many
from gucang.kernel.actors import Access
from gucang.kernel.errors import Forbidden, Invalid, NotVisible, Refused, Stale
from gucang.kernel.permissions import access
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.selling import jobs
from gucang.selling.actions import quotes
from gucang.selling.models import Quote, QuoteLine, QuoteState
from gucang.stock.actions import products
from gucang.stock.models import Product

TYPE = records.get("quote")


@pytest.fixture
def spindle(scope: Any, adam: Any) -> Product:
    """A product with a barcode, two units, a list price and a cost."""
    values = {
        "name": "高速主轴", "spec": "S750", "unit": "件", "units": "箱 = 4", "barcode": "6901234567892",
        "list_price": "320", "cost": "200", "tax_rate": "13",
    }  # fmt: skip
    return products.create(actor=adam, values=values).record


@pytest.fixture
def bearing(scope: Any, adam: Any) -> Product:
    return products.create(actor=adam, values={"name": "轴承", "unit": "套", "list_price": "45.5"}).record


@pytest.fixture
def new_quote(customer: Any, alice: Any, spindle: Product) -> Callable[..., Quote]:
    """`new_quote([{...}], by=bob)`: a draft of Alice's for her customer, with one spindle unless said otherwise."""

    def make(rows: Any = None, by: Any = None, **values: Any) -> Quote:
        rows = [{"product": spindle.pk, "quantity": "1"}] if rows is None else rows
        return quotes.create(actor=by or alice, values={"customer": customer, "lines": rows, **values}).record

    return make


def shown(quote: Quote) -> list[tuple[Any, ...]]:
    rows = QuoteLine.objects.filter(quote=quote).order_by("position")
    return [(line.key, line.product.name, line.quantity, line.unit, line.price, line.net) for line in rows]


def test_a_line_takes_unit_price_and_tax_from_its_product(act: Any, customer: Any, spindle: Any, bearing: Any) -> None:
    rows = [
        {"product": spindle.pk, "quantity": "2"},
        {"product": "6901234567892", "quantity": "1", "unit": "箱", "discount": "10"},
        {"product": bearing.number, "quantity": "1.5", "price": "40"},
    ]
    outcome = act(quotes.create, values={"customer": customer, "lines": rows})
    quote = outcome.record
    assert shown(quote) == [
        (1, "高速主轴", 2, "件", 320, 640), (2, "高速主轴", 1, "箱", 1280, 1152),
        (3, "轴承", Decimal("1.5"), "套", 40, 60),
    ]  # fmt: skip
    assert (quote.net, quote.tax, quote.total) == (1852, Decimal("240.76"), Decimal("2092.76"))
    assert quote.line_discount == Decimal("12.09")  # 40 instead of 45.50
    assert quote.total_discount == Decimal("6.85")
    assert quote.margin is None  # nobody knows what a bearing costs
    assert quote.number.startswith("BJ")
    assert outcome.event.changes["lines"][0] is None
    assert outcome.event.changes["lines"][1]["2"] == {
        "position": 1, "product": spindle.pk, "quantity": "1", "unit": "箱", "price": "1280", "discount": "10",
        "tax_rate": "13", "note": "",
    }  # fmt: skip


def test_a_discount_on_everything_is_taken_off_every_line(new_quote: Any, spindle: Any) -> None:
    rows = [{"product": spindle.pk, "quantity": 10, "discount": 10}, {"product": spindle.pk, "quantity": 1}]
    quote = new_quote(rows, discount="5")
    assert [line.net for line in lines.of(quote)] == [Decimal("2736.00"), Decimal("304.00")]
    assert (quote.line_discount, quote.total_discount) == (Decimal("14.50"), Decimal("13.64"))
    assert (quote.margin, quote.margin_rate) == (840, Decimal("27.63"))


def test_an_edit_tells_only_the_lines_that_differ_and_can_be_taken_back(
    act: Any, new_quote: Any, spindle: Any, bearing: Any, alice: Any
) -> None:
    quote = new_quote([{"product": spindle.pk, "quantity": 1}, {"product": bearing.pk, "quantity": 2}])
    before = shown(quote)
    rows = [{"key": 2, "product": bearing.pk, "quantity": 3}, {"product": spindle.pk, "quantity": 7}]
    event = act(quotes.edit, quote, values={"lines": rows}).event
    assert [(key, name, quantity) for key, name, quantity, *_rest in shown(quote)] == [
        (2, "轴承", 3), (3, "高速主轴", 7),
    ]  # fmt: skip
    assert set(event.changes) == {"lines", "net", "tax", "total", "margin", "margin_rate"} - {
        name for name in ("margin", "margin_rate") if name not in event.changes
    }
    old, new = event.changes["lines"]
    assert (old["1"]["quantity"], new["1"], old["3"]) == ("1", None, None)
    assert (old["2"]["quantity"], new["2"]["quantity"]) == ("2", "3")
    undoing.undo(event, actor=alice)
    assert shown(quote) == before


def test_moving_a_line_keeps_its_key(act: Any, new_quote: Any, spindle: Any, bearing: Any) -> None:
    quote = new_quote([{"product": spindle.pk, "quantity": 1}, {"product": bearing.pk, "quantity": 2}])
    event = act(quotes.edit, quote, values={"lines": [{"key": 2}, {"key": 1}]}).event
    assert [row[:2] for row in shown(quote)] == [(2, "轴承"), (1, "高速主轴")]
    assert set(event.changes) == {"lines"}


def test_saving_the_same_lines_again_leaves_no_event(new_quote: Any, alice: Any) -> None:
    quote = new_quote([{"product": "6901234567892", "quantity": "2.50"}])
    same = [{"key": key, **row} for key, row in lines.as_json(TYPE.lines, lines.of(quote)).items()]
    assert quotes.edit(quote, actor=alice, values={"lines": same}).event is None


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"quantity": "-1"}, "第 1 行：数量要大于零"),
        ({"quantity": "0"}, "第 1 行：数量要大于零"),
        ({"quantity": "1.00001"}, "第 1 行：最多 4 位小数"),
        ({"quantity": "1", "price": "1.00001"}, "第 1 行：最多 4 位小数"),
        ({"quantity": "1", "price": "-3"}, "第 1 行：不能小于零"),
        ({"quantity": "9" * 30}, "第 1 行：这个数太大"),
        ({"quantity": "9999999999", "price": "999999999999"}, "第 1 行：.*超出"),
        ({"quantity": "1", "discount": "101"}, "第 1 行：最多 100"),
        ({"quantity": "1", "unit": "车"}, "第 1 行：.*不按“车”计.*件、箱"),
        ({"quantity": "a dozen"}, "第 1 行："),
        ({"quantity": None}, "第 1 行：要填数量"),
        ({"quantity": "1", "colour": "red"}, "第 1 行：.*colour"),
        ({"product": "没有的东西", "quantity": "1"}, "第 1 行：.*没有的东西"),
        ({"product": 2**70, "quantity": "1"}, "第 1 行："),
    ],
)
def test_what_makes_no_sense_is_a_sentence_and_nothing_is_written(
    customer: Any, alice: Any, spindle: Any, row: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(Invalid) as problem:
        quotes.create(actor=alice, values={"customer": customer, "lines": [{"product": spindle.pk, **row}]})
    assert [name for name in problem.value.fields if name.startswith("lines.0.")]
    import re

    assert re.search(sentence, str(problem.value)), str(problem.value)
    assert not Quote.objects.exists()
    assert not QuoteLine.objects.exists()


def test_five_hundred_lines_are_fine_and_one_more_is_not(customer: Any, alice: Any, spindle: Any, bearing: Any) -> None:
    rows = [{"product": (spindle, bearing)[n % 2].pk, "quantity": str(n + 1)} for n in range(500)]
    quotes.create(actor=alice, values={"customer": customer, "lines": rows[:2]})  # what is kept is asked for once
    asked = []
    for many in (rows[:2], rows):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            quote = quotes.create(actor=alice, values={"customer": customer, "lines": many}).record
        asked.append(len(captured))
    assert asked[0] == asked[1]
    assert QuoteLine.objects.filter(quote=quote).count() == 500
    with pytest.raises(Invalid, match="500"):
        quotes.edit(quote, actor=alice, values={"lines": [*rows, rows[0]]})


def test_what_is_off_offer_or_deleted_is_not_quoted_anew_but_stays_where_it_is(
    new_quote: Any, alice: Any, adam: Any, spindle: Any, bearing: Any
) -> None:
    quote = new_quote([{"product": spindle.pk, "quantity": 1}, {"product": bearing.pk, "quantity": 1}])
    products.retire(spindle, actor=adam)
    products.delete(bearing, actor=adam)
    with pytest.raises(Invalid, match="停售"):
        new_quote()
    with pytest.raises(Invalid, match="没有"):
        new_quote([{"product": bearing.pk, "quantity": 1}])
    rows = [{"key": 1, "product": spindle.pk, "quantity": 2}, {"key": 2, "product": bearing.pk, "quantity": 5}]
    quotes.edit(quote, actor=alice, values={"lines": rows})
    assert [row[2] for row in shown(quote)] == [2, 5]


def test_what_a_line_was_worth_on_its_day_stays(new_quote: Any, alice: Any, adam: Any, spindle: Any) -> None:
    quote = new_quote([{"product": spindle.pk, "quantity": 1, "price": 288}])
    products.edit(spindle, actor=adam, values={"list_price": "400"})
    quote = quotes.edit(quote, actor=alice, values={"lines": [{"key": 1, "note": "含安装"}]}).record
    assert (quote.total_discount, quote.line_discount) == (10, 10)
    quote = quotes.edit(quote, actor=alice, values={"lines": [{"key": 1, "quantity": 2}]}).record
    assert quote.total_discount == 28


def test_another_currency_needs_its_prices_said(new_quote: Any, spindle: Any) -> None:
    with pytest.raises(Invalid, match="USD"):
        new_quote(currency="USD")
    quote = new_quote([{"product": spindle.pk, "quantity": 3, "price": "44.05"}], currency="JPY")
    assert (quote.net, quote.tax, quote.margin) == (132, 17, None)


def test_lines_go_in_with_many_quotes_at_once(customer: Any, alice: Any, spindle: Any, bearing: Any) -> None:
    text = f"{spindle.number} | 2 | 箱\n轴承 | 3 | | 40"
    rows = [Row({"customer": customer, "lines": text}), Row({"customer": customer, "lines": "没有 | 1"})]
    create_many(TYPE, rows, actor=alice)
    assert [row.problem is None for row in rows] == [True, False]
    assert [row[1:5] for row in shown(rows[0].record)] == [("高速主轴", 2, "箱", 1280), ("轴承", 3, "套", 40)]
    again = [Row({"lines": f"{spindle.number} | 1"}, record=rows[0].record.pk)]
    edit_many(TYPE, again, actor=alice)
    assert [row[1:4] for row in shown(rows[0].record)] == [("高速主轴", 1, "件")]
    assert again[0].record.net == 320


def test_two_people_at_the_same_lines_do_not_write_over_each_other(new_quote: Any, alice: Any, mia: Any) -> None:
    quote = new_quote()
    seen = quote.version
    quotes.edit(quote, actor=mia, values={"lines": [{"key": 1, "quantity": 5}]})
    with pytest.raises(Stale) as stale:
        quotes.edit(quote, actor=alice, seen=seen, values={"lines": [{"key": 1, "quantity": 2}]})
    assert "lines" in {clash.field for clash in stale.value.clashes}
    assert shown(quote)[0][2] == 5


def test_a_quote_goes_out_is_answered_and_the_answer_can_be_taken_back(act: Any, new_quote: Any, alice: Any) -> None:
    quote = new_quote()
    with pytest.raises(Refused, match="还没有发出"):
        quotes.accept(quote, actor=alice)
    quote = act(quotes.send, quote).record
    assert (quote.state, quote.sent_on) == (QuoteState.SENT, clock.today())
    with pytest.raises(Refused, match="改版"):
        quotes.edit(quote, actor=alice, values={"note": "别的"})
    event = act(quotes.accept, quote, note="电话同意").event
    undoing.undo(event, actor=alice)
    quote.refresh_from_db()
    assert (quote.state, quote.answered_on) == (QuoteState.SENT, None)
    quote = act(quotes.decline, quote, reason="价格").record
    assert (quote.state, quote.declined_for) == (QuoteState.DECLINED, "价格")


def test_nothing_is_not_sent(new_quote: Any, alice: Any) -> None:
    with pytest.raises(Refused, match="还没有金额"):
        quotes.send(new_quote([]), actor=alice)


def test_what_is_out_of_date_is_not_sent_and_expires_by_itself(new_quote: Any, alice: Any) -> None:
    quote = new_quote(valid_until=clock.today())
    quotes.send(quote, actor=alice)
    late = new_quote(valid_until=clock.today() - timedelta(days=1))
    with pytest.raises(Refused, match="过期"):
        quotes.send(late, actor=alice)
    with clock.at(clock.now() + timedelta(days=1)):
        jobs.expire()
    assert Quote.objects.get(pk=quote.pk).state == QuoteState.EXPIRED
    assert Quote.objects.get(pk=late.pk).state == QuoteState.DRAFT


def test_a_revision_is_a_quote_beside_the_old_one_which_stands_until_it_is_sent(
    new_quote: Any, alice: Any, spindle: Any
) -> None:
    first = new_quote([{"product": spindle.pk, "quantity": 3, "price": 300, "note": "含安装"}], discount=2)
    quotes.send(first, actor=alice)
    second = quotes.revise(first, actor=alice).record.made
    assert second.number == f"{first.number}-V2"
    assert (second.state, second.revision, second.total) == (QuoteState.DRAFT, 2, first.total)
    assert [line.note for line in lines.of(second)] == ["含安装"]
    with pytest.raises(Refused, match="新版"):
        quotes.revise(first, actor=alice)
    quotes.edit(second, actor=alice, values={"lines": [{"key": 1, "price": 290}]})
    assert Quote.objects.get(pk=first.pk).state == QuoteState.SENT
    quotes.send(second, actor=alice)
    assert Quote.objects.get(pk=first.pk).state == QuoteState.SUPERSEDED
    third = quotes.revise(second, actor=alice).record.made
    assert (third.number, third.root_id) == (f"{first.number}-V3", first.pk)


def test_a_quote_is_seen_within_reach_and_by_nobody_else(
    new_quote: Any, bob: Any, carol: Any, mia: Any, alice: Any
) -> None:
    quote = new_quote()
    seen = {who.name for who in (alice, bob, carol, mia) if TYPE.query(who.as_actor()).filter(pk=quote.pk).exists()}
    assert seen == {"Alice", "Carol", "Mia"}
    with pytest.raises(NotVisible):
        quotes.send(quote, actor=bob)
    with pytest.raises(Forbidden):
        quotes.send(quote, actor=carol)


def test_what_is_left_of_a_price_is_hidden_from_who_bargains(scope: Any, alice: Any, mia: Any) -> None:
    assert access(alice.as_actor(), TYPE, "margin") is Access.HIDDEN
    assert access(mia.as_actor(), TYPE, "margin") is not Access.HIDDEN


def test_neither_lines_nor_products_of_another_company_can_be_reached(
    dan: Any, acme: Any, other: Any, alice: Any
) -> None:
    with company_scope(other):
        product = products.create(actor=dan, values={"name": "别家的", "list_price": "5"}).record
        theirs = customers.create(actor=dan, values={"name": "别家客户"}).record
        values = {"customer": theirs, "lines": [{"product": product.pk, "quantity": 1}]}
        quote = quotes.create(actor=dan, values=values).record
    with company_scope(acme):
        mine = customers.create(actor=alice, values={"name": "自家客户"}).record
        for wanted in (product.pk, "别家的", product.number):
            with pytest.raises(Invalid, match="没有"):
                quotes.create(actor=alice, values={"customer": mine, "lines": [{"product": wanted, "quantity": 1}]})
        assert not TYPE.query(alice.as_actor()).exists()
        assert not QuoteLine.objects.exists()
        with pytest.raises(NotVisible):
            quotes.edit(quote.pk, actor=alice, values={"lines": []})
    with company_scope(other):
        assert QuoteLine.objects.filter(quote=quote.pk).count() == 1
