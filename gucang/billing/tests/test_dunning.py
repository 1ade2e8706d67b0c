"""Dunning: each step once, by message or task, to whom it names; and nobody is reminded who promised a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gucang.activity.models import Task
from gucang.billing import jobs as night
from gucang.billing.actions import receivables, setup
from gucang.billing.models import Dunning, Payment, Receivable
from gucang.kernel import clock, reactions
from gucang.messages.models import Notification

Owes = Callable[..., Receivable]


@pytest.fixture
def steps(fiona: Any) -> None:
    """The owner has a task on the third day, superior and finance a message on the tenth."""
    for name, days, tells, does in (
        ("提醒付款", 3, "owner", "task"), ("上级跟进", 10, "superior", "message"),
        ("财务发函", 10, "finance", "message"),
    ):  # fmt: skip
        values = {"name": name, "days_after_due": days, "tells": tells, "does": does, "text": f"{name}！"}
        setup.create_step(actor=fiona, values=values)


def late(owes: Owes, days: int, **values: Any) -> Receivable:
    return owes("100", billed_on=clock.today() - timedelta(days=days), **values)


def at_night() -> None:
    """The nightly job, and what follows from it."""
    with reactions.at_once():
        night.dun()


def told(member: Any) -> int:
    return Notification.objects.filter(member=member, about_type="receivable").count()


def test_each_step_is_taken_once(owes: Owes, steps: None, alice: Any, mia: Any, fiona: Any) -> None:
    three, ten = late(owes, 3), late(owes, 10)
    late(owes, 2)
    for _ in range(2):
        at_night()
    assert list(Task.objects.values_list("assignee", "about_id")) == [(alice.pk, three.pk)]
    assert Dunning.objects.filter(receivable=ten).count() == 2
    assert (told(mia), told(fiona), told(alice)) == (1, 1, 0)
    assert Receivable.objects.get(pk=three.pk).reminded_on == clock.today()


def test_a_later_step_follows_an_earlier_one(owes: Owes, steps: None, mia: Any, fiona: Any) -> None:
    owed, day = late(owes, 3), clock.today() - timedelta(days=11)
    at_night()
    receivables.edit(owed, actor=fiona, values={"billed_on": day, "due_on": day})
    at_night()
    assert Dunning.objects.filter(receivable=owed).count() == 3
    assert told(mia) == 1


def test_who_promised_a_day_is_left_alone_until_it_is_over(owes: Owes, steps: None, alice: Any) -> None:
    owed = late(owes, 5)
    promised = clock.today() + timedelta(days=1)
    receivables.note_promise(owed, actor=alice, on=promised)
    at_night()
    assert not Dunning.objects.exists()
    with clock.at(clock.now() + timedelta(days=2)):
        at_night()
    assert Dunning.objects.count() == 1


def test_what_is_paid_cancelled_or_waiting_is_not_dunned(
    owes: Owes, pays: Callable[..., Payment], steps: None, fiona: Any, terms: Any
) -> None:
    pays("100", pays=late(owes, 20), received_on=clock.today())
    receivables.cancel(late(owes, 20), actor=fiona, reason="录错")
    late(owes, 20, terms=terms("验收后 10 天"))
    at_night()
    assert not Dunning.objects.exists()


def test_nobody_is_told_of_a_customer_they_may_not_see(owes: Owes, steps: None, bob: Any) -> None:
    late(owes, 30)
    at_night()
    assert told(bob) == 0
