"""A field changes while a form is open elsewhere: what is sent is understood or refused in words, nothing is lost."""

from __future__ import annotations

import html
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
OPTIONS = "大\n小\n中"


@pytest.fixture
def field(acme: Company) -> CustomField:
    with company_scope(acme):
        values = {"record_type": "customer", "kind": "choice", "label_zh": "规模", "key": "size", "options": OPTIONS}
        made: CustomField = actions.create(actor=system(), values=values).record
        actions.create(
            actor=system(),
            values={
                "record_type": "customer",
                "kind": "choices",
                "label_zh": "用途",
                "key": "uses",
                "options": OPTIONS,
            },
        )
    return made


@pytest.fixture
def edit(acme: Company, alice: Member, field: CustomField, client: Client, login: Login) -> str:
    """The address of the form that Alice has open."""
    with company_scope(acme):
        made = customers.create(actor=alice, values={"name": "谷仓科技", "extra.size": "大"}).record
    login(client, alice)
    return f"/acme/customers/{made.pk}/edit"


def change(acme: Company, field: CustomField, **values: Any) -> None:
    """What the administrator does in another browser."""
    with company_scope(acme):
        actions.edit(CustomField.objects.get(pk=field.pk), actor=system(), values=values)


def body(answer: Any) -> str:
    return html.unescape(answer.content.decode())


def held(acme: Company) -> dict[str, Any]:
    with company_scope(acme):
        found: dict[str, Any] = Customer.objects.get(name__startswith="谷仓").extra
        return found


def test_a_choice_that_was_taken_out_is_refused_and_everything_typed_stays(
    acme: Company, field: CustomField, client: Client, edit: str
) -> None:
    change(acme, field, options="大\n小")
    answer = client.post(edit, {"name": "谷仓改名", "note": "刚打完电话", "extra.size": "中"})
    assert answer.status_code == 422
    page = body(answer)
    assert "“中”" in page
    assert re.search(r'<option value="中" selected>', page), "what was chosen stays in sight"
    assert "谷仓改名" in page
    assert "刚打完电话" in page
    assert client.post(edit, {"name": "谷仓改名", "extra.size": "小"}).status_code == 302
    assert held(acme)["size"] == "小"


def test_several_choices_of_which_one_was_taken_out(acme: Company, client: Client, edit: str) -> None:
    with company_scope(acme):
        uses = CustomField.objects.get(key="uses")
    change(acme, uses, options="大\n小")
    answer = client.post(edit, {"name": "谷仓科技", "_sent": "extra.uses", "extra.uses": ["大", "中"]})
    assert answer.status_code == 422
    assert re.search(r'value="中" checked', body(answer))


def test_a_choice_that_the_record_holds_may_stay_and_comes_back(
    acme: Company, field: CustomField, client: Client, edit: str
) -> None:
    change(acme, field, options="小\n中")
    assert client.post(edit, {"name": "谷仓二", "extra.size": "大"}).status_code == 302
    assert held(acme)["size"] == "大"


def test_a_choice_that_was_renamed_is_understood(acme: Company, field: CustomField, client: Client, edit: str) -> None:
    change(acme, field, options="大 = 龙头\n小 = 小微\n中")
    assert client.post(edit, {"name": "谷仓科技", "extra.size": "小"}).status_code == 302
    assert held(acme)["size"] == "小"


def test_a_field_that_is_needed_now_is_asked_for_in_words(
    acme: Company, field: CustomField, client: Client, edit: str
) -> None:
    change(acme, field, required=True)
    answer = client.post(edit, {"name": "谷仓改名", "extra.size": ""})
    assert answer.status_code == 422
    assert "规模" in body(answer)
    assert "谷仓改名" in body(answer)
    assert held(acme)["size"] == "大"


def test_a_field_that_is_not_shown_any_more_says_when_it_is(
    acme: Company, field: CustomField, client: Client, edit: str
) -> None:
    change(acme, field, show_field="kind", show_values=["person"])
    answer = client.post(edit, {"name": "谷仓改名", "extra.size": "小"})
    assert answer.status_code == 422
    assert "规模" in body(answer)
    assert "谷仓改名" in body(answer)
    assert client.post(edit, {"name": "谷仓改名", "extra.size": "大"}).status_code == 302, "what it holds may stay"


def test_of_two_administrators_the_second_sees_both_values(
    acme: Company, adam: Member, field: CustomField, client: Client, login: Login
) -> None:
    login(client, adam)
    seen = str(field.version)
    change(acme, field, label_zh="企业规模")
    sent = {"record_type": "customer", "kind": "choice", "key": "size", "label_zh": "公司大小", "seen": seen}
    answer = client.post(f"/acme/fields/{field.pk}/edit", sent)
    assert answer.status_code == 409
    assert "企业规模" in body(answer)
    assert "公司大小" in body(answer)
