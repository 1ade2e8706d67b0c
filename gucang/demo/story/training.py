"""演练公司: where new people practise, with little in it yet."""

from __future__ import annotations

from datetime import timedelta

from gucang.accounts.actions import departments, members
from gucang.accounts.models import Role, User
from gucang.accounts.setup import create_company
from gucang.demo.story import cast
from gucang.demo.story.customers import plain_values
from gucang.demo.story.talking import Talk, write_down
from gucang.demo.story.world import World
from gucang.kernel import clock, reactions
from gucang.kernel.actors import system
from gucang.kernel.models import Company
from gucang.kernel.models.company import Kind
from gucang.kernel.scope import company_scope
from gucang.messages import actions as messages
from gucang.messages import kinds
from gucang.parties.actions import contacts, customers

SLUG, NAME = "yanlian", "演练公司"
PEOPLE = (
    ("admin", "administrator"),
    ("wang.lei", "sales_manager"),
    ("li.xiangdong", "salesperson"),
    ("zhou.zihan", "salesperson"),
)
CUSTOMERS = 10


def tell(seed: int, world: World) -> Company:
    """Make the training company; `world` only lends the day. The people are those of the demo company."""
    own = World(seed + 1, world.now)
    began = own.moment(own.last_working_day(15), 9)
    with clock.at(began), reactions.quietly():
        company = create_company(NAME, SLUG, kind=Kind.TRAINING)
        with company_scope(company):
            _hire(own)
            for number in range(CUSTOMERS):
                _customer(own, "li.xiangdong" if number % 2 else "zhou.zihan", began + timedelta(hours=1 + number * 5))
    return company


def _hire(world: World) -> None:
    department = departments.create(actor=system(), name="演练组").record
    for user_name, role in PEOPLE:
        user = User.objects.get(email=f"{user_name}@{cast.DOMAIN}")
        values = {
            "name": user.name,
            "email": user.email,
            "department": department,
            "manager": world.members.get("wang.lei"),
        }
        member = members.create(actor=system(), values=values).record
        member = members.set_roles(member, actor=system(), roles=[Role.objects.get(key=role)]).record
        world.members[user_name] = members.join(member, actor=system(), user=user.pk).record
        off = [kind.name for kind in kinds.every()]
        messages.create_setting(actor=world.members[user_name], values={"mail_off": off})


def _customer(world: World, seller: str, moment: object) -> None:
    company = world.company_in(cast.EAST)
    details = world.names.contact(company)
    actor = world.actor(seller)
    with clock.at(moment):  # type: ignore[arg-type]
        customer = customers.create(actor=actor, values=plain_values(world, company, "website")).record
        values = {"customer": customer, "name": details.person.name, "mobile": details.mobile, "is_primary": True}
        contacts.create(actor=actor, values=values)
        due = world.today + timedelta(days=world.chance.randint(-1, 5))
        write_down(world, customer, actor.member_id or 0, Talk(company, details.addressed), "lead", next_on=due)


__all__ = ["NAME", "SLUG", "tell"]
