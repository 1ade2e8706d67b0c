"""Audit rules about deliveries, what waits behind orders, and who waits for the warehouse."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from gucang.approvals.audit_rules import holder_of
from gucang.audits import deeds, impact, waits
from gucang.audits.clocks import working_days_ago
from gucang.audits.declared import audit_rule
from gucang.audits.kinds import Every, Kind, Severity
from gucang.audits.responsible import first_of_role
from gucang.delivering.models import Delivery, DeliveryState
from gucang.kernel import clock, permissions, records
from gucang.kernel.actors import Actor
from gucang.ordering.models import Delivered, OrderLine, OrderState
from gucang.ordering.rules import WRITTEN
from gucang.surface import ui

MOST = 50
CONFIRM = "delivery.confirm"


def _confirmed(deliveries: QuerySet[Any], *, since: datetime, now: datetime) -> QuerySet[Any]:
    return deliveries.filter(state=DeliveryState.CONFIRMED, confirmed_on__gte=timezone.localdate(since))


def _since() -> Coalesce:
    """The day from which on a written delivery waits: that by which it was to leave, else that on which it was made."""
    return Coalesce("due_on", TruncDate("created_at"))


def _who_confirms() -> Coalesce:
    """Who is asked where somebody has to agree first, else whoever of the warehouse has been here longest."""
    return Coalesce(holder_of("delivery")(), first_of_role("warehouse")())


@audit_rule(
    "delivering.delivery-waits", on=Delivery, kind=Kind.TIMELINESS, every=Every.HOUR,
    responsible=_who_confirms, name=_("Deliveries wait to be confirmed"), cost="total",
    says=_("{number} to {receiver} has waited to be confirmed since {audit_since_on}. No receivable is made before."),
    labels={"working_days": _("working days")}, cases=_confirmed,
)  # fmt: skip
def delivery_waits(deliveries: QuerySet[Any], *, now: datetime, working_days: int = 1) -> QuerySet[Any]:
    """Written deliveries whose day is over: the goods stand there, or have left and nobody has said so.

    One without a day waits since it was written; a return without one waits for the customer.
    """
    before = working_days_ago(timezone.localdate(now), working_days)
    drafts = deliveries.filter(Q(due_on__isnull=False) | Q(returns=None), state=DeliveryState.DRAFT)
    return drafts.annotate(audit_since_on=_since()).filter(audit_since_on__lt=before)


@audit_rule(
    "delivering.confirmed-late", on=Delivery, kind=Kind.BYPASS, severity=Severity.HINT,
    responsible=deeds.by("delivery", CONFIRM), name=_("Deliveries are confirmed late"),
    says=_("{number} left on {confirmed_on} and was confirmed {audit_told_at}, more than {late_days} days later."),
    labels={"late_days": _("days late"), "days": _("of the last days")}, window="days",
)  # fmt: skip
def confirmed_late(deliveries: QuerySet[Any], *, now: datetime, late_days: int = 3, days: int = 30) -> QuerySet[Any]:
    """Deliveries and returns that somebody confirmed so long after their day (补录): stock and money stood still."""
    since = now - timedelta(days=days)
    # What was confirmed since then was changed since then: few are left to ask the log about.
    recent = deliveries.filter(updated_at__gte=since).exclude(state=DeliveryState.DRAFT)
    told = recent.annotate(audit_told_at=deeds.done_at("delivery", CONFIRM)).filter(audit_told_at__gte=since)
    return told.filter(audit_told_at__date__gt=F("confirmed_on") + timedelta(days=late_days))


@impact.behind("sales_order", order=40)
def not_sent(actor: Actor, ids: Collection[int]) -> Mapping[int, impact.Waiting]:
    """The deliveries of these orders that are written and have not left."""
    found = records.get("delivery").query(actor).filter(order__in=ids, state=DeliveryState.DRAFT, returns=None)
    return {
        pk: impact.Waiting(ngettext("%(n)s delivery", "%(n)s deliveries", n) % {"n": n}, f"/deliveries/?order={pk}")
        for pk, n in found.order_by().values_list("order_id").annotate(n=Count("pk"))
    }


@impact.behind("sales_order")
def not_released(actor: Actor, ids: Collection[int]) -> Mapping[int, impact.Waiting]:
    """What orders would release that nobody has agreed to yet: stock is kept, and goods leave, for no other ones."""
    order = records.get("sales_order")
    written = Delivery.objects.filter(order=OuterRef("pk"), state=DeliveryState.DRAFT, returns=None)
    lines = OrderLine.objects.filter(order=OuterRef("pk")).order_by().values("order").annotate(n=Count("pk"))
    held = order.query(actor).filter(pk__in=ids, state__in=WRITTEN).exclude(delivered=Delivered.WHOLE)
    held = held.filter(~Exists(written)).annotate(audit_lines=Subquery(lines.values("n"))).order_by()
    rows = held.filter(audit_lines__gt=0).values_list("pk", "state", "audit_lines", "deliver_by")
    sees = permissions.may_filter_by(actor, order, "deliver_by")
    return {pk: impact.Waiting(_released(state, n, day if sees else None)) for pk, state, n, day in rows}


def _released(state: str, lines: int, deliver_by: date | None) -> str:
    kept = ngettext("the stock for %(n)s line", "the stock for %(n)s lines", lines) % {"n": lines}
    goods = _t("the delivery")
    if deliver_by is not None:
        goods = _t("the delivery by %(day)s") % {"day": ui.date_text(deliver_by, clock.today())}
    # What a version before this one has kept in stock stays there while the order is being changed.
    return ui.listed([kept, goods]) if state == OrderState.DRAFT else goods


@waits.on_me
def to_send(actor: Actor, base: str) -> list[waits.Waits]:
    """Customers who wait for goods that this person confirms."""
    if not actor.may("delivery.confirm"):
        return []
    drafts = Delivery.objects.filter(Q(due_on__isnull=False) | Q(returns=None), state=DeliveryState.DRAFT)
    late = drafts.annotate(audit_since_on=_since()).filter(audit_since_on__lt=clock.today())
    rows = list(late.order_by("audit_since_on", "pk").values_list("pk", "number", "receiver", "audit_since_on")[:MOST])
    todo, behind = _t("to be sent"), impact.of(actor, [("delivery", pk) for pk, *_rest in rows])
    return [
        waits.Waits(
            number, receiver, clock.midnight(since), f"{base}/deliveries/{pk}", todo,
            impact.sentence(behind.get(("delivery", pk), ())),
        )
        for pk, number, receiver, since in rows
    ]  # fmt: skip
