"""A policy parks what gives money up: nothing is booked before the others agree, and then it is booked once."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from gucang.approvals.actions import policies, requests
from gucang.billing.actions import receivables
from gucang.billing.models import Entry, Receivable
from gucang.kernel.actors import system
from gucang.kernel.errors import NeedsApproval


@pytest.fixture
def policy(scope: Any, adam: Any) -> None:
    """Adam agrees to write-offs of 100 and more."""
    values = {"name": "核减", "record_type": "receivable", "action": "receivable.write_off"}
    made = policies.create(actor=system(), values=values).record
    words = {"steps": [{"who": [{"kind": "person", "id": adam.pk}]}], "conditions": "written_off__gte=100"}
    policies.define(made, actor=system(), definition=json.dumps(words))
    policies.put_in_force(made, actor=system())


def test_a_large_write_off_waits_and_a_small_one_does_not(
    policy: None, owes: Callable[..., Receivable], fiona: Any, adam: Any
) -> None:
    owed = owes("1000")
    receivables.write_off(owed, actor=fiona, reason="rounding", amount="99.99")
    with pytest.raises(NeedsApproval) as waiting:
        receivables.write_off(owed, actor=fiona, reason="bad_debt")
    assert Receivable.objects.get().open_amount == Decimal("900.01")
    assert Entry.objects.count() == 1
    requests.agree(waiting.value.request, actor=adam)
    found = Receivable.objects.get()
    assert (found.open_amount, found.written_off, found.state) == (0, 1000, "written_off")
    assert Entry.objects.count() == 2
