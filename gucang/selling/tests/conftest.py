"""Deals and leads for the tests of this module."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.selling import queries
from gucang.selling.actions import opportunities
from gucang.selling.models import Opportunity, Stage


@pytest.fixture
def customer(scope: Any, alice: Any) -> Customer:
    """Alice's customer."""
    return customers.create(actor=alice, values={"name": "苏州恒力精密机械有限公司"}).record


@pytest.fixture
def stages(scope: Any) -> dict[str, Stage]:
    """The stages of the standard pipeline: "first", "needs", "quote", "talks", "won", "lost"."""
    names = ("first", "needs", "quote", "talks", "won", "lost")
    return dict(zip(names, queries.stages_of(queries.default_pipeline()), strict=True))  # type: ignore[arg-type]


@pytest.fixture
def new_deal(customer: Customer, alice: Any) -> Callable[..., Opportunity]:
    """`new_deal(amount=5, by=bob)`: an open deal of Alice's with her customer."""

    def make(name: str = "第四季度 S750 × 12", by: Any = None, **values: Any) -> Opportunity:
        values.setdefault("customer", customer)
        return opportunities.create(actor=by or alice, values={"name": name, **values}).record

    return make
