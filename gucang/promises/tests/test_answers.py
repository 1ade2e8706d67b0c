"""What may be told on the telephone: facts, for who may see them, in words that a customer may hear."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from gucang.accounts.actions import departments
from gucang.activity.actions import tasks
from gucang.approvals.actions import requests
from gucang.approvals.models import ApprovalRequest
from gucang.kernel import clock
from gucang.kernel.actors import Access, FieldRule
from gucang.kernel.errors import NeedsApproval
from gucang.parties.models import Customer
from gucang.promises import answers, card, saying
from gucang.promises.actions import booking, making, settling
from gucang.promises.models import Promise
from gucang.selling.actions import opportunities
from tests.approvals.conftest import make_policy

Promised = Callable[..., Promise]


def again(promise: Promise) -> Promise:
    return Promise.objects.get(pk=promise.pk)


def told(actor: Any, customer: Customer, language: str = "zh-hans") -> str:
    """Everything that the card holds for this actor, in one text."""
    with translation.override(language):
        found = answers.sections(actor, customer)
        return repr(found) + saying.joined(*answers.sentences(found))


def test_service_hears_who_agreed_when_it_is_booked_and_by_whom(
    promised: Promised, customer: Customer, fay: Any, sam: Any, mia: Any, adam: Any
) -> None:
    from gucang.accounts.models import Member

    finance = departments.create(actor=adam, name="财务部").record
    from gucang.accounts.actions import members

    members.edit(fay, actor=adam, values={"department": finance.pk})
    members.edit(mia, actor=adam, values={"position": "销售总监"})
    make_policy(adam, [mia], action="promise.make")
    promised()
    requests.agree(ApprovalRequest.objects.get(), actor=mia, comment="毛利只有 4%，下不为例")
    with translation.override("zh-hans"):
        (section,) = [one for one in answers.sections(sam.as_actor(), customer) if one.items]
        (item,) = section.items
    assert "已由我们的销售总监于" in item.say
    assert "批准" in item.say
    assert "最晚" in item.say
    assert "财务部 Fay" in item.say
    assert "¥12,480" in item.say
    text = told(sam.as_actor(), customer)
    assert "毛利" not in text
    assert "下不为例" not in text
    assert Member.objects.get(pk=fay.pk).department_id == finance.pk


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_state_has_a_sentence_that_names_who_has_it(
    promised: Promised, customer: Customer, fay: Any, alice: Any, adam: Any, mia: Any, language: str
) -> None:
    promise = promised()
    with translation.override(language):
        binding = saying.to_read(again(promise), alice.as_actor())
        booking.book(promise, actor=fay, ref="记-0117")
        booked = saying.to_read(again(promise), alice.as_actor())
        make_policy(adam, [mia], action="promise.make")
        waits = saying.to_read(again(promised(what="另一个")), alice.as_actor())
        plain = saying.to_read(again(promised("other", "样册")), alice.as_actor())
    assert "Fay" in binding
    assert "Alice" in booked
    assert "Mia" in waits
    assert plain
    assert "记-0117" not in booked
    assert len({binding, booked, waits}) == 3


def test_what_is_late_is_said_to_be_late(promised: Promised, alice: Any) -> None:
    promise = promised("other", "样册", until=clock.today())
    with clock.at(clock.now() + timedelta(days=3)), translation.override("zh-hans"):
        assert "晚" in saying.to_read(again(promise), alice.as_actor())


def test_a_hidden_worth_and_hidden_words_are_not_read_out(
    promised: Promised, customer: Customer, sam: Any, fay: Any
) -> None:
    promised(what="3% 返利，别告诉老张")
    plain = told(sam.as_actor(), customer)
    assert "12,480" in plain
    hidden = {"promise.worth": FieldRule(Access.HIDDEN), "promise.what": FieldRule(Access.MASKED)}
    text = told(replace(sam.as_actor(), field_rules=hidden), customer)
    assert "12,480" not in text
    assert "老张" not in text
    assert "返利" in text  # the kind


def test_reasons_and_the_words_of_colleagues_stay_inside(
    promised: Promised, customer: Customer, fay: Any, sam: Any, alice: Any
) -> None:
    promise = promised()
    booking.send_back(promise, actor=fay, why="按哪张合同返？老板不同意")
    about = {"about_type": "customer", "about_id": customer.pk, "due_on": clock.today() + timedelta(days=2)}
    tasks.create(actor=alice, values={**about, "title": "探探他们的底价"})
    with translation.override("zh-hans"):
        read_out = saying.joined(*answers.sentences(answers.sections(sam.as_actor(), customer)))
    assert "老板" not in read_out
    assert "底价" not in read_out
    assert "Alice" in read_out


def test_a_colleague_who_does_not_see_the_customer_s_promises_is_told_nothing(
    promised: Promised, customer: Customer, bob: Any, fay: Any
) -> None:
    promised(what="秘密返利")
    assert "秘密" not in told(bob.as_actor(), customer)


def test_what_has_ended_is_not_on_the_card(promised: Promised, customer: Customer, alice: Any, fay: Any) -> None:
    promise = promised(what="取消的返利")
    settling.withdraw(promise, actor=alice, why="x")
    assert "取消的返利" not in told(alice.as_actor(), customer)


def test_what_others_decide_about_this_customer_is_there_and_nobody_else_s(
    customer: Customer, alice: Any, bob: Any, mia: Any, adam: Any, sam: Any
) -> None:
    from gucang.parties.actions import customers

    make_policy(adam, [mia], action="opportunity.win")
    other = customers.create(actor=alice, values={"name": "别的客户"}).record
    for owner, name in ((customer, "一期改造"), (other, "别人的单子")):
        deal = opportunities.create(actor=alice, values={"name": name, "customer": owner, "amount": "5"}).record
        with pytest.raises(NeedsApproval):
            opportunities.win(deal, actor=alice)
    text = told(alice.as_actor(), customer)
    assert "一期改造" in text
    assert "Mia" in text
    assert "别人的单子" not in text
    # Service does not see deals, so it is not told of them.
    assert sam.as_actor().may("opportunity.view") or "一期改造" not in told(sam.as_actor(), customer)


def test_the_card_asks_one_query_for_each_part_however_much_is_open(
    promised: Promised, customer: Customer, alice: Any, mia: Any, adam: Any, fay: Any, django_assert_num_queries: Any
) -> None:
    make_policy(adam, [mia], action="opportunity.win")
    actor = alice.as_actor()
    answers.sections(actor, customer)
    for number in range(6):
        promised(what=f"返利 {number}")
        about = {"about_type": "customer", "about_id": customer.pk, "due_on": clock.today()}
        tasks.create(actor=alice, values={**about, "title": f"任务 {number}"})
        deal = opportunities.create(
            actor=alice, values={"name": f"{number}", "customer": customer, "amount": "1"}
        ).record
        with pytest.raises(NeedsApproval):
            opportunities.win(deal, actor=alice)
    with django_assert_num_queries(6):  # promises, orders to deliver, contracts, money, approvals, tasks
        found = answers.sections(actor, customer)
    assert [len(one.items) for one in found] == [6, 0, 0, 6, 3]
    assert card.summary(found)


def test_a_promise_that_waits_stands_once_on_the_card(
    promised: Promised, customer: Customer, alice: Any, mia: Any, adam: Any
) -> None:
    make_policy(adam, [mia], action="promise.make")
    promised()
    found = answers.sections(alice.as_actor(), customer)
    assert [len(one.items) for one in found if one.items] == [1]
    assert making.make.name == "promise.make"
