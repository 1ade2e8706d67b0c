"""What one customer owes, has paid, has ordered and may owe: read together, for its page and for its credit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import BigIntegerField, DecimalField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce, Greatest

from gucang.billing.models import CreditTerms, Instalment, Method, Payment, PaymentState, Receivable, ReceivableState
from gucang.books import queries as books
from gucang.documents.money import rounded
from gucang.kernel import clock, records
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid
from gucang.ordering.models import OrderState, SalesOrder

ZERO = Decimal(0)
_STAND = (OrderState.APPROVED, OrderState.CHANGING)
_AMOUNTS = ("owed", "overdue", "received", "credit", "owed_worth", "credit_worth", "ordered", "limit")
_NOTHING = Value(ZERO, output_field=DecimalField())
_NONE = Cast(Value(None), BigIntegerField())


@dataclass(frozen=True)
class Standing:
    """What one customer owes, and how much of it is late, in one currency ("" is the company's own)."""

    currency: str
    owed: Decimal = ZERO
    overdue: Decimal = ZERO
    received: Decimal = ZERO
    credit: Decimal = ZERO


@dataclass(frozen=True)
class Used:
    """What of a customer's limit is used, in the company's currency: owed less credit, and ordered but not yet owed."""

    owed: Decimal
    ordered: Decimal

    @property
    def total(self) -> Decimal:
        return self.owed + self.ordered


@dataclass(frozen=True)
class Money:
    """A customer's money by currency; its credit limit, and what is left of it (None without one, or without a rate).

    `terms` is the id of the credit terms that say so.
    """

    by_currency: list[Standing]
    terms: int | None = None
    limit: Decimal | None = None
    left: Decimal | None = None


def terms_of(customer_id: int) -> QuerySet[CreditTerms]:
    """The customer's credit terms first, then those for everybody without their own."""
    found = CreditTerms.objects.filter(Q(customer_id=customer_id) | Q(customer=None))
    return found.order_by(F("customer_id").asc(nulls_last=True))


def used_by(customer_id: int, without: int = 0) -> Used:
    """What a customer owes and has ordered, but for the order `without`. One query.

    Raises Invalid where a currency of its orders has no rate today.
    """
    return _used(list(_owed(customer_id).union(_paid(customer_id), _ordered(customer_id, without), all=True)))


def money_of(actor: Actor, customer_id: int, today: date) -> Money:
    """What `actor` may know of a customer's money. One query, whatever there is of it."""
    within = {kind: records.get(kind).visible(actor) for kind in ("instalment", "payment")}
    parts = [
        _owed(customer_id, within["instalment"], today), _paid(customer_id, within["payment"], today),
        _ordered(customer_id), _limit(customer_id),
    ]  # fmt: skip
    rows = list(parts[0].union(*parts[1:], all=True))
    told = next((row for row in rows if row["terms"] is not None), None)
    if told is None or told["limit"] is None or not actor.may("credit_terms.view"):
        return Money(_by_currency(rows))
    try:
        left = told["limit"] - _used(rows).total
    except Invalid:
        left = None
    return Money(_by_currency(rows), told["terms"], told["limit"], left)


def _by_currency(rows: list[dict[str, Any]]) -> list[Standing]:
    names = ("owed", "overdue", "received", "credit")
    sums: dict[str, list[Decimal]] = {}
    for row in rows:
        amounts = sums.setdefault(row["currency"], [ZERO] * len(names))
        for place, name in enumerate(names):
            amounts[place] += row[name] or ZERO
    found = [Standing(currency, *amounts) for currency, amounts in sorted(sums.items())]
    return [one for one in found if one.owed or one.received or one.credit]


def _used(rows: list[dict[str, Any]]) -> Used:
    owed = sum(((row["owed_worth"] or ZERO) - (row["credit_worth"] or ZERO) for row in rows), ZERO)
    today = clock.today()
    ordered = sum((row["ordered"] * books.check_rate(row["currency"], today) for row in rows if row["ordered"]), ZERO)
    return Used(rounded(owed), rounded(ordered))


def _part(rows: QuerySet[Any], sums: Mapping[str, Any], terms: Any = _NONE) -> QuerySet[Any, dict[str, Any]]:
    """One part of the union, a row for each currency: `sums`, and nothing for all other amounts."""
    amounts = {name: sums.get(name, _NOTHING) for name in _AMOUNTS}
    return rows.values("currency").annotate(**amounts, terms=terms)


def _owed(customer_id: int, within: Q | None = None, today: date | None = None) -> QuerySet[Any, dict[str, Any]]:
    """What is open. What somebody is told is `within` their sight; the worth counts all of it."""
    sums = {"owed_worth": Sum(F("open_amount") * F("rate"))}
    if within is not None:
        sums |= {
            "owed": Sum("open_amount", filter=within),
            "overdue": Sum("open_amount", filter=within & Q(due_on__lt=today)),
        }
    return _part(Instalment.objects.filter(customer_id=customer_id, is_open=True).order_by(), sums)


def _paid(customer_id: int, within: Q | None = None, today: date | None = None) -> QuerySet[Any, dict[str, Any]]:
    """What was received this year, and what is free."""
    found = Payment.objects.filter(customer_id=customer_id).exclude(state=PaymentState.REVERSED).order_by()
    sums = {"credit_worth": Sum(F("free_amount") * F("rate"))}
    if within is None or today is None:
        return _part(found.filter(free_amount__gt=0), sums)
    money = Q(received_on__gte=today.replace(month=1, day=1)) & ~Q(method=Method.CREDIT)
    sums["received"] = Sum(F("amount") - F("refunded_amount"), filter=within & money)
    sums["credit"] = Sum("free_amount", filter=within)
    return _part(found, sums)


def _ordered(customer_id: int, without: int = 0) -> QuerySet[Any, dict[str, Any]]:
    """What stands in orders and is not billed yet."""
    billed = (
        Receivable.objects.filter(order_id=OuterRef("pk"))
        .exclude(state=ReceivableState.CANCELLED)
        .order_by()
        .values("order_id")
        .annotate(sum=Sum("amount"))
        .values("sum")
    )
    left = Greatest(F("total") - Coalesce(Subquery(billed), ZERO, output_field=DecimalField()), ZERO)
    orders = SalesOrder.objects.filter(customer_id=customer_id, state__in=_STAND).exclude(pk=without).order_by()
    return _part(orders.annotate(unbilled=left), {"ordered": Sum("unbilled")})


def _limit(customer_id: int) -> QuerySet[Any, dict[str, Any]]:
    held = terms_of(customer_id).annotate(currency=Value(""), most=F("limit"))
    rows: QuerySet[Any, dict[str, Any]] = _part(held, {"limit": F("most")}, F("pk"))[:1]
    return rows
