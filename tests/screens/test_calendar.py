"""The calendar: what it shows to whom."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gucang.accounts.actions import roles
from gucang.accounts.models import Member, Role
from gucang.activity.actions import follow_ups, tasks
from gucang.kernel import clock, records
from gucang.kernel.actors import system
from gucang.kernel.scope import company_scope, writing
from gucang.selling.actions import opportunities
from gucang.surface import calendarpage, dated
from tests.screens.calendars import CALENDAR, shown, text_of, titles


def test_tasks_follow_ups_and_closing_days_stand_on_their_days(
    as_alice: Client, alice: Member, new_task: Any, new_deal: Any, inside: Any
) -> None:
    today = timezone.localdate()
    at = timezone.make_aware(datetime.combine(today + timedelta(days=1), time(14, 30)))
    new_task("寄样本")
    new_task("打电话", due_at=at, due_on=None)
    deal = new_deal("二期产线改造", customer="恒力精密", closes_on=today + timedelta(days=3))
    with inside():
        about = {"about_type": "opportunity", "about_id": deal.pk}
        follow_ups.create(actor=alice, values={"kind": "visit", "text": "去过车间了", **about})
    found = {entry["title"]: entry for entry in shown(as_alice)["entries"]}
    assert found["寄样本"]["start"] == today.isoformat()
    assert found["寄样本"]["allDay"]
    assert found["打电话"]["start"] == f"{today + timedelta(days=1)}T14:30+08:00"
    assert found["二期产线改造"]["start"] == (today + timedelta(days=3)).isoformat()
    assert found["二期产线改造"]["about"] == "恒力精密"
    assert found["拜访 · 去过车间了"]["about"] == "二期产线改造"
    assert not found["拜访 · 去过车间了"]["editable"]
    page = text_of(as_alice.get(f"{CALENDAR}?view=agenda"))
    assert "寄样本" in page
    assert "去过车间了" in page


def test_the_agenda_has_the_week_with_the_ways_to_its_neighbours(as_alice: Client, new_task: Any) -> None:
    new_task("上周的事", due_on=date(2026, 11, 13))
    new_task("这周的事", due_on=date(2026, 11, 18))
    page = text_of(as_alice.get(f"{CALENDAR}?on=2026-11-18"))
    assert "这周的事" in page
    assert "上周的事" not in page
    back = re.search(r'href="(/acme/calendar\?on=2026-11-11)"', page)
    assert back
    assert "上周的事" in text_of(as_alice.get(back[1]))
    assert f"{CALENDAR}?on=2026-11-25" in page


def test_closed_deals_and_what_lies_in_the_bin_are_not_there(
    as_alice: Client, alice: Member, new_task: Any, new_deal: Any, stages: Any, inside: Any
) -> None:
    today = timezone.localdate()
    gone, won = new_task("删掉的"), new_deal("签下的", closes_on=today)
    new_deal("还在谈的", closes_on=today)
    with inside():
        tasks.delete(gone, actor=alice)
        opportunities.win(won, actor=alice, amount=1)
    assert titles(as_alice) == ["还在谈的"]


def test_what_is_done_is_marked_and_cannot_be_moved_and_what_is_late_is_red(
    as_alice: Client, alice: Member, new_task: Any, inside: Any
) -> None:
    done, yesterday = new_task("做完的"), timezone.localdate() - timedelta(days=1)
    new_task("拖着的", due_on=yesterday)
    with inside():
        tasks.complete(done, actor=alice)
    found = {entry["title"]: entry for entry in shown(as_alice)["entries"]}
    assert (found["做完的"]["done"], found["做完的"]["editable"]) == (True, False)
    assert (found["拖着的"]["late"], found["拖着的"]["tone"], found["拖着的"]["editable"]) == (True, "bad", True)


def test_ones_own_the_teams_and_everybodys_each_within_what_one_may_see(
    as_alice: Client,
    alice: Member,
    bob: Member,
    mia: Member,
    adam: Member,
    new_task: Any,
    client: Client,
    login: Any,
) -> None:
    new_task("小艾的")
    new_task("老鲍的", by=bob)
    new_task("管理员的", by=adam)
    assert titles(as_alice) == ["小艾的"]
    # A salesperson sees their own tasks only, however wide they look.
    assert titles(as_alice, whose="team") == ["小艾的"]
    assert titles(as_alice, whose="all") == ["小艾的"]
    as_mia = login(Client(), mia)
    assert titles(as_mia) == []
    assert set(titles(as_mia, whose="team")) == {"小艾的", "老鲍的"}
    assert {entry["who"] for entry in shown(as_mia, whose="team")["entries"]} == {"Alice", "Bob"}
    assert set(titles(login(Client(), adam), whose="all")) == {"小艾的", "老鲍的", "管理员的"}


def test_another_companys_rows_are_not_there(acme: Any, other: Any, dan: Member, new_task: Any, login: Any) -> None:
    new_task("我们的")
    with company_scope(other):
        tasks.create(actor=dan, values={"title": "他们的", "due_on": clock.today()})
    as_dan = login(Client(), dan)
    today = timezone.localdate()
    answer = as_dan.get(f"/other/calendar/entries?whose=all&from={today}&until={today + timedelta(days=1)}")
    assert [entry["title"] for entry in json.loads(answer.content)["entries"]] == ["他们的"]
    assert as_dan.get(f"{CALENDAR}/entries?whose=all&from={today}&until={today + timedelta(days=1)}").status_code == 404


def test_a_private_deal_is_there_for_its_owner_alone(alice: Member, mia: Member, new_deal: Any, login: Any) -> None:
    new_deal("瞒着的", private=True, closes_on=timezone.localdate())
    new_deal("公开的", closes_on=timezone.localdate())
    assert set(titles(login(Client(), alice))) == {"瞒着的", "公开的"}
    assert titles(login(Client(), mia), whose="all") == ["公开的"]


def restrict(role: str, rules: dict[str, dict[str, str]]) -> None:
    """Give a built-in role these field rules."""
    with writing("accounts"):
        Role.objects.filter(key=role).update(field_rules=rules)


@pytest.mark.parametrize("access", ["hidden", "masked"])
def test_a_title_that_may_not_be_read_is_not_shown(as_alice: Client, new_deal: Any, inside: Any, access: str) -> None:
    new_deal("二期产线改造", closes_on=timezone.localdate())
    with inside():
        restrict("salesperson", {"opportunity.name": {"inside": access}, "opportunity.customer": {"inside": access}})
    (entry,) = shown(as_alice)["entries"]
    assert (entry["title"], entry["about"]) == ("商机", "")
    assert "二期产线改造" not in text_of(as_alice.get(CALENDAR))


@pytest.mark.parametrize("access", ["hidden", "masked"])
def test_a_day_that_may_not_be_read_places_nothing(
    as_alice: Client, new_task: Any, new_deal: Any, inside: Any, access: str
) -> None:
    new_deal("二期产线改造", closes_on=timezone.localdate())
    new_task("寄样本")
    with inside():
        restrict("salesperson", {"opportunity.closes_on": {"inside": access}})
    assert titles(as_alice) == ["寄样本"]
    assert "kinds=opportunity" not in text_of(as_alice.get(CALENDAR))


def test_a_day_that_may_be_read_of_ones_own_only_shows_ones_own_only(
    login: Any, mia: Member, alice: Member, new_deal: Any, inside: Any
) -> None:
    new_deal("她自己的", by=mia, closes_on=timezone.localdate())
    new_deal("下属的", closes_on=timezone.localdate())
    with inside():
        rule = {"inside": "write", "within": "own", "beyond": "hidden"}
        restrict("sales_manager", {"opportunity.closes_on": rule})
    assert titles(login(Client(), mia), whose="all") == ["她自己的"]


def test_kinds_are_chosen_in_the_address(as_alice: Client, new_task: Any, new_deal: Any) -> None:
    new_task("寄样本")
    new_deal("二期产线改造", closes_on=timezone.localdate())
    assert titles(as_alice, kinds="task") == ["寄样本"]
    assert titles(as_alice, kinds="opportunity") == ["二期产线改造"]
    page = text_of(as_alice.get(f"{CALENDAR}?kinds=task"))
    assert "二期产线改造" not in page
    assert "kinds=task,opportunity" in page


def test_more_than_fits_is_cut_and_said(alice: Member, new_task: Any, inside: Any) -> None:
    today = timezone.localdate()
    for number in range(-2, 3):
        new_task(f"第 {number} 天", due_on=today + timedelta(days=number))
    span = calendarpage.span_of("month", today)
    span = calendarpage.Span(span.first - timedelta(days=7), span.until)
    with inside():
        actor, kinds = alice.as_actor(), list(dated.of(records.get("task")))
        first = calendarpage.entries(actor, kinds, span, "me", most=3)
        nearest = calendarpage.entries(actor, kinds, span, "me", most=3, around=today)
        whole = calendarpage.entries(actor, kinds, span, "me", most=5)
        said = first.sentences()
    assert [entry.title for entry in first.entries] == ["第 -2 天", "第 -1 天", "第 0 天"]
    assert [entry.title for entry in nearest.entries] == ["第 -1 天", "第 0 天", "第 1 天"]
    assert len(said) == 1
    assert "3" in said[0]
    assert whole.sentences() == []


@pytest.mark.parametrize(
    "params",
    [{}, {"from": "2026-11-01"}, {"from": "2026-11-01", "until": "2026-12-20"}, {"from": "x", "until": "y"},
     {"from": "2026-11-02", "until": "2026-11-01"}, {"from": "0001-01-01", "until": "0001-01-02"}],
)  # fmt: skip
def test_a_range_that_is_none_or_too_long_is_refused(as_alice: Client, params: dict[str, str]) -> None:
    assert as_alice.get(f"{CALENDAR}/entries", params).status_code == 422


def test_who_sees_nothing_that_has_a_day_has_no_calendar(acme: Any, inside: Any, login: Any, alice: Member) -> None:
    with inside():
        role = Role.objects.get(key="salesperson")
        roles.set_rights(role, actor=system(), grants="customer.view own", field_rules="")
    as_alice = login(Client(), alice)
    assert as_alice.get(CALENDAR).status_code == 404
    assert 'href="/acme/calendar"' not in text_of(as_alice.get("/acme/"))


def test_the_place_is_in_the_rail_and_among_the_more_places_of_a_phone(as_alice: Client) -> None:
    assert 'href="/acme/calendar"' in text_of(as_alice.get("/acme/"))
    assert 'href="/acme/calendar"' in text_of(as_alice.get("/acme/me"))
