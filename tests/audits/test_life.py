"""The life of a finding: own first, answered or put right, judged, corrected, verified; and who sees what meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gucang.accounts.models import Member
from gucang.activity.actions import tasks
from gucang.activity.models import Task
from gucang.audits import jobs
from gucang.audits.actions import corrections, findings, setup
from gucang.audits.kinds import Cause, State
from gucang.audits.models import AuditSettings, Correction, Finding
from gucang.kernel import clock, event_visibility, events, records
from gucang.kernel.actors import system
from gucang.kernel.errors import Forbidden, Invalid, NotVisible, Refused
from gucang.kernel.models import Event
from tests.audits.conftest import look_for, rule

TASK_LATE = "activity.task-late"
LateTask = Callable[..., Task]


def seen_by(member: Member) -> list[int]:
    return list(records.get("finding").query(member.as_actor()).values_list("pk", flat=True))


def surfaced(late_task: LateTask, by: Member | None = None) -> Finding:
    """A finding whose time of grace is over."""
    late_task(by)
    (found,) = look_for(TASK_LATE)
    findings.surface(found, actor=system())
    found.refresh_from_db()
    return found


def test_a_finding_is_seen_by_the_person_alone_while_it_is_their_own(
    late_task: LateTask, alice: Member, bob: Member, mia: Member, adam: Member, carol: Member, sue: Member
) -> None:
    late_task()
    (found,) = look_for(TASK_LATE)
    assert found.state == State.OWN
    assert found.member_id == alice.pk
    assert seen_by(alice) == [found.pk]
    for other in (bob, mia, adam, carol, sue):
        assert seen_by(other) == [], f"{other} sees what is Alice's own business"


def test_after_the_time_of_grace_the_auditor_sees_it_and_the_superior_does_not(
    late_task: LateTask, alice: Member, mia: Member, carol: Member, sue: Member
) -> None:
    late_task()
    (found,) = look_for(TASK_LATE)
    with clock.at(found.grace_until - timedelta(minutes=1)):
        jobs.look_at_the_clock()
    assert seen_by(sue) == [], "a minute is left"
    with clock.at(found.grace_until):
        jobs.look_at_the_clock()
    found.refresh_from_db()
    assert found.state == State.OPEN
    assert seen_by(sue) == [found.pk]
    assert seen_by(alice) == [found.pk]
    assert seen_by(mia) == []
    assert seen_by(carol) == [], "who reads everything reads no findings of others"


def test_the_time_of_grace_is_working_time_and_longer_while_running_in(late_task: LateTask, adam: Member) -> None:
    late_task()
    with clock.at(clock.midnight(clock.today()) + timedelta(hours=10)):
        (short,) = look_for(TASK_LATE)
        setup.create_settings(actor=adam, values={"running_in_until": clock.today() + timedelta(days=30)})
        late_task(title="第二件")
        long = look_for(TASK_LATE)[-1]
    assert short.grace_until < long.grace_until
    assert short.grace_until - short.first_seen_at >= timedelta(hours=16), "16 working hours are two days at least"


def test_what_is_put_right_in_time_ends_by_itself_and_stays_with_the_person(
    late_task: LateTask, alice: Member, sue: Member, adam: Member
) -> None:
    task = late_task()
    (found,) = look_for(TASK_LATE)
    tasks.complete(task, actor=alice)
    (found,) = look_for(TASK_LATE)
    assert found.state == State.SELF_CORRECTED
    assert not found.present
    assert found.closed_at is not None
    assert seen_by(alice) == [found.pk]
    assert seen_by(sue) == []
    assert seen_by(adam) == []


def test_an_answer_needs_a_cause_and_shows_the_finding_to_the_auditor(
    late_task: LateTask, act: Any, alice: Member, bob: Member, sue: Member
) -> None:
    late_task()
    (found,) = look_for(TASK_LATE)
    with pytest.raises(Invalid):
        findings.answer(found, actor=alice, said="没有时间")
    with pytest.raises(NotVisible):
        findings.answer(found, actor=bob, why=Cause.TIME)
    with pytest.raises(Invalid) as refused:
        findings.answer(found, actor=alice, why=Cause.BETTER)
    assert "said" in refused.value.fields
    done = act(findings.answer, found, by=alice, why=Cause.WAITED, said="等仓库").record
    assert (done.state, done.cause, done.answer) == (State.ANSWERED, Cause.WAITED, "等仓库")
    assert seen_by(sue) == [found.pk]
    with pytest.raises(Refused):
        findings.answer(found, actor=alice, why=Cause.TIME)


def test_nobody_judges_what_is_their_own_and_nobody_what_is_still_private(
    late_task: LateTask, alice: Member, sue: Member, adam: Member
) -> None:
    late_task(sue)
    (own,) = look_for(TASK_LATE)
    findings.answer(own, actor=sue, why=Cause.TIME)
    with pytest.raises(Forbidden):
        findings.accept(own, actor=sue)
    findings.accept(own, actor=adam, remark="下不为例")
    late_task(alice)
    private = look_for(TASK_LATE)[-1]
    with pytest.raises(NotVisible):
        findings.accept(private, actor=sue)
    with pytest.raises(Forbidden):
        findings.accept(private, actor=alice)


def test_an_accepted_answer_is_not_opened_again_while_it_stands(
    late_task: LateTask, alice: Member, sue: Member
) -> None:
    found = surfaced(late_task)
    findings.accept(found, actor=sue)
    assert len(look_for(TASK_LATE)) == 1, "it still stands as it was accepted"
    task = Task.objects.get(pk=found.about_id)
    tasks.complete(task, actor=alice)
    look_for(TASK_LATE)
    tasks.reopen(task.pk, actor=alice)
    first, second = look_for(TASK_LATE)
    assert first.state == State.ACCEPTED
    assert second.recurrence_of_id == first.pk, "the same again is linked to what was before"


def test_a_waiver_needs_a_reason_and_an_end_and_is_looked_at_anew_after_it(
    late_task: LateTask, act: Any, sue: Member
) -> None:
    found = surfaced(late_task)
    until = clock.today() + timedelta(days=7)
    with pytest.raises(Invalid):
        findings.waive(found, actor=sue, until=until)
    with pytest.raises(Invalid) as refused:
        findings.waive(found, actor=sue, until=clock.today(), why="等年底")
    assert "until" in refused.value.fields
    act(findings.waive, found, by=sue, until=until, why="等年底")
    with clock.at(clock.midnight(until) + timedelta(hours=9)):
        jobs.look_at_the_clock()
    assert Finding.objects.get(pk=found.pk).state == State.WAIVED, "its last day still counts"
    with clock.at(clock.midnight(until) + timedelta(days=1, hours=9)):
        jobs.look_at_the_clock()
    assert Finding.objects.get(pk=found.pk).state == State.OPEN


def corrected(found: Finding, alice: Member, sue: Member) -> Correction:
    """A correction that Alice has done."""
    values = {
        "what": "每天下班前看一遍待办",
        "prevents": "提醒改成提前一天",
        "until": clock.today() + timedelta(days=5),
    }
    findings.correct(found, actor=sue, owner=alice, **values)
    made = Correction.objects.get(finding=found)
    return corrections.finish(made, actor=alice, how="已改").record


def test_a_correction_has_an_owner_a_day_and_what_prevents_it(
    late_task: LateTask, act: Any, alice: Member, bob: Member, sue: Member
) -> None:
    found = surfaced(late_task)
    given = {"what": "补寄", "until": clock.today() + timedelta(days=3), "owner": alice}
    with pytest.raises(Invalid) as refused:
        findings.correct(found, actor=sue, **given)
    assert "prevents" in refused.value.fields
    act(findings.correct, found, by=sue, prevents="清单上墙", **given)
    made = Correction.objects.get(finding=found)
    assert (made.owner_id, made.prevents, made.state) == (alice.pk, "清单上墙", "open")
    assert Finding.objects.get(pk=found.pk).state == State.CORRECTING
    with pytest.raises(NotVisible):
        corrections.finish(made, actor=bob, how="替她做了")
    with pytest.raises(Forbidden):
        corrections.finish(made, actor=sue, how="我说做了")


def test_clean_cases_verify_a_correction(late_task: LateTask, alice: Member, adam: Member, sue: Member) -> None:
    setup.create_settings(actor=adam, values={"clean_cases": 2})
    found = surfaced(late_task)
    made = corrected(found, alice, sue)
    tasks.complete(found.about_id, actor=alice)
    look_for(TASK_LATE)
    jobs.look_at_the_clock()
    made.refresh_from_db()
    assert made.state == "done", "one clean case is not enough"
    other = late_task(title="准时的", days=-3)
    tasks.complete(other, actor=alice)
    jobs.look_at_the_clock()
    made.refresh_from_db()
    assert (made.state, made.clean_cases) == ("verified", 2)
    assert Finding.objects.get(pk=found.pk).state == State.VERIFIED


def test_the_same_again_after_a_correction_shows_that_it_did_not_help(
    late_task: LateTask, alice: Member, sue: Member
) -> None:
    found = surfaced(late_task)
    made = corrected(found, alice, sue)
    tasks.complete(found.about_id, actor=alice)
    look_for(TASK_LATE)
    late_task(title="又忘了")
    first, second = look_for(TASK_LATE)
    made.refresh_from_db()
    assert second.recurrence_of_id == first.pk
    assert first.state == State.RECURRED
    assert (made.state, made.failed_by_id) == ("recurred", second.pk)


def test_every_step_is_an_event_and_the_timeline_of_the_record_tells_of_it_only_to_who_may_see_it(
    late_task: LateTask, alice: Member, mia: Member, sue: Member
) -> None:
    task = late_task()
    (found,) = look_for(TASK_LATE)
    findings.answer(found, actor=alice, why=Cause.MISTAKE)
    findings.accept(found, actor=sue)
    mine = Event.objects.filter(subject_type="finding", subject_id=found.pk).order_by("id")
    assert list(mine.values_list("name", flat=True)) == ["finding.open", "finding.answer", "finding.accept"]
    line = events.timeline("task", task.pk)
    assert "finding.open" in {event.name for event in line}
    page = ("task", task.pk)
    for_mia = event_visibility.visible_to(mia.as_actor(), line, page=page)
    assert "task.create" in {event.name for event in for_mia}, "she sees the task itself"
    assert not [event.name for event in for_mia if event.subject_type == "finding"]
    assert [e for e in event_visibility.visible_to(alice.as_actor(), line, page=page) if e.subject_type == "finding"]


def test_findings_of_who_has_left_go_to_who_answers_for_them(late_task: LateTask, alice: Member, mia: Member) -> None:
    from gucang.accounts.actions import members

    late_task()
    members.leave(alice, actor=system(), on=clock.today())
    (found,) = look_for(TASK_LATE)
    assert found.member_id == mia.pk


def test_one_is_told_once_a_day_how_much_is_ones_own(late_task: LateTask, alice: Member) -> None:
    from gucang.messages.models import Notification

    late_task()
    late_task(title="第二件")
    look_for(TASK_LATE)
    jobs.tell()
    jobs.tell()
    told = Notification.objects.filter(member=alice, about_type="finding")
    assert [one.params["count"] for one in told] == [2]


def test_settings_are_one_row(adam: Member, scope: Any) -> None:
    setup.create_settings(actor=adam, values={"grace_hours": 8})
    with pytest.raises((Refused, Invalid)):
        setup.create_settings(actor=adam, values={"grace_hours": 4})
    assert AuditSettings.objects.count() == 1
    assert rule(TASK_LATE).active
