"""Money on the answer card, and what the contract says beyond the promise ledger."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from gucang.billing import queries
from gucang.billing.models import CreditTerms, Instalment, Receivable, ReceivableState
from gucang.kernel import clock, permissions, records
from gucang.kernel.actors import Actor
from gucang.kernel.currency import own_currency
from gucang.ordering.models import OrderLine, OrderState, SalesOrder
from gucang.parties.models import Customer
from gucang.promises import answers, differences
from gucang.promises.answers import Item, Section
from gucang.promises.differences import MOST, Check, Row
from gucang.promises.kinds import Kind
from gucang.promises.models import Promise, State
from gucang.surface import ui

SHOWN = 8
# An order approved longer ago has become what it is.
LOOK_BACK = timedelta(days=60)


def money(actor: Actor, customer: Customer) -> Section | None:
    """What the customer owes, what is late first; nothing for whom amounts are hidden. One query."""
    if not queries.sees_amounts(actor, "receivable", "instalment"):
        return None
    query = records.get("instalment").query(actor).filter(customer=customer, is_open=True)
    rows = list(query.select_related("receivable").order_by("due_on", "pk")[: SHOWN + 1])
    items = [_owed(one) for one in rows[:SHOWN]]
    path = f"/receivables/?customer={customer.pk}"
    return Section(pgettext("money", "Money"), "coin", items, _t("nothing is owed"), len(rows) > SHOWN, path)


def _owed(one: Instalment) -> Item:
    amount = ui.money_text(one.open_amount, one.currency or own_currency())
    day = ui.date_text(one.due_on, clock.today()) if one.due_on else ""
    words = {"number": one.receivable.number, "amount": amount, "day": day}
    if one.due_on is None:
        say = _t("Of %(number)s, %(amount)s is due after your acceptance.")
    elif one.late_on(clock.today()):
        say = _t("Of %(number)s, %(amount)s was due on %(day)s.")
    else:
        say = _t("Of %(number)s, %(amount)s is due on %(day)s.")
    tone = ui.due_tone(one.due_on, clock.now()) if one.due_on else ""
    what = f"{amount} · {one.receivable.name}"
    return Item(what, until=one.due_on, say=say % words, path=f"/receivables/{one.receivable_id}", tone=tone)


answers.give("money", money, order=30)


# --- in the contract and never registered ----------------------------------------------------------------------------


# A promise made with any of these says it of the order.
_ABOUT = (("sales_order", "pk"), ("quote", "quote_id"), ("opportunity", "opportunity_id"), ("customer", "customer_id"))
_HOLDS = (OrderState.APPROVED, OrderState.CHANGING, OrderState.DONE)


def _promised(kinds: Collection[Kind], order: str = "") -> Exists:
    """Whether a promise of one of these kinds was made with the order (the row's, or of its field `order`)."""
    about = Q(pk__in=())
    for name, path in _ABOUT:
        about |= Q(about_type=name, about_id=OuterRef(f"{order}{path}"))
    return Exists(Promise.objects.filter(about, kind__in=kinds).exclude(state=State.WITHDRAWN))


def _held(actor: Actor, *fields: str) -> QuerySet[SalesOrder]:
    """The lately approved orders that the actor sees, if they may know these fields of all of them."""
    order = records.get("sales_order")
    if not actor.may("sales_order.view") or not all(permissions.may_filter_by(actor, order, one) for one in fields):
        return SalesOrder.objects.none()
    found = order.query(actor).filter(state__in=_HOLDS, approved_on__gte=clock.today() - LOOK_BACK)
    return found.order_by("approved_on", "pk")


def _lines() -> QuerySet[OrderLine]:
    return OrderLine.objects.filter(order=OuterRef("pk"))


def _discounts(actor: Actor) -> QuerySet[SalesOrder]:
    """Orders that give more than the price lists leave to who sells; what is for nothing is a gift, see `_gifts`."""
    least = F("quantity") * F("list_price") * (Value(Decimal(100)) - F("leeway")) / Value(Decimal(100))
    below = _lines().filter(net__gt=0, list_price__isnull=False, net__lt=least - Value(Decimal("0.01")))
    found = _held(actor, "over_discount").filter(over_discount__gt=0)
    found = found.filter(Exists(below) | ~Exists(_lines().filter(net=0)))
    return found.exclude(_promised((Kind.DISCOUNT, Kind.PRICE_HOLD)))


def _gifts(actor: Actor) -> QuerySet[SalesOrder]:
    """Orders with a line for nothing."""
    free = _lines().filter(net=0)
    found = _held(actor, "total").filter(Exists(free)).exclude(_promised((Kind.GIFT, Kind.FREE_SERVICE, Kind.DISCOUNT)))
    return found.annotate(given=Subquery(free.order_by("position").values("product__name")[:1]))


def _terms(actor: Actor) -> QuerySet[Receivable]:
    """Receivables of orders that are paid by other terms than their customer has."""
    if not actor.may("receivable.view"):
        return Receivable.objects.none()
    every = CreditTerms.objects.filter(customer=OuterRef("customer_id"))
    usual = CreditTerms.objects.filter(customer=None).values("terms_id")[:1]
    theirs = Case(When(Exists(every), then=Subquery(every.values("terms_id")[:1])), default=Subquery(usual))
    since = clock.today() - LOOK_BACK
    found = records.get("receivable").query(actor).filter(order__isnull=False, billed_on__gte=since)
    found = found.exclude(state=ReceivableState.CANCELLED).annotate(usual_id=theirs)
    both = Q(terms__isnull=False, usual_id__isnull=False) & ~Q(terms_id=F("usual_id"))
    one = Q(terms__isnull=False, usual_id=None) | Q(terms=None, usual_id__isnull=False)
    return found.filter(both | one).exclude(_promised((Kind.PAYMENT_TERM,), "order__")).order_by("billed_on", "pk")


def _discount_row(one: Any) -> Row:
    percent = f"{one.over_discount.normalize():f}"
    title = _t("%(order)s: %(percent)s%% below the price list") % {"order": one.number, "percent": percent}
    return _row(one, one, title, Kind.DISCOUNT, one.approved_on)


def _gift_row(one: Any) -> Row:
    title = _t("%(order)s: %(product)s for nothing") % {"order": one.number, "product": one.given}
    return _row(one, one, title, Kind.GIFT, one.approved_on)


def _terms_row(one: Any) -> Row:
    words = {"order": one.order.number, "terms": one.terms or _t("at once")}
    return _row(one, one.order, _t("%(order)s: paid by “%(terms)s”") % words, Kind.PAYMENT_TERM, one.billed_on)


def _row(one: Any, order: SalesOrder, title: str, kind: Kind, since: date | None) -> Row:
    return Row(
        title=title, customer=str(one.customer), about=("sales_order", order.pk), holder_id=order.owner_id,
        holder=str(order.owner or ""), since=since, ref=order.number, unregistered=str(kind),
    )  # fmt: skip


def _check(
    key: str, name: Any, about: Any, query: Callable[[Actor], QuerySet[Any]], row: Callable[[Any], Row], *near: str
) -> Check:
    def find(actor: Actor, limit: int) -> list[Row]:
        return [row(one) for one in query(actor).select_related("customer", *near)[:limit]]

    def count(actor: Actor) -> int:
        return query(actor).order_by()[:MOST].count()

    return differences.register(Check(key, name, about, find, count))


UNREGISTERED = _check(
    "contract", _("In the contract and never registered"),
    _("The order gives more than the price list, and no promise says so. Register it, or change the order."),
    _discounts, _discount_row, "owner",
)  # fmt: skip
GIFTS = _check(
    "gift", _("Given for nothing and never registered"),
    _("A line of the order costs nothing, and no promise says so. Register it, or put a price on it."),
    _gifts, _gift_row, "owner",
)  # fmt: skip
TERMS = _check(
    "terms", _("Other payment terms and never registered"),
    _("The order is paid by other terms than the customer has, and no promise says so. Register it, or change them."),
    _terms, _terms_row, "terms", "order", "order__owner",
)  # fmt: skip
