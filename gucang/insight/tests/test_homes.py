"""Every built-in role has a home of what it can do: no card that the role has no use for, and a way to begin."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from gucang.accounts import roles
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.selling.actions import leads
from tests.personas import hire

SALES = ("日报", "本月")


@pytest.fixture
def home_of(acme: Any, login: Callable[..., Client]) -> Callable[[str], tuple[Client, str]]:
    """`home_of("service")`: the browser of somebody new with this role, and the home page."""

    def look(role: str) -> tuple[Client, str]:
        with company_scope(acme):
            member = hire(role.title().replace("_", ""), role)
        browser = login(Client(), member)
        return browser, browser.get("/acme/").content.decode().partition('id="page"')[2]

    return look


@pytest.mark.parametrize("role", [role.key for role in roles.builtin() if "*" not in role.grants])
def test_every_home_has_something_to_do_and_every_way_leads_somewhere(home_of: Any, role: str) -> None:
    browser, page = home_of(role)
    ways = [url for url in re.findall(r'href="(/acme/[^"#]*)"', page) if "/static/" not in url]
    assert ways
    for url in dict.fromkeys(ways):
        assert browser.get(url.replace("&amp;", "&")).status_code in (200, 302), url


@pytest.mark.parametrize("role", ["reader", "auditor"])
def test_who_sells_nothing_has_no_empty_cards_of_a_salesperson(home_of: Any, acme: Any, alice: Any, role: str) -> None:
    with company_scope(acme):
        customers.create(actor=alice, name="恒立机械")
    page = home_of(role)[1]
    assert not any(word in page for word in SALES)
    assert "恒立机械" in page, "what others do is what they look at"


def test_somebody_new_in_sales_is_told_what_to_begin_with(home_of: Any) -> None:
    page = home_of("salesperson")[1]
    for way in ("/acme/leads/?view=waiting", "/acme/customers/new"):
        assert f'href="{way}"' in page
    assert "最近变动" not in page


def test_the_desk_sees_what_nobody_has_answered_and_others_only_their_own(
    home_of: Any, acme: Any, alice: Any, bob: Any, dan: Any, login: Any
) -> None:
    with company_scope(acme):
        leads.create(actor=alice, values={"name": "爱丽丝的线索", "phone": "13912345678"})
        leads.create(actor=bob, values={"name": "鲍勃的线索"})
    with company_scope(dan.company):
        leads.create(actor=dan, values={"name": "别家的线索"})
    desk = home_of("service")[1]
    assert "爱丽丝的线索" in desk
    assert "鲍勃的线索" in desk
    assert "13912345678" in desk, "the desk may read it, so it calls"
    hers = login(Client(), alice).get("/acme/").content.decode()
    assert "爱丽丝的线索" in hers
    assert "鲍勃的线索" not in hers
    for page in (desk, hers):
        assert "别家的线索" not in page
