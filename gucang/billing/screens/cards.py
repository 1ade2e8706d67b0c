"""Money on the pages of others: on a customer, on a payment, on the home pages of finance and sales."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, Q, Sum

from gucang.billing import ledger, queries, standing
from gucang.billing.models import Payment, PaymentState, Receivable
from gucang.delivering.models import Delivery, DeliveryState
from gucang.kernel import clock, records
from gucang.kernel.actors import Reach
from gucang.kernel.records import RecordType
from gucang.ordering.models import SalesOrder
from gucang.parties.models import Customer
from gucang.surface.middleware import CompanyRequest

MOST = 8
MANY = 30
WEEK = timedelta(days=6)


def links(request: CompanyRequest, record_type: RecordType, record: None) -> dict[str, Any] | None:
    """Beside the title of money's lists: where the report and the register of invoices are."""
    if not request.actor.may("instalment.view"):
        return None
    return {"invoices": request.actor.may("invoice.view")}


def on_customer(request: CompanyRequest, record_type: RecordType, customer: Customer) -> dict[str, Any] | None:
    """What a customer owes, what of it is late, what was received this year, the credit and its limit. One query."""
    if customer.deleted_at is not None or not queries.sees_amounts(request.actor):
        return None
    found = standing.money_of(request.actor, customer.pk, clock.today())
    if not found.by_currency and found.limit is None:
        return None
    where = {"customer": customer.pk}
    late = where | {"is_open": 1, "due_on": "overdue"}
    return {
        "money": found,
        "own": request.company.currency,
        "limit_url": f"{request.base}/credit-terms/{found.terms}",
        "owed_url": f"{request.base}/receivables/?{urlencode(where)}",
        "late_url": f"{request.base}/instalments/?{urlencode(late)}",
        "paid_url": f"{request.base}/payments/?{urlencode(where | {'received_on': 'thisyear'})}",
        "free_url": f"{request.base}/payments/?{urlencode(where | {'view': 'free'})}",
        "statement_url": f"{request.base}/customers/{customer.pk}/statement",
    }


def on_order(request: CompanyRequest, record_type: RecordType, order: SalesOrder) -> dict[str, Any] | None:
    """What is owed and paid for an order by now. Two queries."""
    if not queries.sees_amounts(request.actor, "receivable"):
        return None
    query = records.get("receivable").query(request.actor)
    rows = list(query.filter(order=order).select_related(None).order_by("billed_on", "pk")[:MANY])
    return _owed_and_paid(request, rows, order.currency) if rows else None


def on_delivery(request: CompanyRequest, record_type: RecordType, delivery: Delivery) -> dict[str, Any] | None:
    """What a delivery is owed by and what was paid for that. Two queries."""
    if not queries.sees_amounts(request.actor, "receivable") or delivery.state == DeliveryState.DRAFT:
        return None
    if delivery.is_return:
        return None
    query = records.get("receivable").query(request.actor).select_related(None)
    rows = list(query.filter(source_type="delivery", source_id=delivery.pk).order_by("pk")[:MANY])
    return _owed_and_paid(request, rows, delivery.currency) if rows else None


def on_return(request: CompanyRequest, record_type: RecordType, delivery: Delivery) -> dict[str, Any] | None:
    """The credit note that a return has made. One query."""
    if not delivery.is_return or delivery.state == DeliveryState.DRAFT:
        return None
    if not queries.sees_amounts(request.actor, "payment"):
        return None
    found = records.get("payment").query(request.actor).filter(returned=delivery).select_related(None)
    rows = list(found.order_by("pk")[:MANY])
    return {"rows": rows, "currency": delivery.currency or request.company.currency} if rows else None


def _owed_and_paid(request: CompanyRequest, rows: list[Receivable], currency: str) -> dict[str, Any]:
    paid = (
        queries.payments_of(request.actor, [one.pk for one in rows])
        if queries.sees_amounts(request.actor, "payment")
        else []
    )
    return {
        "rows": rows,
        "paid": paid,
        "currency": currency or request.company.currency,
        "owed": sum(one.amount for one in rows),
        "open": sum(one.open_amount for one in rows),
    }


