"""A manager's full inbox: 10,000 requests that wait for her, and 10,000 that she has decided."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from bench.cash_books import copy_orders, in_batches, some_lines
from bench.subjects import Person, sign_in
from gucang.accounts.actions import members
from gucang.accounts.models import Member, Role, User
from gucang.approvals.actions import policies
from gucang.approvals.models import ApprovalRequest, ApprovalTask, State
from gucang.kernel.actors import system
from gucang.kernel.errors import NeedsApproval
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope
from gucang.ordering.actions import orders
from gucang.ordering.models import SalesOrder
from gucang.parties.models import Customer
from gucang.stock.models import Product

WAITING = DECIDED = 10_000
# So many orders that wait are written by actions, the others copied from them.
ASKED = 500
# Orders with this number of the customer's want a manager's agreement; others do not.
MARK = "bench-inbox"


@dataclass
class Inbox:
    """Whose inbox it is, what of it is open (ids, ascending), and the request at its middle."""

    manager: Person
    waiting: int
    open: list[int]
    middle: int


def full_inbox(company: Company) -> Inbox:
    """The inbox of the company's manager, filled up where something of it was decided by an earlier run."""
    email = f"manager@{company.slug}.example"
    with company_scope(company):
        manager = Member.objects.filter(email=email).first() or _manager(email)
        missing = WAITING - _waiting(manager).count()
    if missing > 0:
        _ask(company, manager, missing)
    with company_scope(company):
        found = list(_waiting(manager).order_by("request_id").values_list("request_id", flat=True))
    return Inbox(sign_in("manager", company.slug), len(found), found, found[len(found) // 2])


def _waiting(manager: Member) -> QuerySet[ApprovalTask]:
    return ApprovalTask.objects.filter(member=manager, open=True)


def _manager(email: str) -> Member:
    user = User.objects.create_user(email, name="王经理")
    made = members.create(actor=system(), values={"name": "王经理", "email": email}).record
    made = members.set_roles(made, actor=system(), roles=[Role.objects.get(key="sales_manager")]).record
    made = members.join(made, actor=system(), user=user.pk).record
    boss = Member.objects.order_by("pk")[0]
    values = {"name": "待批订单", "record_type": "sales_order", "action": "sales_order.approve"}
    policy = policies.create(actor=boss, values=values).record
    words = {"steps": [{"who": [{"kind": "person", "id": made.pk}]}], "conditions": f"customer_number={MARK}"}
    policies.define(policy, actor=boss, definition=json.dumps(words))
    policies.put_in_force(policy, actor=boss)
    return made


def _ask(company: Company, manager: Member, missing: int) -> None:
    """Ask for one order as a person does, and copy that request for all others."""
    chance = random.Random(5)
    with company_scope(company):
        first = not ApprovalRequest.objects.exists()
        customers = list(Customer.objects.order_by("pk").values_list("pk", flat=True)[:500])
        products = list(Product.objects.order_by("pk").values_list("pk", flat=True))
        before = SalesOrder.objects.order_by("-pk").values_list("pk", flat=True)[0]
    written = min(missing, ASKED)
    in_batches(
        company, "sales_order", written,
        lambda n: {
            "customer": chance.choice(customers), "customer_number": MARK, "lines": some_lines(chance, products, 5)
        },
    )  # fmt: skip
    copy_orders(company, before, -(-missing // written))
    with company_scope(company):
        boss = Member.objects.order_by("pk")[0]
        fresh = list(SalesOrder.objects.filter(pk__gt=before).order_by("pk").values_list("pk", flat=True)[:missing])
        try:
            orders.approve(fresh[0], actor=boss)
        except NeedsApproval as waiting:
            template = waiting.request
        _copy(template.pk, fresh[1:], State.WAITING)
        if first:
            _copy(template.pk, [0] * DECIDED, State.CARRIED_OUT)


def _copy(template: int, about: list[int], state: State) -> None:
    """The request again for each of these orders, with its task, and decided where it is over."""
    over = state != State.WAITING
    request = _columns(ApprovalRequest, {
        "about_id": "about", "number": "number || '-' || id_new", "state": f"'{state.value}'",
        "subject": "subject || n", "decided_at": "now()" if over else "NULL",
    })  # fmt: skip
    task = _columns(ApprovalTask, {
        "request_id": "id_new", "open": str(not over).lower(), "decision": "'agreed'" if over else "decision",
        "by_id": "member_id" if over else "by_id", "decided_at": "now()" if over else "NULL",
    })  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE bench_new ON COMMIT DROP AS SELECT n, about,"
            " nextval(pg_get_serial_sequence('approvals_approvalrequest', 'id')) AS id_new"
            " FROM unnest(%s::bigint[]) WITH ORDINALITY AS t(about, n)",
            [about],
        )
        for table, (names, picks), new in (
            ("approvals_approvalrequest", request, "id_new"),
            ("approvals_approvaltask", task, "nextval(pg_get_serial_sequence('approvals_approvaltask', 'id'))"),
        ):
            key = "id" if new == "id_new" else "request_id"
            cursor.execute(
                f"INSERT INTO {table} (id, {names}) SELECT {new}, {picks} FROM {table}, bench_new"
                f" WHERE {table}.{key} = %s ORDER BY n",
                [template],
            )
        cursor.execute("DROP TABLE bench_new")


def _columns(model: type, other: dict[str, str]) -> tuple[str, str]:
    """The columns of a table but its id, and what each is in a copy."""
    names = [str(field.column) for field in model._meta.concrete_fields if field.name != "id" and not field.generated]  # type: ignore[attr-defined]
    return ", ".join(f'"{name}"' for name in names), ", ".join(other.get(name, f'"{name}"') for name in names)


__all__ = ["Inbox", "full_inbox"]
