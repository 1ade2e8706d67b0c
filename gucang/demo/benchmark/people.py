"""Who works at a benchmark company: 200 members in 20 departments below one, with the roles of a sales organisation."""

from __future__ import annotations

from gucang.accounts.actions import departments, members
from gucang.accounts.models import Department, Member, Role, User
from gucang.accounts.setup import create_company
from gucang.demo.names import NameGenerator
from gucang.kernel import records
from gucang.kernel.actions import Row, create_many
from gucang.kernel.actors import system
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope
from gucang.parties.models import Customer

MEMBERS, DEPARTMENTS, OTHERS = 200, 18, 20


def found(slug: str, seed: int) -> Company:
    """Make the company with its people. One of each role can be signed in for: <role>@<slug>.example."""
    company = create_company(f"测量公司 {slug}", slug)
    names = NameGenerator(seed)
    with company_scope(company):
        top = departments.create(actor=system(), name="销售中心").record
        parts = [
            departments.create(actor=system(), name=f"销售{n + 1}部", parent=top).record for n in range(DEPARTMENTS)
        ]
        roles = {role.key: role for role in Role.objects.exclude(key="")}
        for key in ("administrator", "executive", "reader", "sales_manager"):
            _hire(names, slug, key, top, roles[key])
        rows = [
            Row({"name": names.person().name, "department": parts[n % DEPARTMENTS], "position": "销售工程师"})
            for n in range(MEMBERS - OTHERS)
        ]
        made = [row.record for row in create_many(records.get("member"), rows, actor=system())]
        for member in made:
            members.set_roles(member, actor=system(), roles=[roles["salesperson"]])
        _sign_in(made[0], slug, "salesperson")
        readers = [Row({"name": names.person().name, "department": top}) for _ in range(OTHERS - 4)]
        for row in create_many(records.get("member"), readers, actor=system()):
            members.set_roles(row.record, actor=system(), roles=[roles["reader"]])
    return company


def _hire(names: NameGenerator, slug: str, key: str, department: Department, role: Role) -> None:
    member = members.create(actor=system(), values={"name": names.person().name, "department": department}).record
    members.set_roles(member, actor=system(), roles=[role])
    _sign_in(member, slug, key)


def _sign_in(member: Member, slug: str, key: str) -> None:
    """Nobody knows a password for these; `bench` makes their sessions."""
    user = User.objects.create_user(f"{key}@{slug}.example", name=member.name)
    members.join(member, actor=system(), user=user.pk)


def sellers() -> tuple[int, ...]:
    """The ids of the active company's salespeople, who own all customers."""
    found = Member.objects.filter(member_roles__role__key="salesperson").order_by("id")
    return tuple(found.values_list("pk", flat=True))


def has_customers(company: Company) -> bool:
    with company_scope(company):
        return Customer.objects.exists()


def count_customers() -> int:
    """How many customers the active company has, the bin included."""
    return int(Customer.with_bin.count())
