"""What people see of the court: numbers for everybody, names for who audits once their time is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gucang.accounts.models import Member
from gucang.audits import engine
from gucang.audits.actions import findings, setup
from gucang.audits.models import AuditRule, Finding
from gucang.conformance.audit_rules import key_of
from gucang.court import effects
from gucang.court.actions import deviations, verdicts
from gucang.court.kinds import State
from gucang.court.models import Deviation, Lesson
from gucang.kernel import clock
from gucang.kernel.actors import system
from gucang.kernel.scope import company_scope
from gucang.sops.models import Process
from tests.court.conftest import NIGHT, judge_night, the_process, walk
from tests.personas import Team, hire

Login = Callable[[Client, Member], Client]


@pytest.fixture
def brought(acme_team: Team) -> dict[str, Any]:
    """Bob skips a step twelve times, Alice follows the process twelve times; the scope is left again."""
    alice, bob = acme_team.people["alice"], acme_team.people["bob"]
    with company_scope(acme_team.company):
        the_process()
        for number in range(12):
            walk("acd", bob, number=number)
            walk("abcd", alice, every=3, number=number)
        process = judge_night()
        sue = hire("Sue", "auditor")
        made = deviations.propose(actor=alice, process=process, kind="skipped", step="b", why="老客户").record
    return {"url": f"/acme/deviations/{made.pk}", "pk": made.pk, "process": process, "sue": sue}


def text(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return str(response.content.decode()).partition("</header>")[2]


def test_who_departed_is_told_to_who_audits_and_not_to_who_leads(
    login: Login, acme_team: Team, brought: dict[str, Any]
) -> None:
    with clock.at(NIGHT + timedelta(days=30)):
        seen = {
            who.name: text(login(Client(), who).get(brought["url"]))
            for who in (brought["sue"], acme_team.people["mia"], acme_team.people["carol"])
        }
    assert ["Bob" in seen[name] for name in ("Sue", "Mia", "Carol")] == [True, False, False]
    assert all("12 个案例" in page for page in seen.values())


def test_while_they_have_time_not_even_who_audits_is_told(login: Login, brought: dict[str, Any]) -> None:
    with clock.at(NIGHT - timedelta(days=19, hours=18)):
        assert "Bob" not in text(login(Client(), brought["sue"]).get(brought["url"]))


def test_the_effect_says_of_how_many_cases_it_is(login: Login, brought: dict[str, Any]) -> None:
    page = text(login(Client(), brought["sue"]).get(brought["url"]))
    assert "更短" in page
    assert "案例太少" not in page


def test_with_too_few_cases_nothing_is_said_of_an_effect(
    login: Login, acme_team: Team, brought: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(effects, "LEAST", 13)
    page = text(login(Client(), brought["sue"]).get(brought["url"]))
    assert "更短" not in page
    assert "案例太少" in page


def test_the_form_brings_it_once_and_a_second_click_says_where_it_is(
    login: Login, acme_team: Team, brought: dict[str, Any]
) -> None:
    browser = login(Client(), acme_team.people["alice"])
    url = f"/acme/processes/{brought['process'].pk}/bring"
    assert "核价" in text(browser.get(f"{url}?kind=skipped&step=b"))
    sent = {"kind": "skipped", "step": "c", "why": "备货不用等", "do": "propose"}
    assert browser.post(url, sent).status_code == 302
    again = browser.post(url, sent)
    assert again.status_code == 422
    with company_scope(acme_team.company):
        number = Deviation.objects.get(step="c").number
    assert number in again.content.decode()
    for odd in ("kind=x&step=b", "kind=late&step=%00", "kind=late&step=zz"):
        assert browser.get(f"{url}?{odd}").status_code == 200


def test_who_is_asked_answers_from_the_page_and_the_draft_shows_it(
    login: Login, acme_team: Team, brought: dict[str, Any]
) -> None:
    with company_scope(acme_team.company):
        found = verdicts.find_better(brought["pk"], actor=brought["sue"], reason="够用").record
    mia = login(Client(), acme_team.people["mia"])
    assert f"{brought['url']}/answer" in text(mia.get("/acme/"))
    refused = mia.post(f"{brought['url']}/answer", {"hinders": "", "text": "要按价格分档"})
    assert refused.status_code == 422
    assert "要填妨碍你的工作吗。" in refused.content.decode()
    assert mia.post(f"{brought['url']}/answer", {"hinders": "yes", "text": "要按价格分档"}).status_code == 302
    assert "要按价格分档" in text(mia.get(brought["url"]))
    assert "要按价格分档" in text(login(Client(), brought["sue"]).get(f"/acme/process-versions/{found.draft_id}"))


def test_beside_the_pattern_stands_the_way_to_the_court_or_the_verdict(
    login: Login, acme_team: Team, brought: dict[str, Any]
) -> None:
    browser = login(Client(), brought["sue"])
    url = f"/acme/processes/{brought['process'].pk}/fit"
    assert brought["url"] in text(browser.get(url))
    with company_scope(acme_team.company):
        process: Process = brought["process"]
        assert Deviation.objects.get(process=process).state == State.OPEN


def test_another_companys_court_is_not_there(login: Login, dan: Member, brought: dict[str, Any]) -> None:
    browser = login(Client(), dan)
    for address in (brought["url"], f"/acme/processes/{brought['process'].pk}/bring"):
        assert browser.get(address.replace("/acme/", "/other/")).status_code == 404


def test_a_finding_that_is_tolerated_says_until_when_and_by_whom(
    login: Login, acme_team: Team, brought: dict[str, Any]
) -> None:
    sue, until = brought["sue"], timezone.localdate(NIGHT) + timedelta(days=9)
    with company_scope(acme_team.company), clock.at(NIGHT):
        setup.ensure_rules()
        rule = AuditRule.objects.get(key=key_of("customer"))
        setup.tune(rule, actor=sue, severity="warning", figures='{"most": 0}')
        rule.refresh_from_db()
        engine.run(rule)
        found = Finding.objects.filter(subject__endswith="-acd").earliest("pk")
        findings.surface(found, actor=system())
        verdicts.tolerate(brought["pk"], actor=sue, until=until, reason="等新价格表")
        engine.run(rule)
        number = Deviation.objects.get(pk=brought["pk"]).number
    page = text(login(Client(), sue).get(f"/acme/findings/{found.pk}"))
    assert f'href="{brought["url"]}">{number}</a>' in page
    assert "这种做法容许到" in page
    assert "裁决人：Sue" in page
    assert "改正 " not in page
    timeline = page.partition('<ol class="tl')[2]
    assert "暂时容许" in timeline
    assert f"Sue ({number})" in timeline
    assert "容许到" in timeline
    listed = text(login(Client(), sue).get("/acme/findings/?state=tolerated"))
    assert "暂时容许" in listed


def test_who_has_confirmed_a_lesson_is_not_offered_to_read_it_again(
    login: Login, brought: dict[str, Any], acme_team: Team
) -> None:
    with company_scope(acme_team.company):
        verdicts.find_harmful(brought["pk"], actor=brought["sue"], reason="错了两次", lesson="每单都要核价")
        lesson = Lesson.objects.get()
    alice = login(Client(), acme_team.people["alice"])
    assert text(alice.get(f"/acme/lessons/{lesson.pk}")).count("/confirm") == 1
    alice.post(f"/acme/lessons/{lesson.pk}/confirm")
    after = text(alice.get(f"/acme/lessons/{lesson.pk}"))
    assert "/confirm" not in after
    assert "您已经读过" in after
