"""Deals along their pipeline, to their ends, and from hand to hand."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from gucang.kernel import clock, records
from gucang.kernel.actions import Row, create_many
from gucang.kernel.errors import Forbidden, Invalid, Lacking, NotVisible, Refused
from gucang.kernel.models import Company, Event
from gucang.kernel.scope import company_scope
from gucang.parties.actions import contacts, customers, pool
from gucang.parties.models import Customer, Status
from gucang.selling import board, queries
from gucang.selling.actions import opportunities, pipelines
from gucang.selling.models import LossReason, Opportunity, Pipeline, Stage, StageChange
from gucang.surface import filters, keyset

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def seen_by(member: Any) -> set[str]:
    return {deal.name for deal in records.get("opportunity").query(member.as_actor())}


def test_a_new_company_has_a_pipeline_in_its_language(scope: Any, stages: dict[str, Stage]) -> None:
    assert [stage.name for stage in stages.values()] == [
        "初步接触", "需求确认", "方案报价", "商务谈判", "赢单", "输单",
    ]  # fmt: skip
    assert stages["first"].guidance
    assert LossReason.objects.count() == 6
    pipelines.ensure_standard("zh-hans")
    assert Pipeline.objects.count() == 1


def test_a_deal_starts_at_the_first_stage_and_belongs_to_whoever_enters_it(
    act: Any, alice: Any, customer: Any, stages: Any
) -> None:
    deal = act(opportunities.create, name="S750 × 12", customer=customer, amount="41.6万").record
    assert (deal.stage, deal.owner, deal.state) == (stages["first"], alice, "open")
    assert deal.amount == Decimal(416000)
    assert deal.number.startswith("SJ")
    assert deal.probability == 10


def test_going_on_needs_what_the_stage_asks_for_and_the_refusal_names_it(
    act: Any, alice: Any, customer: Any, stages: Any, new_deal: Any
) -> None:
    deal = new_deal(amount=0)
    with pytest.raises(Lacking, match="联系人、金额") as problem:
        opportunities.move(deal, actor=alice, stage=stages["quote"])
    assert list(problem.value.fields) == ["contact", "amount"]
    person = contacts.create(actor=alice, values={"customer": customer, "name": "孙丽"}).record
    act(opportunities.edit, deal, values={"contact": person, "amount": "416000"})
    act(opportunities.move, deal, stage=stages["quote"])
    opportunities.edit(deal, actor=alice, values={"amount": 0})
    act(opportunities.move, deal, stage=stages["first"])  # back needs nothing


def test_every_move_is_kept_with_its_days(act: Any, alice: Any, stages: Any, new_deal: Any, adam: Any) -> None:
    pipelines.edit_stage(stages["needs"], actor=adam, values={"required_fields": []})
    with clock.at(START):
        deal = new_deal()
    with clock.at(START + timedelta(days=9)):
        outcome = act(opportunities.move, deal, stage=stages["needs"].pk)
    assert outcome.event.changes == {"stage": [stages["first"].pk, stages["needs"].pk]}
    assert outcome.event.facts == {"days": 9}
    (move,) = queries.history(deal)
    assert (move.from_stage, move.to_stage, move.by, move.days) == (stages["first"], stages["needs"], alice, 9)


def test_staying_where_it_is_leaves_no_event(alice: Any, stages: Any, new_deal: Any) -> None:
    assert opportunities.move(new_deal(), actor=alice, stage=stages["first"]).event is None
    assert not StageChange.objects.exists()


def test_winning_makes_the_customer_a_buyer_and_notes_the_deal(act: Any, stages: Any, new_deal: Any) -> None:
    deal = new_deal(amount=1000)
    outcome = act(opportunities.win, deal, note="签了")
    assert (outcome.record.state, outcome.record.closed_on) == ("won", clock.today())
    customer = Customer.objects.get(pk=deal.customer_id)
    assert (customer.status, customer.last_deal_on) == (Status.BUYER, clock.today())
    caused = Event.objects.get(name="customer.progress")
    assert (caused.cause, caused.actor_kind) == (outcome.event.id, "system")


def test_winning_needs_an_amount_which_the_dialog_can_give(act: Any, alice: Any, new_deal: Any) -> None:
    deal = new_deal()
    with pytest.raises(Lacking):
        opportunities.win(deal, actor=alice)
    assert Opportunity.objects.get(pk=deal.pk).state == "open"
    assert act(opportunities.win, deal, amount="5万").record.amount == 50000


def test_nothing_is_won_tomorrow(alice: Any, new_deal: Any) -> None:
    with pytest.raises(Invalid) as problem:
        opportunities.win(new_deal(amount=5), actor=alice, on=clock.today() + timedelta(days=1))
    assert list(problem.value.fields) == ["on"]


def test_losing_needs_a_reason_and_blames_nobody(act: Any, alice: Any, new_deal: Any) -> None:
    deal = new_deal()
    with pytest.raises(Invalid) as problem:
        opportunities.lose(deal, actor=alice)
    assert list(problem.value.fields) == ["reason"]
    reason = LossReason.objects.get(name="暂时没有预算")
    lost = act(opportunities.lose, deal, reason=reason).record
    assert (lost.state, lost.lost_reason, lost.closed_on) == ("lost", reason, clock.today())


def test_a_reopened_deal_goes_on_where_it_was(act: Any, alice: Any, adam: Any, stages: Any, new_deal: Any) -> None:
    pipelines.edit_stage(stages["needs"], actor=adam, values={"required_fields": []})
    deal = new_deal(amount=5)
    act(opportunities.move, deal, stage=stages["needs"].pk)
    act(opportunities.lose, deal, reason=LossReason.objects.first())
    with pytest.raises(Refused, match="输"):
        opportunities.win(deal, actor=alice)
    again = act(opportunities.reopen, deal).record
    assert (again.stage, again.state, again.closed_on, again.lost_reason) == (stages["needs"], "open", None, None)


def test_an_end_is_not_reached_by_moving(alice: Any, stages: Any, new_deal: Any) -> None:
    with pytest.raises((Refused, Invalid)):
        opportunities.move(new_deal(amount=5), actor=alice, stage=stages["won"])
    with pytest.raises(Invalid):
        opportunities.move(new_deal(amount=5), actor=alice, stage=str(stages["won"].pk))


def test_the_form_can_neither_change_stage_nor_owner_nor_pipeline(
    alice: Any, adam: Any, bob: Any, stages: Any, new_deal: Any
) -> None:
    deal = new_deal()
    second = pipelines.create(actor=adam, values={"name": "续约", "position": 2}).record
    for values in ({"stage": stages["won"]}, {"owner": bob}, {"pipeline": second}):
        with pytest.raises(Invalid):
            opportunities.edit(deal, actor=alice, values=values)


def test_a_deal_on_another_pipeline_starts_at_its_first_stage(alice: Any, adam: Any, customer: Any, act: Any) -> None:
    second = pipelines.create(actor=adam, values={"name": "续约", "position": 2}).record
    with pytest.raises(Invalid) as problem:
        opportunities.create(actor=alice, values={"name": "续约", "customer": customer, "pipeline": second})
    assert list(problem.value.fields) == ["pipeline"]
    begin = pipelines.create_stage(actor=adam, values={"pipeline": second, "name": "提醒"}).record
    deal = act(opportunities.create, name="续约", customer=customer, pipeline=second).record
    assert deal.stage == begin


def test_a_pool_customer_is_claimed_before_a_deal_is_made(alice: Any, bob: Any, customer: Any, new_deal: Any) -> None:
    pool.release(customer, actor=alice, reason="跟不动了")
    with pytest.raises(Invalid) as problem:
        new_deal(by=bob, customer=customer.pk)
    assert list(problem.value.fields) == ["customer"]


def test_a_contact_of_another_customer_does_not_fit(alice: Any, new_deal: Any) -> None:
    other = customers.create(actor=alice, values={"name": "别的客户"}).record
    person = contacts.create(actor=alice, values={"customer": other, "name": "李强"}).record
    with pytest.raises(Invalid) as problem:
        new_deal(contact=person)
    assert list(problem.value.fields) == ["contact"]


def test_reach_decides_who_sees_a_deal(alice: Any, bob: Any, carol: Any, mia: Any, dan: Any, new_deal: Any) -> None:
    deal = new_deal()
    for member, sees in ((alice, True), (bob, False), (carol, True), (mia, True)):
        assert (deal.name in seen_by(member)) is sees, member
    with pytest.raises(NotVisible):
        opportunities.win(deal, actor=bob)
    with pytest.raises(Forbidden):
        opportunities.win(deal, actor=carol)


def test_a_private_deal_is_seen_by_its_owner_alone_until_it_is_ready(
    act: Any, alice: Any, bob: Any, carol: Any, mia: Any, adam: Any, new_deal: Any
) -> None:
    deal = new_deal(private=True, amount=100)
    for member in (bob, carol, mia, adam):
        assert deal.name not in seen_by(member), member
    assert deal.name in seen_by(alice)
    with pytest.raises(NotVisible):
        opportunities.edit(deal, actor=mia, values={"note": "进展如何"})
    act(opportunities.share, deal, member=bob)
    assert deal.name in seen_by(bob)
    act(opportunities.mark_ready, deal)
    assert deal.name in seen_by(mia)
    with pytest.raises(Refused):
        opportunities.mark_ready(deal, actor=alice)


def test_nobody_hides_the_deal_of_another(alice: Any, mia: Any, new_deal: Any) -> None:
    with pytest.raises(Invalid) as problem:
        opportunities.edit(new_deal(), actor=mia, values={"private": True})
    assert list(problem.value.fields) == ["private"]


def test_handing_over_a_customer_takes_its_open_deals_along_unchanged(
    act: Any, alice: Any, bob: Any, customer: Any, stages: Any, adam: Any, new_deal: Any
) -> None:
    pipelines.edit_stage(stages["needs"], actor=adam, values={"required_fields": []})
    going, secret, won = new_deal("在谈"), new_deal("还没说", private=True), new_deal("已成交", amount=1)
    act(opportunities.move, going, stage=stages["needs"].pk)
    act(opportunities.win, won)
    act(customers.assign, customer, owner=bob)
    assert seen_by(bob) == {"在谈", "还没说"}
    assert seen_by(alice) == {"已成交"}
    after = Opportunity.objects.get(pk=going.pk)
    assert (after.stage, queries.history(after).count()) == (stages["needs"], 1)
    assert Opportunity.objects.get(pk=secret.pk).private


def test_deals_stay_when_only_the_customer_goes(act: Any, alice: Any, bob: Any, customer: Any, new_deal: Any) -> None:
    new_deal("在谈")
    act(customers.assign, customer, owner=bob, with_opportunities=False)
    assert seen_by(alice) == {"在谈"}


def test_a_customer_with_open_deals_does_not_go_to_the_bin(act: Any, mia: Any, customer: Any, new_deal: Any) -> None:
    deal = new_deal()
    with pytest.raises(Refused, match="1"):
        customers.delete(customer, actor=mia)
    act(opportunities.delete, deal, by=mia)
    act(customers.delete, customer, by=mia)


def test_a_stage_with_deals_stays_what_it_is(adam: Any, stages: Any, new_deal: Any) -> None:
    new_deal()
    with pytest.raises(Refused, match="1"):
        pipelines.delete_stage(stages["first"], actor=adam)
    with pytest.raises(Refused):
        pipelines.delete(stages["first"].pipeline, actor=adam)
    with pytest.raises(Invalid) as problem:
        pipelines.edit_stage(stages["first"], actor=adam, values={"kind": "won"})
    assert list(problem.value.fields) == ["kind"]


def test_a_stage_asks_only_for_fields_that_exist(adam: Any, stages: Any) -> None:
    with pytest.raises(Invalid) as problem:
        pipelines.edit_stage(stages["first"], actor=adam, values={"required_fields": ["salary"]})
    assert list(problem.value.fields) == ["required_fields"]


def test_a_pipeline_has_one_end_of_each_kind(adam: Any, stages: Any) -> None:
    with pytest.raises(Refused):
        pipelines.create_stage(actor=adam, values={"pipeline": stages["won"].pipeline, "name": "又赢", "kind": "won"})


def test_many_deals_come_in_at_once_at_any_stage(adam: Any, alice: Any, customer: Any, stages: Any) -> None:
    rows = [
        Row({
            "name": "甲", "customer": customer, "amount": "100", "stage": "赢单", "closed_on": "2026-01-05",
            "owner": alice.pk,
        }),
        Row({"name": "乙", "customer": customer, "stage": "商务谈判", "amount": "50"}),
        Row({"name": "丙", "customer": "没有这家", "amount": "50"}),
        Row({"name": "丁", "customer": customer, "amount": "-1"}),
        Row({"name": "戊", "customer": customer, "number": "OPP-1"}),
    ]  # fmt: skip
    also = records.get("opportunity").exchange.also  # type: ignore[union-attr]
    done = create_many(records.get("opportunity"), rows, actor=adam, also=also)
    assert [bool(row.problem) for row in done] == [False, False, True, True, False]
    assert [row.record.state for row in done if not row.problem] == ["won", "open", "open"]
    assert str(Customer.objects.get(pk=customer.pk).last_deal_on) == "2026-01-05"
    assert done[4].record.number == "OPP-1"
    assert queries.check_totals() == []
    assert queries.pipeline_sums(adam.as_actor(), stages["won"].pipeline)[stages["won"].pk].amount == 100


def test_a_deal_that_comes_in_as_won_makes_its_customer_a_buyer_once(
    adam: Any, alice: Any, customer: Any, stages: Any
) -> None:
    looker = customers.create(actor=alice, values={"name": "只看不买"}).record
    day = datetime(2025, 3, 4, 2, 0, tzinfo=UTC)
    won = {"stage": "赢单", "closed_on": "2025-03-04", "owner": alice.pk}
    rows = [
        Row({"name": "甲", "customer": customer.name, "amount": "100", **won}, at=day),
        Row({"name": "乙", "customer": customer.name, "amount": "100", **won}, at=day),
        Row({"name": "丙", "customer": looker.name, "amount": "50"}),
    ]
    also = records.get("opportunity").exchange.also  # type: ignore[union-attr]
    done = create_many(records.get("opportunity"), rows, actor=adam, also=also)
    assert [row.problem for row in done] == [None, None, None]
    assert Customer.objects.get(pk=customer.pk).status == "buyer"
    assert Customer.objects.get(pk=looker.pk).status != "buyer"
    (event,) = Event.objects.filter(name="customer.progress")
    assert (event.subject_id, event.occurred_at, event.actor_kind) == (customer.pk, day, "system")
    assert event.cause == Event.objects.get(name="opportunity.create", subject_label="甲").id


@pytest.mark.parametrize("broken", ["state = 'won'", "closed_on = '2026-01-01'", "amount = -1"])
def test_the_database_refuses_a_deal_that_is_half_closed(broken: str, new_deal: Any) -> None:
    deal = new_deal()
    with pytest.raises(IntegrityError), transaction.atomic():
        connection.cursor().execute(f"UPDATE selling_opportunity SET {broken} WHERE id = %s", [deal.pk])


def test_a_drop_on_the_board_calls_the_action_of_its_column(stages: Any, new_deal: Any, alice: Any) -> None:
    deal = new_deal()
    assert board.drop(deal, stages["won"].pk) == ("opportunity.win", {})
    assert board.drop(deal, stages["lost"].pk) == ("opportunity.lose", {})
    assert board.drop(deal, stages["needs"].pk) == ("opportunity.move", {"stage": stages["needs"].pk})
    assert [name for _pk, name, _tone in board.lanes(alice.as_actor(), {})] == [s.name for s in stages.values()]


@pytest.mark.django_db(transaction=True)
def test_eight_clicks_on_win_leave_one_event(acme: Company, alice: Any) -> None:
    with company_scope(acme):
        customer = customers.create(actor=alice, values={"name": "恒力"}).record
        deal = opportunities.create(actor=alice, values={"name": "一单", "customer": customer, "amount": 7}).record
    race(acme, 8, lambda: opportunities.win(deal.pk, actor=alice))
    with company_scope(acme):
        assert Event.objects.filter(name="opportunity.win").count() == 1
        assert StageChange.objects.count() == 1
        assert queries.check_totals() == []


def test_deals_sort_by_amount_page_by_page(alice: Any, new_deal: Any) -> None:
    for amount in ("9.5", "100", "20.01", "20"):
        new_deal(amount, amount=amount)
    found = filters.parse(records.get("opportunity"), alice.as_actor(), {"sort": "-amount"})
    first = keyset.page(found.query, found.order, "", limit=2)
    second = keyset.page(found.query, found.order, first.next, limit=2)
    assert [deal.name for deal in [*first.rows, *second.rows]] == ["100", "20.01", "20", "9.5"]


def race(company: Company, clicks: int, deed: Callable[[], Any]) -> list[str]:
    """Do `deed` in as many threads at once; one of them comes through, the others are refused."""
    ready = Barrier(clicks)

    def click(_number: int) -> str:
        ready.wait()
        try:
            with company_scope(company):
                deed()
            return "done"
        except Refused:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(clicks) as threads:
        results = list(threads.map(click, range(clicks)))
    assert sorted(results) == ["done"] + ["refused"] * (clicks - 1)
    return results
