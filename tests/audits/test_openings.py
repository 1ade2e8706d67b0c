"""How many customers somebody opens in a day is counted, and not which."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client

from gucang.audits import openings
from gucang.audits.models import Opening
from gucang.kernel import clock, records
from gucang.kernel.actors import as_actor
from gucang.kernel.scope import company_scope, deriving
from gucang.parties.actions import customers
from tests.personas import Team


def written(company: Any) -> dict[str, int]:
    with company_scope(company):
        openings.flush()
        return dict(Opening.objects.values_list("member__name", "count"))


def test_pages_and_answers_are_counted_by_member(client: Client, login: Any, acme_team: Team) -> None:
    alice, mia = acme_team.people["alice"], acme_team.people["mia"]
    with company_scope(acme_team.company):
        pks = [customers.create(actor=alice, values={"name": f"苏州第{n}公司"}).record.pk for n in range(3)]
    browser = login(client, alice)
    for pk in pks:
        assert browser.get(f"/acme/customers/{pk}").status_code == 200
    assert browser.get(f"/acme/customers/{pks[0]}?peek").status_code == 200
    assert browser.get("/acme/customers/").status_code == 200, "a list is not counted"
    assert browser.get(f"/acme/customers/{pks[-1] + 999}").status_code == 404
    answer = login(Client(), mia).get("/acme/api/v1/customers").json()
    assert written(acme_team.company) == {"Alice": 4, "Mia": len(answer["items"])}


def test_it_is_written_by_itself_after_some_and_for_its_own_company(
    client: Client, login: Any, acme_team: Team, other_team: Team
) -> None:
    alice = acme_team.people["alice"]
    with company_scope(acme_team.company):
        pk = customers.create(actor=alice, values={"name": "苏州谷丰"}).record.pk
    browser = login(client, alice)
    with company_scope(acme_team.company):
        openings.note(as_actor(alice), records.get("customer"), openings.MOST_PENDING - 2)
    browser.get(f"/acme/customers/{pk}?peek")
    with company_scope(acme_team.company):
        assert openings.of(alice.pk, 30) == 0, "not before"
    browser.get(f"/acme/customers/{pk}?peek")
    with company_scope(acme_team.company):
        assert openings.of(alice.pk, 30) == openings.MOST_PENDING
    assert written(other_team.company) == {}


def test_what_is_older_than_three_months_goes(scope: Any, alice: Any) -> None:
    with deriving("audits"):
        for back in (0, 89, 91):
            Opening.objects.create(member=alice, on=clock.today() - timedelta(days=back), count=1)
    openings.forget_old()
    assert Opening.objects.count() == 2
