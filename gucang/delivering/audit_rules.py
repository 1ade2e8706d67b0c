"""Audit rules about deliveries, what waits behind orders, and who waits for the warehouse."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Count, F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from gucang.audits import impact, waits
from gucang.audits.clocks import working_days_ago
from gucang.audits.declared import audit_rule
from gucang.audits.kinds import Every, Kind
from gucang.audits.responsible import first_of_role
from gucang.delivering.models import Delivery, DeliveryState
from gucang.kernel import clock
from gucang.kernel.actors import Actor

MOST = 50
DELIVERIES = ngettext_lazy("%(count)s delivery", "%(count)s deliveries", "count")
RECEIVABLES = ngettext_lazy("%(count)s receivable", "%(count)s receivables", "count")


def _confirmed(deliveries: QuerySet[Any], *, since: datetime, now: datetime) -> QuerySet[Any]:
    return deliveries.filter(state=DeliveryState.CONFIRMED, confirmed_on__gte=timezone.localdate(since))


@audit_rule(
    "delivering.delivery-waits", on=Delivery, kind=Kind.TIMELINESS, every=Every.HOUR,
    responsible=first_of_role("warehouse"), name=_("Deliveries wait to be confirmed"), cost="total",
    says=_("{number} to {receiver} was due on {due_on} and is not confirmed. No receivable is made before that."),
    labels={"working_days": _("working days")}, cases=_confirmed,
)  # fmt: skip
def delivery_waits(deliveries: QuerySet[Any], *, now: datetime, working_days: int = 1) -> QuerySet[Any]:
    """Written deliveries whose day is over: the goods stand there, or have left and nobody has said so."""
    before = working_days_ago(timezone.localdate(now), working_days)
    return deliveries.filter(state=DeliveryState.DRAFT, due_on__lt=before)


@impact.behind("sales_order")
def deliveries_of(ids: Collection[int]) -> dict[int, list[impact.Waiting]]:
    """Deliveries of these orders that are written and have not left."""
    rows = Delivery.objects.filter(order_id__in=ids, state=DeliveryState.DRAFT).order_by()
    counts = rows.values_list("order_id").annotate(Count("pk"))
    return {pk: [impact.Waiting(count, DELIVERIES)] for pk, count in counts}


@impact.behind("delivery")
def receivables_of(ids: Collection[int]) -> dict[int, list[impact.Waiting]]:
    """The receivable that each delivery makes once it is confirmed."""
    rows = Delivery.objects.filter(pk__in=ids, state=DeliveryState.DRAFT, returns=None).values_list("pk", flat=True)
    return {pk: [impact.Waiting(1, RECEIVABLES)] for pk in rows}


@waits.on_me
def to_send(actor: Actor, base: str) -> list[waits.Waits]:
    """Customers who wait for goods that this person confirms."""
    if not actor.may("delivery.confirm"):
        return []
    late = Delivery.objects.filter(state=DeliveryState.DRAFT, due_on__lt=clock.today())
    rows = late.order_by(F("due_on").asc(), "pk").values_list("pk", "number", "receiver", "due_on")
    todo, behind = _t("to be sent"), impact.sentence([impact.Waiting(1, RECEIVABLES)])
    return [
        waits.Waits(number, receiver, clock.midnight(due_on), f"{base}/deliveries/{pk}", todo, behind)
        for pk, number, receiver, due_on in rows[:MOST]
    ]
