"""Customers: how they come, are cared for, are forgotten, fall to the pool and are claimed again."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from gucang.activity.actions import tasks
from gucang.activity.models import Task
from gucang.demo.names import CompanyName
from gucang.demo.story import before, deals
from gucang.demo.story.cast import EAST, EASTERN, LEAVER, LEAVES_DAYS_AGO, MANAGER_OF, SELLERS, SOUTH, STAYING
from gucang.demo.story.talking import Talk, write_down
from gucang.demo.story.world import DAYS_OF_HISTORY, Life, World, working_day
from gucang.kernel import clock, records
from gucang.kernel.actions import Row, create_many
from gucang.parties.actions import contacts, customers, pool
from gucang.parties.models import Contact, Customer, Kind, Source

OLD, NEW, PERSONS, POOLED = 120, 92, 24, 20
_SOURCES = (Source.EXHIBITION, Source.REFERRAL, Source.WEBSITE, Source.CALLING, Source.PHONE, Source.ADVERTISING)
_TAGS = ("重点客户", "非标设备", "年框客户", "价格敏感", "账期长", "出口型", "专精特新", "总部采购")


@dataclass
class Plan:
    """What will become of a customer: how often somebody calls, for how long, and how many deals there will be."""

    seller: str
    company: CompanyName
    every: int
    forgotten_after: int | None
    deals: int


def plan(world: World, seller: str) -> Plan:
    provinces = EAST if seller in EASTERN or (seller in MANAGER_OF and MANAGER_OF[seller] == "wang.lei") else SOUTH
    care = world.chance.choices(("loved", "usual", "forgotten"), (34, 50, 16))[0]
    return Plan(
        seller,
        world.company_in(provinces),
        every={"loved": 55, "usual": 95, "forgotten": 50}[care],
        forgotten_after=world.chance.randint(20, 250) if care == "forgotten" else None,
        deals={"loved": world.chance.choice((1, 2, 2)), "usual": world.chance.choice((0, 1, 1, 1)), "forgotten": 0}[
            care
        ],
    )


def begin(world: World) -> None:
    """Bring in the customers of before, and let the others come over the year."""
    opening = world.moment(world.first_day, 14)
    world.once(opening, lambda: _bring_in_old(world))
    for number in range(NEW):
        wanted = plan(world, world.chance.choice(SELLERS))
        world.start(world.in_history(1 + number % 9, DAYS_OF_HISTORY - 12), _arrival(world, wanted))
    for _ in range(PERSONS):
        world.start(world.in_history(6, 320), _person(world, world.chance.choice(SELLERS)))
    world.once(world.in_history(95, 110), lambda: _exhibition_list(world))
    for number in range(6):
        day = world.today - timedelta(days=94 + number)
        world.start(world.moment(working_day(day, -1)), _neglected(world, STAYING[number % len(STAYING)]))
    for number in range(14):
        world.start(world.in_history(number * 6, number * 6 + 70), _claim(world))


# --- how they come ---


def values_of(world: World, company: CompanyName, source: str) -> dict[str, Any]:
    """The form of a customer with the company's own fields, filled as completely as salespeople do."""
    values = plain_values(world, company, source)
    if values["credit_code"]:
        values["extra.machines"] = world.chance.choice((20, 60, 150, 400, 1200))
        values["extra.pays_by"] = world.chance.choice(("电汇", "电汇", "承兑汇票", "先款后货"))
        values |= _bought(company.name, values["extra.machines"])
    return values


def _bought(name: str, machines: int) -> dict[str, Any]:
    """How large the customer is and how it buys: told by its name, so that it takes no turn of the dice."""
    mark = zlib.crc32(name.encode())
    size = next(word for least, word in ((1000, "龙头"), (150, "规上"), (60, "中小"), (0, "小微")) if machines >= least)
    values: dict[str, Any] = {"extra.size": size, "extra.cycle": ("按月", "按季", "按年", "按项目")[mark % 4]}
    if mark % 5:
        values["extra.yearly"] = machines * (800 + mark % 1200)
        values["extra.needs"] = [("价格", "质量", "售后")[mark % 3], *(["交期"] if mark % 2 else [])]
    return values


def plain_values(world: World, company: CompanyName, source: str) -> dict[str, Any]:
    """The form of a customer."""
    full = world.maybe(0.6)
    return {
        "name": company.name, "short_name": company.short_name, "province": company.province, "city": company.city,
        "district": company.district, "industry": company.industry, "source": source,
        "level": world.chance.choices(("A", "B", "C", "D", ""), (10, 24, 38, 8, 20))[0],
        "phone": world.names.landline(company),
        "credit_code": world.names.credit_code(company) if full else "",
        "address": world.names.address(company) if full else "",
        "tags": world.chance.sample(_TAGS, world.chance.choices((0, 1, 2), (62, 28, 10))[0]),
    }  # fmt: skip


