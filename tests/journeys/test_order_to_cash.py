"""From an enquiry to money and a promise that is kept, by the API alone: each person by their own token.

What a program may run into on the way is refused as a person would be: twice, too late, somebody else's.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from gucang.kernel.scope import company_scope
from gucang.surface.tests.api_world import API, World
from tests.personas import hire


@dataclass
class Desk:
    """One person's calls."""

    world: World
    name: str

    def read(self, where: str, *, status: int = 200) -> Any:
        answer = self.world.client(self.name).get(f"{API}/{where}")
        assert answer.status_code == status, answer.content.decode()
        return answer.json()

    def do(
        self, where: str, body: dict[str, Any] | None = None, *, status: int = 200, how: str = "POST", **headers: str
    ) -> Any:
        client = self.world.client(self.name)
        sent = {key.replace("_", "-"): value for key, value in headers.items()}
        answer = client.generic(how, f"{API}/{where}", json.dumps(body or {}), "application/json", headers=sent)
        assert answer.status_code == status, (answer.status_code, answer.content.decode())
        return answer.json()

    def make(self, where: str, **body: Any) -> Any:
        return self.do(where, body, status=201)


@pytest.fixture
def desks(acme_team: Any, other_team: Any) -> dict[str, Desk]:
    """Alice sells, Mia agrees, Kim keeps the stock, Fiona the books, Adam sets up: ten spindles, and two policies."""
    people = acme_team.people
    with company_scope(acme_team.company):
        people |= {"kim": hire("Kim", "warehouse"), "fiona": hire("Fiona", "finance")}
    world = World(acme_team.company, people | other_team.people)
    desks = {name: Desk(world, name) for name in world.people}
    adam = desks["adam"]
    goods = {"unit": "件", "list_price": "1000", "cost": "600", "tax_rate": "13"}
    spindle = adam.make("products", name="高速主轴", **goods)["id"]
    main = adam.make("warehouses", name="主仓")["id"]
    desks["kim"].make("stock-moves", kind="receive", product=spindle, quantity="10", warehouse=main)
    for deed, conditions in (("quote.send", "over_discount__gte=0.01"), ("sales_order.approve", "total__gte=5000")):
        policy = adam.make("approval-policies", name=deed, record_type=deed.partition(".")[0], action=deed)["id"]
        steps = [{"who": [{"kind": "person", "id": people["mia"].pk}]}]
        definition = json.dumps({"steps": steps, "conditions": conditions})
        adam.do(f"approval-policies/{policy}/define", {"definition": definition})
        adam.do(f"approval-policies/{policy}/put_in_force")
    return desks


def agreed(desks: dict[str, Desk], parked: Any) -> None:
    """What was parked waits with Mia; she agrees, and it is done as who asked. Nobody else may, and she only once."""
    request = f"approvals/{parked['request']['id']}"
    desks["alice"].do(f"{request}/agree", status=403)
    desks["kim"].do(f"{request}/agree", status=404)
    assert desks["mia"].do(f"{request}/agree")["state"] == "carried_out"
    desks["mia"].do(f"{request}/agree", status=409)


def test_from_an_enquiry_to_money_and_a_promise_that_is_kept(desks: dict[str, Desk]) -> None:
    alice, kim, fiona = desks["alice"], desks["kim"], desks["fiona"]
    lead = alice.make("leads", name="苏州恒力精密机械有限公司", phone="13800138000")
    lead = alice.do(f"leads/{lead['id']}/convert", {"opportunity": "主轴换代", "amount": "10000"})
    customer, deal = lead["customer"]["id"], lead["opportunity"]["id"]
    alice.do(f"leads/{lead['id']}/convert", {"opportunity": "主轴换代"}, status=409)

    product = alice.read("products")["items"][0]["id"]
    line = {"product": product, "quantity": "10", "discount": "8"}
    quote = alice.make("quotes", customer=customer, opportunity=deal, lines=[line])
    agreed(desks, alice.do(f"quotes/{quote['id']}/send", status=202))
    alice.do(f"quotes/{quote['id']}/accept")
    alice.do(f"quotes/{quote['id']}/make_order")
    alice.do(f"quotes/{quote['id']}/make_order", status=409)
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
        kim.do(f"deliveries/{draft['id']}/confirm", status=409)
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
    alice.do(f"promises/{promise['id']}/keep", {"confirmation": "林工说到了"}, status=409)
    booked = fiona.do(f"promises/{promise['id']}/book")
    assert (booked["state"], booked["booked_amount"]) == ("booked", "300")
    [note] = fiona.read("payments?method=credit")["items"]
    assert (note["number"], note["free_amount"]) == (booked["booked_ref"], "300")
    kept = alice.do(f"promises/{promise['id']}/keep", {"confirmation": "林工收到贷项"})
    assert kept["state"] == "kept"
    alice.do(f"promises/{promise['id']}/keep", {"confirmation": "林工收到贷项"}, status=409)

    told = [entry["name"] for entry in desks["adam"].read(f"customers/{customer}/timeline?limit=200")["items"]]
    for name in (
        "quote.send", "quote.make_order", "sales_order.approve", "delivery.confirm", "receivable.create",
        "payment.create", "promise.book", "promise.keep",
    ):  # fmt: skip
        assert name in told, (name, told)


def test_a_foreign_a_stale_and_a_wrong_call_are_refused_and_leave_nothing(desks: dict[str, Desk]) -> None:
    alice, bob, dan = desks["alice"], desks["bob"], desks["dan"]
    customer = alice.make("customers", name="苏州恒力精密机械有限公司")["id"]
    product = alice.read("products")["items"][0]["id"]
    order = alice.make("sales-orders", customer=customer, lines=[{"product": product, "quantity": "1"}])
    where = f"sales-orders/{order['id']}"
    for stranger, status in ((bob, 404), (dan, 401)):
        stranger.read(where, status=status)
        stranger.do(f"{where}/approve", status=status)
    desks["carol"].do(f"{where}/approve", status=403)

    alice.do(where, {"note": "带合格证"}, how="PATCH", status=428)
    alice.do(where, {"note": "带合格证"}, how="PATCH", If_Match=f'"{order["version"]}"')
    stale = alice.do(where, {"note": "不带"}, how="PATCH", status=412, If_Match=f'"{order["version"]}"')
    assert [one["field"] for one in stale["clashes"]] == ["note"]
    wrong = alice.do(
        "sales-orders", {"customer": customer, "lines": [{"product": product, "quantity": "-1"}]}, status=422
    )
    assert wrong["errors"][0]["path"] == "/lines/0/quantity"

    once = {"Idempotency_Key": "approve-1"}
    first = alice.do(f"{where}/approve", **once)
    assert alice.do(f"{where}/approve", **once) == first  # the same click again: the same answer
    alice.do(f"{where}/approve", status=409)
    [level] = desks["kim"].read("stock-levels")["items"]
    assert (level["on_hand"], level["reserved"]) == ("10", "1")
