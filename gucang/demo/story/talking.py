"""What is written down after talking with somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from gucang.activity.actions import follow_ups
from gucang.activity.models import FollowUpKind, FollowUpOutcome
from gucang.demo.names import CompanyName, Product
from gucang.demo.story.world import World
from gucang.kernel import clock, records

_KINDS = {
    "call": FollowUpKind.CALL, "visit": FollowUpKind.VISIT, "message": FollowUpKind.MESSAGE, "mail": FollowUpKind.EMAIL,
}  # fmt: skip


@dataclass
class Talk:
    """Whom one talks with about what; filled as a customer's life goes on."""

    company: CompanyName
    who: str = "对方"
    product: Product | None = None
    amount: int = 0


def write_down(
    world: World,
    record: Any,
    seller: int,
    talk: Talk,
    stage: str,
    *,
    outcome: str = "",
    next_on: date | None = None,
) -> Any:
    """A follow-up by `seller` about `record`; `stage` names the kind of talk (see NameGenerator.follow_up)."""
    said = world.names.follow_up(stage, talk.who, outcome=outcome, product=talk.product, amount=talk.amount)
    step = said.next_step if next_on is not None else ""
    values = {
        "about_type": records.by_model(type(record)).name,
        "about_id": record.pk,
        "kind": _KINDS[said.channel],
        "text": said.note,
        "outcome": _outcome(world, said.channel, said.outcome),
        "next_step": step,
        "next_on": next_on,
    }
    if world.maybe(0.06):
        # 补录: written down a day or two after it was.
        values["happened_at"] = clock.now() - timedelta(days=world.chance.randint(1, 2), hours=2)
    return follow_ups.create(actor=world.actor(seller), values=values).record


def _outcome(world: World, channel: str, went: str) -> str:
    if channel != "call":
        return FollowUpOutcome.REACHED if channel == "visit" else ""
    if went != "bad":
        return FollowUpOutcome.REACHED
    return world.chance.choice([FollowUpOutcome.NO_ANSWER, FollowUpOutcome.DECLINED, FollowUpOutcome.REACHED])