def _bring_in_old(world: World) -> None:
    """The administrator imports the customers that the company had before, each to its salesperson."""
    plans = [plan(world, SELLERS[number % len(SELLERS)]) for number in range(OLD)]
    plans[0] = _granary(plans[0])
    old_deals = before.think_up(OLD)
    bought = {deal.customer for deal in old_deals if deal.won}
    rows = []
    for number, one in enumerate(plans):
        values = values_of(world, one.company, Source.OLD)
        status = world.chance.choice(("prospect", "engaged", "engaged"))
        values |= {"status": "buyer" if number in bought else status, "owner": world.members[one.seller]}
        rows.append(Row(values))
    create_many(records.get("customer"), rows, actor=world.actor("admin"), also=("owner",))
    people = [(row.record, world.names.contact(one.company)) for one, row in zip(plans, rows, strict=True)]
    create_many(
        records.get("contact"),
        [Row({"customer": customer, **_contact_values(details), "is_primary": True}) for customer, details in people],
        actor=world.actor("admin"),
    )
    before.bring_in(world, old_deals, [(row.record, one.company) for one, row in zip(plans, rows, strict=True)])
    for one, row, (_customer, details) in zip(plans, rows, people, strict=True):
        talk = Talk(one.company, details.addressed)
        world.start(world.later(1, one.every), _care(world, row.record.pk, one, talk))
    groups = [row.record for row in rows[:6]]
    for number, row in enumerate(rows[6:16]):
        parent = groups[number % len(groups)]
        if row.record.owner_id == parent.owner_id:
            customers.edit(row.record, actor=world.actor(row.record.owner_id), values={"parent": parent})


def _granary(one: Plan) -> Plan:
    """The customer whom “shgc” finds, always well looked after."""
    company = one.company._replace(
        name="上海谷仓智能科技有限公司", short_name="谷仓智能", industry="自动化设备", province_code="310000",
        province="上海市", city_code="310100", city="上海", district="浦东新区",
    )  # fmt: skip
    return replace(one, company=company, every=60, forgotten_after=None, deals=max(1, one.deals))


def _arrival(world: World, one: Plan) -> Life:
    """A salesperson enters a new customer with its first contact, and goes on from there."""
    actor = world.actor(one.seller)
    if one.seller == LEAVER and not world.members[LEAVER].may_work:
        return
    values = values_of(world, one.company, world.chance.choice(_SOURCES))
    customer = customers.create(actor=actor, values=values).record
    talk = add_contact(world, customer, one.company, primary=True)
    yield clock.now() + timedelta(minutes=world.chance.randint(3, 40))
    again = world.later(2, 9)
    write_down(world, customer, actor.member_id or 0, talk, "lead", next_on=again.date())
    customers.progress(customer, actor=actor, status="engaged")
    yield again
    yield from _care(world, customer.pk, one, talk)


def _neglected(world: World, seller: str) -> Life:
    """A customer who was called once and never again: today it is about to fall to the pool."""
    company = world.company_in(EAST if seller in EASTERN else SOUTH)
    customer = customers.create(actor=world.actor(seller), values=values_of(world, company, Source.CALLING)).record
    talk = add_contact(world, customer, company, primary=True)
    write_down(world, customer, customer.owner_id or 0, talk, "lead")
    return
    yield


def _person(world: World, seller: str) -> Life:
    """A private person who buys a small thing, as workshops do."""
    person = world.names.person()
    company = world.company_in(EAST if seller in EASTERN else SOUTH)
    values = {
        "name": person.name, "kind": Kind.PERSON, "phone": world.names.mobile(), "province": company.province,
        "city": company.city, "source": world.chance.choice((Source.PHONE, Source.WEBSITE, Source.REFERRAL)),
    }  # fmt: skip
    if not world.members[seller].may_work:
        return
    customer = customers.create(actor=world.actor(seller), values=values).record
    talk = Talk(company, person.surname + ("女士" if person.gender == "female" else "先生"))
    one = Plan(seller, company, 70, 30 if world.maybe(0.3) else None, 0)
    yield from _care(world, customer.pk, one, talk)


def _exhibition_list(world: World) -> None:
    """Visitors of a trade fair, taken straight into the pool by the director."""
    rows = []
    for _ in range(POOLED):
        company = world.company_in(EAST if world.maybe(0.6) else SOUTH)
        rows.append(Row({**values_of(world, company, Source.EXHIBITION), "level": "", "pooled_at": clock.now()}))
    create_many(records.get("customer"), rows, actor=world.actor("admin"), also=("pooled_at",))


