"""From an enquiry to money and a promise that is kept, by the API: each person by their own token."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from gucang.approvals.actions import policies
from gucang.kernel import events
from gucang.kernel.actors import system
from gucang.kernel.scope import company_scope
from gucang.stock.actions import moves, products, warehouses
from gucang.surface.tests.api_world import API, World
from tests.personas import hire


@dataclass
class Desk:
    """One person's calls."""

    world: World
    name: str

    def read(self, where: str) -> Any:
        answer = self.world.client(self.name).get(f"{API}/{where}")
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()

    def do(self, where: str, body: dict[str, Any] | None = None, *, status: int = 200) -> Any:
        answer = self.world.client(self.name).post(f"{API}/{where}", body or {}, content_type="application/json")
        assert answer.status_code == status, (answer.status_code, answer.content.decode())
        return answer.json()

    def make(self, where: str, **body: Any) -> Any:
        return self.do(where, body, status=201)


@pytest.fixture
def desks(acme_team: Any) -> dict[str, Desk]:
    """Alice sells, Mia agrees, Kim keeps the stock, Fiona the books; ten spindles lie there, and two policies hold."""
    people = acme_team.people
    with company_scope(acme_team.company):
        people |= {"kim": hire("Kim", "warehouse"), "fiona": hire("Fiona", "finance")}
        values = {"name": "高速主轴", "unit": "件", "list_price": "1000", "cost": "600", "tax_rate": "13"}
        spindle = products.create(actor=system(), values=values).record
        main = warehouses.create(actor=system(), values={"name": "主仓"}).record
        moves.enter(people["kim"], "receive", spindle, Decimal(10), warehouse=main)
        for deed, conditions in (("quote.send", "over_discount__gte=0.01"), ("sales_order.approve", "total__gte=5000")):
            head = {"name": deed, "record_type": deed.partition(".")[0], "action": deed}
            made = policies.create(actor=system(), values=head).record
            steps = [{"who": [{"kind": "person", "id": people["mia"].pk}]}]
            policies.define(made, actor=system(), definition=json.dumps({"steps": steps, "conditions": conditions}))
            policies.put_in_force(made, actor=system())
    world = World(acme_team.company, people)
    return {name: Desk(world, name) for name in people}


def agreed(desks: dict[str, Desk], parked: Any) -> None:
    """What was parked waits with Mia; she agrees, and it is done as who asked."""
    request = parked["request"]["id"]
    desks["alice"].do(f"approvals/{request}/agree", status=403)
    done = desks["mia"].do(f"approvals/{request}/agree")
    assert done["state"] == "carried_out"


def test_from_an_enquiry_to_money_and_a_promise_that_is_kept(desks: dict[str, Desk], acme: Any) -> None:
    alice, kim, fiona = desks["alice"], desks["kim"], desks["fiona"]
    lead = alice.make("leads", name="苏州恒力精密机械有限公司", phone="13800138000")
    lead = alice.do(f"leads/{lead['id']}/convert", {"opportunity": "主轴换代", "amount": "10000"})
    customer, deal = lead["customer"]["id"], lead["opportunity"]["id"]

    product = alice.read("products")["items"][0]["id"]
    line = {"product": product, "quantity": "10", "discount": "8"}
    quote = alice.make("quotes", customer=customer, opportunity=deal, lines=[line])
    agreed(desks, alice.do(f"quotes/{quote['id']}/send", status=202))
    alice.do(f"quotes/{quote['id']}/accept")
    alice.do(f"quotes/{quote['id']}/make_order")
    [order] = alice.read(f"sales-orders?quote={quote['id']}")["items"]
    assert (order["state"], order["total"]) == ("draft", "10396")

    agreed(desks, alice.do(f"sales-orders/{order['id']}/approve", status=202))
    [level] = kim.read("stock-levels")["items"]
    assert (level["on_hand"], level["reserved"]) == ("10", "10")
    for quantity in ("4", "6"):
        rows = [{"product": product, "quantity": quantity}]
        draft = alice.make("deliveries", order=order["id"], lines=rows)
        alice.do(f"deliveries/{draft['id']}/confirm", status=403)
        assert kim.do(f"deliveries/{draft['id']}/confirm")["state"] == "confirmed"
    [level] = kim.read("stock-levels")["items"]
    assert (level["on_hand"], level["reserved"]) == ("0", "0")
    assert alice.read(f"sales-orders/{order['id']}")["delivered"] == "whole"

    owed = fiona.read(f"receivables?customer={customer}&sort=id")["items"]
    assert sorted(one["amount"] for one in owed) == ["4158.40", "6237.60"]
    for one in owed:
        fiona.make("payments", customer=customer, amount=one["amount"], pays=one["id"])
    assert {one["state"] for one in fiona.read(f"receivables?customer={customer}")["items"]} == {"paid"}

    about = {"about_type": "customer", "about_id": customer}
    promise = alice.make("promises", kind="rebate", what="返利 3%", worth="300", **about)
    assert promise["state"] == "binding"
    alice.do(f"promises/{promise['id']}/book", status=403)
    booked = fiona.do(f"promises/{promise['id']}/book")
    assert (booked["state"], booked["booked_amount"]) == ("booked", "300")
    [note] = fiona.read("payments?method=credit")["items"]
    assert (note["number"], note["free_amount"]) == (booked["booked_ref"], "300")
    kept = alice.do(f"promises/{promise['id']}/keep", {"confirmation": "林工收到贷项"})
    assert kept["state"] == "kept"

    with company_scope(acme):
        told = [event.name for event in events.timeline("customer", customer)]
    for name in (
        "quote.send", "quote.make_order", "sales_order.approve", "delivery.confirm", "receivable.create",
        "payment.create", "promise.book", "promise.keep",
    ):  # fmt: skip
        assert name in told, (name, told)
