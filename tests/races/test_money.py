"""Many at once at one receivable: never more is settled than is owed, and no payment is spent twice."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum

from gucang.billing.actions import credit, payments, receivables
from gucang.billing.models import Entry, Instalment, Payment, Receivable
from gucang.kernel import jobs
from gucang.kernel.actions import Outcome
from gucang.kernel.actors import system
from gucang.kernel.errors import Problem
from gucang.kernel.scope import company_scope
from gucang.ordering.actions import orders
from gucang.ordering.models import SalesOrder
from gucang.parties.actions import customers
from gucang.stock.actions import products
from tests.personas import Team
from tests.races.test_races import at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROUNDS = 20
ZERO = Decimal(0)


class Till:
    """Acme's one customer, and deeds on connections of their own."""

    def __init__(self, team: Team) -> None:
        self.company = team.company
        with company_scope(self.company):
            self.customer = customers.create(actor=system(), values={"name": "抢付公司"}).record.pk

    def owe(self, amount: str) -> int:
        values = {"name": "货款", "customer": self.customer, "amount": amount}
        with company_scope(self.company):
            return int(receivables.create(actor=system(), values=values).record.pk)

    def pay(self, amount: str) -> int:
        with company_scope(self.company):
            values = {"customer": self.customer, "amount": amount}
            return int(payments.create(actor=system(), values=values).record.pk)

    def deed(self, verb: Any, pk: int, **params: Any) -> Callable[[], Any]:
        def do() -> Any:
            with company_scope(self.company):
                return verb(pk, actor=system(), **params)

        return do

    def check(self) -> None:
        """The ledger and the amounts agree, and no instalment or payment is beyond its bounds."""
        with company_scope(self.company):
            for owed in Receivable.objects.all():
                booked = Entry.objects.filter(receivable=owed).aggregate(total=Sum("amount"))["total"] or ZERO
                rows = Instalment.objects.filter(receivable=owed).aggregate(total=Sum("open_amount"))["total"]
                assert owed.open_amount == owed.amount - booked == rows >= 0
            for paid in Payment.objects.all():
                booked = Entry.objects.filter(payment=paid).aggregate(total=Sum("amount"))["total"] or ZERO
                assert paid.free_amount == paid.amount - booked >= 0


@pytest.fixture
def till(acme_team: Team) -> Till:
    return Till(acme_team)


@pytest.mark.parametrize("many", [8, 32])
def test_many_payments_on_one_receivable_settle_it_once(till: Till, many: int) -> None:
    for _ in range(ROUNDS):
        owed = till.owe("1000")
        paid = [till.pay("300") for _ in range(many)]
        results = at_once(*[till.deed(payments.allocate, pk, to=_all_of(till, owed, "300")) for pk in paid])
        came_through = [one for one in results if not isinstance(one, Problem)]
        assert len(came_through) == 3
        with company_scope(till.company):
            assert Receivable.objects.get(pk=owed).open_amount == 100
    till.check()


def _all_of(till: Till, owed: int, amount: str) -> str:
    with company_scope(till.company):
        return f"{Receivable.objects.get(pk=owed).number} = {amount}"


def test_payments_that_find_their_own_way_share_what_is_owed(till: Till) -> None:
    for _ in range(ROUNDS):
        first, second = till.owe("250"), till.owe("250")
        paid = [till.pay("100") for _ in range(8)]
        at_once(*[till.deed(payments.allocate, pk) for pk in paid])
        with company_scope(till.company):
            assert [Receivable.objects.get(pk=pk).open_amount for pk in (first, second)] == [0, 0]
    till.check()


def test_one_payment_pressed_many_times_is_spent_once(till: Till) -> None:
    for _ in range(ROUNDS):
        owed = till.owe("1000")
        paid = till.pay("600")
        at_once(*[till.deed(payments.allocate, paid) for _ in range(8)])
        with company_scope(till.company):
            assert Receivable.objects.get(pk=owed).open_amount == 400
            payments.reverse(paid, actor=system(), reason="下一轮")
            receivables.cancel(owed, actor=system(), reason="下一轮")
    till.check()


def test_allocate_against_reverse_write_off_and_cancel_leaves_the_ledger_right(till: Till) -> None:
    for _ in range(ROUNDS):
        owed = till.owe("500")
        paid, other = till.pay("300"), till.pay("400")
        at_once(
            till.deed(payments.allocate, paid), till.deed(payments.allocate, other),
            till.deed(payments.reverse, paid, reason="退票"), till.deed(payments.refund, other, amount="150"),
            till.deed(receivables.write_off, owed, reason="other", amount="120"),
            till.deed(receivables.cancel, owed, reason="录错"), till.deed(payments.unallocate, other),
            till.deed(payments.allocate, other),
        )  # fmt: skip
        till.check()


def test_two_payments_that_change_places_do_not_wait_for_each_other_in_a_circle(till: Till) -> None:
    for _ in range(ROUNDS):
        first, second = till.owe("900"), till.owe("900")
        one, two = till.pay("300"), till.pay("300")
        here, there = _all_of(till, first, "300"), _all_of(till, second, "300")
        till.deed(payments.allocate, one, to=here)()
        till.deed(payments.allocate, two, to=there)()
        results = at_once(till.deed(payments.allocate, one, to=there), till.deed(payments.allocate, two, to=here))
        assert [type(result) for result in results] == [Outcome, Outcome]
        with company_scope(till.company):
            assert [Receivable.objects.get(pk=pk).open_amount for pk in (first, second)] == [600, 600]
    till.check()


def test_orders_at_once_go_no_further_together_than_the_limit(till: Till) -> None:
    with company_scope(till.company):
        product = products.create(actor=system(), values={"name": "主轴", "unit": "件", "list_price": "1000"}).record.pk
        tax_free = [{"product": product, "quantity": 1, "price": "1000", "tax_rate": "0"}]
    for round_ in range(ROUNDS):
        with company_scope(till.company):
            customer = customers.create(actor=system(), values={"name": f"抢单公司 {round_}"}).record
            credit.create(actor=system(), values={"customer": customer, "limit": "3500"})
            values = {"customer": customer, "lines": tax_free}
            drafts = [orders.create(actor=system(), values=values).record.pk for _ in range(8)]
        results = at_once(*[till.deed(orders.approve, pk) for pk in drafts])
        assert len([one for one in results if not isinstance(one, Problem)]) == 3
        with company_scope(till.company):
            held = SalesOrder.objects.filter(customer=customer, state="approved")
            assert [one.over_credit for one in held] == [0, 0, 0]


def test_numbers_of_receivables_made_at_once_have_no_gap(till: Till) -> None:
    for round_ in range(ROUNDS):
        many = 32 if round_ == 0 else 8
        at_once(*[lambda: till.owe("1")] * many)
    with company_scope(till.company):
        numbers = sorted(Receivable.objects.values_list("number", flat=True))
    assert [int(number[-5:]) for number in numbers] == list(range(1, 32 + 8 * (ROUNDS - 1) + 1))
    jobs.drain()
