"""The manager's home: what the team did this week."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gucang.activity.actions import follow_ups
from gucang.insight import queries
from gucang.kernel import clock, records
from gucang.kernel.actions import Row, create_many
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.parties.models import Customer


def talk(customer: Customer, by: Any, *, days_ago: int = 0) -> Any:
    values = {"about_type": "customer", "about_id": customer.pk, "kind": "call", "text": "谈了价格"}
    return follow_ups.create(actor=by, values=values | {"happened_at": clock.now() - timedelta(days=days_ago)}).record


def test_the_team_week_counts_what_each_did_and_nothing_of_last_week_or_the_bin(acme, alice: Any, bob: Any) -> None:
    with company_scope(acme):
        customer = customers.create(actor=alice, values={"name": "恒立机械"}).record
        talk(customer, alice)
        talk(customer, alice, days_ago=9)
        follow_ups.delete(talk(customer, alice), actor=alice)
        monday = clock.today() - timedelta(days=2)
        rows = queries.team_week([alice.pk, bob.pk], monday)
        assert [(row.member.pk, row.follow_ups, row.talks) for row in rows] == [(alice.pk, 1, "1")]


def test_nobodys_hundreds_are_counted_one_by_one(acme, alice: Any) -> None:
    with company_scope(acme):
        customer = customers.create(actor=alice, values={"name": "恒立机械"}).record
        values = {
            "about_type": "customer",
            "about_id": customer.pk,
            "kind": "call",
            "text": "谈了价格",
        }
        made = create_many(records.get("follow_up"), [Row(values) for _ in range(103)], actor=alice)
        assert [row.problem for row in made if row.problem] == []
        (row,) = queries.team_week([alice.pk], clock.today() - timedelta(days=2))
        assert row.talks == "99+"
