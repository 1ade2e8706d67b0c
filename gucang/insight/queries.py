"""Figures of the home pages that no single module has."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from django.db import connection
from django.db.models import Count, Exists, Min, OuterRef, Q, Subquery, Sum
from procrastinate.contrib.django.models import ProcrastinateJob

from gucang.accounts import queries as accounts
from gucang.accounts.models import Department, Invitation, Member, MemberRole, Status
from gucang.activity.models import Task
from gucang.exchange.models import Import, State
from gucang.kernel import clock, permissions, records
from gucang.kernel.actors import Actor, Reach
from gucang.kernel.models import Company, EventSeal
from gucang.kernel.scope import active_company_id, remembered
from gucang.selling import queries as selling
from gucang.selling import rules
from gucang.selling.models import Opportunity, StageKind, StageTotal


def sees_amounts(actor: Actor) -> bool:
    """Whether the actor may know what deals are worth: sums and averages betray a hidden amount as well."""
    return permissions.may_filter_by(actor, records.get("opportunity"), "amount")


@dataclass(frozen=True)
class StuckDeal:
    """A deal that stands in its stage longer than the stage allows; `days` and `most` are natural days.

    Without an amount it is one whose worth the actor may not know.
    """

    pk: int
    name: str
    customer: str
    stage: str
    amount: Decimal | None
    currency: str
    owner: str
    days: int
    most: int


def stuck(actor: Actor, among: Q, *, limit: int) -> list[StuckDeal]:
    """The visible open deals among `among` that stand still, the longest first. Two queries."""
    today = clock.today()
    late = Q(pk__in=())
    for stage in selling.every_stage():
        if stage.kind == StageKind.OPEN and stage.max_days:
            late |= Q(stage=stage, stage_since__lt=clock.midnight(today - timedelta(days=stage.max_days)))
    found = records.get("opportunity").query(actor).filter(among, late, state=StageKind.OPEN)
    # The few are found by their index first: joined at once, all that stand still would be read and sorted.
    ids = list(found.order_by("stage_since", "id").values_list("pk", flat=True)[:limit])
    rows = Opportunity.objects.filter(pk__in=ids).select_related("customer", "owner")
    rows = rows.only("name", "amount", "currency", "stage", "pipeline", "stage_since", "customer__name", "owner__name")
    worth = sees_amounts(actor)
    return [_stuck_deal(deal, today, worth=worth) for deal in rows.order_by("stage_since", "id")]


def _stuck_deal(deal: Opportunity, today: date, *, worth: bool) -> StuckDeal:
    days = rules.days_in_stage(deal, today)
    stage, owner = selling.stage_of(deal), str(deal.owner or "")
    amount = deal.amount if worth else None
    customer, most = str(deal.customer), stage.max_days
    return StuckDeal(deal.pk, deal.name, customer, str(stage), amount, deal.currency, owner, days, most)


def month(actor: Actor, owners: Collection[int] | None) -> dict[str, Any]:
    """Won this month and open now, in the company's own currency: sums and counts of the deals of `owners`.

    None stands for everybody within reach. What is open comes from the kept sums, so it costs the same at any size.
    """
    deals = records.get("opportunity").query(actor).filter(currency="").order_by()
    won = deals.filter(state=StageKind.WON, closed_on__gte=clock.today().replace(day=1))
    if owners is not None:
        won = won.filter(owner_id__any_of=owners)
    found = won.aggregate(Sum("amount"), Count("id"))
    members = actor.members(actor.reach("opportunity.view") or Reach.OWN) if owners is None else owners
    kept = StageTotal.objects.filter(currency="", stage__kind=StageKind.OPEN)
    if members is not None:
        kept = kept.filter(owner_id__any_of=members)
    open_ = kept.aggregate(Sum("amount"), Sum("count"))
    return {
        "won": found["amount__sum"] or Decimal(0),
        "won_count": found["id__count"],
        "open": open_["amount__sum"] or Decimal(0),
        "open_count": open_["count__sum"] or 0,
    }


@dataclass(frozen=True)
class MemberWeek:
    """What one member of the team has behind and before them: follow-ups this week (at most MOST), tasks overdue."""

    MOST: ClassVar[int] = 99

    member: Member
    follow_ups: int
    overdue: int

    @property
    def talks(self) -> str:
        """The follow-ups as they are shown: nobody's hundreds are worth counting one by one."""
        return f"{self.MOST}+" if self.follow_ups > self.MOST else str(self.follow_ups)


