"""The company's pipelines, their stages, and the reasons for losing."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_noop, ngettext

from gucang.kernel.actions import creating, deleting, editing, restoring
from gucang.kernel.actors import Actor, system
from gucang.kernel.errors import Invalid
from gucang.selling import queries
from gucang.selling.models import LossReason, Opportunity, Pipeline, Stage, StageKind

create = creating("pipeline")
edit = editing("pipeline")


def _why_used(pipeline: Pipeline) -> str | None:
    count = Opportunity.objects.filter(pipeline=pipeline).count()
    if not count:
        return None
    return ngettext(
        "%(count)s deal is on this pipeline. Move it to another one first.",
        "%(count)s deals are on this pipeline. Move them to another one first.",
        count,
    ) % {"count": count}


delete = deleting("pipeline", guard=_why_used)
restore = restoring("pipeline")


def _why_standing(stage: Stage) -> str | None:
    count = Opportunity.objects.filter(stage=stage).count()
    if not count:
        return None
    return ngettext(
        "%(count)s deal is in this stage. Move it first.",
        "%(count)s deals are in this stage. Move them first.",
        count,
    ) % {"count": count}


def _settled(stage: Stage, actor: Actor) -> None:
    """What a stage is cannot change under the deals that stand in it."""
    for name, before in (("kind", stage.loaded_kind), ("pipeline_id", stage.loaded_pipeline_id)):
        if getattr(stage, name) != before and (sentence := _why_standing(stage)):
            raise Invalid({name.removesuffix("_id"): [sentence]})


create_stage = creating("stage")
edit_stage = editing("stage", prepare=_settled)
delete_stage = deleting("stage", guard=_why_standing)
restore_stage = restoring("stage")

create_reason = creating("loss_reason")
edit_reason = editing("loss_reason")
delete_reason = deleting("loss_reason")
restore_reason = restoring("loss_reason")

STANDARD = gettext_noop("Standard sales")
STAGES: tuple[dict[str, Any], ...] = (
    {
        "name": gettext_noop("Getting to know"), "probability": 10, "max_days": 14,
        "guidance": gettext_noop("Find out who decides, what they use today, and what bothers them about it."),
    },
    {
        "name": gettext_noop("Needs confirmed"), "probability": 30, "max_days": 21, "required_fields": ["contact"],
        "guidance": gettext_noop("Write down what they need in their own words, and by when. Let them confirm it."),
    },
    {
        "name": gettext_noop("Proposal and quote"), "probability": 50, "max_days": 21,
        "required_fields": ["contact", "amount"],
        "guidance": gettext_noop("Send the quote, then call the next day. Ask what is missing for a yes."),
    },
    {
        "name": gettext_noop("Negotiation"), "probability": 70, "max_days": 14,
        "required_fields": ["contact", "amount", "closes_on"],
        "guidance": gettext_noop("Agree on price, delivery and payment. Whatever you promise, write it down."),
    },
    {"name": gettext_noop("Deal won"), "probability": 100, "kind": StageKind.WON, "required_fields": ["amount"]},
    {"name": gettext_noop("Deal lost"), "probability": 0, "kind": StageKind.LOST},
)  # fmt: skip
REASONS = (
    gettext_noop("Chose another supplier"),
    gettext_noop("No budget for now"),
    gettext_noop("Not the right time"),
    gettext_noop("The need went away"),
    gettext_noop("Our offer did not fit"),
    gettext_noop("No more answers"),
)


def ensure_standard(language: str) -> Pipeline:
    """The company's first pipeline, made with stages and loss reasons in its language if there is none yet."""
    if (found := queries.default_pipeline()) is not None:
        return found
    program = system()
    with translation.override(language):
        pipeline = create(actor=program, values={"name": _t(STANDARD)}).record
        for position, stage in enumerate(STAGES, 1):
            said: dict[str, Any] = {name: _t(stage[name]) for name in ("name", "guidance") if name in stage}
            values: dict[str, Any] = {**stage, **said, "pipeline": pipeline, "position": position}
            create_stage(actor=program, values=values)
        if not LossReason.objects.exists():
            for position, reason in enumerate(REASONS, 1):
                create_reason(actor=program, values={"name": _t(reason), "position": position})
    return pipeline
