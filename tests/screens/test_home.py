"""The home page, the design page, and what answers when an address leads nowhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import translation

from gucang.activity.actions import tasks
from gucang.kernel import clock
from gucang.parties.actions import customers
from gucang.surface.screens.home import greeting


def text_of(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize(
    ("hour", "words"),
    [
        (3, "夜深了，李向东"),
        (8, "早上好，李向东"),
        (12, "中午好，李向东"),
        (16, "下午好，李向东"),
        (20, "晚上好，李向东"),
    ],
)
def test_the_greeting_fits_the_time_of_day(hour: int, words: str) -> None:
    now = datetime(2026, 11, 24, hour, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
    with translation.override("zh-hans"):
        assert greeting(now, "李向东") == words


def test_the_home_page_shows_what_is_due_and_lets_it_be_done(
    as_alice: Client, alice: Any, inside: Any
) -> None:  # fmt: skip
    with inside():
        customer = customers.create(actor=alice, values={"name": "苏州恒力精密机械"}).record
        values = {"title": "回访返利", "due_on": clock.today(), "about_type": "customer", "about_id": customer.pk}
        task = tasks.create(actor=alice, values=values).record
    page = text_of(as_alice.get("/acme/"))
    assert "苏州恒力精密机械" in page
    assert f'action="/acme/tasks/{task.pk}/complete"' in page
    assert page.count("csrfmiddlewaretoken") > 1


def test_the_home_page_works_on_the_first_day_for_everybody(
    client: Client, login: Callable[..., Client], alice: Any, carol: Any, mia: Any, adam: Any
) -> None:
    for person in (alice, carol, mia, adam):
        response = login(client, person).get("/acme/")
        assert response.status_code == 200
        assert person.name in text_of(response)


def test_the_design_page_is_for_everybody_and_needs_no_company(client: Client, db: None) -> None:
    page = text_of(client.get("/design"))
    assert "设计" in page
    assert 'id="palette"' in page


@pytest.mark.parametrize("path", ["settings", "me", "notifications", "calendar", "search?q=恒立", "customers/new"])
def test_a_known_address_with_a_slash_too_much_leads_on(as_alice: Client, path: str) -> None:
    known, mark, query = path.partition("?")
    answer = as_alice.get(f"/acme/{known}/{mark}{query}")
    assert answer.status_code == 302
    assert unquote(answer["Location"]) == f"/acme/{path}"
    assert as_alice.post(f"/acme/{known}/").status_code in (404, 405)


@pytest.mark.parametrize("path", ["nowhere/", "customers/987654/", "customers/987654/edit/nothing/", "look/x/y/"])
def test_what_is_no_address_stays_none_with_a_slash(as_alice: Client, path: str) -> None:
    answer = as_alice.get(f"/acme/{path}", follow=True)
    assert answer.status_code == 404
    assert len(answer.redirect_chain) <= 1


def test_an_address_that_leads_nowhere_says_so_in_our_words(as_alice: Client) -> None:
    response = as_alice.get("/acme/nothing-here-at-all/")
    assert response.status_code == 404
    assert 'href="/acme/search"' in text_of(response)
    assert as_alice.get("/nobody/").status_code == 404


def test_a_form_without_its_token_is_refused_and_keeps_what_was_typed(
    alice: Any, login: Callable[..., Client]
) -> None:  # fmt: skip
    strict = login(Client(enforce_csrf_checks=True), alice)
    response = strict.post("/acme/opportunities/1/drop", {"lane": "3", "note": "打了很久的字"})
    assert response.status_code == 403
    assert "打了很久的字" in text_of(response)


def test_a_manager_gets_the_team_on_the_home_page_and_a_salesperson_does_not(
    client: Client, login: Callable[..., Client], alice: Any, mia: Any
) -> None:
    assert "团队这一周" in text_of(login(client, mia).get("/acme/"))
    assert "团队这一周" not in text_of(login(client, alice).get("/acme/"))
