"""Delivery notes and statements on paper, and the logo that stands on all of them."""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from gucang.accounts import letterhead, logo
from gucang.accounts.actions import companies
from gucang.accounts.models import Member
from gucang.billing.actions import payments, receivables
from gucang.billing.paper import sheet_of as statement_sheet
from gucang.billing.statements import statement_of
from gucang.delivering.actions import deliveries
from gucang.delivering.models import Delivery
from gucang.kernel.actors import system
from gucang.kernel.errors import Invalid
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope
from gucang.ordering.actions import orders
from gucang.ordering.models import SalesOrder
from gucang.papers.filling import sheet_of
from gucang.papers.press import print_sheet
from gucang.parties.actions import contacts, customers
from gucang.parties.models import Customer
from gucang.stock.actions import moves, products, warehouses
from tests import pdftext
from tests.personas import hire


@pytest.fixture
def keeper(scope: Any) -> Member:
    """Kim keeps the warehouse of Acme, and sees neither customers nor amounts."""
    return hire("Kim", "warehouse")


@pytest.fixture
def customer(scope: Any, alice: Member) -> Customer:
    values = {"name": "苏州恒力精密机械有限公司", "city": "苏州市", "address": "金枫路216号"}
    return customers.create(actor=alice, values=values).record


@pytest.fixture
def order(customer: Customer, alice: Member, adam: Member) -> SalesOrder:
    """Ten spindles and four seals, with five per cent off the spindles, all of it in stock."""
    values = {"name": "高速主轴", "spec": "S750", "unit": "件", "list_price": "320", "tax_rate": "13"}
    spindle = products.create(actor=adam, values=values).record
    seal = products.create(actor=adam, values={"name": "密封圈", "unit": "个", "list_price": "3.33"}).record
    main = warehouses.create(actor=adam, values={"name": "主仓"}).record
    for product in (spindle, seal):
        moves.enter(adam, "receive", product, Decimal(100), warehouse=main)
    contact = contacts.create(
        actor=alice, values={"customer": customer, "name": "王建国", "mobile": "13800138000"}
    ).record
    rows = [
        {"product": spindle.pk, "quantity": "10", "discount": "5"},
        {"product": seal.pk, "quantity": "4", "note": "B2607"},
    ]
    made = orders.create(
        actor=alice,
        values={
            "customer": customer, "contact": contact, "lines": rows, "address": "金枫路216号西门",
            "customer_number": "PO-7731",
        },
    ).record  # fmt: skip
    return orders.approve(made, actor=alice).record


@pytest.fixture
def delivery(order: SalesOrder, alice: Member) -> Delivery:
    return deliveries.create(
        actor=alice, values={"order": order, "carrier": "顺丰", "tracking": "SF1234567", "due_on": date(2026, 12, 1)}
    ).record


def read(record: Any, actor: Any = None, language: str = "zh-hans") -> str:
    return pdftext.text(print_sheet(sheet_of(record, actor or system(), language)))


def test_a_delivery_note_has_what_the_carrier_needs_and_no_price(delivery: Delivery, alice: Member) -> None:
    found = read(delivery, alice.as_actor())
    for words in (
        "送货单", delivery.number, delivery.order_number, "苏州恒力精密机械有限公司", "王建国13800138000",
        "金枫路216号西门", "高速主轴", "S750", "10件", "密封圈", "4个", "顺丰", "SF1234567", "PO-7731",
        "2026年12月1日", "送货人", "收货人（签收）",
    ):  # fmt: skip
        assert words in found, words
    assert delivery.total == Decimal("3450.25")
    # Numbers and days are no prices, though "2026-03-20 20:20" reads like several.
    plain = re.sub(
        r"\d{4}-\d\d-\d\d\d\d:\d\d", "", found.replace(delivery.number, "").replace(delivery.order_number, "")
    )
    for secret in ("3,450.25", "3040", "304", "320", "¥", "13%"):
        assert secret not in plain, secret
    english = read(delivery, language="en")
    assert "Deliverynote" in english
    assert "Receivedbythecustomer" in english
    assert "3,450.25" not in english


