"""Deliveries after commit, and history that is told without them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from procrastinate.contrib.django.models import ProcrastinateJob

from gucang.kernel import clock, events, reactions, records
from gucang.kernel.actions import Row, create_many
from gucang.kernel.models import Event
from gucang.messages.models import Notification
from gucang.parties.actions import customers
from gucang.selling.actions import opportunities


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


def test_what_is_noted_stands_in_every_event_of_the_deed_and_in_none_after(
    scope: Any, act: Any, mia: Any, bob: Any
) -> None:
    customer = act(customers.create, by=mia, name="恒立机械").record
    deal = opportunities.create(actor=mia, values={"name": "一期", "customer": customer, "amount": 5}).record
    with events.noting(rule={"id": 7}):
        won = act(opportunities.win, deal, by=mia)
    followed = Event.objects.get(name="customer.progress")
    assert (won.event.facts["rule"], followed.facts["rule"], followed.cause) == ({"id": 7}, {"id": 7}, won.event.id)
    assert "rule" not in act(opportunities.reopen, deal, by=mia).event.facts


def test_the_watched_events_of_a_set_share_a_job_and_those_not_wanted_queue_nothing(
    scope: Any, mia: Any, monkeypatch: Any
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(reactions, "_watching", [])
    reactions.watch(lambda event: event.subject_label.startswith("甲"))(lambda event: seen.append(event.subject_label))
    names = ("甲一", "乙一", "甲二")
    create_many(records.get("customer"), [Row({"name": name}) for name in names], actor=mia)
    waiting = ProcrastinateJob.objects.filter(args__job__startswith="deliver:tests.kernel")
    assert [len(job.args["payload"]["found"]) for job in waiting] == [2]
    assert seen == [], "after the commit, not within it"
    with reactions.quietly():
        create_many(records.get("customer"), [Row({"name": "甲三"})], actor=mia)
    assert seen == []
    with reactions.at_once():
        create_many(records.get("customer"), [Row({"name": "甲四"})], actor=mia)
    assert seen == ["甲四"]
    assert waiting.count() == 1
