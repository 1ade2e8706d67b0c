"""What a sales manager looks at first: where deals stand, what stands still, what the team has before it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q

from gucang.insight import queries
from gucang.kernel import clock, records
from gucang.kernel.actors import Reach
from gucang.selling import queries as selling
from gucang.selling.models import StageKind
from gucang.surface import home
from gucang.surface.middleware import CompanyRequest

HOMES = ("manager", "executive")
MOST = 8


def register() -> None:
    """Put the cards on the manager's home page."""
    home.card("team-month", template="insight/team_month.html", context=month, homes=HOMES, order=5, column="main")
    home.card("pipeline", template="insight/pipeline.html", context=pipeline, homes=HOMES, order=15)
    home.card("team-stuck", template="insight/stuck.html", context=stuck, homes=HOMES, order=20)
    home.card("team", template="insight/team.html", context=team, homes=HOMES, order=10, column="side")
    home.card(
        "wins",
        template="insight/wins.html",
        context=wins,
        homes=(*HOMES, "finance", "auditor"),
        order=20,
        column="side",
    )


def _may_look(request: CompanyRequest) -> bool:
    reach = request.actor.reach("opportunity.view")
    return reach is not None and reach is not Reach.OWN


def month(request: CompanyRequest) -> dict[str, Any] | None:
    """Won this month and open now, within reach."""
    if not _may_look(request) or not queries.sees_amounts(request.actor):
        return None
    deals = f"{request.base}/opportunities/"
    urls = {"won_url": f"{deals}?state=won&closed_on=thismonth", "open_url": f"{deals}?state=open"}
    return queries.month(request.actor, None) | urls


def pipeline(request: CompanyRequest) -> dict[str, Any] | None:
    """The default pipeline by stage, from the kept sums; each bar opens its list."""
    may_look = _may_look(request) and queries.sees_amounts(request.actor)
    default = selling.default_pipeline() if may_look else None
    if default is None:
        return None
    sums = selling.pipeline_sums(request.actor, default)
    stages = [stage for stage in selling.stages_of(default) if stage.kind == StageKind.OPEN]
    bars = [
        (stage.name, total.amount, total.count, f"{request.base}/opportunities/?stage={stage.pk}")
        for stage in stages
        if (total := sums.get(stage.pk, selling.StageSum()))
    ]
    forecast = sum(sums[s.pk].amount * s.probability / 100 for s in stages if s.pk in sums)
    board_url = f"{request.base}/opportunities/board?pipeline={default.pk}"
    return {"pipeline": default, "bars": bars, "forecast": forecast, "board_url": board_url}


def stuck(request: CompanyRequest) -> dict[str, Any] | None:
    """Deals of the team that stand still."""
    rows = queries.stuck(request.actor, Q(), limit=MOST) if _may_look(request) else []
    return {"rows": rows, "team": True} if rows else None


def team(request: CompanyRequest) -> dict[str, Any] | None:
    """The team's week: follow-ups made, tasks overdue."""
    reach = request.actor.reach("task.view")
    if reach is None or reach is Reach.OWN:
        return None
    monday = clock.today() - timedelta(days=clock.today().weekday())
    return {"rows": queries.team_week(request.actor.members(reach), monday)[:12]}


def wins(request: CompanyRequest) -> dict[str, Any] | None:
    """The latest deals won."""
    if not _may_look(request) or not queries.sees_amounts(request.actor):
        return None
    # Every won deal has its day; said so, the index of closed deals answers.
    won = records.get("opportunity").query(request.actor).filter(state=StageKind.WON, closed_on__isnull=False)
    shown = ("name", "amount", "currency", "closed_on", "customer__name", "owner__name")
    won = won.select_related("customer", "owner").only(*shown)
    rows = list(won.order_by("-closed_on", "-id")[:5])
    return {"rows": rows} if rows else None
