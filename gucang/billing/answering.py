"""Money on the answer card, and what the contract says beyond the promise ledger."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from gucang.billing import queries
from gucang.billing.models import Instalment
from gucang.kernel import clock, permissions, records
from gucang.kernel.actors import Actor
from gucang.kernel.currency import own_currency
from gucang.ordering.models import OrderState, SalesOrder
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


def _unregistered(actor: Actor) -> QuerySet[SalesOrder]:
    """Orders that hold and give more than the price lists leave to who sells, without a promise that says so."""
    order = records.get("sales_order")
    if not actor.may("sales_order.view") or not permissions.may_filter_by(actor, order, "over_discount"):
        return SalesOrder.objects.none()
    about = Q(about_type="sales_order", about_id=OuterRef("pk"))
    about |= Q(about_type="quote", about_id=OuterRef("quote_id"))
    about |= Q(about_type="opportunity", about_id=OuterRef("opportunity_id"))
    about |= Q(about_type="customer", about_id=OuterRef("customer_id"))
    promised = Promise.objects.filter(about, kind__in=(Kind.DISCOUNT, Kind.PRICE_HOLD)).exclude(state=State.WITHDRAWN)
    held = order.query(actor).filter(
        state__in=(OrderState.APPROVED, OrderState.CHANGING, OrderState.DONE),
        approved_on__gte=clock.today() - LOOK_BACK, over_discount__gt=0,
    )  # fmt: skip
    found: QuerySet[SalesOrder] = held.exclude(Exists(promised)).order_by("approved_on", "pk")
    return found


def _find(actor: Actor, limit: int) -> list[Row]:
    rows = _unregistered(actor).select_related("customer", "owner")[:limit]
    return [
        Row(
            title=_t("%(order)s: %(percent)s %% below the price list") % {
                "order": one.number, "percent": f"{one.over_discount.normalize():f}"
            },
            customer=str(one.customer), about=("sales_order", one.pk), holder_id=one.owner_id,
            holder=str(one.owner or ""), since=one.approved_on, ref=one.number,
            unregistered=str(Kind.DISCOUNT),
        )
        for one in rows
    ]  # fmt: skip


def _count(actor: Actor) -> int:
    return _unregistered(actor).order_by()[:MOST].count()


UNREGISTERED = differences.register(
    Check(
        "contract", _("In the contract and never registered"),
        _("The order gives more than the price list, and no promise says so. Register it, or change the order."),
        _find, _count,
    )
)  # fmt: skip
