"""Tasks: who sees and does them, and what the clock says about them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from gucang.accounts.actions import members
from gucang.activity import jobs, queries
from gucang.activity.actions import coaching, tasks
from gucang.activity.models import Task
from gucang.kernel import clock, events
from gucang.kernel import jobs as kernel_jobs
from gucang.kernel.actors import system
from gucang.kernel.errors import Forbidden, Invalid, NotVisible, Refused
from gucang.messages.models import Notification

EIGHT = datetime(2026, 11, 16, 8, 0, tzinfo=timezone.get_default_timezone())
NINE = EIGHT + timedelta(hours=1)


def told(member: Any) -> list[tuple[str, str]]:
    rows = Notification.objects.filter(member=member).order_by("pk")
    return [(row.kind, row.params.get("task") or row.params.get("text")) for row in rows]


def drain() -> None:
    """Deliver what was queued inside the scope that is open (`jobs.drain` would enter it again); letters wait."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    for row in ProcrastinateJob.objects.filter(status="todo", task_name="gucang.run").order_by("id"):
        kernel_jobs._mark_done(row.pk)
        name = row.args["job"]
        if name not in kernel_jobs._outside:
            kernel_jobs._jobs[name](**row.args["payload"])


def test_a_task_is_for_whoever_makes_it_unless_given_to_another(scope: Any, act: Any, alice: Any, bob: Any) -> None:
    mine = act(tasks.create, title="整理名片").record
    assert (mine.assignee_id, mine.created_by_id, mine.get_about()) == (alice.pk, alice.pk, None)
    act(tasks.create, title="给客户回电", assignee=bob)
    drain()
    assert told(bob) == [("assigned", "给客户回电")]
    assert told(alice) == []


def test_a_private_task_is_seen_by_its_people_and_their_manager_only(
    scope: Any, act: Any, alice: Any, bob: Any, mia: Any, carol: Any
) -> None:
    task = act(tasks.create, title="想一想").record
    given = act(tasks.create, title="交给鲍勃", assignee=bob).record

    def seen(member: Any) -> set[int]:
        return set(Task.objects.filter(tasks.create.type.visible(member.as_actor())).values_list("pk", flat=True))

    assert seen(alice) == {task.pk, given.pk}
    assert seen(bob) == {given.pk}
    assert seen(mia) == {task.pk, given.pk}
    with pytest.raises(NotVisible):
        tasks.complete(task, actor=bob)
    with pytest.raises(Forbidden):
        tasks.complete(task, actor=carol)


def test_a_done_task_is_done_once_and_its_giver_hears_of_it(scope: Any, act: Any, alice: Any, bob: Any) -> None:
    task = act(tasks.create, title="寄合同", assignee=bob).record
    act(tasks.complete, task, by=bob)
    with pytest.raises(Refused, match="寄合同"):
        tasks.complete(task, actor=bob)
    drain()
    assert told(alice) == [("done", "寄合同")]
    act(tasks.reopen, task, by=bob)
    assert Task.objects.get().done_at is None


def test_postponing_keeps_the_time_of_day_and_never_goes_back(scope: Any, act: Any, alice: Any) -> None:
    with clock.at(NINE):
        task = act(tasks.create, title="电话会", due_at="2026-11-16 15:30").record
        assert task.due_on == NINE.date()
        moved = act(tasks.postpone, task, to="2026-11-19", why="客户出差").record
        assert timezone.localtime(moved.due_at).strftime("%m-%d %H:%M") == "11-19 15:30"
        with pytest.raises(Invalid):
            tasks.postpone(task, actor=alice, to="2026-11-15")


def test_giving_a_task_away_tells_its_new_person(scope: Any, act: Any, alice: Any, bob: Any) -> None:
    task = act(tasks.create, title="跟单").record
    act(tasks.assign, task, to=bob, note="我休假")
    drain()
    assert told(bob) == [("assigned", "跟单")]
    with pytest.raises(Forbidden):
        tasks.complete(task, actor=alice)


def test_a_task_is_not_given_to_somebody_who_left(scope: Any, act: Any, alice: Any, bob: Any) -> None:
    task = act(tasks.create, title="跟单").record
    members.leave(bob, actor=system(), on=clock.today())
    with pytest.raises(Invalid):
        tasks.assign(task, actor=alice, to=str(bob.pk))


def test_a_task_joins_the_timeline_of_what_it_is_about(scope: Any, act: Any, place: Any, on: Any) -> None:
    task = act(tasks.create, title="寄样品", **on).record
    act(tasks.complete, task)
    names = [event.name for event in events.timeline("department", place.pk, limit=2)]
    assert names == ["task.complete", "task.create"]


