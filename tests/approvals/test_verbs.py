"""What may be done with a request, by whom, and what each leaves behind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gucang.approvals.actions import delegations, requests
from gucang.approvals.delegating import Hand, deputies
from gucang.approvals.models import ApprovalRequest, ApprovalTask, State
from gucang.kernel import clock, event_visibility, events, reactions
from gucang.kernel.errors import Forbidden, Invalid, NotVisible, Refused
from gucang.kernel.models import Event, EventObject
from gucang.messages.models import Notification
from gucang.selling.actions import opportunities
from gucang.selling.models import Opportunity, StageKind
from tests.personas import hire


def open_members(request: ApprovalRequest) -> list[int | None]:
    return sorted(ApprovalTask.objects.filter(request=request, open=True).values_list("member_id", flat=True))


def stand_in(owner: Any, deputy: Any, **more: Any) -> Any:
    day = clock.today()
    values = {"deputy": deputy, "starts_on": day, "ends_on": day + timedelta(days=7), **more}
    return delegations.create(actor=owner, values=values).record


@pytest.fixture
def waiting(scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any, adam: Any) -> ApprovalRequest:
    """A deal of Alice's that waits for Mia, then Adam."""
    policy([mia], [adam])
    return asked(new_deal())


def test_only_whose_turn_it_is_decides(waiting: Any, alice: Any, bob: Any, adam: Any) -> None:
    for who in (alice, adam):
        with pytest.raises(Forbidden):
            requests.agree(waiting, actor=who)
    with pytest.raises(NotVisible):
        requests.agree(waiting, actor=bob)


def test_each_verb_leaves_one_event_on_the_timeline_of_the_record(waiting: Any, act: Any, mia: Any) -> None:
    event = act(requests.agree, waiting, by=mia, comment="好").event
    assert event.facts["note"] == "好"
    about = EventObject.objects.filter(event_id=event.pk, object_type="opportunity", object_id=waiting.about_id)
    assert about.exists()


def test_what_approvers_write_is_told_to_who_may_read_the_request(waiting: Any, mia: Any, alice: Any) -> None:
    requests.agree(waiting, actor=mia, comment="毛利只有 4%，下不为例")
    about = waiting.about_type, waiting.about_id
    sam = hire("Sam", "service")

    def told(who: Any) -> set[str]:
        found = events.timeline(*about, limit=50)
        shown = event_visibility.visible_to(who.as_actor(), found, page=about)
        return {str(event.facts.get("note")) for event in shown}

    assert "毛利只有 4%，下不为例" in told(alice)
    assert "毛利只有 4%，下不为例" in told(mia)
    # Sam sees the deal and what happened to it; nobody asked him.
    assert told(sam)
    assert "毛利只有 4%，下不为例" not in told(sam)


def test_sent_back_mended_and_sent_again(waiting: Any, mia: Any, adam: Any, alice: Any) -> None:
    requests.agree(waiting, actor=mia)
    with pytest.raises(Invalid):
        requests.send_back(waiting, actor=adam, comment="")
    back = requests.send_back(waiting, actor=adam, comment="合同没盖章").record
    assert (back.state, back.reason) == (State.RETURNED, "合同没盖章")
    deal = Opportunity.objects.get(pk=waiting.about_id)
    opportunities.edit(deal, actor=alice, values={"amount": "700000"})
    with pytest.raises(Forbidden):
        requests.resubmit(waiting, actor=mia)
    again = requests.resubmit(waiting, actor=alice, comment="盖好了").record
    assert (again.state, open_members(again)) == (State.WAITING, [mia.pk])
    requests.agree(waiting, actor=mia)
    assert requests.agree(waiting, actor=adam).record.state == State.CARRIED_OUT


def test_sent_back_to_an_earlier_step(waiting: Any, mia: Any, adam: Any) -> None:
    requests.agree(waiting, actor=mia)
    requests.send_back(waiting, actor=adam, comment="再看看", to_step=1)
    assert open_members(waiting) == [mia.pk]


def test_who_does_again_what_came_back_asks_anew(waiting: Any, asked: Any, mia: Any, alice: Any) -> None:
    requests.send_back(waiting, actor=mia, comment="金额不对")
    again = asked(Opportunity.objects.get(pk=waiting.about_id), amount="550000")
    assert ApprovalRequest.objects.get(pk=waiting.pk).state == State.WITHDRAWN
    assert (again.state, again.pk != waiting.pk) == (State.WAITING, True)


