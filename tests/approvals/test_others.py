"""A policy that asks only by what other policies say: where they ask too, or not, or agreed before."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from gucang.approvals.actions import policies, requests
from gucang.approvals.models import ApprovalPolicy, PolicyVersion
from gucang.kernel.errors import Invalid
from gucang.kernel.scope import company_scope
from gucang.selling.actions import opportunities
from gucang.selling.models import Opportunity
from tests.approvals.conftest import make_policy
from tests.contracts.world import words_of
from tests.personas import Team


def by(other: ApprovalPolicy, how: str) -> dict[str, Any]:
    return {"others": [{"policy": other.pk, "how": how}]}


def test_one_asks_only_where_another_does_not(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any, adam: Any
) -> None:
    large = policy([mia], name="大单", rank=50, conditions="amount__gte=500000")
    policy([adam], name="其余", rank=10, **by(large, "not"))
    assert asked(new_deal("大的", amount=600000)).policy_name == "大单"
    assert asked(new_deal("小的", amount=5)).policy_name == "其余"


def test_one_asks_only_where_another_does_too(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any, adam: Any
) -> None:
    large = policy([mia], name="大单", rank=50, conditions="amount__gte=500000")
    policy([adam], name="大单且急", rank=10, conditions="amount__gte=100", **by(large, "applies"))
    assert asked(new_deal("大的", amount=600000)).policy_name == "大单且急"
    alone = new_deal("小的", amount=700)
    assert opportunities.win(alone, actor=alone.owner).record.state == "won"


def test_one_that_is_out_of_force_does_not_ask(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any, adam: Any
) -> None:
    large = policy([mia], name="大单", rank=50)
    policy([adam], name="其余", rank=10, **by(large, "not"))
    policies.put_out_of_force(large, actor=adam)
    assert asked(new_deal()).policy_name == "其余"


def test_what_was_agreed_to_under_another_is_not_asked_about_again(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any, adam: Any, alice: Any
) -> None:
    change = policy([mia], action="opportunity.edit", name="改金额", fields=["amount"])
    policy([adam], name="赢单", **by(change, "not_agreed"))
    fresh, changed = new_deal("没改过"), new_deal("改过")
    edit = asked(changed, "opportunity.edit", values={"amount": "700000"})
    assert asked(fresh).policy_name == "赢单"
    requests.refuse(edit, actor=mia, comment="再想想")
    assert requests.withdraw(asked(changed), actor=alice).record.state == "withdrawn"
    edit = asked(changed, "opportunity.edit", values={"amount": "700000"})
    requests.agree(edit, actor=mia)
    assert opportunities.win(Opportunity.objects.get(pk=changed.pk), actor=alice).record.state == "won"


def test_what_another_agreed_to_is_asked_about_once_more(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any, adam: Any, alice: Any
) -> None:
    change = policy([mia], action="opportunity.edit", name="改金额", fields=["amount"])
    policy([adam], name="赢单", **by(change, "agreed"))
    fresh, changed = new_deal("没改过"), new_deal("改过")
    assert opportunities.win(fresh, actor=alice).record.state == "won"
    requests.agree(asked(changed, "opportunity.edit", values={"amount": "700000"}), actor=mia)
    assert asked(Opportunity.objects.get(pk=changed.pk)).policy_name == "赢单"


def test_policies_that_wait_for_each_other_or_for_strangers_are_refused(
    scope: Any, policy: Any, mia: Any, adam: Any
) -> None:
    first = policy([mia], name="一")
    second = policy([mia], name="二", **by(first, "not"))
    third = policy([mia], name="三", **by(second, "applies"))
    lost = policy([mia], action="opportunity.lose", name="输单")
    customers = policy([mia], action="customer.edit", name="客户")
    steps = [{"who": [{"kind": "person", "id": mia.pk}]}]

    def define(**words: Any) -> Any:
        return policies.define(first, actor=adam, definition=json.dumps({"steps": steps, **words}))

    for wrong in (by(first, "not"), by(third, "not"), by(second, "applies"), by(lost, "not"), by(customers, "agreed"),
                  {"others": [{"policy": 10**9, "how": "not"}]}, {"others": [{"how": "not"}]},
                  {"others": [{"policy": second.pk, "how": "maybe"}]}):  # fmt: skip
        with pytest.raises(Invalid):
            define(**wrong)
    define(**by(lost, "not_agreed"))
    define(**by(second, "not_agreed"))  # what was agreed to is no circle


def test_a_policy_of_another_company_is_none_of_these(acme_team: Team, other_team: Team) -> None:
    with company_scope(acme_team.company):
        theirs = make_policy(acme_team.people["adam"], [acme_team.people["mia"]])
    with company_scope(other_team.company):
        dan = other_team.people["dan"]
        with pytest.raises(Invalid):
            make_policy(dan, [dan], **by(theirs, "not"))


def test_the_editor_says_it_and_the_dry_run_counts_it(acme_team: Team, login: Any) -> None:
    people = acme_team.people
    with company_scope(acme_team.company):
        large = make_policy(people["adam"], [people["mia"]], name="大单", rank=50, conditions="amount__gte=500000")
        rest = make_policy(people["adam"], [people["adam"]], name="其余").pk
    adam, url = login(Client(), people["adam"]), f"/acme/approval-policies/{rest}"
    sent = {"step": [""], "mode": ["all"], "who-0": [f"person:{people['adam'].pk}"], "hours": ["2"],
            "unit": ["natural_days"], "reminders": ["2"], "late": ["remind"]}  # fmt: skip
    chosen = {"other": [str(large.pk), ""], "how": ["not", "applies"]}
    assert adam.post(f"{url}/words", sent | chosen | {"do": "redraw"}).content.decode().count('name="other"') == 2
    assert adam.post(f"{url}/words", sent | chosen).status_code == 302
    with company_scope(acme_team.company):
        words = PolicyVersion.objects.filter(policy=rest).latest("number").read()
    assert [(one.policy, one.how.value) for one in words.others] == [(large.pk, "not")]
    assert [(one.hours, one.unit, one.reminders) for one in words.steps] == [(2, "natural_days", 2)]

    def tried(amount: str) -> str:
        page = words_of(adam.get(url, {"for": people["alice"].pk, "v.amount": amount}).content.decode())
        return page[page.rindex("会给谁？") : page.index("何时要审批")]

    assert "不会给谁" in tried("600000")
    assert "不会给谁" not in tried("5")
    assert "大单" in tried("5")
