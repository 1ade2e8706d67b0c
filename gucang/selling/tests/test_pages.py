"""The pages that people work on, drawn from the declarations of these modules."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gucang.kernel.scope import company_scope
from gucang.parties.actions import contacts, customers, pool
from gucang.parties.models import Customer
from gucang.selling import queries
from gucang.selling.actions import leads, opportunities
from gucang.selling.models import Lead, Opportunity


@pytest.fixture
def world(acme: Any, alice: Any, bob: Any) -> dict[str, int]:
    """A customer with contact, deal and lead of Alice's, and one in the pool. The scope is not entered."""
    with company_scope(acme):
        mine = customers.create(actor=alice, values={"name": "苏州恒力精密机械有限公司", "level": "A"}).record
        contacts.create(actor=alice, values={"customer": mine, "name": "孙丽", "mobile": "13912345678"})
        deal = opportunities.create(
            actor=alice, values={"name": "S750 × 12", "customer": mine, "amount": 416000}
        ).record
        lead = leads.create(actor=alice, values={"name": "问价的客户", "phone": "13812345678"}).record
        pooled = customers.create(actor=bob, values={"name": "没人跟的客户", "phone": "13712345678"}).record
        pool.release(pooled, actor=bob, reason="跟不动了")
        stage = queries.stages_of(queries.default_pipeline())[1].pk  # type: ignore[arg-type]
    return {"customer": mine.pk, "deal": deal.pk, "lead": lead.pk, "pooled": pooled.pk, "stage": stage}


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("/acme/customers/", "苏州恒力精密机械有限公司"),
        ("/acme/customers/?view=pool", "没人跟的客户"),
        ("/acme/customers/?city=none", "苏州恒力精密机械有限公司"),
        ("/acme/customers/{customer}", "S750 × 12"),
        ("/acme/customers/{pooled}", "没人跟的客户"),
        ("/acme/customers/new", "统一社会信用代码"),
        ("/acme/contacts/", "孙丽"),
        ("/acme/opportunities/", "S750 × 12"),
        ("/acme/opportunities/?view=open", "S750 × 12"),
        ("/acme/opportunities/board", "商务谈判"),
        ("/acme/opportunities/{deal}", "弄清谁拍板"),
        ("/acme/leads/", "问价的客户"),
        ("/acme/leads/{lead}", "转成客户"),
        ("/acme/pool-rules/", "公海规则"),
        ("/acme/pipelines/", "标准销售"),
    ],
)
def test_a_page_shows_what_it_is_for(
    address: str, shown: str, world: dict[str, int], client: Client, login: Any, alice: Any
) -> None:
    answer = login(client, alice).get(address.format(**world))
    assert answer.status_code == 200, address
    assert shown in answer.content.decode()


def test_a_customer_shows_the_deals_that_one_may_see(
    world: dict[str, int], login: Any, alice: Any, mia: Any, acme: Any
) -> None:
    with company_scope(acme):
        customer = Customer.objects.get(pk=world["customer"])
        values = {"name": "还没说的", "customer": customer, "amount": 31800, "private": True}
        opportunities.create(actor=alice, values=values)
    shown = {
        member.name: login(Client(), member).get(f"/acme/customers/{customer.pk}").content.decode()
        for member in (alice, mia)
    }
    assert "416,000" in shown["Alice"]
    assert "还没说的" in shown["Alice"]
    assert "416,000" in shown[mia.name]
    assert "还没说的" not in shown[mia.name], "a private deal is hidden from the manager too"
    assert "31,800" not in shown[mia.name]


def test_the_pool_shows_no_phone_until_it_is_claimed(
    world: dict[str, int], client: Client, login: Any, alice: Any, acme: Any
) -> None:
    me = login(client, alice)
    before = me.get(f"/acme/customers/{world['pooled']}").content.decode()
    assert "没人跟的客户" in before
    assert "2345678" not in before.replace(" ", "")
    me.post(f"/acme/customers/{world['pooled']}/claim")
    with company_scope(acme):
        assert Customer.objects.get(pk=world["pooled"]).owner == alice
    after = me.get(f"/acme/customers/{world['pooled']}").content.decode()
    assert "12345678" in after.replace(" ", "").replace("-", "")


def test_a_stranger_finds_nothing_under_any_address(
    world: dict[str, int], client: Client, login: Any, dan: Any
) -> None:
    stranger = login(client, dan)
    for plural, pk in (("customers", world["customer"]), ("opportunities", world["deal"]), ("leads", world["lead"])):
        assert stranger.get(f"/acme/{plural}/{pk}").status_code == 404
        assert stranger.get(f"/other/{plural}/{pk}").status_code == 404
        assert "恒力" not in stranger.get(f"/other/{plural}/").content.decode()


def test_the_main_job_works_without_javascript(
    world: dict[str, int], client: Client, login: Any, alice: Any, acme: Any
) -> None:
    me = login(client, alice)
    me.post(f"/acme/leads/{world['lead']}/convert", {"with_opportunity": "1", "opportunity": "新单", "amount": "5万"})
    with company_scope(acme):
        lead = Lead.objects.get(pk=world["lead"])
        deal = Opportunity.objects.get(name="新单")
        assert (lead.customer.name, deal.customer) == ("问价的客户", lead.customer)
    refused = me.post(f"/acme/opportunities/{deal.pk}/move", {"stage": world["stage"]})
    assert "联系人" in refused.content.decode()
    me.post(f"/acme/opportunities/{deal.pk}/win", {"note": "签了"})
    with company_scope(acme):
        assert Opportunity.objects.get(pk=deal.pk).state == "won"
        assert queries.check_totals() == []


@pytest.mark.parametrize("address", ["/acme/customers/", "/acme/contacts/", "/acme/opportunities/", "/acme/leads/"])
def test_a_list_costs_the_same_queries_with_one_row_and_with_many(
    address: str, world: dict[str, int], client: Client, login: Any, alice: Any, acme: Any
) -> None:
    me = login(client, alice)
    me.get(address)  # what a first request looks up is remembered

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert me.get(address).status_code == 200
        return len(asked)

    before = cost()
    with company_scope(acme):
        for n in range(6):
            customer = customers.create(actor=alice, values={"name": f"客户{n}"}).record
            contacts.create(
                actor=alice, values={"customer": customer, "name": f"联系人{n}", "mobile": f"1391234567{n}"}
            )
            opportunities.create(actor=alice, values={"name": f"单{n}", "customer": customer, "amount": n})
            leads.create(actor=alice, values={"name": f"线索{n}", "phone": f"1381234567{n}"})
    assert cost() == before
