"""What the tests of the API share: a company with tokens for its people, and a valid record of every type.

Nothing here names a module: records and values come from the registry, so new record types are tested as they come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.test import Client

from gucang.kernel import actions, clock, records
from gucang.kernel.actions import Action
from gucang.kernel.fields import FieldSpec
from gucang.kernel.models import AboutRecord, Company
from gucang.kernel.records import RecordType
from gucang.kernel.scope import company_scope

API = "/acme/api/v1"
DEPARTMENTS = f"{API}/departments"
JSON = {"content_type": "application/json"}
# Types that have a create action of which a program alone cannot make use, each with its reason.
NOT_MADE_HERE = {"attachment": "its file is uploaded first, by a form"}
# Texts that are not free: they name something that must be there.
NOT_FREE = {"expected_receipt.unit", "process_model.definition", "stock_move.unit"}
# What a record needs although no single field is required, by the number of records made so far.
NEEDED_TOO: dict[str, Callable[[World, str], dict[str, Any]]] = {
    # One of two amounts, and never two prices from the same quantity.
    "price": lambda world, by: {"percent_off": "5", "from_quantity": world._next()},
    # What stands in the ledger stays: it sings from the start.
    "stock_move": lambda world, by: {"reason": "金丝雀", "document": "金丝雀"},
    # Of what is reserved so much must be free, and what is watched is watched once.
    "reservation": lambda world, by: {"product": world.make(records.get("stock_move"), by).product_id},
    "reorder_point": lambda world, by: {"product": world.make(records.get("product"), by).pk},
    # Goods are delivered of what was ordered.
    "delivery": lambda world, by: {"order": world.order(by)},
    # A customer has one set of terms, and terms say something.
    "credit_terms": lambda world, by: {"customer": world.make(records.get("customer"), by).pk, "limit": "1000"},
    # A model is a process tree in writing.
    "process_model": lambda world, by: {"definition": "'金丝雀'"},
    # A process has a code that people quote.
    "process": lambda world, by: {"code": f"SOP-{world._next()}"},
    # A bundle is kept in no warehouse, and is no part of itself.
    "bundle_part": lambda world, by: {"bundle": world.bundle(by)},
    # A rule without a condition would find everything; a weight is of something.
    "audit_rule": lambda world, by: {"record_type": "customer", "conditions": "city=苏州"},
    "sample_weight": lambda world, by: {"member": world.people[by].pk},
}


@dataclass
class World:
    """Acme and its people. `keys` remembers each person's token."""

    company: Company
    people: dict[str, Any]
    keys: dict[str, str] = field(default_factory=dict)
    _made: int = 0

    def client(self, name: str, scopes: Iterable[str] = ("*",), **headers: str) -> Client:
        """A client that acts by a token of this person."""
        return Client(headers={"Authorization": f"Bearer {self.key(name, scopes)}", **headers})

    def key(self, name: str, scopes: Iterable[str] = ("*",)) -> str:
        wanted = [*scopes]
        index = f"{name} {wanted}"
        if index not in self.keys:
            member = self.people[name]
            with company_scope(member.company_id):
                until = clock.today() + timedelta(days=30)
                values = {"name": f"{name}'s", "scopes": wanted, "expires_on": until.isoformat()}
                self.keys[index] = actions.get("token.create")(actor=member, values=values).record.key
        return self.keys[index]

    def sample(self, record_type: RecordType, by: str = "adam") -> Any:
        """A record of this type: one that is there already, or a new one; None where only pages or jobs make them.

        The scope must be entered.
        """
        actor = self.people[by].as_actor()
        found = record_type.query(actor).order_by("pk").first()
        if found is not None or not can_be_made(record_type):
            return found
        return self.make(record_type, by)

    def make(self, record_type: RecordType, by: str = "adam") -> Any:
        """A new record of this type. The scope must be entered."""
        if record_type.name == "token":
            return actions.get("token.create")(actor=self.people[by], values=self.token_values()).record
        assert record_type.create is not None, record_type.name
        body = self.body(record_type.create, by)
        params = {"values": body} if record_type.create.on_values else body
        return record_type.create(actor=self.people[by], **params).record

    def token_values(self) -> dict[str, Any]:
        until = clock.today() + timedelta(days=30)
        return {"name": f"令牌 {self._next()}", "scopes": ["read"], "expires_on": until.isoformat()}

    def body(self, action: Action, by: str = "adam") -> dict[str, Any]:
        """A body that the action takes: what it needs, and nothing else. The scope must be entered."""
        record_type = action.type
        if not action.on_values:
            return {spec.name: self.value(spec, by) for spec in action.params if spec.required}
        specs = [record_type.specs[name] for name in record_type.form.fields]
        wanted = {spec.name: spec for spec in specs if spec.required and spec.default in (None, "")}
        if not action.creates:
            free = [spec for spec in specs if f"{record_type.name}.{spec.name}" not in NOT_FREE]
            wanted = {spec.name: spec for spec in free if spec.kind in ("text", "longtext") and not spec.choices}
            wanted = dict([*wanted.items()][:1])
        body = {name: self.value(spec, by) for name, spec in wanted.items()}
        if action.creates and record_type.name in NEEDED_TOO:
            body |= NEEDED_TOO[record_type.name](self, by)
        if issubclass(record_type.model, AboutRecord) and action.creates:
            about = self.sample(records.get("customer"), by)
            body |= {"about_type": "customer", "about_id": about.pk}
        return body

    def bundle(self, by: str) -> int:
        """The id of a new product that is made of others. The scope must be entered."""
        values = {"name": f"套装 {self._next()}", "stocked": False}
        return int(actions.get("product.create")(actor=self.people[by], values=values).record.pk)

    def order(self, by: str) -> int:
        """The id of a new approved order of one thing. The scope must be entered."""
        who = self.people[by]
        made = self.make(records.get("product"), by)
        values = {
            "customer": self.sample(records.get("customer"), by).pk,
            "lines": [{"product": made.pk, "quantity": 3, "price": 10, "note": "金丝雀"}],
        }
        order = actions.get("sales_order.create")(actor=who, values=values).record
        return int(actions.get("sales_order.approve")(order, actor=who).record.pk)

    def value(self, spec: FieldSpec, by: str) -> Any:
        """A valid JSON value for a field."""
        if spec.target is not None:
            record = self.sample(records.by_model(spec.target), by)
            return [record.pk] if spec.kind == "references" else record.pk
        if spec.choices:
            return spec.choices[0][0]
        if spec.name == "record_type":
            return "customer"
        if spec.name == "key":
            return f"key_{self._next()}"
        text = f"测试{self._next()}"
        day = clock.today() + timedelta(days=self._made)  # some records may not lie on the same days
        return {
            "email": f"test{self._made}@acme.test", "phone": f"1380013{self._made:04}", "integer": 30, "boolean": True,
            "decimal": "12.5", "money": "1200.00", "date": day.isoformat(), "tags": ["重要"],
            "moment": clock.now().isoformat(),
        }.get(spec.kind, text[: spec.max_length or 40])  # fmt: skip

    def _next(self) -> int:
        self._made += 1
        return self._made


def can_be_made(record_type: RecordType) -> bool:
    """Whether `make` can make one."""
    if record_type.name == "token":
        return True
    return record_type.create is not None and record_type.name not in NOT_MADE_HERE


def make(client: Client, name: str = "客服部", **headers: str) -> Any:
    """Ask for a new department."""
    return client.post(DEPARTMENTS, {"name": name}, headers=headers, **JSON)


def event_count(name: str, label: str, api: Client) -> int:
    found = api.get(f"{API}/events?name={name}&limit=200").json()["items"]
    return len([event for event in found if event["subject"]["label"] == label])
