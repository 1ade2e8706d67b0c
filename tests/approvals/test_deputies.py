"""Deputies: proposed from leave, given for days and policies, shown as “for …”, and never in a circle."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from gucang.approvals import queries
from gucang.approvals.actions import delegations, requests
from gucang.approvals.models import ApprovalRequest, Delegation, State
from gucang.approvals.proposing import proposal_for
from gucang.kernel import clock
from gucang.kernel.errors import Forbidden, NotVisible
from gucang.kernel.scope import company_scope
from gucang.worktime.actions import leave
from tests.approvals.conftest import waiting_deal
from tests.personas import Team


def away(member: Any, first: int, last: int, **more: Any) -> Any:
    day = clock.today()
    values = {"begins_on": day + timedelta(days=first), "ends_on": day + timedelta(days=last), **more}
    return leave.create(actor=member, values=values).record


def give(owner: Any, deputy: Any, first: int, last: int, **more: Any) -> Delegation:
    day = clock.today()
    values = {"deputy": deputy, "starts_on": day + timedelta(days=first), "ends_on": day + timedelta(days=last)}
    return delegations.create(actor=owner, values=values | more).record


def test_a_leave_proposes_who_decides_meanwhile_until_somebody_does(scope: Any, mia: Any, bob: Any) -> None:
    assert proposal_for(mia.pk) is None
    made = away(mia, 3, 5, deputy=bob)
    found = proposal_for(mia.pk)
    assert found is not None
    assert (found.leave, found.deputy) == (made, bob)
    give(mia, bob, 3, 4)
    assert proposal_for(mia.pk) is not None, "one day is not covered"
    give(mia, bob, 3, 5)
    assert proposal_for(mia.pk) is None


def test_half_a_day_of_leave_proposes_a_deputy_as_well(scope: Any, mia: Any, bob: Any) -> None:
    away(mia, 1, 1, ends="morning", deputy=bob)
    found = proposal_for(mia.pk)
    assert found is not None
    day = (clock.today() + timedelta(days=1)).isoformat()
    assert f"starts_on={day}&ends_on={day}&deputy={bob.pk}" in found.query


def test_a_proposal_names_nobody_who_is_away_or_has_left(scope: Any, mia: Any, bob: Any) -> None:
    away(mia, 1, 2, deputy=bob)
    away(bob, 1, 1)
    found = proposal_for(mia.pk)
    assert found is not None
    assert found.deputy != bob


def test_a_deputy_for_one_policy_covers_no_leave(scope: Any, policy: Any, mia: Any, bob: Any) -> None:
    away(mia, 1, 2, deputy=bob)
    give(mia, bob, 1, 2, policy=policy([mia]))
    assert proposal_for(mia.pk) is not None


def test_from_the_inbox_by_the_proposal_to_a_deputy_who_decides(acme_team: Team, login: Any) -> None:
    _deal, request = waiting_deal(acme_team, ["mia"])
    people = acme_team.people
    with company_scope(acme_team.company):
        made = away(people["mia"], 0, 2, deputy=people["bob"])
    mia, bob = login(Client(), people["mia"]), login(Client(), people["bob"])
    inbox = mia.get("/acme/approvals/waiting").content.decode()
    assert "Bob" in inbox
    assert "/acme/delegations/new?" in mia.get(f"/acme/leave-days/{made.pk}").content.decode()
    day = clock.today()
    form = f"/acme/delegations/new?starts_on={day}&ends_on={day + timedelta(days=2)}&deputy={people['bob'].pk}"
    assert form.partition("?")[2] in inbox.replace("&amp;", "&")
    shown = mia.get(form).content.decode()
    assert f'value="{day}"' in shown
    sent = {"deputy": people["bob"].pk, "starts_on": day, "ends_on": day + timedelta(days=2)}
    assert mia.post("/acme/delegations/new", sent).status_code == 302
    assert "/acme/delegations/new?" not in mia.get("/acme/approvals/waiting").content.decode()
    waiting = bob.get("/acme/approvals/waiting").content.decode()
    assert "代 Mia" in waiting
    assert "你在代Mia审批" in bob.get(f"/acme/approvals/{request}").content.decode()
    assert bob.post(f"/acme/approvals/{request}/agree", {"comment": "她出差"}).status_code == 302
    done = mia.get(f"/acme/approvals/{request}").content.decode()
    assert "Bob" in done
    assert "代 Mia" in done
    with company_scope(acme_team.company):
        assert ApprovalRequest.objects.get(pk=request).state == State.CARRIED_OUT


def test_a_deputy_for_one_policy_sees_and_decides_nothing_else(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any, bob: Any
) -> None:
    wins = policy([mia])
    policy([mia], action="opportunity.edit", name="改商机")
    give(mia, bob, 0, 1, policy=wins)
    won, lost = asked(new_deal("甲")), asked(new_deal("乙"), "opportunity.edit", values={"amount": "1"})
    found, _more = queries.waiting_for(bob.as_actor())
    assert [one.request.pk for one in found] == [won.pk]
    with pytest.raises((Forbidden, NotVisible)):
        requests.agree(lost, actor=bob)
    assert ApprovalRequest.objects.get(pk=lost.pk).state == State.WAITING
    assert requests.agree(won, actor=bob).record.state == State.CARRIED_OUT