def on_receivable(request: CompanyRequest, record_type: RecordType, receivable: Receivable) -> dict[str, Any] | None:
    """How far it is paid, and the way to write down a payment for it."""
    if not queries.sees_amounts(request.actor, "receivable"):
        return None
    asked = {"customer": receivable.customer_id, "pays": receivable.pk, "amount": f"{receivable.open_amount:f}"}
    asked |= {"currency": receivable.currency} if receivable.currency else {}
    settled = receivable.amount - receivable.open_amount
    may_pay = receivable.is_open and request.actor.may("payment.create")
    return {
        "receivable": receivable,
        "currency": receivable.currency or request.company.currency,
        "share": settled / receivable.amount,
        "settled": settled,
        "today": clock.today(),
        "pay_url": f"{request.base}/payments/new?{urlencode(asked)}" if may_pay else "",
    }


def on_payment(request: CompanyRequest, record_type: RecordType, payment: Payment) -> dict[str, Any] | None:
    """What a payment settles now, and what of it is free. Two queries."""
    if not queries.sees_amounts(request.actor, "payment", "receivable"):
        return None
    settled = ledger.allocated(payment)
    seen = records.get("receivable").query(request.actor).filter(pk__in={pk for pk, _position in settled})
    known = {one.pk: one for one in seen}
    rows = [(known.get(pk), position, amount) for (pk, position), amount in sorted(settled.items())]
    return {"payment": payment, "rows": rows, "currency": payment.currency or request.company.currency}


def finance(request: CompanyRequest) -> dict[str, Any] | None:
    """Due this week, overdue, not allocated: sums in the company's currency, each with its list. Two queries."""
    if not queries.sees_amounts(request.actor):
        return None
    today, worth = clock.today(), F("open_amount") * F("rate")
    soon = Q(due_on__gte=today, due_on__lte=today + WEEK)
    late = Q(due_on__lt=today)
    found = (
        records.get("instalment")
        .query(request.actor)
        .filter(soon | late, is_open=True)
        .order_by()
        .aggregate(
            soon=Sum(worth, filter=soon), soon_count=Count("id", filter=soon),
            late=Sum(worth, filter=late), late_count=Count("id", filter=late),
        )
    )  # fmt: skip
    free = (
        records.get("payment")
        .query(request.actor)
        .filter(state__in=(PaymentState.FREE, PaymentState.PARTLY))
        .order_by()
        .aggregate(free=Sum(F("free_amount") * F("rate")), free_count=Count("id"))
    )
    week = urlencode({"is_open": 1, "due_on__gte": today.isoformat(), "due_on__lte": (today + WEEK).isoformat()})
    return found | free | {
        "currency": request.company.currency,
        "soon_url": f"{request.base}/instalments/?{week}&sort=due_on",
        "late_url": f"{request.base}/instalments/?{urlencode({'is_open': 1, 'due_on': 'overdue', 'sort': 'due_on'})}",
        "free_url": f"{request.base}/payments/?view=free",
        "ageing_url": f"{request.base}/ageing",
    }  # fmt: skip


def late_customers(request: CompanyRequest) -> dict[str, Any] | None:
    """The own customers who are late, the longest first. One query and the names."""
    actor = request.actor
    if actor.member_id is None or not queries.sees_amounts(actor, "receivable"):
        return None
    late = records.get("receivable").query(actor).filter(open_order__gt=0, next_due_on__lt=clock.today())
    if actor.reach("receivable.view") is not Reach.OWN:
        late = late.filter(customer__owner_id=actor.member_id)
    rows = list(late.select_related("customer").order_by("next_due_on", "id")[: MOST + 1])
    if not rows:
        return None
    return {
        "rows": rows[:MOST], "more": len(rows) > MOST, "own": request.company.currency,
        "url": f"{request.base}/receivables/?view=late&sort=next_due_on",
    }  # fmt: skip
