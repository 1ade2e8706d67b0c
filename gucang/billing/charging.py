"""From what was delivered of an order to what is owed for it, by the payment terms that hold for it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q

from gucang.billing import standing
from gucang.billing.actions import receivables
from gucang.billing.models import PaymentTerms, Receivable
from gucang.kernel import records
from gucang.kernel.actors import system
from gucang.kernel.models import Record
from gucang.ordering.models import SalesOrder
from gucang.promises.kinds import Kind
from gucang.promises.models import Promise, State

_FILLED = ("order", "source_type", "source_id")


def terms_for(order: SalesOrder) -> PaymentTerms | None:
    """The terms by which an order is paid: those promised with it, its quote or its deal and booked; else those of its
    customer; else those of everybody. Two queries at most.
    """
    about = Q(about_type="sales_order", about_id=order.pk)
    for name, pk in (("quote", order.quote_id), ("opportunity", order.opportunity_id)):
        about |= Q(about_type=name, about_id=pk) if pk is not None else Q(pk=None)
    booked = Promise.objects.filter(
        about, kind=Kind.PAYMENT_TERM, state__in=(State.BOOKED, State.KEPT), booked_type="payment_terms"
    )
    promised = booked.order_by("-booked_at", "-pk").values_list("booked_id", flat=True).first()
    if promised is not None and (found := PaymentTerms.objects.filter(pk=promised).first()) is not None:
        return found
    theirs = standing.terms_of(order.customer_id).select_related("terms").first()
    return theirs.terms if theirs is not None else None


def charge(order: SalesOrder, amount: Decimal, *, on: date, source: Record) -> Receivable | None:
    """What is owed for `amount` (with tax, in the order's currency) of an order, delivered by `source` on a day.

    None where nothing is. It is made by the program: who hands out goods need not have the right to enter what is owed.
    Raises Invalid for a day in a closed period and for a currency without a rate.
    """
    if amount <= 0:
        return None
    values: dict[str, Any] = {
        "name": f"{order.number} {source}", "customer": order.customer_id, "amount": amount, "currency": order.currency,
        "billed_on": on, "terms": terms_for(order), "source_label": str(source)[:80], "order": order,
        "source_type": records.by_model(type(source)).name, "source_id": source.pk,
    }  # fmt: skip
    made: Receivable = receivables.create(actor=system(), values=values, also=_FILLED).record
    return made