def test_a_refusal_needs_its_reason_and_tells_who_asked(waiting: Any, mia: Any, alice: Any) -> None:
    with pytest.raises(Invalid):
        requests.refuse(waiting, actor=mia, comment=" ")
    with reactions.at_once():
        requests.refuse(waiting, actor=mia, comment="价格低于成本")
    told = Notification.objects.filter(member=alice, kind="approval_decided").get()
    assert "价格低于成本" in told.params["why"]
    assert Opportunity.objects.get(pk=waiting.about_id).state == StageKind.OPEN


def test_whose_turn_has_come_is_told(scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any, adam: Any) -> None:
    policy([mia], [adam])
    deal = new_deal()
    with reactions.at_once():
        request = asked(deal)
        assert Notification.objects.filter(kind="approval_waits", member=mia).count() == 1
        assert not Notification.objects.filter(kind="approval_waits", member=adam).exists()
        requests.agree(request, actor=mia)
    assert Notification.objects.filter(kind="approval_waits", member=adam).count() == 1


def test_passed_on_and_moved_by_an_administrator(waiting: Any, mia: Any, bob: Any, carol: Any, adam: Any) -> None:
    requests.transfer(waiting, actor=mia, to=bob, comment="你熟")
    assert open_members(waiting) == [bob.pk]
    with pytest.raises(Forbidden):
        requests.agree(waiting, actor=mia)
    requests.transfer(waiting, actor=adam, to=carol, instead_of=bob)
    assert open_members(waiting) == [carol.pk]


def test_signers_are_added_before(waiting: Any, mia: Any, bob: Any, carol: Any) -> None:
    requests.add_signer(waiting, actor=mia, who=[bob.pk, carol.pk], side="before", mode="any")
    assert open_members(waiting) == sorted([bob.pk, carol.pk])
    requests.agree(waiting, actor=carol)
    assert open_members(waiting) == [mia.pk]


def test_who_asks_is_not_added(waiting: Any, mia: Any, alice: Any) -> None:
    with pytest.raises(Forbidden):
        requests.add_signer(waiting, actor=mia, who=[alice.pk], side="alongside")


def test_urging_once_an_hour(waiting: Any, alice: Any, mia: Any) -> None:
    requests.urge(waiting, actor=alice, comment="客户在等")
    with pytest.raises(Refused):
        requests.urge(waiting, actor=alice)
    with pytest.raises(Forbidden):
        requests.urge(waiting, actor=mia)


def test_a_deputy_decides_and_the_log_names_both(waiting: Any, mia: Any, bob: Any) -> None:
    stand_in(mia, bob)
    requests.agree(waiting, actor=bob)
    event = Event.objects.get(name="approval_request.agree")
    assert (event.actor_id, event.on_behalf_of) == (bob.pk, mia.pk)
    task = ApprovalTask.objects.get(request=waiting, member=mia)
    assert task.by_id == bob.pk


def test_a_deputy_sees_and_decides_nothing_before_after_or_once_it_is_stopped(
    waiting: Any, mia: Any, bob: Any, carol: Any
) -> None:
    given = stand_in(mia, bob, starts_on=clock.today() + timedelta(days=2))
    with pytest.raises(NotVisible):
        requests.agree(waiting, actor=bob)
    with pytest.raises((Forbidden, NotVisible)):
        delegations.stop(given, actor=bob)
    delegations.edit(given, actor=mia, values={"starts_on": clock.today()})
    delegations.stop(given, actor=mia)
    with pytest.raises(NotVisible):
        requests.agree(waiting, actor=bob)


def test_a_delegation_is_no_circle_and_not_to_oneself(scope: Any, mia: Any, bob: Any, carol: Any) -> None:
    stand_in(mia, bob)
    stand_in(bob, carol)
    with pytest.raises(Invalid):
        stand_in(carol, mia)
    with pytest.raises(Invalid):
        stand_in(bob, mia)
    with pytest.raises(Invalid):
        stand_in(mia, mia)


def test_a_chain_of_deputies_is_three_hands_long() -> None:
    found = deputies([Hand(1, 2, None), Hand(2, 3, None), Hand(3, 4, None), Hand(4, 5, None)], policy=9)
    assert found[1] == {2, 3, 4}
    assert deputies([Hand(1, 2, 7)], policy=9) == {}
    assert deputies([Hand(1, 2, 9), Hand(2, 1, None)], policy=9)[1] == {2}


@pytest.mark.parametrize("side", ["after", "alongside"])
def test_signers_are_added_after_and_beside(waiting: Any, mia: Any, adam: Any, bob: Any, side: str) -> None:
    requests.add_signer(waiting, actor=mia, who=[bob.pk], side=side)
    assert open_members(waiting) == sorted([mia.pk] if side == "after" else [mia.pk, bob.pk])
    requests.agree(waiting, actor=mia)
    assert open_members(waiting) == [bob.pk]
    requests.agree(waiting, actor=bob)
    assert open_members(waiting) == [adam.pk]
