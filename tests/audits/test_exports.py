"""Findings and corrections as a file: what the list shows to who takes it out, and what is somebody's own never."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gucang.accounts.actions import roles
from gucang.accounts.models import Member, Role
from gucang.activity.actions import tasks
from gucang.activity.models import Task
from gucang.audits.actions import corrections, findings
from gucang.audits.kinds import Cause, State
from gucang.audits.models import Correction, Finding
from gucang.exchange import export
from gucang.exchange.actions import exports
from gucang.exchange.rules import check_may_import
from gucang.kernel import clock, records
from gucang.kernel.actors import system
from gucang.kernel.errors import Forbidden
from gucang.surface.sheets import lines
from tests.audits.conftest import look_for

TASK_LATE = "activity.task-late"
LateTask = Callable[..., Task]


def taken_out(name: str, by: Member, query: str = "", columns: str = "", picked: Any = ()) -> list[dict[str, str]]:
    """The rows of a list's file, each by its headings."""
    chosen = export.Extract.parse(records.get(name), by.as_actor(), query, columns, picked)
    text = "".join(lines(export.rows(chosen))).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def three(late_task: LateTask, alice: Member, bob: Member) -> dict[str, Finding]:
    """Alice's, which the auditor sees and she has answered; Bob's that is his own still; one that he put right."""
    late_task(alice, title="寄样品")
    late_task(bob, title="回电话")
    done = late_task(bob, title="补合同")
    found = {one.member_id: one for one in look_for(TASK_LATE) if one.about_id != done.pk}
    tasks.complete(done, actor=bob)
    look_for(TASK_LATE)
    hers = findings.surface(found[alice.pk], actor=system()).record
    findings.answer(hers, actor=alice, why=Cause.CUSTOMER, said="客户要等到月底")
    return {"hers": hers, "his": found[bob.pk], "done": Finding.objects.get(about_id=done.pk)}


def test_the_auditor_takes_out_what_the_list_shows_with_the_answers(three: dict[str, Finding], sue: Member) -> None:
    assert (three["his"].state, three["done"].state) == (State.OWN, State.SELF_CORRECTED)
    (row,) = taken_out("finding", sue)
    assert (row["编号"], row["对象"], row["责任人"]) == (three["hers"].number, "寄样品", "Alice")
    assert (row["原因"], row["说明"]) == ("客户要求", "客户要等到月底")


def test_what_is_somebodys_own_is_in_no_file_but_their_own(three: dict[str, Finding], bob: Member, sue: Member) -> None:
    private = [three["his"], three["done"]]
    for query in ("", f"member={bob.pk}", "state=own", "state=self_corrected", "view=all", "sort=-first_seen_at"):
        subjects = [row["对象"] for row in taken_out("finding", sue, query)]
        assert not {"回电话", "补合同"} & set(subjects), query
    assert taken_out("finding", sue, picked=[one.pk for one in private]) == []
    mine = {row["对象"] for row in taken_out("finding", bob)}
    assert mine == {"回电话", "补合同"}


def test_a_correction_that_did_not_help_does_not_name_what_is_still_with_the_person(
    late_task: LateTask, alice: Member, sue: Member
) -> None:
    late_task(title="寄样品")
    (found,) = look_for(TASK_LATE)
    findings.surface(found, actor=system())
    day = clock.today() + timedelta(days=5)
    findings.correct(found, actor=sue, owner=alice, what="天天看待办", prevents="提前提醒", until=day)
    corrections.finish(Correction.objects.get(), actor=alice, how="已改")
    tasks.complete(found.about_id, actor=alice)
    look_for(TASK_LATE)
    late_task(title="又忘了")
    again = look_for(TASK_LATE)[-1]
    assert (again.state, Correction.objects.get().failed_by_id) == (State.OWN, again.pk)
    (row,) = taken_out("correction", sue)
    assert (row["改什么"], row["怎样防止再发生"], row["做了什么"]) == ("天天看待办", "提前提醒", "已改")
    assert row["稽核发现"] == "寄样品"
    assert row["再次发生"] == "看不到"
    findings.surface(again, actor=system())
    assert taken_out("correction", sue)[0]["再次发生"] == "又忘了"


def test_a_field_that_a_role_does_not_see_is_in_no_file(three: dict[str, Finding], adam: Member, sue: Member) -> None:
    roles.set_rights(Role.objects.get(key="auditor"), actor=adam, field_rules="finding.answer hidden")
    (row,) = taken_out("finding", sue)
    assert "客户要等到月底" not in row.values()
    assert taken_out("finding", sue, columns="answer,number") == [{"编号": three["hers"].number}]


@pytest.mark.parametrize("name", ["finding", "correction"])
def test_who_does_not_audit_takes_out_none_of_it_and_nobody_brings_any_in(
    name: str, alice: Member, mia: Member, adam: Member, sue: Member
) -> None:
    for one in (alice, mia):
        with pytest.raises(Forbidden):
            exports.create(actor=one, record_type=name, query="", columns="")
    assert exports.create(actor=sue, record_type=name, query="", columns="").record.pk
    for one in (adam, sue):
        with pytest.raises(Forbidden):
            check_may_import(one.as_actor(), records.get(name))
