"""Receivables: instalments, changes, write-offs, cancellations, acceptance; who sees them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from gucang.billing import ledger
from gucang.billing.actions import payments, receivables
from gucang.billing.models import Instalment, Payment, Receivable
from gucang.kernel import actions, clock, permissions, records, search, undoing
from gucang.kernel.actions import Row
from gucang.kernel.actors import Access, FieldRule, system
from gucang.kernel.errors import Forbidden, Invalid, NotVisible, Refused
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers

Owes = Callable[..., Receivable]
Pays = Callable[..., Payment]


def now(record: Any) -> Any:
    return type(record).objects.get(pk=record.pk)


def dues(receivable: Receivable) -> list[tuple[str, date | None]]:
    return [(str(row.amount), row.due_on) for row in ledger.instalments_of(receivable)]


def test_a_receivable_has_a_number_and_instalments_by_its_terms(owes: Owes, terms: Any) -> None:
    owed = owes("1000.01", terms=terms("30% 预付, 30% 货到 30 天, 验收后 60 天"))
    assert owed.number == f"YS{clock.today().year}00001"
    assert dues(owed) == [("300.00", date(2026, 1, 10)), ("300.01", date(2026, 2, 9)), ("400.00", None)]
    assert (owed.state, owed.open_amount, owed.next_due_on, owed.due_on) == (
        "open", Decimal("1000.01"), date(2026, 1, 10), date(2026, 1, 10),
    )  # fmt: skip


def test_without_terms_it_is_due_on_the_day_written_or_at_once(owes: Owes) -> None:
    assert dues(owes("5", due_on=date(2026, 2, 1))) == [("5.00", date(2026, 2, 1))]
    assert dues(owes("5")) == [("5.00", date(2026, 1, 10))]
    with pytest.raises(Invalid) as refused:
        owes("5", due_on=date(2026, 1, 9))
    assert set(refused.value.fields) == {"due_on"}


def test_terms_and_a_day_of_its_own_contradict_each_other(owes: Owes, terms: Any) -> None:
    with pytest.raises(Invalid) as refused:
        owes("5", due_on=date(2026, 2, 1), terms=terms("月结 60"))
    assert set(refused.value.fields) == {"due_on"}


def test_terms_that_nobody_understands_are_refused(terms: Any) -> None:
    with pytest.raises(Invalid) as refused:
        terms("看情况")
    assert set(refused.value.fields) == {"plan"}


def test_what_nothing_is_booked_against_may_be_put_right(owes: Owes, fiona: Any, terms: Any, act: Any) -> None:
    owed = owes("100")
    act(receivables.edit, owed, by=fiona, amount="200", terms=terms("50% 预付, 50% 货到 10 天"))
    assert dues(owed) == [("100.00", date(2026, 1, 10)), ("100.00", date(2026, 1, 20))]
    assert now(owed).open_amount == 200
    act(receivables.edit, owed, by=fiona, name="别的")
    assert len(dues(owed)) == 2


def test_what_is_booked_against_keeps_its_amount_even_after_it_was_taken_back(
    owes: Owes, pays: Pays, fiona: Any
) -> None:
    owed = owes("100")
    paid = pays("10", pays=owed)
    for _ in range(2):
        for values in ({"amount": "90"}, {"billed_on": "2026-01-11"}, {"currency": "USD"}):
            with pytest.raises(Invalid):
                receivables.edit(owed, actor=fiona, values=values)
        receivables.edit(owed, actor=fiona, values={"note": "电话里说过"})
        if now(paid).state == "settled":
            payments.unallocate(paid, actor=fiona)
    assert now(owed).state == "open"


def test_a_write_off_closes_and_can_be_taken_back(owes: Owes, pays: Pays, fiona: Any, act: Any) -> None:
    owed = owes("100")
    pays("99.50", pays=owed)
    outcome = act(receivables.write_off, owed, by=fiona, reason="rounding")
    assert (now(owed).open_amount, now(owed).written_off, now(owed).state) == (0, Decimal("0.50"), "paid")
    undoing.undo(outcome.event, actor=fiona)
    assert (now(owed).open_amount, now(owed).written_off, now(owed).state) == (Decimal("0.50"), 0, "partly")
    with pytest.raises(Refused):
        receivables.take_back_write_off(owed, actor=fiona)


def test_a_write_off_is_part_of_what_is_open(owes: Owes, fiona: Any) -> None:
    owed = owes("100")
    for amount in ("100.01", "0", "-1", "1.005"):
        with pytest.raises((Invalid, Refused)):
            receivables.write_off(owed, actor=fiona, reason="bad_debt", amount=amount)
    receivables.write_off(owed, actor=fiona, reason="bad_debt", amount="40")
    assert now(owed).state == "partly"
    receivables.write_off(owed, actor=fiona, reason="bad_debt")
    assert now(owed).state == "written_off"
    with pytest.raises(Refused):
        receivables.write_off(owed, actor=fiona, reason="bad_debt")


def test_only_what_nothing_is_booked_against_is_cancelled(owes: Owes, pays: Pays, fiona: Any, act: Any) -> None:
    owed, mistake = owes("100"), owes("100")
    pays("10", pays=owed)
    with pytest.raises(Refused):
        receivables.cancel(owed, actor=fiona, reason="退货")
    act(receivables.cancel, mistake, by=fiona, reason="录错")
    assert (now(mistake).state, now(mistake).open_amount) == ("cancelled", 0)
    assert not Instalment.objects.get(receivable=mistake).is_open
    for verb, params in (
        (receivables.cancel, {"reason": "又"}), (receivables.write_off, {"reason": "other"}),
        (receivables.edit, {"values": {"name": "又"}}), (receivables.accept, {}),
    ):  # fmt: skip
        with pytest.raises(Refused):
            verb(mistake, actor=fiona, **params)


def test_an_acceptance_sets_the_due_days_that_waited_for_it(owes: Owes, fiona: Any, terms: Any, act: Any) -> None:
    owed = owes("100", terms=terms("验收后 30 天"))
    assert now(owed).next_due_on is None
    with pytest.raises(Invalid):
        receivables.accept(owed, actor=fiona, on=clock.today() + timedelta(days=1))
    act(receivables.accept, owed, by=fiona, on=date(2026, 3, 1))
    assert dues(owed) == [("100.00", date(2026, 3, 31))]
    assert now(owed).next_due_on == date(2026, 3, 31)
    with pytest.raises(Refused):
        receivables.accept(owed, actor=fiona)
    with pytest.raises(Refused):
        receivables.accept(owes("5"), actor=fiona)


def test_many_come_in_with_their_instalments(scope: Any, fiona: Any, customer: Any, terms: Any) -> None:
    plan = terms("50% 预付, 50% 货到 30 天")
    rows = [
        Row({"name": f"期初 {n}", "customer": customer.pk, "amount": f"{n}.01", "terms": plan.pk, "number": f"QC-{n}"})
        for n in range(1, 6)
    ] + [Row({"name": "坏", "customer": customer.pk, "amount": "-1"})]  # fmt: skip
    actions.create_many(records.get("receivable"), rows, actor=fiona, also=("number",))
    assert [row.problem is None for row in rows] == [True] * 5 + [False]
    assert Instalment.objects.count() == 10
    assert sum(Instalment.objects.values_list("amount", flat=True)) == Decimal("15.05")
    assert Receivable.objects.get(number="QC-3").open_amount == Decimal("3.01")


def test_who_sells_sees_what_the_own_customers_owe(owes: Owes, alice: Any, bob: Any, mia: Any, carol: Any) -> None:
    owed = owes("100")
    kinds = ("receivable", "instalment")
    for member, sees in ((alice, 1), (mia, 1), (carol, 1), (bob, 0)):
        assert [records.get(kind).query(member.as_actor()).count() for kind in kinds] == [sees, sees], member
    with pytest.raises(NotVisible):
        receivables.note_promise(owed, actor=bob, on=clock.today())
    receivables.note_promise(owed, actor=alice, on=clock.today(), note="李总")
    for member in (alice, mia, carol):
        with pytest.raises(Forbidden):
            receivables.write_off(owed, actor=member, reason="other")


def test_money_is_found_by_whoever_the_customer_belongs_to_now(
    owes: Owes, customer: Any, alice: Any, bob: Any, mia: Any
) -> None:
    owed = owes("100")
    kind = records.get("receivable")

    def hits(member: Any) -> list[int]:
        found = search.search(member.as_actor(), owed.number, types=[kind])
        return [hit.object_id for hit in found.get("receivable", [])]

    assert (hits(alice), hits(bob)) == ([owed.pk], [])
    customers.assign(customer, actor=mia, owner=bob)
    assert (hits(alice), hits(bob)) == ([], [owed.pk])


def test_a_customer_who_owes_stays(owes: Owes, pays: Pays, customer: Any, alice: Any, mia: Any, fiona: Any) -> None:
    owed = owes("100")
    with pytest.raises(Refused, match="欠款"):
        customers.delete(customer, actor=mia)
    receivables.cancel(owed, actor=fiona, reason="录错")
    paid = pays("5")
    with pytest.raises(Refused, match="余额"):
        customers.delete(customer, actor=mia)
    payments.reverse(paid, actor=fiona, reason="录错")
    customers.delete(customer, actor=mia)


def test_another_companys_money_is_not_there(other: Company, dan: Any, acme: Company, adam: Any) -> None:
    with company_scope(other):
        theirs_of = customers.create(actor=dan, values={"name": "别家客户"}).record
        theirs = receivables.create(actor=dan, values={"name": "货款", "customer": theirs_of, "amount": "9"}).record
        paid = payments.create(actor=dan, values={"customer": theirs_of, "amount": "9"}).record
    with company_scope(acme):
        mine_of = customers.create(actor=adam, values={"name": "我家客户"}).record
        mine = payments.create(actor=adam, values={"customer": mine_of, "amount": "9"}).record
        for kind in ("receivable", "instalment", "payment"):
            assert not records.get(kind).query(adam.as_actor()).exclude(pk=mine.pk).exists()
        with pytest.raises(NotVisible):
            receivables.cancel(theirs, actor=adam, reason="x")
        with pytest.raises(NotVisible):
            payments.reverse(paid, actor=system(), reason="x")
        with pytest.raises(Invalid):
            payments.allocate(mine, actor=adam, to=f"{theirs.number} = 9")
        with pytest.raises(Invalid):
            receivables.create(actor=adam, values={"name": "货款", "customer": theirs_of.pk, "amount": "9"})


def test_hidden_amounts_are_not_filtered_by(owes: Owes, alice: Any) -> None:
    owes("100")
    actor = alice.as_actor()
    actor.field_rules = {**actor.field_rules, "receivable.amount": FieldRule(Access.HIDDEN)}
    assert not permissions.may_filter_by(actor, records.get("receivable"), "amount")
