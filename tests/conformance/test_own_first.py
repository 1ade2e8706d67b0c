"""Own first: while somebody has their time, nobody else is told what they departed from, wherever it could be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from gucang.accounts.models import Member
from gucang.audits import engine
from gucang.audits.actions import findings, setup
from gucang.audits.models import AuditRule, Finding
from gucang.conformance import night
from gucang.conformance.audit_rules import key_of
from gucang.conformance.models import Case
from gucang.kernel import clock
from gucang.kernel.actors import system
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from tests.conformance.conftest import START, definition, hours, in_force, log
from tests.personas import Team, hire

Login = Callable[[Client, Member], Client]
# The usual 16 working hours after the deeds of Monday morning: not over on Tuesday, over on Thursday.
TUESDAY, THURSDAY = hours(30), hours(78)
WRONG = "顺序颠倒"
# Late in the course of Wednesday.
WITHIN = {"limit": {"amount": 20, "unit": "hours", "after": "a"}}


@pytest.fixture
def departs(acme_team: Team) -> dict[str, Any]:
    """A case of Alice's that departs, one of Bob's that does not; the scope is left again."""
    alice, bob = acme_team.people["alice"], acme_team.people["bob"]
    with company_scope(acme_team.company):
        in_force(definition(["seq", "a", "b", "c", "d"]))
        with clock.at(START - timedelta(days=90)):
            hers = customers.create(actor=alice, values={"name": "苏州精工"}).record
            his = customers.create(actor=bob, values={"name": "无锡机电"}).record
        for at, (one, other) in enumerate(zip("acbd", "abcd", strict=True)):
            log(hers, one, hours(at), alice)
            log(his, other, hours(at), bob)
        with clock.at(TUESDAY):
            night.run_here("customer")
        case = Case.objects.get(object_id=hers.pk)
        sue = hire("Sue", "auditor")
    return around(case, sue, alice, hers) | {"his": his}


def around(case: Case, sue: Member, alice: Member, hers: Any) -> dict[str, Any]:
    """Where Alice's case could be read."""
    url = f"/acme/processes/{case.process_id}"
    return {"sue": sue, "alice": alice, "hers": hers, "case": f"{url}/cases/{case.pk}", "url": url}


def body(response: Any) -> str:
    return str(response.content.decode()).partition("</header>")[2]


def places(browser: Client, of: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """Every way to come to what departs, and whether it is told there."""
    alice = of["alice"].pk
    for query in ("", "show=deviating", "kind=reversed", f"owner={alice}", f"owner={alice}&show=over", "step=c"):
        yield query, "苏州精工" in body(browser.get(f"{of['url']}/cases?{query}"))
    yield "case", browser.get(of["case"]).status_code == 200
    yield "record", WRONG in body(browser.get(f"/acme/customers/{of['hers'].pk}"))


def told(login: Login, who: Member, of: dict[str, Any], at: datetime) -> set[bool]:
    with clock.at(at):
        return {seen for _place, seen in places(login(Client(), who), of)}


def member_rows(login: Login, who: Member, of: dict[str, Any], at: datetime) -> str:
    with clock.at(at):
        return body(login(Client(), who).get(f"{of['url']}/fit"))


def test_nobody_is_told_within_the_time_of_grace_but_the_person(login: Login, departs: dict[str, Any]) -> None:
    sue, alice = departs["sue"], departs["alice"]
    assert told(login, sue, departs, TUESDAY) == {False}
    assert told(login, alice, departs, TUESDAY) == {True}
    assert told(login, sue, departs, THURSDAY) == {True}


def test_a_case_that_keeps_to_the_process_is_no_sooner_told(login: Login, departs: dict[str, Any]) -> None:
    with clock.at(TUESDAY):
        assert "无锡机电" not in body(login(Client(), departs["sue"]).get(f"{departs['url']}/cases"))
    with clock.at(THURSDAY):
        assert "无锡机电" in body(login(Client(), departs["sue"]).get(f"{departs['url']}/cases"))


def test_the_sums_of_members_leave_out_what_has_just_happened(login: Login, departs: dict[str, Any]) -> None:
    owners = f"/cases?owner={departs['alice'].pk}"
    assert owners not in member_rows(login, departs["sue"], departs, TUESDAY)
    assert owners in member_rows(login, departs["sue"], departs, THURSDAY)


def test_in_the_running_in_period_everybody_has_longer(login: Login, adam: Member, departs: dict[str, Any]) -> None:
    with company_scope(adam.company_id), clock.at(TUESDAY):
        values = {"running_in_until": date(2026, 9, 30), "running_in_hours": 40}
        setup.create_settings(actor=adam, values=values)
    assert told(login, departs["sue"], departs, THURSDAY) == {False}
    assert told(login, departs["alice"], departs, THURSDAY) == {True}
    assert told(login, departs["sue"], departs, hours(24 * 9)) == {True}


def test_what_has_a_finding_of_the_persons_own_is_told_with_it(login: Login, departs: dict[str, Any]) -> None:
    sue, friday = departs["sue"], hours(24 * 4 + 1)
    with company_scope(sue.company_id), clock.at(friday):
        setup.ensure_rules()
        rule = AuditRule.objects.get(key=key_of("customer"))
        setup.tune(rule, actor=sue, severity="warning", figures='{"most": 0}')
        engine.run(AuditRule.objects.get(pk=rule.pk))
        found = Finding.objects.get(rule=rule)
    assert found.state == "own"
    assert told(login, sue, departs, friday) == {False}
    assert f"/cases?owner={departs['alice'].pk}" not in member_rows(login, sue, departs, friday)
    assert told(login, departs["alice"], departs, friday) == {True}
    with company_scope(sue.company_id), clock.at(friday):
        findings.surface(found.pk, actor=system())
    assert told(login, sue, departs, friday) == {True}


def test_what_has_only_now_become_late_is_told_as_late(login: Login, acme_team: Team) -> None:
    alice, day = acme_team.people["alice"], definition(["seq", "a", "b"], b=WITHIN)
    with company_scope(acme_team.company):
        in_force(day)
        with clock.at(START - timedelta(days=90)):
            hers = customers.create(actor=alice, values={"name": "苏州精工"}).record
        log(hers, "a", START, alice)
        with clock.at(THURSDAY):
            night.run_here("customer")
        case, sue = Case.objects.get(object_id=hers.pk), hire("Sue", "auditor")
        assert case.deviations == 1
    of = around(case, sue, alice, hers)
    with clock.at(THURSDAY):
        assert login(Client(), sue).get(of["case"]).status_code == 404
        assert login(Client(), alice).get(of["case"]).status_code == 200
    with clock.at(hours(24 * 9)):
        assert login(Client(), sue).get(of["case"]).status_code == 200
