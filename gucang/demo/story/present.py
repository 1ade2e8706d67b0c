"""The last days: what makes today's screens alive, whatever day today is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from gucang.accounts.models import Role
from gucang.activity import files
from gucang.activity import jobs as activity_jobs
from gucang.activity.actions import attachments, coaching, follow_ups, tasks
from gucang.activity.models import Task
from gucang.demo.story import pictures
from gucang.demo.story.cast import MANAGER_OF, STAYING
from gucang.demo.story.talking import Talk, write_down
from gucang.demo.story.world import World, working_day
from gucang.kernel import clock, records
from gucang.messages import actions as messages
from gucang.ordering.models import SalesOrder
from gucang.parties import jobs as parties_jobs
from gucang.parties.actions import customers
from gucang.parties.models import Contact, Customer
from gucang.selling.actions import opportunities
from gucang.selling.models import Opportunity
from gucang.views import actions as views

# Days from today of the next steps that each salesperson has: late ones, those of today, those to come.
TIDY_DAYS = 4
STEPS = (-6, -2, -1, 0, 0, 0, 1, 3, 5, 7)


def begin(world: World) -> None:
    """Put the deeds of the last days on the calendar."""
    for number, seller in enumerate(STAYING):
        for place, days in enumerate(STEPS):
            moment = world.moment(world.last_working_day(max(1, 1 - days, place % 3 + 1)), 10 + place % 6)
            due = world.today + timedelta(days=days)
            world.once(moment, lambda seller=seller, due=due: _next_step(world, seller, due))  # type: ignore[misc]
        day = world.last_working_day(1 + number % 2)
        world.once(world.moment(day, 16), lambda seller=seller: _coach(world, seller))  # type: ignore[misc]
        world.once(world.moment(day, 11), lambda seller=seller: _give_task(world, seller))  # type: ignore[misc]
        world.once(world.moment(world.last_working_day(3), 15), lambda seller=seller: _attach(world, seller))  # type: ignore[misc]
        world.once(world.moment(world.last_working_day(), 11), lambda seller=seller: _file_contract(world, seller))  # type: ignore[misc]
        world.once(world.in_history(20, 60), lambda seller=seller: _share(world, seller))  # type: ignore[misc]
        if (signed := world.last_working_day(2 + number)).month == world.today.month:
            world.once(world.moment(signed, 15), lambda seller=seller: _sign(world, seller))  # type: ignore[misc]
        for back in range(TIDY_DAYS, (world.today - world.first_day).days, 7):
            moment = world.moment(world.today - timedelta(days=back), 17, 40)
            world.once(moment, lambda seller=seller: _tidy_up(world, seller))  # type: ignore[misc]
        for _ in range(8):
            world.once(world.in_history(5, 330), lambda seller=seller: _coach(world, seller))  # type: ignore[misc]
            world.once(world.in_history(5, 330), lambda seller=seller: _give_task(world, seller))  # type: ignore[misc]
    world.once(world.in_history(60, 90), lambda: _keep_views(world))
    world.once(world.moment(world.last_working_day(), 15), lambda: _mention(world))
    world.once(world.moment(world.last_working_day(2), 17, 50), lambda: _read_everything(world))


def every_night(world: World) -> None:
    """What the clock does each night by rule: the pool takes back whom nobody cared for."""
    for back in range((world.today - world.first_day).days):
        world.once(world.moment(world.today - timedelta(days=back), 2, 30), parties_jobs.recycle)
    for back in range(2):
        world.once(world.moment(world.today - timedelta(days=back), 8, 40), activity_jobs.remind)


def _tidy_up(world: World, seller: str) -> None:
    """Once a week everybody ticks off what was done on the way and never marked."""
    before = clock.today() - timedelta(days=TIDY_DAYS)
    for task in Task.objects.filter(assignee=world.members[seller], done_at=None, due_on__lt=before):
        tasks.complete(task, actor=world.actor(seller))


def _busy(seller_id: int) -> Any:
    """A salesperson's customers, those with whom least is planned first."""
    return Customer.objects.filter(owner_id=seller_id, status__in=("engaged", "buyer", "prospect")).order_by(
        "next_step_on", "-last_contact_at", "id"
    )


def _next_step(world: World, seller: str, due: date) -> None:
    member = world.members[seller]
    without = _busy(member.pk).filter(next_step_on=None).first() or world.chance.choice(list(_busy(member.pk)[:12]))
    contact = Contact.objects.filter(customer=without).order_by("-is_primary", "id").first()
    talk = Talk(_as_company(without), f"{contact.name[0]}经理" if contact else "对方", world.product())
    write_down(world, without, member.pk, talk, world.chance.choice(("needs", "care", "quote")), next_on=due)


def _as_company(customer: Customer) -> Any:
    from gucang.demo.names import CompanyName

    name, short = customer.name, customer.short_name or customer.name
    return CompanyName(name, short, customer.industry, "", customer.province, "", customer.city, customer.district)


