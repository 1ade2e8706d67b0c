"""What money waits for a decision: what nobody can claim before the goods have left."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, QuerySet, Sum
from django.utils.translation import ngettext

from gucang.approvals.models import ApprovalRequest, State
from gucang.audits import impact
from gucang.delivering.models import Delivery, DeliveryState
from gucang.kernel import permissions, records
from gucang.kernel.actors import Actor
from gucang.ordering.models import Delivered
from gucang.ordering.rules import WRITTEN
from gucang.surface import ui

# What an order says of its customer's credit once it was submitted, see `ordering.credit`.
CREDIT = ["over_credit", "late_days"]


@impact.behind("delivery", order=60)
def of_deliveries(actor: Actor, ids: Collection[int]) -> Mapping[int, impact.Waiting]:
    """The receivable that each of these deliveries makes when it is confirmed."""
    return _told(actor, "delivery", _drafts(actor).filter(pk__in=ids), "pk")


@impact.behind("sales_order", order=60)
def of_orders(actor: Actor, ids: Collection[int]) -> Mapping[int, impact.Waiting]:
    """The receivables that the deliveries of these orders make, which cannot be confirmed before; of an order that
    nobody has agreed to and of which nothing has left, that of all of it.
    """
    held = records.get("sales_order").query(actor).filter(
        pk__in=ids, state__in=WRITTEN, delivered=Delivered.NONE, total__gt=Decimal(0)
    )  # fmt: skip
    written = Delivery.objects.filter(order=OuterRef("pk"), state=DeliveryState.DRAFT, returns=None)
    of_all = _told(actor, "sales_order", held.filter(~Exists(written)), "pk")
    return of_all | _told(actor, "delivery", _drafts(actor).filter(order__in=ids), "order_id")


@impact.behind("receivable")
def of_receivables(actor: Actor, ids: Collection[int]) -> Mapping[int, impact.Waiting]:
    """Orders of the same customers that wait for others' agreement because of what is owed."""
    owed = records.get("receivable").query(actor).filter(pk__in=ids, open_order__gt=0).order_by()
    customers = dict(owed.values_list("pk", "customer_id"))
    if not customers:
        return {}
    asked = ApprovalRequest.objects.filter(
        action="sales_order.approve", state=State.WAITING, party_id__in=customers.values(), changes__has_any_keys=CREDIT
    )
    orders = records.get("sales_order").query(actor).filter(pk__in=asked.values("about_id")).order_by()
    counts = dict(orders.values_list("customer_id").annotate(n=Count("pk")))
    return {
        pk: impact.Waiting(_orders(counts[customer]), f"/sales-orders/?customer={customer}")
        for pk, customer in customers.items()
        if customer in counts
    }


def _orders(n: int) -> str:
    return ngettext("%(n)s order held by its credit", "%(n)s orders held by their credit", n) % {"n": n}


def _drafts(actor: Actor) -> QuerySet[Any]:
    found: QuerySet[Any] = records.get("delivery").query(actor).filter(
        state=DeliveryState.DRAFT, returns=None, total__gt=Decimal(0)
    )  # fmt: skip
    return found


def _told(actor: Actor, record: str, found: QuerySet[Any], by: str) -> dict[int, impact.Waiting]:
    """By `by`, how many receivables and of how much; of several currencies, or to who does not see them, only how many.

    That there is one to come everybody knows who sees what it comes of.
    """
    sees = actor.may("receivable.view") and permissions.may_filter_by(actor, records.get(record), "total")
    counts: dict[int, list[tuple[int, str, Decimal]]] = {}
    sums = found.order_by().values_list(by, "currency").annotate(n=Count("pk"), audit_total=Sum("total"))
    for key, currency, n, total in sums:
        counts.setdefault(key, []).append((n, currency, total))
    return {key: impact.Waiting(_words(many, sees)) for key, many in counts.items()}


def _words(many: list[tuple[int, str, Decimal]], sees: bool) -> str:
    n = sum(one for one, *_rest in many)
    if not sees or len(many) > 1:
        return ngettext("%(n)s receivable", "%(n)s receivables", n) % {"n": n}
    _n, currency, total = many[0]
    said = ngettext("%(n)s receivable of %(money)s", "%(n)s receivables of %(money)s", n)
    return said % {"n": n, "money": ui.money_text(total, currency)}
