"""The one way a write happens: checks, one event, nothing half done."""

import threading

import pytest
from django.db import connections, transaction

from gucang.kernel import actions, clock, events, records
from gucang.kernel.actions import gates
from gucang.kernel.errors import Forbidden, Invalid, NeedsApproval, NotVisible, Refused, Stale
from gucang.kernel.models import Event, EventObject
from gucang.kernel.reactions import reaction
from gucang.kernel.scope import company_scope


@pytest.fixture
def department_type():
    return records.get("department")


@pytest.fixture
def sales(scope, adam, department_type):
    return department_type.create(actor=adam, values={"name": "华东销售"}).record


def test_creating_leaves_one_event_with_what_was_filled_in(scope, adam, department_type):
    before = Event.objects.count()
    record, event = department_type.create(actor=adam, values={"name": "仓库"})
    assert Event.objects.count() == before + 1
    assert event.name == "department.create"
    assert event.changes == {"name": [None, "仓库"]}
    assert (event.subject_type, event.subject_id, event.subject_label) == ("department", record.pk, "仓库")
    assert event.actor_id == adam.pk
    assert record.version == event.subject_version == 1
    assert list(EventObject.objects.filter(event_id=event.pk).values_list("object_type", "object_id", "role")) == [
        ("department", record.pk, "subject")
    ]


def test_an_edit_that_changes_nothing_leaves_no_event(scope, adam, sales, department_type):
    before = Event.objects.count()
    outcome = department_type.edit(sales, actor=adam, values={"name": "华东销售"})
    assert outcome.event is None
    assert Event.objects.count() == before
    assert outcome.record.version == 1


def test_all_wrong_fields_are_named_at_once(scope, adam, department_type):
    with pytest.raises(Invalid) as caught:
        department_type.create(actor=adam, values={"name": "", "colour": "red", "parent": "no such"})
    assert caught.value.fields.keys() == {"name", "colour", "parent"}


def test_a_role_without_the_grant_is_forbidden_and_nothing_is_written(scope, carol, sales, department_type):
    before = Event.objects.count()
    with pytest.raises(Forbidden):
        department_type.edit(sales, actor=carol, values={"name": "x"})
    sales.refresh_from_db()
    assert sales.name == "华东销售"
    assert Event.objects.count() == before


def test_a_strangers_record_does_not_exist(acme, other, dan, adam, department_type):
    with company_scope(acme):
        hers = department_type.create(actor=adam, values={"name": "机密部"}).record
    with company_scope(other), pytest.raises(NotVisible):
        department_type.edit(hers.pk, actor=dan, values={"name": "x"})


def test_an_action_without_an_actor_is_a_programming_error(scope, department_type):
    with pytest.raises(TypeError):
        department_type.create(actor=None, values={"name": "x"})


def test_two_people_editing_the_same_field_the_second_sees_both_values(scope, adam, alice, sales, department_type):
    department_type.edit(sales, actor=adam, seen=1, values={"name": "华东一部"})
    with pytest.raises(Stale) as caught:
        department_type.edit(sales, actor=adam, seen=1, values={"name": "华东二部"})
    (clash,) = caught.value.clashes
    assert (clash.field, clash.theirs, clash.yours, clash.by) == ("name", "华东一部", "华东二部", adam.name)
    sales.refresh_from_db()
    assert sales.name == "华东一部"


def test_two_people_editing_different_fields_both_succeed(scope, adam, alice, sales, department_type):
    department_type.edit(sales, actor=adam, seen=1, values={"head": alice.pk})
    record = department_type.edit(sales, actor=adam, seen=1, values={"name": "华东一部"}).record
    assert (record.name, record.head_id, record.version) == ("华东一部", alice.pk, 3)


def test_a_reaction_that_refuses_rolls_everything_back(scope, adam, sales, department_type, monkeypatch):
    from gucang.kernel import reactions

    def refuse(event, record, actor):
        raise Refused("Not today.")

    monkeypatch.setattr(reactions, "_reactions", {})
    reaction("department.edit")(refuse)
    before = Event.objects.count()
    with pytest.raises(Refused, match="Not today"):
        department_type.edit(sales, actor=adam, values={"name": "x"})
    sales.refresh_from_db()
    assert (sales.name, sales.version, Event.objects.count()) == ("华东销售", 1, before)


def test_what_a_reaction_does_names_its_cause(scope, adam, sales, department_type, monkeypatch):
    from gucang.kernel import reactions

    monkeypatch.setattr(reactions, "_reactions", {})
    reaction("department.edit")(
        lambda event, record, actor: department_type.create(actor=actor, values={"name": "后续"}) and None
    )
    first = department_type.edit(sales, actor=adam, values={"name": "x"}).event
    assert Event.objects.get(name="department.create", cause=first.pk).subject_label == "后续"


def test_reactions_in_a_circle_are_an_error(scope, adam, sales, department_type, monkeypatch):
    from gucang.kernel import reactions

    monkeypatch.setattr(reactions, "_reactions", {})
    reaction("department.edit")(
        lambda event, record, actor: (
            department_type.edit(record, actor=actor, values={"name": record.name + "x"}) and None
        )
    )
    with pytest.raises(RuntimeError, match="in a circle"):
        department_type.edit(sales, actor=adam, values={"name": "x"})


