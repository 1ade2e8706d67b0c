"""The calendar that a phone subscribes to: what stands in it, who gets it, and when it ends."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from gucang.accounts.actions import members, tokens
from gucang.accounts.models import Member, Role, Token
from gucang.accounts.screens.feeds import PER_MINUTE
from gucang.accounts.tests.doors import sign_in
from gucang.activity.actions import tasks
from gucang.kernel import clock
from gucang.kernel.actors import system
from gucang.kernel.errors import Forbidden, Invalid
from gucang.kernel.models import Company, Event
from gucang.kernel.scope import writing
from gucang.selling.actions import opportunities
from gucang.surface.api import buckets
from tests.personas import give_password
from tests.screens.conftest import inside, new_deal, new_task

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = timezone.localdate


__all__ = ["inside", "new_deal", "new_task"]


@pytest.fixture(autouse=True)
def full_buckets() -> None:
    buckets.empty_all()


@pytest.fixture
def address(inside: Any, alice: Member) -> Callable[..., str]:
    """`address(bob)`: where the calendar of a member is, made anew."""

    def make(member: Any = None, days: int = 30) -> str:
        with inside():
            ends = clock.today() + timedelta(days=days)
            values = {"name": "我的手机", "scopes": [tokens.FEED], "expires_on": ends}
            return f"/acme/calendar/feed/{tokens.create(actor=member or alice, values=values).record.key}.ics"

    return make


def read(client: Client, address: str) -> Any:
    """The calendar behind an address, as a subscriber's program reads it."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.content.decode()
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return Calendar.from_ical(answer.content)


def titles(client: Client, address: str) -> list[str]:
    return [str(event["SUMMARY"]) for event in read(client, address).events]


# --- what stands in it -------------------------------------------------------------------------------------------


