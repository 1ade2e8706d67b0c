"""The register of invoices: numbers, titles, tax numbers, sums against the receivable, red ones."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gucang.billing.actions import invoices
from gucang.billing.models import Invoice, Receivable
from gucang.billing.tax import BadTaxNumber, check_tax_number
from gucang.kernel import clock, records
from gucang.kernel.errors import Forbidden, Invalid, Refused
from gucang.kernel.text.codes import make_credit_code
from gucang.parties.actions import customers


@pytest.fixture
def enter(fiona: Any, customer: Any) -> Callable[..., Invoice]:
    """`enter("100", receivable=…)`: an invoice in the register."""
    count = iter(range(1, 1000))

    def make(amount: str = "100", **values: Any) -> Invoice:
        values = {"number": f"2641200000{next(count):010}", "customer": customer, "amount": amount, **values}
        return invoices.create(actor=fiona, values=values).record

    return make


def test_title_and_tax_number_are_the_customers_unless_others_are_written(
    enter: Callable[..., Invoice], customer: Any, alice: Any
) -> None:

    code = make_credit_code(random.Random(1))
    customers.edit(customer, actor=alice, values={"credit_code": code})
    customer.refresh_from_db()
    made = enter(kind="special")
    assert (made.title, made.tax_number) == (customer.name, code)
    assert enter(title="恒力（常熟）分公司").tax_number == ""


def test_a_special_invoice_needs_a_tax_number(enter: Callable[..., Invoice]) -> None:
    with pytest.raises(Invalid) as refused:
        enter(kind="e_special")
    assert set(refused.value.fields) == {"tax_number"}


@pytest.mark.parametrize("number", ["123456789012345", "12345678901234567890"])
def test_old_tax_numbers_are_taken(number: str) -> None:
    assert check_tax_number(f" {number[:6]} {number[6:]} ") == number


@pytest.mark.parametrize("number", ["", "1234", "91310115MA1K3YJN2A", "九一三一零一一五", "9131011５MA1K3YJN2"])
def test_what_is_no_tax_number_is_refused(number: str) -> None:
    with pytest.raises(BadTaxNumber):
        check_tax_number(number)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": "0"}, "amount"), ({"amount": "-5"}, "amount"), ({"amount": "5", "tax": "5"}, "tax"),
        ({"amount": "5", "tax": "-1"}, "tax"), ({"amount": "1.001"}, "amount"), ({"tax_number": "12"}, "tax_number"),
    ],
)  # fmt: skip
def test_an_invoice_that_cannot_be_is_refused_by_its_field(
    enter: Callable[..., Invoice], values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        enter(**values)
    assert set(refused.value.fields) == {field}


def test_a_day_to_come_is_refused(enter: Callable[..., Invoice]) -> None:
    with pytest.raises(Invalid):
        enter(issued_on=clock.today() + timedelta(days=1))


def test_invoices_come_to_no_more_than_the_receivable_unless_it_is_said_why(
    enter: Callable[..., Invoice], owes: Callable[..., Receivable]
) -> None:
    owed = owes("1000")
    enter("600", receivable=owed)
    with pytest.raises(Invalid) as refused:
        enter("400.01", receivable=owed)
    assert set(refused.value.fields) == {"amount", "beyond"}
    enter("400.01", receivable=owed, beyond="运费一并开票")
    assert Invoice.objects.count() == 2


def test_another_customers_receivable_is_not_invoiced(
    enter: Callable[..., Invoice], owes: Callable[..., Receivable], alice: Any
) -> None:
    other = customers.create(actor=alice, values={"name": "无锡远大"}).record
    with pytest.raises(Invalid) as refused:
        enter(receivable=owes("5", customer=other))
    assert set(refused.value.fields) == {"receivable"}


def test_a_red_invoice_voids_one_and_makes_room_again(
    enter: Callable[..., Invoice], owes: Callable[..., Receivable], fiona: Any, act: Any
) -> None:
    owed = owes("1000")
    first = enter("1000", receivable=owed, tax="115.04")
    act(invoices.void, first, by=fiona, number="26412000009999999999", reason="抬头写错")
    red = Invoice.objects.get(red_of=first)
    assert (red.amount, str(red.tax), red.state) == (-1000, "-115.04", "red")
    first.refresh_from_db()
    assert first.state == "reddened"
    for record in (first, red):
        for verb, params in ((invoices.void, {"number": "1", "reason": "又"}), (invoices.delete, {})):
            with pytest.raises(Refused):
                verb(record, actor=fiona, **params)
    enter("1000", receivable=owed)


def test_an_invoice_stands_in_the_register_once(enter: Callable[..., Invoice], fiona: Any, act: Any) -> None:
    made = enter(number="26412000000000000001")
    with pytest.raises(Refused, match="已登记"):
        enter(number="26412000000000000001")
    act(invoices.delete, made, by=fiona)
    enter(number="26412000000000000001")


def test_who_sells_sees_the_own_customers_invoices(
    enter: Callable[..., Invoice], customer: Any, alice: Any, bob: Any
) -> None:
    made = enter()
    kind = records.get("invoice")
    assert list(kind.query(alice.as_actor())) == [made]
    assert not kind.query(bob.as_actor()).exists()
    with pytest.raises(Forbidden):
        invoices.create(actor=alice, values={"number": "1", "customer": customer, "amount": "1"})
