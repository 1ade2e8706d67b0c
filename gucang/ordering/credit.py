"""What a customer's credit says of an order: asked when it is submitted, answered by who knows what is owed.

    credit.answered_by(measure)

`measure(order, actor)` returns a Credit. What it says is kept with the order, so that a policy can ask about it; where
no policy holds the order back, what is beyond the credit is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

# Approvals weigh first: what a policy parks is not refused.
from gucang.approvals import parking  # noqa: F401
from gucang.kernel.actions import Action, Weighed, weigh
from gucang.kernel.actors import Actor
from gucang.kernel.errors import Refused
from gucang.ordering.models import SalesOrder


@dataclass(frozen=True)
class Credit:
    """`over` is by how much the order goes beyond the customer's limit, in the company's currency; `late_days` by how
    many days the customer is late where that is more than is put up with. `why` says it, with a way on; "" if all is
    well.
    """

    over: Decimal = Decimal(0)
    late_days: int = 0
    why: str = ""


Measure = Callable[[SalesOrder, Actor], Credit]
_measures: list[Measure] = []


def answered_by(measure: Measure) -> Measure:
    """Register who knows; the last to say so decides."""
    _measures.append(measure)
    return measure


def measure(order: SalesOrder, actor: Actor) -> Credit:
    """What the customer's credit says of this order now, besides all others that stand."""
    return _measures[-1](order, actor) if _measures else Credit()


def _is_submitted(action: Action, actor: Actor) -> bool:
    return action.name == "sales_order.approve"


@weigh(_is_submitted)
def keep_within(done: Weighed) -> None:
    """Refuse an order beyond the credit of its customer that nobody was asked about. Raises Refused."""
    if done.record.over_credit or done.record.late_days:
        raise Refused(measure(done.record, done.actor).why)
