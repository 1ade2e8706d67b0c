"""Many decisions at once on real connections: exactly one wins, and the deed is done once or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gucang.approvals.actions import requests
from gucang.approvals.models import ApprovalRequest, State
from gucang.kernel.errors import NeedsApproval, Problem
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope
from gucang.selling.actions import opportunities
from gucang.selling.models import Opportunity, StageKind
from tests.approvals.conftest import waiting_deal
from tests.personas import Team
from tests.races.test_races import at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def deed(team: Team, who: str, verb: Any, pk: int, **params: Any) -> Callable[[], Any]:
    """`verb` by this person, in a transaction of its own."""

    def do() -> Any:
        with company_scope(team.company):
            try:
                return verb(pk, actor=team.people[who], **params).record
            except NeedsApproval as waiting:
                return waiting  # and the transaction commits, as that of a page does

    return do


def test_of_sixteen_agreements_by_one_person_one_counts_and_the_deed_is_done_once(acme_team: Team) -> None:
    deal, request = waiting_deal(acme_team, ["mia"])
    done = at_once(*[deed(acme_team, "mia", requests.agree, request)] * 16)
    assert sum(not isinstance(one, Problem) for one in done) == 1
    with company_scope(acme_team.company):
        assert Event.objects.filter(name="opportunity.win").count() == 1
        assert Event.objects.filter(name="approval_request.agree").count() == 1
        assert Opportunity.objects.get(pk=deal).state == StageKind.WON


def test_agree_against_withdraw_has_one_winner(acme_team: Team) -> None:
    deal, request = waiting_deal(acme_team, ["mia"])
    both = [
        deed(acme_team, "mia", requests.agree, request), deed(acme_team, "alice", requests.withdraw, request)
    ] * 4  # fmt: skip
    done = at_once(*both)
    assert sum(not isinstance(one, Problem) for one in done) == 1
    with company_scope(acme_team.company):
        state = ApprovalRequest.objects.get(pk=request).state
        won = Opportunity.objects.get(pk=deal).state == StageKind.WON
        assert (state, won) in [(State.CARRIED_OUT, True), (State.WITHDRAWN, False)]


def test_agree_against_refuse_has_one_winner(acme_team: Team) -> None:
    deal, request = waiting_deal(acme_team, ["mia", "adam"], same="allow")
    done = at_once(
        *[
            deed(acme_team, "mia", requests.agree, request),
            deed(acme_team, "adam", requests.refuse, request, comment="不行"),
        ]
        * 4
    )
    assert any(not isinstance(one, Problem) for one in done)
    with company_scope(acme_team.company):
        assert ApprovalRequest.objects.get(pk=request).state == State.REFUSED
        assert Opportunity.objects.get(pk=deal).state == StageKind.OPEN


def test_agree_against_edit_never_does_what_nobody_agreed_to(acme_team: Team) -> None:
    deal, request = waiting_deal(acme_team, ["mia"], conditions="amount__gte=500000")
    edits = [deed(acme_team, "alice", opportunities.edit, deal, values={"amount": str(900000 + n)}) for n in range(7)]
    at_once(deed(acme_team, "mia", requests.agree, request), *edits)
    with company_scope(acme_team.company):
        won = Event.objects.filter(name="opportunity.win").first()
        assert won is not None
        before = Event.objects.filter(name="opportunity.edit", subject_version__lt=won.subject_version)
        assert not before.exists(), "somebody changed it while it was held"


def test_of_eight_who_ask_at_once_one_holds_the_record(acme_team: Team) -> None:
    _deal, request = waiting_deal(acme_team, ["mia"])
    with company_scope(acme_team.company):
        deal = ApprovalRequest.objects.get(pk=request).about_id
        requests.withdraw(request, actor=acme_team.people["alice"])
    at_once(*[deed(acme_team, "alice", opportunities.win, deal)] * 8)
    with company_scope(acme_team.company):
        assert ApprovalRequest.objects.filter(state=State.WAITING, about_id=deal).count() == 1
        assert Opportunity.objects.get(pk=deal).state == StageKind.OPEN


@pytest.mark.parametrize("round_", range(20))
def test_two_who_must_both_agree_at_once_do_the_deed_once(acme_team: Team, round_: int) -> None:
    deal, request = waiting_deal(acme_team, ["mia", "adam"])
    done = at_once(deed(acme_team, "mia", requests.agree, request), deed(acme_team, "adam", requests.agree, request))
    assert not any(isinstance(one, Problem) for one in done)
    with company_scope(acme_team.company):
        assert ApprovalRequest.objects.get(pk=request).state == State.CARRIED_OUT
        assert Event.objects.filter(name="opportunity.win").count() == 1
        assert Opportunity.objects.get(pk=deal).state == StageKind.WON


@pytest.mark.parametrize("round_", range(20))
def test_agree_and_withdraw_at_once_do_the_deed_once_or_not_at_all(acme_team: Team, round_: int) -> None:
    deal, request = waiting_deal(acme_team, ["mia"])
    done = at_once(
        deed(acme_team, "mia", requests.agree, request), deed(acme_team, "alice", requests.withdraw, request)
    )
    assert sum(not isinstance(one, Problem) for one in done) == 1
    with company_scope(acme_team.company):
        won = Opportunity.objects.get(pk=deal).state == StageKind.WON
        assert Event.objects.filter(name="opportunity.win").count() == int(won)
        assert ApprovalRequest.objects.get(pk=request).state == (State.CARRIED_OUT if won else State.WITHDRAWN)
