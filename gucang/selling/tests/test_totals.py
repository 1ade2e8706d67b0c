"""The kept sums by stage equal what adding up gives, after any sequence of deeds, single or in bulk."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from gucang.kernel import records
from gucang.kernel.actions import Row, create_many, edit_many
from gucang.kernel.actors import system
from gucang.kernel.errors import Problem
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.selling import board, queries
from gucang.selling.actions import opportunities, pipelines
from gucang.selling.models import LossReason, Opportunity, Stage, StageTotal


def deeds(rng: random.Random, members: list[Any], stages: dict[str, Stage]) -> list[Callable[[Any], Any]]:
    """Everything that can move a deal between sums, as functions of a deal."""
    program = system()
    open_stages = [stages[name].pk for name in ("first", "needs", "quote", "talks")]
    reason = LossReason.objects.first()
    kind = records.get("opportunity")
    return [
        lambda deal: opportunities.edit(deal, actor=program, values={"amount": rng.randrange(10**6)}),
        lambda deal: opportunities.edit(deal, actor=program, values={"currency": rng.choice(["", "USD", "EUR"])}),
        lambda deal: opportunities.edit(deal, actor=deal.owner, values={"private": rng.random() < 0.5}),
        lambda deal: opportunities.move(deal, actor=program, stage=rng.choice(open_stages)),
        lambda deal: opportunities.win(deal, actor=program),
        lambda deal: opportunities.lose(deal, actor=program, reason=reason),
        lambda deal: opportunities.reopen(deal, actor=program),
        lambda deal: opportunities.assign(deal, actor=program, owner=rng.choice(members)),
        lambda deal: opportunities.delete(deal, actor=program),
        lambda deal: opportunities.restore(deal, actor=program),
        lambda deal: edit_many(kind, [Row({"amount": rng.randrange(10**6)}, record=deal.pk)], actor=program),
    ]


@pytest.mark.parametrize("seed", range(4))
def test_after_any_sequence_of_deeds_the_totals_are_right(
    seed: int, scope: Any, alice: Any, bob: Any, mia: Any, adam: Any, customer: Any, stages: dict[str, Stage]
) -> None:
    rng = random.Random(seed)
    for name in ("needs", "quote", "talks", "won"):
        pipelines.edit_stage(stages[name], actor=adam, values={"required_fields": []})
    rows = [
        Row({"name": f"单{n}", "customer": customer, "amount": n * 100, "owner": rng.choice([alice, bob]).pk})
        for n in range(8)
    ]
    create_many(records.get("opportunity"), rows, actor=system(), also=("owner",))
    assert queries.check_totals() == []
    possible, done = deeds(rng, [alice, bob, mia], stages), 0
    for _step in range(60):
        deal = Opportunity.with_bin.get(pk=rng.choice(rows).record.pk)
        try:
            rng.choice(possible)(deal)
            done += 1
        except Problem:
            continue  # a deed that does not fit the deal's state leaves the sums alone, which is checked below
        assert queries.check_totals() == []
    assert done > 20
    assert queries.check_totals() == []


def test_a_wrong_total_is_found(scope: Any, new_deal: Any) -> None:
    new_deal(amount=100)
    connection.cursor().execute("UPDATE selling_stagetotal SET amount = amount + 1 WHERE count = 1")
    ((_key, kept, real),) = queries.check_totals()
    assert (kept, real) == ((1, Decimal(101)), (1, Decimal(100)))


def test_a_deal_refused_at_the_end_leaves_the_totals_alone(scope: Any, alice: Any, new_deal: Any) -> None:
    new_deal(amount=100)
    with pytest.raises(Problem):
        new_deal(amount=-5)
    assert queries.check_totals() == []
    assert StageTotal.objects.get().count == 1


def test_everybody_gets_the_sums_of_their_own_reach(
    scope: Any, dan: Any, alice: Any, bob: Any, mia: Any, carol: Any, stages: Any, customer: Any, new_deal: Any
) -> None:
    new_deal("甲", amount=100)
    new_deal("乙", amount=20, currency="USD")
    customers.share(customer, actor=alice, member=bob)
    new_deal("丙", amount=7, by=bob)
    first, pipeline = stages["first"].pk, stages["first"].pipeline

    def sums(member: Any, **options: Any) -> tuple[int, Decimal]:
        total = queries.pipeline_sums(member.as_actor(), pipeline, **options).get(first, queries.StageSum())
        return total.count, total.amount

    assert sums(alice) == (2, 100)
    assert sums(bob) == (1, 7)
    assert sums(mia) == (3, 107)
    assert sums(carol) == (3, 107)
    assert sums(mia, owners=[bob.pk]) == (1, 7)
    assert sums(bob, owners=[alice.pk]) == (0, 0)
    assert queries.pipeline_sums(mia.as_actor(), pipeline)[first].amounts == {"": 107, "USD": 20}


def test_a_shared_deal_is_added_to_the_sums_of_the_colleague(
    scope: Any, alice: Any, bob: Any, stages: Any, new_deal: Any
) -> None:
    opportunities.share(new_deal(amount=100), actor=alice, member=bob)
    sums = queries.pipeline_sums(bob.as_actor(), stages["first"].pipeline)
    assert (sums[stages["first"].pk].count, sums[stages["first"].pk].amount) == (1, 100)


def test_a_private_deal_counts_without_a_name_and_never_for_one_person_alone(
    scope: Any, alice: Any, bob: Any, mia: Any, stages: Any, new_deal: Any
) -> None:
    new_deal("还没说", amount=100, private=True)
    first, pipeline = stages["first"].pk, stages["first"].pipeline
    assert queries.pipeline_sums(alice.as_actor(), pipeline)[first].hidden == 0
    all_of_them = queries.pipeline_sums(mia.as_actor(), pipeline)[first]
    assert (all_of_them.count, all_of_them.amount, all_of_them.hidden) == (1, 100, 1)
    assert queries.pipeline_sums(mia.as_actor(), pipeline, [alice.pk]) == {}
    assert not records.get("opportunity").query(mia.as_actor()).exists()


def test_the_board_sums_any_filter(scope: Any, alice: Any, mia: Any, stages: Any, customer: Any, new_deal: Any) -> None:
    new_deal("大单", amount=500)
    new_deal("小单", amount=20)
    first = stages["first"].pk
    actor = mia.as_actor()
    assert board.totals(actor, {})[first] == (2, {"": 520})
    assert board.totals(actor, {"owner": str(alice.pk)})[first] == (2, {"": 520})
    assert board.totals(actor, {"mine": "1"}) == {}
    assert board.totals(actor, {"amount__gte": "100"})[first] == (1, {"": 500})
    assert board.totals(actor, {"customer": str(customer.pk), "amount__lt": "100"})[first] == (1, {"": 20})


def test_reading_the_sums_costs_the_same_with_many_deals(
    scope: Any, mia: Any, customer: Any, stages: Any, django_assert_num_queries: Any
) -> None:
    rows = [Row({"name": f"单{n}", "customer": customer, "amount": n}) for n in range(300)]
    create_many(records.get("opportunity"), rows, actor=mia)
    actor = mia.as_actor()
    queries.pipeline_sums(actor, stages["first"].pipeline)  # the circle and what is shared are asked once
    with django_assert_num_queries(1) as asked:
        queries.pipeline_sums(actor, stages["first"].pipeline)
    assert "selling_opportunity" not in asked.captured_queries[0]["sql"]


@pytest.mark.django_db(transaction=True)
def test_the_totals_are_right_after_many_people_worked_at_once(acme: Any, alice: Any, bob: Any, mia: Any) -> None:
    with company_scope(acme):
        pipeline = queries.default_pipeline()
        assert pipeline is not None
        stages = queries.stages_of(pipeline)
        customer = customers.create(actor=alice, values={"name": "恒力"}).record
        deals = [
            opportunities.create(actor=alice, values={"name": f"单{n}", "customer": customer, "amount": 10}).record.pk
            for n in range(6)
        ]

    def work(number: int) -> None:
        rng = random.Random(number)
        for _step in range(10):
            deal = rng.choice(deals)
            try:
                with company_scope(acme):
                    if rng.random() < 0.5:
                        opportunities.move(deal, actor=system(), stage=rng.choice(stages[:2]).pk)
                    else:
                        opportunities.assign(deal, actor=system(), owner=rng.choice([alice, bob, mia]))
            except Problem:
                continue
        connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    with company_scope(acme):
        assert queries.check_totals() == []
        assert sum(total.count for total in queries.pipeline_sums(system(), pipeline).values()) == 6
