"""What comes next for a record: the step, who does it, until when; and nothing once the case is over."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from gucang.accounts.models import Member
from gucang.kernel import clock, records
from gucang.kernel.actors import system
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope
from gucang.selling.actions import leads
from gucang.selling.models import Lead
from gucang.sops import nextstep, queries, shipped
from gucang.sops.actions import processes
from tests.personas import Team, hire
from tests.sops.conftest import in_force_now, make_process

WORDS: dict[str, Any] = {
    "tree": ["seq", "enter", ["optional", "weigh"], "answer", ["choice", "convert", "discard"]],
    "steps": [
        {"key": "enter", "name": "录入", "events": ["lead.create"], "roles": ["service"]},
        {"key": "weigh", "name": "判断", "events": ["lead.qualify"], "roles": ["sales_manager"],
         "four_eyes": ["enter"]},
        {"key": "answer", "name": "回复", "events": ["lead.contact"], "roles": ["salesperson"],
         "limit": {"amount": 8, "unit": "hours"}},
        {"key": "convert", "name": "转客户", "events": ["lead.convert"], "roles": ["salesperson"],
         "limit": {"amount": 2, "unit": "days", "after": "answer"}},
        {"key": "discard", "name": "搁置", "events": ["lead.discard"], "roles": ["salesperson"]},
    ],
    "final": ["lead.convert", "lead.discard"],
}  # fmt: skip
# A Monday morning.
MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def a_lead(by: Member) -> Lead:
    made: Lead = leads.create(actor=by, values={"name": "苏州某厂询轴承", "phone": "13800000001"}).record
    return made


def stand(record: Any) -> nextstep.Stand | None:
    return nextstep.stand_of(records.get("lead"), record)


def test_the_enabled_steps_with_people_and_deadlines(scope: Any, sue: Member, alice: Member) -> None:
    with clock.at(MONDAY):
        in_force_now(sue, make_process(sue, case_type="lead"), WORDS)
        lead = a_lead(alice)
        found = stand(lead)
    assert found is not None
    assert list(found.done) == ["enter"]
    assert [one.step.key for one in found.coming] == ["weigh", "answer"]
    answer = found.coming[1]
    assert [one.name for one in answer.who] == [alice.name], "the owner does what is their role"
    assert answer.until == MONDAY + timedelta(days=1, minutes=30), "seven and a half hours are worked on a day"
    assert not answer.late
    with clock.at(MONDAY + timedelta(days=2)):
        late = stand(lead)
    assert late is not None
    assert late.coming[1].late


def test_a_limit_runs_from_its_step(scope: Any, sue: Member, alice: Member) -> None:
    with clock.at(MONDAY):
        in_force_now(sue, make_process(sue, case_type="lead"), WORDS)
        lead = a_lead(alice)
    with clock.at(MONDAY + timedelta(days=1)):
        lead = leads.contact(lead, actor=alice, note="周五再打").record
        found = stand(lead)
    assert found is not None
    assert [one.step.key for one in found.coming] == ["convert", "discard"]
    convert = found.coming[0]
    assert convert.until is not None
    assert convert.until.astimezone(MONDAY.tzinfo).date() == (MONDAY + timedelta(days=3)).date()
    assert found.coming[1].until is None


def test_four_eyes_leave_out_who_did_the_other_step(scope: Any, sue: Member, mia: Member) -> None:
    other = hire("Max", "sales_manager")
    in_force_now(sue, make_process(sue, case_type="lead"), WORDS)
    found = stand(a_lead(mia))
    assert found is not None
    weigh = found.coming[0]
    assert mia.pk not in [one.pk for one in weigh.who]
    assert other.pk in [one.pk for one in weigh.who]


def test_a_case_that_is_over_has_no_next_step(scope: Any, sue: Member, alice: Member) -> None:
    in_force_now(sue, make_process(sue, case_type="lead"), WORDS)
    lead = a_lead(alice)
    lead = leads.discard(lead, actor=alice, reason="没有预算").record
    assert stand(lead) is None


def test_a_deviating_case_goes_on_where_it_fits_best(scope: Any, sue: Member, alice: Member) -> None:
    """Weighed after it was answered: that is extra there, and what comes next stays the same."""
    in_force_now(sue, make_process(sue, case_type="lead"), WORDS)
    lead = leads.contact(a_lead(alice), actor=alice, note="一").record
    lead = leads.qualify(lead, actor=alice).record
    found = stand(lead)
    assert found is not None
    assert [one.step.key for one in found.coming] == ["convert", "discard"]


def test_a_case_goes_by_the_version_that_held_when_it_began(scope: Any, sue: Member, alice: Member) -> None:
    with clock.at(MONDAY):
        first = in_force_now(sue, make_process(sue, case_type="lead"), WORDS)
        lead = a_lead(alice)
    with clock.at(MONDAY + timedelta(hours=1)):
        second = in_force_now(sue, first.process, WORDS)
        later = a_lead(alice)
    old, new = stand(lead), stand(later)
    assert old is not None
    assert new is not None
    assert (old.version.pk, new.version.pk) == (first.pk, second.pk)


def test_without_a_process_nothing_is_asked_and_with_one_it_is_one_query(acme_team: Team) -> None:
    alice, adam = acme_team.people["alice"], acme_team.people["adam"]
    with company_scope(acme_team.company):
        lead = a_lead(alice)
    with company_scope(acme_team.company):
        stand(lead)
        with CaptureQueriesContext(connection) as found:
            assert stand(lead) is None
        assert len(found) == 0
        in_force_now(adam, make_process(adam, case_type="lead"), WORDS)
    with company_scope(acme_team.company):
        stand(lead)
        with CaptureQueriesContext(connection) as found:
            assert stand(lead) is not None
        assert len(found) == 1


def test_every_shipped_process_can_be_adopted_and_tells_who_does_what(scope: Any, sue: Member) -> None:
    for one in shipped.every():
        made = processes.adopt(actor=sue, code=one.code).record
        held = made.versions.get()
        assert (held.state, held.author_id, held.number) == ("in_force", sue.pk, 1)
        for step in held.read().in_order:
            assert step.roles, step.key
            assert step.events, step.key
    assert len(shipped.every()) == 5


def test_a_company_has_only_its_own(acme_team: Team, other_team: Team) -> None:
    with company_scope(acme_team.company):
        in_force_now(acme_team.people["adam"], make_process(acme_team.people["adam"], case_type="lead"), WORDS)
    with company_scope(other_team.company):
        assert queries.ever_in_force() == {}
        assert not records.get("process").query(system()).exists()


CJK = re.compile("[\u4e00-\u9fff]")
LATIN = re.compile("[A-Za-z]{2,}")


@pytest.mark.parametrize(("language", "foreign", "own"), [("zh-hans", LATIN, CJK), ("en", CJK, LATIN)])
def test_every_shipped_process_is_adopted_whole_in_the_language_of_the_company(
    acme_team: Team, language: str, foreign: re.Pattern[str], own: re.Pattern[str]
) -> None:
    """Whatever language the person who presses reads."""
    Company.objects.filter(pk=acme_team.company.pk).update(language=language)
    other = {"zh-hans": "en", "en": "zh-hans"}[language]
    with company_scope(acme_team.company), override(other):
        sue = hire("Sue", "auditor")
        for one in shipped.every():
            process = processes.adopt(actor=sue, code=one.code).record
            words = process.versions.get().read()
            said = {"name": process.name, "purpose": process.purpose}
            for step in words.in_order:
                assert step.name, step.key
                parts = ("name", "whom", "when_late", "instruction")
                said |= {f"{step.key}.{part}": getattr(step, part) for part in parts if getattr(step, part)}
            assert process.name
            assert process.purpose
            assert {where: text for where, text in said.items() if foreign.search(text)} == {}, one.code
            assert {where: text for where, text in said.items() if not own.search(text)} == {}, one.code
    assert len(shipped.every()) == 5


def test_what_the_step_wants_filled_in_is_said_while_it_is_empty(scope: Any, sue: Member, alice: Member) -> None:
    words = WORDS | {"steps": [one | {"required": ["contact_name", "owner"]} for one in WORDS["steps"]]}
    in_force_now(sue, make_process(sue, case_type="lead"), words)
    lead, lead_type = a_lead(alice), records.get("lead")
    found = stand(lead)
    assert found is not None
    with CaptureQueriesContext(connection) as asked:
        lacks = nextstep.lacks(found.coming[0].step, lead_type, lead, alice.as_actor())
    assert (lacks, len(asked)) == ([str(lead_type.specs["contact_name"].label)], 0)
    lead = leads.edit(lead, actor=alice, values={"contact_name": "王工"}).record
    assert nextstep.lacks(found.coming[0].step, lead_type, lead, alice.as_actor()) == []
