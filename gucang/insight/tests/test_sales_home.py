"""The salesperson's home page: what is due, with two buttons at most."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from gucang.accounts.models import Role
from gucang.activity.actions import follow_ups, tasks
from gucang.kernel import clock
from gucang.kernel.actors import system
from gucang.kernel.scope import company_scope, writing
from gucang.parties.actions import contacts, customers
from gucang.selling.actions import leads, opportunities, pipelines
from gucang.selling.models import Stage


@pytest.mark.parametrize("phone", ["13800138000", ""])
def test_a_due_row_has_two_buttons_and_the_rest_in_a_menu(client, login, acme, alice: Any, phone: str) -> None:
    with company_scope(acme):
        customer = customers.create(actor=alice, name="恒立机械").record
        contacts.create(actor=alice, customer=customer, name="王经理", mobile=phone)
        values = {"title": "回访", "due_on": clock.today(), "about_type": "customer", "about_id": customer.pk}
        tasks.create(actor=alice, values=values)
    page = login(client, alice).get("/acme/").content.decode()
    row = page.partition('<ul class="todo">')[2].partition("</ul>")[0]
    buttons = re.sub(r"<details.*?</details>", "", row, flags=re.DOTALL)
    assert len(re.findall(r'class="btn', buttons)) - buttons.count('class="btn-row') == 2
    assert ("tel:" in buttons) is bool(phone)
    assert "/activity/compose?about_type=customer" in row


def test_the_day_report_puts_what_was_said_in_one_row(client, login, acme, alice: Any) -> None:
    with company_scope(acme):
        customer = customers.create(actor=alice, name="恒立机械").record
        for text in ("张总同意先付三成。", "下周来厂里看样机"):
            about = {"about_type": "customer", "about_id": customer.pk}
            follow_ups.create(actor=alice, kind="call", text=text, **about)
    page = login(client, alice).get("/acme/").content.decode()
    assert "张总同意先付三成、下周来厂里看样机" in page


def test_a_task_about_a_colleagues_customer_shows_neither_its_name_nor_its_telephone(
    client, login, acme, alice: Any, bob: Any, mia: Any
) -> None:
    with company_scope(acme):
        customer = customers.create(actor=bob, name="恒立机械").record
        contacts.create(actor=bob, customer=customer, name="王经理", mobile="13800138000")
        values = {"title": "送样机", "due_on": clock.today(), "about_type": "customer", "about_id": customer.pk}
        tasks.create(actor=mia, values=values | {"assignee": alice})
    login(client, alice)
    for address in ("/acme/", "/acme/activity/due"):
        page = client.get(address).content.decode()
        assert "送样机" in page
        assert "恒立机械" not in page
        assert "13800138000" not in page


@pytest.mark.parametrize("inside", ["masked", "hidden"])
def test_a_telephone_that_the_role_does_not_show_is_not_called(client, login, acme, alice: Any, inside: str) -> None:
    with company_scope(acme):
        customer = customers.create(actor=alice, name="恒立机械").record
        contacts.create(actor=alice, customer=customer, name="王经理", mobile="13800138000")
        values = {"title": "回访", "due_on": clock.today(), "about_type": "customer", "about_id": customer.pk}
        tasks.create(actor=alice, values=values)
    with company_scope(acme), writing("accounts"):
        Role.objects.filter(key="salesperson").update(field_rules={"contact.mobile": {"inside": inside}})
    page = login(client, alice).get("/acme/").content.decode()
    assert "回访" in page
    assert "13800138000" not in page
    assert "tel:" not in page


def test_a_deal_stands_for_as_many_days_at_home_as_on_the_board(client, login, acme, alice: Any) -> None:
    """Days of the calendar: what came late in the evening has stood for a day by the next morning."""
    evening = clock.midnight(clock.today() - timedelta(days=60)) + timedelta(hours=23, minutes=50)
    with company_scope(acme), clock.at(evening):
        customer = customers.create(actor=alice, name="恒立机械").record
        contact = contacts.create(actor=alice, customer=customer, name="王经理").record
        values = {"name": "停住的", "customer": customer, "contact": contact}
        deal = opportunities.create(actor=alice, values=values).record
        first = deal.stage
        opportunities.move(deal, actor=alice, stage=Stage.objects.get(position=first.position + 1))
        opportunities.create(actor=alice, values=values | {"name": "没动过的"})
        pipelines.edit_stage(first, actor=system(), values={"max_days": 5})
    login(client, alice)
    for address in ("/acme/", "/acme/opportunities/board"):
        page = client.get(address).content.decode()
        assert "停住的" in page, address
        assert "没动过的" in page, address
        assert re.findall(r"\b(59|60|61) 天", page) == ["60", "60"], address


def test_an_enquiry_is_called_and_written_down_from_the_home_page(client, login, acme, alice: Any) -> None:
    with company_scope(acme):
        lead = leads.create(actor=alice, values={"name": "恒立机械", "phone": "13800138000"}).record
    page = login(client, alice).get("/acme/").content.decode()
    row = page.partition(f'href="/acme/leads/{lead.pk}"')[2].partition("</li>")[0]
    assert "tel:" in row
    assert f"/activity/compose?about_type=lead&amp;about_id={lead.pk}" in row


def test_an_enquirys_telephone_that_the_role_hides_is_not_on_the_home_page(client, login, acme, alice: Any) -> None:
    with company_scope(acme):
        leads.create(actor=alice, values={"name": "恒立机械", "phone": "13800138000"})
    with company_scope(acme), writing("accounts"):
        Role.objects.filter(key="salesperson").update(field_rules={"lead.phone": {"inside": "hidden"}})
    page = login(client, alice).get("/acme/").content.decode()
    assert "恒立机械" in page
    assert "13800138000" not in page
    assert "tel:" not in page
