"""Customers for the tests of this module."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gucang.parties.actions import customers
from gucang.parties.models import Customer


@pytest.fixture
def new_customer(alice: Any) -> Callable[..., Customer]:
    """`new_customer(name="…", by=bob)`: a customer of Bob's (Alice's by default)."""

    def make(name: str = "苏州恒力精密机械有限公司", by: Any = None, **values: Any) -> Customer:
        return customers.create(actor=by or alice, values={"name": name, **values}).record

    return make
