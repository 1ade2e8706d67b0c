"""The layout of a form: own fields put in order and into sections, and the form of a field chosen instead of typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from gucang.accounts.models import Member
from gucang.customfields import actions
from gucang.kernel import records
from gucang.kernel.actors import system
from gucang.kernel.errors import Invalid
from gucang.kernel.models import Company, CustomField
from gucang.kernel.scope import company_scope

Login = Callable[[Client, Member], Client]


@pytest.fixture
def fields(acme: Company) -> dict[str, CustomField]:
    with company_scope(acme):
        return {
            key: actions.create(
                actor=system(),
                values={"record_type": "customer", "kind": "text", "key": key, "label_zh": label, "section": section},
            ).record
            for key, label, section in (("one", "甲栏", ""), ("two", "乙栏", "@1"), ("three", "丙栏", "采购"))
        }


def sections(acme: Company) -> list[tuple[str, list[str]]]:
    """The sections of the form with the own fields in them."""
    with company_scope(acme):
        found = [(str(title), [n for n in names if n.startswith("extra.")]) for title, names in
                 records.get("customer").sections()]  # fmt: skip
    return [one for one in found if one[1]]


def body(answer: Any) -> str:
    return str(answer.content.decode())


def place(client: Client, field: CustomField, to: str) -> int:
    return client.post(f"/acme/fields/{field.pk}/place", {"to": to}).status_code


def test_the_page_is_the_form_with_its_sections(
    acme: Company, adam: Member, fields: dict[str, CustomField], client: Client, login: Login
) -> None:
    login(client, adam)
    page = body(client.get("/acme/fields/of/customer"))
    assert page.index('data-section="@0"') < page.index('data-section="@1"') < page.index("乙栏")
    assert page.index("乙栏") < page.index('data-section="@2"') < page.index('data-section=""') < page.index("甲栏")
    assert page.index("甲栏") < page.index('data-section="采购"') < page.index("丙栏")


def test_a_field_goes_up_and_down_through_the_sections(
    acme: Company, adam: Member, fields: dict[str, CustomField], client: Client, login: Login
) -> None:
    login(client, adam)
    page = body(client.get("/acme/fields/of/customer"))
    row = page[page.index(f'id="field-{fields["one"].pk}"') : page.index(f'id="field-{fields["three"].pk}"')]
    up, down = re.findall(r'name="to" value="([^"]*)"', row)
    assert place(client, fields["one"], down) == 302
    assert sections(acme) == [("联系方式", ["extra.two"]), ("采购", ["extra.one", "extra.three"])]
    assert place(client, fields["one"], up) == 302
    assert sections(acme)[1] == ("更多", ["extra.one"])
    assert place(client, fields["three"], "1|@1") == 302
    assert sections(acme) == [("联系方式", ["extra.three", "extra.two"]), ("更多", ["extra.one"])]
    assert place(client, fields["two"], "1|@9") == 422
    assert place(client, fields["two"], "x|@1") == 404


def test_the_order_of_the_form_is_the_order_everywhere(acme: Company, fields: dict[str, CustomField]) -> None:
    with company_scope(acme):
        actions.move(fields["three"], actor=system(), to=1, section="@0")
        assert [spec.name for spec in records.get("customer").custom_fields()] == [
            "extra.three", "extra.two", "extra.one",
        ]  # fmt: skip
        with pytest.raises(Invalid):
            actions.move(fields["three"], actor=system(), to=1, section="@7")


def form_of(client: Client, field: CustomField) -> dict[str, Any]:
    """What a browser would send back of the field's form."""
    page = body(client.get(f"/acme/fields/{field.pk}/edit"))
    key = re.search(r'name="_key" value="([^"]+)"', page)
    assert key is not None
    return {
        "_key": key[1], "seen": str(field.version), "record_type": "customer", "kind": field.kind, "key": field.key,
        "label_zh": field.label_zh, "section": field.section, "_sent": ["show_values"],
    }  # fmt: skip


def test_a_section_is_chosen_or_a_new_one_is_named(
    acme: Company, adam: Member, fields: dict[str, CustomField], client: Client, login: Login
) -> None:
    login(client, adam)
    page = body(client.get(f"/acme/fields/{fields['one'].pk}/edit"))
    assert '<option value="@1">联系方式</option>' in page
    assert '<option value="采购">采购</option>' in page
    sent = form_of(client, fields["one"])
    answer = client.post(f"/acme/fields/{fields['one'].pk}/edit", sent | {"section": "+", "section_new": " 售后 "})
    assert answer.status_code == 302, body(answer)
    assert ("售后", ["extra.one"]) in sections(acme)
    again = body(client.get(f"/acme/fields/{fields['two'].pk}/edit"))
    assert '<option value="售后">售后</option>' in again
    refused = client.post(
        f"/acme/fields/{fields['two'].pk}/edit",
        form_of(client, fields["two"]) | {"label_zh": "", "section": "+", "section_new": "新的一节"},
    )
    assert refused.status_code == 422
    assert '<option value="新的一节" selected>' in body(refused), "what was typed is not lost"


def test_what_shows_a_field_is_chosen_with_its_values(
    acme: Company, adam: Member, fields: dict[str, CustomField], client: Client, login: Login
) -> None:
    login(client, adam)
    one = fields["one"]
    page = body(client.get(f"/acme/fields/{one.pk}/edit"))
    assert '<option value="kind">' in page
    assert 'name="show_values:kind" value="organisation"' in page
    sent = form_of(client, one) | {
        "show_field": "kind", "show_values:kind": ["organisation"], "show_values:status": ["buyer"],
    }  # fmt: skip
    answer = client.post(f"/acme/fields/{one.pk}/edit", sent)
    assert answer.status_code == 302, body(answer)
    with company_scope(acme):
        changed = CustomField.objects.get(pk=one.pk)
        assert (changed.show_field, changed.show_values) == ("kind", ["organisation"]), "the chosen field's ticks alone"
        spec = records.get("customer").spec("extra.one")
        assert spec.own is not None
        assert spec.own.show_if is not None
    page = body(client.get(f"/acme/fields/{one.pk}/edit"))
    assert re.search(r'name="show_values:kind" value="organisation" checked', page)
    assert client.post(f"/acme/fields/{one.pk}/edit", form_of(client, changed) | {"show_field": ""}).status_code == 302
    with company_scope(acme):
        assert CustomField.objects.get(pk=one.pk).show_values == []


def test_a_formula_is_shown_with_the_names_of_today(acme: Company, adam: Member, client: Client, login: Login) -> None:
    with company_scope(acme):
        base = actions.create(
            actor=system(), values={"record_type": "customer", "kind": "money", "key": "base", "label_zh": "底价"}
        ).record
        made = actions.create(
            actor=system(),
            values={
                "record_type": "customer",
                "kind": "formula",
                "key": "twice",
                "label_zh": "两倍",
                "formula": "[底价]*2",
            },
        ).record
        actions.edit(base, actor=system(), values={"label_zh": "成本价"})
    login(client, adam)
    page = body(client.get(f"/acme/fields/{made.pk}/edit"))
    assert "[成本价]" in page
    assert "extra.base" not in page
    sent = {"_key": "k", "seen": str(made.version), "record_type": "customer", "kind": "formula", "key": "twice",
            "label_zh": "两倍", "formula": "[成本价]*2"}  # fmt: skip
    assert client.post(f"/acme/fields/{made.pk}/edit", sent).status_code == 302
    with company_scope(acme):
        assert CustomField.objects.get(pk=made.pk).version == made.version, "nothing was changed"
