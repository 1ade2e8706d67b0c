"""The company of the measurement from order to money: filled once at each size."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, models

from gucang.accounts.setup import create_company
from gucang.billing.models import Instalment, Receivable
from gucang.kernel import clock, records
from gucang.kernel.actions import Row, create_many, or_raise
from gucang.kernel.actors import Actor, system
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope
from gucang.ordering.models import OrderLine, SalesOrder
from gucang.parties.models import Customer
from gucang.stock.actions import moves, warehouses
from gucang.stock.models import Product

PRODUCTS = 500
BATCH = 1000
# A customer has so many orders; so many of a hundred receivables are still open.
ORDERS_EACH = 20
OPEN = 20
# So many orders are written by actions; what is beyond them is copied from them by the database.
WRITTEN = 10_000


def filled(count: int) -> Company:
    """The company with `count` orders, made if it is missing."""
    slug = f"bench-cash-{count}"
    with suppress(Company.DoesNotExist):
        return Company.objects.get(slug=slug)
    begun = time.perf_counter()
    company = create_company(f"订单 {count}", slug, admin_email=f"admin@{slug}.example")
    with company_scope(company):
        _goods()
    in_batches(company, "customer", max(count // ORDERS_EACH, 20), lambda n: {"name": f"客户 {n:07}"})
    written = min(count, WRITTEN)
    with company_scope(company):
        customers = list(Customer.objects.order_by("pk").values_list("pk", flat=True))[: written // ORDERS_EACH]
        products = list(Product.objects.order_by("pk").values_list("pk", flat=True))
    chance, today = random.Random(3), clock.today()

    def order(n: int) -> dict[str, Any]:
        day = _day(today, n, written)
        return {
            "customer": customers[n % len(customers)], "lines": some_lines(chance, products, 3), "state": "done",
            "ordered_on": day, "approved_on": day, "number": f"LS{n:08}",
        }  # fmt: skip

    def owed(n: int) -> dict[str, Any]:
        due = today - timedelta(days=chance.randint(-60, 200))
        return {
            "name": f"LS{n:08}", "customer": customers[n % len(customers)], "due_on": due,
            "amount": f"{chance.randint(100, 90_000)}.37", "billed_on": min(_day(today, n, written), due),
        }  # fmt: skip

    in_batches(company, "sales_order", written, order, also=("state", "approved_on", "number"))
    in_batches(company, "receivable", written * OPEN // 100, owed)
    _copy(company, count // written, len(customers))
    print(f"filled in {time.perf_counter() - begun:.0f} s", flush=True)
    return company


def some_lines(chance: random.Random, products: list[int], count: int) -> list[dict[str, int]]:
    return [{"product": pk, "quantity": chance.randint(1, 9)} for pk in chance.sample(products, count)]


def _goods() -> None:
    chance = random.Random(3)
    many("product", [
        {"name": f"备件 {n}", "unit": "件", "list_price": str(chance.randint(10, 900)), "tax_rate": "13"}
        for n in range(PRODUCTS)
    ])  # fmt: skip
    main = warehouses.create(actor=system(), values={"name": "主仓"}).record
    for product in Product.objects.order_by("pk"):
        moves.enter(system(), "receive", product, Decimal(1_000_000), warehouse=main)


def _day(today: date, n: int, count: int) -> date:
    """Over three years, evenly."""
    return today - timedelta(days=1095 - n * 1095 // count)


def in_batches(
    company: Company, kind: str, count: int, values: Callable[[int], dict[str, Any]], also: tuple[str, ...] = ()
) -> None:
    for first in range(0, count, BATCH):
        with company_scope(company):
            many(kind, [values(n) for n in range(first, min(first + BATCH, count))], also)


def many(kind: str, values: list[dict[str, Any]], also: tuple[str, ...] = (), actor: Actor | None = None) -> list[Any]:
    """Records of these values as one set."""
    rows = create_many(records.get(kind), [Row(one) for one in values], actor=actor or system(), also=also)
    return [row.record for row in or_raise(rows)]


# --- copies ----------------------------------------------------------------------------------------------------------


def _copy(company: Company, times: int, customers: int) -> None:
    """Orders and receivables with their lines and instalments again and again, each time of other customers.

    Ids go on in steps as wide as what is copied; there are no events and no search entries of copies.
    """
    with company_scope(company):
        spans = {model: _span(model) for model in (SalesOrder, OrderLine, Receivable, Instalment)}
    for k in range(1, times):
        with company_scope(company):
            shift = {model: k * (last - first + 1) for model, (first, last) in spans.items()}
            customer = f"customer_id + {k * customers}"
            number = f"number || '-{k}'"
            orders, owed = {"customer_id": customer, "number": number}, {"customer_id": customer, "number": number}
            _again(SalesOrder, spans, shift, orders)
            _again(OrderLine, spans, shift, {"order_id": f"order_id + {shift[SalesOrder]}"})
            _again(Receivable, spans, shift, owed)
            paid = {"receivable_id": f"receivable_id + {shift[Receivable]}", "customer_id": customer}
            _again(Instalment, spans, shift, paid)


def copy_orders(company: Company, after: int, times: int) -> None:
    """The orders behind this id with their lines, until there are so many times as many."""
    with company_scope(company):
        spans = {SalesOrder: _span(SalesOrder, pk__gt=after), OrderLine: _span(OrderLine, order_id__gt=after)}
        for k in range(1, times):
            shift = {model: k * (last - first + 1) for model, (first, last) in spans.items()}
            _again(SalesOrder, spans, shift, {"number": f"number || '-{k}'"})
            _again(OrderLine, spans, shift, {"order_id": f"order_id + {shift[SalesOrder]}"})


def _span(model: type[models.Model], **only: int) -> tuple[int, int]:
    found = model._default_manager.filter(**only).aggregate(first=models.Min("pk"), last=models.Max("pk"))
    return found["first"], found["last"]


def _again(
    model: type[models.Model], spans: dict[Any, tuple[int, int]], shift: dict[Any, int], other: dict[str, str]
) -> None:
    names = [str(field.column) for field in model._meta.concrete_fields if not field.generated]
    other = {"id": f"id + {shift[model]}", **other}
    picks = ", ".join(other.get(name, f'"{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    table = model._meta.db_table
    first, last = spans[model]
    with connection.cursor() as cursor:
        # Ids are taken as they come, so that those to come lie behind the copies.
        taken = "SELECT count(nextval(pg_get_serial_sequence(%s, 'id'))) FROM generate_series(1, %s)"
        cursor.execute(taken, [table, last - first + 1])
        cursor.execute(
            f"INSERT INTO {table} ({columns}) SELECT {picks} FROM {table} WHERE id BETWEEN %s AND %s",
            [first, last],
        )


__all__ = ["PRODUCTS", "copy_orders", "filled", "in_batches", "many", "some_lines"]
