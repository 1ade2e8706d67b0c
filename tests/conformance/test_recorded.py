"""What is recorded about somebody is all told to them, and so is who has looked."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from gucang.accounts.models import Member
from gucang.audits import recorded
from gucang.audits.models import Look
from gucang.conformance import night
from gucang.conformance.models import Case
from gucang.kernel import clock, jobs
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.sops.actions import versions
from gucang.sops.models import ProcessVersion
from tests.conformance.conftest import START, definition, hours, in_force, log
from tests.personas import Team, hire

Login = Callable[[Client, Member], Client]
AUDITING = ("audits", "conformance", "court", "sops", "processes")


def test_every_field_that_names_a_member_is_told() -> None:
    fields = {
        f"{model._meta.label}.{field.name}"
        for app in AUDITING
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.concrete_fields
        if field.related_model is Member
    }
    assert len(fields) > 20
    assert recorded.named() >= fields, "say by `recorded.keep` what of it is kept and who sees it"
    assert {one for one in recorded.named() if one.partition(".")[0] in AUDITING} <= fields


@pytest.fixture
def went(acme_team: Team) -> dict[str, Any]:
    """A case of Alice's in which Bob did a step too early; the scope is left again."""
    alice, bob = acme_team.people["alice"], acme_team.people["bob"]
    with company_scope(acme_team.company):
        version = in_force(definition(["seq", "a", "b", "c", "d"]))
        with clock.at(START):
            hers = customers.create(actor=alice, values={"name": "苏州精工"}).record
        for at, (step, who) in enumerate(zip("acbd", (alice, bob, alice, alice), strict=True)):
            log(hers, step, hours(at), who)
        with clock.at(hours(30)):
            night.run_here("customer")
        case = Case.objects.get(object_id=hers.pk)
        sue = hire("Sue", "auditor")
    url = f"/acme/processes/{case.process_id}/cases/{case.pk}"
    return {"url": url, "sue": sue, "hers": hers, "version": version.pk}


def body(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return str(response.content.decode()).partition("</header>")[2]


def number_of(page: str, label: str) -> int:
    """The number of a row of the page."""
    found = re.search(rf'<span class="when">([\d,]+)</span>\s*<div class="what"><div>(?:<a [^>]*>|<b>){label}', page)
    assert found, label
    return int(found[1])


def test_a_look_at_a_colleagues_case_is_told_to_whose_it_is(
    login: Login, acme_team: Team, went: dict[str, Any]
) -> None:
    alice, bob, sue = acme_team.people["alice"], acme_team.people["bob"], went["sue"]
    for _twice in range(2):
        body(login(Client(), sue).get(went["url"]))
    body(login(Client(), alice).get(went["url"]))
    jobs.drain()
    with company_scope(acme_team.company):
        known = set(Look.objects.values_list("member__name", "looker__name", "about_type", "about_id"))
        assert Look.objects.count() == len(known), "once a day"
    hers = went["hers"].pk
    assert known == {("Alice", "Sue", "customer", hers), ("Bob", "Sue", "customer", hers)}
    page = body(login(Client(), alice).get("/acme/me/recorded"))
    assert "Sue" in page
    assert "苏州精工" in page
    of_bob = body(login(Client(), bob).get("/acme/me/recorded")).partition("谁看过")[2]
    assert "你的一个案例" in of_bob, "it is not said of which customer of hers"
    assert "苏州精工" not in of_bob


def test_a_look_by_the_box_on_a_record_is_noted_too(login: Login, acme_team: Team, went: dict[str, Any]) -> None:
    body(login(Client(), acme_team.people["mia"]).get(f"/acme/customers/{went['hers'].pk}"))
    jobs.drain()
    with company_scope(acme_team.company):
        assert not Look.objects.exists(), "who is told nothing has not looked"
    body(login(Client(), went["sue"]).get(f"/acme/customers/{went['hers'].pk}"))
    jobs.drain()
    with company_scope(acme_team.company):
        assert set(Look.objects.values_list("looker__name", flat=True)) == {"Sue"}


def test_the_page_tells_how_much_of_each_is_kept(login: Login, acme_team: Team, went: dict[str, Any]) -> None:
    alice, bob = acme_team.people["alice"], acme_team.people["bob"]
    with company_scope(acme_team.company):
        versions.confirm_reading(ProcessVersion.objects.get(pk=went["version"]), actor=alice)
    pages = {who.name: body(login(Client(), who).get("/acme/me/recorded")) for who in (alice, bob)}
    cases, read = "归你负责或等你办理的案例", "你确认读过的流程"
    assert [number_of(pages[name], cases) for name in ("Alice", "Bob")] == [1, 0]
    assert [number_of(pages[name], read) for name in ("Alice", "Bob")] == [1, 0]
    assert [number_of(pages[name], "记在你名下的流程偏差") for name in ("Alice", "Bob")] == [0, 1]
