"""Moving what stands in the calendar is the record's action, or a refusal with its sentence."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from gucang.accounts.models import Member
from gucang.activity.actions import follow_ups, tasks
from gucang.activity.models import Task
from gucang.kernel import records
from gucang.kernel.actions import core, gates
from gucang.kernel.errors import NeedsApproval
from gucang.kernel.models import Event
from gucang.kernel.records import Calendar
from gucang.parties.actions import customers
from gucang.selling.models import Opportunity
from tests.screens.calendars import CALENDAR, move, text_of


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
