"""Deliveries after commit, and history that is told without them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from procrastinate.contrib.django.models import ProcrastinateJob

from gucang.kernel import clock, reactions
from gucang.messages.models import Notification
from gucang.parties.actions import customers


def _queued() -> int:
    return ProcrastinateJob.objects.filter(task_name="gucang.run").count()


def test_an_event_queues_its_deliveries_and_told_history_does_not(scope: Any, act: Any, mia: Any, bob: Any) -> None:
    customer = act(customers.create, by=mia, name="恒立机械").record
    before = _queued()
    with reactions.quietly():
        act(customers.assign, customer, by=mia, owner=bob)
    assert _queued() == before
    act(customers.assign, customer, by=mia, owner=mia)
    act(customers.assign, customer, by=mia, owner=bob)
    assert _queued() == before + 2


def test_history_delivered_at_once_is_told_at_its_own_date(scope: Any, act: Any, mia: Any, bob: Any) -> None:
    customer = act(customers.create, by=mia, name="恒立机械").record
    before, then = _queued(), datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
    with clock.at(then), reactions.at_once():
        act(customers.assign, customer, by=mia, owner=bob)
    assert Notification.objects.get(member=bob).created_at == then
    assert not [job for job in ProcrastinateJob.objects.all()[before:] if job.args["job"].startswith("deliver:")]
