"""Whatever people do in whatever order: no promise counts as kept that is not booked and shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gucang.activity.actions import follow_ups
from gucang.activity.models import FollowUp
from gucang.kernel import clock
from gucang.kernel.errors import Problem
from gucang.kernel.models import Event
from gucang.promises.actions import booking, making, settling
from gucang.promises.kinds import BY_DOCUMENT, WITHOUT_BOOKING, Kind
from gucang.promises.models import OPEN, Promise, State

DEEDS = (
    "make", "edit", "book", "keep", "keep with words", "note", "send back", "hand on", "withdraw", "break", "reopen",
    "expire", "escalate",
)  # fmt: skip


def do(deed: str, promise: Promise, people: dict[str, Any]) -> None:
    """One deed by whoever would do it. Raises what it refuses with."""
    from gucang.kernel.actors import system

    alice, fay, mia = people["alice"], people["fay"], people["mia"]
    about = {"about_type": "promise", "about_id": promise.pk, "kind": "call", "text": "客户来问"}
    deeds: dict[str, Callable[[], Any]] = {
        "make": lambda: making.make(promise.pk, actor=alice),
        "edit": lambda: making.edit(promise.pk, actor=alice, values={"what": f"改成 {promise.version}"}),
        "book": lambda: booking.book(promise.pk, actor=fay, ref="记-1"),
        "keep": lambda: settling.keep(promise.pk, actor=alice),
        "keep with words": lambda: settling.keep(promise.pk, actor=alice, confirmation="收到了"),
        "note": lambda: follow_ups.create(actor=alice, values=about),
        "send back": lambda: booking.send_back(promise.pk, actor=alice, why="不对"),
        "hand on": lambda: booking.hand_on(promise.pk, actor=alice, to=mia),
        "withdraw": lambda: settling.withdraw(promise.pk, actor=alice, why="不要了"),
        "break": lambda: settling.break_promise(promise.pk, actor=alice, why="停产"),
        "reopen": lambda: settling.reopen(promise.pk, actor=mia, why="又要了"),
        "expire": lambda: settling.expire(promise.pk, actor=system()),
        "escalate": lambda: settling.escalate(promise.pk, actor=system()),
    }
    deeds[deed]()


def check(promise: Promise) -> None:
    """What must hold of every promise at any moment."""
    if promise.state == State.KEPT:
        assert promise.evidence
        assert promise.kind in WITHOUT_BOOKING or promise.booked_at is not None
        said = FollowUp.objects.filter(about_type="promise", about_id=promise.pk, created_at__gte=promise.bound_at)
        assert said.exists()
        if promise.kind in BY_DOCUMENT:
            books = Event.objects.filter(subject_type="promise", subject_id=promise.pk, name="promise.book")
            assert books.exists()
    assert (promise.settled_at is None) == promise.is_open
    assert (promise.booked_at is not None) == bool(promise.booked_ref)
    if promise.state == State.BOOKED:
        assert promise.booked_at is not None
    if promise.state in (State.BROKEN, State.WITHDRAWN):
        assert promise.reason
    if promise.state in OPEN:
        assert promise.holder_id is not None
    if promise.state in (State.BINDING, State.BOOKED):
        assert promise.bound_at is not None


@pytest.mark.slow
@given(st.sampled_from(list(Kind)), st.lists(st.sampled_from(DEEDS), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_path_leads_to_kept_without_a_booking_and_evidence(
    customer: Any, alice: Any, fay: Any, mia: Any, kind: Kind, deeds: list[str]
) -> None:
    people = {"alice": alice, "fay": fay, "mia": mia}
    about = {"about_type": "customer", "about_id": customer.pk, "until": clock.today() + timedelta(days=5)}
    values = {**about, "kind": kind, "what": "某事", "worth": "100" if kind in ("rebate", "discount") else None}
    pk = making.create(actor=alice, values=values).record.pk
    check(Promise.objects.get(pk=pk))
    for deed in deeds:
        before = Promise.objects.get(pk=pk)
        try:
            do(deed, before, people)
        except Problem:
            assert Promise.objects.get(pk=pk).version == before.version
        check(Promise.objects.get(pk=pk))
