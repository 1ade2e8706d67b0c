"""A promise gets into the books by a credit note or by terms, and out of them again; what is owed for an order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from gucang.billing import answering, charging
from gucang.billing.actions import credit, payments, receivables, setup
from gucang.billing.models import CreditTerms, Payment, PaymentTerms, Receivable
from gucang.billing.statements import statement_of
from gucang.kernel import clock
from gucang.kernel.actors import Access, FieldRule
from gucang.kernel.errors import Invalid, Refused
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope
from gucang.ordering.actions import orders
from gucang.parties.actions import customers
from gucang.promises import differences
from gucang.promises.actions import booking, making, settling
from gucang.promises.models import Promise
from gucang.stock.actions import products


@pytest.fixture
def promised(customer: Any, alice: Any) -> Callable[..., Promise]:
    """`promised("rebate", worth="100")`: a promise to Alice's customer."""

    def make(kind: str = "rebate", about: Any = None, **values: Any) -> Promise:
        where = {"about_type": about[0], "about_id": about[1]} if about else {
            "about_type": "customer", "about_id": customer.pk
        }  # fmt: skip
        given = {"kind": kind, "what": "3% 返利", **where, **values}
        if kind == "rebate":
            given.setdefault("worth", "100")
        return making.create(actor=alice, values=given).record

    return make


def now(record: Any) -> Any:
    return type(record).objects.get(pk=record.pk)


# --- a rebate --------------------------------------------------------------------------------------------------------


def test_a_rebate_becomes_a_credit_against_the_oldest_receivable(
    owes: Any, promised: Any, fiona: Any, act: Any, customer: Any
) -> None:
    later, first = owes("1000", due_on=clock.today()), owes("60", due_on=clock.today() - timedelta(days=9))
    promise = promised()
    booked = act(booking.book, promise, by=fiona).record
    note = Payment.objects.get()
    assert (booked.booked_ref, booked.booked_amount, booked.booked_type) == (note.number, 100, "payment")
    assert (note.method, note.amount, note.free_amount, note.promise_id) == ("credit", 100, 40, promise.pk)
    assert (now(first).open_amount, now(later).open_amount) == (0, 1000)
    statement = statement_of(customer.pk, "", clock.today() - timedelta(days=400), clock.today())
    assert [(str(line.what), line.settled) for line in statement.lines if line.settled] == [("credit", 100)]


def test_a_rebate_goes_to_the_receivable_that_is_named_or_that_it_was_promised_with(
    owes: Any, promised: Any, fiona: Any
) -> None:
    first, second, third = (owes("1000", billed_on=clock.today() - timedelta(days=n)) for n in (9, 8, 7))
    booking.book(promised(), actor=fiona, ref=second.number)
    booking.book(promised(about=("receivable", third.pk)), actor=fiona)
    assert [now(one).open_amount for one in (first, second, third)] == [1000, 900, 900]


def test_a_rebate_that_is_booked_elsewhere_keeps_the_number_of_that_document(
    owes: Any, promised: Any, fiona: Any
) -> None:
    owed = owes("1000")
    booked = booking.book(promised(), actor=fiona, ref="记-0117").record
    assert (booked.booked_ref, now(owed).open_amount, Payment.objects.count()) == ("记-0117", 1000, 0)


def test_the_receivable_of_another_customer_is_not_named(owes: Any, promised: Any, fiona: Any, alice: Any) -> None:
    theirs = customers.create(actor=alice, values={"name": "别的客户"}).record
    owed = owes("1000", customer=theirs)
    booking.book(promised(), actor=fiona, ref=owed.number)
    assert now(owed).open_amount == 1000


def test_a_booking_sent_back_takes_its_credit_back_and_can_be_made_again(
    owes: Any, promised: Any, fiona: Any, alice: Any
) -> None:
    owed, promise = owes("1000"), promised()
    booking.book(promise, actor=fiona)
    assert now(owed).open_amount == 900
    booking.send_back(promise.pk, actor=alice, why="应为 120")
    assert (now(owed).open_amount, Payment.objects.get().state) == (1000, "reversed")
    booking.book(promise.pk, actor=fiona, amount="120")
    assert now(owed).open_amount == 880


