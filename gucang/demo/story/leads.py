"""Enquiries: they come to the service desk, somebody takes them, and they become customers or nothing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from gucang.demo.story import deals
from gucang.demo.story.cast import EAST, EASTERN, MANAGER_OF, SELLERS, SOUTH
from gucang.demo.story.talking import Talk, write_down
from gucang.demo.story.world import Life, World
from gucang.kernel import clock
from gucang.parties.models import Source
from gucang.selling.actions import leads
from gucang.selling.models import Lead

COUNT = 52
_SOURCES = (Source.WEBSITE, Source.PHONE, Source.ADVERTISING, Source.EXHIBITION)
_WISHES = (
    "网站留言：想要一份选型手册，另外问{product}的交期。",
    "来电：现在的供应商交期太长，想找第二家，先问{product}的价格。",
    "展会名片：新厂年底投产，{product}大约要二十套。",
    "网站留言：老设备上的{product}停产了，问有没有替换型号。",
    "来电：急用一台{product}，问有没有现货。",
    "小程序询价：{product}三种规格，要含税价。",
)
_REASONS = ("同行询价，不是最终用户", "电话三次都没人接", "今年没有预算", "要的产品我们不做", "和已有客户重复")


def begin(world: World) -> None:
    """Most enquiries are of the last months; the newest ones nobody has taken yet."""
    for number in range(COUNT):
        world.start(world.in_history(4, 14 + number * 7), _enquiry(world))
    recent = [world.moment(world.last_working_day(1 + number // 3), 9 + number * 2 % 8) for number in range(7)]
    for number, moment in enumerate(recent):
        world.start(moment, _enquiry(world, waits=number % 2 == 0))


def _enquiry(world: World, *, waits: bool = False) -> Life:
    """One enquiry. `waits`: nobody takes it before the story ends."""
    seller = world.chance.choice(SELLERS)
    company = world.company_in(EAST if seller in EASTERN else SOUTH)
    details, product = world.names.contact(company), world.product()
    values = {
        "name": company.name, "contact_name": details.person.name, "phone": details.mobile, "email": details.email,
        "source": world.chance.choice(_SOURCES), "province": company.province, "city": company.city,
        "note": world.chance.choice(_WISHES).format(product=product.name),
    }  # fmt: skip
    lead = leads.create(actor=world.actor("chen.yu"), values=values).record
    if waits:
        return
    yield world.later(0, 2)
    member = world.members[seller]
    if not member.may_work:
        return
    if world.maybe(0.35):
        leads.assign(
            lead, actor=world.actor(MANAGER_OF[MANAGER_OF[seller]]), owner=member, note="离你近，今天先回个电话。"
        )
    else:
        leads.take(lead, actor=world.actor(seller))
    yield clock.now() + timedelta(minutes=world.chance.randint(8, 300))
    talk = Talk(company, details.addressed, product, world.chance.randint(3, 40) * 10_000)
    yield from _work_on(world, lead.pk, seller, talk)


def _work_on(world: World, pk: int, seller: str, talk: Talk) -> Life:
    actor = world.actor(seller)
    lead = leads.contact(Lead.objects.get(pk=pk), actor=actor, note="打通了，说了来意。").record
    write_down(world, lead, actor.member_id or 0, talk, "lead", next_on=world.later(2, 6).date())
    yield world.later(2, 8)
    fate = world.chance.random()
    if fate < 0.2 or not world.members[seller].may_work:
        return
    if fate < 0.45:
        leads.discard(lead, actor=actor, reason=world.chance.choice(_REASONS))
        return
    lead = leads.qualify(lead, actor=actor).record
    if fate < 0.55:
        return
    yield world.later(1, 5)
    made = world.maybe(0.7)
    name, amount = world.names.opportunity_name(talk.company, talk.product), Decimal(talk.amount)
    if made:
        lead = leads.convert(lead, actor=actor, opportunity=name, amount=amount).record
    else:
        lead = leads.convert(lead, actor=actor).record
    yield world.later(2, 8)
    if made:
        yield from deals.along(world, lead.opportunity_id, talk)
