"""Forms and dialogs: what was typed is kept, two clicks make one, two people are both heard."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from gucang.customfields import actions as custom_fields
from gucang.kernel.actions.core import get
from gucang.kernel.actors import system
from gucang.kernel.models import Event
from gucang.parties.actions import customers
from gucang.parties.models import Customer
from gucang.selling.actions import opportunities
from gucang.selling.models import Opportunity

DEALS = "/acme/opportunities/"
CUSTOMERS = "/acme/customers/"
HTMX = {"HX-Request": "true"}


def text_of(response: Any) -> str:
    return str(response.content.decode())


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"no hidden {name}"
    return found[1]


def held(page: str, name: str) -> str:
    """What stands in a visible control."""
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    assert found, f"no control {name}"
    return found[1]


@pytest.fixture
def customer(inside: Any, alice: Any) -> Customer:
    with inside():
        return customers.create(actor=alice, values={"name": "苏州恒力精密"}).record  # type: ignore[no-any-return]


def test_a_record_is_made_from_its_form_without_scripts(as_alice: Client, inside: Any, alice: Any) -> None:
    page = text_of(as_alice.get(f"{CUSTOMERS}new"))
    assert "<script>" not in page
    answer = as_alice.post(
        f"{CUSTOMERS}new", {"_key": hidden(page, "_key"), "name": "台州联众", "phone": "138 0576 2214", "city": "台州"}
    )
    assert answer.status_code == 302
    with inside():
        made = Customer.objects.get(name="台州联众")
        assert made.owner_id == alice.pk
        assert made.phone == "+8613805762214"
        assert Event.objects.filter(subject_type="customer", subject_id=made.pk).count() == 1
    assert answer.url == f"{CUSTOMERS}{made.pk}"
    assert "台州联众" in text_of(as_alice.get(answer.url))


def test_a_second_click_leads_to_the_record_of_the_first(as_alice: Client, inside: Any) -> None:
    values = {"_key": hidden(text_of(as_alice.get(f"{CUSTOMERS}new")), "_key"), "name": "台州联众"}
    first = as_alice.post(f"{CUSTOMERS}new", values)
    second = as_alice.post(f"{CUSTOMERS}new", values)
    assert second.status_code == 302
    assert first.url == second.url
    with inside():
        assert Customer.objects.filter(name="台州联众").count() == 1


def test_a_refused_form_can_be_corrected_and_sent_with_the_same_key(as_alice: Client, inside: Any) -> None:
    values = {"_key": "abc", "name": "台州联众", "phone": "12"}
    refused = as_alice.post(f"{CUSTOMERS}new", values)
    assert refused.status_code == 422
    assert as_alice.post(f"{CUSTOMERS}new", values | {"phone": "13805762214"}).status_code == 302
    with inside():
        assert Customer.objects.count() == 1


def test_errors_stand_beside_their_fields_and_everything_typed_is_kept(as_alice: Client, inside: Any) -> None:
    typed = {"name": "", "phone": "就是那个电话", "email": "谁@", "note": "第一行\n第二行 <b>"}
    answer = as_alice.post(f"{CUSTOMERS}new", typed)
    page = text_of(answer)
    assert answer.status_code == 422
    for name in ("name", "phone", "email"):
        assert f'id="f-{name}-error"' in page
    assert 'value="就是那个电话"' in page
    assert "第二行 &lt;b&gt;" in page
    with inside():
        assert Customer.objects.count() == 0


@pytest.mark.parametrize("value", ["\x00", "x" * 65_000, "\u202eevil", "\ufeff", "9" * 40, "-" * 500])
def test_no_value_breaks_a_form(as_alice: Client, customer: Customer, value: str) -> None:
    names = ("name", "phone", "email", "level", "tags", "parent", "credit_code", "note", "_key", "seen", "next")
    for name in names:
        for address in (f"{CUSTOMERS}new", f"{CUSTOMERS}{customer.pk}/edit"):
            answer = as_alice.post(address, {"name": "某公司", name: value})
            assert answer.status_code in (200, 302, 400, 409, 422), (name, address)
            if answer.status_code == 302:
                assert answer.url.startswith("/acme/"), "never leads elsewhere"


def test_next_never_leads_to_another_site(as_alice: Client, customer: Customer) -> None:
    for evil in ("https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)", "\thttps://evil.test"):
        answer = as_alice.post(f"{CUSTOMERS}{customer.pk}/edit", {"name": f"名 {len(evil)}", "next": evil})
        assert answer.status_code == 302
        assert answer.url == f"{CUSTOMERS}{customer.pk}"


def test_a_link_may_fill_a_field_beforehand(as_alice: Client, customer: Customer) -> None:
    page = text_of(as_alice.get(f"{DEALS}new?customer={customer.pk}"))
    assert re.search(rf'(<option value="{customer.pk}" selected|name="customer" value="{customer.pk}")', page)


def test_a_link_cannot_name_what_is_out_of_sight(as_alice: Client, inside: Any, bob: Any) -> None:
    with inside():
        his = customers.create(actor=bob, values={"name": "鲍勃的客户"}).record
    assert "鲍勃的客户" not in text_of(as_alice.get(f"{DEALS}new?customer={his.pk}"))
    answer = as_alice.post(f"{DEALS}new", {"name": "偷看", "customer": his.pk})
    assert answer.status_code == 422
    assert "鲍勃的客户" not in text_of(answer)
    with inside():
        assert Opportunity.objects.count() == 0


def test_an_edit_that_changes_nothing_leaves_no_event(as_alice: Client, customer: Customer, inside: Any) -> None:
    assert as_alice.post(f"{CUSTOMERS}{customer.pk}/edit", {"name": customer.name}).status_code == 302
    with inside():
        assert not Event.objects.filter(name="customer.edit").exists()


def test_what_one_may_only_read_has_no_form(client: Client, carol: Any, login: Any, customer: Customer) -> None:
    reader = login(client, carol)
    assert reader.get(f"{CUSTOMERS}{customer.pk}").status_code == 200
    for answer in (
        reader.get(f"{CUSTOMERS}new"),
        reader.post(f"{CUSTOMERS}new", {"name": "x"}),
        reader.get(f"{CUSTOMERS}{customer.pk}/edit"),
        reader.post(f"{CUSTOMERS}{customer.pk}/edit", {"name": "x"}),
        reader.post(f"{CUSTOMERS}{customer.pk}/delete"),
    ):
        assert answer.status_code == 403


def test_a_dialog_asks_what_the_action_needs_and_does_it(
    as_alice: Client, new_deal: Callable[..., Opportunity], stages: Any, inside: Any
) -> None:
    deal = new_deal("糊盒机伺服升级", amount=100)
    page = text_of(as_alice.get(f"{DEALS}{deal.pk}/lose"))
    assert 'name="reason"' in page
    assert "<html" not in text_of(as_alice.get(f"{DEALS}{deal.pk}/lose", headers=HTMX))
    missing = as_alice.post(f"{DEALS}{deal.pk}/lose", {})
    assert missing.status_code == 422
    assert as_alice.get(f"{DEALS}{deal.pk}/win").status_code == 200
    with inside():
        assert Opportunity.objects.get(pk=deal.pk).version == deal.version, "a link changes nothing"


def test_what_is_not_possible_now_says_why_instead_of_asking(
    as_alice: Client, new_deal: Callable[..., Opportunity], stages: Any, inside: Any, alice: Any
) -> None:
    deal = new_deal("糊盒机伺服升级", amount=100)
    with inside():
        opportunities.win(deal, actor=alice)
    answer = as_alice.get(f"{DEALS}{deal.pk}/lose")
    assert answer.status_code == 409
    assert "已经赢" in text_of(answer)
    assert 'name="reason"' not in text_of(answer)
    assert 'id="act-lose"' not in text_of(answer)


def test_what_lies_in_the_bin_is_not_restored_twice_nor_changed_there(
    client: Client, login: Any, mia: Any, inside: Any
) -> None:
    login(client, mia)
    with inside():
        customer = customers.create(actor=mia, values={"name": "苏州恒力精密"}).record
    for answer in (client.get(f"{CUSTOMERS}{customer.pk}/restore"), client.post(f"{CUSTOMERS}{customer.pk}/restore")):
        assert answer.status_code == 409
        assert "“苏州恒力精密”不在回收站里" in text_of(answer)
        assert 'id="act-restore"' not in text_of(answer)
    with inside():
        customers.delete(customer, actor=mia)
    for address in ("edit", "delete", "cell/city"):
        answer = client.get(f"{CUSTOMERS}{customer.pk}/{address}")
        assert answer.status_code == 409
        assert "在回收站里，先恢复再操作" in text_of(answer)
    assert client.get(f"{CUSTOMERS}{customer.pk}/restore").status_code == 200


def test_what_only_the_program_does_has_no_dialog_no_button_and_no_call(
    client: Client, login: Any, adam: Any, inside: Any, customer: Customer
) -> None:
    login(client, adam)
    with inside():
        export = get("export.create")(actor=adam, record_type="customer").record
    assert client.get(f"/acme/exports/{export.pk}").status_code == 200
    for answer in (
        client.get(f"/acme/exports/{export.pk}/finish"),
        client.post(f"/acme/exports/{export.pk}/finish", {"file": "x", "rows": "1"}),
        client.post("/acme/exports/bulk", {"picked": export.pk, "do": "finish"}),
    ):
        assert answer.status_code == 404
    calls = client.get("/acme/api/v1/openapi.json").json()["paths"]
    assert any(path.endswith("/imports/{id}/cancel") for path in calls)
    for mine in ("imports/{id}/fail", "imports/{id}/finish", "imports/{id}/taken_back", "exports/{id}/finish"):
        assert not any(path.endswith(mine) for path in calls), mine


def test_a_refused_action_stays_where_it_was_with_its_sentence(
    as_alice: Client, new_deal: Callable[..., Opportunity], stages: Any, inside: Any, alice: Any
) -> None:
    deal = new_deal("糊盒机伺服升级", amount=100)
    with inside():
        opportunities.win(deal, actor=alice)
    answer = as_alice.post(f"{DEALS}{deal.pk}/win", {})
    assert answer.status_code == 409
    assert 'class="refusal' in text_of(answer)
    with inside():
        assert Event.objects.filter(name="opportunity.win").count() == 1


def test_two_clicks_on_an_action_leave_one_event(
    as_alice: Client, new_deal: Callable[..., Opportunity], stages: Any, inside: Any
) -> None:
    deal = new_deal("糊盒机伺服升级", amount=100)
    answers = [as_alice.post(f"{DEALS}{deal.pk}/win", {"seen": deal.version}).status_code for _click in range(2)]
    assert answers == [302, 409]
    with inside():
        assert Event.objects.filter(name="opportunity.win").count() == 1


def test_taking_back_is_refused_once_somebody_changed_it_again(
    as_alice: Client, customer: Customer, mia: Any, inside: Any
) -> None:
    as_alice.post(f"{CUSTOMERS}{customer.pk}/edit", {"name": customer.name, "city": "苏州"})
    with inside():
        event = Event.objects.get(name="customer.edit")
        customers.edit(customer, actor=mia, values={"city": "昆山"})
    answer = as_alice.post(f"{CUSTOMERS}{customer.pk}/undo/{event.pk}")
    assert answer.status_code == 409
    with inside():
        assert Customer.objects.get(pk=customer.pk).city == "昆山"


def test_the_toast_after_an_edit_offers_to_take_it_back(as_alice: Client, customer: Customer, inside: Any) -> None:
    answer = as_alice.post(f"{CUSTOMERS}{customer.pk}/edit", {"name": customer.name, "city": "苏州"})
    page = text_of(as_alice.get(answer.url))
    undo = re.search(rf'action="({CUSTOMERS}{customer.pk}/undo/\d+)"', page)
    assert undo is not None
    as_alice.post(undo[1])
    with inside():
        assert Customer.objects.get(pk=customer.pk).city == ""


def test_a_likely_duplicate_is_shown_before_it_is_made_and_may_be_made_all_the_same(
    as_alice: Client, customer: Customer, inside: Any
) -> None:
    values = {"_key": "k1", "name": "苏州恒力精密有限公司"}
    hint = as_alice.post(f"{CUSTOMERS}advise", values, headers=HTMX)
    assert "苏州恒力精密" in text_of(hint)
    assert "<html" not in text_of(hint)
    asked = as_alice.post(f"{CUSTOMERS}new", values)
    assert asked.status_code == 200
    with inside():
        assert Customer.objects.count() == 1
    assert as_alice.post(f"{CUSTOMERS}new", values | {"_check": hidden(text_of(asked), "_check")}).status_code == 302
    with inside():
        assert Customer.objects.count() == 2


def test_own_fields_of_the_company_are_filled_in_and_shown(as_alice: Client, customer: Customer, inside: Any) -> None:
    values = {"record_type": "customer", "key": "machines", "label_zh": "机床台数", "kind": "integer"}
    with inside():
        custom_fields.create(actor=system(), values=values)
    edit = f"{CUSTOMERS}{customer.pk}/edit"
    assert "机床台数" in text_of(as_alice.get(edit))
    assert as_alice.post(edit, {"name": customer.name, "extra.machines": "许多"}).status_code == 422
    assert as_alice.post(edit, {"name": customer.name, "extra.machines": "12"}).status_code == 302
    page = text_of(as_alice.get(f"{CUSTOMERS}{customer.pk}"))
    assert "机床台数" in page
    row = f'data-key="{customer.pk}"'
    assert row in text_of(as_alice.get(f"{CUSTOMERS}?extra.machines=12&columns=name&columns=extra.machines"))
    assert row not in text_of(as_alice.get(f"{CUSTOMERS}?extra.machines=13"))


def test_what_the_form_does_not_ask_is_not_taken_either(
    as_alice: Client, new_deal: Callable[..., Opportunity], bob: Any, inside: Any
) -> None:
    deal = new_deal("糊盒机伺服升级", amount=100)
    values = {"name": "改了名", "number": "SJ1", "owner": bob.pk, "state": "won", "version": 9, "company": 1}
    assert as_alice.post(f"{DEALS}{deal.pk}/edit", values).status_code == 302
    with inside():
        now = Opportunity.objects.get(pk=deal.pk)
        assert now.name == "改了名"
        assert (now.number, now.owner_id, now.state) == (deal.number, deal.owner_id, deal.state)
