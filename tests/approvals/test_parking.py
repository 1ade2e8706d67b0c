"""What needs approval is parked, holds its record, and is carried out as it was asked for, or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from gucang.accounts.actions import members
from gucang.approvals.actions import policies, requests
from gucang.approvals.models import ApprovalRequest, ApprovalTask, State
from gucang.kernel import clock
from gucang.kernel.actions import Row, create_many, edit_many
from gucang.kernel.errors import Forbidden, Invalid, NeedsApproval, NotVisible, Refused
from gucang.kernel.models import Event, NumberCounter
from gucang.kernel.records import get as record_type
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.selling.actions import opportunities
from gucang.selling.models import Opportunity, StageKind

LARGE = "amount__gte=500000"


def now(record: Any) -> Any:
    """The record as it is in the database."""
    return type(record).objects.get(pk=record.pk)


# --- parked ---


def test_a_deed_under_a_policy_is_parked_and_nothing_of_it_remains(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any, alice: Any
) -> None:
    policy([mia], conditions=LARGE)
    deal = new_deal()
    request = asked(deal, note="年底前签")
    assert now(deal).state == StageKind.OPEN
    assert not Event.objects.filter(name="opportunity.win").exists()
    event = Event.objects.get(name="approval_request.submit")
    assert (event.actor_id, event.facts["turn"]) == (alice.pk, [mia.pk])
    assert (request.action, request.about_id, request.submitter_id) == ("opportunity.win", deal.pk, alice.pk)
    assert request.changes.keys() >= {"stage", "closed_on"}
    assert [task.member_id for task in ApprovalTask.objects.filter(request=request, open=True)] == [mia.pk]


def test_what_no_policy_means_is_done_at_once(scope: Any, policy: Any, new_deal: Any, mia: Any, alice: Any) -> None:
    policy([mia], conditions=LARGE)
    deal = new_deal(amount="499999")
    opportunities.win(deal, actor=alice)
    assert now(deal).state == StageKind.WON
    assert not ApprovalRequest.objects.exists()


def test_what_is_typed_into_the_deed_itself_counts(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any
) -> None:
    policy([mia], conditions=LARGE)
    assert asked(new_deal(amount="100"), amount="700000").params["amount"] == "700000"


def test_nobody_comes_past_a_policy_by_typing_less(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any
) -> None:
    policy([mia], conditions=LARGE)
    assert asked(new_deal(amount="600000"), amount="1").state == State.WAITING


def test_the_first_policy_by_rank_that_holds_decides(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any, adam: Any
) -> None:
    policy([adam], name="最大", rank=1, conditions="amount__gte=1000000")
    policy([mia], name="大额", rank=2, conditions=LARGE)
    policy([adam], name="全部", rank=3)
    assert asked(new_deal("甲", amount="2000000")).policy_name == "最大"
    assert asked(new_deal("乙", amount="600000")).policy_name == "大额"
    assert asked(new_deal("丙", amount="5")).policy_name == "全部"


def test_a_policy_is_only_for_its_departments(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any, alice: Any, adam: Any
) -> None:
    policy([mia], departments=[adam.department_id])
    opportunities.win(new_deal("甲"), actor=alice)
    request = asked(new_deal("乙"), by=adam)
    assert request.submitter_id == adam.pk


def test_what_could_not_be_done_anyway_is_refused_and_not_asked_for(
    scope: Any, policy: Any, new_deal: Any, mia: Any, alice: Any, bob: Any, carol: Any
) -> None:
    policy([mia])
    deal = new_deal()
    with pytest.raises(Invalid):
        opportunities.win(deal, actor=alice, on="2999-01-01")
    with pytest.raises(NotVisible):
        opportunities.win(deal, actor=bob)
    with pytest.raises(Forbidden):
        opportunities.win(deal, actor=carol)
    assert not ApprovalRequest.objects.exists()


def test_a_policy_that_is_out_of_force_asks_nobody(
    scope: Any, policy: Any, new_deal: Any, mia: Any, alice: Any, adam: Any
) -> None:
    made = policy([mia])
    policies.put_out_of_force(made, actor=adam)
    assert opportunities.win(new_deal(), actor=alice).event is not None


def test_where_nobody_could_decide_it_says_so_and_keeps_nothing(
    scope: Any, policy: Any, new_deal: Any, adam: Any
) -> None:
    policy([adam])
    deal = new_deal(by=adam)
    with pytest.raises(Refused, match="大额赢单"):
        opportunities.win(deal, actor=adam)
    assert not ApprovalRequest.objects.exists()


def test_a_new_record_is_parked_without_leaving_a_gap_in_the_numbers(
    scope: Any, policy: Any, asked: Any, mia: Any, alice: Any
) -> None:
    policy([mia], action="customer.create", conditions="level=A")
    first = customers.create(actor=alice, values={"name": "甲公司"}).record
    request = asked(None, "customer.create", values={"name": "乙公司", "level": "A"})
    assert (request.about_id, request.subject) == (0, "乙公司")
    assert NumberCounter.objects.get(record_type="customer").value == 1
    requests.agree(request, actor=mia)
    made = Customer.objects.get(name="乙公司")
    assert made.number == first.number.replace("0001", "0002")
    assert (made.owner_id, now(request).about_id) == (alice.pk, made.pk)


def test_what_a_deed_brings_about_inside_itself_is_part_of_it(
    scope: Any, policy: Any, new_deal: Any, mia: Any, alice: Any
) -> None:
    policy([mia], action="customer.progress")
    deal = new_deal(amount="5")
    opportunities.win(deal, actor=alice)
    assert now(deal).customer.status == "buyer"
    assert not ApprovalRequest.objects.exists()


# --- sets ---


def test_of_a_set_what_needs_approval_is_parked_and_the_rest_is_written(
    scope: Any, policy: Any, mia: Any, alice: Any
) -> None:
    policy([mia], action="customer.edit", conditions="level=A")
    ids = [customers.create(actor=alice, values={"name": f"公司{n}"}).record.pk for n in range(3)]
    rows = [Row({"level": level}, record=pk) for pk, level in zip(ids, "BAC", strict=True)]
    edit_many(record_type("customer"), rows, actor=alice)
    assert [isinstance(row.problem, NeedsApproval) for row in rows] == [False, True, False]
    assert list(Customer.objects.order_by("pk").values_list("level", flat=True)) == ["B", "", "C"]
    assert ApprovalRequest.objects.get().about_id == ids[1]


def test_a_set_of_new_ones_asks_the_same_policies(scope: Any, policy: Any, mia: Any, alice: Any) -> None:
    policy([mia], action="customer.create", conditions="level=A")
    rows = [Row({"name": "甲"}), Row({"name": "乙", "level": "A"})]
    create_many(record_type("customer"), rows, actor=alice)
    assert rows[0].problem is None
    assert isinstance(rows[1].problem, NeedsApproval)
    assert list(Customer.objects.values_list("name", flat=True)) == ["甲"]


def test_of_a_set_only_what_is_held_is_refused(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any, alice: Any
) -> None:
    policy([mia])
    held, free = new_deal("甲"), new_deal("乙")
    asked(held)
    rows = [Row({"name": "改名"}, record=held.pk), Row({"name": "改名"}, record=free.pk)]
    edit_many(record_type("opportunity"), rows, actor=alice)
    assert isinstance(rows[0].problem, Refused)
    assert (now(held).name, now(free).name) == ("甲", "改名")


# --- held ---


def test_what_waits_is_held_with_a_sentence_that_names_who_has_it(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any, alice: Any
) -> None:
    policy([mia])
    deal = new_deal()
    request = asked(deal)
    with pytest.raises(Refused) as caught:
        opportunities.edit(deal, actor=alice, values={"amount": "1"})
    assert request.number in str(caught.value)
    assert "Mia" in str(caught.value)
    with pytest.raises(Refused):
        opportunities.win(deal, actor=alice)
    assert ApprovalRequest.objects.count() == 1


def test_other_records_are_free(scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any, alice: Any) -> None:
    policy([mia])
    asked(new_deal("甲"))
    other = new_deal("乙")
    assert opportunities.edit(other, actor=alice, values={"amount": "1"}).event is not None


def test_withdrawing_sets_the_record_free(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any, alice: Any, bob: Any
) -> None:
    policy([mia])
    deal = new_deal()
    request = asked(deal)
    with pytest.raises((Forbidden, NotVisible)):
        requests.withdraw(request, actor=bob)
    assert requests.withdraw(request, actor=alice).record.state == State.WITHDRAWN
    assert opportunities.edit(deal, actor=alice, values={"name": "又能改了"}).event is not None
    with pytest.raises(Refused, match="已不在审批"):
        requests.agree(request, actor=mia)


def test_an_administrator_unlocks_and_the_request_goes_on(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any, alice: Any, adam: Any
) -> None:
    policy([mia])
    deal = new_deal()
    request = asked(deal)
    with pytest.raises(Forbidden):
        requests.unlock(request, actor=alice, comment="周末")
    requests.unlock(request, actor=adam, comment="周末没人")
    opportunities.edit(deal, actor=alice, values={"name": "改了名字"})
    requests.agree(request, actor=mia)
    assert (now(deal).state, now(deal).name) == (StageKind.WON, "改了名字")


# --- carried out ---


def test_the_last_agreement_does_the_deed_as_who_asked(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any, alice: Any, adam: Any
) -> None:
    policy([mia], [adam], conditions=LARGE)
    deal = new_deal()
    request = asked(deal, note="年底前签", amount="650000")
    requests.agree(request, actor=mia)
    assert now(deal).state == StageKind.OPEN
    requests.agree(request, actor=adam, comment="好")
    assert (now(deal).state, str(now(deal).amount)) == (StageKind.WON, "650000.00")
    won, agreed = Event.objects.get(name="opportunity.win"), Event.objects.filter(name="approval_request.agree").last()
    assert agreed is not None
    assert (won.actor_id, won.cause, won.facts["note"]) == (alice.pk, agreed.pk, "年底前签")
    assert won.facts["approval"] == {"id": request.pk, "number": request.number}
    assert now(request).state == State.CARRIED_OUT


def test_what_is_agreed_to_and_not_possible_any_more_says_why_and_the_agreement_stays(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any, alice: Any, adam: Any
) -> None:
    policy([mia])
    deal = new_deal()
    request = asked(deal)
    requests.unlock(request, actor=adam, comment="急")
    opportunities.assign(deal, actor=mia, owner=mia)
    done = requests.agree(request, actor=mia).record
    assert (done.state, now(deal).state) == (State.FAILED, StageKind.OPEN)
    assert now(request).reason
    assert ApprovalTask.objects.get(request=request).decision == "agreed"


def test_a_change_of_what_the_policy_asks_about_is_a_refusal(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any, alice: Any, adam: Any
) -> None:
    policy([mia], conditions=LARGE)
    deal = new_deal(amount="600000")
    request = asked(deal)
    requests.unlock(request, actor=adam, comment="急")
    opportunities.edit(deal, actor=alice, values={"amount": "6000000"})
    assert requests.agree(request, actor=mia).record.state == State.FAILED
    assert now(deal).state == StageKind.OPEN


def test_who_lost_the_right_meanwhile_gets_nothing_done(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any, alice: Any, adam: Any
) -> None:
    from gucang.accounts.models import Role

    policy([adam])
    deal = new_deal()
    request = asked(deal)
    members.set_roles(alice, actor=adam, roles=[Role.objects.get(key="reader")])
    assert requests.agree(request, actor=adam).record.state == State.FAILED
    assert now(deal).state == StageKind.OPEN


def test_who_left_meanwhile_gets_nothing_done(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any, alice: Any, adam: Any
) -> None:
    policy([adam])
    deal = new_deal()
    request = asked(deal)
    members.leave(alice, actor=adam, on=clock.today())
    assert requests.agree(request, actor=adam).record.state == State.FAILED


def test_a_deletion_is_judged_by_what_the_record_was(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any
) -> None:
    policy([mia], action="opportunity.delete", conditions=LARGE)
    deal = new_deal()
    requests.agree(asked(deal, "opportunity.delete"), actor=mia)
    assert not Opportunity.objects.filter(pk=deal.pk).exists()
