"""Many records changed by one run: which ones, with whose rights, one event each, and back again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from gucang.accounts.actions import members
from gucang.accounts.models import Role
from gucang.bulk import actions, engine, jobs, rules
from gucang.bulk.models import BulkRun, RunChunk, RunLine, RunProgress, State
from gucang.kernel import clock, records
from gucang.kernel.errors import Forbidden, Invalid, NotVisible, Refused
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from tests.bulk.conftest import begin, make_many


def reasons(run: BulkRun, kind: str = "refused") -> dict[int, str]:
    return dict(RunLine.objects.filter(run=run, kind=kind).values_list("object_id", "sentence"))


# --- what it does ---


def test_all_of_a_filtered_list_is_edited_with_one_event_each_that_names_the_run(
    through: Any, many: Any, alice: Any
) -> None:
    inside, beyond = many(alice, 5, city="苏州"), many(alice, 2, city="上海")
    run = through(alice, "edit", query="city=苏州", level="A")
    assert (run.state, run.rows, run.done, run.refused) == (State.DONE, 5, 5, 0)
    assert set(Customer.objects.filter(level="A").values_list("pk", flat=True)) == {one.pk for one in inside}
    events = Event.objects.filter(name="customer.edit")
    assert {event.subject_id for event in events} == {one.pk for one in inside}
    assert {event.facts["bulk"]["id"] for event in events} == {run.pk}
    assert {event.actor_id for event in events} == {alice.pk}
    assert not Customer.objects.filter(pk__in=[one.pk for one in beyond], level="A").exists()


def test_the_run_itself_leaves_its_beginning_and_its_end_without_the_values(
    through: Any, many: Any, alice: Any
) -> None:
    run = through(alice, "edit", many(alice, 2), phone="13800138000")
    told = list(Event.objects.filter(subject_type="bulk_run", subject_id=run.pk).order_by("id"))
    assert [event.name for event in told] == ["bulk_run.start", "bulk_run.finish"]
    assert told[0].facts == {"action": "customer.edit", "rows": 2, "fields": ["phone"]}
    assert told[1].facts["done"] == 2
    assert "13800138000" not in str([(event.changes, event.facts) for event in told])


def test_words_are_added_and_taken_away_and_replaced(through: Any, many: Any, alice: Any) -> None:
    one, two = many(alice, 2)
    customers.edit(one, actor=alice, values={"tags": ["老客户", "展会"]})
    through(alice, "edit", [one, two], tags={"add": "重点、展会"})
    tags = dict(Customer.objects.values_list("pk", "tags"))
    assert tags == {one.pk: ["老客户", "展会", "重点"], two.pk: ["重点", "展会"]}
    run = through(alice, "edit", [one, two], tags={"remove": ["老客户", "没有"]})
    assert (run.done, run.unchanged) == (1, 1)
    assert Customer.objects.get(pk=one.pk).tags == ["展会", "重点"]
    through(alice, "edit", [one, two], tags=["新"])
    assert set(map(tuple, Customer.objects.values_list("tags", flat=True))) == {("新",)}


@pytest.mark.parametrize(
    ("verb", "values"),
    [
        ("edit", {}),
        ("edit", {"level": "Z"}),
        ("edit", {"name": {"add": ["x"]}}),
        ("edit", {"tags": {"add": ["x"], "remove": ["y"]}}),
        ("edit", {"tags": {"add": ["x" * 41]}}),
        ("edit", {"no_such_field": "1"}),
        ("edit", {"version": 1}),
        ("assign", {}),
        ("assign", {"owner": "没有这个人"}),
    ],
)
def test_wrong_values_are_refused_before_any_record_is_touched(
    start: Any, many: Any, alice: Any, verb: str, values: dict[str, Any]
) -> None:
    rows = many(alice, 2)
    before = Event.objects.count()
    with pytest.raises(Invalid):
        start(alice, verb, rows, **values)
    assert Event.objects.count() == before


def test_what_is_no_verb_for_many_is_not_there(start: Any, many: Any, adam: Any) -> None:
    rows = many(adam, 1)
    for verb in ("create", "restore", "recycle", "nothing", ""):
        with pytest.raises((NotVisible, Invalid)):
            start(adam, verb, rows)


def test_nothing_picked_and_nothing_found_is_refused(start: Any, many: Any, alice: Any) -> None:
    many(alice, 1)
    with pytest.raises(Invalid):
        start(alice, "edit", [], level="A")
    with pytest.raises(Invalid):
        start(alice, "edit", query="city=北京", level="A")
    with pytest.raises(Invalid):
        start(alice, "edit", query="city__gte=3", level="A")
    assert not BulkRun.objects.exists()


def test_more_than_one_run_may_touch_is_refused(start: Any, many: Any, alice: Any, monkeypatch: Any) -> None:
    many(alice, 4)
    monkeypatch.setattr(rules, "MOST", 3)
    with pytest.raises(Invalid, match="3"):
        start(alice, "edit", query="", level="A")


# --- whose rights ---


def test_what_is_not_hers_stays_and_is_told_without_its_name(through: Any, many: Any, alice: Any, bob: Any) -> None:
    mine, shared, hidden = many(alice, 1)[0], many(bob, 1, city="共享")[0], many(bob, 1, city="看不见")[0]
    customers.share(shared, actor=bob, member=alice.pk)
    run = through(alice, "assign", [mine, shared, hidden, 987654321], owner=bob.pk)
    assert (run.done, run.refused) == (1, 3)
    said = reasons(run)
    assert set(said) == {shared.pk, hidden.pk, 987654321}
    assert said[hidden.pk] == said[987654321], "whether it exists is not told"
    assert not any("客户" in sentence for sentence in said.values())
    assert Customer.objects.get(pk=mine.pk).owner_id == bob.pk


@pytest.mark.django_db
def test_rows_of_another_company_are_out_of_reach(acme: Any, other: Any, alice: Any, dan: Any) -> None:
    with company_scope(other):
        theirs = make_many(dan, 1)[0]
    with company_scope(acme):
        make_many(alice, 1)
        run = begin(alice, "edit", [theirs], level="A")
        while engine.advance(run.pk):
            pass
        run.refresh_from_db()
        assert (run.done, run.refused) == (0, 1)
        own = begin(alice, "edit", query="", level="A")
        assert own.rows == 1
    with company_scope(other):
        assert Customer.objects.get().level != "A"
        assert not BulkRun.objects.exists()
        assert not RunChunk.objects.exists()
        assert not engine.advance(own.pk), "the other company's worker does not find it"


def test_a_field_that_one_may_not_write_on_some_rows_is_left_on_those(
    through: Any, many: Any, alice: Any, bob: Any, mia: Any
) -> None:
    his = many(bob, 1)[0]
    customers.share(his, actor=bob, member=alice.pk)
    mine = many(alice, 1)[0]
    run = through(alice, "edit", [mine, his], note="一起改")
    assert run.done == 2, "shared ones are worked on together"
    assert Customer.objects.filter(note="一起改").count() == 2


def test_without_the_right_nothing_begins(start: Any, many: Any, alice: Any, carol: Any) -> None:
    rows = many(alice, 1)
    with pytest.raises(Forbidden):
        start(carol, "edit", rows, level="A")
    with pytest.raises(Forbidden):
        start(alice, "erase", rows)


def test_a_right_that_is_taken_away_meanwhile_ends_the_run(
    start: Any, many: Any, alice: Any, adam: Any, monkeypatch: Any
) -> None:
    from gucang.bulk import chosen

    monkeypatch.setattr(chosen, "CHUNK", 2)
    run = start(alice, "edit", many(alice, 4), level="A")
    assert engine.advance(run.pk)
    members.set_roles(alice, actor=adam, roles=[Role.objects.get(key="reader")])
    assert not engine.advance(run.pk)
    run.refresh_from_db()
    assert (run.state, run.done) == (State.FAILED, 2)
    assert run.reason
    assert Customer.objects.filter(level="A").count() == 2


def test_runs_are_seen_by_who_did_them_and_administrators(
    through: Any, many: Any, alice: Any, bob: Any, adam: Any
) -> None:
    from gucang.kernel import records

    run = through(alice, "edit", many(alice, 1), level="A")
    kind = records.get("bulk_run")
    assert list(kind.query(alice.as_actor())) == list(kind.query(adam.as_actor())) == [run]
    assert not kind.query(bob.as_actor()).exists()
    with pytest.raises(NotVisible):
        actions.take_back(run, actor=bob)
    with pytest.raises(Forbidden):
        actions.take_back(run, actor=adam)


# --- meanwhile ---


def test_a_row_that_no_longer_fits_the_filter_is_left_and_told(start: Any, many: Any, alice: Any) -> None:
    first, second = many(alice, 2, city="苏州")
    run = start(alice, "edit", query="city=苏州", level="A")
    customers.edit(second, actor=alice, values={"city": "上海"})
    new = many(alice, 1, city="苏州")[0]
    while engine.advance(run.pk):
        pass
    run.refresh_from_db()
    assert (run.rows, run.done, run.refused) == (2, 1, 1)
    assert list(reasons(run)) == [second.pk]
    assert Customer.objects.get(pk=first.pk).level == "A"
    assert {Customer.objects.get(pk=pk).level for pk in (second.pk, new.pk)} != {"A"}


def test_a_run_is_stopped_between_two_chunks_and_keeps_what_was_done(
    start: Any, many: Any, alice: Any, monkeypatch: Any
) -> None:
    from gucang.bulk import chosen

    monkeypatch.setattr(chosen, "CHUNK", 2)
    run = start(alice, "edit", many(alice, 6), level="A")
    engine.advance(run.pk)
    actions.cancel(run, actor=alice)
    assert not engine.advance(run.pk)
    run.refresh_from_db()
    assert (run.state, run.rows, run.done) == (State.CANCELLED, 6, 2)
    assert Customer.objects.filter(level="A").count() == 2
    with pytest.raises(Refused):
        actions.cancel(run, actor=alice)


def test_one_row_whose_consequences_are_refused_does_not_stop_its_set(
    through: Any, many: Any, alice: Any, monkeypatch: Any
) -> None:
    from gucang.kernel import reactions

    bad, *good = many(alice, 4)

    def refuse(event: Event, record: Any, actor: Any) -> None:
        if record.pk == bad.pk:
            raise Refused(f"“{record}”: 不行")

    monkeypatch.setitem(reactions._reactions, "customer.edit", [refuse])
    run = through(alice, "edit", [bad, *good], level="A")
    assert (run.done, run.refused) == (3, 1)
    assert reasons(run) == {bad.pk: "“…”: 不行"}
    assert set(Customer.objects.filter(level="A").values_list("pk", flat=True)) == {one.pk for one in good}
    assert Event.objects.filter(name="customer.edit").count() == 3


# --- back ---


def test_an_edit_is_taken_back_except_what_somebody_changed_since(
    through: Any, taken_back: Any, many: Any, alice: Any, mia: Any
) -> None:
    one, two, three = many(alice, 3, city="苏州")
    customers.edit(one, actor=alice, values={"level": "C"})
    run = through(alice, "edit", query="city=苏州", level="A", note="一起")
    customers.edit(two, actor=mia, values={"level": "B"})
    customers.edit(three, actor=mia, values={"phone": "13800138000"})
    run = taken_back(run, by=alice)
    assert (run.state, run.undone, run.left) == (State.TAKEN_BACK, 2, 1)
    found = {row.pk: (row.level, row.note) for row in Customer.objects.all()}
    assert found == {one.pk: ("C", ""), two.pk: ("B", "一起"), three.pk: (three.level, "")}
    assert list(reasons(run, "left")) == [two.pk]
    assert "Mia" in reasons(run, "left")[two.pk]
    back = Event.objects.filter(name="customer.edit", facts__bulk__back=True)
    assert {event.subject_id for event in back} == {one.pk, three.pk}


def test_a_deletion_is_taken_back_from_the_bin(through: Any, taken_back: Any, many: Any, mia: Any) -> None:
    rows = many(mia, 3)
    run = through(mia, "delete", rows)
    assert not Customer.objects.exists()
    customers.restore(rows[0], actor=mia)
    run = taken_back(run, by=mia)
    assert (run.undone, run.left) == (2, 1)
    assert Customer.objects.count() == 3


def test_customers_go_back_to_who_had_them_or_to_the_pool(
    through: Any, taken_back: Any, many: Any, alice: Any, bob: Any, mia: Any
) -> None:
    from gucang.parties.actions import pool

    hers, pooled, moved = many(alice, 1)[0], many(alice, 1, city="公海")[0], many(alice, 1, city="动过")[0]
    pool.release(pooled, actor=alice, reason="没空")
    run = through(mia, "assign", [hers, pooled, moved], owner=bob.pk)
    assert run.done == 3
    customers.assign(moved, actor=mia, owner=mia.pk)
    run = taken_back(run, by=mia)
    assert (run.undone, run.left) == (2, 1)
    owners = dict(Customer.objects.values_list("pk", "owner_id"))
    assert owners == {hers.pk: alice.pk, pooled.pk: None, moved.pk: mia.pk}


def test_who_handed_customers_over_takes_that_back_though_they_left_her_sight(
    through: Any, taken_back: Any, many: Any, alice: Any, bob: Any, mia: Any
) -> None:
    plain, moved, renamed = (
        many(alice, 1, city="走了")[0],
        many(alice, 1, city="动过")[0],
        many(alice, 1, city="改名")[0],
    )
    binned, his = many(alice, 1, city="删了")[0], many(bob, 1, city="别人的")[0]
    run = through(alice, "assign", [plain, moved, renamed, binned], owner=bob.pk)
    assert run.done == 4
    seen = records.get("customer").query(alice.as_actor())
    assert not seen.exists()
    customers.assign(moved, actor=mia, owner=mia.pk)
    customers.edit(renamed, actor=bob, values={"name": "只有鲍勃知道的新名字"})
    customers.delete(binned, actor=mia)
    run = taken_back(run, by=alice)
    assert (run.undone, run.left) == (2, 2)
    owners = dict(Customer.with_bin.values_list("pk", "owner_id"))
    # The name was changed since, the owner was not; a name is no part of what is taken back.
    assert (owners[plain.pk], owners[renamed.pk]) == (alice.pk, alice.pk)
    assert (owners[moved.pk], owners[binned.pk], owners[his.pk]) == (mia.pk, bob.pk, bob.pk)
    assert Customer.objects.get(pk=renamed.pk).name == "只有鲍勃知道的新名字"
    assert set(seen.values_list("pk", flat=True)) == {plain.pk, renamed.pk}


def test_of_what_stays_with_others_the_maker_of_a_run_learns_nothing(
    through: Any, taken_back: Any, many: Any, alice: Any, bob: Any, mia: Any
) -> None:
    moved = many(alice, 1, city="动过")[0]
    run = through(alice, "assign", [moved], owner=bob.pk)
    customers.edit(moved, actor=bob, values={"name": "只有鲍勃知道的新名字", "phone": "13912345678"})
    customers.assign(moved, actor=mia, owner=mia.pk)
    run = taken_back(run, by=alice)
    (line,) = RunLine.objects.filter(run=run)
    for word in ("Mia", "Bob", "只有鲍勃", "13912345678", "动过"):
        assert word not in line.sentence


def test_only_the_maker_and_only_with_the_right_takes_a_hand_over_back(
    through: Any, many: Any, alice: Any, bob: Any, adam: Any
) -> None:
    mine = many(alice, 1)[0]
    run = through(alice, "assign", [mine], owner=bob.pk)
    with pytest.raises(NotVisible):
        actions.take_back(run, actor=bob)
    actions.take_back(run, actor=alice)
    members.set_roles(alice, actor=adam, roles=[Role.objects.get(key="reader")])  # while it waits for its turn
    while engine.step_back(run.pk):
        pass
    run.refresh_from_db()
    assert (run.undone, run.left) == (0, 1)
    assert Customer.objects.get(pk=mine.pk).owner_id == bob.pk


def test_what_cannot_be_undone_says_so_and_so_does_what_is_too_late(
    through: Any, many: Any, adam: Any, alice: Any
) -> None:
    row = many(adam, 1)[0]
    run = through(adam, "share", [row], member=alice.pk)
    assert run.done == 1
    with pytest.raises(Refused):
        actions.take_back(run, actor=adam)
    run = through(adam, "edit", [row], level="A")
    with time_machine.travel(clock.now() + timedelta(days=rules.UNDO_DAYS, hours=1)), pytest.raises(Refused):
        actions.take_back(run, actor=adam)
    through(adam, "edit", [row], level="A")
    with pytest.raises(Refused):
        actions.take_back(BulkRun.objects.order_by("-pk")[0], actor=adam)


def test_the_lists_of_records_go_when_they_are_not_needed_any_more(through: Any, many: Any, alice: Any) -> None:
    run = through(alice, "edit", many(alice, 1), level="A")
    jobs.sweep()
    assert RunChunk.objects.filter(run=run).exists()
    with time_machine.travel(clock.now() + timedelta(days=rules.UNDO_DAYS + 2)):
        jobs.sweep()
    assert not RunChunk.objects.exists()
    assert RunProgress.objects.filter(run=run).exists()
