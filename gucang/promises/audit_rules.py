"""Audit rules about promises, what waits behind others' documents, and who waits for a promise to be kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from gucang.audits import impact, waits
from gucang.audits.clocks import working_hours_ago
from gucang.audits.declared import audit_rule
from gucang.audits.kinds import Every, Kind, Severity
from gucang.kernel import clock, records
from gucang.kernel.actors import Actor
from gucang.promises.kinds import BY_DOCUMENT
from gucang.promises.models import OPEN, Promise, State

MOST = 50


def _kept(promises: QuerySet[Any], *, since: datetime, now: datetime) -> QuerySet[Any]:
    return promises.filter(settled_at__gte=since, state=State.KEPT)


@audit_rule(
    "promises.overdue", on=Promise, kind=Kind.TIMELINESS, severity=Severity.SERIOUS, every=Every.HOUR,
    responsible="holder_id", cost="worth", name=_("Promises are not kept in time"),
    says=_("{customer__name} was told {until_on}: “{what}”. It is not kept."), labels={"days": _("days")}, cases=_kept,
)  # fmt: skip
def overdue(promises: QuerySet[Any], *, now: datetime, days: int = 0) -> QuerySet[Any]:
    """The day that the customer was told is over, and nobody has ended it."""
    before = timezone.localdate(now) - timedelta(days=days)
    return promises.filter(state__in=OPEN, until__lt=before).annotate(until_on=F("until"))


@audit_rule(
    "promises.step-late", on=Promise, kind=Kind.TIMELINESS, every=Every.HOUR, responsible="holder_id", cost="worth",
    name=_("Steps of promises are late"),
    says=_("Your step in “{what}” for {customer__name} was due {due_at}, more than {working_hours} working hours ago."),
    labels={"working_hours": _("working hours")}, cases=_kept,
)  # fmt: skip
def step_late(promises: QuerySet[Any], *, now: datetime, working_hours: int = 4) -> QuerySet[Any]:
    """The next step was due, and the customer's own day is still to come."""
    open_still = promises.filter(state__in=(State.MADE, State.BINDING, State.BOOKED))
    in_time = Q(until=None) | Q(until__gte=timezone.localdate(now))
    return open_still.filter(in_time, due_at__lt=working_hours_ago(now, working_hours))


@audit_rule(
    "promises.booked-otherwise", on=Promise, kind=Kind.RECONCILIATION, severity=Severity.SERIOUS,
    responsible="booked_by_id", name=_("Promises are booked at another amount"), cost="difference",
    says=_("{worth} was promised and {booked_amount} booked: “{what}”."),
    labels={"days": _("of the last days")}, window="days",
)  # fmt: skip
def booked_otherwise(promises: QuerySet[Any], *, now: datetime, days: int = 90) -> QuerySet[Any]:
    """What stands in the books is not what the customer was told."""
    recent = promises.filter(booked_at__gte=now - timedelta(days=days), worth__isnull=False)
    return recent.exclude(booked_amount=F("worth")).annotate(difference=F("worth") - F("booked_amount"))


@audit_rule(
    "promises.not-booked", on=Promise, kind=Kind.RECONCILIATION, every=Every.HOUR, responsible="holder_id",
    cost="worth", name=_("Promises are not booked in time"),
    says=_("“{what}” for {customer__name} was to be booked until {book_by_at}."), labels={},
)  # fmt: skip
def not_booked(promises: QuerySet[Any], *, now: datetime) -> QuerySet[Any]:
    """Binding, to be booked by a document, and the time for that is over."""
    late = promises.filter(state=State.BINDING, kind__in=BY_DOCUMENT, book_by__lt=now)
    return late.annotate(book_by_at=F("book_by"))


def _promised_with(record_type: str) -> None:
    @impact.behind(record_type, order=70)
    def promises_of(actor: Actor, ids: Collection[int]) -> Mapping[int, impact.Waiting]:
        """Promises that were made with these records and are open."""
        seen = records.get("promise").query(actor)
        rows = seen.filter(about_type=record_type, about_id__in=ids, state__in=OPEN).order_by()
        return {
            pk: impact.Waiting(ngettext("%(count)s promise", "%(count)s promises", n) % {"count": n})
            for pk, n in rows.values_list("about_id").annotate(Count("pk"))
        }


for _name in ("sales_order", "quote", "opportunity"):
    _promised_with(_name)


@waits.on_me
def to_keep(actor: Actor, base: str) -> list[waits.Waits]:
    """Customers who wait for a step of this person that is late."""
    late = Promise.objects.filter(
        holder_id=actor.member_id, state__in=(State.MADE, State.BINDING, State.BOOKED), due_at__lt=clock.now()
    )
    rows = late.order_by("due_at", "pk").values_list("pk", "what", "customer__name", "held_since", "due_at")
    todo = _t("your step")
    return [
        waits.Waits(what=what, who=customer, since=since or due_at, url=f"{base}/promises/{pk}", todo=todo)
        for pk, what, customer, since, due_at in rows[:MOST]
    ]
