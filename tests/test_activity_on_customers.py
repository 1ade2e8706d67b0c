"""What is written about a customer's people: on whose timelines it stands, and who never gets to see it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gucang.activity import compose
from gucang.activity.actions import attachments, coaching, follow_ups, tasks
from gucang.activity.models import Attachment, FollowUp, Task
from gucang.kernel import clock, event_visibility, events, jobs, permissions, records
from gucang.kernel.errors import Invalid, NotVisible
from gucang.kernel.scope import company_scope
from gucang.messages.models import Notification
from gucang.parties.actions import contacts, customers


@pytest.fixture(autouse=True)
def file_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def hengli(scope: Any, alice: Any) -> Any:
    """Alice's customer."""
    return customers.create(actor=alice, values={"name": "苏州恒力精密机械有限公司"}).record


@pytest.fixture
def zhou(hengli: Any, alice: Any) -> Any:
    """The person there."""
    return contacts.create(actor=alice, values={"customer": hengli, "name": "周工"}).record


def names_on(record_type: str, pk: int) -> list[str]:
    return [event.name for event in events.timeline(record_type, pk)]


def test_a_talk_with_a_contact_stands_on_the_customers_timeline_too(
    scope: Any, act: Any, alice: Any, mia: Any, hengli: Any, zhou: Any
) -> None:
    entry = act(follow_ups.create, kind="call", text="周工说下周定", about_type="contact", about_id=zhou.pk).record
    act(coaching.create, by=mia, text="问清预算", about_type="follow_up", about_id=entry.pk)
    upload = SimpleUploadedFile("图纸.txt", b"drawing")
    compose.compose(alice.as_actor(), zhou, "contact", {"text": "图纸", "kind": "note"}, [upload])
    wanted = ["attachment.create", "follow_up.create", "coaching.create", "follow_up.create"]
    assert names_on("contact", zhou.pk)[:4] == wanted
    assert names_on("customer", hengli.pk)[:4] == wanted


def test_a_colleague_who_may_not_see_the_customer_sees_nothing_that_hangs_on_it(
    scope: Any, act: Any, alice: Any, bob: Any, hengli: Any
) -> None:
    on = {"about_type": "customer", "about_id": hengli.pk}
    entry = act(follow_ups.create, kind="visit", text="见了总经理", next_on=clock.today(), **on).record
    on_entry = {"about_type": "follow_up", "about_id": entry.pk}
    compose.compose(alice.as_actor(), hengli, "customer", {}, [SimpleUploadedFile("报价.txt", b"1")])
    stranger = bob.as_actor()
    for verb, model in ((follow_ups.create, FollowUp), (tasks.create, Task), (attachments.create, Attachment)):
        assert model.objects.exists()
        assert not model.objects.filter(verb.type.visible(stranger)).exists()
    for subject in (on, on_entry):
        with pytest.raises(Invalid):
            follow_ups.create(actor=bob, text="插话", **subject)
    with pytest.raises(NotVisible):
        follow_ups.edit(entry, actor=bob, text="改")


def test_a_task_about_a_customer_given_to_a_colleague_is_theirs_without_the_customer(
    scope: Any, act: Any, alice: Any, bob: Any, hengli: Any
) -> None:
    task = act(tasks.create, title="送样品", assignee=bob, about_type="customer", about_id=hengli.pk).record
    act(tasks.complete, task, by=bob)
    assert not customers.create.type.query(bob.as_actor()).filter(pk=hengli.pk).exists()


def test_a_mention_tells_only_those_who_see_the_customer(acme: Any, alice: Any, bob: Any, mia: Any) -> None:
    with company_scope(acme):
        customer = customers.create(actor=alice, values={"name": "杭州明达"}).record
        follow_ups.create(
            actor=alice, kind="note", text="@Mia @Bob 看一下", about_type="customer", about_id=customer.pk
        )
    jobs.drain()
    with company_scope(acme):
        assert list(Notification.objects.values_list("member_id", "kind")) == [(mia.pk, "mentioned")]


