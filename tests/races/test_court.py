"""A pattern that is brought before the court by several at once is there once; of verdicts at once one holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gucang.court.actions import deviations, verdicts
from gucang.court.models import Deviation, Lesson
from gucang.kernel import clock
from gucang.kernel.scope import company_scope
from gucang.sops.models import Process
from tests.court.conftest import the_process
from tests.personas import Team, hire
from tests.races.test_races import at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def deed(team: Team, do: Callable[[], Any]) -> Callable[[], Any]:
    def inside() -> Any:
        with company_scope(team.company):
            return do()

    return inside


def test_of_many_who_bring_the_same_at_once_one_does(acme_team: Team) -> None:
    with company_scope(acme_team.company):
        the_process()
        process = Process.objects.get()
    people = [acme_team.people[name] for name in ("alice", "bob", "mia", "adam")]
    given = {"process": process, "kind": "skipped", "step": "b", "why": "抢"}
    at_once(*[deed(acme_team, lambda who=who: deviations.propose(actor=who, **given)) for who in people])
    with company_scope(acme_team.company):
        assert Deviation.objects.count() == 1


def test_of_verdicts_at_once_one_holds(acme_team: Team) -> None:
    with company_scope(acme_team.company):
        the_process()
        given = {"process": Process.objects.get(), "kind": "skipped", "step": "b", "why": "抢"}
        made = deviations.propose(actor=acme_team.people["alice"], **given).record
        sue = hire("Sue", "auditor")
    until = clock.today() + timedelta(days=5)
    harmful = {"reason": "错", "lesson": "核价"}
    at_once(
        *[deed(acme_team, lambda: verdicts.find_harmful(made.pk, actor=sue, **harmful)) for _ in range(3)],
        *[deed(acme_team, lambda: verdicts.tolerate(made.pk, actor=sue, until=until, reason="等")) for _ in range(3)],
    )
    with company_scope(acme_team.company):
        found = Deviation.objects.get()
        assert Lesson.objects.count() == (1 if found.state == "harmful" else 0)
        assert found.version == 2
