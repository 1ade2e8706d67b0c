"""Figures of the home pages that no single module has."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone

from gucang.accounts.models import Member, Status
from gucang.activity.models import FollowUp, Task
from gucang.kernel import clock, records
from gucang.kernel.actors import Actor, Reach
from gucang.selling.models import Opportunity, Stage, StageKind, StageTotal


@dataclass(frozen=True)
class StuckDeal:
    """A deal that stands in its stage longer than the stage allows; `days` and `most` are natural days."""

    pk: int
    name: str
    customer: str
    stage: str
    amount: Decimal
    owner: str
    days: int
    most: int


def stuck(actor: Actor, among: Q, *, limit: int) -> list[StuckDeal]:
    """The visible open deals among `among` that stand still, the longest first. Two queries."""
    now = clock.now()
    late = Q(pk__in=())
    for stage in Stage.objects.filter(kind=StageKind.OPEN, max_days__gt=0):
        late |= Q(stage=stage, stage_since__lt=now - timedelta(days=stage.max_days))
    found = records.get("opportunity").query(actor).filter(among, late, state=StageKind.OPEN)
    rows = found.select_related("stage", "customer", "owner").order_by("stage_since", "id")[:limit]
    return [_stuck_deal(deal, now) for deal in rows]


def _stuck_deal(deal: Opportunity, now: Any) -> StuckDeal:
    days = (now - deal.stage_since).days if deal.stage_since else 0
    owner = str(deal.owner or "")
    return StuckDeal(
        deal.pk, deal.name, str(deal.customer), str(deal.stage), deal.amount, owner, days, deal.stage.max_days
    )


def month(actor: Actor, owners: Collection[int] | None) -> dict[str, Any]:
    """Won this month and open now, in the company's own currency: sums and counts of the deals of `owners`.

    None stands for everybody within reach. What is open comes from the kept sums, so it costs the same at any size.
    """
    deals = records.get("opportunity").query(actor).filter(currency="").order_by()
    won = deals.filter(state=StageKind.WON, closed_on__gte=clock.today().replace(day=1))
    if owners is not None:
        won = won.filter(owner_id__in=owners)
    found = won.aggregate(Sum("amount"), Count("id"))
    members = actor.members(actor.reach("opportunity.view") or Reach.OWN) if owners is None else owners
    kept = StageTotal.objects.filter(currency="", stage__kind=StageKind.OPEN)
    if members is not None:
        kept = kept.filter(owner_id__in=members)
    open_ = kept.aggregate(Sum("amount"), Sum("count"))
    return {
        "won": found["amount__sum"] or Decimal(0),
        "won_count": found["id__count"],
        "open": open_["amount__sum"] or Decimal(0),
        "open_count": open_["count__sum"] or 0,
    }


@dataclass(frozen=True)
class MemberWeek:
    """What one member of the team has behind and before them: follow-ups this week, tasks overdue."""

    member: Member
    follow_ups: int
    overdue: int


def team_week(members: Iterable[int] | None, monday: date) -> list[MemberWeek]:
    """The week of the given members (None: everybody at work), those with most overdue first. Three queries."""
    team = Member.objects.exclude(status=Status.LEFT)
    if members is not None:
        team = team.filter(pk__in=members)
    people = {member.pk: member for member in team.order_by("name_key", "id")[:200]}
    # A bound in time, not a date of each row: only that can use the index.
    since = timezone.make_aware(datetime.combine(monday, time()))
    talks = FollowUp.objects.filter(author_id__in=people, happened_at__gte=since)
    late = Task.objects.filter(assignee_id__in=people, done_at=None, due_on__lt=clock.today())
    talked = dict(talks.order_by().values_list("author_id").annotate(Count("id")))
    overdue = dict(late.order_by().values_list("assignee_id").annotate(Count("id")))
    rows = [MemberWeek(member, talked.get(pk, 0), overdue.get(pk, 0)) for pk, member in people.items()]
    active = [row for row in rows if row.follow_ups or row.overdue]
    return sorted(active, key=lambda row: (-row.overdue, -row.follow_ups))
