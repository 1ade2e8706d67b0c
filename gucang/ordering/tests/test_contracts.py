"""The contract of an order: for who may see contracts on page, card and timeline; missed where it is not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gucang.activity import files
from gucang.activity.actions import attachments
from gucang.activity.models import Attachment
from gucang.kernel import clock
from gucang.kernel.errors import Invalid
from gucang.kernel.scope import company_scope
from gucang.ordering import audit_rules
from gucang.ordering.actions import orders
from gucang.ordering.models import SalesOrder
from gucang.parties.actions import customers
from gucang.stock.actions import products
from tests.personas import hire


def pdf() -> SimpleUploadedFile:
    return SimpleUploadedFile("框架合同.pdf", b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF", "application/pdf")


def attach(who: Any, about: Any, name: str = "sales_order", **more: Any) -> Attachment:
    stored = files.receive(pdf())
    values = {"about_type": name, "about_id": about.pk, "file": stored.file, "name": stored.name, **more}
    return attachments.create(actor=who, **values).record  # type: ignore[no-any-return]


@pytest.fixture
def sold(acme: Any, alice: Any, adam: Any) -> SalesOrder:
    """An approved order of Alice's with its contract. The scope is not entered."""
    with company_scope(acme):
        buyer = customers.create(actor=alice, values={"name": "苏州恒力"}).record
        thing = products.create(actor=adam, values={"name": "主轴", "unit": "件"}).record
        rows = [{"product": thing.pk, "quantity": 1, "price": 500_000}]
        order = orders.create(actor=alice, values={"customer": buyer, "lines": rows}).record
        order = orders.approve(order, actor=alice).record
        attach(alice, order, kind="contract")
        return order


@pytest.fixture
def sam(acme: Any) -> Any:
    """Service: sees every order and no contract."""
    with company_scope(acme):
        return hire("Sam", "service")


def test_the_contract_stands_on_the_order_and_the_card_for_who_may_see_it(
    sold: SalesOrder, client: Client, login: Any, alice: Any, bob: Any, sam: Any, acme: Any
) -> None:
    with company_scope(acme):
        pk = Attachment.objects.get().pk
    order, card, file = f"/acme/sales-orders/{sold.pk}", f"/acme/customers/{sold.customer_id}", f"/acme/files/{pk}"
    page = login(client, alice).get(order).content.decode()
    assert "框架合同.pdf" in page.partition('id="contract"')[2].partition("</form>")[0]
    assert "框架合同.pdf" not in page.partition('id="files"')[2].partition("</form>")[0]
    assert f"{file}?show=1" in login(client, alice).get(card).content.decode()
    stream = login(client, alice).get(file)
    assert stream.status_code == 200
    assert stream.getvalue().startswith(b"%PDF")
    body = login(client, alice).get(f"/acme/api/v1/customers/{sold.customer_id}/answers").json()
    goods = next(one for one in body["sections"] if one["key"] == "goods")
    assert goods["items"][0]["more"] == [{"label": "合同", "path": f"/files/{pk}?show=1"}]
    # Sam sees the order, and nothing of the contract: not on the page, not on the timeline, not by its address.
    browser = login(client, sam)
    for path in (order, card, "/acme/attachments/", "/acme/api/v1/attachments", f"/acme/api/v1{order[5:]}/timeline"):
        answer = browser.get(path)
        assert answer.status_code == 200, path
        assert "框架合同" not in answer.content.decode(), path
        assert f"files/{pk}" not in answer.content.decode()
    assert browser.get(file).status_code == 404
    answers = browser.get(f"/acme/api/v1/customers/{sold.customer_id}/answers").json()
    assert next(one for one in answers["sections"] if one["key"] == "goods")["items"][0]["more"] == []
    assert login(client, bob).get(file).status_code == 404
    assert login(client, bob).get(f"/acme/api/v1/customers/{sold.customer_id}/answers").status_code == 404


def test_the_form_of_the_slot_puts_a_contract_there(
    sold: SalesOrder, client: Client, login: Any, alice: Any, sam: Any, acme: Any
) -> None:
    sent = {"about_type": "sales_order", "about_id": sold.pk, "kind": "contract", "key": "k"}
    assert login(client, alice).post("/acme/files/add", {**sent, "files": pdf()}).status_code == 302
    assert login(client, sam).post("/acme/files/add", {**sent, "key": "s", "files": pdf()}).status_code == 422
    with company_scope(acme):
        assert [one.kind for one in Attachment.objects.order_by("pk")] == ["contract", "contract"]


def test_a_contract_hangs_on_orders_only(sold: SalesOrder, alice: Any, acme: Any) -> None:
    with company_scope(acme):
        with pytest.raises(Invalid) as refused:
            attach(alice, sold.customer, "customer", kind="contract")
        assert "订单" in str(refused.value.fields["kind"])


def test_a_large_order_without_a_contract_is_found(sold: SalesOrder, alice: Any, acme: Any) -> None:
    later = clock.now() + timedelta(days=5)
    with company_scope(acme):
        every = SalesOrder.objects.all()
        assert not audit_rules.order_without_contract(every, now=later).exists()
        attachments.delete(Attachment.objects.get(), actor=alice)
        assert list(audit_rules.order_without_contract(every, now=later)) == [sold]
        assert not audit_rules.order_without_contract(every, now=clock.now()).exists()
        assert not audit_rules.order_without_contract(every, now=later, from_amount=600_000).exists()
