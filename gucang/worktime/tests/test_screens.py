"""The page of a working calendar: a year at a glance, days that are pressed, and the reckoner."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from gucang.kernel import clock
from gucang.kernel.actors import system
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope
from gucang.worktime.actions import calendars, days
from gucang.worktime.models import SpecialDay, WorkCalendar
from gucang.worktime.queries import default_calendar
from tests.contracts.world import text_of, words_of

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def office(acme: Company) -> WorkCalendar:
    with company_scope(acme):
        found = default_calendar()
        assert found is not None
        calendars.seed(found, actor=system(), year=2026)
        return found


def page_of(client: Client, calendar: WorkCalendar, query: str = "year=2026") -> str:
    with clock.at(NOW):
        answer = client.get(f"/acme/work-calendars/{calendar.pk}?{query}")
    assert answer.status_code == 200
    return text_of(answer)


def day(page: str, on: str) -> str:
    """The link or the cell of a day, as the page writes it."""
    found = re.search(rf'<(?:a|span) class="wt-day[^>]*title="{on}[^>]*>.*?</(?:a|span)>', page)
    assert found, on
    return found.group(0)


def test_each_day_says_in_words_what_its_colour_says(client: Any, adam: Any, login: Any, office: WorkCalendar) -> None:
    page = page_of(login(client, adam), office)
    holiday, worked = day(page, "10月1日"), day(page, "10月10日")
    assert "is-holiday" in holiday
    assert "法定节假日 · 国庆节" in holiday
    assert "<i>休</i>" in holiday
    assert "is-make_up" in worked
    assert "调休上班 · 国庆节 · 09:00-12:00, 13:30-18:00" in worked
    assert "平常休息" in day(page, "11月21日")
    assert "平常上班" in day(page, "11月20日")
    assert 'aria-current="date"' in day(page, "11月20日")


def test_a_day_leads_to_its_form_and_back(client: Any, adam: Any, login: Any, office: WorkCalendar) -> None:
    browser = login(client, adam)
    link = re.search(r'href="([^"]+)"', day(page_of(browser, office), "11月21日"))
    assert link
    form = text_of(browser.get(link.group(1).replace("&amp;", "&")))
    assert 'value="2026-11-21"' in form
    assert re.search(r'<option value="make_up" selected', form)
    body = {"calendar": office.pk, "on": "2026-11-21", "kind": "make_up", "next": f"/acme/work-calendars/{office.pk}"}
    answer = browser.post("/acme/special-days/new", body)
    assert (answer.status_code, answer.url) == (302, f"/acme/work-calendars/{office.pk}")
    assert "is-make_up" in day(page_of(browser, office), "11月21日")


def test_a_year_is_entered_and_confirmed_by_its_buttons(client: Any, adam: Any, login: Any, acme: Company) -> None:
    with company_scope(acme):
        calendar = default_calendar()
        assert calendar is not None
    browser, url = login(client, adam), f"/acme/work-calendars/{calendar.pk}"
    before = words_of(page_of(browser, calendar))
    assert "2026 年的节假日还没确认" in before
    assert "确认 2026 年" not in before
    assert browser.post(f"{url}/seed", {"year": "2026", "next": f"{url}?year=2026"}).url == f"{url}?year=2026"
    assert "确认 2026 年" in words_of(page_of(browser, calendar))
    browser.post(f"{url}/confirm", {"year": "2026"})
    after = words_of(page_of(browser, calendar))
    assert "2026 年 已确认" in after
    assert "还没确认" not in after


def test_a_year_without_its_make_up_workdays_says_so(client: Any, adam: Any, login: Any, office: WorkCalendar) -> None:
    with company_scope(office.company_id):
        calendars.seed(office, actor=system(), year=2027)
    browser = login(client, adam)
    assert "调休上班日还没有" in words_of(page_of(browser, office, "year=2027"))
    assert "调休上班日还没有" not in words_of(page_of(browser, office, "year=2026"))


def test_the_reckoner_answers_and_says_what_is_not_certain(
    client: Any, adam: Any, login: Any, office: WorkCalendar
) -> None:
    with company_scope(office.company_id):
        calendars.confirm(office, actor=system(), year=2026)
    browser = login(client, adam)
    asked = "year=2026&start=2026-09-30T10:00&amount=2&unit=working_days"
    found = words_of(page_of(browser, office, asked))
    assert "到期：10月9日 星期五 18:00" in found
    assert "还不确定" not in found
    far = words_of(page_of(browser, office, asked.replace("amount=2", "amount=90")))
    assert "还不确定：2027 年的节假日还没确认" in far


@pytest.mark.parametrize(
    "query", ["amount=x", "amount=-1", "amount=1&start=soon", "amount=9999999", "year=abc&amount=²"]
)
def test_what_the_reckoner_cannot_read_is_a_sentence(
    client: Any, adam: Any, login: Any, office: WorkCalendar, query: str
) -> None:
    assert "请选时间" in words_of(page_of(login(client, adam), office, query))


def test_who_may_not_change_days_gets_no_links_and_no_buttons(
    client: Any, alice: Any, login: Any, office: WorkCalendar
) -> None:
    page = page_of(login(client, alice), office)
    assert day(page, "10月1日").startswith("<span")
    assert "/seed" not in page
    assert "/confirm" not in page


def test_another_companys_year_is_not_there(client: Any, dan: Any, login: Any, office: WorkCalendar) -> None:
    with company_scope(office.company_id):
        days.create(actor=system(), values={"calendar": office, "on": date(2026, 11, 20), "kind": "closed"})
        assert SpecialDay.objects.filter(on=date(2026, 11, 20)).exists()
    assert login(client, dan).get(f"/other/work-calendars/{office.pk}").status_code == 404


def test_a_calendar_in_the_bin_is_shown_without_its_year(client: Any, adam: Any, login: Any, acme: Company) -> None:
    with company_scope(acme):
        spare = calendars.create(actor=adam, values={"name": "备用"}).record
        calendars.delete(spare, actor=adam)
    page = text_of(login(client, adam).get(f"/acme/work-calendars/{spare.pk}"))
    assert "备用" in page
    assert "wt-months" not in page
