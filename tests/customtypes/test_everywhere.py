"""Own types where other modules meet them: import, export, automation, roles, bin, and two who make the same one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gucang.accounts import matrix, sentences
from gucang.accounts.actions import roles
from gucang.accounts.models import Member, Role
from gucang.accounts.rights import write_grants
from gucang.activity.actions import follow_ups
from gucang.activity.models import FollowUp
from gucang.automation import actions as automations
from gucang.automation.steps import write
from gucang.customtypes import actions
from gucang.customtypes.models import CustomType
from gucang.exchange import export
from gucang.kernel import event_visibility, jobs, records
from gucang.kernel.errors import Problem
from gucang.kernel.models import Company, Event
from gucang.kernel.records import RecordType
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from tests.customtypes.conftest import make_machines
from tests.exchange.conftest import bring_in, media, uploaded
from tests.personas import Team
from tests.races.test_races import at_once

__all__ = ["bring_in", "media", "uploaded"]


def test_rows_of_a_file_become_records(machines: RecordType, bring_in: Any, adam: Member, alice: Member) -> None:
    customers.create(actor=alice, values={"name": "甲公司"})
    rows = "名称,客户,阶段,保修到,负责人\n一号机,甲公司,维修中,2027-05-01,Alice\n二号机,没有这家,使用中,,Alice\n"
    record = bring_in(rows, by=adam, record_type="own_equipment")
    assert (record.created, record.refused) == (1, 1)
    made = machines.model.objects.get()
    assert (made.name, made.stage, str(made.day), made.owner_id) == ("一号机", "repair", "2027-05-01", alice.pk)
    assert made.customer.name == "甲公司"


def test_what_a_list_shows_is_taken_out(machine: Callable[..., Any], machines: RecordType, adam: Member) -> None:
    machine("一号机")
    chosen = export.Extract.parse(machines, adam.as_actor(), "stage=using", "")
    assert chosen.query.count() == 1
    assert {"stage", "day"} <= {spec.name for spec in chosen.specs}


def test_an_automation_waits_for_its_stage(
    kept_machines: CustomType, acme: Company, alice: Member, adam: Member
) -> None:
    steps = write([{"kind": "task", "for": "owner", "title": "派人去看 {name}", "days": 1}])
    with company_scope(acme):
        made = automations.create(actor=adam, values={"name": "报修", "record_type": "own_equipment"}).record
        automations.set_trigger(made, actor=adam, trigger="changed", field="stage", new="repair")
        automations.set_steps(made, actor=adam, steps=steps)
        automations.turn_on(made, actor=adam)
        kind = records.get("own_equipment")
        assert kind.create is not None
        broken = kind.create(actor=alice, values={"name": "坏了的机器"}).record
        kind.verbs["move"](broken, actor=alice, stage="repair")
    jobs.drain()
    with company_scope(acme):
        task = records.get("task").model.objects.get()
        assert (task.title, task.about_type) == ("派人去看 坏了的机器", "own_equipment")


def test_a_follow_up_is_seen_with_the_record_it_is_about(
    machine: Callable[..., Any], machines: RecordType, alice: Member, bob: Member
) -> None:
    about = {"about_type": "own_equipment", "about_id": machine().pk}
    follow_ups.create(actor=alice, values={"kind": "visit", "text": "换了滤芯", **about})
    seen = {who.name: records.get("follow_up").query(who.as_actor()).exists() for who in (alice, bob)}
    assert seen == {"Alice": True, "Bob": False}
    found = Event.objects.filter(name="follow_up.create")
    assert event_visibility.visible_to(alice.as_actor(), found)
    assert not event_visibility.visible_to(bob.as_actor(), found)
    assert FollowUp.objects.get().get_about() == machines.model.objects.get()


def test_the_role_matrix_and_its_sentences_know_the_type(machines: RecordType, adam: Member) -> None:
    role = Role.objects.get(key="salesperson")
    made = matrix.matrix(role.grants, role.field_rules, adam.as_actor())
    group = next(one for one in made.daily if one.name == "own_equipment")
    assert [cell.reach for cell in group.usual if cell is not None] == ["own", "own", "own", ""]
    said = {one.record: one.text for one in sentences.sentences(role.grants, role.field_rules)}
    assert "own_equipment" in said


def test_saving_a_matrix_keeps_the_rights_of_a_retired_type(machines: RecordType, adam: Member) -> None:
    actions.retire(CustomType.objects.get(), actor=adam)
    role = Role.objects.get(key="salesperson")
    made = matrix.matrix(role.grants, role.field_rules, adam.as_actor())
    assert "own_equipment" not in {one.name for one in (*made.daily, *made.special)}
    posted = matrix.posted_grants({"grant:lead.view": "company"}, role.grants)
    roles.set_rights(role, actor=adam, grants=write_grants(posted))
    role.refresh_from_db()
    assert role.grants["own_equipment.edit"] == "own"


def test_bringing_built_in_roles_up_to_date_gives_nothing_of_own_types(machines: RecordType) -> None:
    from gucang.accounts.actions import ensure_roles

    ensure_roles("zh-hans")
    assert not any(name.startswith("own_") for name in Role.objects.get(key="reader").grants)


def test_the_next_step_of_a_customer_may_be_about_its_machine(
    machine: Callable[..., Any], alice: Member, machines: RecordType
) -> None:
    from gucang.activity.actions import tasks

    customer = customers.create(actor=alice, values={"name": "甲公司"}).record
    made = machine(customer=customer.pk)
    values = {"title": "年检", "due_on": "2027-01-04", "about_type": "own_equipment", "about_id": made.pk}
    tasks.create(actor=alice, values=values)
    customer.refresh_from_db()
    assert customer.next_step == "年检"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_who_make_the_same_type_at_once_one_is_told(acme_team: Team) -> None:
    adam = acme_team.people["adam"]

    def make() -> Any:
        with company_scope(acme_team.company):
            return make_machines(adam, stages="")

    results = at_once(make, make)
    refused = [one for one in results if isinstance(one, Problem)]
    assert len(refused) == 1
    assert "代号" in str(refused[0])
    with company_scope(acme_team.company):
        assert CustomType.objects.count() == 1
        assert Event.objects.filter(name="record_type.create").count() == 1


def test_reading_types_costs_two_statements_and_nothing_when_kept(
    kept_machines: CustomType, acme: Company, django_assert_num_queries: Any
) -> None:
    stamp = Company.objects.get(pk=acme.pk).setup_stamp
    with company_scope(acme, stamp=stamp), django_assert_num_queries(2):
        list(records.every())
        list(records.every())
    with company_scope(acme, stamp=stamp), django_assert_num_queries(0):
        assert records.get("own_equipment")
