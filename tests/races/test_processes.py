"""Two versions put in force at once: each waits for the other, and one holds at the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gucang.kernel.scope import company_scope
from gucang.sops.actions import processes, versions
from gucang.sops.models import ProcessVersion, State
from tests.personas import Team
from tests.races.test_races import at_once
from tests.sops.conftest import in_force_now, make_draft

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def deed(team: Team, verb: Any, pk: int, **params: Any) -> Callable[[], Any]:
    def do() -> Any:
        with company_scope(team.company):
            return verb(pk, actor=team.people["adam"], **params)

    return do


def test_of_versions_put_in_force_at_once_one_holds_and_the_others_ended(acme_team: Team) -> None:
    adam = acme_team.people["adam"]
    with company_scope(acme_team.company):
        first = in_force_now(adam)
        drafts = [make_draft(adam, first.process).pk for _ in range(6)]
    at_once(*[deed(acme_team, versions.put_in_force, pk, reason="抢") for pk in drafts])
    with company_scope(acme_team.company):
        states = list(ProcessVersion.objects.order_by("in_force_from").values_list("state", flat=True))
        assert states == [State.SUPERSEDED] * 6 + [State.IN_FORCE]


def test_a_process_retired_while_a_version_is_put_in_force_has_at_most_one_that_holds(acme_team: Team) -> None:
    adam = acme_team.people["adam"]
    with company_scope(acme_team.company):
        first = in_force_now(adam)
        draft = make_draft(adam, first.process).pk
        process = first.process_id
    at_once(
        deed(acme_team, processes.retire, process, reason="停"),
        deed(acme_team, versions.put_in_force, draft, reason="换"),
    )
    with company_scope(acme_team.company):
        first.refresh_from_db()
        assert first.state == State.SUPERSEDED
        assert ProcessVersion.objects.filter(state=State.IN_FORCE).count() <= 1


def test_drafts_made_at_once_have_numbers_of_their_own(acme_team: Team) -> None:
    adam = acme_team.people["adam"]
    with company_scope(acme_team.company):
        process = in_force_now(adam).process

    def do() -> Any:
        with company_scope(acme_team.company):
            return versions.draft(actor=adam, process=process)

    at_once(*[do] * 6)
    with company_scope(acme_team.company):
        assert sorted(ProcessVersion.objects.values_list("number", flat=True)) == list(range(1, 8))
