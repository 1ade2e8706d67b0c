"""Deadlines on the working calendar: who is reminded, and what a policy does when the time is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from gucang.approvals import jobs
from gucang.approvals.actions import requests
from gucang.approvals.models import ApprovalRequest, ApprovalTask, State
from gucang.kernel import clock
from gucang.kernel.models import Event
from gucang.messages.models import Notification
from gucang.selling.models import Opportunity, StageKind

MONDAY = timezone.make_aware(timezone.datetime(2026, 11, 16, 9, 0))


def step(*members: Any, hours: int = 8, late: str = "remind") -> dict[str, Any]:
    return {"who": [{"kind": "person", "id": one.pk} for one in members], "hours": hours, "late": late}


@pytest.fixture
def late(scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any) -> Any:
    """`late("agree")`: a request of Monday morning for Mia, eight working hours long, and the clock two weeks later."""

    def make(deed: str, *more: Any, **words: Any) -> ApprovalRequest:
        with clock.at(MONDAY):
            policy(step(mia, late=deed), *more, **words)
            request = asked(new_deal())
        with clock.at(MONDAY + timedelta(days=14)):
            jobs.look_at_the_clock()
        return ApprovalRequest.objects.get(pk=request.pk)

    return make


def open_members(request: ApprovalRequest) -> list[int | None]:
    return list(ApprovalTask.objects.filter(request=request, open=True).values_list("member_id", flat=True))


def test_the_end_lies_in_working_time_of_who_decides(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any
) -> None:
    with clock.at(MONDAY + timedelta(days=4, hours=8)):  # Friday evening
        policy(step(mia, hours=2))
        due = timezone.localtime(asked(new_deal()).due_at)
    assert due.weekday() == 0
    assert due.date() == (MONDAY + timedelta(days=7)).date()


def test_a_step_without_hours_never_ends(scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any) -> None:
    policy([mia])
    assert asked(new_deal()).due_at is None


def test_a_late_step_passes_and_the_next_one_begins(late: Any, adam: Any) -> None:
    request = late("agree", [adam])
    assert (request.state, open_members(request)) == (State.WAITING, [adam.pk])


def test_a_late_last_step_passes_and_the_deed_is_done(late: Any) -> None:
    request = late("agree")
    assert request.state == State.CARRIED_OUT
    assert Opportunity.objects.get(pk=request.about_id).state == StageKind.WON
    assert Event.objects.get(name="approval_request.run_late").actor_kind == "system"


def test_a_late_request_goes_back_to_who_asked(late: Any, alice: Any) -> None:
    request = late("return")
    assert (request.state, request.due_at, open_members(request)) == (State.RETURNED, None, [])
    assert request.reason


def test_a_late_task_goes_to_the_superior(scope: Any, late: Any, mia: Any, adam: Any) -> None:
    from gucang.accounts.actions import members
    from gucang.kernel.actors import system

    members.edit(mia, actor=system(), values={"manager": adam})
    request = late("superior")
    assert open_members(request) == [adam.pk]
    assert request.due_at is not None
    with clock.at(MONDAY + timedelta(days=60)):
        jobs.look_at_the_clock()
    again = ApprovalRequest.objects.get(pk=request.pk)
    assert open_members(again) == [adam.pk]
    assert again.acts_at is None


def test_a_late_task_that_is_only_reminded_of_stays_late_and_is_reminded_of_each_working_day_for_two_weeks(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any
) -> None:
    with clock.at(MONDAY):
        policy(step(mia, hours=4))
        request = asked(new_deal())
    reminded = []
    for days in range(30):
        with clock.at(MONDAY + timedelta(days=days, hours=9)):
            jobs.look_at_the_clock()
            jobs.look_at_the_clock()
        reminded.append(Event.objects.filter(name="approval_request.run_late").count())
    found = ApprovalRequest.objects.get(pk=request.pk)
    assert (found.state, open_members(found)) == (State.WAITING, [mia.pk])
    assert found.due_at == request.due_at, "how late it is stays to be seen"
    assert found.acts_at is None
    # Saturday and Sunday bring nothing: as many as on the Friday before.
    assert reminded[5] == reminded[6] == reminded[4] == 5
    assert reminded[-1] == reminded[20]
    assert 10 <= reminded[-1] <= 12


@pytest.mark.parametrize(
    ("unit", "amount", "days"),
    [("working_minutes", 90, 0), ("working_hours", 2, 0), ("working_days", 5, 7), ("natural_days", 5, 5)],
)
def test_the_time_of_a_step_is_counted_in_minutes_hours_working_days_or_natural_days(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any, unit: str, amount: int, days: int
) -> None:
    with clock.at(MONDAY):
        policy(step(mia, hours=amount) | {"unit": unit})
        due = timezone.localtime(asked(new_deal()).due_at)
    assert (due.date() - MONDAY.date()).days == days


def test_they_are_reminded_as_often_as_the_policy_says_before_it_is_late(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any
) -> None:
    with clock.at(MONDAY):
        policy(step(mia, hours=10) | {"unit": "natural_days", "reminders": 3})
        asked(new_deal())
    counts = []
    for day in range(10):
        with clock.at(MONDAY + timedelta(days=day, hours=13)):
            jobs.look_at_the_clock()
            jobs.look_at_the_clock()
        counts.append(Notification.objects.filter(member=mia, key__contains=":due").count())
    assert counts == [0, 0, 1, 1, 1, 2, 2, 3, 3, 3]


def test_they_are_reminded_once_when_a_quarter_is_left(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any
) -> None:
    with clock.at(MONDAY):
        policy(step(mia, hours=4))
        request = asked(new_deal())
    for minutes in (30, 270, 280):
        with clock.at(MONDAY + timedelta(minutes=minutes)):
            jobs.look_at_the_clock()
        found = Notification.objects.filter(member=mia, key__contains=":due")
        assert found.count() == (0 if minutes == 30 else 1)
    assert requests.agree(request, actor=mia).record.state == State.CARRIED_OUT
