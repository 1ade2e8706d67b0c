"""Many decisions at once on real connections: exactly one wins, and the deed is done once or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gucang.approvals.actions import requests
from gucang.approvals.models import ApprovalRequest, ApprovalTask, State
from gucang.kernel.errors import NeedsApproval, Problem
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope
from gucang.selling.actions import opportunities
from gucang.selling.models import Opportunity, StageKind
from tests.approvals.conftest import another_deal, waiting_deal
from tests.personas import Team
from tests.races.test_races import at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
REPETITIONS = 20


def deed(team: Team, who: str, verb: Any, pk: int, **params: Any) -> Callable[[], Any]:
    """`verb` by this person, in a transaction of its own."""

    def do() -> Any:
        with company_scope(team.company):
            try:
                return verb(pk, actor=team.people[who], **params).record
            except NeedsApproval as waiting:
                return waiting  # and the transaction commits, as that of a page does

    return do


def deals(team: Team, *steps: list[str], **words: Any) -> Iterator[tuple[int, int]]:
    """So many deals that wait for these people, one after the other, each with its request."""
    yield waiting_deal(team, *steps, **words)
    for _round in range(REPETITIONS - 1):
        yield another_deal(team)


def ended(team: Team, deal: int, request: int) -> tuple[str, bool]:
    """How a request ended, and whether the deed was done, which the log tells once or not at all."""
    with company_scope(team.company):
        won = Opportunity.objects.get(pk=deal).state == StageKind.WON
        assert Event.objects.filter(name="opportunity.win", subject_id=deal).count() == int(won)
        return ApprovalRequest.objects.get(pk=request).state, won


def came_through(done: list[Any]) -> int:
    return sum(not isinstance(one, Problem) for one in done)


@pytest.mark.parametrize("many", [8, 32])
def test_of_many_agreements_by_one_person_one_counts_and_the_deed_is_done_once(acme_team: Team, many: int) -> None:
    for deal, request in deals(acme_team, ["mia"]):
        done = at_once(*[deed(acme_team, "mia", requests.agree, request)] * many)
        assert came_through(done) == 1
        assert ended(acme_team, deal, request) == (State.CARRIED_OUT, True)
        with company_scope(acme_team.company):
            assert Event.objects.filter(name="approval_request.agree", subject_id=request).count() == 1


def test_agree_against_withdraw_has_one_winner(acme_team: Team) -> None:
    for deal, request in deals(acme_team, ["mia"]):
        both = [
            deed(acme_team, "mia", requests.agree, request), deed(acme_team, "alice", requests.withdraw, request)
        ] * 4  # fmt: skip
        assert came_through(at_once(*both)) == 1
        assert ended(acme_team, deal, request) in [(State.CARRIED_OUT, True), (State.WITHDRAWN, False)]


def test_agree_against_refuse_has_one_winner(acme_team: Team) -> None:
    for deal, request in deals(acme_team, ["mia", "adam"], same="allow"):
        agree = deed(acme_team, "mia", requests.agree, request)
        refuse = deed(acme_team, "adam", requests.refuse, request, comment="不行")
        assert came_through(at_once(*[agree, refuse] * 4)) in (1, 2)
        assert ended(acme_team, deal, request) == (State.REFUSED, False)


def test_agree_against_edit_never_does_what_nobody_agreed_to(acme_team: Team) -> None:
    for deal, request in deals(acme_team, ["mia"], conditions="amount__gte=500000"):
        edits = [
            deed(acme_team, "alice", opportunities.edit, deal, values={"amount": str(900000 + n)}) for n in range(7)
        ]
        at_once(deed(acme_team, "mia", requests.agree, request), *edits)
        assert ended(acme_team, deal, request) == (State.CARRIED_OUT, True)
        with company_scope(acme_team.company):
            won = Event.objects.get(name="opportunity.win", subject_id=deal)
            before = Event.objects.filter(
                name="opportunity.edit", subject_id=deal, subject_version__lt=won.subject_version
            )
            assert not before.exists(), "somebody changed it while it was held"


def test_agree_against_pass_on_leaves_one_who_decided(acme_team: Team) -> None:
    adam = acme_team.people["adam"].pk
    for deal, request in deals(acme_team, ["mia"]):
        agree = deed(acme_team, "mia", requests.agree, request)
        pass_on = deed(acme_team, "mia", requests.transfer, request, to=adam)
        assert came_through(at_once(*[agree, pass_on] * 4)) == 1
        state, won = ended(acme_team, deal, request)
        assert (state, won) in [(State.CARRIED_OUT, True), (State.WAITING, False)]
        if state == State.WAITING:
            with company_scope(acme_team.company):
                assert [task.member_id for task in ApprovalTask.objects.filter(request=request, open=True)] == [adam]


def test_of_eight_who_ask_at_once_one_holds_the_record(acme_team: Team) -> None:
    for deal, request in deals(acme_team, ["mia"]):
        with company_scope(acme_team.company):
            requests.withdraw(request, actor=acme_team.people["alice"])
        at_once(*[deed(acme_team, "alice", opportunities.win, deal)] * 8)
        with company_scope(acme_team.company):
            assert ApprovalRequest.objects.filter(state=State.WAITING, about_id=deal).count() == 1
            assert Opportunity.objects.get(pk=deal).state == StageKind.OPEN


def test_two_who_must_both_agree_at_once_do_the_deed_once(acme_team: Team) -> None:
    for deal, request in deals(acme_team, ["mia", "adam"]):
        both = [deed(acme_team, who, requests.agree, request) for who in ("mia", "adam")]
        assert came_through(at_once(*both * 4)) == 2
        assert ended(acme_team, deal, request) == (State.CARRIED_OUT, True)


def test_numbers_of_requests_made_at_once_have_no_gap(acme_team: Team) -> None:
    ids = [deal for deal, _request in deals(acme_team, ["mia"])]
    with company_scope(acme_team.company):
        for request in ApprovalRequest.objects.all():
            requests.withdraw(request, actor=acme_team.people["alice"])
    at_once(*[deed(acme_team, "alice", opportunities.win, deal) for deal in ids])
    with company_scope(acme_team.company):
        numbers = ApprovalRequest.objects.order_by("number").values_list("number", flat=True)
        assert [int(number.rpartition("-")[2]) for number in numbers] == list(range(1, 2 * REPETITIONS + 1))
