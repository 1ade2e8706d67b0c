"""What money waits for a decision: what nobody can claim before the goods have left."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.utils.translation import ngettext

from gucang.approvals.briefing import Behind, waits_behind
from gucang.delivering.models import DeliveryState
from gucang.kernel import permissions, records
from gucang.kernel.actors import Actor
from gucang.surface import ui


@waits_behind("delivery", order=60)
def of_deliveries(actor: Actor, ids: Collection[int]) -> Mapping[int, Behind]:
    """The receivable that each of these deliveries makes when it is confirmed."""
    return _told(actor, _drafts(actor).filter(pk__in=ids), "pk")


@waits_behind("sales_order", order=60)
def of_orders(actor: Actor, ids: Collection[int]) -> Mapping[int, Behind]:
    """The receivables that the deliveries of these orders make, which cannot be confirmed before."""
    return _told(actor, _drafts(actor).filter(order__in=ids), "order_id")


def _drafts(actor: Actor) -> QuerySet[Any]:
    found: QuerySet[Any] = records.get("delivery").query(actor).filter(
        state=DeliveryState.DRAFT, returns=None, total__gt=Decimal(0)
    )  # fmt: skip
    return found


def _told(actor: Actor, found: QuerySet[Any], by: str) -> dict[int, Behind]:
    """By `by`, how many receivables and of how much; of several currencies, or what is hidden, only how many."""
    if not actor.may("receivable.view"):
        return {}
    sees = permissions.may_filter_by(actor, records.get("delivery"), "total")
    counts: dict[int, list[tuple[int, str, Decimal]]] = {}
    sums = found.order_by().values_list(by, "currency").annotate(n=Count("pk"), total=Sum("total"))
    for key, currency, n, total in sums:
        counts.setdefault(key, []).append((n, currency, total))
    return {key: Behind(_words(many, sees)) for key, many in counts.items()}


def _words(many: list[tuple[int, str, Decimal]], sees: bool) -> str:
    n = sum(one for one, *_rest in many)
    if not sees or len(many) > 1:
        return ngettext("%(n)s receivable", "%(n)s receivables", n) % {"n": n}
    _n, currency, total = many[0]
    said = ngettext("%(n)s receivable of %(money)s", "%(n)s receivables of %(money)s", n)
    return said % {"n": n, "money": ui.money_text(total, currency)}
