"""Whatever asks for a deed is told in a sentence that it waits, and what was asked for is kept."""

from __future__ import annotations

from typing import Any

from django.test import Client

from gucang.approvals.models import ApprovalRequest
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.selling.actions import opportunities
from gucang.selling.models import Opportunity, StageKind
from tests.approvals.conftest import make_policy
from tests.personas import Team
from tests.races.test_races import send, token_of


def parked_deal(team: Team) -> int:
    """A deal of Alice's whose winning needs Mia."""
    people = team.people
    with company_scope(team.company):
        make_policy(people["adam"], [people["mia"]])
        customer = customers.create(actor=people["alice"], values={"name": "苏州恒力"}).record
        values = {"name": "机器人工作站", "customer": customer, "amount": "800000"}
        return int(opportunities.create(actor=people["alice"], values=values).record.pk)


def test_the_api_answers_202_with_the_request_and_a_repeat_gets_the_same(acme_team: Team) -> None:
    deal = parked_deal(acme_team)
    key, path = token_of(acme_team, "adam"), f"opportunities/{deal}/win"
    answers = [send(key, "POST", path, {"note": "年底前签"}, **{"Idempotency-Key": "one"}) for _time in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    with company_scope(acme_team.company):
        request = ApprovalRequest.objects.get()
        assert answers[0].json()["request"]["id"] == request.pk
        assert Opportunity.objects.get(pk=deal).state == StageKind.OPEN


def test_a_cell_that_needs_approval_keeps_its_value_and_says_so(acme_team: Team, login: Any) -> None:
    people = acme_team.people
    with company_scope(acme_team.company):
        make_policy(people["adam"], [people["mia"]], action="customer.edit", name="改客户")
        customer = customers.create(actor=people["alice"], values={"name": "苏州恒力"}).record
    alice = login(Client(), people["alice"])
    answer = alice.post(f"/acme/customers/{customer.pk}/cell/name", {"name": "新名字"})
    assert answer.status_code == 422
    with company_scope(acme_team.company):
        request = ApprovalRequest.objects.get()
        assert request.number in answer.content.decode()
        assert Customer.objects.get().name == "苏州恒力"
        assert request.changes["name"] == ["苏州恒力", "新名字"]
