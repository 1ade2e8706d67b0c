"""Who sees what of cases: the map for everybody, one's own deviations, names for who audits; and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gucang.accounts.models import Member
from gucang.audits.actions import setup
from gucang.conformance import night
from gucang.conformance.models import Case, Watch
from gucang.kernel import clock, jobs
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.sops.models import Process
from tests.conformance.conftest import START, definition, hours, in_force, log
from tests.personas import Team, hire

Login = Callable[[Client, Member], Client]


@pytest.fixture
def went(acme_team: Team) -> dict[str, Any]:
    """Two cases: Alice's departs, Bob's waits; the scope is left again."""
    alice, bob = acme_team.people["alice"], acme_team.people["bob"]
    with company_scope(acme_team.company):
        steps = {
            "b": {"name": "核价", "serves": {"whom": "仓库", "when_late": "出货要等"}},
            "c": {"name": "备货", "roles": ["sales_manager"]},
        }
        in_force(definition(["seq", "a", "b", "c", "d"], **steps))
        with clock.at(START - timedelta(days=90)):
            hers = customers.create(actor=alice, values={"name": "苏州精工"}).record
            his = customers.create(actor=bob, values={"name": "无锡机电"}).record
        for at, step in enumerate("acbd"):
            log(hers, step, hours(at), alice)
        log(his, "a", hours(1), bob)
        with clock.at(hours(30)):
            night.run_here("customer")
        process = Process.objects.get()
        sue = hire("Sue", "auditor")
        keys = {"hers": Case.objects.get(object_id=hers.pk).pk, "his": Case.objects.get(object_id=his.pk).pk}
    return {"url": f"/acme/processes/{process.pk}", "sue": sue, "hers": hers, "his": his, "keys": keys}


def text(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


def test_everybody_opens_the_map_and_sees_what_waits_and_the_way_beside(
    client: Client, login: Login, acme_team: Team, went: dict[str, Any]
) -> None:
    page = text(login(client, acme_team.people["carol"]).get(f"{went['url']}/map"))
    assert "detour" in page
    assert "核价" in page
    assert "出货要等" in page


def test_you_are_here_from_a_record_with_who_comes_before(
    client: Client, login: Login, acme_team: Team, went: dict[str, Any]
) -> None:
    browser = login(client, acme_team.people["bob"])
    page = text(browser.get(f"{went['url']}/map?record={went['his'].pk}"))
    assert "你在这里" in page
    assert "bob@acme.test" in page
    assert "mia@acme.test" in page.partition("下一步")[2], "who does what comes after"
    assert browser.get(f"{went['url']}/map?record=999999").status_code == 404


def test_ones_own_deviations_and_nobody_elses(
    client: Client, login: Login, acme_team: Team, went: dict[str, Any]
) -> None:
    alice, bob, keys = acme_team.people["alice"], acme_team.people["bob"], went["keys"]
    assert "顺序颠倒" in text(login(client, alice).get(f"{went['url']}/cases/{keys['hers']}"))
    assert "苏州精工" in text(client.get(f"{went['url']}/cases"))
    assert "无锡机电" not in text(client.get(f"{went['url']}/cases"))
    other = login(Client(), bob)
    assert other.get(f"{went['url']}/cases/{keys['hers']}").status_code == 404
    assert "苏州精工" not in text(other.get(f"{went['url']}/cases?show=deviating"))


def test_names_are_for_who_audits_and_patterns_for_who_leads(
    client: Client, login: Login, acme_team: Team, went: dict[str, Any]
) -> None:
    seen = {}
    for who in (went["sue"], acme_team.people["mia"], acme_team.people["carol"]):
        seen[who.name] = text(login(Client(), who).get(f"{went['url']}/fit")).partition("</header>")[2]
    assert ["Alice" in seen[name] for name in ("Sue", "Mia", "Carol")] == [True, False, False]
    assert ["顺序颠倒" in seen[name] for name in ("Sue", "Mia", "Carol")] == [True, True, False]


def test_the_page_of_a_record_says_what_departs_only_to_whom_it_concerns(
    client: Client, login: Login, acme_team: Team, went: dict[str, Any]
) -> None:
    address = f"/acme/customers/{went['hers'].pk}"
    assert "顺序颠倒" in text(login(Client(), acme_team.people["alice"]).get(address))
    assert "顺序颠倒" in text(login(Client(), went["sue"]).get(address))
    assert "顺序颠倒" not in text(login(Client(), acme_team.people["mia"]).get(address))


def test_the_limit_of_late_entry_is_said_and_is_the_companys_own(
    client: Client, login: Login, acme_team: Team, adam: Member, went: dict[str, Any]
) -> None:
    browser = login(client, acme_team.people["carol"])
    assert "发生 24 小时以后才记下的，算补录。" in text(browser.get(f"{went['url']}/fit"))
    with company_scope(acme_team.company):
        setup.create_settings(actor=adam, values={"late_entry_hours": 8})
    page = text(browser.get(f"{went['url']}/fit"))
    assert "发生 8 小时以后才记下的，算补录。" in page
    assert "/acme/audit-settings/" in page


def test_another_companys_pages_are_not_there(client: Client, login: Login, dan: Member, went: dict[str, Any]) -> None:
    browser = login(client, dan)
    for address in ("/map", "/fit", "/cases", f"/cases/{went['keys']['hers']}"):
        assert browser.get(went["url"].replace("/acme/", "/other/") + address).status_code == 404


def test_the_button_judges_now_for_who_audits(
    client: Client, login: Login, acme_team: Team, went: dict[str, Any]
) -> None:
    assert login(client, acme_team.people["mia"]).post("/acme/processes/judge").status_code == 403
    assert login(Client(), went["sue"]).post("/acme/processes/judge").status_code == 302
    jobs.drain()
    with company_scope(acme_team.company):
        watch = Watch.objects.get()
        assert watch.ended_at is not None
        assert watch.ended_at > hours(30)


def test_cases_are_narrowed_and_paged(client: Client, login: Login, went: dict[str, Any]) -> None:
    browser = login(client, went["sue"])
    assert "无锡机电" in text(browser.get(f"{went['url']}/cases?waits=b"))
    assert "苏州精工" not in text(browser.get(f"{went['url']}/cases?waits=b"))
    assert "苏州精工" in text(browser.get(f"{went['url']}/cases?kind=reversed&step=c&other=b"))
    assert "无锡机电" not in text(browser.get(f"{went['url']}/cases?show=over"))
    for odd in ("after=x~y", "after=2026-01-01T00:00:00Z~5", "owner=abc", "kind=nothing", "waits=%00"):
        assert browser.get(f"{went['url']}/cases?{odd}").status_code in (200, 400)


# The shell's own are in it; they are the same however many cases, arrows and people there are.
QUERIES = {"map": 14, "fit": 19, "cases": 16}


@pytest.mark.parametrize("page", QUERIES)
def test_what_a_page_asks_of_the_database(
    client: Client, login: Login, acme_team: Team, went: dict[str, Any], page: str
) -> None:
    browser = login(client, went["sue"])
    browser.get(f"{went['url']}/{page}")
    with CaptureQueriesContext(
        connection,
    ) as few:
        browser.get(f"{went['url']}/{page}")
    with company_scope(acme_team.company):
        for number in range(5):
            with clock.at(START - timedelta(days=80)):
                more = customers.create(actor=acme_team.people["bob"], values={"name": f"客户{number}"}).record
            for at, step in enumerate("acbd"[: number + 1]):
                log(more, step, hours(40 + at), acme_team.people["bob"])
        night.run_here("customer")
    browser.get(f"{went['url']}/{page}")
    with CaptureQueriesContext(connection) as many:
        browser.get(f"{went['url']}/{page}")
    assert len(many) == len(few)
    assert len(many) <= QUERIES[page], "\n".join(one["sql"][:150] for one in many)
