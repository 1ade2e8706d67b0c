"""Erasing a person's data clears the own fields that are marked personal: record, index, search and log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from gucang.accounts.models import Member
from gucang.customfields import actions
from gucang.kernel import records, search
from gucang.kernel.actors import as_actor, system
from gucang.kernel.models import Company, CustomField, Event, FieldValue
from gucang.kernel.scope import company_scope
from gucang.parties.actions import contacts, customers
from gucang.parties.models import Contact

HIDDEN = {"extra.hobby": "攀岩协会会长", "extra.former": "曾用名孙小丽", "extra.assistant": "13912340000"}


def make(**values: Any) -> CustomField:
    given = {"record_type": "contact", "kind": "text", "label_zh": "字段"} | values
    made: CustomField = actions.create(actor=system(), values=given).record
    return made


@pytest.fixture
def fields(scope: Company) -> dict[str, CustomField]:
    return {
        "hobby": make(key="hobby", personal=True, searchable=True),
        "former": make(key="former", personal=True),
        "assistant": make(key="assistant", kind="phone", personal=True),
        "size": make(key="size", kind="choice", options="大\n小"),
        "greeting": make(key="greeting", kind="formula", formula="LEFT([extra.hobby], 2)"),
    }


@pytest.fixture
def person(fields: dict[str, CustomField], alice: Member) -> Contact:
    firm = customers.create(actor=alice, values={"name": "恒力"}).record
    values = {"customer": firm, "name": "孙丽", "extra.size": "大"} | HIDDEN
    made: Contact = contacts.create(actor=alice, values=values).record
    contacts.edit(made, actor=alice, values={"extra.hobby": "攀岩协会副会长"})
    actions.retire(fields["former"], actor=system())
    return made


def found(actor: Member) -> list[search.Hit]:
    return search.search(as_actor(actor), "攀岩", types=[records.get("contact")]).get("contact", [])


def test_what_is_marked_personal_is_gone_everywhere(
    person: Contact, fields: dict[str, CustomField], adam: Member
) -> None:
    assert found(adam), "it was found by the search before"
    assert FieldValue.objects.filter(field_id=fields["former"].pk).exists()
    contacts.erase(Contact.objects.get(pk=person.pk), actor=adam)
    after = Contact.objects.get(pk=person.pk)
    assert after.extra == {"size": "大"}, "also what a retired field held, and nothing that is not marked"
    told = str(list(Event.objects.filter(subject_type="contact").values_list("changes", "facts", "subject_label")))
    for words in ("攀岩", "孙小丽", "12340000"):
        assert words not in told
    held = set(FieldValue.objects.filter(object_id=person.pk).values_list("field_id", flat=True))
    assert held == {fields["size"].pk}
    assert not found(adam)


def test_other_people_keep_theirs(person: Contact, fields: dict[str, CustomField], alice: Member, adam: Member) -> None:
    other = contacts.create(
        actor=alice, values={"customer": person.customer, "name": "钱进", "extra.hobby": "围棋"}
    ).record
    contacts.erase(Contact.objects.get(pk=person.pk), actor=adam)
    assert Contact.objects.get(pk=other.pk).extra["hobby"] == "围棋"
    assert FieldValue.objects.filter(field_id=fields["hobby"].pk, object_id=other.pk).exists()


def test_a_formula_is_not_marked(fields: dict[str, CustomField]) -> None:
    actions.edit(fields["greeting"], actor=system(), values={"personal": True})
    assert CustomField.objects.get(key="greeting").personal is False


def test_the_mark_is_offered_where_data_can_be_erased(
    acme: Company, adam: Member, client: Client, login: Callable[[Client, Member], Client]
) -> None:
    with company_scope(acme):
        asked = [make(key="nick").pk, make(key="phase", record_type="opportunity").pk]
    login(client, adam)
    page, without = (client.get(f"/acme/fields/{pk}/edit").content.decode() for pk in asked)
    assert 'name="personal"' in page
    assert "抹去某人的个人信息时一并清除" in page
    assert 'name="personal"' not in without
