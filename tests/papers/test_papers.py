"""Quotes and orders on paper: what stands there in both languages, and what never does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gucang.accounts.actions import companies
from gucang.accounts.models import Member
from gucang.kernel.actors import Access, FieldRule, system
from gucang.kernel.errors import NotVisible, Refused
from gucang.kernel.models import Company, Event
from gucang.kernel.scope import company_scope
from gucang.papers import declared, press
from gucang.papers.declared import Paper
from gucang.papers.filling import sheet_of
from gucang.papers.press import print_sheet
from gucang.papers.sheet import Column, Party, Sheet
from gucang.parties.actions import contacts, customers
from gucang.selling.actions import quotes
from gucang.selling.models import Quote
from gucang.stock.actions import products
from tests import pdftext

# What typst, a shell or a page would make something of.
TRICKS = '#eval("1+1") $x^2$ *bold* _under_ @ref <label> \\n `raw` // gone = 标题 "quoted" {{ x }} %(a)s [[c]]'
HEAD = {
    "legal_name": "苏州谷仓机电设备有限公司", "english_name": "Suzhou Gucang Machinery Co., Ltd.",
    "address": "苏州市工业园区星湖街328号", "english_address": "328 Xinghu Street, Suzhou", "phone": "0512-62881234",
    "tax_number": "91320594MA1NXXXX9K", "bank": "中国工商银行苏州园区支行", "account": "1102 0203 0900 0123 456",
    "terms": "1. 预付 30%。\n2. 质保一年。",
}  # fmt: skip


@pytest.fixture
def new_quote(scope: Any, acme: Company, alice: Member, adam: Member) -> Callable[..., Quote]:
    """`new_quote([{...}], currency="USD")`: a quote of Alice's over a spindle and a bearing, with a cost and a note."""
    spindle = products.create(
        actor=adam, values={"name": "高速主轴", "spec": "S750", "list_price": "320", "cost": "201.37"}
    ).record
    customer = customers.create(
        actor=alice,
        values={"name": "苏州恒力精密机械有限公司", "province": "江苏省", "city": "苏州市", "address": "金枫路216号"},
    ).record
    contact = contacts.create(
        actor=alice, values={"customer": customer, "name": "王建国", "mobile": "13800138000"}
    ).record

    def make(rows: Any = None, **values: Any) -> Quote:
        rows = rows or [{"product": spindle.pk, "quantity": "3", "price": "320"}]
        given = {"customer": customer, "contact": contact, "note": "底价不要说出去", "lines": rows, **values}
        return quotes.create(actor=alice, values=given).record

    make.product = spindle  # type: ignore[attr-defined]
    return make


def printed(record: Any, actor: Any = None, language: str = "zh-hans") -> bytes:
    return print_sheet(sheet_of(record, actor or system(), language))


def test_a_quote_stands_on_paper_in_chinese(new_quote: Callable[..., Quote], acme: Company, alice: Member) -> None:
    companies.set_letterhead(acme, actor=system(), **HEAD)
    quote = new_quote(valid_until=date(2099, 12, 31))
    found = pdftext.text(printed(quote, alice.as_actor()))
    for words in (
        "报价单", quote.number, "苏州谷仓机电设备有限公司", "苏州恒力精密机械有限公司", "王建国",
        "江苏省苏州市金枫路216号", "2099年12月31日", "高速主轴", "S750", "960.00", "¥1,084.80",
        "人民币大写壹仟零捌拾肆元捌角", "预付30%", "质保一年",
        "中国工商银行苏州园区支行", "第1页，共1页", "草稿",
    ):  # fmt: skip
        assert words in found, words
    assert "\N{REPLACEMENT CHARACTER}" not in found


def test_the_same_quote_stands_on_paper_in_english(new_quote: Callable[..., Quote], acme: Company) -> None:
    companies.set_letterhead(acme, actor=system(), **HEAD)
    found = pdftext.text(printed(new_quote(valid_until=date(2099, 12, 31)), language="en"))
    for words in ("Quotation", "SuzhouGucangMachinery", "328XinghuStreet", "31December2099", "Page1of1", "¥1,084.80"):
        assert words in found, words
    assert "人民币大写" not in found


def test_what_it_costs_us_and_what_colleagues_note_is_on_no_paper(new_quote: Callable[..., Quote]) -> None:
    quote = new_quote()
    assert quote.margin == Decimal("355.89")
    for language in ("zh-hans", "en"):
        found = pdftext.text(printed(quote, language=language))
        assert not [words for words in ("201.37", "355.89", "底价") if words in found]
    with pytest.raises(ValueError, match="margin"):
        declared.register(Paper("customer", "x", facts=("margin",)))


