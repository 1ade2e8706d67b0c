"""Lines on pages, in the API, in files: written without scripts, worked out while one types, brought in and out."""

from __future__ import annotations

import csv
import io
import json
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from gucang.exchange import export
from gucang.kernel import records
from gucang.kernel.actions import Row, create_many
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.selling.actions import opportunities, quotes
from gucang.selling.models import Quote, QuoteLine
from gucang.stock.actions import products
from gucang.surface.sheets import lines as sheet
from tests.contracts.world import words_of

NEW = "/acme/quotes/new"


@pytest.fixture
def world(acme: Any, alice: Any, adam: Any) -> dict[str, int]:
    """A customer with a deal and a quote of Alice's over two lines. The scope is not entered."""
    with company_scope(acme):
        values = {"name": "高速主轴", "units": "箱 = 4", "list_price": "320", "cost": "200", "barcode": "6901234567892"}
        spindle = products.create(actor=adam, values=values).record
        bearing = products.create(actor=adam, values={"name": "轴承", "unit": "套", "list_price": "45.5"}).record
        customer = customers.create(actor=alice, values={"name": "苏州恒力精密机械有限公司"}).record
        deal = opportunities.create(actor=alice, values={"name": "主轴换代", "customer": customer}).record
        rows = [{"product": spindle.pk, "quantity": 2}, {"product": bearing.pk, "quantity": "1.5"}]
        quote = quotes.create(actor=alice, values={"customer": customer, "lines": rows}).record
    found = {"spindle": spindle, "bearing": bearing, "customer": customer, "deal": deal, "quote": quote}
    return {name: one.pk for name, one in found.items()}


