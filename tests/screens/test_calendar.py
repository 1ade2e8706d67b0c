"""The calendar: what it shows to whom, and that a move is the action or a refusal with its sentence."""

from __future__ import annotations

import html
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
from gucang.activity.models import Task
from gucang.kernel import clock, records
from gucang.kernel.actions import core, gates
from gucang.kernel.actors import system
from gucang.kernel.errors import NeedsApproval
from gucang.kernel.models import Event
from gucang.kernel.records import Calendar
from gucang.kernel.scope import company_scope, writing
from gucang.parties.actions import customers
from gucang.selling.actions import opportunities
from gucang.selling.models import Opportunity
from gucang.surface import calendarpage

CALENDAR = "/acme/calendar"


def text_of(response: Any) -> str:
    return html.unescape(str(response.content.decode()))


def shown(client: Client, days: int = 30, **params: str) -> dict[str, Any]:
    """What stands in the calendar around today."""
    today = timezone.localdate()
    asked = {"from": today - timedelta(days=10), "until": today + timedelta(days=days), "whose": "me"} | params
    response = client.get(f"{CALENDAR}/entries", asked)
    assert response.status_code == 200, response.content.decode()
    found: dict[str, Any] = json.loads(response.content)
    return found


def titles(client: Client, **params: str) -> list[str]:
    return [entry["title"] for entry in shown(client, **params)["entries"]]


def move(client: Client, task: Any, day: Any, *, drag: bool = True, **fields: Any) -> Any:
    data = {"day": str(day), **fields} | ({"_drag": "1"} if drag else {})
    return client.post(f"/acme/tasks/{task.pk}/when", data, headers={"HX-Request": "true"} if drag else {})


# --- what is shown -----------------------------------------------------------------------------------------------


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
        actor, kinds = alice.as_actor(), [records.get("task")]
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


# --- moving ------------------------------------------------------------------------------------------------------


def test_a_drag_is_an_edit_with_one_event_and_can_be_taken_back(as_alice: Client, new_task: Any, inside: Any) -> None:
    task, there = new_task(), timezone.localdate() + timedelta(days=4)
    answer = move(as_alice, task, there, seen=task.version, next="/acme/calendar?view=month")
    assert answer.status_code == 204
    said = json.loads(answer.headers["HX-Trigger"])["toast"]
    with inside():
        assert Task.objects.get(pk=task.pk).due_on == there
        assert Event.objects.filter(subject_type="task", subject_id=task.pk, name="task.edit").count() == 1
    back = as_alice.post(said["undo_url"])
    assert (back.status_code, back.url) == (302, "/acme/calendar?view=month")
    with inside():
        assert Task.objects.get(pk=task.pk).due_on == timezone.localdate()


def test_a_month_keeps_the_hour_and_a_week_sets_or_clears_it(as_alice: Client, new_task: Any, inside: Any) -> None:
    today = timezone.localdate()
    task = new_task(due_at=timezone.make_aware(datetime.combine(today, time(14, 30))))

    def stands() -> tuple[date, str]:
        with inside():
            found = Task.objects.get(pk=task.pk)
            return found.due_on, timezone.localtime(found.due_at).strftime("%H:%M") if found.due_at else ""

    assert move(as_alice, task, today + timedelta(days=2)).status_code == 204
    assert stands() == (today + timedelta(days=2), "14:30")
    assert move(as_alice, task, today + timedelta(days=3), time="09:00").status_code == 204
    assert stands() == (today + timedelta(days=3), "09:00")
    assert move(as_alice, task, today + timedelta(days=3), time="").status_code == 204
    assert stands() == (today + timedelta(days=3), "")


def test_a_move_to_where_it_stands_does_nothing(as_alice: Client, new_task: Any, inside: Any) -> None:
    task = new_task()
    assert move(as_alice, task, timezone.localdate()).status_code == 204
    with inside():
        assert Task.objects.get(pk=task.pk).version == task.version


def test_who_looked_at_an_older_day_is_refused_with_the_name_of_who_changed_it(
    as_alice: Client, mia: Member, new_task: Any, inside: Any
) -> None:
    task, today = new_task(), timezone.localdate()
    with inside():
        tasks.edit(task.pk, actor=mia, values={"due_on": today + timedelta(days=1)})
    answer = move(as_alice, task, today + timedelta(days=5), seen=task.version)
    assert answer.status_code == 409
    assert "Mia" in text_of(answer)
    with inside():
        assert Task.objects.get(pk=task.pk).due_on == today + timedelta(days=1)


def test_a_done_task_stays_and_says_why(as_alice: Client, alice: Member, new_task: Any, inside: Any) -> None:
    task = new_task()
    with inside():
        tasks.complete(task, actor=alice)
    answer = move(as_alice, task, timezone.localdate() + timedelta(days=1))
    assert answer.status_code == 409
    assert 'class="refusal' in text_of(answer)
    assert "重新打开" in text_of(answer)


def test_a_deal_has_no_hour(as_alice: Client, new_deal: Any, inside: Any) -> None:
    deal, today = new_deal(closes_on=timezone.localdate()), timezone.localdate()
    url, htmx = f"/acme/opportunities/{deal.pk}/when", {"HX-Request": "true"}
    day = str(today + timedelta(days=1))
    refused = as_alice.post(url, {"day": day, "time": "09:00", "_drag": "1"}, headers=htmx)
    assert refused.status_code == 409
    assert as_alice.post(url, {"day": day, "time": "", "_drag": "1"}, headers=htmx).status_code == 204
    with inside():
        assert Opportunity.objects.get(pk=deal.pk).closes_on == today + timedelta(days=1)