def test_what_people_type_is_set_as_it_is_typed(new_quote: Callable[..., Quote]) -> None:
    quote = new_quote(
        [{"product": new_quote.product.pk, "quantity": "1", "price": "1", "note": TRICKS}],  # type: ignore[attr-defined]
        terms=f"{TRICKS}\n  #pagebreak()",
    )
    found = pdftext.text(printed(quote))
    assert found.count(TRICKS.replace(" ", "")) == 2
    assert "#pagebreak()" in found


def test_long_text_without_a_space_stays_on_the_paper_and_breaks_over_pages(new_quote: Callable[..., Quote]) -> None:
    quote = new_quote(terms="a" * 20_000)
    pages = pdftext.pages(printed(quote))
    assert len(pages) > 2
    assert sum(page.count("a") for page in pages) >= 20_000
    longest = Sheet("zh-hans", "单", "1", Party("谷仓"), notes=[("x", "字" * 65_536)])
    assert pdftext.text(print_sheet(longest)).count("字") == 65_536


def test_the_head_of_the_table_stands_on_every_page_of_a_long_quote(new_quote: Callable[..., Quote]) -> None:
    line = {"product": new_quote.product.pk, "quantity": "2", "price": "10.5"}  # type: ignore[attr-defined]
    quote = new_quote([line | {"note": f"第{n}批"} for n in range(1, 121)])
    pages = pdftext.pages(printed(quote))
    assert len(pages) >= 4
    for number, page in enumerate(pages, 1):
        words = page.replace("\n", "").replace(" ", "")
        assert f"第{number}页，共{len(pages)}页" in words
        assert quote.number in words
        if number < len(pages):
            assert "数量单位" in words
    whole = "".join(pages).replace("\n", "").replace(" ", "")
    assert all(f"第{n}批" in whole for n in range(1, 121))


def test_a_foreign_currency_has_its_own_places_and_no_chinese_words(new_quote: Callable[..., Quote]) -> None:
    line = {"product": new_quote.product.pk, "quantity": "1", "price": "1500"}  # type: ignore[attr-defined]
    found = pdftext.text(printed(new_quote([line], currency="JPY")))
    assert "1,695" in found
    assert "1,695.00" not in found
    assert "大写" not in found


def test_a_role_that_may_not_see_amounts_gets_a_paper_without_them(
    new_quote: Callable[..., Quote], alice: Member
) -> None:
    quote, actor = new_quote(), alice.as_actor()
    actor.field_rules = {"quote.total": FieldRule(Access.HIDDEN), "contact.mobile": FieldRule(Access.MASKED)}
    found = pdftext.text(printed(quote, actor))
    assert "高速主轴" in found
    assert "¥1,084.80" not in found
    assert "大写" not in found
    assert "13800138000" not in found
    actor.field_rules = {"quote.lines": FieldRule(Access.HIDDEN)}
    found = pdftext.text(printed(quote, actor))
    assert "高速主轴" not in found
    assert "1,084.80" not in found


def test_what_was_sent_keeps_its_terms(new_quote: Callable[..., Quote], acme: Company, alice: Member) -> None:
    companies.set_letterhead(acme, actor=system(), **HEAD)
    quote = quotes.send(new_quote(), actor=alice).record
    companies.set_letterhead(acme, actor=system(), terms="全部预付")
    assert "质保一年" in pdftext.text(printed(quote))
    assert "全部预付" in pdftext.text(printed(new_quote()))


def test_every_character_of_gbk_is_in_the_font_that_comes_along() -> None:
    every = {
        bytes([a, b]).decode("gbk", "ignore")
        for a in range(0x81, 0xFF)
        for b in (*range(0x40, 0x7F), *range(0x80, 0xFF))
    }
    han = sorted(one for one in every if "\u4e00" <= one <= "\u9fa5")
    assert len(han) == 20_902
    sheet = Sheet("zh-hans", "字", "1", Party("谷仓"), notes=[("字", "".join(han))])
    found = pdftext.text(print_sheet(sheet))
    assert "\N{REPLACEMENT CHARACTER}" not in found
    assert set(han) - set(found) == {"壿"}  # one glyph serves it and 墫, which is what is read back


