"""Audit rules about sales orders, about customers who buy, and about work that has moved out of the program."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gucang.accounts.models import Member, Status
from gucang.activity.models import Attachment, FollowUp, Task
from gucang.approvals.audit_rules import holder_of
from gucang.approvals.models import ApprovalRequest, State
from gucang.audits.clocks import working_days_ago, working_hours_ago
from gucang.audits.declared import audit_rule
from gucang.audits.kinds import Every, Kind, Severity
from gucang.books.queries import in_own_currency
from gucang.kernel import clock
from gucang.kernel.currency import own_currency
from gucang.kernel.models import Event
from gucang.ordering.models import Delivered, OrderState, SalesOrder
from gucang.parties.models import Customer
from gucang.selling.models import Opportunity, StageKind
from gucang.worktime.models import Leave

_HOLD = (OrderState.APPROVED, OrderState.DONE)
WORKING_HOURS = {"working_hours": _("working hours")}


def _waiting() -> QuerySet[ApprovalRequest]:
    return ApprovalRequest.objects.filter(about_type="sales_order", about_id=OuterRef("pk"), state=State.WAITING)


def _approved(orders: QuerySet[Any], *, since: datetime, now: datetime) -> QuerySet[Any]:
    return orders.filter(approved_on__gte=timezone.localdate(since), state__in=_HOLD)


@audit_rule(
    "ordering.order-waits-for-approval", on=SalesOrder, kind=Kind.TIMELINESS, every=Every.HOUR,
    responsible=holder_of("sales_order"), name=_("Orders wait for approval"),
    says=_("{number} has waited since {asked_at} for your approval, more than {working_hours} working hours."),
    labels=WORKING_HOURS, cases=_approved,
)  # fmt: skip
def order_waits(orders: QuerySet[Any], *, now: datetime, working_hours: int = 4) -> QuerySet[Any]:
    """Orders that somebody submitted and nobody has decided about."""
    before = working_hours_ago(now, working_hours)
    asked = _waiting().filter(since__lt=before).order_by("pk").values("since")[:1]
    return orders.annotate(asked_at=Subquery(asked)).filter(asked_at__isnull=False)


@audit_rule(
    "ordering.order-not-submitted", on=SalesOrder, kind=Kind.TIMELINESS, name=_("Orders are not submitted"),
    says=_("{number} of {customer__name} is written and has not been submitted for {working_hours} working hours."),
    labels=WORKING_HOURS, cost="total", cases=_approved,
)  # fmt: skip
def order_not_submitted(orders: QuerySet[Any], *, now: datetime, working_hours: int = 16) -> QuerySet[Any]:
    """Drafts with an amount that nobody goes on with: neither stock nor delivery knows of them."""
    drafts = orders.filter(state__in=(OrderState.DRAFT, OrderState.CHANGING), total_order__gt=0)
    return drafts.filter(~Exists(_waiting()), updated_at__lt=working_hours_ago(now, working_hours))


@audit_rule(
    "ordering.order-late", on=SalesOrder, kind=Kind.TIMELINESS, name=_("Orders are delivered late"),
    says=_("{number} of {customer__name} was to be delivered by {due_on}, and is not."),
    labels={"days": _("days")}, cost="total",
)  # fmt: skip
def order_late(orders: QuerySet[Any], *, now: datetime, days: int = 1) -> QuerySet[Any]:
    """Approved orders whose promised day is over, and something of them is not delivered."""
    before = timezone.localdate(now) - timedelta(days=days)
    late = orders.filter(state=OrderState.APPROVED, deliver_by__lt=before).exclude(delivered=Delivered.WHOLE)
    return late.annotate(due_on=F("deliver_by"))


@audit_rule(
    "ordering.order-without-contract", on=SalesOrder, kind=Kind.BYPASS, name=_("Orders without a contract"),
    says=_("{number} of {customer__name} has held since {approved_on} and no contract hangs on it."),
    labels={"from_amount": _("from this total on"), "days": _("days after the approval")}, cost="total",
)  # fmt: skip
def order_without_contract(
    orders: QuerySet[Any], *, now: datetime, from_amount: int = 200_000, days: int = 3
) -> QuerySet[Any]:
    """Approved orders of that size on which nobody has put the signed contract. What is finished is not asked again.

    The size is in the company's currency, by the rate of the day.
    """
    contracts = Attachment.objects.filter(about_type="sales_order", about_id=OuterRef("pk"), kind="contract")
    before = timezone.localdate(now) - timedelta(days=days)
    own = Q(currency__in=("", own_currency()))
    large = own & Q(total_order__gte=from_amount * 100) | ~own & Q(worth__gte=from_amount)
    held = orders.filter(state__in=(OrderState.APPROVED, OrderState.CHANGING), approved_on__lte=before)
    held = held.alias(worth=in_own_currency("total", timezone.localdate(now))).filter(large)
    return held.filter(~Exists(contracts))


@audit_rule(
    "ordering.order-without-contact", on=SalesOrder, kind=Kind.BYPASS,
    name=_("Orders without any contact before"), cost="total",
    says=_("{number} of {customer__name} has neither a deal nor a quote nor any follow-up before it."),
    labels={"days": _("of the last days")}, window="days",
)  # fmt: skip
def order_without_contact(orders: QuerySet[Any], *, now: datetime, days: int = 60) -> QuerySet[Any]:
    """Orders of which the log does not know how they came: their customer was looked after somewhere else."""
    talked = FollowUp.objects.filter(
        about_type="customer", about_id=OuterRef("customer_id"), happened_at__lte=OuterRef("created_at")
    )
    recent = orders.filter(created_at__gte=now - timedelta(days=days), opportunity=None, quote=None)
    return recent.filter(~Exists(talked)).exclude(state=OrderState.CANCELLED)


@audit_rule(
    "ordering.revenue-without-activity", on=Customer, kind=Kind.BYPASS, severity=Severity.WARNING,
    name=_("Customers with revenue and without activity"), cost="audit_revenue",
    says=_("{audit_orders} orders in {days} days, and nothing written down for as long."), labels={"days": _("days")},
)  # fmt: skip
def revenue_without_activity(customers: QuerySet[Any], *, now: datetime, days: int = 90) -> QuerySet[Any]:
    """Customers who buy, and of whom nobody has written anything: their account lives outside the system."""
    since = now - timedelta(days=days)
    bought = SalesOrder.objects.filter(
        customer=OuterRef("pk"), state__in=_HOLD, approved_on__gte=timezone.localdate(since)
    ).order_by()
    silent = customers.filter(Q(last_contact_at=None) | Q(last_contact_at__lt=since), owner__isnull=False)
    sums = bought.values("customer")
    return silent.filter(Exists(bought)).annotate(
        audit_orders=Subquery(sums.annotate(n=Count("pk")).values("n")),
        audit_revenue=Subquery(sums.annotate(s=Sum(in_own_currency("total", timezone.localdate(now)))).values("s")),
    )


def _counted(found: QuerySet[Any], whose: str) -> Any:
    """How many of `found` are the member's by the field `whose`."""
    mine = found.filter(**{whose: OuterRef("pk")}).order_by().values(whose)
    return Coalesce(Subquery(mine.annotate(n=Count("pk")).values("n")), 0)


