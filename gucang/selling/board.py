"""The board of deals: its columns, what a drop does, and the sums above the columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gucang.kernel import clock, records
from gucang.kernel.actors import Actor
from gucang.kernel.records import Board
from gucang.selling import queries, rules
from gucang.selling.models import Opportunity, Stage, StageKind
from gucang.surface.filters import parse

TONES = {StageKind.OPEN: "", StageKind.WON: "ok", StageKind.LOST: "mute"}
# Filters that the kept totals can answer.
_KEPT = {"pipeline", "owner", "mine"}


def pipeline_id(filters: Mapping[str, Any]) -> int | None:
    """The pipeline that the board shows: the one filtered for, or the default one."""
    raw = str(filters.get("pipeline") or "")
    if raw.isascii() and raw.isdigit() and len(raw) < 19:
        return int(raw)
    default = queries.default_pipeline()
    return default.pk if default else None


def lanes(actor: Actor, filters: Mapping[str, Any]) -> list[tuple[Any, str, str]]:
    """The stages of the pipeline as (id, name, tone)."""
    chosen = pipeline_id(filters)
    stages = queries.stages_of(chosen) if chosen is not None else []
    return [(stage.pk, stage.name, TONES[StageKind(stage.kind)]) for stage in stages]


def drop(deal: Opportunity, stage_id: Any) -> tuple[str, dict[str, Any]]:
    """The action behind a drop of `deal` into a column: win, lose, reopen or move."""
    kind = Stage.objects.filter(pk=stage_id).values_list("kind", flat=True).first()
    if kind == StageKind.WON:
        return "opportunity.win", {}
    if kind == StageKind.LOST:
        return "opportunity.lose", {}
    return "opportunity.move", {"stage": stage_id}


def totals(actor: Actor, filters: Mapping[str, Any]) -> dict[Any, tuple[int, Mapping[str, Any]]]:
    """Count and amounts by stage: from the kept totals where only owner and pipeline are filtered, else added up."""
    chosen = pipeline_id(filters)
    if chosen is None:
        return {}
    given = {name for name in filters if filters.get(name)} - {"sort", "after", "limit", "view", "columns", "density"}
    if given <= _KEPT and _is_plain(filters):
        sums = queries.pipeline_sums(actor, chosen, _owners(actor, filters))
    else:
        kind = records.get("opportunity")
        found = parse(kind, actor, filters, ignore=("pipeline",)).query
        sums = queries.sums_of(found.filter(pipeline_id=chosen))
    return {stage_id: (total.count, total.amounts) for stage_id, total in sums.items()}


def _is_plain(filters: Mapping[str, Any]) -> bool:
    """Whether the owner is filtered by one id, by "me", or not at all."""
    if str(filters.get("mine") or "1") != "1":
        return False
    raw = str(filters.get("owner") or "me")
    return raw == "me" or (raw.isascii() and raw.isdigit() and len(raw) < 19)


def _owners(actor: Actor, filters: Mapping[str, Any]) -> list[int] | None:
    """The one owner filtered for; None for everybody."""
    raw = str(filters.get("owner") or "")
    if filters.get("mine") or raw == "me":
        return [actor.member_id or 0]
    return [int(raw)] if raw else None


def age(deal: Opportunity) -> tuple[int, bool] | None:
    """For how many days an open deal has stood in its stage, and whether that is longer than the stage allows."""
    if deal.state != StageKind.OPEN:
        return None
    today = clock.today()
    return rules.days_in_stage(deal, today), rules.is_ageing(deal, deal.stage, today)


deals = Board(
    by="stage",
    lanes=lanes,
    drop=drop,
    total="amount",
    totals=totals,
    card=("name", "customer", "amount", "closes_on", "owner"),
    switch="pipeline",
    age=age,
)
