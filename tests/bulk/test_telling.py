"""Who hears of a run: each once, of what was done to the records that they see; and of its way back."""

from __future__ import annotations

from typing import Any

import pytest

from gucang.bulk import actions, engine, rules
from gucang.kernel import jobs
from gucang.kernel.scope import company_scope
from gucang.messages import queries
from gucang.messages.models import Notification
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.selling.actions import opportunities
from gucang.selling.models import Opportunity
from tests.bulk.conftest import begin, make_many


def told(company: Any, member: Any) -> list[str]:
    with company_scope(company):
        rows = queries.of(member.as_actor()).order_by("pk")
        return [queries.sentence(row) for row in rows]


def run_through(company: Any, *args: Any, **values: Any) -> Any:
    with company_scope(company):
        run = begin(*args, **values)
        while engine.advance(run.pk):
            pass
    jobs.drain()
    return run


def take_back(company: Any, run: Any, by: Any) -> None:
    with company_scope(company):
        actions.take_back(run, actor=by)
        while engine.step_back(run.pk):
            pass
    jobs.drain()


def test_a_hand_over_of_many_is_told_once_with_how_many_and_leads_to_them(
    acme: Any, alice: Any, bob: Any, mia: Any, dan: Any
) -> None:
    with company_scope(acme):
        rows = make_many(alice, 3, city="苏州")
    run_through(acme, mia, "assign", rows, owner=bob.pk)
    assert told(acme, bob) == ["Mia把 3 个客户转给了你，其中有“苏州客户0000”。"]
    with company_scope(acme):
        assert queries.target(Notification.objects.get(member=bob)) == "/customers/?mine=1&sort=-updated_at"
    assert told(acme, alice) == []
    assert told(acme, mia) == []
    with company_scope(dan.company):
        assert not Notification.objects.exists()


def test_of_one_record_the_sentence_is_that_of_a_single_deed(acme: Any, alice: Any, bob: Any, mia: Any) -> None:
    with company_scope(acme):
        (row,) = make_many(alice, 1, city="苏州")
    run_through(acme, mia, "assign", [row], owner=bob.pk)
    assert told(acme, bob) == ["Mia把客户“苏州客户0000”转给了你。"]
    with company_scope(acme):
        assert queries.target(Notification.objects.get(member=bob)) == f"/customers/{row.pk}"


def test_deals_that_went_along_are_counted_too(acme: Any, alice: Any, bob: Any, mia: Any) -> None:
    with company_scope(acme):
        rows = make_many(alice, 2, city="苏州")
        for row in rows:
            opportunities.create(actor=alice, values={"name": f"{row.name}的单", "customer": row})
    run_through(acme, mia, "assign", rows, owner=bob.pk, with_opportunities=True)
    assert sorted(told(acme, bob)) == [
        "Mia把 2 个商机转给了你，其中有“苏州客户0000的单”。",
        "Mia把 2 个客户转给了你，其中有“苏州客户0000”。",
    ]
    with company_scope(acme):
        assert set(Opportunity.objects.values_list("owner_id", flat=True)) == {bob.pk}


def test_whoever_heard_of_it_hears_that_it_was_taken_back(acme: Any, alice: Any, bob: Any, mia: Any) -> None:
    with company_scope(acme):
        rows = make_many(alice, 3, city="苏州")
    run = run_through(acme, mia, "assign", rows, owner=bob.pk)
    with company_scope(acme):
        customers.assign(rows[0], actor=mia, owner=mia.pk)  # somebody has gone on with this one
    take_back(acme, run, mia)
    assert told(acme, bob)[1:] == ["Mia撤回了交接：交给你的记录里，有 2 条不再归你。"]
    assert told(acme, alice) == [], "who has them again never heard that they were gone"
    with company_scope(acme):
        assert Customer.objects.filter(owner=alice).count() == 2


def test_what_was_taken_back_before_anybody_heard_is_not_told(acme: Any, alice: Any, bob: Any, mia: Any) -> None:
    with company_scope(acme):
        rows = make_many(alice, 3, city="苏州")
        run = begin(mia, "assign", rows, owner=bob.pk)
        while engine.advance(run.pk):
            pass
    take_back(acme, run, mia)
    assert told(acme, bob) == []


def test_nobody_hears_of_records_that_they_do_not_see(
    acme: Any, alice: Any, bob: Any, mia: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "DIRECT", 1)
    with company_scope(acme):
        rows = make_many(alice, 3, city="苏州")
        run = begin(mia, "assign", rows, owner=bob.pk)
        while engine.advance(run.pk):
            pass
        for row in rows[:2]:
            customers.assign(row, actor=mia, owner=alice.pk)
    jobs.drain()
    assert "Mia把客户“苏州客户0002”转给了你。" in told(acme, bob)
    assert not any("0000" in sentence or "0001" in sentence for sentence in told(acme, bob))
