"""Audit rules about leads, and what waits behind quotes, tasks and leads."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.audits import impact, openings
from gucang.audits.clocks import working_hours_ago
from gucang.audits.declared import audit_rule
from gucang.audits.kinds import Every, Kind
from gucang.kernel import clock, permissions, records
from gucang.kernel.actors import Actor
from gucang.selling.models import Lead, LeadStatus, Opportunity, Quote, StageKind
from gucang.surface import ui

openings.protect("lead")


def _answered(leads: QuerySet[Any], *, since: datetime, now: datetime) -> QuerySet[Any]:
    return leads.filter(contacted_at__gte=since)


@audit_rule(
    "selling.lead-unanswered", on=Lead, kind=Kind.TIMELINESS, every=Every.HOUR, name=_("Enquiries are not answered"),
    says=_("This enquiry came {created_at}, and nobody has answered it for {working_hours} working hours."),
    labels={"working_hours": _("working hours")}, cases=_answered,
)  # fmt: skip
def lead_unanswered(leads: QuerySet[Any], *, now: datetime, working_hours: int = 8) -> QuerySet[Any]:
    """New leads that nobody has contacted."""
    return leads.filter(status=LeadStatus.NEW, contacted_at=None, created_at__lt=working_hours_ago(now, working_hours))


@impact.behind("quote")
def deals_of_quotes(actor: Actor, ids: Collection[int]) -> Mapping[int, impact.Waiting]:
    """The deals in which these quotes are to be made."""
    found = Quote.objects.filter(pk__in=ids, opportunity__in=_open_deals(actor)).select_related("opportunity")
    return {one.pk: _deal(one.opportunity) for one in found}


@impact.behind("task")
def deals_of_tasks(actor: Actor, ids: Collection[int]) -> Mapping[int, impact.Waiting]:
    """The deals that these tasks are about."""
    tasks = records.get("task").query(actor).filter(pk__in=ids, about_type="opportunity", done_at=None).order_by()
    about = dict(tasks.values_list("pk", "about_id"))
    deals = {deal.pk: deal for deal in _open_deals(actor).filter(pk__in=about.values())} if about else {}
    return {pk: _deal(deals[deal]) for pk, deal in about.items() if deal in deals}


@impact.behind("lead")
def who_asked(actor: Actor, ids: Collection[int]) -> Mapping[int, impact.Waiting]:
    """Whoever asked, as long as nobody has answered."""
    lead = records.get("lead")
    if not permissions.may_filter_by(actor, lead, "name"):
        return {}
    asked = lead.query(actor).filter(pk__in=ids, status=LeadStatus.NEW, contacted_at=None).order_by()
    return {
        pk: impact.Waiting(_t("the answer to “%(name)s”") % {"name": name})
        for pk, name in asked.values_list("pk", "name")
    }


def _open_deals(actor: Actor) -> QuerySet[Any]:
    found: QuerySet[Any] = records.get("opportunity").query(actor).filter(state=StageKind.OPEN)
    return found


def _deal(deal: Opportunity) -> impact.Waiting:
    words = {"deal": deal}
    url = f"/opportunities/{deal.pk}"
    if deal.closes_on is None:
        return impact.Waiting(_t("the deal “%(deal)s”") % words, url)
    day = ui.day_text(deal.closes_on, clock.today())
    return impact.Waiting(_t("the deal “%(deal)s”, to close %(day)s") % {**words, "day": day}, url)