def test_reminders_wait_for_the_morning_and_come_once(scope: Any, act: Any, alice: Any) -> None:
    with clock.at(EIGHT):
        act(tasks.create, title="今天的", due_on=EIGHT.date())
        act(tasks.create, title="明天的", due_on=EIGHT.date() + timedelta(days=1))
        jobs.remind()
        assert told(alice) == []
    with clock.at(NINE):
        jobs.remind()
        jobs.remind()
    assert told(alice) == [("due", "今天的")]


def test_what_is_done_or_in_the_bin_is_not_reminded_of(scope: Any, act: Any, alice: Any) -> None:
    with clock.at(NINE):
        act(tasks.complete, act(tasks.create, title="做完了", due_on=NINE.date()).record)
        act(tasks.delete, act(tasks.create, title="不要了", due_on=NINE.date()).record)
        jobs.remind()
    assert told(alice) == []


def test_after_three_days_again_after_five_the_manager_each_once(scope: Any, act: Any, alice: Any, mia: Any) -> None:
    with clock.at(NINE):
        task = act(tasks.create, title="回访", due_on=NINE.date()).record
    for day in (2, 3, 4, 5, 6):
        with clock.at(NINE + timedelta(days=day)):
            jobs.remind()
            jobs.remind()
            drain()
        assert told(alice) == ([] if day < 3 else [("overdue", "回访")])
        assert told(mia) == ([] if day < 5 else [("escalated", "回访")])
    assert Task.objects.get().escalated_at == NINE + timedelta(days=5)
    assert [e.name for e in events.timeline("task", task.pk)].count("task.escalate") == 1
    said = Notification.objects.get(member=mia)
    assert said.params == {"who": "Alice", "days": 5, "task": "回访"}


def test_a_postponed_task_starts_anew(scope: Any, act: Any, alice: Any, mia: Any) -> None:
    with clock.at(NINE):
        task = act(tasks.create, title="回访", due_on=NINE.date()).record
    with clock.at(NINE + timedelta(days=5)):
        jobs.remind()
        act(tasks.postpone, task, to=(NINE + timedelta(days=6)).date())
        assert Task.objects.get().escalated_at is None
    with clock.at(NINE + timedelta(days=11)):
        jobs.remind()
        drain()
    assert told(mia) == [("escalated", "回访")] * 2


def test_only_the_clock_tells_on_somebody(scope: Any, act: Any, adam: Any, mia: Any) -> None:
    task = act(tasks.create, title="回访").record
    with pytest.raises(Forbidden):
        tasks.escalate(task, actor=adam, manager=mia, days=9)


def test_nobody_above_means_nobody_is_told(scope: Any, act: Any, mia: Any) -> None:
    assert mia.manager_id is None
    with clock.at(NINE):
        act(tasks.create, by=mia, title="经理的事", due_on=NINE.date())
    with clock.at(NINE + timedelta(days=9)):
        jobs.remind()
    assert Task.objects.get().escalated_at is None


def test_what_is_due_comes_in_three_parts(scope: Any, act: Any, alice: Any, bob: Any) -> None:
    with clock.at(NINE):
        for title, days in (("晚了", -2), ("今天", 0), ("后天", 2), ("下月", 30)):
            act(tasks.create, title=title, due_on=NINE.date() + timedelta(days=days))
        act(tasks.create, by=bob, title="别人的", due_on=NINE.date())
        found = queries.due(alice.as_actor(), alice.pk)
        assert len(queries.due(bob.as_actor(), alice.pk)) == 0
    parts = [[task.title for task in part] for part in (found.overdue, found.today, found.soon)]
    assert parts == [["晚了"], ["今天"], ["后天"]]


def test_coaching_reaches_its_person_and_whom_it_mentions(
    scope: Any, act: Any, alice: Any, bob: Any, mia: Any, on: Any
) -> None:
    advice = act(coaching.create, by=mia, text="先问预算，@Bob 帮一把", to=alice, **on).record
    drain()
    assert told(alice) == [("coached", str(advice))]
    assert told(bob) == [("mentioned", str(advice))]
    act(coaching.edit, advice, by=mia, text="先问预算和时间，@Bob 帮一把")
    drain()
    assert len(told(bob)) == 1, "who was mentioned before is not told again"
    with pytest.raises(Forbidden):
        coaching.create(actor=bob, text="我来指导", to=alice, **on)


def test_coaching_on_a_follow_up_is_for_its_author_and_on_the_records_timeline(
    scope: Any, act: Any, alice: Any, mia: Any, place: Any, on: Any
) -> None:
    from gucang.activity.actions import follow_ups

    entry = act(follow_ups.create, text="谈了价格", **on).record
    advice = act(coaching.create, by=mia, text="别先谈价格", about_type="follow_up", about_id=entry.pk)
    assert advice.record.to_id == alice.pk
    assert advice.event.id in [event.id for event in events.timeline("department", place.pk)]
    assert queries.coaching_of(alice.as_actor(), "follow_up", [entry.pk])[entry.pk] == [advice.record]
