"""A record type that a company made: registry, actions, events, rights, retiring; and the row that could leak."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from gucang.accounts.models import Member, Role
from gucang.customtypes import actions
from gucang.customtypes.models import CustomRecord, CustomType
from gucang.kernel import custom, permissions, records, search
from gucang.kernel.actions import create_many, get
from gucang.kernel.actions.bulk import Row
from gucang.kernel.actors import Reach, system
from gucang.kernel.errors import Forbidden, Invalid, NotVisible, Problem, Refused
from gucang.kernel.models import Company, Event, EventObject
from gucang.kernel.records import RecordType
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from tests.customtypes.conftest import STAGES, add_field, give, make_machines


def test_the_registry_knows_the_type_in_its_company_only(machines: RecordType) -> None:
    assert machines in list(records.every())
    assert records.by_plural("own-equipment") is machines
    assert records.by_model(machines.model) is machines
    assert "own_equipment.move" in permissions.known()
    assert get("own_equipment.create") is machines.create
    with records.only_declared():
        assert all(not one.own for one in records.every())
        assert records.by_plural("own-equipment") is None


def test_outside_a_company_there_are_only_the_declared_types(kept_machines: CustomType) -> None:
    assert all(not one.own for one in records.every())
    assert "own_equipment.view" not in permissions.known()
    with pytest.raises(LookupError):
        records.get("own_equipment")


def test_a_record_is_made_with_number_owner_and_first_stage(machines: RecordType, act: Any, alice: Member) -> None:
    outcome = act(machines.create, values={"name": "一号注塑机", "day": "2027-03-01"})
    made = outcome.record
    assert (made.stage, made.owner_id, made.day) == ("using", alice.pk, date(2027, 3, 1))
    assert made.number.startswith("SB")
    assert outcome.event.name == "own_equipment.create"
    assert "type" not in outcome.event.changes
    assert type(made) is machines.model


def test_its_events_stand_in_the_timeline_of_the_customer(machines: RecordType, alice: Member, act: Any) -> None:
    customer = customers.create(actor=alice, values={"name": "甲公司"}).record
    made = act(machines.create, values={"name": "二号机", "customer": customer.pk}).record
    rows = EventObject.objects.filter(object_type="customer", object_id=customer.pk, role="customer")
    assert Event.objects.filter(pk__in=rows.values("event_id"), subject_id=made.pk).exists()


def test_moving_editing_deleting_and_restoring_are_ordinary_actions(
    machine: Callable[..., Any], machines: RecordType, act: Any, adam: Member
) -> None:
    one = machine()
    assert act(machines.verbs["move"], one, stage="维修中").record.stage == "repair"
    assert act(machines.edit, one, values={"name": "大修过的"}).record.name == "大修过的"
    act(machines.verbs["delete"], one, by=adam)
    assert not machines.model.objects.exists()
    act(machines.verbs["restore"], one, by=adam)
    assert machines.model.objects.get() == one
    with pytest.raises(Invalid, match="使用中"):
        machines.verbs["move"](one, actor=system(), stage="飞走")


def test_records_are_found_by_name_pinyin_and_own_text_field(machines: RecordType, adam: Member, alice: Member) -> None:
    add_field(adam, "serial", "序列号")
    kind = records.get("own_equipment")
    assert kind.create is not None
    made = kind.create(actor=alice, values={"name": "海天注塑机", "extra.serial": "HT-88-3301"}).record
    for text in ("海天", "haitian", "HT-88"):
        assert [hit.object_id for hit in search.search(alice.as_actor(), text, types=[kind])["own_equipment"]] == [
            made.pk
        ]


@pytest.mark.parametrize(
    ("reach", "sees"),
    [("own", {"alices"}), ("department", {"alices", "bobs"}), ("company", {"alices", "bobs", "mias", "nobodys"})],
)
def test_each_reach_takes_in_what_it_should(
    reach: str,
    sees: set[str],
    machine: Callable[..., Any],
    machines: RecordType,
    alice: Member,
    bob: Member,
    mia: Member,
    adam: Member,
) -> None:
    role = Role.objects.get(key="salesperson")
    from gucang.accounts.actions import roles
    from gucang.accounts.rights import write_grants

    give(CustomType.objects.get(), adam, "sales_manager", "all")
    for name, who in (("alices", alice), ("bobs", bob), ("mias", mia)):
        machine(name, by=who)
    create_many(machines, [Row({"name": "nobodys"})], actor=system())
    role.refresh_from_db()
    roles.set_rights(role, actor=adam, grants=write_grants(role.grants | {"own_equipment.view": reach}))
    fresh = Member.objects.get(pk=alice.pk)
    assert {one.name for one in machines.query(fresh.as_actor())} == sees


def test_who_has_no_right_is_refused(
    machine: Callable[..., Any], machines: RecordType, carol: Member, bob: Member
) -> None:
    one = machine()
    with pytest.raises(NotVisible):
        machines.edit(one, actor=bob, values={"name": "x"})  # type: ignore[misc]
    with pytest.raises(Forbidden):
        machines.create(actor=carol, values={"name": "x"})  # type: ignore[misc]
    assert not machines.query(carol.as_actor()).exists()


def test_who_shares_a_record_sees_it(machine: Callable[..., Any], machines: RecordType, act: Any, bob: Member) -> None:
    one = machine()
    assert not machines.query(bob.as_actor()).exists()
    act(machines.verbs["share"], one, member=bob)
    assert machines.query(Member.objects.get(pk=bob.pk).as_actor()).get() == one


def test_without_owner_everybody_with_the_right_sees_all(scope: Company, adam: Member, alice: Member) -> None:
    kind = make_machines(adam, key="room", has_owner=False, of_customer=False, number_rule="")
    with pytest.raises(Invalid, match="没有负责人"):
        give(kind, adam, "salesperson", "own")
    give(kind, adam, "salesperson", "see")
    room = records.get("own_room")
    assert room.create is not None
    room.create(actor=adam, values={"name": "会议室"})
    assert "owner" not in room.specs
    assert room.query(Member.objects.get(pk=alice.pk).as_actor()).get().name == "会议室"


def test_two_companies_have_the_same_key_and_never_meet(
    kept_machines: CustomType, acme: Company, other: Company, alice: Member, adam: Member, dan: Member
) -> None:
    with company_scope(acme):
        ours = records.get("own_equipment")
        assert ours.create is not None
        mine = ours.create(actor=alice, values={"name": "阿克梅的机器"}).record
        add_field(adam, "secret", "秘密")
    with company_scope(other):
        assert "own_equipment" not in records.own()
        make_machines(
            dan,
            name_zh="仪器",
            name_en="instrument",
            plural_en="instruments",
            stages="",
            number_rule="",
            of_customer=False,
        )
        theirs = records.get("own_equipment")
        assert theirs is not ours
        assert theirs.model is not ours.model
        assert str(theirs.label) == "仪器"
        assert theirs.board is None
        assert "stage" not in theirs.specs
        assert theirs.number == ""
        assert custom.specs_for("own_equipment") == ()
        assert not theirs.query(dan.as_actor()).exists()
        assert theirs.create is not None
        made = theirs.create(actor=dan, values={"name": "别家的仪器"}).record
        assert theirs.query(system()).get() == made
        with pytest.raises(LookupError):
            records.by_model(ours.model)
        assert not search.search(dan.as_actor(), "阿克梅的机器", types=list(records.every()))
    with company_scope(acme):
        assert records.get("own_equipment").query(system()).get() == mine
        assert str(records.get("own_equipment").label) == "设备"


def test_two_types_of_one_company_have_separate_rows(
    machine: Callable[..., Any], machines: RecordType, adam: Member
) -> None:
    machine()
    make_machines(adam, key="contract", name_zh="合同", stages="", number_rule="SB{yy}{mm}-{seq:04}")
    contracts = records.get("own_contract")
    assert contracts.create is not None
    contracts.create(actor=adam, values={"name": "框架合同"})
    assert [one.name for one in contracts.model.objects.all()] == ["框架合同"]
    assert [one.name for one in machines.model.with_bin.all()] == ["一号注塑机"]
    with pytest.raises(NotVisible):
        machines.edit(contracts.model.objects.get().pk, actor=adam, values={"name": "x"})  # type: ignore[misc]


def test_a_retired_type_rests_and_comes_back_whole(
    machine: Callable[..., Any], machines: RecordType, adam: Member, alice: Member
) -> None:
    one = machine()
    kind = CustomType.objects.get()
    actions.retire(kind, actor=adam)
    resting = records.get("own_equipment")
    assert resting.retired
    assert resting not in list(records.every())
    assert resting.edit is not None
    with pytest.raises(Refused, match="设备"):
        resting.edit(one, actor=alice, values={"name": "x"})
    assert "own_equipment.view" in Role.objects.get(key="salesperson").grants
    actions.bring_back(kind, actor=adam)
    assert records.get("own_equipment").query(alice.as_actor()).get() == one


def test_a_stage_with_records_cannot_go(machine: Callable[..., Any], adam: Member) -> None:
    machine()
    kind = CustomType.objects.get()
    with pytest.raises(Refused, match="使用中"):
        actions.set_stages(kind, actor=adam, stages=STAGES.partition("\n")[2])
    renamed = actions.set_stages(kind, actor=adam, stages=STAGES.replace("使用中", "运行中"))
    assert renamed.event is not None
    assert records.get("own_equipment").specs["stage"].show("using") == "运行中"


def test_records_from_before_there_were_stages_begin_in_the_first(scope: Company, adam: Member) -> None:
    kind = make_machines(adam, stages="")
    plain = records.get("own_equipment")
    assert plain.create is not None
    made = plain.create(actor=adam, values={"name": "旧的"}).record
    event = actions.set_stages(kind, actor=adam, stages=STAGES).event
    assert event is not None
    assert event.facts == {"records": 1}
    assert CustomRecord.with_bin.get(pk=made.pk).stage == "using"


@pytest.mark.parametrize(
    ("lines", "said"),
    [("a | 甲\nb | 甲", "甲"), ("a | 甲 | A | pink", "pink"), ("é | 甲", "é"), (" | ", "|")],
)  # fmt: skip
def test_stages_that_make_no_sense_are_refused_in_words(lines: str, said: str, scope: Company, adam: Member) -> None:
    kind = make_machines(adam, stages="")
    with pytest.raises(Invalid) as refused:
        actions.set_stages(kind, actor=adam, stages=lines)
    assert said in str(refused.value.fields["stages"][0])


def test_the_short_name_is_taken_once_and_stays(scope: Company, adam: Member) -> None:
    kind = make_machines(adam)
    with pytest.raises(Problem):
        make_machines(adam)
    with pytest.raises(Invalid):
        actions.edit(kind, actor=adam, values={"key": "other"})
    with pytest.raises(Invalid):
        make_machines(adam, key="Ünsinn")


def test_nobody_but_an_administrator_makes_types(scope: Company, alice: Member) -> None:
    with pytest.raises(Forbidden):
        make_machines(alice)


def test_administrators_may_do_everything_at_once(machines: RecordType, adam: Member, alice: Member) -> None:
    assert all(adam.as_actor().reach(verb.name) is Reach.COMPANY for verb in machines.verbs.values())
    grants = Member.objects.get(pk=alice.pk).as_actor().grants
    assert grants["own_equipment.edit"] is Reach.OWN
    assert "own_equipment.delete" not in grants
