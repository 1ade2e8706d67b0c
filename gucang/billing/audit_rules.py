"""Audit rules about money: what was delivered is billed, and what is owed agrees with the ledger."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, Exists, F, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gucang.audits import deeds
from gucang.audits.declared import audit_rule
from gucang.audits.kinds import Every, Kind, Severity
from gucang.audits.responsible import first_of_role
from gucang.billing.models import Entry, Method, Payment, Receivable, ReceivableState
from gucang.delivering.models import Delivery, DeliveryState


@audit_rule(
    "billing.delivery-without-receivable", on=Delivery, kind=Kind.TIMELINESS, severity=Severity.SERIOUS,
    every=Every.HOUR, responsible=first_of_role("finance"), cost="total",
    name=_("Confirmed deliveries without a receivable"),
    says=_("{number} left on {confirmed_on}, and nobody has billed it."),
    labels={"days": _("of the last days")}, window="days",
)  # fmt: skip
def delivery_without_receivable(deliveries: QuerySet[Any], *, now: datetime, days: int = 30) -> QuerySet[Any]:
    """Goods that have left, for which nothing is owed in the books."""
    since = timezone.localdate(now) - timedelta(days=days)
    billed = Receivable.objects.filter(source_type="delivery", source_id=OuterRef("pk"))
    left = deliveries.filter(state=DeliveryState.CONFIRMED, confirmed_on__gte=since, returns=None, total__gt=0)
    return left.filter(~Exists(billed))


@audit_rule(
    "billing.receivable-off-ledger", on=Receivable, kind=Kind.RECONCILIATION, severity=Severity.SERIOUS,
    responsible=first_of_role("finance"), cost="difference", name=_("Receivables and payments do not agree"),
    says=_("{number}: {open_amount} is owed by the receivable, and the ledger says {ledger_owed}."),
)  # fmt: skip
def receivable_off_ledger(receivables: QuerySet[Any], *, now: datetime) -> QuerySet[Any]:
    """What a receivable says is owed is not its amount less what the ledger has settled."""
    nothing = Value(Decimal(0), output_field=DecimalField(max_digits=16, decimal_places=2))
    lines = Entry.objects.filter(receivable=OuterRef("pk")).order_by().values("receivable")
    settled = Coalesce(Subquery(lines.annotate(s=Sum("amount")).values("s")), nothing)
    told = receivables.exclude(state=ReceivableState.CANCELLED).annotate(ledger_owed=F("amount") - settled)
    return told.exclude(open_amount=F("ledger_owed")).annotate(difference=F("open_amount") - F("ledger_owed"))


@audit_rule(
    "billing.overdue-unreminded", on=Receivable, kind=Kind.TIMELINESS, responsible="customer__owner_id",
    cost="open_amount", name=_("Overdue money that nobody asks for"),
    says=_("{number}: {open_amount} was due {next_due_on}, and nobody has reminded the customer for {days} days."),
    labels={"days": _("days")},
)  # fmt: skip
def overdue_unreminded(receivables: QuerySet[Any], *, now: datetime, days: int = 14) -> QuerySet[Any]:
    """Late for so long, and reminded neither since then nor ever."""
    before = timezone.localdate(now) - timedelta(days=days)
    late = receivables.filter(open_order__gt=0, next_due_on__lt=before)
    return late.exclude(reminded_on__gte=before).exclude(promised_on__gte=timezone.localdate(now))


@audit_rule(
    "billing.payment-entered-late", on=Payment, kind=Kind.BYPASS, severity=Severity.HINT,
    responsible=deeds.by("payment", "payment.create"), name=_("Payments are entered late"), cost="amount",
    says=_("{number}: {amount} came on {received_on} and was entered {created_at}, more than {late_days} days later."),
    labels={"late_days": _("days late"), "days": _("of the last days")}, window="days",
)  # fmt: skip
def payment_entered_late(
    payments: QuerySet[Any], *, now: datetime, late_days: int = 5, days: int = 30
) -> QuerySet[Any]:
    """Money that somebody wrote down so long after it came (补录): meanwhile the customer counted as owing it.

    Neither credit notes, which nobody receives, nor what an import brought along.
    """
    recent = payments.filter(created_at__gte=now - timedelta(days=days)).exclude(method=Method.CREDIT)
    late = recent.filter(created_at__date__gt=F("received_on") + timedelta(days=late_days))
    return late.filter(~deeds.brought_in("payment"))
