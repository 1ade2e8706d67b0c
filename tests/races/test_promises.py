"""Many at once on one promise, on real connections: booked once, ended once, never both agreed to and withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gucang.approvals.actions import requests
from gucang.approvals.models import ApprovalRequest
from gucang.kernel import clock
from gucang.kernel.errors import NeedsApproval, Problem
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.promises.actions import booking, making, settling
from gucang.promises.models import Promise, State
from tests.approvals.conftest import make_policy
from tests.personas import Team, hire
from tests.races.test_races import at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROUNDS = 20


def promises_to(team: Team, number: int, **policy: Any) -> list[int]:
    """The ids of `number` rebates of Alice's to one customer; Fay is there to book them."""
    with company_scope(team.company):
        team.people["fay"] = hire("Fay", "finance")
        alice = team.people["alice"]
        customer = customers.create(actor=alice, values={"name": "苏州恒力精密"}).record
        if policy:
            make_policy(team.people["adam"], [team.people["mia"]], action="promise.make", **policy)
        about = {"about_type": "customer", "about_id": customer.pk, "kind": "rebate", "worth": "12480"}
        until = clock.today() + timedelta(days=9)
        values = [{**about, "what": f"返利 {n}", "until": until} for n in range(number)]
        return [making.create(actor=alice, values=one).record.pk for one in values]


def deed(team: Team, who: str, verb: Any, pk: int, **params: Any) -> Callable[[], Any]:
    """`verb` by this person, in a transaction of its own."""

    def do() -> Any:
        with company_scope(team.company):
            try:
                return verb(pk, actor=team.people[who], **params).record
            except NeedsApproval as waiting:
                return waiting

    return do


def done(results: list[Any]) -> int:
    return sum(not isinstance(one, Problem) for one in results)


def test_of_eight_bookings_at_once_one_counts(acme_team: Team) -> None:
    for pk in promises_to(acme_team, ROUNDS):
        calls = [deed(acme_team, "fay", booking.book, pk, ref=f"记-{n}", amount=str(100 + n)) for n in range(8)]
        assert done(at_once(*calls)) == 1
    with company_scope(acme_team.company):
        assert Event.objects.filter(name="promise.book").count() == ROUNDS
        for promise in Promise.objects.all():
            assert promise.state == State.BOOKED
            assert promise.booked_ref == f"记-{int(promise.booked_amount) - 100}"


def test_booking_against_withdrawing_has_one_winner(acme_team: Team) -> None:
    for pk in promises_to(acme_team, ROUNDS):
        calls = [
            deed(acme_team, "fay", booking.book, pk, ref="记-1"),
            deed(acme_team, "alice", settling.withdraw, pk, why="客户不要了"),
        ]
        assert done(at_once(*(calls * 4))) == 1
        with company_scope(acme_team.company):
            promise = Promise.objects.get(pk=pk)
            assert (promise.state, bool(promise.booked_at), bool(promise.reason)) in (
                (State.BOOKED, True, False),
                (State.WITHDRAWN, False, True),
            )


def test_agreeing_against_withdrawing_never_does_both(acme_team: Team) -> None:
    for pk in promises_to(acme_team, ROUNDS, conditions="worth__gte=10000"):
        with company_scope(acme_team.company):
            request = ApprovalRequest.objects.get(about_id=pk).pk
        calls = [
            deed(acme_team, "mia", requests.agree, request),
            deed(acme_team, "alice", requests.withdraw, request),
            deed(acme_team, "alice", settling.withdraw, pk, why="客户不要了"),
        ]
        at_once(*(calls * 3))
        with company_scope(acme_team.company):
            promise, state = Promise.objects.get(pk=pk), ApprovalRequest.objects.get(pk=request).state
            agreed = Event.objects.filter(name="promise.make", subject_id=pk).count()
            assert (agreed, state) in ((1, "carried_out"), (0, "withdrawn"))
            # A withdrawal may come after either; nothing waits for a decision any more.
            assert promise.state in ({State.BINDING, State.WITHDRAWN} if agreed else {State.MADE, State.WITHDRAWN})