def test_prices_stand_on_delivery_notes_where_the_company_wants_them(
    delivery: Delivery, acme: Company, alice: Member, keeper: Member
) -> None:
    companies.set_letterhead(acme, actor=system(), delivery_prices=True)
    found = read(delivery, alice.as_actor())
    for words in ("含税单价", "343.52", "3,435.20", "3.7625", "15.05", "¥3,450.25"):
        assert words in found, words
    # Who keeps the stock sees no amounts, also not on paper.
    packed = read(delivery, keeper.as_actor())
    assert "高速主轴" in packed
    assert "苏州恒力精密机械有限公司" in packed
    assert not [secret for secret in ("含税", "343.52", "3,450.25", "13800138000") if secret in packed]


def test_a_return_is_a_paper_of_its_own(delivery: Delivery, alice: Member, keeper: Member) -> None:
    sent = deliveries.confirm(delivery, actor=keeper).record
    back = deliveries.take_back(sent, actor=alice).record.made
    found = read(back)
    for words in ("退货单", back.number, delivery.number, "退货人", "收退货人", "高速主轴"):
        assert words in found, words
    assert "送货单" not in found


def test_pieces_are_added_up_where_they_are_counted_alike(delivery: Delivery, alice: Member, adam: Member) -> None:
    assert "合计数量" not in read(delivery)
    made = [products.create(actor=adam, values={"name": name, "unit": "件"}).record for name in "甲乙"]
    rows = [{"product": one.pk, "quantity": "2.5", "price": "1"} for one in made]
    order = orders.create(actor=alice, values={"customer": delivery.customer_id, "lines": rows}).record
    approved = orders.approve(order, actor=alice).record
    other = deliveries.create(actor=alice, values={"order": approved}).record
    assert "合计数量5件" in read(other)


# --- statements


@pytest.fixture
def owing(customer: Customer, alice: Member) -> Customer:
    """Owed 1,000.10 before, 500 in the period, paid 200, and all of the first given up again."""
    fiona = hire("Fiona", "finance")
    for amount, on in (("1000.10", date(2026, 1, 10)), ("500", date(2026, 2, 10))):
        receivables.create(
            actor=fiona, values={"name": "S750 备件", "customer": customer, "amount": amount, "billed_on": on}
        )
    payments.create(actor=fiona, values={"customer": customer, "amount": "200", "received_on": date(2026, 2, 20)})
    return customer


def test_a_statement_on_paper_says_what_the_screen_says(owing: Customer, alice: Member) -> None:
    found = statement_of(owing.pk, "", date(2026, 2, 1), date(2026, 2, 28))
    sheet = statement_sheet(owing, found, alice.as_actor())
    text = pdftext.text(print_sheet(sheet))
    for words in (
        "对账单", owing.number, "苏州恒力精密机械有限公司", "2026年2月1日", "2026年2月28日", "期初余额",
        "S750备件", *(line.number for line in found.lines), "500.00", "200.00", "¥1,000.10", "¥1,300.10",
        "壹仟叁佰元壹角", "核对无误（客户）",
    ):  # fmt: skip
        assert words in text, words
    assert len(found.lines) == 2


def test_a_customer_with_credit_reads_it_as_credit(customer: Customer, alice: Member) -> None:
    fiona = hire("Fiona", "finance")
    payments.create(actor=fiona, values={"customer": customer, "amount": "200", "received_on": date(2026, 2, 20)})
    found = statement_of(customer.pk, "", date(2026, 2, 1), date(2026, 2, 28))
    text = pdftext.text(print_sheet(statement_sheet(customer, found, alice.as_actor())))
    assert "贵公司在我方的余款¥200.00" in text
    assert "负" not in text


