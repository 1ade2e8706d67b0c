"""Two clicks at the same moment: on real connections, one record comes of them."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from gucang.accounts.models import User
from gucang.kernel import records
from gucang.kernel.models import Event
from gucang.kernel.scope import company_scope
from tests.contracts.world import Pages
from tests.personas import Team

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
CLICKS = 4


def test_clicks_at_the_same_moment_make_one_record_and_lead_to_it(acme_team: Team) -> None:
    world = Pages(acme_team.company, acme_team.people)
    customer = records.get("customer")
    assert customer.create is not None
    with company_scope(world.company):
        body = world.body(customer.create, "alice") | {"_key": "one-form", "_check": "done"}
    answers = at_once(lambda browser: browser.post("/acme/customers/new", body), world)
    assert {one.status_code for one in answers} == {302}
    assert len({one.url for one in answers}) == 1
    with company_scope(world.company):
        assert customer.model._base_manager.count() == 1
        assert Event.objects.filter(name="customer.create").count() == 1


def test_clicks_at_the_same_moment_do_a_deed_once(acme_team: Team) -> None:
    world = Pages(acme_team.company, acme_team.people)
    with company_scope(world.company):
        task = world.make(records.get("task"), "alice")
        seen = task.version
    done = at_once(lambda browser: browser.post(f"/acme/tasks/{task.pk}/complete", {"seen": seen}), world)
    assert sorted({one.status_code for one in done}) == [302, 409]
    with company_scope(world.company):
        assert Event.objects.filter(name="task.complete", subject_id=task.pk).count() == 1


def at_once(click: Any, world: Pages) -> list[Any]:
    """The answers to the same click of Alice's in several windows."""
    user, start, answers = User.objects.get(pk=world.people["alice"].user_id), threading.Barrier(CLICKS), []

    def window() -> None:
        try:
            browser = Client()
            browser.force_login(user, "django.contrib.auth.backends.ModelBackend")
            start.wait(timeout=30)
            answers.append(click(browser))
        finally:
            connection.close()

    threads = [threading.Thread(target=window) for _one in range(CLICKS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert len(answers) == CLICKS
    return answers