def add_contact(world: World, customer: Customer, company: CompanyName, *, primary: bool) -> Talk:
    """A contact at the customer, entered by its owner; returns whom one talks with from now on."""
    details = world.names.contact(company)
    values = {"customer": customer, **_contact_values(details), "is_primary": primary}
    contacts.create(actor=world.actor(customer.owner_id), values=values)
    return Talk(company, details.addressed)


def _contact_values(details: Any) -> dict[str, Any]:
    return {
        "name": details.person.name, "position": details.title, "mobile": details.mobile, "phone": details.landline,
        "email": details.email,
    }  # fmt: skip


# --- how they are cared for ---


def _care(world: World, pk: int, one: Plan, talk: Talk) -> Life:
    """Calls and visits every so often, further contacts, deals now and then; until somebody forgets."""
    began = clock.now()
    due = sorted(world.chance.uniform(0, 0.5) for _ in range(one.deals))
    while True:
        customer = Customer.objects.filter(pk=pk).first()
        if customer is None or customer.owner_id is None:
            return
        if one.forgotten_after is not None and clock.now() - began > timedelta(days=one.forgotten_after):
            return
        again = world.later(one.every // 2, one.every + one.every // 2)
        stage = world.chance.choices(("care", "needs", "service", "lead"), (58, 20, 14, 8))[0]
        write_down(world, customer, customer.owner_id, talk, stage, next_on=again.date() if world.maybe(0.8) else None)
        if world.maybe(0.16) and Contact.objects.filter(customer=customer).count() < 4:
            add_contact(world, customer, one.company, primary=False)
        passed = (clock.now() - began) / timedelta(days=DAYS_OF_HISTORY)
        if due and passed >= due[0] and customer.kind == Kind.ORGANISATION:
            due.pop(0)
            yield world.later(2, 9)
            yield from deals.deal(world, pk, talk)
            again = world.later(one.every // 2, one.every)
        yield again


def _claim(world: World) -> Life:
    """Somebody takes a customer out of the pool, makes an effort, and perhaps keeps it."""
    seller = world.chance.choice(SELLERS)
    member = world.members[seller]
    if not member.may_work or member.joined_on is None:
        return
    ago = clock.now() - timedelta(days=20)
    free = (
        Customer.objects.filter(owner=None, pooled_at__lt=ago)
        .exclude(previous_owner=member)
        .order_by("pooled_at", "id")
    )
    customer = free.first()
    if customer is None:
        return
    customer = pool.claim(customer, actor=world.actor(seller)).record
    company = world.company_in(EAST if seller in EASTERN else SOUTH)
    talk = Talk(company._replace(short_name=customer.short_name or customer.name))
    if customer.kind == Kind.ORGANISATION:
        found = Contact.objects.filter(customer=customer).first()
        talk.who = f"{found.name[0]}经理" if found else "负责人"
    yield clock.now() + timedelta(minutes=25)
    again = world.later(3, 12)
    write_down(world, customer, member.pk, talk, "lead", next_on=again.date())
    yield again
    yield from _care(world, customer.pk, Plan(seller, company, 45, None, int(world.maybe(0.4))), talk)


# --- hands change ---


def hand_over(world: World) -> None:
    """One salesperson leaves; the manager gives the customers to those who stay, with a word about each."""
    from gucang.accounts.actions import members

    leaver, manager = world.members[LEAVER], world.actor(MANAGER_OF[LEAVER])
    takers = [world.members[name] for name in EASTERN if name != LEAVER]
    for number, customer in enumerate(Customer.objects.filter(owner=leaver).order_by("id")):
        customers.assign(
            customer, actor=manager, owner=takers[number % len(takers)], note="吴倩离职交接，跟进记录都在，先打个招呼。"
        )
    for number, task in enumerate(Task.objects.filter(assignee=leaver, done_at=None).order_by("id")):
        if task.due_on and task.due_on > clock.today():
            tasks.assign(task, actor=manager, to=takers[number % len(takers)])
        else:
            tasks.complete(task, actor=world.actor(LEAVER))
    world.members[LEAVER] = members.leave(leaver, actor=world.actor("admin"), on=clock.today()).record


def leaving_day(world: World) -> Any:
    return world.moment(world.first_day + timedelta(days=DAYS_OF_HISTORY - LEAVES_DAYS_AGO), 16)


__all__ = ["begin", "hand_over", "leaving_day", "plain_values"]
