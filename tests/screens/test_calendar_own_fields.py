"""Own date fields in the calendar: chosen on the field's page, seen by who may read them, moved by who may edit."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from gucang.accounts.actions import tokens
from gucang.accounts.models import Member, Role
from gucang.customfields import actions as fields
from gucang.customtypes import actions as types
from gucang.kernel import clock, records
from gucang.kernel.actions import get
from gucang.kernel.actors import system
from gucang.kernel.errors import Invalid
from gucang.kernel.models import CustomField, Event
from gucang.kernel.scope import company_scope, writing
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.surface.api import buckets
from tests.screens.calendars import CALENDAR, shown, text_of, titles

RENEWAL = {"record_type": "customer", "kind": "date", "key": "renewal", "label_zh": "续约日", "label_en": "Renewal"}
Made = Callable[..., Customer]


@pytest.fixture
def renewal(inside: Any) -> CustomField:
    """A day of customers that the company has put into its calendar."""
    with inside():
        return fields.create(actor=system(), values=RENEWAL | {"in_calendar": True}).record


@pytest.fixture
def customer(renewal: CustomField, inside: Any, alice: Member) -> Made:
    """`customer("恒力", day, by=bob)`: one that renews on this day."""

    def make(name: str, day: date, by: Any = None) -> Customer:
        with inside():
            values = {"name": name, "extra.renewal": day.isoformat()}
            return customers.create(actor=by or alice, values=values).record

    return make


def drag(client: Client, pk: int, day: date, key: str = "renewal", **more: str) -> Any:
    address = f"/acme/customers/{pk}/when?field={key}"
    return client.post(address, {"day": day.isoformat(), "_drag": "1", **more}, headers={"HX-Request": "true"})


def renews(inside: Any, pk: int) -> str:
    with inside():
        return str(Customer.objects.get(pk=pk).extra["renewal"])


def restrict(inside: Any, access: str) -> None:
    with inside(), writing("accounts"):
        Role.objects.filter(key="salesperson").update(field_rules={"customer.extra.renewal": {"inside": access}})


def test_a_chosen_date_stands_in_the_calendar_under_the_records_name(as_alice: Client, customer: Made) -> None:
    today = timezone.localdate()
    row = customer("恒力精密", today + timedelta(days=3))
    (entry,) = shown(as_alice)["entries"]
    assert (entry["title"], entry["kind"]) == ("恒力精密", "客户 · 续约日")
    assert (entry["start"], entry["allDay"]) == ((today + timedelta(days=3)).isoformat(), True)
    assert entry["when"] == f"/acme/customers/{row.pk}/when?field=renewal"
    page = text_of(as_alice.get(f"{CALENDAR}?view=agenda&on={today + timedelta(days=3)}"))
    assert "恒力精密" in page
    assert "客户 · 续约日" in page


def test_a_date_that_nobody_chose_does_not(as_alice: Client, customer: Made, inside: Any, renewal: CustomField) -> None:
    customer("恒力精密", timezone.localdate())
    with inside():
        fields.edit(renewal.pk, actor=system(), values={"in_calendar": False})
    assert titles(as_alice) == []


def test_a_retired_field_leaves_the_calendar(as_alice: Client, customer: Made, inside: Any, renewal: Any) -> None:
    customer("恒力精密", timezone.localdate())
    with inside():
        fields.retire(renewal.pk, actor=system())
    assert titles(as_alice) == []


def test_only_days_are_offered_a_place_there(inside: Any) -> None:
    with inside():
        text = fields.create(actor=system(), values={**RENEWAL, "kind": "text", "in_calendar": True}).record
        assert not text.in_calendar
        formula = {"record_type": "customer", "kind": "formula", "label_zh": "算出来的", "in_calendar": True}
        with pytest.raises(Invalid) as refused:
            fields.create(actor=system(), values={**formula, "formula": "1 + 1"})
        assert "in_calendar" in refused.value.fields


def test_a_day_that_a_formula_gives_stands_there_and_cannot_be_moved(
    as_alice: Client, customer: Made, inside: Any
) -> None:
    row = customer("恒力精密", timezone.localdate())
    with inside():
        formula = {"record_type": "customer", "kind": "formula", "label_zh": "提醒日", "key": "reminder"}
        formula |= {"formula": "[续约日] + 2", "in_calendar": True}
        fields.create(actor=system(), values=formula)
        customers.edit(row.pk, actor=system(), values={"extra.renewal": str(timezone.localdate() + timedelta(days=1))})
    found = {entry["kind"]: entry for entry in shown(as_alice)["entries"]}
    assert found["客户 · 提醒日"]["start"] == str(timezone.localdate() + timedelta(days=3))
    assert found["客户 · 续约日"]["editable"]
    assert not found["客户 · 提醒日"]["editable"]
    assert drag(as_alice, row.pk, timezone.localdate(), "reminder").status_code == 404


def test_each_sees_the_dates_of_what_they_may_see(
    as_alice: Client, customer: Made, bob: Member, mia: Member, login: Any
) -> None:
    customer("小艾的", timezone.localdate())
    customer("老鲍的", timezone.localdate(), by=bob)
    assert titles(as_alice) == titles(as_alice, whose="all") == ["小艾的"]
    as_mia = login(Client(), mia)
    assert set(titles(as_mia, whose="team")) == {"小艾的", "老鲍的"}
    assert {entry["who"] for entry in shown(as_mia, whose="team")["entries"]} == {"Alice", "Bob"}


def test_another_companys_dates_are_not_there(customer: Made, other: Any, dan: Member, login: Any) -> None:
    customer("我们的", timezone.localdate())
    with company_scope(other):
        fields.create(actor=system(), values=RENEWAL | {"in_calendar": True})
        customers.create(actor=dan, values={"name": "他们的", "extra.renewal": clock.today().isoformat()})
    today = timezone.localdate()
    asked = {"whose": "all", "from": today, "until": today + timedelta(days=1)}
    answer = json.loads(login(Client(), dan).get("/other/calendar/entries", asked).content)
    assert [entry["title"] for entry in answer["entries"]] == ["他们的"]


@pytest.mark.parametrize("access", ["hidden", "masked"])
def test_a_date_that_may_not_be_read_is_told_nowhere(
    as_alice: Client, customer: Made, inside: Any, access: str
) -> None:
    row = customer("恒力精密", timezone.localdate())
    restrict(inside, access)
    assert titles(as_alice) == []
    assert "续约日" not in text_of(as_alice.get(CALENDAR))
    assert as_alice.get(f"/acme/customers/{row.pk}/when?field=renewal").status_code == 404
    assert drag(as_alice, row.pk, timezone.localdate() + timedelta(days=1)).status_code == 404


def test_a_date_that_may_be_read_only_stays_where_it_is(as_alice: Client, customer: Made, inside: Any) -> None:
    today = timezone.localdate()
    row = customer("恒力精密", today)
    restrict(inside, "read")
    (entry,) = shown(as_alice)["entries"]
    assert not entry["editable"]
    assert drag(as_alice, row.pk, today + timedelta(days=1)).status_code in (403, 422)
    assert renews(inside, row.pk) == today.isoformat()


def test_a_drag_is_an_edit_with_one_event_and_can_be_taken_back(as_alice: Client, customer: Made, inside: Any) -> None:
    today = timezone.localdate()
    row = customer("恒力精密", today)
    answer = drag(as_alice, row.pk, today + timedelta(days=4), seen=str(row.version), next="/acme/calendar")
    assert answer.status_code == 204, text_of(answer)
    assert renews(inside, row.pk) == (today + timedelta(days=4)).isoformat()
    with inside():
        event = Event.objects.get(subject_type="customer", subject_id=row.pk, name="customer.edit")
        assert event.changes == {"extra.renewal": [today.isoformat(), (today + timedelta(days=4)).isoformat()]}
    assert as_alice.post(json.loads(answer.headers["HX-Trigger"])["toast"]["undo_url"]).status_code == 302
    assert renews(inside, row.pk) == today.isoformat()


def test_the_form_moves_it_without_a_script(as_alice: Client, customer: Made, inside: Any) -> None:
    there = timezone.localdate() + timedelta(days=9)
    row = customer("恒力精密", timezone.localdate())
    address = f"/acme/customers/{row.pk}/when?field=renewal"
    page = text_of(as_alice.get(address))
    assert "续约日" in page
    assert f'action="{address}"' in page
    assert as_alice.post(address, {"day": there.isoformat(), "seen": row.version}).status_code == 302
    assert renews(inside, row.pk) == there.isoformat()


def test_nobody_moves_what_they_do_not_see(customer: Made, bob: Member, carol: Member, dan: Member, login: Any) -> None:
    row = customer("恒力精密", timezone.localdate())
    found = {one: drag(login(Client(), one), row.pk, date(2026, 12, 1)).status_code for one in (bob, carol, dan)}
    assert found == {bob: 404, carol: 403, dan: 404}


def test_what_stands_in_the_feed_is_what_its_owner_may_read(
    client: Client, customer: Made, alice: Member, bob: Member, inside: Any
) -> None:
    buckets.empty_all()
    row = customer("恒力精密", timezone.localdate())
    customer("老鲍的", timezone.localdate(), by=bob)
    with inside():
        ends = clock.today() + timedelta(days=30)
        values = {"name": "我的手机", "scopes": [tokens.FEED], "expires_on": ends}
        address = f"/acme/calendar/feed/{tokens.create(actor=alice, values=values).record.key}.ics"
    (event,) = Calendar.from_ical(client.get(address).content).walk("VEVENT")
    assert (event["summary"], event.start) == ("恒力精密", timezone.localdate())
    assert event["uid"].startswith(f"customer.renewal-{row.pk}@")
    restrict(inside, "hidden")
    buckets.empty_all()
    assert Calendar.from_ical(client.get(address).content).walk("VEVENT") == []


def test_records_of_an_own_type_stand_there_with_their_own_dates(adam: Member, inside: Any, login: Any) -> None:
    today = timezone.localdate()
    with inside():
        values = {"key": "contract", "name_zh": "合同", "day_zh": "到期日", "has_owner": True}
        types.create(actor=adam, values=values)
        about = {"record_type": "own_contract", "kind": "date", "key": "signed", "label_zh": "签订日"}
        fields.create(actor=adam, values=about | {"in_calendar": True})
        made = {"name": "年度框架", "day": today + timedelta(days=5), "extra.signed": today.isoformat()}
        get("own_contract.create")(actor=adam, values=made)
        assert records.get("own_contract").calendar is not None
    found = {entry["kind"]: entry["start"] for entry in shown(login(Client(), adam))["entries"]}
    assert found == {"合同": str(today + timedelta(days=5)), "合同 · 签订日": str(today)}


def test_the_field_page_offers_it_and_the_list_of_fields_says_so(adam: Member, login: Any, renewal: Any) -> None:
    as_adam = login(Client(), adam)
    assert 'name="in_calendar"' in text_of(as_adam.get(f"/acme/fields/{renewal.pk}/edit"))
    assert "在日历中" in text_of(as_adam.get("/acme/fields/of/customer"))
