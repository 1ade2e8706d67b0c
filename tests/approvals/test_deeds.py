"""Each kind of deed that a policy is for, from the asking to its end: win, owner, promise, delivery date, export."""

from __future__ import annotations

import csv
from typing import Any

import pytest
from django.test import Client

from gucang.approvals import wording
from gucang.approvals.actions import requests
from gucang.approvals.models import ApprovalRequest, State
from gucang.exchange import export, store
from gucang.exchange.actions import exports
from gucang.exchange.models import Export
from gucang.kernel.errors import Invalid
from gucang.kernel.scope import company_scope
from gucang.ordering.actions import orders
from gucang.ordering.models import SalesOrder
from gucang.parties.actions import customers
from gucang.promises.actions import making
from gucang.promises.models import Promise
from gucang.selling.models import Opportunity, StageKind
from gucang.stock.actions import products
from tests.approvals.conftest import make_policy
from tests.exchange.conftest import media
from tests.personas import Team

__all__ = ["media"]


def test_a_deal_is_won_when_all_have_agreed(scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any) -> None:
    policy([mia], conditions="amount__gte=500000")
    deal = new_deal()
    requests.agree(asked(deal), actor=mia)
    assert Opportunity.objects.get(pk=deal.pk).state == StageKind.WON


def test_an_owner_changes_when_all_have_agreed(
    scope: Any, policy: Any, new_deal: Any, asked: Any, mia: Any, bob: Any, adam: Any
) -> None:
    policy([adam], action="opportunity.assign", name="换负责人")
    deal = new_deal()
    request = asked(deal, "opportunity.assign", by=mia, owner=bob.pk)
    assert Opportunity.objects.get(pk=deal.pk).owner_id == deal.owner_id
    requests.agree(request, actor=adam)
    assert Opportunity.objects.get(pk=deal.pk).owner_id == bob.pk


def test_a_promise_binds_when_all_have_agreed(scope: Any, policy: Any, alice: Any, mia: Any) -> None:
    policy([mia], action="promise.make", name="大额承诺", conditions="worth__gte=1000")
    customer = customers.create(actor=alice, values={"name": "苏州恒力"}).record
    values = {"kind": "rebate", "what": "返点", "worth": "3000"}
    promise = making.create(
        actor=alice, values=values | {"about_type": "customer", "about_id": customer.pk}
    ).record  # fmt: skip
    request = ApprovalRequest.objects.get()
    assert Promise.objects.get(pk=promise.pk).bound_at is None
    requests.agree(request, actor=mia)
    assert Promise.objects.get(pk=promise.pk).bound_at is not None


@pytest.fixture
def order(scope: Any, alice: Any, adam: Any) -> SalesOrder:
    """A draft order of Alice's for 1,600."""
    spindle = products.create(actor=adam, values={"name": "高速主轴", "unit": "件", "list_price": "320"}).record
    customer = customers.create(actor=alice, values={"name": "苏州恒力"}).record
    rows = [{"product": spindle.pk, "quantity": 5}]
    values = {"customer": customer, "deliver_by": "2027-01-10", "lines": rows}
    return orders.create(actor=alice, values=values).record


def test_only_a_change_of_the_delivery_date_is_asked_about(
    scope: Any, policy: Any, asked: Any, order: SalesOrder, alice: Any, mia: Any
) -> None:
    policy([mia], action="sales_order.edit", name="改交期", fields=["deliver_by"])
    orders.edit(order, actor=alice, values={"note": "送到二号门"})
    assert not ApprovalRequest.objects.exists()
    request = asked(order, "sales_order.edit", values={"deliver_by": "2027-02-01"})
    assert str(SalesOrder.objects.get(pk=order.pk).deliver_by) == "2027-01-10"
    requests.agree(request, actor=mia)
    assert str(SalesOrder.objects.get(pk=order.pk).deliver_by) == "2027-02-01"


