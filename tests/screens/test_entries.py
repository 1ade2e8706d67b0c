"""What an entry is about: shown by its name wherever the entry stands, and chosen by name, not by its id."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gucang.activity.actions import follow_ups, tasks
from gucang.activity.models import FollowUp, Task
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from tests.contracts.world import text_of, words_of

NEW = "/acme/follow-ups/new"


@pytest.fixture
def customer(inside: Any, alice: Any) -> Customer:
    with inside():
        return customers.create(actor=alice, values={"name": "苏州恒力精密"}).record  # type: ignore[no-any-return]


@pytest.fixture
def theirs(inside: Any, bob: Any) -> Customer:
    """Of the same company, but not Alice's to see."""
    with inside():
        return customers.create(actor=bob, values={"name": "苏州鲍勃家"}).record  # type: ignore[no-any-return]


@pytest.fixture
def of_others(other: Any, dan: Any) -> Customer:
    """Of another company."""
    with company_scope(other):
        return customers.create(actor=dan, values={"name": "苏州丹家"}).record  # type: ignore[no-any-return]


def about(record: Any, kind: str = "customer") -> dict[str, Any]:
    return {"about_type": kind, "about_id": record.pk}


def test_lists_and_pages_of_entries_name_what_they_are_about(
    as_alice: Client, inside: Any, alice: Any, customer: Customer
) -> None:
    with inside():
        made = follow_ups.create(actor=alice, values=about(customer) | {"kind": "call", "text": "要两台"}).record
        task = tasks.create(actor=alice, values=about(customer) | {"title": "寄样本"}).record
        tasks.create(actor=alice, values={"title": "关于谁也不是"})
    for address in ("/acme/follow-ups/", "/acme/tasks/", f"/acme/follow-ups/{made.pk}", f"/acme/tasks/{task.pk}"):
        page = text_of(as_alice.get(address))
        assert f'href="/acme/customers/{customer.pk}">苏州恒力精密</a>' in page, address
    facts = words_of(text_of(as_alice.get(f"/acme/tasks/{task.pk}")))
    assert "客户 苏州恒力精密" in facts
    assert f"记录 {customer.pk}" not in facts


def test_a_list_does_not_name_what_somebody_may_not_see(
    as_alice: Client, inside: Any, alice: Any, bob: Any, theirs: Customer
) -> None:
    with inside():
        given = tasks.create(actor=bob, values=about(theirs) | {"title": "帮我寄样本", "assignee": alice}).record
    for address in ("/acme/tasks/", f"/acme/tasks/{given.pk}"):
        page = text_of(as_alice.get(address))
        assert "帮我寄样本" in page
        assert "苏州鲍勃家" not in page


def test_a_list_of_many_entries_asks_once_for_what_each_kind_is_about(
    as_alice: Client, inside: Any, alice: Any
) -> None:
    def counted() -> int:
        with CaptureQueriesContext(connection) as asked:
            as_alice.get("/acme/tasks/?view=all")
        return len(asked)

    def make(number: int) -> None:
        with inside():
            for n in range(number):
                buyer = customers.create(actor=alice, values={"name": f"第{n}家{number}"}).record
                tasks.create(actor=alice, values=about(buyer) | {"title": f"事{n}"})

    make(1)
    counted()
    few = counted()
    make(6)
    assert counted() == few


def test_a_follow_up_is_written_about_a_record_found_by_its_name(
    as_alice: Client, inside: Any, customer: Customer, theirs: Customer, of_others: Customer
) -> None:
    offered = text_of(as_alice.get("/acme/activity/about?q=苏州"))
    assert f'data-value="customer:{customer.pk}"' in offered
    assert "鲍勃" not in offered
    assert "丹家" not in offered
    form = text_of(as_alice.get(NEW))
    assert 'data-record-picker="/acme/activity/about"' in form
    values = {"kind": "call", "text": "要两台", "about": f"customer:{customer.pk}", "about_text": customer.name}
    assert as_alice.post(NEW, values).status_code == 302
    with inside():
        assert FollowUp.objects.get().get_about() == customer


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"about": "", "about_text": "苏州"}, "about_type"),
        ({"about": "member:1", "about_text": "Bob"}, "about_type"),
        ({"about": "customer:x", "about_text": "苏州"}, ""),
        ({"about": ":", "about_text": ""}, "about_type"),
    ],
)
def test_words_of_which_nothing_was_chosen_are_refused_where_they_stand(
    as_alice: Client, inside: Any, customer: Customer, given: dict[str, str], sentence: str
) -> None:
    answer = as_alice.post(NEW, {"kind": "call", "text": "要两台"} | given)
    page = text_of(answer)
    assert answer.status_code == 422
    assert "要两台" in page
    if sentence:
        assert f'id="f-{sentence}-error"' in page
    with inside():
        assert not FollowUp.objects.exists()


def test_nobody_writes_about_what_they_may_not_see(as_alice: Client, inside: Any, theirs: Customer) -> None:
    answer = as_alice.post(NEW, {"kind": "call", "text": "要两台", "about": f"customer:{theirs.pk}"})
    assert answer.status_code == 422
    assert "鲍勃" not in text_of(answer)
    with inside():
        assert not FollowUp.objects.exists()


def test_without_scripts_the_kind_and_the_number_do(as_alice: Client, inside: Any, customer: Customer) -> None:
    values = {"title": "寄样本", "about": "", "about_text": ""} | about(customer)
    assert as_alice.post("/acme/tasks/new", values).status_code == 302
    with inside():
        assert Task.objects.get().get_about() == customer


def test_an_entry_stays_with_its_record_when_it_is_edited(
    as_alice: Client, inside: Any, alice: Any, customer: Customer
) -> None:
    with inside():
        task = tasks.create(actor=alice, values=about(customer) | {"title": "寄样本"}).record
    address = f"/acme/tasks/{task.pk}/edit"
    assert 'data-record-picker="/acme/activity/about"' not in text_of(as_alice.get(address))
    assert as_alice.post(address, {"title": "寄样机", "seen": task.version}).status_code == 302
    with inside():
        changed = Task.objects.get()
    assert (changed.title, changed.about_id) == ("寄样机", customer.pk)
