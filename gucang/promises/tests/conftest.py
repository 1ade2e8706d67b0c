"""A customer of Alice's, the people of finance and service, and promises to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gucang.accounts.models import Member
from gucang.kernel import clock
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.promises.actions import making
from gucang.promises.models import Promise
from tests.personas import hire


@pytest.fixture
def customer(scope: Any, alice: Any) -> Customer:
    """Alice's customer."""
    return customers.create(actor=alice, values={"name": "苏州恒力精密机械有限公司", "phone": "13800571234"}).record


@pytest.fixture
def fay(scope: Any) -> Member:
    """Finance."""
    return hire("Fay", "finance")


@pytest.fixture
def sam(scope: Any) -> Member:
    """Service."""
    return hire("Sam", "service")


@pytest.fixture
def promised(customer: Customer, alice: Any) -> Callable[..., Promise]:
    """`promised("rebate", worth="12480", by=alice)`: a promise to Alice's customer, binding unless it has to wait."""

    def make(kind: str = "rebate", what: str = "3% 返利", by: Any = None, **values: Any) -> Promise:
        if kind in ("rebate", "discount"):
            values.setdefault("worth", "12480")
        values.setdefault("until", clock.today() + timedelta(days=10))
        about = {"about_type": "customer", "about_id": customer.pk}
        return making.create(actor=by or alice, values={**about, "kind": kind, "what": what, **values}).record

    return make