def test_a_policy_cannot_name_a_field_that_nobody_changes(scope: Any, policy: Any, mia: Any) -> None:
    with pytest.raises(Invalid):
        policy([mia], action="sales_order.edit", name="改交期", fields=["nothing"])


def test_an_export_waits_and_its_file_is_made_for_who_asked(
    scope: Any, policy: Any, asked: Any, media: Any, adam: Any, mia: Any, alice: Any
) -> None:
    policy([adam], action="export.create", name="导出", conditions="rows__gte=2")
    for name in ("甲公司", "乙公司"):
        customers.create(actor=alice, name=name)
    request = asked(None, "export.create", by=mia, record_type="customer", columns="name")
    assert not Export.objects.exists()
    requests.agree(request, actor=adam)
    record = Export.objects.get()
    assert (record.owner_id, record.rows, record.state, record.file) == (mia.pk, 2, "running", "")
    export.write_file(record.pk)
    record.refresh_from_db()
    text = store.path_of(record.file).read_text("utf-8-sig")
    assert sorted(row[0] for row in csv.reader(text.splitlines()[1:])) == ["乙公司", "甲公司"]
    assert ApprovalRequest.objects.get().about_id == record.pk


def test_a_short_export_waits_for_nobody(scope: Any, policy: Any, adam: Any, mia: Any, alice: Any) -> None:
    policy([adam], action="export.create", name="导出", conditions="rows__gte=2")
    customers.create(actor=alice, name="甲公司")
    assert exports.create(actor=mia, record_type="customer").record.state == "done"


def test_an_export_that_was_agreed_to_holds_what_its_maker_may_see_then(
    scope: Any, policy: Any, asked: Any, media: Any, adam: Any, mia: Any, alice: Any
) -> None:
    from gucang.accounts.actions import members
    from gucang.accounts.models import Role

    policy([adam], action="export.create", name="导出")
    customers.create(actor=alice, name="甲公司")
    request = asked(None, "export.create", by=mia, record_type="customer", columns="name")
    members.set_roles(mia, actor=adam, roles=[Role.objects.get(key="reader")])
    assert requests.agree(request, actor=adam).record.state == State.FAILED
    assert not Export.objects.exists()


def test_from_the_button_of_a_list_to_the_file(acme_team: Team, login: Any, media: Any) -> None:
    people = acme_team.people
    with company_scope(acme_team.company):
        make_policy(people["adam"], [people["adam"]], action="export.create", name="导出")
        customers.create(actor=people["alice"], values={"name": "苏州恒力", "city": "苏州"})
        customers.create(actor=people["alice"], values={"name": "上海天工", "city": "上海"})
    mia = login(Client(), people["mia"])
    answer = mia.post("/acme/customers/export", {"query": "city=苏州&columns=name"})
    assert answer["Location"].startswith("/acme/approvals/")
    adam = login(Client(), people["adam"])
    shown = adam.get(answer["Location"]).content.decode()
    assert "苏州" in shown
    assert "苏州恒力" not in shown
    assert adam.post(f"{answer['Location']}/agree", {}).status_code == 302
    with company_scope(acme_team.company):
        record = Export.objects.get()
        assert record.query == "city=%E8%8B%8F%E5%B7%9E"
        export.write_file(record.pk)
    mine = b"".join(mia.get(f"/acme/exports/{record.pk}/file").streaming_content).decode()
    assert "苏州恒力" in mine
    assert "上海天工" not in mine
    assert adam.get(f"/acme/exports/{record.pk}/file").status_code == 409, "the file is for who asked alone"


def test_a_new_record_that_has_no_name_yet_is_not_called_by_a_number_that_was_taken_back(
    scope: Any, policy: Any, asked: Any, media: Any, adam: Any, mia: Any, alice: Any
) -> None:
    policy([adam], action="export.create", name="导出")
    customers.create(actor=alice, name="甲公司")
    request = asked(None, "export.create", by=mia, record_type="customer")
    assert request.subject == ""
    assert "DC-" not in wording.title_of(request)
    assert "1" in wording.title_of(request)