def form(customer: int, *rows: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What a browser sends of the form with these rows."""
    sent: dict[str, Any] = {"customer": customer, "_sent": "lines", "_key": "k", **more}
    for n, row in enumerate(rows):
        sent |= {f"lines-{n}-{name}": value for name, value in row.items()}
    return sent


def test_without_scripts_rows_are_added_and_taken_out_and_nothing_typed_is_lost(
    world: dict[str, int], client: Client, login: Any, alice: Any, acme: Any
) -> None:
    browser = login(client, alice)
    rows = ({"product_text": "高速主轴", "quantity": "3"}, {"product_text": "轴承", "quantity": "七"}, {"note": "备用"})
    more = browser.post(NEW, form(world["customer"], *rows, _lines="add")).content.decode()
    assert len(re.findall(r'<tr data-line="\d+"', more)) == 8
    assert all(f'value="{text}"' in more for text in ("高速主轴", "轴承", "七", "备用"))
    less = browser.post(NEW, form(world["customer"], *rows, _lines="remove-0")).content.decode()
    assert 'value="高速主轴"' not in less
    assert 'value="七"' in less
    with company_scope(acme):
        assert Quote.objects.count() == 1


def test_a_line_that_makes_no_sense_comes_back_with_its_sentence_at_its_cell(
    world: dict[str, int], client: Client, login: Any, alice: Any, acme: Any
) -> None:
    rows = ({"product": world["spindle"], "quantity": "3"}, {"product_text": "没有的东西", "quantity": "-2"})
    answer = login(client, alice).post(NEW, form(world["customer"], *rows))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#f-lines-1-product"' in page
    assert 'id="f-lines-1-product" name="lines-1-product_text"' in page
    assert 'value="没有的东西"' in page
    assert 'value="-2"' in page
    with company_scope(acme):
        assert Quote.objects.count() == 1


def test_a_form_without_scripts_writes_the_document_with_its_lines(
    world: dict[str, int], client: Client, login: Any, alice: Any, acme: Any
) -> None:
    rows = (
        {"product_text": "6901234567892", "quantity": "1", "unit": "箱"},
        {},
        {"product": world["bearing"], "quantity": "2"},
    )
    answer = login(client, alice).post(NEW, form(world["customer"], *rows, discount="10"))
    assert answer.status_code == 302
    with company_scope(acme):
        quote = Quote.objects.latest("pk")
        assert [line.net for line in QuoteLine.objects.filter(quote=quote).order_by("position")] == [
            1152,
            Decimal("81.90"),
        ]


def test_the_page_of_a_quote_shows_its_lines_and_its_form_fills_them_in(
    world: dict[str, int], client: Client, login: Any, alice: Any
) -> None:
    browser = login(client, alice)
    page = browser.get(f"/acme/quotes/{world['quote']}").content.decode()
    assert f'href="/acme/products/{world["spindle"]}"' in page
    assert "¥800.32" in re.sub(r"<[^>]+>", "", page)
    assert "毛利" not in page
    edit = browser.get(f"/acme/quotes/{world['quote']}/edit").content.decode()
    assert 'name="lines-0-key" value="1"' in edit
    assert 'name="lines-1-quantity" type="text" value="1.5"' in edit


def test_the_form_of_a_quote_for_a_deal_knows_its_customer(
    world: dict[str, int], client: Client, login: Any, alice: Any
) -> None:
    page = login(client, alice).get(f"/acme/opportunities/{world['deal']}").content.decode()
    assert f"/acme/quotes/new?opportunity={world['deal']}&amp;customer={world['customer']}" in page


def test_what_the_lines_come_to_is_worked_out_while_they_are_typed(
    world: dict[str, int], client: Client, login: Any, alice: Any, bob: Any, acme: Any
) -> None:
    rows = (
        {"product_text": "6901234567892", "quantity": "2"},
        {"product": world["bearing"], "quantity": "1", "unit": "车"},
        {"product_text": "轴承"},
    )
    browser = login(client, alice)
    found = browser.post("/acme/quotes/lines", form(world["customer"], *rows)).json()
    first = found["rows"]["0"]
    assert (first["filled"]["product"]["id"], first["filled"]["price"]) == (world["spindle"], "320")
    assert (first["offers"]["unit"], first["shown"]) == (["件", "箱"], ["723.2"])
    assert "套" in found["rows"]["1"]["said"]["unit"]
    assert found["rows"]["2"]["said"] == {}
    assert found["totals"] == ["¥640", "¥83.20", "¥723.20"]
    theirs = form(world["customer"], {"key": "1", "quantity": "9", "product": world["spindle"]}, _of=world["quote"])
    assert browser.post("/acme/quotes/lines", theirs).json()["totals"][0] == "¥2,880"
    assert login(Client(), bob).post("/acme/quotes/lines", theirs).status_code == 404
    with company_scope(acme):
        assert Quote.objects.get().net == Quote.objects.get(pk=world["quote"]).net
        assert QuoteLine.objects.count() == 2


def test_the_api_takes_and_gives_lines(
    world: dict[str, int], acme: Any, alice: Any, adam: Any, client: Client, login: Any
) -> None:
    api, at = login(client, alice), "/acme/api/v1/quotes"
    csrf = {"content_type": "application/json"}
    read = api.get(f"{at}/{world['quote']}").json()
    assert [(line["key"], line["product"]["label"], line["net"]) for line in read["lines"]] == [
        (1, "高速主轴", "640"), (2, "轴承", "68.25"),
    ]  # fmt: skip
    assert "lines" not in api.get(at).json()["items"][0]
    assert len(api.get(f"{at}?with=lines").json()["items"][0]["lines"]) == 2
    body = {"lines": [{**read["lines"][1], "quantity": "3"}, {"product": "高速主轴", "quantity": 1}]}
    changed = api.patch(f"{at}/{world['quote']}", json.dumps(body), headers={"If-Match": '"1"'}, **csrf)
    assert changed.status_code == 200, changed.content.decode()
    assert [(line["key"], line["quantity"]) for line in changed.json()["lines"]] == [(2, "3"), (3, "1")]
    wrong = api.patch(
        f"{at}/{world['quote']}",
        json.dumps({"lines": [{"key": 2, "quantity": "0"}]}),
        headers={"If-Match": "*"},
        **csrf,
    )
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["field"] == "lines.0.quantity"
    for nonsense in ("text", [1], {"1": None}, [{"product": {"id": {}}}]):
        answer = api.patch(f"{at}/{world['quote']}", json.dumps({"lines": nonsense}), headers={"If-Match": "*"}, **csrf)
        assert answer.status_code == 422, nonsense


def test_what_the_timeline_tells_of_lines_is_in_words(
    world: dict[str, int], client: Client, login: Any, alice: Any, acme: Any
) -> None:
    with company_scope(acme):
        rows = [{"key": 1, "quantity": 5}, {"product": world["bearing"], "quantity": 1}]
        quotes.edit(world["quote"], actor=alice, values={"lines": rows})
    page = re.sub(r"\s+", " ", login(client, alice).get(f"/acme/quotes/{world['quote']}").content.decode())
    assert "高速主轴 · 数量：<del>2</del> → 5" in page
    assert "轴承 × 1.5 套" in page


def test_lines_leave_in_a_file_and_come_back_from_it(world: dict[str, int], acme: Any, alice: Any) -> None:
    kind = records.get("quote")
    with company_scope(acme):
        chosen = export.Extract.parse(kind, alice.as_actor(), "", "customer,lines")
        text = "".join(sheet(export.rows(chosen))).removeprefix("\ufeff")
        (_head, row) = list(csv.reader(io.StringIO(text)))
        assert row[1].splitlines()[0].split(" | ")[1:5] == ["2", "件", "320", "0"]
        again = [Row({"customer": world["customer"], "lines": row[1]})]
        create_many(kind, again, actor=alice)
        assert again[0].problem is None
        assert again[0].record.total == Quote.objects.get(pk=world["quote"]).total


def test_many_documents_cannot_be_given_the_same_lines(
    world: dict[str, int], acme: Any, alice: Any, client: Client, login: Any
) -> None:
    page = login(client, alice).get(f"/acme/quotes/bulk?picked={world['quote']}&do=edit").content.decode()
    assert 'name="lines' not in page


def test_another_validity_is_a_difference_between_versions(
    world: dict[str, int], client: Client, login: Any, alice: Any, acme: Any
) -> None:
    with company_scope(acme):
        first = quotes.edit(world["quote"], actor=alice, values={"valid_until": "2098-03-07"}).record
        quotes.send(first, actor=alice)
        second = quotes.revise(first, actor=alice).record.made
    page = words_of(login(client, alice).get(f"/acme/quotes/{second.pk}").content.decode())
    assert "有效期至： 2098年3月7日 → 空" in page.replace(":", "：")
    with company_scope(acme):
        quotes.edit(second, actor=alice, values={"valid_until": "2099-05-09"})
    page = words_of(client.get(f"/acme/quotes/{second.pk}").content.decode())
    assert "2098年3月7日 → 2099年5月9日" in page
    with company_scope(acme):
        quotes.edit(second, actor=alice, values={"valid_until": "2098-03-07"})
    page = words_of(client.get(f"/acme/quotes/{second.pk}").content.decode())
    assert "2098年3月7日 →" not in page.partition("来往")[0]


def test_what_was_not_sent_has_no_link_to_end(
    world: dict[str, int], client: Client, login: Any, alice: Any, acme: Any
) -> None:
    path = f"/acme/quotes/{world['quote']}/revoke_link"
    refused = login(client, alice).post(path, {"_key": "k"})
    assert refused.status_code == 409
    assert "还没有发出" in refused.content.decode()
