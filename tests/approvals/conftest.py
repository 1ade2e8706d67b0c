"""Acme asks before a large deal is won: Mia agrees, who leads Alice, then Adam."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from gucang.approvals.actions import policies
from gucang.approvals.models import ApprovalPolicy, ApprovalRequest
from gucang.kernel.actions import get
from gucang.kernel.errors import NeedsApproval
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.selling.actions import opportunities
from gucang.selling.models import Opportunity
from tests.personas import Team


def make_policy(
    by: Any, *steps: Any, action: str = "opportunity.win", name: str = "大额赢单", rank: int = 10, **words: Any
) -> ApprovalPolicy:
    """A policy in force. A step is a list of members, or the JSON of a step."""
    record_type = action.partition(".")[0]
    values = {"name": name, "record_type": record_type, "action": action, "rank": rank}
    made = policies.create(actor=by, values=values).record
    said = [one if isinstance(one, dict) else {"who": [{"kind": "person", "id": m.pk} for m in one]} for one in steps]
    policies.define(made, actor=by, definition=json.dumps({"steps": said, **words}))
    return policies.put_in_force(made, actor=by).record


@pytest.fixture
def policy(adam: Any) -> Callable[..., ApprovalPolicy]:
    """`policy([mia], [adam], conditions="amount__gte=500000")`: made by Adam, about winning a deal."""
    return lambda *steps, **words: make_policy(words.pop("by", adam), *steps, **words)


@pytest.fixture
def new_deal(alice: Any) -> Callable[..., Opportunity]:
    """`new_deal(amount=600000)`: an open deal of Alice's, with a customer of its own."""

    def make(name: str = "一期改造", *, by: Any = None, **values: Any) -> Opportunity:
        owner = by or alice
        found = customers.create(actor=owner, values={"name": f"{name}的客户"}).record
        return opportunities.create(
            actor=owner, values={"name": name, "customer": found, "amount": "600000", **values}
        ).record

    return make


@pytest.fixture
def asked(alice: Any) -> Callable[..., ApprovalRequest]:
    """`asked(deal, by=alice, amount=5)`: what became of winning the deal: the request that it was parked as."""

    def ask(record: Any, action: str = "opportunity.win", by: Any = None, **params: Any) -> ApprovalRequest:
        with pytest.raises(NeedsApproval) as caught:
            get(action)(record, actor=by or alice, **params)
        assert isinstance(caught.value.request, ApprovalRequest)
        return ApprovalRequest.objects.get(pk=caught.value.request.pk)

    return ask


def waiting_deal(team: Team, *steps: list[str], **words: Any) -> tuple[int, int]:
    """Outside a scope: the ids of a deal of Alice's that waits for these people, and of its request."""
    people = team.people
    with company_scope(team.company):
        make_policy(people["adam"], *[[people[name] for name in step] for step in steps], **words)
    return another_deal(team)


def another_deal(team: Team) -> tuple[int, int]:
    """The same under the policy that is there."""
    alice = team.people["alice"]
    with company_scope(team.company):
        customer = customers.create(actor=alice, values={"name": "苏州恒力精密"}).record
        values = {"name": "机器人工作站", "customer": customer, "amount": "800000"}
        deal = opportunities.create(actor=alice, values=values).record
        with pytest.raises(NeedsApproval) as caught:
            opportunities.win(deal, actor=alice)
        return deal.pk, caught.value.request.pk
