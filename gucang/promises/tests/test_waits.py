"""Who waits for me: the customer whose promise lies with somebody beyond its time, with that person alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from gucang.accounts.models import Member
from gucang.audits import waits
from gucang.kernel import clock
from gucang.parties.models import Customer
from gucang.promises.models import Promise


def test_a_step_that_is_late_waits_for_its_holder_and_for_nobody_else(
    fay: Member, alice: Any, customer: Customer, promised: Callable[..., Promise]
) -> None:
    promise = promised("rebate")
    assert promise.holder_id == fay.pk
    assert promise.due_at is not None
    with clock.at(promise.due_at - timedelta(minutes=1)):
        assert waits.of(fay.as_actor(), "/acme") == [], "it is not late yet"
    with clock.at(promise.due_at + timedelta(minutes=1)):
        (found,) = waits.of(fay.as_actor(), "/acme")
        assert (found.what, found.who, found.url) == ("3% 返利", customer.name, f"/acme/promises/{promise.pk}")
        assert found.since == (promise.held_since or promise.due_at)
        assert waits.of(alice.as_actor(), "/acme") == []
        looking = replace(fay.as_actor(), eyes=(alice.as_actor(),))
        assert waits.of(looking, "/acme") == [], "who only looks has nothing to do"