def test_who_may_open_the_statement_may_print_it(
    acme: Company, alice: Member, bob: Member, dan: Member, client: Client, login: Any
) -> None:
    with company_scope(acme):
        customer = customers.create(actor=alice, values={"name": "苏州恒力精密机械有限公司"}).record
        fiona, sven = hire("Fiona", "finance"), hire("Sven", "service")
        receivables.create(
            actor=fiona,
            values={"name": "备件", "customer": customer, "amount": "1000.10", "billed_on": date(2026, 1, 10)},
        )
    path = f"/acme/customers/{customer.pk}/statement"
    paper = f"{path}.pdf?first=2026-01-01&last=2026-01-31"
    answer = login(client, alice).get(f"{paper}&language=en")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "1,000.10" in pdftext.text(answer.content)
    assert "Statementofaccount" in pdftext.text(answer.content)
    assert customer.number in answer.headers["Content-Disposition"]
    page = login(client, alice).get(f"{path}?first=2026-01-01&last=2026-01-31").content.decode().replace("&amp;", "&")
    assert f'href="{paper}&currency=&language=zh-hans"' in page
    for stranger in (bob, dan, sven):
        assert login(client, stranger).get(paper).status_code == 404


# --- the logo


def picture(form: str = "PNG", size: tuple[int, int] = (300, 100)) -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", size, "#0a6b52").save(out, form)
    out.seek(0)
    return out


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_logo_stands_on_every_paper(
    scope: Any, acme: Company, delivery: Delivery, tmp_path: Any, settings: Any, form: str
) -> None:
    settings.MEDIA_ROOT = tmp_path
    before = print_sheet(sheet_of(delivery, system(), "en"))
    name = logo.take(picture(form, (3000, 1000)))
    companies.set_logo(acme, actor=system(), file=name)
    assert Image.open(io.BytesIO(logo.read(name))).size == (1000, 333)
    after = print_sheet(sheet_of(delivery, system(), "en"))
    assert b"/Subtype/Image" in after.replace(b" ", b"")
    assert b"/Subtype/Image" not in before.replace(b" ", b"")
    # What is written on papers is changed without touching the logo, and the logo without touching that.
    companies.set_letterhead(Company.objects.get(pk=acme.pk), actor=system(), phone="0512")
    assert letterhead.of_company().logo == name
    companies.set_logo(Company.objects.get(pk=acme.pk), actor=system(), file="")
    assert (letterhead.of_company().logo, letterhead.of_company().phone) == ("", "0512")


def test_what_is_no_picture_or_too_much_of_one_is_refused_in_a_sentence(
    scope: Any, acme: Company, tmp_path: Any, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    for bad in (b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n" + b"x" * 40, b"x" * (6 << 20)):
        with pytest.raises(Invalid):
            logo.take(io.BytesIO(bad))
    with pytest.raises(Invalid):
        logo.take(picture(size=(9000, 9000)))
    for name in ("../../etc/passwd", "0" * 32 + ".png", "x.png"):
        assert logo.read(name) == b""
        with pytest.raises(Invalid):
            companies.set_logo(acme, actor=system(), file=name)


def test_an_administrator_puts_the_logo_on_papers_and_a_stranger_never_sees_it(
    acme: Company, alice: Member, adam: Member, dan: Member, client: Client, login: Any, tmp_path: Any, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    path = "/acme/settings/letterhead"

    def send(**data: Any) -> Any:
        version = Company.objects.get(pk=acme.pk).version
        return login(client, adam).post(path, {"version": version, **data})

    upload = SimpleUploadedFile("logo.png", picture().read())
    assert send(logo="take", picture=upload).status_code == 302
    page = login(client, adam).get(path).content.decode()
    assert f'src="{path}/logo?' in page
    shown = login(client, adam).get(f"{path}/logo")
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/png")
    for stranger in (alice, dan):
        assert login(client, stranger).get(f"{path}/logo").status_code == 404
    assert send(logo="take").status_code == 422
    refused = send(logo="take", picture=SimpleUploadedFile("logo.png", b"nothing"))
    assert refused.status_code == 422
    assert "PNG" in refused.content.decode()
    assert send(phone="0512", delivery_prices="1").status_code == 302
    with company_scope(acme):
        head = letterhead.of_company()
        assert (head.phone, head.delivery_prices, bool(head.logo)) == ("0512", True, True)
    assert send(phone="0512").status_code == 302
    assert send(logo="none").status_code == 302
    with company_scope(acme):
        head = letterhead.of_company()
        assert (head.phone, head.delivery_prices, head.logo) == ("0512", False, "")
    assert login(client, adam).get(f"{path}/logo").status_code == 404
