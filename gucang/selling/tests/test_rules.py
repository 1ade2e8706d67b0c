"""What stands in the way of a move, and what ages: truth tables, no database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from gucang.selling import rules
from gucang.selling.models import Lead, Opportunity, Stage

START = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "why_not_open", "why_not_closed"),
    [("open", False, True), ("won", True, False), ("lost", True, False)],
)
def test_open_and_closed_exclude_each_other(state: str, why_not_open: bool, why_not_closed: bool) -> None:
    deal = Opportunity(name="一单", state=state)
    assert bool(rules.why_not_open(deal)) is why_not_open
    assert bool(rules.why_not_closed(deal)) is why_not_closed


@pytest.mark.parametrize(
    ("asked", "values", "missing"),
    [
        ([], {}, []),
        (["amount"], {}, ["amount"]),
        (["amount"], {"amount": Decimal("0.01")}, []),
        (["contact", "amount", "closes_on"], {"contact_id": 3}, ["amount", "closes_on"]),
        (["note"], {"note": "  "}, []),
        (["extra.budget"], {"extra": {"budget": ""}}, ["extra.budget"]),
        (["extra.budget"], {"extra": {"budget": "5万"}}, []),
    ],
)
def test_a_stage_names_what_it_misses(asked: list[str], values: dict[str, Any], missing: list[str]) -> None:
    assert rules.missing_fields(Opportunity(**values), Stage(required_fields=asked)) == missing


@pytest.mark.parametrize(
    ("kind", "max_days", "days", "ageing"),
    [
        ("open", 0, 999, False),
        ("open", 14, 14, False),
        ("open", 14, 15, True),
        ("won", 14, 15, False),
        ("lost", 14, 15, False),
    ],
)
def test_an_open_deal_ages_after_the_days_of_its_stage(kind: str, max_days: int, days: int, ageing: bool) -> None:
    deal = Opportunity(stage_since=START, created_at=START - timedelta(days=50))
    today = date(2026, 11, 1) + timedelta(days=days)
    assert rules.is_ageing(deal, Stage(kind=kind, max_days=max_days), today) is ageing


def test_a_deal_that_never_moved_ages_from_its_creation() -> None:
    assert rules.days_in_stage(Opportunity(created_at=START), date(2026, 11, 8)) == 7


@pytest.mark.parametrize(
    ("status", "settled"),
    [("new", False), ("contacted", False), ("qualified", False), ("discarded", True)],
)
def test_a_settled_lead_says_so(status: str, settled: bool) -> None:
    assert bool(rules.why_settled(Lead(name="问价", status=status))) is settled
