"""Where the frame leads: the rail has room for a few places, and some types of records have one page only."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from gucang.kernel.scope import company_scope
from gucang.messages.actions import create_setting
from gucang.messages.models import NotificationSetting
from gucang.parties.actions import pool
from gucang.surface import nav
from tests.personas import Team, hire

Login = Callable[..., Client]


def rail(client: Client) -> tuple[list[str], list[str]]:
    """What stands in the rail, and what opens from “More”, as addresses below the company's."""
    page = client.get("/acme/").content.decode()
    frame = page.partition('<nav class="rail"')[2].partition("</nav>")[0]
    before, _, rest = frame.partition("<details")
    more, _, after = rest.partition("</details>")
    found = [
        [url.removeprefix("/acme") for url in re.findall(r'<li><a href="([^"]+)"', part)] for part in (before, more)
    ]
    return found[0] + re.findall(r'<li><a href="/acme([^"]+)"', after), found[1]


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rail with room for eight places."""
    monkeypatch.setattr(nav, "RAIL_PLACES", 8)


def test_with_room_for_all_places_there_is_no_more(
    monkeypatch: pytest.MonkeyPatch, client: Client, login: Login, adam: Any
) -> None:
    monkeypatch.setattr(nav, "RAIL_PLACES", 50)
    shown, more = rail(login(client, adam))
    assert {"/customers/", "/leave-days/", "/imports/"} < set(shown)
    assert more == []


@pytest.mark.usefixtures("narrow")
def test_what_is_seldom_gone_to_opens_from_more_and_nothing_is_lost(
    monkeypatch: pytest.MonkeyPatch, client: Client, login: Login, adam: Any
) -> None:
    shown, more = rail(login(client, adam))
    assert {"/imports/", "/automations/", "/leave-days/"} < set(more)
    assert {"/", "/customers/", "/promises/", "/approvals/waiting", "/settings", "/bin/"} < set(shown)
    monkeypatch.setattr(nav, "RAIL_PLACES", 50)
    assert sorted([*shown, *more]) == sorted(rail(login(client, adam))[0])


@pytest.mark.usefixtures("narrow")
def test_each_home_has_its_own_places_at_hand(client: Client, login: Login, alice: Any, adam: Any) -> None:
    assert "/quotes/" in rail(login(client, alice))[0]
    shown, more = rail(login(Client(), adam))
    assert "/quotes/" in more
    assert "/products/" in shown


def test_an_auditor_has_the_audit_at_hand_though_others_seldom_go_there(
    client: Client, login: Login, acme_team: Team
) -> None:
    with company_scope(acme_team.company):
        auditor = hire("Sam", "auditor")
    bob = acme_team.people["bob"]
    audit = {"/findings/patterns", "/findings/", "/processes/fit", "/deviations/"}
    assert audit < set(rail(login(client, auditor))[0])
    assert not audit & set(rail(login(Client(), bob))[0])


def test_a_place_within_another_is_the_only_one_that_is_marked(client: Client, login: Login, adam: Any) -> None:
    for address in ("/acme/processes/", "/acme/processes/fit"):
        page = login(client, adam).get(address).content.decode()
        frame = page.partition('<nav class="rail"')[2].partition("</nav>")[0]
        assert re.findall(r'<a href="([^"]+)" aria-current="page"', frame) == [address]


@pytest.mark.usefixtures("narrow")
def test_one_place_too_many_does_not_make_a_menu_of_one(
    monkeypatch: pytest.MonkeyPatch, client: Client, login: Login, adam: Any
) -> None:
    shown, more = rail(login(client, adam))
    upper = len(shown) + len(more) - 2
    monkeypatch.setattr(nav, "RAIL_PLACES", upper - 1)
    assert rail(login(client, adam))[1] == []


@pytest.mark.usefixtures("narrow")
def test_more_says_when_the_present_page_is_among_it(client: Client, login: Login, adam: Any) -> None:
    signed_in = login(client, adam)
    assert "<summary data-current>" in signed_in.get("/acme/imports/").content.decode()
    assert "<summary data-current>" not in signed_in.get("/acme/customers/").content.decode()


def test_the_list_of_what_there_is_one_of_leads_to_it(
    client: Client, login: Login, adam: Any, alice: Any, inside: Any
) -> None:
    signed_in = login(client, adam)
    assert signed_in.get("/acme/pool-rules/")["Location"] == "/acme/pool-rules/new"
    assert login(Client(), alice).get("/acme/pool-rules/").status_code == 200
    with inside():
        rules = pool.create_rules(actor=adam, values={"warn_days": 3}).record
    for person in (adam, alice):
        assert login(Client(), person).get("/acme/pool-rules/")["Location"] == f"/acme/pool-rules/{rules.pk}"


def test_a_type_with_a_page_of_its_own_is_shown_there(
    client: Client, login: Login, alice: Any, bob: Any, inside: Any
) -> None:
    with inside():
        kept = create_setting(actor=alice, values={"quiet_from": 22, "quiet_until": 7}).record
        other = create_setting(actor=bob, values={"quiet_from": 21, "quiet_until": 6}).record
        assert NotificationSetting.objects.count() == 2
    signed_in = login(client, alice)
    for address in ("", "new", str(kept.pk), f"{kept.pk}/edit"):
        answer = signed_in.get(f"/acme/notification-settings/{address}")
        assert (answer.status_code, answer["Location"]) == (302, "/acme/notifications/settings")
    assert signed_in.get(f"/acme/notification-settings/{other.pk}").status_code == 404
    assert signed_in.get("/acme/api/v1/notification-settings").status_code == 200