_TALKED = """
    SELECT member, talked FROM unnest(%s::bigint[]) member, LATERAL (
        SELECT count(*) AS talked FROM (
            SELECT 1 FROM activity_followup
            WHERE company_id = %s AND author_id = member AND happened_at >= %s AND deleted_at IS NULL LIMIT %s
        ) few
    ) counted
"""


def team_week(members: Iterable[int] | None, monday: date) -> list[MemberWeek]:
    """The week of the given members (None: everybody at work), those with most overdue first. Three queries."""
    team = Member.objects.exclude(status=Status.LEFT)
    if members is not None:
        team = team.filter(pk__any_of=members)
    people = {member.pk: member for member in team.order_by("name_key", "id")[:200]}
    # A bound in time, not a date of each row: only that can use the index.
    since = clock.midnight(monday)
    late = Task.objects.filter(assignee_id__any_of=people, done_at=None, due_on__lt=clock.today())
    with connection.cursor() as cursor:
        cursor.execute(_TALKED, [list(people), active_company_id(), since, MemberWeek.MOST + 1])
        talked = dict(cursor.fetchall())
    overdue = dict(late.order_by().values_list("assignee_id").annotate(Count("id")))
    rows = [MemberWeek(member, talked.get(pk, 0), overdue.get(pk, 0)) for pk, member in people.items()]
    active = [row for row in rows if row.follow_ups or row.overdue]
    return sorted(active, key=lambda row: (-row.overdue, -row.follow_ups))


def imports_with_refusals(actor: Actor, since: datetime) -> list[Import]:
    """The visible imports since then that refused rows, the latest first, three at most. One query."""
    found = records.get("import").query(actor).filter(refused__gt=0, created_at__gte=since, state=State.DONE)
    return list(found.order_by("-id")[:3])


def failed_jobs(company: Company) -> dict[str, int]:
    """How often jobs of this company gave up, by the job's name. One query."""
    failed = ProcrastinateJob.objects.filter(status="failed", task_name="gucang.run", args__company=company.pk)
    return dict(failed.order_by().values_list("args__job").annotate(Count("id")))


def last_sealed_day() -> date | None:
    """The last day of the log that is sealed. One query."""
    return EventSeal.objects.order_by("-day").values_list("day", flat=True).first()


@dataclass(frozen=True)
class People:
    """How many work here, and how many of them lack what."""

    members: int
    without_role: int
    not_joined: int
    not_invited: int
    invited: int
    invitation_ends: datetime | None

    def part(self, lacking: int) -> str:
        """Those who do not lack it, of all: “4/6”."""
        return f"{self.members - lacking}/{self.members}"


def people() -> People:
    """The members at work, counted; asked once per request. One query."""
    return remembered("insight.people", _people)


def _people() -> People:
    now = clock.now()
    held = MemberRole.objects.filter(member_id=OuterRef("pk"))
    invitations = Invitation.objects.filter(accepted_at=None, voided_at=None, expires_at__gt=now)
    ends = invitations.filter(member_id=OuterRef("pk")).order_by("expires_at").values("expires_at")[:1]
    working = Member.objects.exclude(status=Status.LEFT).alias(has_role=Exists(held)).annotate(ends=Subquery(ends))
    outside = Q(user__isnull=True)
    found = working.order_by().aggregate(
        members=Count("pk"),
        without_role=Count("pk", filter=Q(has_role=False)),
        not_joined=Count("pk", filter=outside),
        not_invited=Count("pk", filter=outside & Q(ends__isnull=True)),
        invited=Count("pk", filter=outside & Q(ends__isnull=False)),
        invitation_ends=Min("ends", filter=outside),
    )
    return People(**found)


def departments() -> int:
    """How many departments there are. One query."""
    return Department.objects.count()


def password_alone() -> int:
    """How many members sign in by password alone. One query."""
    return accounts.without_second_step().count()
