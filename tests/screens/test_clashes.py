"""Two people at one form: both are heard, field by field, and nothing typed is lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from gucang.parties.actions import customers
from gucang.parties.models import Customer
from tests.screens.test_forms import CUSTOMERS, customer, held, hidden, text_of

__all__ = ["customer"]


def test_of_two_people_editing_one_field_the_second_sees_both_values(
    as_alice: Client, customer: Customer, mia: Any, inside: Any
) -> None:
    form = text_of(as_alice.get(f"{CUSTOMERS}{customer.pk}/edit"))
    with inside():
        customers.edit(customer, actor=mia, values={"city": "昆山"})
    values = {"name": customer.name, "city": "吴江", "seen": hidden(form, "seen")}
    answer = as_alice.post(f"{CUSTOMERS}{customer.pk}/edit", values)
    page = text_of(answer)
    assert answer.status_code == 409
    assert "昆山" in page
    assert 'value="吴江"' in page
    assert "Mia" in page
    with inside():
        assert Customer.objects.get(pk=customer.pk).city == "昆山"
    again = as_alice.post(f"{CUSTOMERS}{customer.pk}/edit", values | {"seen": hidden(page, "seen")})
    assert again.status_code == 302
    with inside():
        assert Customer.objects.get(pk=customer.pk).city == "吴江"


def test_each_clashing_field_is_decided_with_one_button_and_nothing_typed_is_lost(
    as_alice: Client, customer: Customer, mia: Any, inside: Any
) -> None:
    url = f"{CUSTOMERS}{customer.pk}/edit"
    form = text_of(as_alice.get(url))
    with inside():
        customers.edit(
            customer, actor=mia, values={"city": "昆山", "industry": "纺织", "website": "https://mia.example"}
        )
    mine = {"city": "吴江", "industry": "机床", "website": "https://alice.example", "address": "太湖路 8 号"}
    sent: dict[str, Any] = {"name": customer.name, **mine, "seen": hidden(form, "seen")}
    page = text_of(as_alice.post(url, sent))
    assert re.findall(r'name="_take" value="(\w+)"', page) == ["industry", "website", "city"]
    sent |= {name: hidden(page, name) for name in ("seen", "_since")}
    sent["_clash"] = re.findall(r'name="_clash" value="(\w+)"', page)

    page = text_of(as_alice.post(url, sent | {"_take": "city"}))
    assert re.findall(r'name="_take" value="(\w+)"', page) == ["industry", "website"]
    assert [held(page, name) for name in mine] == ["昆山", "机床", "https://alice.example", "太湖路 8 号"]
    assert "Mia" in page
    sent |= {"city": "昆山", "_clash": ["industry", "website"]}

    page = text_of(as_alice.post(url, sent | {"_keep": "industry"}))
    assert re.findall(r'name="_take" value="(\w+)"', page) == ["website"]
    page = text_of(as_alice.post(url, sent | {"_clash": ["website"], "_take": "website"}))
    assert "_take" not in page
    assert "都定了" in page
    with inside():
        assert Customer.objects.get(pk=customer.pk).industry == "纺织"
    sent |= {"website": held(page, "website"), "seen": hidden(page, "seen")}
    assert as_alice.post(url, sent).status_code == 302
    with inside():
        now = Customer.objects.get(pk=customer.pk)
        assert (now.city, now.industry, now.address) == ("昆山", "机床", "太湖路 8 号")
        assert now.website == "https://mia.example"


def test_a_third_change_while_deciding_is_seen_before_saving(
    as_alice: Client, customer: Customer, mia: Any, inside: Any
) -> None:
    url = f"{CUSTOMERS}{customer.pk}/edit"
    sent = {"name": customer.name, "city": "吴江", "seen": hidden(text_of(as_alice.get(url)), "seen")}
    with inside():
        customers.edit(customer, actor=mia, values={"city": "昆山"})
    page = text_of(as_alice.post(url, sent))
    with inside():
        customers.edit(customer, actor=mia, values={"city": "太仓"})
    sent |= {"seen": hidden(page, "seen"), "_since": hidden(page, "_since"), "_clash": "city"}
    page = text_of(as_alice.post(url, sent | {"_keep": "city"}))
    answer = as_alice.post(url, sent | {"seen": hidden(page, "seen")})
    assert answer.status_code == 409
    assert "太仓" in text_of(answer)
    with inside():
        assert Customer.objects.get(pk=customer.pk).city == "太仓"


@pytest.mark.parametrize("name", ["", "nothing", "owner_id", "city\x00", "__class__"])
def test_a_forged_choice_changes_nothing(as_alice: Client, customer: Customer, inside: Any, name: str) -> None:
    sent = {"name": customer.name, "city": "吴江", "_since": "9" * 30, "_clash": name, "_take": name}
    answer = as_alice.post(f"{CUSTOMERS}{customer.pk}/edit", sent)
    assert answer.status_code == 200
    assert held(text_of(answer), "city") == "吴江"
    with inside():
        assert Customer.objects.get(pk=customer.pk).city != "吴江"


def test_of_two_people_editing_different_fields_both_are_kept(
    as_alice: Client, customer: Customer, mia: Any, inside: Any
) -> None:
    form = text_of(as_alice.get(f"{CUSTOMERS}{customer.pk}/edit"))
    with inside():
        customers.edit(customer, actor=mia, values={"city": "昆山"})
    answer = as_alice.post(
        f"{CUSTOMERS}{customer.pk}/edit",
        {"name": customer.name, "industry": "机床", "seen": hidden(form, "seen")},
    )
    assert answer.status_code == 302
    with inside():
        now = Customer.objects.get(pk=customer.pk)
        assert (now.city, now.industry) == ("昆山", "机床")
