"""Own records and what they point at: a contact of their customer, a machine in a field of another record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from gucang.accounts.models import Member
from gucang.customfields import actions as custom_fields
from gucang.customtypes import actions
from gucang.customtypes.models import CustomType
from gucang.kernel import records
from gucang.kernel.errors import Invalid
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope
from gucang.parties.actions import contacts, customers
from gucang.selling.actions import opportunities
from tests.contracts.world import words_of
from tests.customtypes.conftest import give, make_machines

Login = Callable[[Client, Member], Client]


def at_two_customers(alice: Member) -> tuple[Any, Any, Any, Any]:
    """Two customers, a contact and a deal of the second one."""
    first, second = (customers.create(actor=alice, values={"name": name}).record for name in ("甲公司", "乙公司"))
    contact = contacts.create(actor=alice, values={"name": "乙工", "customer": second.pk}).record
    deal = opportunities.create(actor=alice, values={"name": "乙的单", "customer": second.pk}).record
    return first, second, contact, deal


def test_contact_and_deal_are_of_the_records_customer(scope: Company, adam: Member, alice: Member) -> None:
    give(make_machines(adam, of_contact=True, of_opportunity=True), adam, "salesperson", "own")
    kind = records.get("own_equipment")
    assert kind.create is not None
    assert kind.edit is not None
    first, second, contact, deal = at_two_customers(alice)
    whole = {"name": "一号机", "contact": contact.pk, "opportunity": deal.pk}
    with pytest.raises(Invalid) as refused:
        kind.create(actor=alice, values=whole | {"customer": first.pk})
    assert set(refused.value.fields) == {"contact", "opportunity"}
    assert "乙工" in str(refused.value)
    made = kind.create(actor=alice, values=whole | {"customer": second.pk}).record
    with pytest.raises(Invalid, match="乙工"):
        kind.edit(made, actor=alice, values={"customer": first.pk})
    # Without a customer of its own, the record says only whose contact it is.
    assert kind.create(actor=alice, values={"name": "二号机", "contact": contact.pk}).record.customer_id is None


def test_what_a_type_does_not_use_any_more_refuses_nothing(scope: Company, adam: Member, alice: Member) -> None:
    row = make_machines(adam, of_contact=True)
    give(row, adam, "salesperson", "own")
    first, second, contact, _deal = at_two_customers(alice)
    kind = records.get("own_equipment")
    assert kind.create is not None
    made = kind.create(actor=alice, values={"name": "一号机", "customer": second.pk, "contact": contact.pk}).record
    actions.edit(CustomType.objects.get(), actor=adam, values={"of_contact": False})
    edit = records.get("own_equipment").edit
    assert edit is not None
    found = records.get("own_equipment").model._default_manager.get(pk=made.pk)
    assert edit(found, actor=alice, values={"customer": first.pk}).record.customer_id == first.pk


@pytest.fixture
def pointing(kept_machines: CustomType, acme: Company, adam: Member) -> dict[str, Any]:
    """A customer's field that points at a machine, and a machine's that points at another machine."""
    with company_scope(acme):
        for record_type, key, label in (("customer", "main", "主设备"), ("own_equipment", "part_of", "属于")):
            told = {"record_type": record_type, "key": key, "label_zh": label, "kind": "reference"}
            custom_fields.create(actor=adam, values=told | {"target": "own_equipment"})
        kind = records.get("own_equipment")
        assert kind.create is not None
        line = kind.create(actor=adam, values={"name": "总装线"}).record
        press = kind.create(actor=adam, values={"name": "压机", "extra.part_of": line.pk}).record
        customer = customers.create(actor=adam, values={"name": "甲公司", "extra.main": press.pk}).record
    return {"line": line, "press": press, "customer": customer}


def test_an_own_field_points_at_an_own_record(
    pointing: dict[str, Any], acme: Company, adam: Member, login: Login
) -> None:
    client = login(Client(), adam)
    line, press, customer = (pointing[name].pk for name in ("line", "press", "customer"))
    for path, name in (
        (f"own-equipment/{press}", "总装线"),
        (f"own-equipment/{press}/edit", "总装线"),
        (f"own-equipment/?extra.part_of={line}", "压机"),
        (f"customers/{customer}", "压机"),
        (f"customers/{customer}/edit", "压机"),
        ("customers/?columns=name&columns=extra.main", "压机"),
        (f"customers/?extra.main={press}", "甲公司"),
        ("own-equipment/options?q=zzx", "总装线"),
    ):
        answer = client.get(f"/acme/{path}")
        assert answer.status_code == 200, path
        assert name in words_of(answer.content.decode()) or name in answer.content.decode(), path
    told = client.get(f"/acme/api/v1/customers/{customer}").json()
    assert told["extra"]["main"]["id"] == press, told


def test_a_field_that_points_at_another_companys_machine_is_refused(
    pointing: dict[str, Any], other: Company, acme: Company, dan: Member, adam: Member
) -> None:
    with company_scope(other):
        make_machines(dan)
        kind = records.get("own_equipment")
        assert kind.create is not None
        theirs = kind.create(actor=dan, values={"name": "别家的"}).record
    with company_scope(acme), pytest.raises(Invalid):
        customers.edit(pointing["customer"].pk, actor=adam, values={"extra.main": theirs.pk})


def test_pages_stand_when_the_type_that_a_field_points_at_is_retired(
    pointing: dict[str, Any], kept_machines: CustomType, acme: Company, adam: Member, login: Login
) -> None:
    with company_scope(acme):
        actions.retire(CustomType.objects.get(), actor=adam)
    client = login(Client(), adam)
    customer = pointing["customer"].pk
    for path in (
        f"customers/{customer}", f"customers/{customer}/edit", "customers/?columns=name&columns=extra.main",
        "customers/", f"customers/?extra.main={pointing['press'].pk}", "fields/", "api/v1/customers",
    ):  # fmt: skip
        assert client.get(f"/acme/{path}").status_code == 200, path
    with company_scope(acme):
        customers.edit(customer, actor=adam, values={"name": "改了名"})
        actions.bring_back(CustomType.objects.get(), actor=adam)
    assert "压机" in client.get(f"/acme/customers/{customer}").content.decode()
