"""The audit rules about cases: what they find, whose it is, what they say, and which companies have them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gucang.accounts.models import Member
from gucang.audits import declared, wording
from gucang.audits.actions import setup
from gucang.audits.kinds import Severity
from gucang.audits.models import AuditRule, Finding
from gucang.conformance import night
from gucang.conformance.audit_rules import key_of, key_of_breach
from gucang.kernel import clock, records
from gucang.kernel.actors import system
from gucang.sops import shipped, vocabulary
from tests.audits.conftest import look_for
from tests.conformance.conftest import START, definition, hours, in_force, log

TREE = ["seq", "a", "b", "c", "d"]


def walk(record: Any, steps: str, *people: Member) -> None:
    """One step an hour, each by the next of these people, around and around."""
    for at, step in enumerate(steps):
        log(record, step, hours(at), people[at % len(people)])


def judged() -> None:
    with clock.at(START + timedelta(days=2)):
        night.run_here("customer")


def found_by(key: str, days: int = 3) -> list[tuple[int, Member | None]]:
    found = look_for(key, START + timedelta(days=days))
    return [(one.about_id, one.member) for one in found if one.present]


def test_one_deviation_is_found_with_who_did_it(customer: Any, alice: Member, bob: Member) -> None:
    in_force(definition(TREE))
    clean, once, often = customer(), customer(), customer()
    for record, steps in ((clean, "abcd"), (once, "acd"), (often, "ad")):
        walk(record, steps, alice, bob)
    judged()
    assert found_by(key_of("customer")) == [(once.pk, bob), (often.pk, bob)]
    said = [wording.sentence(one) for one in Finding.objects.order_by("pk")]
    assert ["1 处" in said[0], "2 处" in said[1]] == [True, True]
    assert "T0" not in said[0]
    assert [len(one.evidence) for one in Finding.objects.all()] == [1, 1]
    assert found_by(key_of("customer"), 60) == []


def test_as_many_as_the_company_lets_be_are_not_found(customer: Any, alice: Member) -> None:
    in_force(definition(TREE))
    once, often = customer(), customer()
    walk(once, "acd", alice)
    walk(often, "ad", alice)
    judged()
    setup.ensure_rules()
    setup.tune(AuditRule.objects.get(key=key_of("customer")), actor=system(), severity="hint", figures='{"most": 1}')
    assert found_by(key_of("customer")) == [(often.pk, alice)]


@pytest.mark.parametrize("steps", ["ab", "abcd"], ids=["running", "over"])
def test_who_checks_their_own_work_is_told_at_once_and_once(
    customer: Any, alice: Member, bob: Member, steps: str
) -> None:
    in_force(definition(TREE, b={"four_eyes": ["a"]}))
    own, two = customer(), customer()
    walk(own, steps, alice)
    walk(two, steps, alice, bob)
    judged()
    assert found_by(key_of_breach("customer")) == [(own.pk, alice)]
    found = Finding.objects.get()
    assert found.severity == Severity.SERIOUS
    assert len(found.evidence) == 1
    assert "1 次" in wording.sentence(found)
    assert found_by(key_of("customer")) == [], "not told twice"


def test_who_does_anothers_work_is_told_while_the_case_goes_on(customer: Any, alice: Member) -> None:
    in_force(definition(TREE, a={"roles": ["warehouse"]}))
    record = customer()
    walk(record, "a", alice)
    judged()
    assert found_by(key_of_breach("customer")) == [(record.pk, alice)]


def test_there_are_rules_for_all_that_a_process_can_be_about() -> None:
    with records.only_declared():
        known = [name for name, _label in vocabulary.case_types()]
    assert {one.case_type for one in shipped.every()} < set(known)
    keys = {one.key for one in declared.every()}
    assert {key for name in known for key in (key_of(name), key_of_breach(name))} <= keys
    assert {key_of("opportunity"), key_of("delivery"), key_of("task")} <= keys


def test_a_company_has_those_about_its_own_processes(scope: Any) -> None:
    setup.ensure_rules()
    assert not AuditRule.objects.filter(key__startswith="conformance.").exists()
    in_force(definition(TREE))
    setup.ensure_rules()
    keys = set(AuditRule.objects.filter(key__startswith="conformance.").values_list("key", flat=True))
    assert keys == {key_of("customer"), key_of_breach("customer")}
