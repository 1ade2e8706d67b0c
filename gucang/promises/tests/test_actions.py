"""The life of a promise: made, binding, booked, kept; and every way in which that is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gucang.accounts.actions import members
from gucang.activity.actions import follow_ups
from gucang.activity.models import FollowUp, Task
from gucang.kernel import clock
from gucang.kernel.actors import system
from gucang.kernel.errors import Forbidden, Invalid, NotVisible, Refused
from gucang.kernel.models import Event
from gucang.parties.actions import contacts, customers
from gucang.parties.models import Customer
from gucang.promises import people
from gucang.promises.actions import booking, making, rules, settling
from gucang.promises.models import Promise, State
from gucang.selling.actions import opportunities
from tests.personas import hire

Promised = Callable[..., Promise]


def test_a_promise_without_a_policy_binds_at_once_and_goes_to_finance(promised: Promised, fay: Any, alice: Any) -> None:
    promise = promised()
    assert (promise.state, promise.holder, promise.promised_by) == (State.BINDING, fay, alice)
    assert promise.number.startswith("CN-")
    assert promise.due_at == promise.book_by == people.deadline(fay, 2, promise.bound_at)
    names = list(Event.objects.filter(subject_type="promise").order_by("id").values_list("name", flat=True))
    assert names == ["promise.create", "promise.make"]


def test_a_promise_is_made_from_a_deal_a_contact_and_a_talk_and_belongs_to_their_customer(
    customer: Customer, alice: Any, fay: Any
) -> None:
    deal = opportunities.create(actor=alice, values={"name": "二期", "customer": customer}).record
    contact = contacts.create(actor=alice, values={"name": "沈工", "customer": customer}).record
    about = {"about_type": "customer", "about_id": customer.pk}
    talk = follow_ups.create(actor=alice, values={**about, "kind": "call", "text": "答应免费培训"}).record
    for name, record in (("opportunity", deal), ("contact", contact), ("follow_up", talk)):
        values = {"about_type": name, "about_id": record.pk, "kind": "other", "what": f"from {name}"}
        promise = making.create(actor=alice, values=values).record
        assert promise.customer == customer
        assert promise.get_about() == record


def test_nothing_can_be_promised_with_what_one_does_not_see(customer: Customer, bob: Any, alice: Any) -> None:
    values = {"about_type": "customer", "about_id": customer.pk, "kind": "other", "what": "x"}
    with pytest.raises(Invalid, match=r"with this number that you may see|没有"):
        making.create(actor=bob, values=values)
    with pytest.raises(Invalid):
        making.create(actor=alice, values={**values, "about_type": "product", "about_id": 1})
    assert not Promise.objects.exists()


def test_a_rebate_asks_for_its_worth_and_a_call_back_takes_none(promised: Promised) -> None:
    with pytest.raises(Invalid) as caught:
        promised("rebate", worth="0")
    assert caught.value.fields.keys() == {"worth"}
    assert promised("call_back", "回电", worth="500").worth is None


@pytest.mark.parametrize("worth", ["-1", "abc", "1e30", "0.005"])
def test_a_worth_that_is_no_amount_is_refused(promised: Promised, worth: str) -> None:
    with pytest.raises(Invalid) as caught:
        promised("gift", worth=worth)
    assert caught.value.fields.keys() == {"worth"}


def test_the_day_is_the_usual_one_for_the_kind_unless_named_and_never_in_the_past(promised: Promised) -> None:
    promise = promised("rebate", until=None)
    assert promise.until is not None
    assert promise.until > clock.today() + timedelta(days=11)  # ten working days
    with pytest.raises(Invalid) as caught:
        promised("rebate", until=clock.today() - timedelta(days=1))
    assert caught.value.fields.keys() == {"until"}


def test_it_is_promised_to_a_contact_of_this_customer_only(customer: Customer, promised: Promised, alice: Any) -> None:
    other = customers.create(actor=alice, values={"name": "别的公司"}).record
    stranger = contacts.create(actor=alice, values={"name": "王工", "customer": other}).record
    mine = contacts.create(actor=alice, values={"name": "沈工", "customer": customer}).record
    with pytest.raises(Invalid) as caught:
        promised(contact=stranger.pk)
    assert caught.value.fields.keys() == {"contact"}
    assert promised(contact=mine.pk).contact == mine


def test_booking_by_hand_wants_the_number_of_a_document_and_hands_it_to_who_promised(
    promised: Promised, fay: Any, alice: Any, act: Any
) -> None:
    promise = promised("discount")
    with pytest.raises(Invalid) as caught:
        booking.book(promise, actor=fay)
    assert caught.value.fields.keys() == {"ref"}
    booked = act(booking.book, promise, by=fay, ref="记-0117").record
    assert (booked.state, booked.booked_ref, booked.booked_amount) == (State.BOOKED, "记-0117", promise.worth)
    assert (booked.booked_by, booked.holder) == (fay, alice)
    with pytest.raises(Refused, match="记-0117"):
        booking.book(promise, actor=fay, ref="记-0118")


def test_it_cannot_be_booked_in_the_future_or_below_zero(promised: Promised, fay: Any) -> None:
    promise = promised()
    for wrong in ({"amount": "-1"}, {"on": clock.today() + timedelta(days=1)}):
        with pytest.raises(Invalid):
            booking.book(promise, actor=fay, ref="x", **wrong)
    assert Promise.objects.get().state == State.BINDING


def test_it_is_kept_only_when_booked_and_confirmed(promised: Promised, fay: Any, alice: Any) -> None:
    promise = promised()
    with pytest.raises(Refused, match=r"not booked yet|还没有入账"):
        settling.keep(promise, actor=alice, confirmation="收到了")
    booking.book(promise, actor=fay, ref="记-0117")
    with pytest.raises(Invalid) as caught:
        settling.keep(promise, actor=alice)
    assert caught.value.fields.keys() == {"confirmation"}
    kept = settling.keep(promise, actor=alice, confirmation="沈工来电，返利已到账。").record
    assert kept.state == State.KEPT
    assert kept.evidence == "沈工来电，返利已到账。"
    assert kept.settled_at is not None
    assert FollowUp.objects.get().text == "沈工来电，返利已到账。"


def test_a_follow_up_that_came_after_the_booking_is_evidence_and_an_older_one_is_none(
    promised: Promised, fay: Any, alice: Any
) -> None:
    promise = promised()
    about = {"about_type": "promise", "about_id": promise.pk, "kind": "call"}
    follow_ups.create(actor=alice, values={**about, "text": "客户来催"})
    booking.book(promise, actor=fay, ref="记-0117")
    with pytest.raises(Invalid):
        settling.keep(promise, actor=alice)
    follow_ups.create(actor=alice, values={**about, "text": "客户确认到账"})
    assert settling.keep(promise, actor=alice).record.evidence == "客户确认到账"


def test_a_call_back_becomes_a_task_with_its_day_and_keeping_it_ticks_the_task_off(
    promised: Promised, alice: Any, customer: Customer
) -> None:
    promise = Promise.objects.get(pk=promised("call_back", "报交期").pk)
    task = Task.objects.get()
    assert promise.state == State.BOOKED
    assert (task.due_on, task.assignee) == (promise.until, alice)
    assert (promise.booked_type, promise.booked_id) == ("task", task.pk)
    assert Customer.objects.get(pk=customer.pk).next_step_on == promise.until
    settling.keep(promise, actor=alice, confirmation="已回电")
    assert Task.objects.get().done_at is not None


def test_what_needs_no_booking_is_kept_with_a_confirmation_alone(promised: Promised, fay: Any, alice: Any) -> None:
    promise = promised("other", "送两本样册")
    with pytest.raises(Refused):
        booking.book(promise, actor=fay, ref="x")
    assert settling.keep(promise, actor=alice, confirmation="收到样册").record.state == State.KEPT


def test_a_booked_promise_is_not_withdrawn_but_sent_back_to_who_booked_it(
    promised: Promised, fay: Any, alice: Any
) -> None:
    promise = promised()
    booking.book(promise, actor=fay, ref="记-0117", amount="12000")
    with pytest.raises(Refused, match="记-0117"):
        settling.withdraw(promise, actor=alice, why="客户取消")
    back = booking.send_back(promise, actor=alice, why="少了 480").record
    assert (back.state, back.holder, back.handoffs) == (State.BINDING, fay, 1)
    assert (back.booked_ref, back.booked_amount, back.booked_at) == ("", None, None)
    ended = settling.withdraw(promise, actor=alice, why="客户取消").record
    assert (ended.state, ended.reason) == (State.WITHDRAWN, "客户取消")


def test_finance_sends_back_what_is_not_clear_and_every_hand_off_is_counted(
    promised: Promised, fay: Any, alice: Any
) -> None:
    promise = promised()
    back = booking.send_back(promise, actor=fay, why="按哪张合同返？").record
    assert (back.holder, back.handoffs, back.state) == (alice, 1, State.BINDING)
    with pytest.raises(Refused):
        booking.send_back(promise, actor=alice)
    again = booking.hand_on(promise, actor=alice, to=fay, note="HT-2026-118").record
    assert (again.holder, again.handoffs) == (fay, 2)


def test_it_is_passed_on_only_to_somebody_who_may_act_on_it(promised: Promised, fay: Any, carol: Any, bob: Any) -> None:
    promise = promised()
    for nobody in (carol, bob):
        with pytest.raises(Invalid) as caught:
            booking.hand_on(promise, actor=fay, to=nobody)
        assert caught.value.fields.keys() == {"to"}
    assert Promise.objects.get().handoffs == 0


def test_other_words_are_another_promise_and_are_given_anew(promised: Promised, alice: Any, fay: Any) -> None:
    promise = promised("call_back", "报交期")
    later = clock.today() + timedelta(days=4)
    making.edit(promise, actor=alice, values={"until": later})
    found = Promise.objects.get()
    assert (found.state, found.until) == (State.BOOKED, later)
    assert [task.due_on for task in Task.objects.all()] == [later]
    names = Event.objects.filter(subject_type="promise").order_by("id").values_list("name", flat=True)
    assert [name.partition(".")[2] for name in names][-4:] == ["edit", "reconsider", "make", "arrange"]


def test_whom_it_was_promised_to_is_no_other_promise(
    promised: Promised, customer: Customer, alice: Any, fay: Any
) -> None:
    contact = contacts.create(actor=alice, values={"name": "沈工", "customer": customer}).record
    promise = promised()
    bound = promise.bound_at
    assert making.edit(promise, actor=alice, values={"contact": contact.pk}).record.state == State.BINDING
    assert Promise.objects.get().bound_at == bound


def test_what_finance_has_booked_keeps_its_words(promised: Promised, alice: Any, fay: Any) -> None:
    promise = promised()
    booking.book(promise, actor=fay, ref="记-0117")
    with pytest.raises(Refused, match="记-0117"):
        making.edit(promise, actor=alice, values={"worth": "99999"})
    assert Promise.objects.get().worth == 12480


def test_a_broken_promise_says_why_and_can_be_taken_up_again(
    promised: Promised, alice: Any, mia: Any, fay: Any
) -> None:
    promise = promised()
    with pytest.raises(Invalid):
        settling.break_promise(promise, actor=alice, why=" ")
    settling.break_promise(promise, actor=alice, why="供应商停产")
    with pytest.raises(Refused):
        booking.book(promise, actor=fay, ref="x")
    again = settling.reopen(promise, actor=mia, why="找到替代").record
    assert (again.state, again.reason, again.holder) == (State.BINDING, "", fay)


def test_everybody_does_what_their_role_includes_and_nothing_else(
    promised: Promised, fay: Any, sam: Any, carol: Any, bob: Any, alice: Any
) -> None:
    promise = promised()
    with pytest.raises(Forbidden):
        booking.book(promise, actor=alice, ref="x")
    with pytest.raises(Forbidden):
        settling.withdraw(promise, actor=sam, why="x")
    with pytest.raises(Forbidden):
        settling.withdraw(promise, actor=carol, why="x")
    with pytest.raises(NotVisible):
        settling.withdraw(promise, actor=bob, why="x")


def test_the_company_says_who_acts_and_how_long_it_may_take(promised: Promised, adam: Any, sam: Any, fay: Any) -> None:
    from gucang.accounts.models import Role

    service = Role.objects.get(key="service")
    rules.create(actor=adam, values={"kind": "rebate", "role": service.pk, "due_days": 3, "book_days": 1})
    promise = promised(until=None)
    assert promise.holder == sam
    assert promise.book_by == people.deadline(sam, 1, promise.bound_at)
    assert promise.until == people.usual_until("rebate", None).astimezone(clock.now().tzinfo).date()


def test_of_two_in_finance_the_one_with_fewer_promises_gets_it(promised: Promised, fay: Any) -> None:
    other = hire("Finn", "finance")
    assert [promised(what=f"第 {n} 个").holder for n in range(4)] == [fay, other, fay, other]


def test_where_nobody_is_in_finance_who_promised_sees_to_it(promised: Promised, alice: Any) -> None:
    assert promised().holder == alice


def test_what_a_leaver_holds_goes_to_somebody_else_and_is_counted(promised: Promised, fay: Any, adam: Any) -> None:
    from gucang.promises.reactions import pass_on_what_they_held

    promise = promised()
    other = hire("Finn", "finance")
    event = members.leave(fay, actor=adam, on=clock.today()).event
    pass_on_what_they_held(event)
    found = Promise.objects.get(pk=promise.pk)
    assert (found.holder, found.handoffs, found.state) == (other, 1, State.BINDING)
    assert Event.objects.get(name="promise.take_over").facts["former"] == "Fay"


def test_the_successor_of_who_promised_has_the_promise_with_the_customer(
    promised: Promised, customer: Customer, alice: Any, bob: Any, mia: Any, fay: Any
) -> None:
    promise = promised()
    customers.assign(customer, actor=mia, owner=bob)
    members.leave(alice, actor=system(), on=clock.today())
    booking.book(promise, actor=fay, ref="记-0117")
    assert Promise.objects.get().holder == bob
    assert settling.keep(promise, actor=bob, confirmation="收到").record.state == State.KEPT
