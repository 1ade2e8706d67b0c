"""What a page asks the database does not grow with what is on it, and stays what it was.

The numbers lie beside this file. A page that asks more than before fails; see `pinned` for how a change is accepted.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gucang.accounts.actions import tokens
from gucang.accounts.models import Role
from gucang.grid.screens import has_grid
from gucang.kernel import clock, records
from gucang.kernel.errors import Problem
from gucang.kernel.records import RecordType
from gucang.kernel.scope import company_scope
from gucang.surface.screens.details import _all_related
from tests.contracts.world import TYPES, Pages

# What has a page of its own is shown there, and what there is one of has no list.
SHOWN = [one for one in TYPES if not one.page]
LISTED = [one for one in SHOWN if not one.only]
of_every_shown = pytest.mark.parametrize("record_type", SHOWN, ids=lambda one: one.name)
of_every_listed = pytest.mark.parametrize("record_type", LISTED, ids=lambda one: one.name)
PINS = Path(__file__).with_name("query_counts.json")
ACCEPT = "GUCANG_ACCEPT_QUERIES"
# A list or a board is one kind of record. A record's page has a panel for every type that refers to it, and the home
# page a card for each duty of a role, each of them a query or two; the calendar and its feed ask once for each type
# that stands in it.
MOST = {
    "list": 12, "board": 12, "record": 23, "home": 20, "calendar": 15, "feed": 13, "look": 16, "compare": 8,
    "grid": 14,
}  # fmt: skip
MANY = 30
# Asked before any page begins: the marks of transactions, and who asks in which company.
FRAME = (
    "SAVEPOINT", "RELEASE SAVEPOINT", "SELECT set_config", "django_session",
    '"accounts_user"', '"kernel_company"."slug"', '"accounts_role"."grants"',
)  # fmt: skip


@pytest.fixture(scope="module")
def counts() -> Iterator[dict[str, int]]:
    """The numbers as they were accepted; with the variable set, those of this run are kept in their place."""
    accepted = json.loads(PINS.read_text("utf-8"))
    found = dict(accepted)
    yield found
    if os.environ.get(ACCEPT) and found != accepted:
        PINS.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", "utf-8")


def pinned(counts: dict[str, int], page: str, asked: list[str]) -> None:
    """Demand that `page` asks what it asked before, and no more than MOST for its kind."""
    most = MOST[page.split()[0]]
    told = "\n".join(f"{number:3} {sql[:150]}" for number, sql in enumerate(asked, 1))
    if os.environ.get(ACCEPT):
        counts[page] = len(asked)
    assert len(asked) <= most, f"{page} asks {len(asked)} queries; {most} are the most:\n{told}"
    assert counts.get(page) == len(asked), (
        f"{page} asks {len(asked)} queries, {counts.get(page)} were accepted. If that is meant, run\n"
        f"  {ACCEPT}=1 pytest {Path(__file__).name}\nand commit {PINS.name}. It asks:\n{told}"
    )


def asked_by(browser: Client, path: str) -> list[str]:
    """The queries of a page by themselves, looked at a second time: the first warms what is kept per process."""
    browser.get(path)
    with CaptureQueriesContext(connection) as caught:
        answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return [one["sql"] for one in caught if not any(word in one["sql"].partition(" WHERE ")[0] for word in FRAME)]


def no_more(first: list[str], later: list[str], page: str) -> None:
    """Demand that more rows ask no more queries, and show which came on top."""
    more = "\n".join(sql[:200] for sql in later if sql not in first)
    assert len(later) <= len(first), f"{page}: {len(first)} queries became {len(later)}. New ones:\n{more}"


@of_every_listed
def test_a_list_asks_the_same_for_one_three_and_thirty_rows(
    world: Pages, counts: dict[str, int], record_type: RecordType
) -> None:
    browser, path = world.browser("adam"), f"/acme/{record_type.plural}/"
    with company_scope(world.company):
        world.several(record_type, 1)
    first = asked_by(browser, path)
    for number in (3, MANY):
        with company_scope(world.company):
            world.several(record_type, number)
        no_more(first, asked_by(browser, path), path)
    pinned(counts, f"list {record_type.name}", first)


@of_every_shown
def test_a_grid_asks_the_same_for_one_row_and_for_thirty(
    world: Pages, counts: dict[str, int], record_type: RecordType
) -> None:
    browser, path = world.browser("adam"), f"/acme/{record_type.plural}/grid"
    with company_scope(world.company):
        there = has_grid(record_type, world.people["adam"].as_actor())
        world.several(record_type, 1)
    if not there:
        assert browser.get(path).status_code == 403
        return
    first = asked_by(browser, path), asked_by(browser, f"{path}/rows")
    with company_scope(world.company):
        world.several(record_type, MANY)
    for page, few, many in zip(
        ("page", "rows"), first, (asked_by(browser, path), asked_by(browser, f"{path}/rows")), strict=True
    ):
        no_more(few, many, path)
        pinned(counts, f"grid {page} of {record_type.name}", few)


@of_every_shown
def test_a_record_asks_the_same_with_one_event_and_with_thirty(
    world: Pages, counts: dict[str, int], record_type: RecordType
) -> None:
    browser = world.browser("adam")
    with company_scope(world.company):
        record = world.any_record(record_type)
        fill(world, record_type, record, 1)
        change(world, record_type, record, 1)
    path = f"/acme/{record_type.plural}/{record.pk}"
    first = asked_by(browser, path)
    with company_scope(world.company):
        fill(world, record_type, record, MANY)
        change(world, record_type, record, MANY)
    no_more(first, asked_by(browser, path), path)
    pinned(counts, f"record {record_type.name}", first)


def fill(world: Pages, record_type: RecordType, record: Any, number: int) -> None:
    """Give the record `number` of everything that refers to it and that people make."""
    for related in _all_related(record_type):
        other = next(one for one in TYPES if one.name == related.record)
        field = related.field or record_type.name
        if other.create is None or field not in other.form.fields:
            continue
        for _one in range(number - other.query(world.people["adam"].as_actor()).filter(**{field: record}).count()):
            try:
                other.create(actor=world.people["adam"], values=world.body(other.create) | {field: record.pk})
            except Problem:
                break


def change(world: Pages, record_type: RecordType, record: Any, number: int) -> None:
    """Edit the record `number` times, if it can be edited."""
    if record_type.edit is None:
        return
    for _one in range(number):
        record_type.edit(record.pk, actor=world.people["adam"], values=world.body(record_type.edit))


@of_every_shown
def test_a_board_asks_the_same_for_one_card_and_for_thirty(
    world: Pages, counts: dict[str, int], record_type: RecordType
) -> None:
    browser, path = world.browser("adam"), f"/acme/{record_type.plural}/board"
    if record_type.board is None:
        assert browser.get(path).status_code == 404
        return
    with company_scope(world.company):
        world.several(record_type, 1)
    first = asked_by(browser, path)
    with company_scope(world.company):
        world.several(record_type, MANY)
    no_more(first, asked_by(browser, path), path)
    pinned(counts, f"board {record_type.name}", first)


# A query for each kind of record that stands in it, and one for each kind that those are about.
@pytest.mark.parametrize("who", ["alice", "mia", "adam"])
@pytest.mark.parametrize("whose", ["me", "team", "all"])
def test_the_calendar_asks_the_same_however_much_stands_in_it(
    world: Pages, counts: dict[str, int], who: str, whose: str
) -> None:
    browser, today = world.browser(who), clock.today()
    days = f"from={today - timedelta(days=7)}&until={today + timedelta(days=7)}"
    agenda, entries = f"/acme/calendar?whose={whose}", f"/acme/calendar/entries?whose={whose}&{days}"
    with company_scope(world.company):
        busy(world, who, 1)
    first = asked_by(browser, agenda), asked_by(browser, entries)
    with company_scope(world.company):
        busy(world, who, MANY)
    later = asked_by(browser, agenda), asked_by(browser, entries)
    for page, few, many in zip(("agenda", "entries"), first, later, strict=True):
        no_more(few, many, f"{page} of {who}")
        pinned(counts, f"calendar {page} of {who}, {whose}", few)


def test_the_feed_asks_the_same_however_much_stands_in_it(world: Pages, counts: dict[str, int]) -> None:
    with company_scope(world.company):
        values = {"name": "phone", "scopes": [tokens.FEED], "expires_on": clock.today() + timedelta(days=9)}
        key = tokens.create(actor=world.people["alice"], values=values).record.key
        busy(world, "alice", 1)
    path = f"/acme/calendar/feed/{key}.ics"
    first = asked_by(Client(), path)
    with company_scope(world.company):
        busy(world, "alice", MANY)
    no_more(first, asked_by(Client(), path), path)
    pinned(counts, "feed of alice", first)


def busy(world: Pages, who: str, number: int) -> None:
    """Put `number` of everything that has a day on today, about a customer and a deal, for this person."""
    person, today = world.people[who], clock.today()
    customer = world.make(records.get("customer"), who)
    for n in range(number):
        made = {"name": f"deal {n}", "customer": customer.pk, "closes_on": today}
        deal = records.get("opportunity").create(actor=person, values=made).record
        for kind, pk in (("customer", customer.pk), ("opportunity", deal.pk)):
            about = {"about_type": kind, "about_id": pk}
            records.get("task").create(actor=person, values={"title": f"task {n}", "due_on": today, **about})
            records.get("follow_up").create(actor=person, values={"kind": "call", "text": f"call {n}", **about})


@pytest.mark.parametrize("who", ["alice", "mia", "adam"])
def test_the_home_page_asks_the_same_however_much_there_is_to_do(
    world: Pages, counts: dict[str, int], who: str
) -> None:
    browser = world.browser(who)
    kinds = [one for one in TYPES if one.name in ("task", "opportunity", "lead", "customer", "follow_up")]
    with company_scope(world.company):
        for kind in kinds:
            world.several(kind, 1, "alice")
    first = asked_by(browser, "/acme/")
    with company_scope(world.company):
        for kind in kinds:
            world.several(kind, MANY, "alice")
    no_more(first, asked_by(browser, "/acme/"), f"home of {who}")
    pinned(counts, f"home of {who}", first)


def test_looking_as_somebody_asks_the_same_for_one_row_and_for_thirty(world: Pages, counts: dict[str, int]) -> None:
    browser, kind = world.browser("adam"), next(one for one in TYPES if one.name == "customer")
    alice = world.people["alice"]
    assert browser.post("/acme/look", {"member": alice.pk}).status_code == 302
    path = f"/acme/look/m{alice.pk}/customers/"
    with company_scope(world.company):
        world.several(kind, 1, "alice")
    first = asked_by(browser, path)
    with company_scope(world.company):
        world.several(kind, MANY, "alice")
    no_more(first, asked_by(browser, path), path)
    pinned(counts, "look customer", first)


def test_comparing_two_roles_asks_for_the_roles_once(world: Pages, counts: dict[str, int]) -> None:
    with company_scope(world.company):
        left, right = Role.objects.filter(key__in=("salesperson", "sales_manager")).values_list("pk", flat=True)
    pinned(counts, "compare roles", asked_by(world.browser("adam"), f"/acme/roles/compare?a={left}&b={right}&all=1"))