def _coach(world: World, seller: str) -> None:
    """The manager's advice on an open deal, and one word to a colleague beside it."""
    member, boss = world.members[seller], MANAGER_OF[seller]
    deal = Opportunity.objects.filter(owner=member, state="open", private=False).order_by("-amount", "id").first()
    about: Any = deal or _busy(member.pk).first()
    if about is None:
        return
    text = world.names.coaching("对方负责人", product=world.product())
    if world.maybe(0.5):
        text += f" @{world.members['zhou.min'].name} 这单请你也看一眼。"
    values = {"about_type": records.by_model(type(about)).name, "about_id": about.pk, "text": text}
    coaching.create(actor=world.actor(boss), values=values)


def _give_task(world: World, seller: str) -> None:
    """A task from the service desk or the manager, due tomorrow or soon."""
    member = world.members[seller]
    customer = _busy(member.pk).first()
    if customer is None:
        return
    company = _as_company(customer)
    values = {
        "title": world.names.task(company, "对方"), "assignee": member,
        "about_type": "customer", "about_id": customer.pk,
        "due_on": working_day(clock.today() + timedelta(days=world.chance.randint(1, 4))),
        "note": "客户打电话到公司来问，我答应他明天之前回。",
    }  # fmt: skip
    task = tasks.create(actor=world.actor(world.chance.choice(("chen.yu", MANAGER_OF[seller]))), values=values).record
    if world.maybe(0.8):
        world.once(world.later(1, 3), lambda: tasks.complete(task, actor=world.actor(seller)))


def _mention(world: World) -> None:
    """何静 asks 李向东 for a word, as colleagues who share a customer do."""
    asker, asked = world.members["he.jing"], world.members["li.xiangdong"]
    customer = _busy(asker.pk).first()
    if customer is None:
        return
    customers.share(customer, actor=world.actor("he.jing"), member=asked)
    world.forget_rights()
    text = f"对方问二期的总线方案，@{asked.name} 你去年做过一样的，明天一起打个电话？"
    values = {"about_type": "customer", "about_id": customer.pk, "kind": "note", "text": text}
    follow_ups.create(actor=world.actor("he.jing"), values=values)


def _share(world: World, seller: str) -> None:
    """The owner lets a colleague of the same customer's group work on it."""
    member = world.members[seller]
    customer = _busy(member.pk).filter(level__in=("A", "B")).first()
    others = [name for name in STAYING if name != seller and MANAGER_OF[name] == MANAGER_OF[seller]]
    if customer is not None and others:
        customers.share(customer, actor=world.actor(seller), member=world.members[others[0]])
        world.forget_rights()


def _sign(world: World, seller: str) -> None:
    """The deal that has come furthest is won, so that this month has something to show."""
    member = world.members[seller]
    deal = Opportunity.objects.filter(owner=member, state="open").order_by("-stage__position", "-amount", "id").first()
    if deal is not None and deal.customer.owner_id == member.pk:
        opportunities.win(deal, actor=world.actor(seller), note="合同已签，首付款三天内到。")


def _attach(world: World, seller: str) -> None:
    """Pictures and a quotation at the largest deal."""
    member, actor = world.members[seller], world.actor(seller)
    deal = Opportunity.objects.filter(owner=member, state="open").order_by("-amount", "id").first()
    if deal is None:
        return
    price = f"TOTAL   CNY {deal.amount:,.2f}"
    lines = ["QUOTATION " + deal.number, "", f"DATE    {clock.today().isoformat()}", price, "VALID   30 DAYS"]
    for about, name, content in (
        (deal, "报价单.pdf", pictures.quotation(lines)),
        (deal, "安装尺寸.png", pictures.drawing(deal.pk)),
        (deal.customer, "电机铭牌.png", pictures.name_plate(deal.pk)),
    ):
        stored = files.receive(SimpleUploadedFile(name, content))
        kind = records.by_model(type(about)).name
        attachments.create(actor=actor, about_type=kind, about_id=about.pk, file=stored.file, name=stored.name)


def _file_contract(world: World, seller: str) -> None:
    """The contract hangs on the largest order that holds."""
    member, actor = world.members[seller], world.actor(seller)
    order = SalesOrder.objects.filter(owner=member, state="approved").order_by("-total", "id").first()
    if order is None:
        return
    lines = ["SALES CONTRACT " + order.number, "", f"DATE    {order.approved_on}", f"TOTAL   {order.total:,.2f}"]
    stored = files.receive(SimpleUploadedFile(f"合同 {order.number}.pdf", pictures.quotation(lines)))
    about = {"about_type": "sales_order", "about_id": order.pk, "kind": "contract"}
    attachments.create(actor=actor, **about, file=stored.file, name=stored.name)


def _keep_views(world: World) -> None:
    """The manager shares a list with everybody who sells; a salesperson keeps one for herself."""
    big = {"record_type": "opportunity", "query": "state=open&amount__gte=100000&sort=-amount"}
    selling = Role.objects.get(key="salesperson")
    manager, seller = world.actor("wang.lei"), world.actor("li.xiangdong")
    views.create(actor=manager, values=big | {"name": "十万以上的", "audience": "role", "role": selling.pk})
    near = {"record_type": "customer", "query": "city=苏州&mine=1&sort=-last_contact_at"}
    views.create(actor=seller, values=near | {"name": "苏州跑一圈"})


def _read_everything(world: World) -> None:
    """Whatever was told until then has been read."""
    for member in world.members.values():
        messages.read(member.as_actor())


__all__ = ["begin", "every_night"]
