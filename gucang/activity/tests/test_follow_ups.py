"""Follow-ups: on whose timeline they stand, when they happened, what becomes of the next step."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from gucang.activity import queries, subjects
from gucang.activity.actions import follow_ups, tasks
from gucang.activity.compose import kinds_for
from gucang.activity.models import FollowUp, Task
from gucang.kernel import clock, events, records
from gucang.kernel.errors import Forbidden, Invalid, NotVisible, Refused
from gucang.kernel.models import Company

MORNING = datetime(2026, 11, 16, 9, 0, tzinfo=timezone.get_default_timezone())


def test_a_follow_up_stands_on_the_timeline_of_what_it_is_about(scope: Any, act: Any, place: Any, on: Any) -> None:
    outcome = act(follow_ups.create, kind="call", text="谈了年框", **on)
    found = events.timeline("department", place.pk, names=("follow_up.create",))
    assert [event.id for event in found] == [outcome.event.id]
    assert outcome.event.changes["text"] == [None, "谈了年框"]
    assert outcome.record.author_id == outcome.event.actor_id


def test_what_is_entered_late_happened_when_it_happened(scope: Any, act: Any, on: Any) -> None:
    with clock.at(MORNING):
        outcome = act(follow_ups.create, text="上周拜访", happened_at="2026-11-10 15:00", **on)
    assert timezone.localtime(outcome.event.occurred_at).strftime("%m-%d %H:%M") == "11-10 15:00"
    assert outcome.event.recorded_at == MORNING


def test_nothing_is_written_down_before_it_happens(scope: Any, alice: Any, on: Any) -> None:
    with clock.at(MORNING), pytest.raises(Invalid) as caught:
        follow_ups.create(actor=alice, text="明天", happened_at="2026-11-17 09:00", **on)
    assert "happened_at" in caught.value.fields
    assert not FollowUp.objects.exists()


def test_a_next_date_makes_a_task_and_a_new_follow_up_does_it(scope: Any, act: Any, alice: Any, on: Any) -> None:
    with clock.at(MORNING):
        first = act(
            follow_ups.create, kind="call", text="要报价", next_on="2026-11-18", next_step="送报价", **on
        ).record
        step = Task.objects.get()
        assert (step.title, step.due_on.isoformat(), step.assignee_id) == ("送报价", "2026-11-18", alice.pk)
        assert step.follow_up_id == first.pk
        act(follow_ups.create, kind="visit", text="送到了", next_on="2026-11-25", **on)
    step.refresh_from_db()
    assert step.done_at == MORNING
    assert [task.title for task in Task.objects.filter(done_at=None)] == ["跟进销售一组"]


def test_a_note_and_a_talk_before_the_day_leave_the_plan_alone(scope: Any, act: Any, on: Any) -> None:
    with clock.at(MORNING):
        act(follow_ups.create, kind="call", text="约好了", next_on="2026-11-18", **on)
        act(follow_ups.create, kind="note", text="记一笔", next_on="2026-11-19", **on)
        act(follow_ups.create, kind="message", text="提醒一下", **on)
    assert Task.objects.filter(done_at=None).count() == 2


def test_a_task_made_by_hand_is_not_done_by_a_follow_up(scope: Any, act: Any, on: Any) -> None:
    act(tasks.create, title="寄样品", due_on=clock.today(), **on)
    act(follow_ups.create, kind="call", text="聊了聊", **on)
    assert Task.objects.get().done_at is None


def test_changing_the_next_step_changes_its_task_and_taking_it_back_deletes_it(scope: Any, act: Any, on: Any) -> None:
    entry = act(follow_ups.create, kind="call", text="要报价", next_on=clock.today(), **on).record
    later = clock.today() + timedelta(days=3)
    act(follow_ups.edit, entry, next_on=later, next_step="当面谈")
    assert Task.objects.values_list("title", "due_on").get() == ("当面谈", later)
    act(follow_ups.edit, entry, next_on="")
    assert not Task.objects.exists()


def test_only_the_author_rewrites_and_only_for_a_week(scope: Any, act: Any, alice: Any, bob: Any, on: Any) -> None:
    with clock.at(MORNING):
        entry = act(follow_ups.create, text="原话", **on).record
    with clock.at(MORNING + timedelta(days=6)):
        with pytest.raises(Forbidden):
            follow_ups.edit(entry, actor=bob, text="别的话")
        act(follow_ups.edit, entry, text="改一字")
    with clock.at(MORNING + timedelta(days=8)), pytest.raises(Refused, match="7"):
        follow_ups.edit(entry, actor=alice, text="太晚了")
    assert FollowUp.objects.get().text == "改一字"


def test_a_company_may_settle_what_is_written_sooner(scope: Any, act: Any, alice: Any, on: Any) -> None:
    from gucang.kernel.scope import writing

    with writing("kernel"):
        Company.objects.filter(pk=scope.pk).update(settings={"activity": {"edit_days": 1, "file_mb": "many"}})
    with clock.at(MORNING):
        entry = act(follow_ups.create, text="原话", **on).record
    with clock.at(MORNING + timedelta(days=2)), pytest.raises(Refused, match="1"):
        follow_ups.edit(entry, actor=alice, text="太晚了")


def test_a_follow_up_stays_with_the_record_it_was_written_about(scope: Any, act: Any, alice: Any, on: Any) -> None:
    from gucang.accounts.models import Department

    entry = act(follow_ups.create, text="原话", **on).record
    other = Department.objects.exclude(pk=on["about_id"]).first()
    with pytest.raises(Invalid):
        follow_ups.edit(entry, actor=alice, about_id=other.pk)


def test_whoever_only_reads_writes_nothing_and_sees_it_all(scope: Any, act: Any, carol: Any, on: Any) -> None:
    act(follow_ups.create, text="原话", **on)
    with pytest.raises(Forbidden):
        follow_ups.create(actor=carol, text="我也说", **on)
    assert FollowUp.objects.filter(follow_ups.create.type.visible(carol.as_actor())).count() == 1


def test_a_stranger_neither_sees_nor_writes(scope: Any, act: Any, alice: Any, dan: Any, on: Any) -> None:
    entry = act(follow_ups.create, text="原话", **on).record
    stranger = dan.pk  # his rows are behind the wall of another company
    assert not follow_ups.create.type.model.objects.filter(author_id=stranger).exists()
    from gucang.kernel.scope import _company, company_scope

    token = _company.set(None)
    try:
        with company_scope(dan.company_id):
            with pytest.raises(NotVisible):
                follow_ups.edit(entry.pk, actor=dan, text="偷改")
            with pytest.raises(Invalid):
                follow_ups.create(actor=dan, text="偷写", **on)
    finally:
        _company.reset(token)


def test_one_cannot_write_about_what_nobody_allowed(scope: Any, alice: Any) -> None:
    with pytest.raises(Invalid):
        follow_ups.create(actor=alice, text="写人", about_type="member", about_id=alice.pk)


def test_control_characters_and_65_kb_get_a_sentence(scope: Any, act: Any, alice: Any, on: Any) -> None:
    with pytest.raises(Invalid) as caught:
        follow_ups.create(actor=alice, text="长" * 65_536, **on)
    assert "text" in caught.value.fields
    entry = act(follow_ups.create, text="a\x00b\u202ec", **on).record
    assert entry.text == "abc"


def test_the_day_report_is_written_by_what_one_did(scope: Any, act: Any, alice: Any, bob: Any, on: Any) -> None:
    with clock.at(MORNING):
        act(follow_ups.create, kind="call", text="一", **on)
        act(follow_ups.create, kind="call", text="二", next_on="2026-11-20", **on)
        act(follow_ups.create, by=bob, kind="visit", text="别人的", **on)
        act(follow_ups.create, kind="visit", text="补上周", happened_at="2026-11-12 10:00", **on)
        report = queries.day_report(alice.pk, MORNING.date(), viewer=alice.as_actor())
        past = queries.day_report(alice.pk, datetime(2026, 11, 12).date(), viewer=alice.as_actor())
    assert report.talks == {"call": 2}
    assert report.deeds == {"follow_up.create": 2, "task.plan": 1}
    assert (report.late, past.late, past.talks["visit"]) == (0, 1, 1)


def test_a_years_history_comes_in_bulk_at_its_dates(scope: Any, alice: Any, place: Any, on: Any) -> None:
    from gucang.kernel.actions import Row, create_many

    rows = [
        Row({"kind": "call", "text": f"第{month}月", "happened_at": f"2025-{month:02}-03 10:00", **on})
        for month in (1, 2, 3)
    ]
    settled = create_many(follow_ups.create.type, [*rows, Row({"text": "", **on})], actor=alice)
    assert [row.problem is None for row in settled] == [True, True, True, False]
    found = events.timeline("department", place.pk, names=("follow_up.create",))
    assert [timezone.localtime(event.occurred_at).month for event in found] == [3, 2, 1]


def test_about_the_companys_own_business_no_call_to_a_customer_is_offered(
    scope: Any, monkeypatch: pytest.MonkeyPatch, alice: Any
) -> None:
    department = records.get("department")
    assert [kind for kind, _label in kinds_for(alice.as_actor(), department)][:2] == ["call", "visit"]
    monkeypatch.setattr(subjects, "_internal", {"department"})
    assert [kind for kind, _label in kinds_for(alice.as_actor(), department)] == ["note", "task"]
