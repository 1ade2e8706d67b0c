"""Pages of money: the allocation, the ageing report, the statement, the cards; what each tells to whom."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from gucang.accounts.actions import roles
from gucang.accounts.models import Role
from gucang.accounts.rights import write_grants, write_rules
from gucang.billing.actions import payments, receivables, setup
from gucang.billing.models import Payment, Receivable
from gucang.kernel import clock
from gucang.kernel.actors import system
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from tests import pdftext
from tests.contracts.world import words_of
from tests.personas import hire, make_department


@dataclass
class Shop:
    """Acme with an accountant, a customer of Alice's and one of Bob's, and what they owe."""

    company: Company
    fiona: Any
    hers: Customer
    his: Customer
    late: Receivable
    credit: Payment


@pytest.fixture
def shop(acme: Company, alice: Any, bob: Any) -> Shop:
    today = clock.today()
    with company_scope(acme):
        fiona = hire("Fiona", "finance", make_department("财务部"))
        hers = customers.create(actor=alice, values={"name": "苏州恒力"}).record
        his = customers.create(actor=bob, values={"name": "无锡远大"}).record
        made = [
            receivables.create(actor=fiona, values={
                "name": f"货款{n}", "customer": who, "amount": amount, "billed_on": today - timedelta(days=days)
            }).record
            for n, (who, amount, days) in enumerate(
                [(hers, "1000.10", 45), (hers, "500", 0), (his, "7777.77", 100), (his, "3", 10)]
            )
        ]  # fmt: skip
        credit = payments.create(actor=fiona, values={"customer": hers, "amount": "200"}).record
    return Shop(acme, fiona, hers, his, made[0], credit)


@pytest.fixture
def visit(client: Client, login: Callable[..., Client]) -> Callable[..., Any]:
    """`visit(alice, "ageing")`: what she gets there."""

    def go(who: Any, path: str, **data: Any) -> Any:
        browser = login(client, who)
        return browser.post(f"/acme/{path}", data) if data else browser.get(f"/acme/{path}")

    return go


def read(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return words_of(answer.content.decode())


def test_finance_sees_the_ageing_of_everybody_by_bucket(shop: Shop, visit: Any) -> None:
    page = read(visit(shop.fiona, "ageing"))
    for words in ("苏州恒力", "无锡远大", "¥1,000.10", "¥7,777.77", "¥9,280.87"):
        assert words in page, words
    by_owner = read(visit(shop.fiona, "ageing?by=owner"))
    assert "Alice" in by_owner
    assert "¥7,780.77" in by_owner
    by_department = read(visit(shop.fiona, "ageing?by=department"))
    assert "销售一组" in by_department
    assert "¥9,280.87" in by_department


def test_a_salesperson_sees_the_ageing_of_the_own_customers_only(shop: Shop, visit: Any, alice: Any) -> None:
    for by in ("customer", "owner", "department"):
        page = read(visit(alice, f"ageing?by={by}"))
        assert "¥1,500.10" in page
        assert "7,777" not in page
        assert "无锡远大" not in page


def test_each_number_opens_what_is_behind_it(shop: Shop, visit: Any) -> None:
    today = clock.today()
    page = visit(shop.fiona, "ageing").content.decode().replace("&amp;", "&")
    first, last = today - timedelta(days=60), today - timedelta(days=31)
    link = f"/acme/instalments/?customer={shop.hers.pk}&is_open=1&due_on__gte={first}&due_on__lte={last}"
    assert f'"{link}"' in page
    listed = read(visit(shop.fiona, link.removeprefix("/acme/")))
    assert "¥1,000.10" in listed
    assert "¥500" not in listed


def test_the_report_goes_on_where_the_page_ends(shop: Shop, visit: Any) -> None:
    with company_scope(shop.company):
        for n in range(60):
            who = customers.create(actor=system(), values={"name": f"客户{n:02}"}).record
            values = {"name": "货款", "customer": who, "amount": str(10 + n % 3)}
            receivables.create(actor=system(), values=values)
    seen: list[str] = []
    path = "ageing"
    for _ in range(3):
        page = visit(shop.fiona, path).content.decode()
        seen += [name for name in (f"客户{n:02}" for n in range(60)) if name in page]
        following = re.search(r'href="/acme/(ageing\?after=[^"]+)"', page)
        if following is None:
            break
        path = following[1]
    assert sorted(seen) == [f"客户{n:02}" for n in range(60)]


@pytest.mark.parametrize(
    "query", ["?after=x", "?after=1~2~3", "?after=NaN~1", "?by=secret", "?owner=abc", "?after=1e999~1"]
)
def test_an_address_that_nobody_gave_shows_the_report(shop: Shop, visit: Any, query: str) -> None:
    assert "¥9,280.87" in read(visit(shop.fiona, f"ageing{query}"))


def test_the_report_is_a_workbook_with_numbers(shop: Shop, visit: Any, alice: Any) -> None:
    def sheet(who: Any) -> str:
        answer = visit(who, "ageing.xlsx")
        assert answer.headers["Content-Disposition"].endswith('.xlsx"')
        return zipfile.ZipFile(io.BytesIO(answer.content)).read("xl/worksheets/sheet1.xml").decode()

    assert "<v>7777.77</v>" in sheet(shop.fiona)
    assert "无锡远大" not in sheet(alice)


def test_hidden_amounts_leave_no_sums(shop: Shop, visit: Any, alice: Any, adam: Any) -> None:
    with company_scope(shop.company):
        role = Role.objects.get(key="salesperson")
        hidden = ("receivable.open_amount", "receivable.amount", "instalment.amount", "instalment.open_amount")
        rules = role.field_rules | {name: {"inside": "hidden"} for name in hidden}
        roles.set_rights(role, actor=adam, grants=write_grants(role.grants), field_rules=write_rules(rules))
    assert visit(alice, "ageing").status_code == 403
    assert visit(alice, f"customers/{shop.hers.pk}/statement").status_code == 403
    for path in (f"customers/{shop.hers.pk}", "", f"receivables/{shop.late.pk}"):
        assert "1,000.10" not in read(visit(alice, path))


def test_a_statement_goes_from_balance_to_balance(shop: Shop, visit: Any, alice: Any, bob: Any, carol: Any) -> None:
    today = clock.today()
    period = f"?first={today - timedelta(days=30)}&last={today}"
    page = read(visit(alice, f"customers/{shop.hers.pk}/statement{period}"))
    for words in ("¥1,000.10", "¥500", "¥200", "¥1,300.10", shop.credit.number):
        assert words in page, words
    assert visit(bob, f"customers/{shop.hers.pk}/statement").status_code == 404
    assert visit(carol, f"customers/{shop.hers.pk}/statement").status_code == 200
    for broken in ("?first=morgen", "?first=2026-05-02&last=2026-05-01"):
        assert visit(alice, f"customers/{shop.hers.pk}/statement{broken}").status_code == 200
    book = visit(alice, f"customers/{shop.hers.pk}/statement.xlsx{period}")
    text = zipfile.ZipFile(io.BytesIO(book.content)).read("xl/worksheets/sheet1.xml").decode()
    assert "<v>1300.10</v>" in text


def test_service_reads_the_customer_and_not_the_money(shop: Shop, visit: Any) -> None:
    with company_scope(shop.company):
        sven = hire("Sven", "service")
    assert "1,000.10" not in read(visit(sven, f"customers/{shop.hers.pk}"))
    for path in ("ageing", "ageing.xlsx", "receivables/", f"customers/{shop.hers.pk}/statement"):
        assert visit(sven, path).status_code == 404, path


def test_the_customers_page_says_what_is_owed(shop: Shop, visit: Any, alice: Any) -> None:
    page = read(visit(alice, f"customers/{shop.hers.pk}"))
    for words in ("¥1,500.10", "¥1,000.10", "¥200"):
        assert words in page, words


def test_an_allocation_is_proposed_changed_and_kept(shop: Shop, visit: Any) -> None:
    path = f"payments/{shop.credit.pk}/allocate"
    page = visit(shop.fiona, path).content.decode()
    with company_scope(shop.company):
        first = shop.late.instalments.get()
    assert f'name="a-{first.pk}" value="200.00"' in page
    # More than is free: the page comes back with its sentence and what was typed.
    refused = visit(shop.fiona, path, **{f"a-{first.pk}": "300", "seen": "1"})
    assert refused.status_code == 409
    assert 'value="300"' in refused.content.decode()
    nonsense = visit(shop.fiona, path, **{f"a-{first.pk}": "-3"})
    assert nonsense.status_code == 422
    nothing = visit(shop.fiona, path, **{f"a-{first.pk}": ""})
    assert nothing.status_code == 422
    done = visit(shop.fiona, path, **{f"a-{first.pk}": "150.10"})
    assert (done.status_code, done.headers["Location"]) == (302, f"/acme/payments/{shop.credit.pk}")
    with company_scope(shop.company):
        assert Receivable.objects.get(pk=shop.late.pk).open_amount == 850
        assert Payment.objects.get(pk=shop.credit.pk).free_amount == Decimal("49.90")
    # Set to nothing, what it settled is open again.
    visit(shop.fiona, path, **{f"a-{first.pk}": "0"})
    with company_scope(shop.company):
        assert Receivable.objects.get(pk=shop.late.pk).open_amount == Decimal("1000.10")


def test_who_may_not_allocate_gets_no_form(shop: Shop, visit: Any, alice: Any, bob: Any) -> None:
    path = f"payments/{shop.credit.pk}/allocate"
    assert visit(alice, path).status_code == 403
    assert visit(bob, path).status_code == 404
    assert visit(alice, path, to="").status_code == 403
    with company_scope(shop.company):
        assert Payment.objects.get(pk=shop.credit.pk).free_amount == 200


def test_the_same_bank_reference_is_pointed_out_before_it_is_entered(shop: Shop, visit: Any) -> None:
    with company_scope(shop.company):
        payments.edit(shop.credit, actor=shop.fiona, values={"bank_reference": "ICBC-77"})
    values = {"customer": shop.hers.pk, "amount": "200", "bank_reference": "ICBC-77", "received_on": str(clock.today())}
    asked = visit(shop.fiona, "payments/new", **values, method="transfer")
    assert asked.status_code in (200, 409)
    assert shop.credit.number in asked.content.decode()
    with company_scope(shop.company):
        assert Payment.objects.count() == 1


def test_finance_begins_with_what_is_due_late_and_not_allocated(shop: Shop, visit: Any, alice: Any) -> None:
    page = read(visit(shop.fiona, ""))
    for words in ("¥500", "¥8,780.87", "¥200"):
        assert words in page, words
    mine = read(visit(alice, ""))
    assert "货款0" in mine
    assert "无锡远大" not in mine


def test_terms_and_steps_are_set_up_by_finance(shop: Shop, visit: Any, alice: Any) -> None:
    with company_scope(shop.company):
        setup.create_terms(actor=shop.fiona, values={"name": "月结", "plan": "月结 60"})
    assert "月结 60" in read(visit(shop.fiona, "payment-terms/"))
    assert visit(alice, "payment-terms/new").status_code == 403
    assert visit(alice, "dunning-steps/").status_code == 404


def test_a_statement_comes_through_the_api_as_data_as_a_paper_and_as_a_workbook(
    shop: Shop, visit: Any, alice: Any, bob: Any, field_of_role: Any
) -> None:
    today = clock.today()
    path, days = f"api/v1/customers/{shop.hers.pk}/statement", f"?first={today - timedelta(days=30)}&last={today}"
    body = visit(alice, path + days).json()
    assert {name: body[name] for name in ("opening", "owed", "settled", "closing", "currency", "complete")} == {
        "opening": "1000.10", "owed": "500", "settled": "200", "closing": "1300.10", "currency": "CNY",
        "complete": True,
    }  # fmt: skip
    assert [(one["what"], one["number"], one["balance"]) for one in body["lines"]][-1] == (
        "paid", shop.credit.number, "1300.10",
    )  # fmt: skip
    paper = visit(alice, f"{path}/pdf{days}&language=en")
    assert paper.headers["Content-Type"] == "application/pdf"
    assert "1,300.10" in pdftext.text(paper.content)
    book = visit(alice, f"{path}/xlsx{days}")
    assert "<v>1300.10</v>" in zipfile.ZipFile(io.BytesIO(book.content)).read("xl/worksheets/sheet1.xml").decode()
    for part in ("", "/pdf", "/xlsx"):
        assert visit(bob, path + part).status_code == 404
    for broken in ("?first=morgen", "?first=2026-05-02&last=2026-05-01", "?currency=USD"):
        assert visit(alice, path + broken).status_code == 422
    assert visit(alice, f"{path}/pdf?language=fr").status_code == 422
    field_of_role("salesperson", "payment.amount")
    for part in ("", "/pdf", "/xlsx"):
        assert visit(alice, path + part).status_code == 403


@pytest.fixture
def field_of_role(shop: Shop, adam: Any) -> Callable[[str, str], None]:
    """`field_of_role("salesperson", "payment.amount")`: that role sees the field no more."""

    def hide(key: str, field: str) -> None:
        with company_scope(shop.company):
            role = Role.objects.get(key=key)
            rules = write_rules(role.field_rules | {field: {"inside": "hidden"}})
            roles.set_rights(role, actor=adam, grants=write_grants(role.grants), field_rules=rules)

    return hide
