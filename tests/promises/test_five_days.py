"""The five days: a rebate on the telephone, books that know nothing, a manager on a trip, a colleague who has left.

First as it used to go, passed from hand to hand and counted; then as it goes now: the customer calls once and is
answered from the page in front of whoever takes the call.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from gucang.accounts.actions import members
from gucang.accounts.models import Department, Member
from gucang.approvals.actions import delegations, requests
from gucang.approvals.models import ApprovalRequest
from gucang.kernel import clock
from gucang.kernel.actors import system
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.promises import answers, differences, queries, saying
from gucang.promises.actions import booking, making, settling
from gucang.promises.models import Promise, State
from tests.approvals.conftest import make_policy
from tests.contracts.world import words_of
from tests.personas import Team, hire, make_department

# A Monday; no public holiday lies in these weeks.
MONDAY = date(2026, 11, 2)


def at(day: int, hour: int, minute: int = 0) -> Any:
    """The clock at a moment of the working day `day` (0 is the first Monday)."""
    on = MONDAY + timedelta(days=day // 5 * 7 + day % 5)
    return clock.at(timezone.make_aware(datetime.combine(on, time(hour, minute))))


@pytest.fixture
def company(acme_team: Team) -> Team:
    """Acme with Fay in finance, Sam and Sue in service, and a customer of Alice's."""
    with company_scope(acme_team.company), at(0, 8):
        finance, service = make_department("财务部"), make_department("客服部")
        people = acme_team.people
        mia = people["mia"]
        members.edit(mia, actor=system(), values={"position": "销售总监"})
        for name, role, department in (
            ("Fay", "finance", finance),
            ("Sam", "service", service),
            ("Sue", "service", service),
        ):
            people[name.lower()] = hire(name, role, Department.objects.get(pk=department.pk), people["adam"])
        customers.create(actor=people["alice"], values={"name": "苏州恒力精密", "phone": "13800571234"})
    return acme_team


def rebate(by: Member, what: str = "3% 返利") -> Promise:
    customer = Customer.objects.get(name="苏州恒力精密")
    about = {"about_type": "customer", "about_id": customer.pk}
    values = {**about, "kind": "rebate", "what": what, "worth": "12480", "until": clock.today() + timedelta(days=14)}
    return making.create(actor=by, values=values).record


def test_how_it_used_to_go_takes_five_days_and_five_hands(company: Team) -> None:
    alice, mia, fay, sam, sue = (company.people[name] for name in ("alice", "mia", "fay", "sam", "sue"))
    with company_scope(company.company):
        with at(0, 10):  # nobody wrote it down when it was said; service does, when the customer asks for it
            promise = rebate(sue)
        with at(1, 9):
            booking.send_back(promise, actor=fay, why="账上查不到，谁批的？")
        with at(1, 15):
            booking.hand_on(promise, actor=sue, to=sam, note="我今天最后一天")
            members.leave(sue, actor=company.people["adam"], on=clock.today())
        with at(2, 11):
            booking.hand_on(promise, actor=sam, to=alice, note="是你答应的吗？")
        with at(2, 16):
            booking.hand_on(promise, actor=alice, to=mia, note="经理在出差")
        with at(4, 17):
            booking.hand_on(promise, actor=mia, to=fay, note="属实")
        with at(5, 10):
            booking.book(promise, actor=fay, ref="记-1187")
            kept = settling.keep(promise, actor=alice, confirmation="到账了，打了六个电话").record
        assert (kept.handoffs, queries.days_open(kept)) == (5, 5)
        assert Event.objects.filter(name__in=("promise.hand_on", "promise.send_back")).count() == 5


def test_how_it_goes_now_is_one_call(company: Team, client: Client, login: Any) -> None:
    alice, mia, fay, sam, sue = (company.people[name] for name in ("alice", "mia", "fay", "sam", "sue"))
    adam = company.people["adam"]
    with company_scope(company.company):
        with at(0, 9):
            policy = make_policy(adam, [mia], action="promise.make", name="大额让利", conditions="worth__gte=10000")
            trip = {"deputy": adam, "starts_on": clock.today(), "ends_on": clock.today() + timedelta(days=4)}
            delegations.create(actor=mia, values={**trip, "policy": policy.pk, "reason": "出差"})
        with at(0, 10, 30):  # with the customer, in three fields
            promise = rebate(alice)
            assert promise.state == State.IN_APPROVAL
        with at(0, 11):  # the customer calls at once: who has it, since when
            said = told(sue, "zh-hans")
            assert "正在审批" in said
            assert "Mia" in said
        with at(0, 14):  # the deputy agrees while the manager is travelling
            requests.agree(ApprovalRequest.objects.get(), actor=adam, comment="毛利只剩 4%，下不为例")
        with at(0, 16):
            members.leave(sue, actor=adam, on=clock.today())
    url = "/acme/search?q=13800571234"
    with at(1, 10):  # a colleague who has never heard of it takes the call
        browser = login(client, sam)
        found = re.search(r"/acme/customers/\d+(?=#answer)", browser.get(url).content.decode())
        assert found is not None
        page = words_of(browser.get(found[0]).content.decode())
    assert "3% 返利（¥12,480）" in page
    assert "批准" in page
    assert "最晚明天 18:00入账，由财务部 Fay办理。" in page.replace("明天 18:00 入账", "明天 18:00入账")
    assert "毛利" not in page.partition("来往")[0]
    with company_scope(company.company):
        with at(1, 10):
            assert told(sam, "en").endswith("Fay of 财务部 sees to it.")
        with at(2, 9):
            booking.book(promise.pk, actor=fay, ref="记-1190")
            settling.keep(promise.pk, actor=sam, confirmation="客户说已到账")
            kept = Promise.objects.get()
            assert (kept.state, kept.handoffs, queries.days_open(kept)) == (State.KEPT, 0, 2)
            assert not differences.count(fay.as_actor())


def told(who: Member, language: str) -> str:
    """What the card lets this person read out."""
    with translation.override(language):
        customer = Customer.objects.get(name="苏州恒力精密")
        return saying.joined(*answers.sentences(answers.sections(who.as_actor(), customer)))
