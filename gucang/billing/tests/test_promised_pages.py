"""Finance books what was promised from its pages: the dialog says what will be made; what nobody registered is."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from gucang.billing import answering
from gucang.billing.actions import receivables
from gucang.billing.models import CreditTerms, Payment, Receivable
from gucang.kernel.actors import system
from gucang.kernel.scope import company_scope
from gucang.ordering.actions import orders
from gucang.parties.actions import customers
from gucang.promises.actions import making
from gucang.promises.models import Promise
from gucang.stock.actions import products
from tests.contracts.world import words_of
from tests.personas import hire


@pytest.fixture
def office(acme: Any, alice: Any) -> dict[str, Any]:
    """Fiona in finance, and a customer of Alice's who owes 1000."""
    with company_scope(acme):
        fiona = hire("Fiona", "finance")
        customer = customers.create(actor=alice, values={"name": "苏州恒力"}).record
        owed = receivables.create(actor=fiona, values={"name": "备件", "customer": customer, "amount": "1000"}).record
    return {"company": acme, "fiona": fiona, "customer": customer, "owed": owed}


def promised(office: dict[str, Any], by: Any, kind: str, what: str, **more: Any) -> Promise:
    with company_scope(office["company"]):
        values = {"about_type": "customer", "about_id": office["customer"].pk, "kind": kind, "what": what, **more}
        return making.create(actor=by, values=values).record


def test_a_rebate_is_booked_with_two_clicks_and_no_field(
    office: dict[str, Any], client: Client, login: Any, alice: Any
) -> None:
    promise = promised(office, alice, "rebate", "3% 返利", worth="120")
    browser = login(client, office["fiona"])
    assert f"/acme/promises/{promise.pk}/book" in browser.get("/acme/").content.decode(), "finance has it at home"
    raw = browser.get(f"/acme/promises/{promise.pk}/book").content.decode()
    page = words_of(raw)
    assert office["owed"].number in page, "against what the credit note goes"
    assert "¥1,000" in page
    assert re.search(r'name="amount"[^>]*value="120(\.00)?"', raw)
    assert browser.post(f"/acme/promises/{promise.pk}/book", {"ref": "", "amount": "120"}).status_code == 302
    with company_scope(office["company"]):
        assert Payment.objects.get().amount == 120
        assert Receivable.objects.get().open_amount == 880


def test_a_payment_term_is_asked_for_no_amount_and_terms_nobody_understands_are_asked_for(
    office: dict[str, Any], client: Client, login: Any, alice: Any
) -> None:
    browser = login(client, office["fiona"])
    plain = promised(office, alice, "payment_term", "月结 60")
    raw = browser.get(f"/acme/promises/{plain.pk}/book").content.decode()
    assert "“苏州恒力”按“月结 60”付款" in words_of(raw)
    assert 'name="amount"' not in raw
    assert browser.post(f"/acme/promises/{plain.pk}/book", {"ref": ""}).status_code == 302
    with company_scope(office["company"]):
        terms = CreditTerms.objects.get(customer=office["customer"]).terms
        assert terms is not None
        assert terms.plan == "月结 60"
    vague = promised(office, alice, "payment_term", "账期放宽些")
    assert "月结 60" in words_of(browser.get(f"/acme/promises/{vague.pk}/book").content.decode())
    refused = browser.post(f"/acme/promises/{vague.pk}/book", {"ref": ""})
    assert refused.status_code == 422
    with company_scope(office["company"]):
        assert Promise.objects.get(pk=vague.pk).state == "binding"


def test_what_an_order_gives_and_nobody_registered_is_registered_from_the_list(
    office: dict[str, Any], client: Client, login: Any, alice: Any, mia: Any
) -> None:
    with company_scope(office["company"]):
        product = products.create(actor=system(), values={"name": "伺服电机", "unit": "台", "list_price": "100"}).record
        values = {"customer": office["customer"], "lines": [{"product": product.pk, "quantity": 1, "price": "50"}]}
        order = orders.create(actor=alice, values=values).record
        orders.approve(order, actor=alice)
    browser = login(client, mia)
    page = browser.get("/acme/promises/differences").content.decode()
    [address] = re.findall(r'href="(/acme/promises/new\?[^"]*)"', page)
    form = browser.get(address.replace("&amp;", "&")).content.decode()
    assert order.number in form
    assert re.search(r'value="discount"[^>]*selected|selected[^>]*value="discount"|value="discount" checked', form)
    sent = {"about_type": "sales_order", "about_id": order.pk, "kind": "discount", "what": "半价样机", "worth": "50"}
    assert browser.post("/acme/promises/new", sent | {"_key": "k"}).status_code == 302
    with company_scope(office["company"]):
        assert answering.UNREGISTERED.count(mia.as_actor()) == 0