def test_a_program_without_a_cookie_reads_ones_own_entries(
    client: Client, address: Any, new_task: Any, new_deal: Any
) -> None:
    at = timezone.make_aware(datetime.combine(TODAY() + timedelta(days=1), time(14, 30)))
    new_task("寄样本, 两份; 急", due_on=TODAY() + timedelta(days=3))
    new_task("打电话", due_at=at, due_on=None)
    new_deal("二期产线改造", closes_on=TODAY())
    found = read(client, address())
    events = {str(event["SUMMARY"]): event for event in found.events}
    assert set(events) == {"寄样本, 两份; 急", "打电话", "二期产线改造"}
    whole_day, timed = events["寄样本, 两份; 急"], events["打电话"]
    assert (whole_day.start, whole_day.end) == (TODAY() + timedelta(days=3), TODAY() + timedelta(days=4))
    assert type(whole_day.start) is date
    assert timed.start == at.astimezone(SHANGHAI)
    assert timed.end - timed.start == timedelta(minutes=30)
    assert timed["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert found.timezones[0].tz_name == "Asia/Shanghai"
    assert found.calendar_name == "谷仓 · Alice"
    assert "二期产线改造的客户" in str(events["二期产线改造"]["DESCRIPTION"])
    assert str(timed["URL"]).startswith(f"{settings.PUBLIC_ORIGIN}/acme/tasks/")


def test_it_holds_what_the_standard_demands(client: Client, address: Any, new_task: Any) -> None:
    new_task("一个很长的题目" * 12)
    body = client.get(address()).content
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert body.endswith(b"END:VCALENDAR\r\n")
    assert body.count(b"\n") == body.count(b"\r\n")
    found = Calendar.from_ical(body)
    assert (found["VERSION"], found["METHOD"], found["CALSCALE"]) == ("2.0", "PUBLISH", "GREGORIAN")
    assert found["PRODID"]
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in body
    for event in found.events:
        assert all(event[name] for name in ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"))
    found.validate()


def test_an_entry_keeps_its_uid_counts_its_changes_and_goes_when_it_is_deleted(
    client: Client, address: Any, new_task: Any, alice: Member, inside: Any
) -> None:
    where, task = address(), new_task("寄样本")
    (before,) = read(client, where).events
    with inside():
        tasks.edit(task.pk, actor=alice, values={"due_on": TODAY() + timedelta(days=2), "title": "寄两份样本"})
    (after,) = read(client, where).events
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["LAST-MODIFIED"].dt >= before["LAST-MODIFIED"].dt
    assert (str(after["SUMMARY"]), after.start) == ("寄两份样本", TODAY() + timedelta(days=2))
    with inside():
        tasks.delete(task.pk, actor=alice)
    assert titles(client, where) == []


def test_what_is_done_has_a_tick(client: Client, address: Any, new_task: Any, alice: Member, inside: Any) -> None:
    task = new_task("寄样本")
    with inside():
        tasks.complete(task, actor=alice)
    assert titles(client, address()) == ["✓ 寄样本"]


def test_uids_of_different_records_differ(client: Client, address: Any, new_task: Any, new_deal: Any) -> None:
    for number in range(4):
        new_task(f"第 {number} 件")
        new_deal(f"第 {number} 单", closes_on=TODAY())
    uids = [str(event["UID"]) for event in read(client, address()).events]
    assert len(set(uids)) == len(uids) == 8


def test_it_reaches_back_ninety_days_and_a_year_ahead(client: Client, address: Any, new_task: Any) -> None:
    for days in (-91, -90, 0, 364, 365):
        new_task(f"{days} 天", due_on=TODAY() + timedelta(days=days))
    assert titles(client, address()) == ["-90 天", "0 天", "364 天"]


def test_asked_again_without_a_change_it_is_not_sent_again(
    client: Client, address: Any, new_task: Any, alice: Member, inside: Any
) -> None:
    where, task = address(), new_task("寄样本")
    first = client.get(where)
    mark = first.headers["ETag"]
    again = client.get(where, headers={"If-None-Match": mark})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(where).content == first.content
    with inside():
        tasks.complete(task, actor=alice)
    changed = client.get(where, headers={"If-None-Match": mark})
    assert changed.status_code == 200
    assert changed.content != first.content
    assert "no-store" not in first.headers["Cache-Control"]


# --- who gets it, and what of it ---------------------------------------------------------------------------------


def test_it_holds_ones_own_only_whatever_else_one_may_see(
    client: Client, address: Any, new_task: Any, new_deal: Any, alice: Member, mia: Member, adam: Member
) -> None:
    new_task("小艾的")
    new_task("米娅的", by=mia)
    new_deal("瞒着的", private=True, closes_on=TODAY())
    assert titles(client, address(mia)) == ["米娅的"]
    assert titles(client, address(adam)) == []
    assert set(titles(client, address(alice))) == {"小艾的", "瞒着的"}


def test_what_was_handed_over_is_there_no_more(
    client: Client, address: Any, new_deal: Any, bob: Member, inside: Any
) -> None:
    where, deal = address(), new_deal("二期产线改造", closes_on=TODAY())
    assert titles(client, where) == ["二期产线改造"]
    with inside():
        opportunities.assign(deal, actor=system(), owner=bob)
    assert titles(client, where) == []


@pytest.mark.parametrize("access", ["hidden", "masked"])
def test_what_the_role_hides_or_masks_is_not_in_it(
    client: Client, address: Any, new_deal: Any, inside: Any, access: str
) -> None:
    new_deal("二期产线改造", closes_on=TODAY())
    rules = {"opportunity.name": {"inside": access}, "opportunity.customer": {"inside": access}}
    with inside(), writing("accounts"):
        Role.objects.filter(key="salesperson").update(field_rules=rules)
    assert titles(client, address()) == ["商机"]
    assert "二期" not in client.get(address()).content.decode().replace("\r\n ", "")


def test_it_speaks_the_language_of_its_member(client: Client, address: Any, new_task: Any, alice: Member) -> None:
    new_task("寄样本")
    (event,) = read(client, address()).events
    assert str(event["DESCRIPTION"]).startswith("任务")
    alice.user.language = "en"
    alice.user.save()
    (event,) = read(client, address()).events
    assert str(event["DESCRIPTION"]).startswith("Task")


# --- when it ends ------------------------------------------------------------------------------------------------


def test_a_revoked_one_ends_at_once(client: Client, address: Any, alice: Member, inside: Any) -> None:
    where = address()
    assert client.get(where).status_code == 200
    with inside():
        tokens.revoke(Token.objects.get(), actor=alice)
    assert client.get(where).status_code == 404


def test_it_ends_with_its_last_day(client: Client, address: Any, inside: Any) -> None:
    where = address()
    with inside(), writing("accounts"):
        Token.objects.update(expires_on=TODAY())
    assert client.get(where).status_code == 200
    with inside(), writing("accounts"):
        Token.objects.update(expires_on=TODAY() - timedelta(days=1))
    assert client.get(where).status_code == 404


def test_a_leavers_ends_at_once(client: Client, address: Any, alice: Member, new_task: Any, inside: Any) -> None:
    where, _task = address(), new_task("寄样本")
    assert titles(client, where) == ["寄样本"]
    with inside():
        members.leave(alice, actor=system(), on=TODAY())
    assert client.get(where).status_code == 404


def test_who_loses_the_right_loses_the_calendar(client: Client, address: Any, inside: Any) -> None:
    where = address()
    with inside(), writing("accounts"):
        role = Role.objects.get(key="salesperson")
        Role.objects.filter(pk=role.pk).update(
            grants={name: reach for name, reach in role.grants.items() if name != tokens.FEED}
        )
    assert client.get(where).status_code == 404


def test_the_key_opens_no_other_company_and_no_other_door(
    client: Client, address: Any, other: Company, new_task: Any
) -> None:
    where, _task = address(), new_task("寄样本")
    key = where.rpartition("/")[2].removesuffix(".ics")
    assert client.get(where.replace("/acme/", "/other/")).status_code == 404
    bearer = {"Authorization": f"Bearer {key}"}
    for path in ("me", "tasks", "customers"):
        assert client.get(f"/acme/api/v1/{path}", headers=bearer).status_code == 401
    assert client.get("/acme/calendar", headers=bearer).status_code == 302


def test_a_token_of_the_api_is_no_calendar(client: Client, alice: Member, new_task: Any, inside: Any) -> None:
    new_task("寄样本")
    with inside():
        ends = clock.today() + timedelta(days=9)
        values = {"name": "全部", "scopes": ["*"], "expires_on": ends}
        key = tokens.create(actor=alice, values=values).record.key
    assert client.get(f"/acme/calendar/feed/{key}.ics").status_code == 404


@pytest.mark.parametrize("key", ["gcf_", "gcf_" + "x" * 43, "..%2f..", "gcf_" + "x" * 4000, "%00" * 30])
def test_a_key_that_nobody_made_opens_nothing(client: Client, acme: Company, key: str) -> None:
    assert client.get(f"/acme/calendar/feed/{key}.ics").status_code in (302, 404)


def test_it_can_only_be_read(client: Client, address: Any) -> None:
    assert client.post(address()).status_code == 405


def test_who_asks_without_end_is_told_to_wait(client: Client, address: Any) -> None:
    where = address()
    answers = [client.get(where) for _ in range(PER_MINUTE + 1)]
    assert [answer.status_code for answer in answers] == [200] * PER_MINUTE + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0


# --- making one --------------------------------------------------------------------------------------------------


def signed_in(client: Client, member: Member) -> Client:
    """A browser whose person has just shown who they are."""
    sign_in(client, give_password(member).email)
    return client


def test_the_address_is_shown_once_kept_as_a_hash_and_listed_with_the_tokens(
    client: Client, alice: Member, inside: Any, new_task: Any
) -> None:
    new_task("寄样本")
    browser = signed_in(client, alice)
    page = browser.post("/acme/me/calendar", {"name": "我的手机", "days": "90"}).content.decode()
    found = re.search(rf'value="{re.escape(settings.PUBLIC_ORIGIN)}(/acme/calendar/feed/gcf_[\w-]+\.ics)"', page)
    assert found, page
    assert titles(Client(), found[1]) == ["寄样本"]
    key = found[1].rpartition("/")[2].removesuffix(".ics")
    with inside():
        token = Token.objects.get()
        assert key not in str(Token.objects.values())
        assert token.expires_on == TODAY() + timedelta(days=90)
        assert key not in str(list(Event.objects.values_list("changes", "facts")))
    for path in ("/acme/me/calendar", "/acme/me"):
        later = browser.get(path).content.decode()
        assert "我的手机" in later
        assert key not in later
    browser.post(f"/acme/me/tokens/{token.pk}/revoke", {"next": "/acme/me/calendar"})
    assert Client().get(found[1]).status_code == 404


def test_whoever_has_not_shown_lately_who_they_are_does_so_first(client: Client, alice: Member, login: Any) -> None:
    answer = login(client, alice).post("/acme/me/calendar", {"name": "我的手机", "days": "90"})
    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/reauthenticate/")


def test_a_role_without_the_right_makes_none_and_is_told_why(client: Client, alice: Member, inside: Any) -> None:
    with inside(), writing("accounts"):
        Role.objects.filter(key="salesperson").update(grants={"task.view": "own", "token.create": "own"})
    browser = signed_in(client, alice)
    assert "管理员" in browser.post("/acme/me/calendar", {"name": "我的手机", "days": "90"}).content.decode()
    with inside():
        values = {"name": "x", "scopes": [tokens.FEED], "expires_on": TODAY() + timedelta(days=9)}
        with pytest.raises(Forbidden):
            tokens.create(actor=Member.objects.get(pk=alice.pk), values=values)
        assert not Token.objects.exists()


def test_its_scope_stands_alone(inside: Any, alice: Member) -> None:
    values = {"name": "x", "scopes": [tokens.FEED, "read"], "expires_on": TODAY() + timedelta(days=9)}
    with inside(), pytest.raises(Invalid) as problem:
        tokens.create(actor=alice, values=values)
    assert "scopes" in problem.value.fields