def test_what_keeps_a_promise_is_not_reversed_behind_it(owes: Any, promised: Any, fiona: Any, alice: Any) -> None:
    owes("1000")
    promise = promised()
    booking.book(promise, actor=fiona)
    with pytest.raises(Refused, match="承诺"):
        payments.reverse(Payment.objects.get(), actor=fiona, reason="录错")
    with pytest.raises(Refused):
        settling.break_promise(promise.pk, actor=alice, why="停产")
    settling.keep(promise.pk, actor=alice, confirmation="收到了")
    with pytest.raises(Refused):
        payments.reverse(Payment.objects.get(), actor=fiona, reason="录错")


# --- a payment term --------------------------------------------------------------------------------------------------


def test_a_promised_term_holds_for_the_customer_from_then_on(
    promised: Any, fiona: Any, ordered: Any, customer: Any
) -> None:
    credit.create(actor=fiona, values={"limit": "5000", "late_days": 10})
    booked = booking.book(promised("payment_term", what="月结 60"), actor=fiona).record
    mine = CreditTerms.objects.get(customer=customer)
    assert (booked.booked_ref, booked.booked_type, booked.booked_id) == ("月结 60", "credit_terms", mine.pk)
    assert (mine.terms.plan, mine.limit, mine.late_days) == ("月结 60", 5000, 10)
    assert charging.terms_for(ordered()) == mine.terms


def test_a_term_promised_with_an_order_holds_for_that_order(promised: Any, fiona: Any, ordered: Any) -> None:
    order, another = ordered(), ordered()
    promise = promised("payment_term", what="这单先发货后付款", about=("sales_order", order.pk))
    with pytest.raises(Invalid) as refused:
        booking.book(promise, actor=fiona)
    assert set(refused.value.fields) == {"ref"}
    booking.book(promise, actor=fiona, ref="货到 45 天")
    assert charging.terms_for(order).plan == "货到 45 天"
    assert charging.terms_for(another) is None
    assert PaymentTerms.objects.count() == 1


def test_a_term_that_stands_in_a_contract_elsewhere_is_booked_by_its_number(promised: Any, fiona: Any) -> None:
    booking.book(promised("payment_term", what="账期放宽"), actor=fiona, ref="补充协议-7")
    assert not PaymentTerms.objects.exists()
    assert not CreditTerms.objects.exists()


# --- what is owed for an order ---------------------------------------------------------------------------------------


def test_what_is_delivered_is_owed_by_the_terms_of_the_customer(
    fiona: Any, ordered: Any, customer: Any, terms: Any
) -> None:
    credit.create(actor=fiona, values={"customer": customer, "terms": terms("30% 预付, 70% 货到 30 天")})
    order = ordered(1000)
    owed = charging.charge(order, Decimal("565.01"), on=clock.today(), source=order)
    assert owed is not None
    rows = list(owed.instalments.order_by("position").values_list("amount", "due_on"))
    assert rows == [(Decimal("169.50"), clock.today()), (Decimal("395.51"), clock.today() + timedelta(days=30))]
    assert (owed.order_id, owed.source_label, owed.currency) == (order.pk, order.number, "")
    assert charging.charge(order, Decimal(0), on=clock.today(), source=order) is None
    with pytest.raises(Refused):  # a document has one receivable
        charging.charge(order, Decimal("1"), on=clock.today(), source=order)


# --- the answer card and the difference list -------------------------------------------------------------------------


def test_the_answer_card_tells_money_the_latest_first(owes: Any, alice: Any, bob: Any, customer: Any) -> None:
    owes("500", billed_on=clock.today(), due_on=clock.today() + timedelta(days=20))
    owes("300", due_on=clock.today() - timedelta(days=3))
    section = answering.money(alice.as_actor(), customer)
    assert section is not None
    assert [item.tone for item in section.items] == ["bad", ""]
    assert "¥300" in section.items[0].say
    assert "¥500" in section.items[1].say
    theirs = answering.money(bob.as_actor(), customer)
    assert theirs is not None
    assert not theirs.items


def test_the_answer_card_says_nothing_of_money_to_whom_it_is_hidden(owes: Any, alice: Any, customer: Any) -> None:
    owes("500")
    actor = alice.as_actor()
    actor.field_rules = {**actor.field_rules, "instalment.open_amount": FieldRule(Access.HIDDEN)}
    assert answering.money(actor, customer) is None


