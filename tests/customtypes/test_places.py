"""An own type where no test of lists, boards or files goes: saved views, search, paper, the bin and the bell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from gucang.accounts.models import Member
from gucang.customtypes.models import CustomType
from gucang.kernel import jobs, records
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope
from gucang.messages.models import Notification
from gucang.messages.queries import in_words
from gucang.views import actions as views
from tests.contracts.world import words_of

Login = Callable[[Client, Member], Client]
LIST = "/acme/own-equipment/"


@pytest.fixture
def machine(acme: Company, kept_machines: CustomType, alice: Member) -> Any:
    with company_scope(acme):
        create = records.get("own_equipment").create
        assert create is not None
        create(actor=alice, values={"name": "旧压机", "day": "2020-01-02"})
        return create(actor=alice, values={"name": "海天注塑机", "day": "2999-01-02"}).record


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, (url, answer.status_code)
    return words_of(answer.content.decode()).replace(" ", "")  # what was searched for is marked within a name


def test_a_view_of_it_is_saved_and_narrows_the_list(
    acme: Company, machine: Any, alice: Member, client: Client, login: Login
) -> None:
    with company_scope(acme):
        values = {"record_type": "own_equipment", "name": "还在保修", "query": "day__gte=2026-01-01"}
        made = views.create(actor=alice, values=values).record
    login(client, alice)
    found = page(client, f"{LIST}?view=v{made.pk}&day__gte=2026-01-01")
    assert "还在保修" in found
    assert "海天注塑机" in found
    assert "旧压机" not in found


def test_it_is_found_by_the_palette_and_not_by_who_may_not_see_it(
    machine: Any, alice: Member, dan: Member, client: Client, login: Login
) -> None:
    login(client, alice)
    assert "海天注塑机" in page(client, "/acme/search?q=haitian")
    login(client, dan)
    assert "海天注塑机" not in page(client, "/other/search?q=haitian")


def test_list_and_record_go_on_paper(machine: Any, alice: Member, client: Client, login: Login) -> None:
    login(client, alice)
    assert "海天注塑机" in page(client, f"{LIST}print")
    assert "海天注塑机" in page(client, f"{LIST}{machine.pk}")


def test_it_lies_in_the_bin_and_comes_back(
    acme: Company, machine: Any, adam: Member, client: Client, login: Login
) -> None:
    login(client, adam)
    assert client.post(f"{LIST}{machine.pk}/delete").status_code == 302
    assert "海天注塑机" in page(client, "/acme/bin/?type=own-equipment")
    assert "海天注塑机" not in page(client, LIST)
    assert client.post(f"{LIST}{machine.pk}/restore").status_code == 302
    assert "海天注塑机" in page(client, LIST)


def test_whoever_it_is_handed_to_is_told(acme: Company, machine: Any, alice: Member, bob: Member) -> None:
    with company_scope(acme):
        records.get("own_equipment").verbs["assign"](machine, actor=alice, owner=bob, note="请跟进保修")
    jobs.drain()
    with company_scope(acme):
        told = Notification.objects.get(member=bob, kind="assigned")
        assert in_words(told.sentence, told.params) == "Alice 把设备“海天注塑机”交给你了。"
