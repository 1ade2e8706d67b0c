"""Payments: allocated, allocated otherwise, too much, too little, refunded, reversed; and what the ledger then says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from gucang.billing import ledger
from gucang.billing.actions import payments
from gucang.billing.models import Entry, Instalment, Payment, Receivable
from gucang.books import actions as books
from gucang.kernel import clock, undoing
from gucang.kernel.errors import Forbidden, Invalid, NotVisible, Refused
from gucang.kernel.models import Event
from gucang.parties.actions import customers

Owes = Callable[..., Receivable]
Pays = Callable[..., Payment]


def now(record: Any) -> Any:
    return type(record).objects.get(pk=record.pk)


def money(receivable: Receivable) -> tuple[str, str, str]:
    found = now(receivable)
    return f"{found.open_amount}", f"{found.paid_amount}", found.state


def test_a_payment_for_a_receivable_is_allocated_at_once(owes: Owes, pays: Pays) -> None:
    owed = owes("1000")
    paid = pays("400", pays=owed)
    assert money(owed) == ("600.00", "400.00", "partly")
    assert (paid.free_amount, paid.state) == (0, "settled")
    made = Event.objects.get(name="payment.create")
    (followed,) = Event.objects.filter(cause=made.pk)
    (settled,) = Event.objects.filter(cause=followed.pk)
    assert (followed.name, settled.name) == ("payment.allocate", "receivable.settle")
    assert settled.changes["open_amount"] == ["1000", "600"]


def test_what_is_over_stays_as_the_customers_credit(owes: Owes, pays: Pays, fiona: Any) -> None:
    owed = owes("1000")
    paid = pays("1500", pays=owed)
    assert money(owed) == ("0.00", "1000.00", "paid")
    assert (paid.free_amount, paid.state) == (500, "partly")
    later = owes("700")
    payments.allocate(paid, actor=fiona)
    assert money(later) == ("200.00", "500.00", "partly")
    assert now(paid).state == "settled"


def test_the_oldest_due_is_settled_first_and_what_waits_for_acceptance_last(
    owes: Owes, pays: Pays, fiona: Any, terms: Any
) -> None:
    waiting = owes("100", terms=terms("验收后 30 天"))
    late = owes("100", due_on=date(2026, 3, 1))
    early = owes("100", due_on=date(2026, 2, 1))
    paid = pays("250")
    payments.allocate(paid, actor=fiona)
    assert [money(one)[0] for one in (early, late, waiting)] == ["0.00", "0.00", "50.00"]


def test_an_allocation_by_hand_replaces_what_was_allocated(owes: Owes, pays: Pays, fiona: Any) -> None:
    first, second = owes("300"), owes("300")
    paid = pays("400")
    payments.allocate(paid, actor=fiona, to=f"{first.number}/1 = 300; {second.number} = 100")
    outcome = payments.allocate(paid, actor=fiona, to=f"{second.number}/1＝250.5")
    assert [money(one)[0] for one in (first, second)] == ["300.00", "49.50"]
    assert (now(paid).free_amount, now(paid).state) == (Decimal("149.50"), "partly")
    assert outcome.event is not None
    undoing.undo(outcome.event, actor=fiona)
    assert [money(one)[0] for one in (first, second)] == ["0.00", "200.00"]
    # Nothing was rubbed out: five lines tell it.
    assert Entry.objects.filter(payment=paid).count() == 6


def test_an_amount_for_a_whole_receivable_goes_over_its_instalments(
    owes: Owes, pays: Pays, fiona: Any, terms: Any
) -> None:
    owed = owes("100", terms=terms("30% 预付, 70% 货到 30 天"))
    paid = pays("50")
    payments.allocate(paid, actor=fiona, to=f"{owed.number} = 50")
    assert [row.open_amount for row in ledger.instalments_of(owed)] == [0, 50]
    assert now(owed).next_due_on == date(2026, 2, 9)


@pytest.mark.parametrize(
    "line",
    ["{n} = 1001", "{n}/1 = 1001", "{n}/2 = 1", "{n}/0 = 1", "{n} = -1", "{n} = 1.001", "{n} = 一千零一", "{n}", "= 5",
     "{n} = 1; {n} = 2", "YS999 = 1", "{n} = 99999999999999999", "{n} = NaN", "{n} = 1e400"],
)  # fmt: skip
def test_an_allocation_that_cannot_be_is_refused_and_nothing_is_booked(
    owes: Owes, pays: Pays, fiona: Any, line: str
) -> None:
    owed, paid = owes("1000"), pays("5000")
    with pytest.raises((Invalid, Refused)) as refused, transaction.atomic():
        payments.allocate(paid, actor=fiona, to=line.format(n=owed.number))
    assert str(refused.value).rstrip("”").endswith(("。", "."))
    assert money(owed) == ("1000.00", "0.00", "open")
    assert not Entry.objects.exists()


def test_more_than_the_payment_has_is_refused(owes: Owes, pays: Pays, fiona: Any) -> None:
    owed, paid = owes("1000"), pays("10")
    with pytest.raises(Refused, match="¥990"):
        payments.allocate(paid, actor=fiona, to=f"{owed.number} = 1000")


def test_another_customers_receivable_is_not_settled(owes: Owes, pays: Pays, fiona: Any, alice: Any) -> None:
    other = customers.create(actor=alice, values={"name": "无锡远大"}).record
    theirs, paid = owes("100", customer=other), pays("100")
    with pytest.raises(Invalid):
        payments.allocate(paid, actor=fiona, to=f"{theirs.number} = 100")
    with pytest.raises(Invalid) as refused:
        pays("100", pays=theirs)
    assert set(refused.value.fields) == {"pays"}
    with pytest.raises(Refused):
        payments.allocate(paid, actor=fiona)
    assert now(paid).free_amount == 100


def test_currencies_do_not_mix_and_need_a_rate(owes: Owes, pays: Pays, fiona: Any) -> None:
    with pytest.raises(Invalid, match="USD"):
        owes("100", currency="USD")
    books.create_rate(actor=fiona, values={"currency": "USD", "on": date(2026, 1, 1), "rate": "7.1"})
    dollars, paid = owes("100", currency="USD"), pays("100")
    assert dollars.rate == Decimal("7.1")
    with pytest.raises(Invalid, match="USD"):
        payments.allocate(paid, actor=fiona, to=f"{dollars.number} = 100")
    with pytest.raises(Refused):
        payments.allocate(paid, actor=fiona)
    cents = pays("100", currency="USD", pays=dollars)
    assert (cents.free_amount, money(dollars)[2]) == (0, "paid")


def test_a_reversal_opens_again_what_was_settled_and_stays_in_the_books(
    owes: Owes, pays: Pays, fiona: Any, act: Any
) -> None:
    first, second = owes("300"), owes("300")
    paid = pays("500")
    payments.allocate(paid, actor=fiona)
    act(payments.reverse, paid, by=fiona, reason="退票")
    assert [money(one) for one in (first, second)] == [("300.00", "0.00", "open")] * 2
    assert (now(paid).free_amount, now(paid).state, now(paid).reversed_on) == (0, "reversed", clock.today())
    for verb, params in ((payments.allocate, {}), (payments.reverse, {"reason": "再"}), (payments.unallocate, {})):
        with pytest.raises(Refused):
            verb(paid, actor=fiona, **params)
    assert sum(Entry.objects.filter(payment=paid, kind="payment").values_list("amount", flat=True)) == 0


def test_free_money_is_refunded_and_no_more(owes: Owes, pays: Pays, fiona: Any, act: Any) -> None:
    paid = pays("500", pays=owes("300"))
    act(payments.refund, paid, by=fiona, amount="150")
    assert (now(paid).free_amount, now(paid).refunded_amount, now(paid).state) == (50, 150, "partly")
    for amount in ("50.01", "0", "-1", "0.001"):
        with pytest.raises((Invalid, Refused)):
            payments.refund(paid, actor=fiona, amount=amount)
    with pytest.raises(Refused):
        payments.reverse(paid, actor=fiona, reason="退票")
    payments.refund(paid, actor=fiona, amount="50")
    assert now(paid).state == "settled"


def test_what_was_received_does_not_change(owes: Owes, pays: Pays, fiona: Any) -> None:
    paid = pays("500")
    for values in ({"amount": "600"}, {"received_on": "2026-02-02"}, {"currency": "USD"}, {"pays": owes("1").pk}):
        with pytest.raises(Invalid) as refused:
            payments.edit(paid, actor=fiona, values=values)
        assert set(refused.value.fields) == set(values)
    payments.edit(paid, actor=fiona, values={"note": "柜台", "bank_reference": "ICBC-1"})


def test_a_settled_commission_has_its_day(pays: Pays, fiona: Any) -> None:
    paid = pays("500")
    assert (
        payments.edit(paid, actor=fiona, values={"commission_settled": True}).record.commission_settled_on
        == clock.today()
    )
    back = payments.edit(paid, actor=fiona, values={"commission_settled": False}).record
    assert back.commission_settled_on is None
    dated = payments.edit(paid, actor=fiona, values={"commission_settled_on": "2026-03-31"}).record
    assert (dated.commission_settled, dated.commission_settled_on) == (True, date(2026, 3, 31))


def test_a_day_to_come_and_a_closed_day_are_refused(owes: Owes, pays: Pays, fiona: Any) -> None:
    paid = pays("500")
    with pytest.raises(Invalid) as refused:
        pays("1", received_on=clock.today() + timedelta(days=1))
    assert set(refused.value.fields) == {"received_on"}
    books.create(actor=fiona, values={"closed_until": date(2026, 2, 28)})
    for make in (lambda: pays("1"), lambda: owes("1"), lambda: payments.reverse(
        paid, actor=fiona, reason="退票", on="2026-02-28"), lambda: payments.refund(
        paid, actor=fiona, amount="1", on="2026-02-28"
    )):  # fmt: skip
        with pytest.raises(Invalid, match="2026-02-28"):
            make()
    payments.reverse(paid, actor=fiona, reason="退票", on="2026-03-01")


@pytest.mark.parametrize("amount", ["0", "-5", "1.005", "100000000000000", "1e15", "很多", ""])
def test_amounts_that_make_no_sense_are_refused_by_their_field(owes: Owes, pays: Pays, amount: str) -> None:
    for make in (owes, pays):
        with pytest.raises(Invalid) as refused:
            make(amount)
        assert set(refused.value.fields) == {"amount"}


def test_who_sells_sees_the_own_customers_payments_and_changes_none(
    owes: Owes, pays: Pays, alice: Any, bob: Any, mia: Any
) -> None:
    paid = pays("500")
    for verb, params in ((payments.allocate, {}), (payments.reverse, {"reason": "退票"})):
        with pytest.raises(Forbidden):
            verb(paid, actor=alice, **params)
        with pytest.raises(NotVisible):
            verb(paid, actor=bob, **params)
    with pytest.raises(Forbidden):
        payments.create(actor=mia, values={"customer": paid.customer_id, "amount": "1"})


def test_the_database_keeps_lines_and_amounts_as_they_are(owes: Owes, pays: Pays) -> None:
    owed = owes("1000")
    pays("400", pays=owed)
    for sql in (
        "UPDATE billing_entry SET amount = 1", "DELETE FROM billing_entry",
        "UPDATE billing_receivable SET open_amount = -1", "UPDATE billing_receivable SET open_amount = 1001",
        "UPDATE billing_receivable SET paid_amount = 300", "UPDATE billing_payment SET free_amount = 401",
        "UPDATE billing_instalment SET open_amount = 1001",
    ):  # fmt: skip
        with pytest.raises(Exception) as refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
        assert type(refused.value).__name__ in ("IntegrityError", ProgrammingError.__name__), sql
    assert Instalment.objects.get().open_amount == 600
