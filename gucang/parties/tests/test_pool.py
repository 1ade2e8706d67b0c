"""公海: claiming, releasing, recycling, and twenty people who want the same customer."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from gucang.activity.actions import follow_ups
from gucang.kernel import clock, jobs, records
from gucang.kernel.actors import Access, system
from gucang.kernel.errors import Forbidden, Invalid, NotVisible, Problem, Refused
from gucang.kernel.models import Event
from gucang.kernel.permissions import access
from gucang.kernel.scope import company_scope
from gucang.messages.models import Notification
from gucang.parties import queries
from gucang.parties.actions import contacts, customers, pool
from gucang.parties.jobs import recycle
from gucang.parties.models import Customer, PoolRules
from tests.personas import hire

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def set_rules(adam: Any, **values: Any) -> PoolRules:
    return pool.create_rules(actor=adam, values=values).record


@pytest.fixture
def pooled(scope: Any, alice: Any, new_customer: Any) -> Callable[..., Customer]:
    """`pooled("…")`: a customer that Alice has put into the pool."""

    def make(name: str = "苏州恒力精密机械有限公司", **values: Any) -> Customer:
        return pool.release(new_customer(name, **values), actor=alice, reason="跟不动了").record

    return make


def test_releasing_puts_a_customer_where_others_can_claim_it(
    act: Any, scope: Any, alice: Any, bob: Any, new_customer: Any
) -> None:
    mine = new_customer()
    outcome = act(pool.release, mine, reason="跟不动了")
    assert outcome.event.changes == {"owner": [alice.pk, None]}
    assert outcome.event.facts == {"reason": "跟不动了"}
    assert (outcome.record.in_pool, outcome.record.previous_owner) == (True, alice)
    assert act(pool.claim, mine, by=bob).record.owner == bob
    assert Customer.objects.get(pk=mine.pk).pooled_at is None


def test_a_reason_is_needed_for_letting_go(scope: Any, alice: Any, new_customer: Any) -> None:
    with pytest.raises(Problem, match=r"原因|Reason"):
        pool.release(new_customer(), actor=alice)


def test_the_pool_shows_the_name_but_neither_phone_nor_contacts(pooled: Any, alice: Any, bob: Any) -> None:
    theirs = pooled(phone="13912345678")
    kind = records.get("customer")
    seen = kind.query(bob.as_actor()).get(pk=theirs.pk)
    assert access(bob.as_actor(), kind, "phone", seen) == Access.MASKED
    assert access(bob.as_actor(), kind, "name", seen) == Access.WRITE
    with pytest.raises(Forbidden):
        customers.edit(theirs, actor=bob, values={"note": "先记下电话"})


def test_contacts_come_to_light_with_the_claim(scope: Any, alice: Any, bob: Any, new_customer: Any) -> None:
    mine = new_customer()
    contacts.create(actor=alice, values={"customer": mine, "name": "孙丽"})
    pool.release(mine, actor=alice, reason="跟不动了")
    kind = records.get("contact")
    assert not kind.query(bob.as_actor()).exists()
    pool.claim(mine, actor=bob)
    assert kind.query(bob.as_actor()).exists()


def test_who_may_not_claim_does_not_see_the_pool_by_that_right(pooled: Any, carol: Any) -> None:
    with pytest.raises(Forbidden):
        pool.claim(pooled(), actor=carol)


def test_the_former_owner_leaves_it_to_others_for_a_week(pooled: Any, alice: Any, adam: Any, act: Any) -> None:
    with clock.at(START):
        set_rules(adam, cool_down_days=7)
        theirs = pooled()
    with clock.at(START + timedelta(days=6)), pytest.raises(Refused):
        pool.claim(theirs, actor=alice)
    with clock.at(START + timedelta(days=8)):
        act(pool.claim, theirs)


def test_nobody_hoards_customers(pooled: Any, bob: Any, adam: Any, act: Any, new_customer: Any) -> None:
    set_rules(adam, cap=2)
    first, second = pooled("甲公司"), pooled("乙公司")
    new_customer("丙公司", by=bob)
    act(pool.claim, first, by=bob)
    with pytest.raises(Refused, match="2"):
        pool.claim(second, actor=bob)
    pool.release(first, actor=bob, reason="不合适")
    act(pool.claim, second, by=bob)


def test_claims_are_counted_by_the_day_even_when_released_again(pooled: Any, bob: Any, adam: Any, act: Any) -> None:
    with clock.at(START):
        set_rules(adam, claims_a_day=1)
        first, second = pooled("甲公司"), pooled("乙公司")
        act(pool.claim, first, by=bob)
        pool.release(first, actor=bob, reason="不合适")
        with pytest.raises(Refused):
            pool.claim(second, actor=bob)
    with clock.at(START + timedelta(days=1)):
        act(pool.claim, second, by=bob)


def test_a_manager_gives_a_pool_customer_to_somebody(pooled: Any, mia: Any, bob: Any, act: Any) -> None:
    assert act(customers.assign, pooled(), by=mia, owner=bob).record.owner == bob


def test_a_salesperson_cannot_go_around_the_claim(pooled: Any, alice: Any, bob: Any, adam: Any) -> None:
    theirs = pooled()
    with pytest.raises(Forbidden):
        customers.assign(theirs, actor=bob, owner=bob)
    with pytest.raises(Invalid, match="公海"):
        contacts.create(actor=bob, values={"customer": theirs, "name": "孙丽"})
    contacts.create(actor=adam, values={"customer": theirs, "name": "孙丽"})


def test_who_comes_too_late_is_told_so(pooled: Any, alice: Any, bob: Any, adam: Any) -> None:
    theirs = pooled()
    pool.claim(theirs, actor=adam)
    with pytest.raises(NotVisible, match="别人先领"):
        pool.claim(theirs, actor=bob)


def test_there_is_one_set_of_rules(scope: Any, adam: Any, alice: Any) -> None:
    set_rules(adam, cap=5)
    with pytest.raises(Refused):
        set_rules(adam, cap=6)
    with pytest.raises(Forbidden):
        pool.edit_rules(queries.pool_rules(), actor=alice, values={"cap": 0})
    assert pool.edit_rules(queries.pool_rules(), actor=adam, values={"cap": 9}).record.cap == 9


def test_without_rules_the_night_takes_nothing(scope: Any, new_customer: Any) -> None:
    mine = new_customer()
    with clock.at(clock.now() + timedelta(days=5000)):
        recycle()
    assert Customer.objects.get(pk=mine.pk).owner_id is not None


def test_the_night_warns_a_week_before_and_then_recycles_once(
    scope: Any, alice: Any, adam: Any, new_customer: Any
) -> None:
    with clock.at(START):
        set_rules(adam, days_without_contact=30, warn_days=7)
        mine = new_customer()

    def night(day: int) -> None:
        with clock.at(START + timedelta(days=day)):
            recycle()
            recycle()

    night(22)
    assert not Event.objects.filter(name="customer.warn").exists()
    night(23)
    night(29)
    warned = Event.objects.get(name="customer.warn")
    assert (warned.actor_kind, warned.changes) == ("system", {"warned_for": [None, "2026-04-01"]})
    assert Customer.objects.get(pk=mine.pk).owner == alice
    night(30)
    night(31)
    gone = Event.objects.get(name="customer.recycle")
    assert gone.facts == {"former_owner": alice.pk, "reason": "contact"}
    assert Customer.objects.get(pk=mine.pk).in_pool


def test_a_follow_up_after_the_warning_keeps_the_customer(scope: Any, alice: Any, adam: Any, new_customer: Any) -> None:
    with clock.at(START):
        set_rules(adam, days_without_contact=30, warn_days=7)
        mine = new_customer()
    with clock.at(START + timedelta(days=25)):
        recycle()
        follow_ups.create(
            actor=alice, values={"about_type": "customer", "about_id": mine.pk, "kind": "call", "text": "约了下周"}
        )
    with clock.at(START + timedelta(days=31)):
        recycle()
    after = Customer.objects.get(pk=mine.pk)
    assert after.owner == alice
    assert after.last_contact_at == START + timedelta(days=25)
    assert after.version == mine.version + 1  # the warning; a follow-up is no second deed
    assert not Event.objects.filter(name="customer.recycle").exists()


def test_a_note_to_oneself_is_no_contact(scope: Any, alice: Any, new_customer: Any) -> None:
    mine = new_customer()
    follow_ups.create(
        actor=alice, values={"about_type": "customer", "about_id": mine.pk, "kind": "note", "text": "改天打"}
    )
    assert Customer.objects.get(pk=mine.pk).last_contact_at is None


def test_a_follow_up_with_a_contact_counts_for_the_customer_with_its_next_step(
    scope: Any, alice: Any, new_customer: Any
) -> None:
    mine = new_customer()
    person = contacts.create(actor=alice, values={"customer": mine, "name": "孙丽"}).record
    day = clock.today() + timedelta(days=3)
    follow_ups.create(
        actor=alice,
        values={
            "about_type": "contact", "about_id": person.pk, "kind": "visit", "text": "看了样机",
            "next_step": "送报价", "next_on": day,
        },
    )  # fmt: skip
    after = Customer.objects.get(pk=mine.pk)
    assert after.last_contact_at is not None
    assert (after.next_step_on, after.next_step) == (day, "送报价")


def test_the_owner_is_told_and_the_sentence_names_the_day(scope: Any, alice: Any, adam: Any, new_customer: Any) -> None:
    with clock.at(START):
        set_rules(adam, days_without_contact=30, warn_days=7)
        new_customer()
    with clock.at(START + timedelta(days=23)):
        recycle()
    warned = Event.objects.get(name="customer.warn")
    from gucang.parties.reactions import tell_of_the_pool

    (told,) = tell_of_the_pool(warned)
    assert (told.member_id, told.params["day_on"]) == (alice.pk, "2026-04-01")


def test_only_the_program_recycles(scope: Any, adam: Any, alice: Any, new_customer: Any) -> None:
    mine = new_customer()
    for person in (alice, adam):
        with pytest.raises(Forbidden):
            pool.recycle(mine, actor=person)
    with pytest.raises(Refused):
        pool.recycle(mine, actor=system())


@pytest.mark.django_db(transaction=True)
def test_twenty_claims_at_once_leave_one_owner_and_one_event(acme: Any, alice: Any) -> None:
    with company_scope(acme):
        racers = [hire(f"Racer{n}", "salesperson") for n in range(20)]
        mine = customers.create(actor=alice, values={"name": "人人想要的客户"}).record
        pool.release(mine, actor=alice, reason="试一试")
    ready = Barrier(len(racers))

    def race(member: Any) -> str:
        ready.wait()
        try:
            with company_scope(acme):
                pool.claim(mine.pk, actor=member)
            return "mine"
        except (Refused, NotVisible):
            return "late"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(racers)) as threads:
        results = list(threads.map(race, racers))
    assert sorted(results) == ["late"] * 19 + ["mine"]
    with company_scope(acme):
        assert Event.objects.filter(name="customer.claim", subject_id=mine.pk).count() == 1
        winner = racers[results.index("mine")]
        assert Customer.objects.get(pk=mine.pk).owner_id == winner.pk


@pytest.mark.django_db(transaction=True)
def test_claiming_many_at_once_does_not_get_around_the_cap(acme: Any, alice: Any, bob: Any, adam: Any) -> None:
    with company_scope(acme):
        pool.create_rules(actor=adam, values={"cap": 2})
        open_ones = []
        for n in range(6):
            made = customers.create(actor=alice, values={"name": f"公海客户{n}"}).record
            open_ones.append(pool.release(made, actor=alice, reason="试一试").record)
    ready = Barrier(len(open_ones))

    def race(customer: Any) -> bool:
        ready.wait()
        try:
            with company_scope(acme):
                pool.claim(customer, actor=bob)
            return True
        except Refused:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(len(open_ones)) as threads:
        assert sum(threads.map(race, open_ones)) == 2


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_for_the_new_owner(acme: Any, alice: Any, bob: Any) -> None:
    with company_scope(acme):
        mine = customers.create(actor=alice, values={"name": "恒力"}).record
        customers.assign(mine, actor=alice, owner=bob)
    jobs.drain()
    with company_scope(acme):
        assert Notification.objects.filter(member=bob, kind="assigned", about_id=mine.pk).count() == 1
        assert not Notification.objects.filter(member=alice).exists()


def test_the_timeline_says_in_words_why_a_customer_went_back(
    acme: Any, client: Any, login: Any, alice: Any, adam: Any, mia: Any
) -> None:
    with company_scope(acme):
        set_rules(adam, days_without_contact=30, warn_days=0)
        customer = customers.create(actor=alice, values={"name": "苏州恒力精密机械有限公司"}).record
        with clock.at(clock.now() + timedelta(days=40)):
            pool.recycle(customer, actor=system())
    page = login(client, mia).get(f"/acme/customers/{customer.pk}").content.decode()
    assert "太久没有人联系" in page