def test_what_one_sees_but_may_not_change_is_refused(login: Any, carol: Member, new_task: Any, inside: Any) -> None:
    task = new_task()
    assert move(login(Client(), carol), task, "2026-12-01").status_code == 403
    with inside():
        assert Task.objects.get(pk=task.pk).due_on == timezone.localdate()


def test_what_one_does_not_see_is_not_there(login: Any, bob: Member, dan: Member, new_task: Any, inside: Any) -> None:
    task = new_task()
    for stranger in (bob, dan):
        assert move(login(Client(), stranger), task, "2026-12-01").status_code == 404
    with inside():
        assert Task.objects.get(pk=task.pk).due_on == timezone.localdate()


def test_what_happened_cannot_be_moved_nor_what_has_no_day(as_alice: Client, alice: Member, inside: Any) -> None:
    with inside():
        customer = customers.create(actor=alice, values={"name": "恒力精密"}).record
        about = {"about_type": "customer", "about_id": customer.pk}
        entry = follow_ups.create(actor=alice, values={"kind": "call", "text": "打过了", **about}).record
    assert as_alice.get(f"/acme/follow-ups/{entry.pk}/when").status_code == 404
    assert as_alice.get(f"/acme/customers/{customer.pk}/when").status_code == 404


@pytest.mark.parametrize(("day", "hour"), [("", None), ("morgen", None), ("9999-12-31", None), ("2026-12-01", "25:99")])
def test_no_day_and_no_hour_are_refused_in_words(as_alice: Client, new_task: Any, day: str, hour: str | None) -> None:
    fields = {"time": hour} if hour is not None else {}
    answer = move(as_alice, new_task(), day, drag=False, **fields)
    assert answer.status_code == 422
    assert 'class="refusal' in text_of(answer)


def test_the_form_moves_without_a_script(as_alice: Client, new_task: Any, inside: Any) -> None:
    task, there = new_task("寄样本"), timezone.localdate() + timedelta(days=9)
    page = text_of(as_alice.get(f"/acme/tasks/{task.pk}/when?next=/acme/calendar%3Fview%3Dagenda"))
    assert 'name="day"' in page
    assert 'name="time"' in page
    answer = move(as_alice, task, there, drag=False, time="", seen=task.version, next="/acme/calendar?view=agenda")
    assert (answer.status_code, answer.url) == (302, "/acme/calendar?view=agenda")
    with inside():
        assert Task.objects.get(pk=task.pk).due_on == there


def test_an_approval_leaves_the_entry_where_it_was(
    as_alice: Client, new_task: Any, inside: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def park(action: Any, *_rest: Any) -> None:
        if action.name == "task.edit":
            raise NeedsApproval("要等王经理同意。")

    monkeypatch.setattr(gates, "_gates", [*gates._gates])
    gates.gate(park)
    task = new_task()
    answer = move(as_alice, task, timezone.localdate() + timedelta(days=1))
    assert answer.status_code == 409
    assert "要等王经理同意" in text_of(answer)
    with inside():
        assert Task.objects.get(pk=task.pk).due_on == timezone.localdate()


def test_a_type_may_be_moved_by_a_verb_of_its_own(
    as_alice: Client, new_task: Any, inside: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    postponed = Calendar(title=("title",), on="due_on", move="postpone")
    monkeypatch.setitem(records.get("task").__dict__, "calendar", postponed)
    task, today = new_task(), timezone.localdate()
    assert move(as_alice, task, today + timedelta(days=2)).status_code == 204
    assert move(as_alice, task, today - timedelta(days=2)).status_code == 422
    with inside():
        assert Task.objects.get(pk=task.pk).due_on == today + timedelta(days=2)
        assert Event.objects.filter(subject_type="task", subject_id=task.pk, name="task.postpone").count() == 1


def test_a_verb_that_asks_for_more_leads_to_its_form_with_the_day_in_it(
    login: Any, adam: Member, new_task: Any, inside: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put_off(task: Task, *, to: date, why: str) -> None:
        task.due_on = to

    kind = records.get("task")
    monkeypatch.setattr(core, "_actions", dict(core._actions))
    verb = core.Action("task.put_off", put_off, label="延期", labels={"why": "原因"})
    monkeypatch.setitem(kind.__dict__, "verbs", {**kind.verbs, "put_off": verb})
    monkeypatch.setitem(kind.__dict__, "calendar", Calendar(title=("title",), on="due_on", move="put_off"))
    task, there = new_task(), timezone.localdate() + timedelta(days=2)
    answer = move(login(Client(), adam), task, there, next="/acme/calendar")
    assert answer.status_code == 409
    assert "原因" in text_of(answer)
    assert f"/acme/tasks/{task.pk}/put_off?to={there}&next=%2Facme%2Fcalendar" in text_of(answer)
    with inside():
        assert Task.objects.get(pk=task.pk).due_on == timezone.localdate()


def test_an_empty_day_offers_a_task_on_it(as_alice: Client) -> None:
    page = text_of(as_alice.get(f"{CALENDAR}?on=2026-11-18"))
    found = re.search(r'href="(/acme/tasks/new\?due_on=2026-11-18[^"]*)"', page)
    assert found
    assert 'value="2026-11-18"' in text_of(as_alice.get(found[1]))