def test_events_of_entries_are_seen_by_who_sees_what_they_are_about_and_of_a_task_by_who_has_it(
    scope: Any, act: Any, alice: Any, bob: Any, carol: Any, mia: Any, hengli: Any
) -> None:
    on = {"about_type": "customer", "about_id": hengli.pk}
    entry = act(follow_ups.create, kind="visit", text="见了总经理", **on).record
    act(coaching.create, by=mia, text="问清预算", about_type="follow_up", about_id=entry.pk)
    task = act(tasks.create, title="送样品", assignee=bob, **on).record
    act(coaching.create, by=mia, text="带两份", about_type="task", about_id=task.pk)
    found = events.timeline("customer", hengli.pk)
    everything = ["coaching.create", "task.create", "coaching.create", "follow_up.create", "customer.create"]

    def seen_by(member: Any, **page: Any) -> list[str]:
        return [event.name for event in event_visibility.visible_to(member.as_actor(), found, **page)]

    assert [event.name for event in found] == everything
    assert seen_by(alice) == seen_by(alice, page=("customer", hengli.pk)) == everything
    assert seen_by(bob) == ["coaching.create", "task.create"], "his task and the advice on it, nothing of the customer"
    act(customers.share, hengli, member=bob)
    assert seen_by(bob) == everything
    act(customers.delete, hengli, by=mia)
    assert seen_by(bob) == everything, "what lies in the bin still has its history"


def test_judging_the_events_of_a_page_costs_the_same_for_many_entries(
    scope: Any, act: Any, alice: Any, mia: Any, zhou: Any, hengli: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        about = {"about_type": "contact", "about_id": zhou.pk}
        entry = act(follow_ups.create, kind="call", text=f"第 {number} 次", **about).record
        act(coaching.create, by=mia, text="好", about_type="follow_up", about_id=entry.pk)
    found = events.timeline("customer", hengli.pk)
    actor = alice.as_actor()
    actor.shared("customer")  # read once for the whole request
    with django_assert_max_num_queries(2):
        assert len(event_visibility.visible_to(actor, found, page=("customer", hengli.pk))) == len(found)


@pytest.mark.parametrize("many", [0, 10_000])
def test_who_sees_much_and_who_sees_little_are_judged_alike(
    act: Any, alice: Any, bob: Any, mia: Any, carol: Any, hengli: Any, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    """The database looks row by row, or hashes what one may see beforehand; both are asked here."""
    monkeypatch.setattr(permissions, "MANY_MEMBERS", many)
    act(follow_ups.create, kind="call", text="周工说下周定", about_type="customer", about_id=hengli.pk)
    people = (alice, bob, mia, carol)
    seen = {who.name: records.get("follow_up").query(who.as_actor()).exists() for who in people}
    assert seen == {"Alice": True, "Bob": False, "Mia": True, "Carol": True}


def test_to_open_an_entry_only_what_it_is_about_is_asked_for(
    scope: Any, act: Any, alice: Any, bob: Any, hengli: Any, zhou: Any
) -> None:
    entry = act(follow_ups.create, kind="visit", text="见了总经理", about_type="customer", about_id=hengli.pk).record
    stale = FollowUp.objects.get(pk=entry.pk)
    with CaptureQueriesContext(connection) as asked:
        follow_ups.edit(entry, actor=alice, text="见了周总")
    opened = next(
        one["sql"] for one in asked if "FOR NO KEY UPDATE" in one["sql"] and "activity_followup" in one["sql"]
    )
    assert "parties_customer" in opened
    assert "selling_lead" not in opened
    with pytest.raises(NotVisible):
        follow_ups.edit(entry, actor=bob, text="改")
    # Read when it was still about the contact: it is opened all the same.
    stale.about_type, stale.about_id = "contact", zhou.pk
    assert follow_ups.edit(stale, actor=alice, text="见了周工").record.text == "见了周工"
