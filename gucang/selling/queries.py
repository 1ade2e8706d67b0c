"""Reads of pipelines and deals that are used in two places or more."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet, Sum

from gucang.kernel import records, search
from gucang.kernel.actors import Actor, Reach
from gucang.kernel.setup import kept
from gucang.kernel.text import BadText, normalise_phone
from gucang.parties.names import name_core
from gucang.parties.queries import MOST_SIMILAR
from gucang.selling.models import Lead, Opportunity, Pipeline, Stage, StageChange, StageKind, StageTotal

TotalKey = tuple[int, int, int | None, bool, str]


@dataclass
class StageSum:
    """The deals of one stage: how many, and what they are worth per currency ("" is the company's own).

    `hidden` counts the private ones of others among them, which no list shows.
    """

    count: int = 0
    amounts: dict[str, Decimal] = field(default_factory=dict)
    hidden: int = 0

    @property
    def amount(self) -> Decimal:
        """What they are worth in the company's own currency."""
        return self.amounts.get("", Decimal(0))

    def add(self, count: int, amount: Decimal, currency: str, *, hidden: bool = False) -> None:
        self.count += count
        self.hidden += count if hidden else 0
        self.amounts[currency] = self.amounts.get(currency, Decimal(0)) + amount


def default_pipeline() -> Pipeline | None:
    """The pipeline on which new deals start."""
    return kept("default pipeline", Pipeline.objects.order_by("position", "id").first)


def stages_of(pipeline: Pipeline | int) -> list[Stage]:
    """The stages of a pipeline in their order: open ones, then won, then lost."""
    return list(kept("stages", _stages).get(pipeline if isinstance(pipeline, int) else pipeline.pk, ()))


def every_stage() -> list[Stage]:
    """The stages of all pipelines."""
    return [stage for stages in kept("stages", _stages).values() for stage in stages]


def stage_of(deal: Opportunity) -> Stage:
    """The stage of a deal. A query only where it lies in the bin."""
    return next((stage for stage in stages_of(deal.pipeline_id) if stage.pk == deal.stage_id), None) or deal.stage


def _stages() -> dict[int, list[Stage]]:
    order = {StageKind.OPEN: 0, StageKind.WON: 1, StageKind.LOST: 2}
    found: dict[int, list[Stage]] = {}
    for stage in sorted(Stage.objects.order_by("position", "id"), key=lambda stage: order[StageKind(stage.kind)]):
        found.setdefault(stage.pipeline_id, []).append(stage)
    return found


def first_stage(pipeline: Pipeline | int | None) -> Stage | None:
    """Where a new deal begins: the first open stage of the pipeline, by default of the default one."""
    query = Stage.objects.filter(kind=StageKind.OPEN, pipeline__deleted_at=None)
    if pipeline is not None:
        query = query.filter(pipeline=pipeline)
    return query.select_related("pipeline").order_by("pipeline__position", "pipeline_id", "position", "id").first()


def end_of(pipeline_id: int, kind: StageKind) -> Stage | None:
    """The pipeline's stage for won, or for lost deals."""
    return Stage.objects.filter(pipeline_id=pipeline_id, kind=kind).first()


def last_open_stage(opportunity: Opportunity) -> Stage | None:
    """The stage from which a closed deal was closed, if it is still there; else the pipeline's first."""
    changes = StageChange.objects.filter(opportunity=opportunity, from_stage__kind=StageKind.OPEN)
    change = changes.filter(from_stage__deleted_at=None).select_related("from_stage").order_by("-at", "-id").first()
    return change.from_stage if change else first_stage(opportunity.pipeline_id)


def history(opportunity: Opportunity) -> QuerySet[StageChange]:
    """The moves of a deal, newest first."""
    found = StageChange.objects.filter(opportunity=opportunity).select_related("from_stage", "to_stage", "by")
    return found.order_by("-at", "-id")


def pipeline_sums(actor: Actor, pipeline: Pipeline | int, owners: Collection[int] | None = None) -> dict[int, StageSum]:
    """The sums by stage of the deals within the actor's reach, from the kept totals; `owners` narrows them.

    Private deals of others count in sums over several people only: a sum over one would tell what they keep to
    themselves.
    """
    reach = actor.reach("opportunity.view")
    sums: dict[int, StageSum] = {}
    if reach is None:
        return sums
    members = actor.members(reach)
    kept = StageTotal.objects.filter(pipeline=pipeline)
    if members is not None:
        kept = kept.filter(owner_id__any_of=members)
    if owners is not None:
        kept = kept.filter(owner_id__any_of=owners)
    others = ExpressionWrapper(Q(private=True) & ~Q(owner_id=actor.member_id or 0), BooleanField())
    anonymous = len(owners) > 1 if owners is not None else reach is not Reach.OWN
    grouped = kept.values_list("stage_id", "currency", others).annotate(Sum("count"), Sum("amount"))
    for stage_id, currency, hidden, count, amount in grouped.order_by():
        if not hidden or anonymous:
            sums.setdefault(stage_id, StageSum()).add(count, amount, currency, hidden=hidden)
    if members is not None and (shared := actor.shared("opportunity")):
        beyond = Opportunity.objects.filter(pk__in=shared, pipeline=pipeline).exclude(owner_id__any_of=members)
        _add(sums, beyond if owners is None else beyond.filter(owner_id__any_of=owners))
    return {stage_id: total for stage_id, total in sums.items() if total.count}


def sums_of(query: QuerySet[Any]) -> dict[int, StageSum]:
    """The sums by stage of any filtered query of deals, added up row by row in the database."""
    sums: dict[int, StageSum] = {}
    _add(sums, query)
    return sums


def _add(sums: dict[int, StageSum], query: QuerySet[Any]) -> None:
    rows = query.order_by().values_list("stage_id", "currency").annotate(Count("id"), Sum("amount"))
    for stage_id, currency, count, amount in rows:
        sums.setdefault(stage_id, StageSum()).add(count, amount, currency)


def real_totals() -> dict[TotalKey, tuple[int, Decimal]]:
    """What the kept totals must say, added up from all deals outside the bin."""
    names = ("pipeline_id", "stage_id", "owner_id", "private", "currency")
    rows = Opportunity.objects.order_by().values_list(*names).annotate(Count("id"), Sum("amount"))
    return {row[:5]: (row[5], row[6]) for row in rows}


def check_totals() -> list[tuple[TotalKey, tuple[int, Decimal], tuple[int, Decimal]]]:
    """Where the kept totals differ from the deals, as (key, kept, real); empty when all is well."""
    names = ("pipeline_id", "stage_id", "owner_id", "private", "currency", "count", "amount")
    kept = {row[:5]: (row[5], row[6]) for row in StageTotal.objects.values_list(*names)}
    real, nothing = real_totals(), (0, Decimal(0))
    pairs = ((key, kept.get(key, nothing), real.get(key, nothing)) for key in kept.keys() | real.keys())
    return [(key, one, other) for key, one, other in pairs if one != other]


def ageing(actor: Actor, pipeline: Pipeline | int) -> QuerySet[Any]:
    """The open deals that the actor may see, with their stage at hand; `rules.is_ageing` judges each."""
    query = records.get("opportunity").query(actor).filter(pipeline=pipeline, state=StageKind.OPEN)
    return query.filter(stage__max_days__gt=0).select_related("stage")


def similar_leads(actor: Actor, values: Mapping[str, Any], leave_out: int = 0) -> list[tuple[Lead, bool]]:
    """Leads that `actor` sees and that may be the one being typed, each with whether the phone number is the same.

    Found by the search's index; unfinished or wrong input finds nothing and raises nothing.
    """
    kind = records.get("lead")
    name, phone = name_core(str(values.get("name") or "")[:120]), _phone(str(values.get("phone") or "")[:40])
    ids: set[int] = set()
    for text in (name if len(name) > 1 else "", phone.removeprefix("+86")):
        if text:
            hits = search.search(actor, text, types=[kind], limit=MOST_SIMILAR)
            ids |= {hit.object_id for hit in hits.get("lead", ())}
    ids.discard(leave_out)
    if not ids:
        return []
    rows = kind.query(actor).filter(pk__in=ids).select_related("owner")
    found = [(lead, bool(phone) and lead.phone == phone) for lead in rows.order_by("-pk")]
    return [(lead, same) for lead, same in found if same or name_core(lead.name) == name][:MOST_SIMILAR]


def _phone(raw: str) -> str:
    try:
        return normalise_phone(raw).e164 if raw.strip() else ""
    except BadText:
        return ""
