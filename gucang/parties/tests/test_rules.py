"""When a customer falls to the pool: a truth table, no database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from gucang.parties import rules
from gucang.parties.models import Customer, PoolRules

START = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)  # noon in Shanghai
DAY = date(2026, 11, 1)


def owned(**values: Any) -> Customer:
    return Customer(owner_id=1, owned_since=START, **values)


def days(number: int) -> date:
    return DAY + timedelta(days=number)


@pytest.mark.parametrize(
    ("pool", "values", "expected"),
    [
        ({}, {}, None),
        ({"days_without_contact": 30}, {}, days(30)),
        ({"days_without_contact": 30}, {"last_contact_at": START + timedelta(days=10)}, days(40)),
        ({"days_without_contact": 30}, {"last_contact_at": START - timedelta(days=10)}, days(30)),
        ({"days_without_deal": 60}, {}, days(60)),
        ({"days_without_contact": 30, "days_without_deal": 20}, {}, days(20)),
        ({"days_without_deal": 60}, {"last_deal_on": days(5)}, None),
        ({"days_without_deal": 60, "spares_buyers": False}, {"last_deal_on": days(5)}, days(65)),
        ({"days_without_contact": 30, "spares_buyers": False}, {"last_deal_on": days(5)}, days(30)),
    ],
)
def test_a_customer_becomes_due_by_the_first_rule_that_it_breaks(
    pool: dict[str, Any], values: dict[str, Any], expected: date | None
) -> None:
    assert rules.recycles_on(owned(**values), PoolRules(**pool)) == expected


def test_a_pool_customer_is_never_due() -> None:
    assert rules.recycles_on(Customer(pooled_at=START), PoolRules(days_without_contact=1)) is None


@pytest.mark.parametrize(
    ("warned_for", "today", "falls", "warn", "recycle"),
    [
        (None, 10, 30, False, False),  # far off
        (None, 23, 30, True, False),  # a week before
        (days(30), 24, 30, False, False),  # told once is enough
        (days(30), 29, 30, False, False),
        (days(30), 30, 30, False, True),  # the day has come
        (None, 90, 97, True, False),  # overdue when the rule came: a full week of warning all the same
        (days(97), 96, 97, False, False),
        (days(97), 97, 97, False, True),
        (days(20), 30, 37, True, False),  # told of an earlier day, then a follow-up moved it: told anew
    ],
)
def test_nobody_loses_a_customer_without_the_full_warning(
    warned_for: date | None, today: int, falls: int, warn: bool, recycle: bool
) -> None:
    pool = PoolRules(days_without_contact=30, warn_days=7)
    customer = owned(warned_for=warned_for)
    assert rules.falls_on(customer, pool, days(today)) == days(falls)
    assert rules.may_warn(customer, pool, days(today)) is warn
    assert rules.may_recycle(customer, pool, days(today)) is recycle


def test_without_warning_days_it_falls_on_the_day_itself() -> None:
    pool = PoolRules(days_without_contact=30, warn_days=0)
    assert rules.may_recycle(owned(), pool, days(30))
    assert not rules.may_recycle(owned(), pool, days(29))
    assert not rules.may_warn(owned(), pool, days(30))


def test_the_former_owner_waits_until_the_pause_is_over() -> None:
    customer = Customer(pooled_at=START, previous_owner_id=1)
    assert rules.pause_until(customer, 1, PoolRules(cool_down_days=7)) == START + timedelta(days=7)
    assert rules.pause_until(customer, 2, PoolRules(cool_down_days=7)) is None
    assert rules.pause_until(customer, 1, PoolRules(cool_down_days=0)) is None
