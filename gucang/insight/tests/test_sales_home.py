"""The salesperson's home page: what is due, with two buttons at most."""

from __future__ import annotations

import re
from typing import Any

import pytest

from gucang.activity.actions import follow_ups, tasks
from gucang.kernel import clock
from gucang.kernel.scope import company_scope
from gucang.parties.actions import contacts, customers


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
