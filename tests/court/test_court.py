"""The life of a deviation before the court: brought once, judged with reasons, and what follows from each verdict."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from gucang.accounts.models import Member
from gucang.audits import engine
from gucang.audits.actions import findings, setup
from gucang.audits.models import AuditRule, Finding
from gucang.conformance.audit_rules import key_of
from gucang.conformance.kinds import Kind
from gucang.court import jobs, patterns, telling
from gucang.court.actions import deviations, lessons, verdicts
from gucang.court.kinds import Hinders, State
from gucang.court.models import Asked, Deviation, Lesson, LessonReader
from gucang.court.queries import asked_of
from gucang.exchange import export
from gucang.exchange.actions import exports
from gucang.kernel import clock, records
from gucang.kernel.actors import system
from gucang.kernel.errors import Forbidden, Invalid, Refused
from gucang.kernel.models import Event
from gucang.messages.hearing import heard
from gucang.sops.actions import versions
from gucang.sops.models import Process, ProcessVersion
from gucang.sops.models import State as VersionState
from gucang.surface import ui
from tests.conformance.conftest import hours, log
from tests.court.conftest import NIGHT, judge_night, the_process, walk

SKIPPED = {"kind": Kind.SKIPPED, "step": "b"}


def brought(process: Process, by: Member, **more: Any) -> Deviation:
    given = SKIPPED | {"why": "老客户价格不变"} | more
    found: Deviation = deviations.propose(actor=by, process=process, **given).record
    return found


# --- coming before the court ---


def test_whoever_works_so_proposes_it_and_it_is_named_in_the_companys_language(
    skipping: Process, act: Any, alice: Member
) -> None:
    found = act(deviations.propose, process=skipping, why="老客户价格不变", **SKIPPED).record
    assert (found.title, found.state, found.origin, found.proposed_by) == ("跳过“核价”", State.OPEN, "proposed", alice)
    assert found.number.startswith("PC")


def test_a_manager_brings_what_the_log_shows_and_nothing_else(skipping: Process, act: Any, mia: Member) -> None:
    done = act(deviations.open_one, by=mia, process=skipping, why="每周都有", **SKIPPED)
    assert (done.record.origin, done.event.facts["cases"]) == ("seen", 3)
    with pytest.raises(Refused, match="没有案例"):
        deviations.open_one(actor=mia, process=skipping, kind=Kind.SKIPPED, step="c", why="猜的")


def test_who_does_not_lead_cannot_open_but_propose(skipping: Process, alice: Member) -> None:
    with pytest.raises(Forbidden):
        deviations.open_one(actor=alice, process=skipping, why="x", **SKIPPED)


@pytest.mark.parametrize(
    "given",
    [
        {"kind": Kind.SKIPPED, "step": "zz"},
        {"kind": Kind.REVERSED, "step": "b", "other": "b"},
        {"kind": Kind.REVERSED, "step": "b", "other": "zz"},
        {"kind": Kind.FOUR_EYES, "step": "b"},
    ],
)
def test_a_step_that_is_none_is_refused_at_its_field(skipping: Process, alice: Member, given: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        deviations.propose(actor=alice, process=skipping, why="x", **given)
    assert not Deviation.objects.exists()


def test_a_pattern_is_before_the_court_once(skipping: Process, alice: Member, bob: Member, sue: Member) -> None:
    first = brought(skipping, alice)
    with pytest.raises(Refused, match=first.number):
        brought(skipping, bob)
    with clock.at(NIGHT):
        verdicts.tolerate(first, actor=sue, until=clock.today() + timedelta(days=9), reason="等新价格表")
    with pytest.raises(Refused, match=first.number):
        brought(skipping, bob)
    other = brought(skipping, bob, kind=Kind.LATE)
    assert other.pk != first.pk


def test_a_pattern_is_looked_for_in_the_versions_that_know_its_steps(skipping: Process) -> None:
    the_process(["seq", "a", "b", "d"])
    versions_with_c = patterns.place_of(skipping, Kind.SKIPPED, "c", "").versions
    versions_with_b = patterns.place_of(skipping, Kind.SKIPPED, "b", "").versions
    assert (len(versions_with_c), len(versions_with_b)) == (1, 2)


# --- better ---


def test_better_drafts_the_next_version_credits_who_proposed_it_and_asks_who_comes_after(
    skipping: Process, act: Any, alice: Member, sue: Member, mia: Member
) -> None:
    found = brought(skipping, alice)
    done = act(verdicts.find_better, found, by=sue, reason="价格表已经够用")
    draft = done.record.draft
    assert (draft.state, draft.author, draft.definition["tree"]) == (
        VersionState.DRAFT, alice, ["seq", "a", ["optional", "b"], "c", "d"],
    )  # fmt: skip
    assert "价格表已经够用" in draft.reason
    assert done.event.facts == {"derived": True, "ways": 1, "cured": 1, "asked": 1}
    assert [one.member for one in Asked.objects.all()] == [mia]
    assert {one.member_id for one in heard(done.event)} == {mia.pk, alice.pk}


def test_what_cannot_be_derived_is_a_copy_to_be_written(skipping: Process, alice: Member, sue: Member) -> None:
    found = brought(skipping, alice, kind=Kind.ENTERED_LATE)
    judged = verdicts.find_better(found, actor=sue, reason="出差时没有网络").record
    start = ProcessVersion.objects.get(state=VersionState.IN_FORCE)
    assert judged.draft.definition == start.definition
    assert "还要写进步骤" in judged.draft.reason


def test_who_comes_after_says_whether_it_hinders_and_nobody_else(
    skipping: Process, act: Any, alice: Member, bob: Member, sue: Member, mia: Member
) -> None:
    found = verdicts.find_better(brought(skipping, alice), actor=sue, reason="够用").record
    with pytest.raises(Forbidden):
        deviations.answer(found, actor=bob, hinders=Hinders.NO)
    with pytest.raises(Invalid):
        deviations.answer(found, actor=mia, hinders=Hinders.YES)
    done = act(deviations.answer, found, by=mia, hinders=Hinders.YES, text="备货要按价格分档")
    assert [one.member_id for one in heard(done.event)] == [sue.pk]
    act(deviations.answer, found, by=mia, hinders=Hinders.NO)
    one = Asked.objects.get()
    assert (one.hinders, one.why) == (Hinders.NO, "")


def test_what_is_judged_anew_asks_nobody_meanwhile(skipping: Process, alice: Member, sue: Member, mia: Member) -> None:
    found = verdicts.find_better(brought(skipping, alice), actor=sue, reason="够用").record
    first = found.draft
    assert asked_of(mia.pk).get().draft == first
    found = verdicts.reopen(found, actor=sue, text="再想想").record
    assert not asked_of(mia.pk).exists()
    verdicts.find_better(found, actor=sue, reason="还是够用")
    assert asked_of(mia.pk).get().draft != first


def test_in_force_it_is_part_of_the_process_and_may_be_brought_anew(
    skipping: Process, alice: Member, sue: Member
) -> None:
    found = verdicts.find_better(brought(skipping, alice), actor=sue, reason="够用").record
    with pytest.raises(Refused, match=found.number):
        brought(skipping, alice)
    versions.put_in_force(found.draft, actor=sue, reason="生效")
    found.refresh_from_db()
    assert found.settled_at is not None
    with pytest.raises(Refused):
        verdicts.reopen(found, actor=sue, text="再想想")
    assert brought(skipping, alice).pk != found.pk


def test_nobody_judges_their_own_proposal(skipping: Process, sue: Member) -> None:
    found = brought(skipping, sue)
    with pytest.raises(Forbidden):
        verdicts.find_better(found, actor=sue, reason="我说了算")


def test_a_verdict_is_given_once(skipping: Process, alice: Member, sue: Member) -> None:
    found = verdicts.find_better(brought(skipping, alice), actor=sue, reason="够用").record
    with pytest.raises(Refused):
        verdicts.find_harmful(found, actor=sue, reason="不行", lesson="不要这样")
    assert ProcessVersion.objects.filter(state=VersionState.DRAFT).count() == 1


def test_a_verdict_needs_its_reasons(skipping: Process, alice: Member, sue: Member) -> None:
    found = brought(skipping, alice)
    for verb, more in ((verdicts.find_better, {}), (verdicts.find_harmful, {"lesson": "x"})):
        with pytest.raises(Invalid):
            verb(found, actor=sue, reason="", **more)


def test_who_does_not_lead_processes_judges_nothing(skipping: Process, alice: Member, mia: Member) -> None:
    found = brought(skipping, alice)
    for verb in (verdicts.find_better, verdicts.find_harmful, verdicts.tolerate, verdicts.reopen):
        assert verb.why_not(mia, found)


# --- harmful ---


def test_harmful_gives_a_lesson_to_the_whole_role_and_they_confirm(
    skipping: Process, act: Any, alice: Member, bob: Member, sue: Member, mia: Member
) -> None:
    found = brought(skipping, alice)
    done = act(verdicts.find_harmful, found, by=sue, reason="价格错了两次", lesson="每单都要核价", exercise="为什么？")
    lesson = Lesson.objects.get()
    # Bob never skipped it: whoever gets the lesson is not thereby known to have departed.
    assert {one.member for one in LessonReader.objects.all()} == {alice, bob}
    assert (lesson.readers, lesson.read_by, done.event.facts["readers"]) == (2, 0, 2)
    with pytest.raises(Forbidden):
        lessons.confirm(lesson, actor=mia, answer="x")
    with pytest.raises(Invalid):
        lessons.confirm(lesson, actor=alice)
    act(lessons.confirm, lesson, by=alice, answer="价格会变")
    with pytest.raises(Refused):
        lessons.confirm(lesson, actor=alice, answer="价格会变")
    lesson.refresh_from_db()
    assert lesson.read_by == 1


def test_an_answer_to_a_lesson_stands_in_no_event(skipping: Process, alice: Member, sue: Member) -> None:
    verdicts.find_harmful(brought(skipping, alice), actor=sue, reason="错", lesson="核价", exercise="为什么？")
    done = lessons.confirm(Lesson.objects.get(), actor=alice, answer="我自己的话")
    assert "我自己的话" not in str((done.event.changes, done.event.facts))


def test_deviations_and_lessons_go_out_for_who_leads_and_no_answer_of_a_reader_with_them(
    skipping: Process, alice: Member, mia: Member, sue: Member
) -> None:
    verdicts.find_harmful(
        brought(skipping, alice), actor=sue, reason="价格错了两次", lesson="每单都要核价", exercise="为什么？"
    )
    lessons.confirm(Lesson.objects.get(), actor=alice, answer="我自己的话")
    told = {"deviation": ("价格错了两次", "Sue"), "lesson": ("每单都要核价", "为什么？")}
    for name, words in told.items():
        for who in (mia, sue):
            (row,) = list(export.rows(export.Extract.parse(records.get(name), who.as_actor(), "")))[1:]
            assert set(words) <= set(row)
            assert "我自己的话" not in row
        with pytest.raises(Forbidden):
            exports.create(actor=alice, record_type=name)


def test_reopened_it_is_to_be_judged_and_its_lesson_is_withdrawn(
    skipping: Process, act: Any, alice: Member, sue: Member
) -> None:
    found = brought(skipping, alice)
    verdicts.find_harmful(found, actor=sue, reason="错", lesson="核价")
    done = act(verdicts.reopen, found, by=sue, text="查明是价格表的错")
    assert (done.record.state, done.record.reason, done.event.facts["was"]) == (State.OPEN, "", "harmful")
    lesson = Lesson.objects.get()
    assert lesson.state == "withdrawn"
    with pytest.raises(Refused):
        lessons.confirm(lesson, actor=alice)


# --- tolerated ---


# One deviation of a case is let be.
FIGURES = '{"most": 1}'


def findings_of(process: Process, at: Any) -> set[int]:
    with clock.at(at):
        setup.ensure_rules()
        setup.tune(AuditRule.objects.get(key=key_of("customer")), actor=system(), severity="warning", figures=FIGURES)
        engine.run(AuditRule.objects.get(key=key_of("customer")))
        return set(Finding.objects.filter(present=True).values_list("about_id", flat=True))


def test_while_tolerated_no_rule_finds_it_and_afterwards_it_returns_by_itself(
    scope: Any, alice: Member, sue: Member
) -> None:
    the_process(d={"roles": []})
    skips_both, skips_more = walk("ad", alice), walk("bd", alice)
    process = judge_night()
    found = brought(process, alice)
    assert findings_of(process, NIGHT) == {skips_both.pk, skips_more.pk}
    with clock.at(NIGHT):
        verdicts.tolerate(found, actor=sue, until=clock.today() + timedelta(days=5), reason="等新价格表")
    # Besides the second step one still skips the third; one deviation is put up with by the rule.
    assert findings_of(process, NIGHT) == {skips_more.pk}
    later = NIGHT + timedelta(days=6)
    assert findings_of(process, later) == {skips_both.pk, skips_more.pk}
    with clock.at(later):
        jobs.every_night()
    found.refresh_from_db()
    assert (found.state, found.until) == (State.OPEN, None)
    assert Event.objects.filter(name="deviation.resume", subject_id=found.pk).count() == 1


def _found(record: Any) -> Finding:
    return Finding.objects.filter(about_id=record.pk).latest("pk")


def test_a_finding_that_is_tolerated_says_so_and_was_not_put_right(scope: Any, alice: Member, sue: Member) -> None:
    the_process(d={"roles": []})
    late, fresh = walk("ad", alice, number=1), walk("ad", alice, number=2)
    process = judge_night()
    bringing = [brought(process, alice), brought(process, alice, step="c")]
    findings_of(process, NIGHT)
    findings.surface(_found(late), actor=system())
    until = [timezone.localdate(NIGHT) + timedelta(days=days) for days in (9, 5)]
    with clock.at(NIGHT):
        for one, day in zip(bringing, until, strict=True):
            verdicts.tolerate(one, actor=sue, until=day, reason="等新价格表")
    assert findings_of(process, NIGHT) == set()
    for record, state in ((late, "tolerated"), (fresh, "own_tolerated")):
        one = _found(record)
        assert (one.state, one.tolerated_until, one.tolerated_by) == (state, until[1], sue), "what ends first"
        assert one.verdict == {"name": bringing[1].number, "url": f"/deviations/{bringing[1].pk}"}
        ended = Event.objects.filter(subject_type="finding", subject_id=one.pk).latest("pk")
        assert (ended.name, ended.facts) == ("finding.tolerate", {"verdict": bringing[1].number})
    assert not Event.objects.filter(name="finding.end").exists()
    seen = set(records.get("finding").query(sue.as_actor()).values_list("about_id", flat=True))
    assert seen == {late.pk}, "what was the person's alone stays so"
    with clock.at(NIGHT + timedelta(days=6)):
        jobs.every_night()
    later = NIGHT + timedelta(days=10)
    assert findings_of(process, later) == {late.pk, fresh.pk}
    assert (_found(late).state, _found(late).tolerated_until) == ("own", None)
    assert _found(late).recurrence_of is not None
    assert _found(fresh).recurrence_of is None


def test_what_was_put_right_while_nothing_of_it_is_tolerated_was_put_right(
    scope: Any, alice: Member, mia: Member, sue: Member
) -> None:
    the_process(d={"roles": []})
    right, old = walk("ad", alice, number=1), walk("ad", alice, number=2)
    process = judge_night()
    found = brought(process, alice, kind="late", step="b")
    findings_of(process, NIGHT)
    with clock.at(NIGHT):
        verdicts.tolerate(found, actor=sue, until=clock.today() + timedelta(days=200), reason="等")
    log(right, "b", hours(0.3), alice)
    log(right, "c", hours(0.6), mia)
    judge_night()
    assert findings_of(process, NIGHT) == {old.pk}
    assert _found(right).state == "self_corrected"
    assert findings_of(process, NIGHT + timedelta(days=60)) == set()
    assert _found(old).state == "own_lapsed", "nothing was done, it only lies long ago"


def test_a_tolerance_ends_on_a_later_day_within_a_year(skipping: Process, alice: Member, sue: Member) -> None:
    found = brought(skipping, alice)
    for days in (0, -3, 400):
        with pytest.raises(Invalid):
            verdicts.tolerate(found, actor=sue, until=clock.today() + timedelta(days=days), reason="等")


def test_beside_the_pattern_stands_how_it_was_judged(skipping: Process, alice: Member, sue: Member) -> None:
    found = brought(skipping, alice)
    until = clock.today() + timedelta(days=5)
    verdicts.tolerate(found, actor=sue, until=until, reason="等新价格表")
    beside = telling.Court().of_process(skipping.pk)[telling.key_of(Deviation.objects.get())]
    assert (beside.tolerated, ui.date_text(until) in beside.words) == (True, True)
    with clock.at(clock.now() + timedelta(days=6)):
        assert telling.Court().of_process(skipping.pk)[telling.key_of(Deviation.objects.get())].tolerated is False
        assert telling.Court().tolerated("customer") == {}