def test_characters_beyond_our_font_ask_the_fonts_of_the_system() -> None:
    assert not press.needs_more("喆堃珺 臺灣 Ünïcode 第①")
    assert press.needs_more("𰻞")


def test_what_is_no_paper_any_more_is_refused_in_a_sentence() -> None:
    rows = [["1"]] * (press.MOST_ROWS + 1)
    sheet = Sheet("zh-hans", "单", "1", Party("谷仓"), columns=[Column("#")], rows=rows)
    with pytest.raises(Refused, match=str(press.MOST_ROWS)):
        print_sheet(sheet)
    with pytest.raises(Refused):
        print_sheet(Sheet("zh-hans", "单", "1", Party("谷仓"), notes=[("x", "字" * press.MOST_LETTERS)]))


def test_a_program_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "SECONDS", 0.001)
    with pytest.raises(Refused):
        print_sheet(Sheet("zh-hans", "单", "1", Party("谷仓")))


def test_a_type_without_a_paper_has_none(scope: Any, alice: Member) -> None:
    customer = customers.create(actor=alice, values={"name": "甲"}).record
    with pytest.raises(NotVisible):
        sheet_of(customer, alice.as_actor(), "en")


def test_the_number_of_statements_does_not_grow_with_the_lines(new_quote: Callable[..., Quote], alice: Member) -> None:
    line = {"product": new_quote.product.pk, "quantity": "1", "price": "1"}  # type: ignore[attr-defined]
    counts = []
    for many in (1, 2, 60):
        fresh = Quote.objects.get(pk=new_quote([line] * many).pk)
        with CaptureQueriesContext(connection) as found:
            sheet_of(fresh, alice.as_actor(), "en")
        counts.append(len(found))
    assert counts[1] == counts[2] <= 9


def test_the_pdf_is_for_whom_the_record_is(
    acme: Company, alice: Member, bob: Member, dan: Member, adam: Member, client: Client, login: Any
) -> None:
    with company_scope(acme):
        product = products.create(actor=adam, values={"name": "主轴", "list_price": "320"}).record
        customer = customers.create(actor=alice, values={"name": "苏州恒力精密机械有限公司"}).record
        rows = [{"product": product.pk, "quantity": 1}]
        quote = quotes.create(actor=alice, values={"customer": customer, "lines": rows}).record
        events = Event.objects.count()
    path = f"/acme/quotes/{quote.pk}/pdf"
    answer = login(client, alice).get(f"{path}?language=en")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "sandbox" not in answer.headers["Content-Security-Policy"]
    assert "no-store" in answer.headers["Cache-Control"]
    assert quote.number in answer.headers["Content-Disposition"]
    assert "Quotation" in pdftext.text(answer.content)
    assert login(client, alice).get(f"/acme/api/v1/quotes/{quote.pk}/pdf").headers["Content-Type"] == "application/pdf"
    assert login(client, alice).get(f"/acme/api/v1/quotes/{quote.pk}/pdf?language=fr").status_code == 422
    assert login(client, alice).get(f"/acme/customers/{customer.pk}/pdf").status_code == 404
    assert f'href="{path}?language=en"' in login(client, alice).get(f"/acme/quotes/{quote.pk}").content.decode()
    for stranger in (bob, dan):
        assert login(client, stranger).get(path).status_code == 404
        assert login(client, stranger).get(f"/acme/api/v1/quotes/{quote.pk}/pdf").status_code == 404
    with company_scope(acme):
        assert Event.objects.count() == events


def test_the_letterhead_is_written_on_its_page_by_an_administrator(
    acme: Company, alice: Member, adam: Member, client: Client, login: Any
) -> None:
    assert login(client, alice).get("/acme/settings/letterhead").status_code == 404
    browser = login(client, adam)
    page = browser.get("/acme/settings/letterhead").content.decode()
    assert 'name="tax_number"' in page
    version = Company.objects.get(pk=acme.pk).version
    assert browser.post("/acme/settings/letterhead", HEAD | {"version": version}).status_code == 302
    with company_scope(acme):
        event = Event.objects.filter(name="company.set_letterhead").get()
        assert event.changes["settings"][1]["letterhead"]["bank"] == HEAD["bank"]
    page = browser.get("/acme/settings/letterhead").content.decode()
    assert HEAD["account"] in page
    too_long = browser.post("/acme/settings/letterhead", HEAD | {"phone": "1" * 61, "version": version + 1})
    assert too_long.status_code == 422
    assert HEAD["terms"].splitlines()[0] in too_long.content.decode()