@audit_rule(
    "ordering.work-elsewhere", on=Member, kind=Kind.BYPASS, severity=Severity.HINT,
    name=_("Live work, and nothing written down for a while"), responsible="pk", evidence=lambda ids: {},
    says=_(
        "{audit_deals} deals, {audit_orders} orders and {audit_tasks} tasks go on in your name, and nothing was written"
        " down in {working_days} working days. If they are kept elsewhere, bring them in; if others do them, hand over."
    ),
    labels={"working_days": _("working days")},
)  # fmt: skip
def work_elsewhere(members: QuerySet[Any], *, now: datetime, working_days: int = 10) -> QuerySet[Any]:
    """Members with open deals, orders or tasks who have left no deed for so long: their work may have gone back to
    paper and chat. Neither who was away in these days nor who is new.
    """
    today = timezone.localdate(now)
    before = working_days_ago(today, working_days)
    since = clock.midnight(before)
    deeds = Event.objects.filter(actor_id=OuterRef("pk"), actor_kind="member", occurred_at__gte=since)
    away = Leave.objects.filter(member=OuterRef("pk"), begins_on__lte=today, ends_on__gte=before)
    here = members.exclude(status=Status.LEFT).filter(Q(joined_on=None) | Q(joined_on__lt=before), created_at__lt=since)
    found = here.filter(~Exists(deeds), ~Exists(away)).annotate(
        audit_deals=_counted(Opportunity.objects.filter(state=StageKind.OPEN), "owner"),
        audit_orders=_counted(SalesOrder.objects.exclude(state__in=(OrderState.DONE, OrderState.CANCELLED)), "owner"),
        audit_tasks=_counted(Task.objects.filter(done_at=None), "assignee"),
    )
    return found.filter(Q(audit_deals__gt=0) | Q(audit_orders__gt=0) | Q(audit_tasks__gt=0))
