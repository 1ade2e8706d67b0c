"""What needs others to agree: two policies, and this morning's large deals on their way through them.

Told after everything else: a deal that is held for a decision would stop the life that goes on with it.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.db import transaction

from gucang.approvals.actions import delegations, policies, requests
from gucang.approvals.models import ApprovalRequest
from gucang.demo.story.cast import MANAGER_OF
from gucang.demo.story.world import World
from gucang.kernel import clock, reactions
from gucang.kernel.errors import NeedsApproval, Problem
from gucang.selling.actions import opportunities
from gucang.selling.models import Opportunity

LARGE = 100_000
DIRECTOR = "zhou.min"
SUPERIOR: dict[str, Any] = {"kind": "superior", "level": 1}


def tell(world: World) -> None:
    """Policies, who decides for whom, and four requests: one waits for the manager, one for the director, one is done,
    one was sent back.
    """
    _at(world, 30, lambda: _set_up(world))
    _at(world, 26, lambda: _ask(world, "li.xiangdong"))
    further = _at(world, 22, lambda: _ask(world, "he.jing"))
    done = _at(world, 20, lambda: _ask(world, "chen.siyuan"))
    _at(world, 16, lambda: _agree(world, further, MANAGER_OF["he.jing"], "毛利看过，可以。"))
    _at(world, 14, lambda: _agree(world, done, MANAGER_OF["chen.siyuan"], ""))
    back = _at(world, 12, lambda: _ask(world, "lin.xiaotong"))
    _at(world, 9, lambda: _agree(world, done, DIRECTOR, "同意，首付款到账再排产。"))
    _at(world, 6, lambda: _send_back(world, back, MANAGER_OF["lin.xiaotong"], "合同还没有盖章，传上来再送。"))


def _at(world: World, minutes: int, deed: Any) -> Any:
    with clock.at(world.now - timedelta(minutes=minutes)), reactions.at_once():
        return deed()


def _set_up(world: World) -> None:
    director = world.members[DIRECTOR].pk
    policy(world, "大单赢单", "opportunity.win", f"amount__gte={LARGE}", [
        {"name": "部门经理", "mode": "all", "who": [SUPERIOR], "hours": 8, "late": "superior"},
        {"name": "销售总监", "mode": "all", "who": [{"kind": "person", "id": director}], "hours": 16},
    ], copies=[{"kind": "person", "id": world.members["zhao.min"].pk}])  # fmt: skip
    policy(world, "大单输单", "opportunity.lose", f"amount__gte={LARGE}", [
        {"name": "部门经理", "mode": "all", "who": [SUPERIOR], "hours": 16},
    ])  # fmt: skip
    values = {
        "deputy": world.members["wang.lei"], "starts_on": world.today + timedelta(days=1),
        "ends_on": world.today + timedelta(days=3), "reason": "出差",
    }  # fmt: skip
    delegations.create(actor=world.actor("huang.zhiqiang"), values=values)


def policy(world: World, name: str, action: str, conditions: str, steps: list[dict[str, Any]], **more: Any) -> None:
    """A policy of the company's administrator, in force from now on."""
    admin = world.actor("admin")
    values = {"name": name, "record_type": action.partition(".")[0], "action": action}
    made = policies.create(actor=admin, values=values).record
    definition = {"steps": steps, "conditions": conditions, **more}
    policies.define(made, actor=admin, definition=json.dumps(definition, ensure_ascii=False))
    policies.put_in_force(made, actor=admin)


def _ask(world: World, seller: str) -> ApprovalRequest | None:
    """The large deal that has come furthest is won, as far as its owner may; where none is large, one has grown."""
    member = world.members[seller]
    found = Opportunity.objects.filter(owner=member, state="open", customer__owner=member)
    furthest = found.order_by("-stage__position", "-amount", "id")
    for deal in (*furthest.filter(amount__gte=LARGE), *furthest.filter(amount__lt=LARGE)):
        try:
            with transaction.atomic():
                return _won(world, deal, seller)
        except Problem:
            continue  # it lacks what its last stage asks for, or waits already
    return None


def _won(world: World, deal: Opportunity, seller: str) -> ApprovalRequest | None:
    if deal.amount < LARGE:
        opportunities.edit(deal, actor=world.actor(seller), values={"amount": LARGE + deal.amount})
    try:
        opportunities.win(deal, actor=world.actor(seller), note="合同已签。")
    except NeedsApproval as waiting:
        request: ApprovalRequest = waiting.request
        return request
    return None


def _agree(world: World, request: ApprovalRequest | None, who: str, comment: str) -> None:
    if request is not None:
        requests.agree(request, actor=world.actor(who), comment=comment)


def _send_back(world: World, request: ApprovalRequest | None, who: str, comment: str) -> None:
    if request is not None:
        requests.send_back(request, actor=world.actor(who), comment=comment)


__all__ = ["SUPERIOR", "policy", "tell"]