@pytest.fixture
def cheap(customer: Any, alice: Any, adam: Any) -> Any:
    """An approved order at half the price of the list."""
    product = products.create(actor=adam, values={"name": "伺服电机", "unit": "台", "list_price": "100"}).record
    lines = [{"product": product.pk, "quantity": 1, "price": "50"}]
    order = orders.create(actor=alice, values={"customer": customer, "lines": lines}).record
    orders.approve(order, actor=alice)
    return now(order)


def test_an_order_that_gives_more_than_the_list_without_a_promise_is_a_difference(
    cheap: Any, promised: Any, alice: Any, bob: Any, mia: Any
) -> None:
    check = answering.UNREGISTERED
    assert check in differences.every()
    assert [check.count(one.as_actor()) for one in (alice, mia, bob)] == [1, 1, 0]
    row = check.find(mia.as_actor(), 5)[0]
    assert (row.about, row.holder_id, row.ref) == (("sales_order", cheap.pk), alice.pk, cheap.number)
    assert "50" in row.title
    promised("discount", what="半价样机", worth="50")
    assert check.count(mia.as_actor()) == 0


def test_what_is_given_for_nothing_without_a_promise_is_a_difference(
    customer: Any, promised: Any, alice: Any, bob: Any, mia: Any, adam: Any
) -> None:
    product = products.create(actor=adam, values={"name": "电机", "unit": "台", "list_price": "100"}).record
    sample = products.create(actor=adam, values={"name": "样机", "unit": "台", "list_price": "80"}).record
    rows = [{"product": product.pk, "quantity": 1}, {"product": sample.pk, "quantity": 2, "price": "0"}]
    order = orders.create(actor=alice, values={"customer": customer, "lines": rows}).record
    assert answering.GIFTS.count(mia.as_actor()) == 0  # it does not hold yet
    orders.approve(order, actor=alice)
    assert [answering.GIFTS.count(one.as_actor()) for one in (alice, mia, bob)] == [1, 1, 0]
    row = answering.GIFTS.find(mia.as_actor(), 5)[0]
    assert (row.about, row.unregistered) == (("sales_order", order.pk), "gift")
    assert "样机" in row.title
    assert answering.UNREGISTERED.count(mia.as_actor()) == 0  # said once
    promised("gift", what="两台样机")
    assert answering.GIFTS.count(mia.as_actor()) == 0
    assert answering.UNREGISTERED.count(mia.as_actor()) == 0


def test_other_payment_terms_without_a_promise_are_a_difference(
    cheap: Any, promised: Any, alice: Any, bob: Any, fiona: Any
) -> None:
    owed = charging.charge(cheap, Decimal(50), on=clock.today(), source=cheap)
    assert answering.TERMS.count(alice.as_actor()) == 0
    longer = setup.create_terms(actor=fiona, values={"name": "月结 90 天", "plan": "100% 90 天"}).record
    receivables.edit(owed, actor=fiona, values={"terms": longer})
    assert [answering.TERMS.count(one.as_actor()) for one in (alice, fiona, bob)] == [1, 1, 0]
    row = answering.TERMS.find(fiona.as_actor(), 5)[0]
    assert (row.about, row.unregistered) == (("sales_order", cheap.pk), "payment_term")
    assert "月结 90 天" in row.title
    credit.create(actor=fiona, values={"customer": cheap.customer, "terms": longer})
    assert answering.TERMS.count(fiona.as_actor()) == 0  # what the customer has anyway


def test_another_companys_money_and_orders_are_in_neither(other: Company, dan: Any, acme: Company, adam: Any) -> None:
    with company_scope(other):
        theirs = customers.create(actor=dan, values={"name": "别家客户"}).record
        product = products.create(actor=dan, values={"name": "电机", "unit": "台", "list_price": "100"}).record
        lines = [{"product": product.pk, "quantity": 1, "price": "1"}]
        order = orders.create(actor=dan, values={"customer": theirs, "lines": lines}).record
        orders.approve(order, actor=dan)
        assert answering.UNREGISTERED.count(dan.as_actor()) == 1
        assert charging.charge(order, Decimal("1"), on=clock.today(), source=order) is not None
    with company_scope(acme):
        mine = customers.create(actor=adam, values={"name": "我家客户"}).record
        assert answering.UNREGISTERED.count(adam.as_actor()) == 0
        section = answering.money(adam.as_actor(), mine)
        assert section is not None
        assert not section.items
        assert not Receivable.objects.exists()
