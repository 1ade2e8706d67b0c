"""What may be done with a deal: along its pipeline, to its ends, and from hand to hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from gucang.accounts.handing import Colleague, hand_over
from gucang.accounts.models import Member
from gucang.kernel import clock, records
from gucang.kernel.actions import action, creating, deleting, editing, restoring, sharing
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Invalid, Lacking, Refused
from gucang.kernel.fields import Among, Money, Text
from gucang.kernel.models import Event
from gucang.kernel.permissions import may_give_away
from gucang.parties import rules as party_rules
from gucang.selling import queries, rules
from gucang.selling.models import LossReason, Opportunity, Stage, StageChange, StageKind


def open_stages(actor: Actor) -> Q:
    """The stages a deal can be moved to; won and lost are ends with actions of their own."""
    return Q(kind=StageKind.OPEN)


def _begin(deal: Opportunity, actor: Actor) -> None:
    """A new deal starts at the beginning of its pipeline; an imported one may say where it stood."""
    if sentence := party_rules.why_unclaimed(actor, deal.customer):
        raise Invalid({"customer": [sentence]})
    if deal.owner_id is None:
        deal.owner_id = actor.member_id
    if deal.stage_id is None:
        deal.stage = _first_stage(deal)
    elif deal.pipeline_id not in (None, deal.stage.pipeline_id):
        raise Invalid({"stage": [_t("“%(stage)s” is a stage of another pipeline.") % {"stage": deal.stage}]})
    deal.pipeline_id = deal.stage.pipeline_id
    deal.stage_since = deal.stage_since or clock.now()
    if deal.stage.kind != StageKind.OPEN and deal.closed_on is None:
        deal.closed_on = clock.today()
    _only_own_secrets(deal, actor)


def _first_stage(deal: Opportunity) -> Stage:
    stage = queries.first_stage(deal.pipeline_id)
    if stage is None:
        raise Invalid({"pipeline": [_t("There is no open stage to start on. An administrator adds one.")]})
    return stage


def _only_own_secrets(deal: Opportunity, actor: Actor) -> None:
    if deal.private and deal.was_changed("private") and deal.owner_id != actor.member_id:
        raise Invalid({"private": [_t("Only the owner decides whether a deal is shown.")]})


def _edited(deal: Opportunity, actor: Actor) -> None:
    _only_own_secrets(deal, actor)
    if deal.was_changed("pipeline_id"):
        raise Invalid({"pipeline": [_t("Move the deal to a stage of that pipeline, so that its history is kept.")]})


create = creating("opportunity", prepare=_begin)
edit = editing("opportunity", prepare=_edited)
delete = deleting("opportunity", allow=may_give_away("opportunity.delete"))
restore = restoring("opportunity")
share, unshare = sharing("opportunity", Member)


@action(
    "opportunity.move", label=_("Move to stage"), guard=rules.why_not_open, icon="arrow-right",
    labels={"stage": _("Stage")},
)  # fmt: skip
def move(
    deal: Opportunity,
    *,
    stage: Annotated[Stage, Among(open_stages)],  # type: ignore[valid-type]
    actor: Actor,
) -> dict[str, Any] | None:
    """Bring the deal to another open stage, forward or back; also of another pipeline."""
    if stage.kind != StageKind.OPEN:
        raise Refused(_t("“%(stage)s” is an end. Win or lose the deal instead.") % {"stage": stage}, field="stage")
    return _enter(deal, stage, actor, forward=_is_forward(queries.stage_of(deal), stage))


def _reopened(event: Event) -> tuple[str, dict[str, Any]]:
    return "reopen", {}


@action(
    "opportunity.win", label=_("Win"), guard=rules.why_not_open, tone="primary", icon="award", back=_reopened,
    labels={"on": _("Won on"), "amount": _("Amount"), "note": _("Remark")},
)  # fmt: skip
def win(
    deal: Opportunity,
    *,
    actor: Actor,
    on: date | None = None,
    amount: Annotated[Decimal, Money()] | None = None,
    note: Annotated[str, Text(long=True)] = "",
) -> dict[str, Any]:
    """Close the deal as won, on the day and for the amount that were agreed."""
    if amount is not None:
        deal.amount = amount
    facts = _close(deal, StageKind.WON, on, actor)
    return {**facts, "note": note}


@action(
    "opportunity.lose", label=_("Lose"), guard=rules.why_not_open, icon="ban", back=_reopened,
    labels={"reason": _("Why it was lost"), "on": _("Lost on"), "note": _("What we learned")},
)  # fmt: skip
def lose(
    deal: Opportunity,
    *,
    actor: Actor,
    reason: LossReason,
    on: date | None = None,
    note: Annotated[str, Text(long=True)] = "",
) -> dict[str, Any]:
    """Close the deal as lost. The reason helps the next deal; it blames nobody."""
    facts = _close(deal, StageKind.LOST, on, actor)
    deal.lost_reason = reason
    return {**facts, "note": note}


@action("opportunity.reopen", label=_("Reopen"), guard=rules.why_not_closed, icon="rotate")
def reopen(deal: Opportunity, *, actor: Actor) -> dict[str, Any] | None:
    """Go on where the deal was when it was closed."""
    stage = queries.last_open_stage(deal)
    if stage is None:
        raise Refused(_t("There is no open stage to start on. An administrator adds one."))
    deal.closed_on = deal.lost_reason = None
    return _enter(deal, stage, actor, forward=False)


@action(
    "opportunity.assign", label=_("Assign"), allow=may_give_away("opportunity.assign"), unowned=True,
    hands_over=True, icon="user-share", labels={"owner": _("New owner"), "note": _("What they should know")},
)  # fmt: skip
def assign(
    deal: Opportunity,
    *,
    owner: Colleague,
    note: Annotated[str, Text(long=True)] = "",
) -> dict[str, Any]:
    """Hand the deal over to a colleague as it is: same stage, same history."""
    return hand_over(deal, owner, note=note)


@action("opportunity.mark_ready", label=_("Show it"), guard=rules.why_not_private, icon="eye")
def mark_ready(deal: Opportunity) -> None:
    """Let colleagues see a deal that was kept private until it looked real."""
    deal.private = False


def _is_forward(old: Stage, new: Stage) -> bool:
    return old.pipeline_id != new.pipeline_id or new.position > old.position or old.kind != StageKind.OPEN


def _close(deal: Opportunity, kind: StageKind, on: date | None, actor: Actor) -> dict[str, Any]:
    day = on or clock.today()
    if sentence := rules.why_not_future(day, clock.today()):
        raise Invalid({"on": [sentence]})
    stage = queries.end_of(deal.pipeline_id, kind)
    if stage is None:
        raise Refused(_t("The pipeline has no stage for this end. An administrator adds one."))
    facts = _enter(deal, stage, actor, forward=kind == StageKind.WON)
    deal.closed_on = day
    return facts or {}


def _enter(deal: Opportunity, stage: Stage, actor: Actor, *, forward: bool) -> dict[str, Any] | None:
    """Put the deal into `stage` and write the move into its history. Going on needs what the stage asks for."""
    if stage.pk == deal.stage_id:
        return None
    missing = rules.missing_fields(deal, stage) if forward else []
    if missing:
        specs = records.get("opportunity").form_specs()
        labels = {name: str(specs[name].label) if name in specs else name for name in missing}
        sentence = _t("“%(stage)s” needs %(fields)s. Fill that in, then move the deal.") % {
            "stage": stage, "fields": "、".join(labels.values())
        }  # fmt: skip
        asked = _t("“%(stage)s” needs this.") % {"stage": stage}
        raise Lacking({name: [asked] for name in missing}, sentence)
    now = clock.now()
    since = deal.stage_since or deal.created_at
    days = max(0, (timezone.localdate(now) - timezone.localdate(since)).days)
    StageChange(
        opportunity=deal, from_stage_id=deal.stage_id, to_stage=stage, at=now, by_id=actor.member_id, days=days
    ).save()
    deal.stage, deal.pipeline_id, deal.stage_since = stage, stage.pipeline_id, now
    return {"days": days}


__all__ = [
    "assign", "create", "delete", "edit", "lose", "mark_ready", "move", "open_stages", "reopen", "restore",
    "share", "unshare", "win",
]  # fmt: skip