def test_a_gate_may_park_an_action_before_it_runs(scope, adam, sales, department_type, monkeypatch):
    def park(verb, actor, record, params):
        if verb.name == "department.edit":
            raise NeedsApproval("王经理 has to agree first.", request={"values": params["values"]})

    monkeypatch.setattr(gates, "_gates", [])
    gates.gate(park)
    with pytest.raises(NeedsApproval) as caught:
        department_type.edit(sales, actor=adam, values={"name": "x"})
    assert caught.value.request == {"values": {"name": "x"}}
    sales.refresh_from_db()
    assert sales.name == "华东销售"


def test_deleting_goes_to_the_bin_and_restoring_brings_it_back(scope, adam, sales, department_type):
    department_type.verbs["delete"](sales, actor=adam)
    assert not department_type.query(adam.as_actor()).filter(pk=sales.pk).exists()
    with pytest.raises(NotVisible):
        department_type.edit(sales, actor=adam, values={"name": "x"})
    department_type.verbs["restore"](sales, actor=adam)
    assert department_type.query(adam.as_actor()).filter(pk=sales.pk).exists()


def test_late_entry_keeps_both_moments(scope, adam, department_type):
    happened = clock.now().replace(year=2025)
    event = department_type.create(actor=adam, at=happened, values={"name": "补录部"}).event
    assert event.occurred_at == happened
    assert event.recorded_at > happened


def test_a_unique_rule_answers_with_its_own_sentence(scope, adam, sales, department_type):
    with pytest.raises(Refused) as caught:
        department_type.create(actor=adam, values={"name": "华东销售"})
    assert caught.value.field == "name"


@pytest.mark.django_db(transaction=True)
def test_eight_threads_making_one_change_leave_one_event(acme, adam, department_type):
    with company_scope(acme):
        record = department_type.create(actor=adam, values={"name": "抢"}).record
    start = threading.Barrier(8)
    outcomes = []

    def rename():
        try:
            start.wait()
            with company_scope(acme):
                outcomes.append(department_type.edit(record.pk, actor=adam, values={"name": "抢到"}).event)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=rename) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join(30) for thread in threads]
    assert len(outcomes) == 8
    assert sum(event is not None for event in outcomes) == 1
    with company_scope(acme):
        assert Event.objects.filter(name="department.edit", subject_id=record.pk).count() == 1


def test_an_edit_costs_a_fixed_number_of_queries(scope, adam, sales, department_type, django_assert_num_queries):
    actor = adam.as_actor()
    # Eleven, for a department is of the set-up: what was kept of own fields, own types and approval policies is read
    # again. Eight for others.
    with django_assert_num_queries(11):
        department_type.edit(sales, actor=actor, values={"name": "新名"})


def test_bulk_creation_leaves_the_same_events_as_single_creation(scope, adam, department_type):
    single = department_type.create(actor=adam, values={"name": "单个"}).event
    (row,) = actions.create_many(department_type, [actions.Row({"name": "成批"})], actor=adam)
    many = Event.objects.get(subject_type="department", subject_id=row.record.pk)
    assert (many.name, many.changes, many.actor_id) == ("department.create", {"name": [None, "成批"]}, single.actor_id)
    assert row.record.version == many.subject_version == 1
    assert events.timeline("department", row.record.pk) == [many]


def test_a_refused_row_does_not_stop_the_others_and_says_why(scope, adam, sales, department_type):
    rows = [actions.Row({"name": name}) for name in ("一部", "华东销售", "一部", "", "二部")]
    actions.create_many(department_type, rows, actor=adam)
    assert [row.problem is None for row in rows] == [True, False, False, False, True]
    names = department_type.model.objects.values_list("name", flat=True)
    assert sorted(names.filter(name__in=["一部", "二部"])) == ["一部", "二部"]


def test_bulk_edit_writes_one_event_per_record_changed(scope, adam, department_type):
    made = [department_type.create(actor=adam, values={"name": name}).record for name in ("甲", "乙", "丙")]
    before = Event.objects.count()
    rows = [actions.Row({"name": f"{record.name}部"}, record=record) for record in made]
    rows.append(actions.Row({"name": "x"}, record=999_999_999))
    actions.edit_many(department_type, rows, actor=adam)
    assert Event.objects.count() == before + 3
    assert isinstance(rows[-1].problem, NotVisible)
    assert {record.name for record in department_type.model.objects.filter(pk__in=[r.pk for r in made])} == {
        "甲部", "乙部", "丙部",
    }  # fmt: skip


def test_bulk_work_by_a_reader_is_forbidden(scope, carol, department_type):
    with pytest.raises(Forbidden):
        actions.create_many(department_type, [actions.Row({"name": "x"})], actor=carol)


def test_the_transaction_of_a_failed_action_leaves_nothing(acme, adam, department_type):
    with pytest.raises(ZeroDivisionError), company_scope(acme), transaction.atomic():
        department_type.create(actor=adam, values={"name": "消失"})
        raise ZeroDivisionError
    with company_scope(acme):
        assert not department_type.model.objects.filter(name="消失").exists()
