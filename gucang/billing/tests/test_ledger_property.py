"""In whatever order money comes, moves and goes back, the ledger and the amounts agree to the cent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gucang.billing import ledger
from gucang.billing.actions import payments, receivables, setup
from gucang.billing.models import Entry, EntryKind, Instalment, Payment, Receivable
from gucang.billing.statements import statement_of
from gucang.kernel import clock
from gucang.kernel.actors import system
from gucang.kernel.errors import Problem
from gucang.parties.actions import customers

ZERO = Decimal(0)
PLANS = ("货到 30 天", "33.33% 预付, 33.33% 货到 10 天, 33.34% 验收后", "月结 60", "10% 预付, 90% 货到 5 天")
amounts = st.decimals(min_value="0.01", max_value="300", places=2)
which = st.integers(0, 5)
steps = st.one_of(
    st.tuples(st.just("owe"), amounts, st.integers(0, 3)),
    st.tuples(st.just("pay"), amounts, which),
    st.tuples(st.just("oldest"), which, which),
    st.tuples(st.just("by hand"), which, which, amounts, amounts),
    st.tuples(st.just("free"), which, which),
    st.tuples(st.just("free all"), which, which),
    st.tuples(st.just("reverse"), which, which),
    st.tuples(st.just("refund"), which, amounts),
    st.tuples(st.just("write off"), which, amounts),
    st.tuples(st.just("open again"), which, amounts),
    st.tuples(st.just("cancel"), which, which),
    st.tuples(st.just("accept"), which, which),
)


class Books:
    """One customer's money, and what may be tried on it."""

    def __init__(self, plans: list[Any]) -> None:
        self.plans, self.done = plans, 0
        self.customer = customers.create(actor=system(), values={"name": "对账公司"}).record

    def owed(self, n: int) -> Receivable:
        rows = list(Receivable.objects.filter(customer=self.customer).order_by("pk"))
        return rows[n % len(rows)]

    def paid(self, n: int) -> Payment:
        rows = list(Payment.objects.filter(customer=self.customer).order_by("pk"))
        return rows[n % len(rows)]

    def take(self, step: tuple[Any, ...]) -> None:
        """One step; what is refused must leave nothing behind."""
        before = self.said()
        try:
            with transaction.atomic():
                self._take(*step)
            self.done += 1
        except (Problem, ZeroDivisionError):
            assert self.said() == before, step

    def _take(self, verb: str, first: Any, second: Any, *more: Any) -> None:
        by = {"actor": system()}
        if verb == "owe":
            values = {"name": "货款", "customer": self.customer, "amount": first, "terms": self.plans[second]}
            receivables.create(**by, values=values | {"billed_on": date(2026, 1, 5)})
        elif verb == "pay":
            named = self.owed(second) if second < 3 else None
            payments.create(**by, values={"customer": self.customer, "amount": first, "pays": named})
        elif verb == "oldest":
            payments.allocate(self.paid(first), **by)
        elif verb == "by hand":
            one, two = self.owed(second), self.owed(second + 1)
            lines = {one.number: more[0]} | ({two.number: more[1]} if two.pk != one.pk else {})
            payments.allocate(self.paid(first), **by, to="; ".join(f"{n} = {a}" for n, a in lines.items()))
        elif verb == "free":
            payments.unallocate(self.paid(first), **by, receivable=self.owed(second))
        elif verb == "free all":
            payments.unallocate(self.paid(first), **by)
        elif verb == "reverse":
            payments.reverse(self.paid(first), **by, reason="退票")
        elif verb == "refund":
            payments.refund(self.paid(first), **by, amount=second)
        elif verb == "write off":
            receivables.write_off(self.owed(first), **by, reason="other", amount=second)
        elif verb == "open again":
            receivables.take_back_write_off(self.owed(first), **by, amount=second)
        elif verb == "cancel":
            receivables.cancel(self.owed(first), **by, reason="录错")
        elif verb == "accept":
            receivables.accept(self.owed(first), **by)

    def said(self) -> list[Any]:
        """All amounts and how many lines there are."""
        owed = Receivable.objects.filter(customer=self.customer).order_by("pk")
        paid = Payment.objects.filter(customer=self.customer).order_by("pk")
        return [
            *owed.values_list("open_amount", "paid_amount", "written_off", "state"),
            *paid.values_list("free_amount", "refunded_amount", "state"),
            Entry.objects.count(),
        ]

    def check(self) -> None:
        """The laws of the ledger."""
        for owed in Receivable.objects.filter(customer=self.customer):
            lines = Entry.objects.filter(receivable=owed)
            rows = Instalment.objects.filter(receivable=owed)
            assert owed.amount == _sum(rows) == owed.open_amount + _sum(lines)
            assert owed.open_amount == _sum(rows, "open_amount")
            assert owed.paid_amount == _sum(lines.filter(kind=EntryKind.PAYMENT))
            assert owed.written_off == _sum(lines.filter(kind=EntryKind.WRITE_OFF))
            for row in rows:
                assert row.open_amount == row.amount - _sum(Entry.objects.filter(instalment=row))
            open_days = [row.due_on for row in rows if row.is_open and row.due_on is not None]
            assert owed.next_due_on == min(open_days, default=None)
            if owed.state != "cancelled":
                assert owed.state == ledger.state_of(owed)
        for paid in Payment.objects.filter(customer=self.customer):
            assert paid.amount - paid.free_amount == _sum(Entry.objects.filter(payment=paid))
            assert paid.state == ledger.standing(paid)
        owed_now = _sum(Instalment.objects.filter(customer=self.customer, is_open=True), "open_amount")
        free_now = _sum(Payment.objects.filter(customer=self.customer), "free_amount")
        statement = statement_of(self.customer.pk, "", date(2026, 1, 1), clock.today())
        assert statement.opening == ZERO
        assert statement.closing == owed_now - free_now
        assert statement.closing == sum((line.owed - line.settled for line in statement.lines), ZERO)


def _sum(rows: Any, name: str = "amount") -> Decimal:
    return rows.aggregate(total=Sum(name))["total"] or ZERO


@pytest.mark.slow
@given(st.lists(steps, min_size=4, max_size=18))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_ledger_agrees_with_the_amounts_after_every_step(scope: Any, taken: list[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        plans = [setup.create_terms(actor=system(), values={"name": plan, "plan": plan}).record for plan in PLANS]
        books = Books(plans)
        for step in [("owe", Decimal("100.01"), 1), ("pay", Decimal("40"), 5), *taken]:
            books.take(step)
            books.check()
        assert books.done >= 2
        transaction.set_rollback(True)
