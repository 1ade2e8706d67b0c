"""The pages about own fields, and forms that were open while a field was changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from gucang.accounts.models import Member
from gucang.customfields import actions
from gucang.kernel import clock, jobs, records
from gucang.kernel.actors import system
from gucang.kernel.custom import specs_for
from gucang.kernel.custom.work import take_up_everywhere
from gucang.kernel.models import Company, CustomField, FieldValue, FieldWork
from gucang.kernel.scope import company_scope, only_writing
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.selling.actions import pipelines
from gucang.selling.models import Stage
from gucang.surface import filters
from tests.contracts.world import words_of

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
    undo = re.search(rf'action="(/acme/fields/{field.pk}/undo/\d+)', page)
    assert undo
    assert client.post(undo[1]).status_code == 302
    assert "规模" in body(client.get(f"/acme/customers/{record.pk}/edit"))
    assert client.post(f"/acme/fields/{field.pk}/retire").status_code == 302
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


def rows_of(*rows: tuple[str, str, str, str]) -> dict[str, list[str]]:
    """Posted rows of choices, each as (value, name, English, colour)."""
    parts = zip(*rows, strict=True)
    names = ("option_value", "option_zh", "option_en", "option_tone")
    return dict(zip(names, map(list, parts), strict=True)) | {"option_former": [""] * len(rows)}


def test_choices_are_written_in_rows_and_a_renamed_one_stays_with_its_records(
    acme: Company, adam: Member, field: CustomField, record: Customer, client: Client, login: Login
) -> None:
    login(client, adam)
    address = f"/acme/fields/{field.pk}/edit"
    page = body(client.get(address))
    assert page.count('name="option_zh"') == 3
    assert "1 条记录在用" in page
    rows = rows_of(
        ("大", "龙头 | 企业", "", ""), ("小", "小", "Small", "ac"), ("", "a = b", "", "bad"), ("", "", "", "")
    )
    answer = client.post(address, {"label_zh": "规模", **rows})
    assert answer.status_code == 422  # a sign that divides lines
    assert 'value="龙头"' in body(answer)
    rows["option_zh"][0] = "龙头"
    assert client.post(address, {"label_zh": "规模", **rows}).status_code == 302
    with company_scope(acme):
        field.refresh_from_db()
        spec = specs_for("customer")[0]
        assert field.options.splitlines()[1] == "小 | Small | ac"
    assert dict(spec.choices) == {"大": "龙头", "小": "小", "a b": "a = b"}
    assert spec.own is not None
    assert spec.own.tones == {"大": "", "小": "wait", "a b": "bad"}
    assert "龙头" in body(client.get(f"/acme/customers/{record.pk}"))


def test_a_button_within_the_rows_moves_and_removes_without_saving(
    acme: Company, adam: Member, field: CustomField, record: Customer, client: Client, login: Login
) -> None:
    login(client, adam)
    address = f"/acme/fields/{field.pk}/edit"
    rows = rows_of(("大", "大", "", ""), ("小", "小", "", ""), ("", "中", "", ""))

    def order(command: str) -> list[str]:
        answer = client.post(address, {"label_zh": "规模", "_choice": command, **rows})
        assert answer.status_code == 200
        return re.findall(r'name="option_zh" value="([^"]+)"', body(answer))

    assert order("up:2") == ["大", "中", "小"]
    assert order("down:0") == ["小", "大", "中"]
    assert order("drop:1") == ["大", "中"]
    assert order("up:99") == ["大", "小", "中"]
    with company_scope(acme):
        assert CustomField.objects.get(pk=field.pk).options == "大\n小"


def test_a_removed_choice_that_a_record_holds_can_be_offered_again(
    acme: Company, adam: Member, field: CustomField, record: Customer, client: Client, login: Login
) -> None:
    login(client, adam)
    address = f"/acme/fields/{field.pk}/edit"
    assert client.post(address, {"label_zh": "规模", **rows_of(("小", "小", "", ""))}).status_code == 302
    assert "重新可选" in body(client.get(address))
    rows = rows_of(("小", "小", "", ""), ("大", "大", "", "")) | {"option_former": ["", "1"]}
    page = body(client.post(address, {"label_zh": "规模", "_choice": "offer:1", **rows}))
    assert "重新可选" not in page
    assert client.post(address, {"label_zh": "规模", **rows_of(("小", "小", "", ""), ("大", "大", "", ""))})
    with company_scope(acme):
        assert CustomField.objects.get(pk=field.pk).options == "小\n大"


def test_stages_that_need_a_field_are_ticked(acme: Company, adam: Member, client: Client, login: Login) -> None:
    with company_scope(acme):
        stage = Stage.objects.order_by("position")[1]
        other = Stage.objects.order_by("position")[2]
    login(client, adam)
    assert f'name="required_in" value="{stage.pk}"' in body(client.get("/acme/fields/new?record_type=opportunity"))
    assert 'name="required_in"' not in body(client.get("/acme/fields/new?record_type=customer"))
    made = {"record_type": "opportunity", "kind": "text", "label_zh": "对手", "_sent": "required_in"}
    assert client.post("/acme/fields/new", {**made, "required_in": [str(stage.pk)]}).status_code == 302
    with company_scope(acme):
        field = CustomField.objects.get(record_type="opportunity")
    assert field.required_in == [str(stage.pk)]
    page = body(client.get(f"/acme/fields/{field.pk}/edit"))
    assert f'value="{stage.pk}" checked' in page
    assert f'value="{other.pk}" checked' not in page


def test_stages_of_several_pipelines_stand_under_theirs(
    acme: Company, adam: Member, client: Client, login: Login
) -> None:
    login(client, adam)
    first = body(client.get("/acme/fields/new?record_type=opportunity"))
    with company_scope(acme):
        stage = Stage.objects.select_related("pipeline").order_by("position")[1]
        assert f"{stage.pipeline} · {stage}" not in words_of(first), "one pipeline needs no name"
        more = pipelines.create(actor=adam, values={"name": "项目型"}).record
        other = pipelines.create_stage(actor=adam, values={"pipeline": more, "name": "现场勘察"}).record
    page = words_of(body(client.get("/acme/fields/new?record_type=opportunity")))
    assert f"{stage.pipeline} · {stage}" in page
    assert f"项目型 · {other}" in page


def test_a_formula_is_written_among_what_can_stand_in_it(
    acme: Company, field: CustomField, adam: Member, client: Client, login: Login
) -> None:
    login(client, adam)
    page = body(client.get("/acme/fields/new?record_type=customer&kind=formula"))
    offered = re.findall(r'data-put="([^"]*)"', page)
    assert {"[名称]", "[规模]", "四舍五入()", "如果()"} <= set(offered)
    refused = client.post(
        "/acme/fields/new",
        {"record_type": "customer", "kind": "formula", "label_zh": "怪", "formula": "12 +\n [没有]"},
    )
    assert refused.status_code == 422
    text = body(refused)
    assert "没有公式能用的字段“没有”" in text
    assert "12 +" in text, "what was typed stays"
    assert "[规模]" in re.findall(r'data-put="([^"]*)"', text)


def test_only_records_that_people_fill_in_can_have_fields(
    acme: Company, adam: Member, client: Client, login: Login
) -> None:
    login(client, adam)
    assert client.get("/acme/fields/of/contact").status_code == 200
    assert client.get("/acme/fields/of/export").status_code == 404


def test_after_an_update_fields_from_before_the_index_are_found_without_waiting_for_the_clock(
    acme: Company, field: CustomField, record: Customer
) -> None:
    with company_scope(acme), only_writing("kernel"):
        FieldValue.objects.filter(field_id=field.pk).delete()
        FieldWork.objects.create(field=field, afresh=True, started_at=clock.now())
        params = {"extra.size": "大"}
        assert not filters.parse(records.get("customer"), system(), params).query.exists()
    take_up_everywhere()
    jobs.drain()
    with company_scope(acme):
        assert filters.parse(records.get("customer"), system(), params).query.get() == record
        assert not FieldWork.objects.exists()


def test_the_migration_turns_names_of_stages_into_what_stays_of_them(acme: Company, other: Company) -> None:
    made = {"record_type": "opportunity", "kind": "text", "label_zh": "对手"}
    fields = {}
    for company in (acme, other):
        with company_scope(company):
            stage = Stage.objects.order_by("position")[1]
            field = actions.create(actor=system(), values=made).record
            with only_writing("kernel"):
                CustomField.objects.filter(pk=field.pk).update(required_in=[stage.name])
            fields[company] = (field, stage)
    step = import_module("gucang.selling.migrations.0007_stages_by_id")
    with connection.cursor() as cursor:
        cursor.execute(step.BY_ID)
    for company, (field, stage) in fields.items():
        with company_scope(company):
            assert CustomField.objects.get(pk=field.pk).required_in == [str(stage.pk)]


def test_a_fields_page_and_its_history_say_names_and_no_codes(
    acme: Company, adam: Member, client: Client, login: Login
) -> None:
    with company_scope(acme):
        about = {"record_type": "opportunity"}
        options = "big = 大型企业 | Large | ok\n- old = 旧分类"
        values = {**about, "kind": "choice", "key": "size", "label_zh": "规模", "options": options, "default": "big"}
        actions.create(actor=adam, values=values)
        actions.create(actor=adam, values={**about, "kind": "decimal", "key": "share", "label_zh": "占比"})
        values = {**about, "kind": "formula", "key": "part", "label_zh": "份额", "formula": "[占比] * 2"}
        formula = actions.create(actor=adam, values=values).record
        actions.edit(formula.pk, actor=adam, values={"formula": "[占比] * 3"})
        stage = Stage.objects.filter(kind="open").order_by("position").first()
        assert stage is not None
        values = {**about, "kind": "text", "key": "why", "label_zh": "原因", "section": "@0"}
        values |= {"show_field": "extra.size", "show_values": ["big"], "required_in": [str(stage.pk)]}
        text = actions.create(actor=adam, values=values).record
        actions.edit(text.pk, actor=adam, values={"show_values": []})
        size = CustomField.objects.get(key="size")
    as_adam = login(client, adam)
    page = words_of(as_adam.get(f"/acme/fields/{formula.pk}").content.decode())
    assert "[占比] * 2" in page
    assert "[占比] * 3" in page
    assert "extra." not in page
    page = words_of(as_adam.get(f"/acme/fields/{size.pk}").content.decode())
    assert "大型企业 旧分类（不再提供）" in page
    assert "big" not in page
    assert "小数位" not in page, "of no use to a choice"
    page = words_of(as_adam.get(f"/acme/fields/{text.pk}").content.decode())
    assert "规模" in page
    assert "大型企业" in page
    assert stage.name in page
    assert "@0" not in page
    assert "extra." not in page


def test_a_number_and_a_formula_in_yuan_are_written_as_money(
    acme: Company, adam: Member, client: Client, login: Login
) -> None:
    with company_scope(acme):
        of = {"record_type": "customer", "unit": "元", "places": 0}
        actions.create(actor=system(), values={**of, "kind": "decimal", "label_zh": "月采购额", "key": "monthly"})
        actions.create(
            actor=system(), values={**of, "kind": "formula", "label_zh": "两月", "formula": "[月采购额] * 2"}
        )
        made = customers.create(actor=adam, values={"name": "谷仓科技", "extra.monthly": "58267"}).record
    page = body(login(client, adam).get(f"/acme/customers/{made.pk}"))
    assert "¥58,267" in page
    assert "¥116,534" in page
