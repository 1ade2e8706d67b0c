"""Two people at one quote or order: one of them does it, the others are told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from gucang.accounts.models import Member
from gucang.kernel.errors import Problem, Refused
from gucang.kernel.models import Company, Event
from gucang.kernel.scope import company_scope
from gucang.ordering.actions import orders
from gucang.ordering.models import OrderVersion, SalesOrder
from gucang.parties.actions import customers
from gucang.selling.actions import quotes
from gucang.selling.models import Quote, QuoteLine
from gucang.stock.actions import products
from tests.personas import Team

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
REPETITIONS = 20
AT_ONCE = 8


@pytest.fixture
def at_work(acme_team: Team) -> tuple[Company, Member]:
    """Acme and Alice, on tables that other connections see."""
    return acme_team.company, acme_team.people["alice"]


def together(company: Company, deed: Callable[[], Any]) -> list[Any]:
    """What comes of doing it AT_ONCE times at the same moment: results and problems."""
    barrier = Barrier(AT_ONCE)

    def one(_n: int) -> Any:
        try:
            barrier.wait()
            with company_scope(company):
                return deed()
        except Problem as problem:
            return problem
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


def accepted(alice: Member) -> Quote:
    customer = customers.create(actor=alice, values={"name": "苏州恒力精密机械有限公司"}).record
    product = products.create(actor=found_admin(), values={"name": "高速主轴", "list_price": "320"}).record
    values = {"customer": customer, "lines": [{"product": product.pk, "quantity": 2}]}
    quote = quotes.create(actor=alice, values=values).record
    quotes.send(quote, actor=alice)
    return quotes.accept(quote, actor=alice).record


def found_admin() -> Member:
    return Member.objects.get(name="Adam")


def test_of_one_quote_one_order_is_made_however_many_want_it(at_work: tuple[Company, Member]) -> None:
    company, alice = at_work
    with company_scope(company):
        quote = accepted(alice)
    for turn in range(REPETITIONS):
        found = together(company, lambda: quotes.make_order(quote.pk, actor=alice))
        refused = [one for one in found if isinstance(one, Refused)]
        assert (len(found) - len(refused), len(refused)) == (1, AT_ONCE - 1), found
        with company_scope(company):
            order = SalesOrder.objects.exclude(state="cancelled").get(quote=quote)
            assert Event.objects.filter(name="quote.make_order").count() == turn + 1
            orders.cancel(order, actor=alice, reason="重来")


def test_an_order_is_approved_once_however_many_approve_it(at_work: tuple[Company, Member]) -> None:
    company, alice = at_work
    with company_scope(company):
        order = quotes.make_order(accepted(alice), actor=alice).record.made
    for turn in range(REPETITIONS):
        found = together(company, lambda: orders.approve(order.pk, actor=alice))
        assert sum(not isinstance(one, Problem) for one in found) == 1, found
        with company_scope(company):
            assert OrderVersion.objects.filter(order=order).count() == turn + 1
            orders.revise(order, actor=alice, reason="再来")


def test_sending_and_changing_lines_at_once_leaves_lines_and_sums_agreed(at_work: tuple[Company, Member]) -> None:
    company, alice = at_work
    with company_scope(company):
        first = accepted(alice)
        values = {"customer": first.customer_id, "lines": [{"product": _product(first), "quantity": 1}]}
    for turn in range(REPETITIONS):
        with company_scope(company):
            quote = quotes.create(actor=alice, values=values).record
        together(company, _either(quote, alice))
        with company_scope(company):
            now = Quote.objects.get(pk=quote.pk)
            assert now.net == sum(line.net for line in QuoteLine.objects.filter(quote=quote)), turn
            assert QuoteLine.objects.filter(quote=quote).count() == 1


def _product(quote: Quote) -> int:
    return QuoteLine.objects.filter(quote=quote).values_list("product_id", flat=True).get()


def _either(quote: Quote, alice: Member) -> Callable[[], Any]:
    """Every second call sends the quote, the others change its line."""
    turns = count()

    def deed() -> Any:
        if next(turns) % 2:
            return quotes.send(quote.pk, actor=alice)
        return quotes.edit(quote.pk, actor=alice, values={"lines": [{"key": 1, "quantity": 7}]})

    return deed
