"""The pages about own fields, and forms that were open while a field was changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from gucang.accounts.models import Member
from gucang.customfields import actions
from gucang.kernel.actors import system
from gucang.kernel.models import Company, CustomField
from gucang.kernel.scope import company_scope
from gucang.parties.actions import customers
from gucang.parties.models import Customer

Login = Callable[[Client, Member], Client]


@pytest.fixture
def field(acme: Company) -> CustomField:
    with company_scope(acme):
        values = {"record_type": "customer", "kind": "choice", "label_zh": "规模", "key": "size", "options": "大\n小"}
        made: CustomField = actions.create(actor=system(), values=values).record
        actions.create(actor=system(), values={"record_type": "customer", "kind": "text", "label_zh": "别名"})
    return made


@pytest.fixture
def record(acme: Company, alice: Member, field: CustomField) -> Customer:
    with company_scope(acme):
        made: Customer = customers.create(actor=alice, values={"name": "谷仓科技", "extra.size": "大"}).record
    return made


def body(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_page_lists_the_fields_and_puts_them_in_order(
    acme: Company, adam: Member, field: CustomField, record: Customer, client: Client, login: Login
) -> None:
    login(client, adam)
    page = body(client.get("/acme/fields/"))
    assert page.index("规模") < page.index("别名")
    assert "1 条记录有值" in page
    assert client.post(f"/acme/fields/{field.pk}/place", {"to": "2"}).status_code == 302
    page = body(client.get("/acme/fields/of/customer"))
    assert page.index("别名") < page.index("规模")
    assert "规模" not in body(client.get("/acme/fields/of/lead")).replace("规模以上", "")


def test_only_who_may_look_after_fields_sees_the_page(
    acme: Company, alice: Member, field: CustomField, client: Client, login: Login
) -> None:
    login(client, alice)
    assert client.get("/acme/fields/").status_code == 404
    assert client.get("/acme/fields/of/customer").status_code == 404
    assert client.post(f"/acme/fields/{field.pk}/place", {"to": "2"}).status_code == 404


def test_a_stranger_reaches_no_field(
    acme: Company, dan: Member, field: CustomField, client: Client, login: Login
) -> None:
    login(client, dan)
    assert client.get(f"/other/fields/{field.pk}").status_code == 404
    assert "规模" not in body(client.get("/other/fields/of/customer"))
    assert client.post(f"/other/fields/{field.pk}/place", {"to": "2"}).status_code == 404
    assert client.post(f"/other/fields/{field.pk}/retire").status_code == 404


def test_a_field_is_retired_and_brought_back_on_the_page(
    acme: Company, adam: Member, field: CustomField, record: Customer, client: Client, login: Login
) -> None:
    login(client, adam)
    assert client.post(f"/acme/fields/{field.pk}/retire").status_code == 302
    page = body(client.get("/acme/fields/of/customer"))
    assert "已停用" in page
    assert "规模" not in body(client.get(f"/acme/customers/{record.pk}/edit"))
    assert client.post(f"/acme/fields/{field.pk}/bring-back").status_code == 302
    assert "规模" in body(client.get(f"/acme/customers/{record.pk}/edit"))


def test_a_form_that_was_open_while_a_field_was_renamed_is_saved(
    acme: Company, alice: Member, field: CustomField, record: Customer, client: Client, login: Login
) -> None:
    login(client, alice)
    edit = f"/acme/customers/{record.pk}/edit"
    seen = re.search(r'name="seen" value="(\d+)"', body(client.get(edit)))
    assert seen
    with company_scope(acme):
        actions.edit(field, actor=system(), values={"label_zh": "企业规模"})
    answer = client.post(edit, {"name": record.name, "extra.size": "小", "seen": seen[1]})
    assert answer.status_code == 302
    with company_scope(acme):
        assert Customer.objects.get().extra["size"] == "小"


def test_a_form_that_was_open_while_a_field_was_retired_comes_back_with_a_word(
    acme: Company, alice: Member, field: CustomField, record: Customer, client: Client, login: Login
) -> None:
    login(client, alice)
    edit = f"/acme/customers/{record.pk}/edit"
    with company_scope(acme):
        actions.retire(field, actor=system())
    answer = client.post(edit, {"name": "谷仓科技改", "extra.size": "小"})
    assert answer.status_code == 409
    assert "“规模”" in body(answer)
    assert "小" in body(answer)
    assert "谷仓科技改" in body(answer)
    assert client.post(edit, {"name": "谷仓科技改"}).status_code == 302
    with company_scope(acme):
        assert Customer.objects.get().extra == {"size": "大"}
    unchanged = client.post(edit, {"name": "谷仓科技", "extra.size": "大"})
    assert unchanged.status_code == 302
