"""From order to money at a size: approve, deliver, pay, the ageing report, the difference list, what is to be had."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from gucang.accounts.models import Member
from gucang.accounts.setup import create_company
from gucang.billing import reports
from gucang.billing.actions import payments
from gucang.billing.models import Receivable
from gucang.delivering.actions import deliveries
from gucang.kernel import clock, records
from gucang.kernel.actions import Row, create_many
from gucang.kernel.actors import Actor, system
from gucang.kernel.errors import Problem
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope
from gucang.ordering.actions import orders
from gucang.ordering.models import SalesOrder
from gucang.parties.models import Customer
from gucang.promises import differences
from gucang.stock.actions import moves, warehouses
from gucang.stock.availability import availability
from gucang.stock.models import Product

PRODUCTS = 500
BATCH = 1000
ROUNDS = 40
# A customer has so many orders; so many of a hundred receivables are still open.
ORDERS_EACH = 20
OPEN = 20


@dataclass
class Books:
    """The company that is measured, and one of each kind to ask about."""

    company: Company
    actor: Actor
    customers: list[int]
    products: list[int]
    chance: random.Random


def measure(count: int) -> None:
    """Fill a company with `count` orders where it is missing, and print how long each deed takes, in milliseconds."""
    company = _filled(count)
    with company_scope(company):
        admin = Member.objects.order_by("pk")[0].as_actor()
        sizes = SalesOrder.objects.count(), Receivable.objects.count()
        customers = list(Customer.objects.order_by("pk").values_list("pk", flat=True)[:2000])
        products = list(Product.objects.order_by("pk").values_list("pk", flat=True)[:PRODUCTS])
    books = Books(company, admin, customers, products, random.Random(7))
    print(f"{sizes[0]:,} orders, {sizes[1]:,} receivables; median and 95th of {ROUNDS}, one client, in one process:")
    drafts, sent, owed = _work(books)
    _time(books, "approve an order of 5 lines", [partial(orders.approve, pk, actor=admin) for pk in drafts])
    _time(books, "write and confirm its delivery", [partial(_deliver, pk, admin) for pk in sent])
    _time(books, "a payment for a receivable", [partial(_pay, pk, admin) for pk in owed])
    asked = reports.Asked("customer", clock.today())
    _time(books, "ageing report, first page", [lambda: reports.ageing(admin, asked)] * ROUNDS)
    _time(books, "difference list", [lambda: _differences(admin)] * ROUNDS)
    _time(books, "availability of 500 products", [lambda: _to_be_had(products)] * ROUNDS)


def _work(books: Books) -> tuple[list[int], list[int], list[int]]:
    """Orders to approve, orders to deliver, receivables to pay."""
    with company_scope(books.company):
        made = [orders.create(actor=books.actor, values=_order(books, 5)).record.pk for _ in range(2 * ROUNDS)]
        for pk in made[ROUNDS:]:
            orders.approve(pk, actor=books.actor)
        owed = Receivable.objects.filter(open_order__gt=0).order_by("-pk").values_list("pk", flat=True)
        return made[:ROUNDS], made[ROUNDS:], list(owed[:ROUNDS])


def _order(books: Books, lines: int) -> dict[str, Any]:
    picked = books.chance.sample(books.products, lines)
    rows = [{"product": pk, "quantity": books.chance.randint(1, 9)} for pk in picked]
    return {"customer": books.chance.choice(books.customers), "lines": rows}


def _deliver(pk: int, actor: Actor) -> None:
    draft = orders.deliver(pk, actor=actor).record.made
    deliveries.confirm(draft, actor=actor)


def _pay(pk: int, actor: Actor) -> None:
    owed = Receivable.objects.get(pk=pk)
    values = {"customer": owed.customer_id, "amount": owed.open_amount, "pays": pk}
    payments.create(actor=actor, values=values)


def _differences(actor: Actor) -> None:
    for check in differences.every():
        check.find(actor, 51)
        check.count(actor)


def _to_be_had(products: list[int]) -> None:
    availability(Product.objects.filter(pk__in=products))


def _time(books: Books, what: str, deeds: list[Callable[[], object]]) -> None:
    """Each deed in a transaction of its own, as a request has one; the first warms up and does not count."""
    taken = []
    for deed in deeds:
        begun = time.perf_counter()
        with company_scope(books.company):
            deed()
        taken.append((time.perf_counter() - begun) * 1000)
    rest = sorted(taken[1:])
    print(f"  {what:32} {statistics.median(rest):8.1f} {rest[int(len(rest) * 0.95)]:8.1f}")


# --- the company -----------------------------------------------------------------------------------------------------


def _filled(count: int) -> Company:
    slug = f"bench-cash-{count}"
    with suppress(Company.DoesNotExist):
        return Company.objects.get(slug=slug)
    begun = time.perf_counter()
    company = create_company(f"订单 {count}", slug, admin_email=f"admin@{slug}.example")
    chance = random.Random(3)
    today = clock.today()
    with company_scope(company):
        _many("product", [
            {"name": f"备件 {n}", "unit": "件", "list_price": str(chance.randint(10, 900)), "tax_rate": "13"}
            for n in range(PRODUCTS)
        ])  # fmt: skip
        products = list(Product.objects.order_by("pk"))
        main = warehouses.create(actor=system(), values={"name": "主仓"}).record
        for product in products:
            moves.enter(system(), "receive", product, Decimal(1_000_000), warehouse=main)
    _in_batches(company, "customer", max(count // ORDERS_EACH, 20), lambda n: {"name": f"客户 {n:07}"})
    with company_scope(company):
        customers = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
    ids = [product.pk for product in products]

    def order(n: int) -> dict[str, Any]:
        day = _day(today, n, count)
        rows = [{"product": pk, "quantity": chance.randint(1, 9)} for pk in chance.sample(ids, 3)]
        return {
            "customer": customers[n % len(customers)], "lines": rows, "state": "done", "ordered_on": day,
            "approved_on": day, "number": f"LS{n:08}",
        }  # fmt: skip

    def owed(n: int) -> dict[str, Any]:
        day = _day(today, n, count)
        due = today - timedelta(days=chance.randint(-60, 200))
        amount = f"{chance.randint(100, 90_000)}.37"
        return {
            "name": f"LS{n:08}", "customer": customers[n % len(customers)], "amount": amount,
            "billed_on": min(day, due), "due_on": due,
        }  # fmt: skip

    _in_batches(company, "sales_order", count, order, also=("state", "approved_on", "number"))
    _in_batches(company, "receivable", count * OPEN // 100, owed)
    print(f"filled in {time.perf_counter() - begun:.0f} s")
    return company


def _day(today: date, n: int, count: int) -> date:
    """Over three years, evenly."""
    return today - timedelta(days=1095 - n * 1095 // count)


def _in_batches(
    company: Company, kind: str, count: int, values: Callable[[int], dict[str, Any]], also: tuple[str, ...] = ()
) -> None:
    for first in range(0, count, BATCH):
        with company_scope(company):
            _many(kind, [values(n) for n in range(first, min(first + BATCH, count))], also)
        if first and first % 50_000 == 0:
            print(f"  {first:,} of {count:,} {kind}", flush=True)


def _many(kind: str, values: list[dict[str, Any]], also: tuple[str, ...] = ()) -> None:
    rows = create_many(records.get(kind), [Row(one) for one in values], actor=system(), also=also)
    bad = next((row.problem for row in rows if row.problem is not None), None)
    if isinstance(bad, Problem):
        raise bad
