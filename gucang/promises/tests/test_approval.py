"""A policy on “make binding”: the promise stands in the ledger while others decide, and says who holds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gucang.approvals.actions import requests
from gucang.approvals.models import ApprovalRequest
from gucang.kernel import records
from gucang.kernel.actions import Row, edit_many
from gucang.kernel.errors import NeedsApproval, Refused
from gucang.promises.actions import making, settling
from gucang.promises.models import Promise, State
from tests.approvals.conftest import make_policy

Promised = Callable[..., Promise]


@pytest.fixture
def policy(scope: Any, adam: Any, mia: Any) -> Any:
    """Rebates from 10,000 on want Mia's agreement, and then Adam's."""
    return make_policy(
        adam, [mia], [adam], action="promise.make", name="大额让利", conditions="kind=rebate&worth__gte=10000"
    )


def the_one() -> tuple[Promise, ApprovalRequest]:
    return Promise.objects.get(), ApprovalRequest.objects.get()


def test_it_waits_with_who_decides_and_binds_with_the_last_agreement(
    policy: Any, promised: Promised, mia: Any, adam: Any, fay: Any, alice: Any
) -> None:
    promised(worth="12480")
    promise, request = the_one()
    assert (promise.state, promise.holder) == (State.IN_APPROVAL, mia)
    assert promise.held_since == request.since
    requests.agree(request, actor=mia)
    promise, request = the_one()
    assert (promise.state, promise.holder) == (State.IN_APPROVAL, adam)
    requests.agree(request, actor=adam, comment="同意，但毛利太低。")
    promise, request = the_one()
    assert (promise.state, promise.holder, promise.approved_by) == (State.BINDING, fay, adam)
    assert request.state == "carried_out"


def test_a_small_one_needs_nobody(policy: Any, promised: Promised, fay: Any) -> None:
    assert promised(worth="9999.99").state == State.BINDING
    assert not ApprovalRequest.objects.exists()


def test_a_refusal_leaves_it_made_and_not_binding_and_it_can_be_asked_again(
    policy: Any, promised: Promised, mia: Any, alice: Any
) -> None:
    promised(worth="12480")
    promise, request = the_one()
    requests.refuse(request, actor=mia, comment="太多")
    promise, _request = the_one()
    assert (promise.state, promise.holder, promise.due_at) == (State.MADE, alice, None)
    with pytest.raises(NeedsApproval):
        making.make(promise, actor=alice)
    requests.withdraw(ApprovalRequest.objects.get(state="waiting"), actor=alice)
    less = making.edit(promise, actor=alice, values={"worth": "5000"}).record
    assert (less.worth, less.state) == (5000, State.BINDING)


def test_what_waits_is_neither_changed_nor_ended_nor_booked(
    policy: Any, promised: Promised, alice: Any, mia: Any, fay: Any
) -> None:
    from gucang.promises.actions import booking

    promised(worth="12480")
    promise, _request = the_one()
    for deed in (
        lambda: making.edit(promise, actor=alice, values={"worth": "1"}),
        lambda: settling.withdraw(promise, actor=alice, why="x"),
        lambda: settling.keep(promise, actor=alice, confirmation="x"),
        lambda: booking.book(promise, actor=fay, ref="x"),
        lambda: making.make(promise, actor=alice),
    ):
        with pytest.raises(Refused):
            deed()
    promise, request = the_one()
    assert (promise.state, promise.worth) == (State.IN_APPROVAL, 12480)
    requests.withdraw(request, actor=alice)
    assert settling.withdraw(promise, actor=alice, why="客户不要了").record.state == State.WITHDRAWN


def test_one_that_was_sent_back_is_with_who_asked(policy: Any, promised: Promised, mia: Any, alice: Any) -> None:
    promised(worth="12480")
    promise, request = the_one()
    requests.send_back(request, actor=mia, comment="按哪张合同？")
    promise, request = the_one()
    assert (promise.state, promise.holder) == (State.IN_APPROVAL, alice)
    requests.resubmit(request, actor=alice)
    promise, _request = the_one()
    assert promise.holder == mia


def test_nobody_comes_past_the_policy_by_changing_the_worth_afterwards(
    policy: Any, promised: Promised, alice: Any, mia: Any
) -> None:
    small = promised(worth="100")
    assert small.state == State.BINDING
    making.edit(small, actor=alice, values={"worth": "50000"})
    promise, _request = the_one()
    assert (promise.state, promise.holder, promise.worth) == (State.IN_APPROVAL, mia, 50000)


def test_nor_by_changing_it_in_a_set(policy: Any, promised: Promised, alice: Any) -> None:
    small = promised(worth="100")
    edit_many(records.get("promise"), [Row({"worth": "50000"}, record=small)], actor=alice)
    promise = Promise.objects.get()
    assert (promise.state, promise.worth) == (State.MADE, 50000)
    assert not ApprovalRequest.objects.exists()
