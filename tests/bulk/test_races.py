"""Clicks and workers at the same moment: one run, and no record twice."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.test import Client

from gucang.accounts.models import User
from gucang.bulk import chosen, engine, rules
from gucang.bulk.actions import cancel
from gucang.bulk.models import BulkRun, RunProgress
from gucang.kernel.errors import Problem
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from tests.bulk.conftest import begin, make_many
from tests.personas import Team
from tests.races.test_races import at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROWS = 60


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: Any) -> None:
    monkeypatch.setattr(chosen, "CHUNK", 5)


def test_eight_clicks_on_start_begin_one_run(acme_team: Team) -> None:
    alice = acme_team.people["alice"]
    with company_scope(acme_team.company):
        make_many(alice, 5, city="苏州")
    sent = {
        "do": "edit",
        "every": "1",
        "query": "city=苏州",
        "_run": "1",
        "_key": "once",
        "_change": "level",
        "level": "A",
    }
    user = User.objects.get(pk=alice.user_id)

    def click() -> Any:
        browser = Client()
        browser.force_login(user, "django.contrib.auth.backends.ModelBackend")
        return browser.post("/acme/customers/bulk", sent).status_code

    assert Counter(at_once(*[click] * 8)) == {302: 8}
    with company_scope(acme_team.company):
        assert BulkRun.objects.count() == 1
        assert Event.objects.filter(name="customer.edit").count() == 5


def test_four_workers_on_one_run_change_each_record_once_while_others_edit(acme_team: Team) -> None:
    company, alice, mia = acme_team.company, acme_team.people["alice"], acme_team.people["mia"]
    with company_scope(company):
        rows = make_many(alice, ROWS, city="苏州")
        run = begin(alice, "edit", query="city=苏州", level="A")

    def work() -> None:
        more = True
        while more:
            with company_scope(company):
                more = engine.advance(run.pk)

    def meddle() -> None:
        for row in rows[::3]:
            with company_scope(company):
                customers.edit(row.pk, actor=mia, values={"city": "上海"})

    results = at_once(work, work, work, work, meddle)
    assert not [one for one in results if isinstance(one, Problem)]
    with company_scope(company):
        run = BulkRun.objects.get(pk=run.pk)
        assert (run.state, run.rows, run.done + run.refused) == ("done", ROWS, ROWS)
        edits = Event.objects.filter(name="customer.edit", facts__bulk__id=run.pk).values_list("subject_id", flat=True)
        assert max(Counter(edits).values()) == 1
        assert len(edits) == run.done == Customer.objects.filter(level="A").count()
        assert Event.objects.filter(name="bulk_run.finish").count() == 1


def test_a_stop_while_it_runs_counts_what_was_done(acme_team: Team) -> None:
    company, alice = acme_team.company, acme_team.people["alice"]
    with company_scope(company):
        make_many(alice, ROWS)
        run = begin(alice, "edit", query="", level="A")

    def work() -> None:
        more = True
        while more:
            with company_scope(company):
                more = engine.advance(run.pk)

    def stop() -> None:
        while True:
            with company_scope(company):
                if RunProgress.objects.get(run=run).done:
                    cancel(run.pk, actor=alice)
                    return

    at_once(work, stop)
    with company_scope(company):
        run = BulkRun.objects.get(pk=run.pk)
        assert run.done == Customer.objects.filter(level="A").count()
        assert run.state in ("cancelled", "done")
        assert run.done <= ROWS
        assert rules.why_not_back(run) is None
