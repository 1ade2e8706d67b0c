"""The deals of the year before the story begins, brought in as one file together with the old customers."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gucang.demo.names import CompanyName
from gucang.demo.story.world import World, working_day
from gucang.kernel import records
from gucang.kernel.actions import Row, create_many
from gucang.parties.models import Customer
from gucang.selling import queries
from gucang.selling.models import LossReason, StageKind

DEALS = 52
_WON_SHARE = 0.66


@dataclass(frozen=True)
class OldDeal:
    """One deal of before: which of the old customers it was with, and how it ended."""

    customer: int
    won: bool


def think_up(customers: int) -> list[OldDeal]:
    """Deals with some of so many customers. Chance of their own, so that the rest of the story stays as it is."""
    chance = random.Random("deals of before")
    return [OldDeal(chance.randrange(customers), chance.random() < _WON_SHARE) for _ in range(DEALS)]


def bring_in(world: World, found: list[OldDeal], known: list[tuple[Customer, CompanyName]]) -> None:
    """Bring the deals in at once: a few statements for all of them, since their customers are buyers already."""
    chance = random.Random("days of before")
    pipeline = queries.default_pipeline()
    assert pipeline is not None, "a new company gets a pipeline"
    won, lost = (queries.end_of(pipeline.pk, kind) for kind in (StageKind.WON, StageKind.LOST))
    reasons = list(LossReason.objects.order_by("position", "id"))
    rows = []
    for deal in found:
        customer, company = known[deal.customer]
        closed = working_day(world.first_day - timedelta(days=chance.randint(5, 330)), -1)
        closing = timezone.make_aware(datetime.combine(closed, time(10)))
        at = closing - timedelta(days=chance.randint(20, 90))
        product = chance.choice(world.products)
        values: dict[str, Any] = {
            "name": world.names.opportunity_name(company, product), "customer": customer, "owner": customer.owner,
            "pipeline": pipeline, "stage": won if deal.won else lost, "closed_on": closed,
            "stage_since": closing, "amount": Decimal(product.price * chance.choice((2, 4, 6, 10, 20))),
        }  # fmt: skip
        if not deal.won:
            values["lost_reason"] = chance.choice(reasons)
        rows.append(Row(values, at=at))
    also = ("owner", "stage", "closed_on", "stage_since", "lost_reason")
    create_many(records.get("opportunity"), rows, actor=world.actor("admin"), also=also)


__all__ = ["OldDeal", "bring_in", "think_up"]
