"""The log can be read in order, sealed, checked and redacted, and never changed."""

from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from django.db import connection

from gucang.config import environment
from gucang.kernel import clock, event_visibility, events, records, seals
from gucang.kernel.models import Event, EventSeal
from gucang.kernel.scope import company_scope

MARCH = datetime(2026, 3, 5, 3, 0, tzinfo=UTC)


@pytest.fixture
def department(scope, adam):
    return records.get("department").create(actor=adam, values={"name": "历史"}).record


def rename(record, adam, moment, name):
    with clock.at(moment):
        return records.get("department").edit(record, actor=adam, values={"name": name}).event


def test_a_timeline_is_newest_first_and_pages_by_cursor(scope, adam, department):
    made = [rename(department, adam, MARCH + timedelta(days=n), f"名{n}") for n in range(5)]
    newest_first = [*reversed(made)]
    everything = events.timeline("department", department.pk)
    assert [event.pk for event in everything if event.name == "department.edit"] == [e.pk for e in newest_first]
    first = events.timeline("department", department.pk, limit=3)
    last = first[-1]
    rest = events.timeline("department", department.pk, before=events.Cursor(last.occurred_at, last.pk))
    assert [event.pk for event in first + rest] == [event.pk for event in everything]


def test_a_timeline_is_one_query(scope, department, django_assert_num_queries):
    with django_assert_num_queries(1):
        events.timeline("department", department.pk)


def test_events_go_to_their_months_partition(scope, adam, department):
    events.ensure_months(date(2026, 3, 1), ahead=0)
    event = rename(department, adam, MARCH, "三月")
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM kernel_event WHERE id = %s", [event.pk])
        assert cursor.fetchone()[0] == "kernel_event_202603"


def test_events_of_a_month_without_partition_move_when_it_is_made(scope, adam, department):
    event = rename(department, adam, MARCH.replace(year=2019), "很久以前")
    events.ensure_months(date(2019, 3, 1), ahead=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM kernel_event WHERE id = %s", [event.pk])
        assert cursor.fetchone()[0] == "kernel_event_201903"


def test_a_seal_is_made_for_each_day_before_today_and_verifies(scope, adam, department):
    for day in range(3):
        rename(department, adam, MARCH + timedelta(days=day), f"第{day}天")
    with clock.at(MARCH + timedelta(days=3)):
        assert seals.seal_days() == 3
        assert seals.seal_days() == 0
    assert [seal.events for seal in EventSeal.objects.order_by("day")] == [1, 1, 1]
    assert seals.verify() == (3, [])


def test_redacting_a_person_keeps_the_seal_whole(scope, adam, department):
    event = rename(department, adam, MARCH, "张三个人部")
    with clock.at(MARCH + timedelta(days=1)):
        seals.seal_days()
    assert events.redact(records.get("department"), department, ["name"]) == 2
    redacted = Event.objects.get(pk=event.pk)
    assert redacted.changes["name"] == ["[redacted]", "[redacted]"]
    assert "张三" not in f"{redacted.changes} {redacted.subject_label} {redacted.facts}"
    assert seals.verify() == (1, [])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "tamper",
    [
        "UPDATE kernel_event SET subject_label = 'x' WHERE id = %(id)s",
        "UPDATE kernel_event SET changes = '{}' WHERE id = %(id)s",
        "UPDATE kernel_event SET occurred_at = occurred_at - interval '1 s' WHERE id = %(id)s",
        "DELETE FROM kernel_event WHERE id = %(id)s",
        "INSERT INTO kernel_event SELECT (jsonb_populate_record(e, jsonb_build_object('id', e.id + 100000))).*"
        " FROM kernel_event e WHERE id = %(id)s",
        "UPDATE kernel_eventseal SET events = events + 1",
    ],
    ids=["label", "changes", "moment", "removed", "added", "seal"],
)
def test_whoever_changes_the_log_behind_its_back_is_found_out(acme, adam, tamper):
    with company_scope(acme):
        record = records.get("department").create(actor=adam, values={"name": "历史"}).record
        event = rename(record, adam, MARCH, "原样")
    with company_scope(acme), clock.at(MARCH + timedelta(days=1)):
        seals.seal_days()
    owner = environment.parameters("owner") | {"dbname": connection.settings_dict["NAME"]}
    with psycopg.connect(**owner) as intruder:
        intruder.execute("SELECT set_config('app.company_id', %s, true)", [str(acme.pk)])
        intruder.execute(tamper, {"id": event.pk})
    with company_scope(acme):
        days, flaws = seals.verify()
    assert days == 1
    assert [flaw.day for flaw in flaws] == [MARCH.date()]


def test_only_events_whose_subject_is_visible_are_shown(scope, adam, alice, department):
    found = events.timeline("department", department.pk)
    assert event_visibility.visible_to(adam.as_actor(), found) == found
    nobody = alice.as_actor()
    nobody.grants = {}
    assert event_visibility.visible_to(nobody, found) == []
