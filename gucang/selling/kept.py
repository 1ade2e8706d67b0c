"""Sums by stage, and the last deal of customers: kept in the transaction of every change, single or in bulk."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from gucang.kernel.actions import keep
from gucang.kernel.scope import active_company_id
from gucang.kernel.snapshots import Snapshot, snapshot
from gucang.parties.actions import customers
from gucang.selling.models import Opportunity, StageKind
from gucang.selling.queries import TotalKey

Pairs = list[tuple[Snapshot | None, Any]]

_ADD = """
    INSERT INTO selling_stagetotal
        (company_id, pipeline_id, stage_id, owner_id, private, currency, count, amount)
    VALUES {rows}
    ON CONFLICT (company_id, pipeline_id, stage_id, owner_id, private, currency)
    DO UPDATE SET count = selling_stagetotal.count + EXCLUDED.count,
                  amount = selling_stagetotal.amount + EXCLUDED.amount
"""


@keep("opportunity")
def stage_totals(pairs: Pairs) -> None:
    """Take each deal out of the sum where it was and put it into the one where it is."""
    changes: dict[TotalKey, list[Any]] = defaultdict(lambda: [0, Decimal(0)])
    for before, deal in pairs:
        for values, sign in ((before, -1), (snapshot(deal), 1)):
            if values is not None and values["deleted_at"] is None:
                entry = changes[_key(values, deal)]
                entry[0] += sign
                entry[1] += sign * Decimal(values["amount"])
    add_up({key: (count, amount) for key, (count, amount) in changes.items() if count or amount})


def _key(values: Snapshot, deal: Opportunity) -> TotalKey:
    return values["pipeline"], values["stage"], values["owner"], values["private"], values["currency"]


def add_up(changes: dict[TotalKey, tuple[int, Decimal]]) -> None:
    """Add to the kept totals. Rows go in one order, so that two changes cannot wait for each other in a circle."""
    if not changes:
        return
    company_id = active_company_id()
    flat: list[Any] = []
    for key in sorted(changes, key=lambda one: (one[0], one[1], one[2] or 0, one[3], one[4])):
        flat += [company_id, *key, *changes[key]]
    marks = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s)"] * len(changes))
    with connection.cursor() as cursor:
        cursor.execute(_ADD.format(rows=marks), flat)


@keep("opportunity")
def last_deals(pairs: Pairs) -> None:
    """Tell customers of the deals that were won with them just now."""
    won: dict[int, date] = {}
    for before, deal in pairs:
        if deal.state == StageKind.WON and (before is None or before["closed_on"] is None):
            won[deal.customer_id] = max(deal.closed_on, won.get(deal.customer_id, deal.closed_on))
    if won:
        customers.note_deals(won)
