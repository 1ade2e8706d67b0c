"""谷仓演示公司: a year of a trader of automation parts, told by the actions that everybody uses, at their dates."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import translation

from gucang.accounts.setup import create_company
from gucang.demo.story import (
    agreement,
    audit,
    automations,
    books,
    cast,
    court,
    customers,
    goods,
    heading,
    hours,
    leads,
    machines,
    money,
    papers,
    present,
    promises,
    setting,
    shipping,
    stores,
    tickets,
    training,
)
from gucang.demo.story.world import Say, World, silent
from gucang.kernel import clock, events, reactions, seals
from gucang.kernel.models import Company
from gucang.kernel.scope import company_scope

SLUG, NAME = "demo", "谷仓演示公司"


def tell(seed: int = 1, now: datetime | None = None, say: Say = silent) -> Company:
    """Make the demo company and the training company; everything has happened by `now`. `say` hears each month.

    All of it is one transaction: a program that is killed in the middle leaves nothing, and the next start tells the
    story again. Only the partitions of the log come before, because making them would stop every reader meanwhile.
    """
    world = World(seed, now or clock.now(), say)
    events.ensure_months(world.first_day, ahead=15)
    with translation.override("zh-hans"), transaction.atomic():
        company = _tell(world)
        with company_scope(company), clock.at(world.now), reactions.quietly():
            log = tickets.bring(world)
        say("演练公司 the practice company")
        training.tell(seed, world)
    with translation.override("zh-hans"):
        tickets.compare(world, company, log)
    return company


def _tell(world: World) -> Company:
    with clock.at(world.moment(world.first_day, 8, 0)), reactions.quietly():
        company = create_company(NAME, SLUG)
        with company_scope(company):
            world.say("人员与设置 its people and what they set up")
            cast.hire_everybody(world)
            setting.set_up(world)
            heading.set_up(world)
            hours.set_up(world)
            goods.set_up(world)
            money.set_up(world)
            stores.set_up(world)
            books.set_up(world)
    with company_scope(company):
        customers.begin(world)
        leads.begin(world)
        present.every_night(world)
        present.begin(world)
        automations.begin(world)
        machines.begin(world)
        papers.begin(world)
        stores.begin(world)
        money.begin(world)
        setting.begin(world)
        hours.begin(world)
        promises.begin(world)
        audit.begin(world)
        books.begin(world)
        court.begin(world)
        world.once(customers.leaving_day(world), lambda: customers.hand_over(world))
        world.run()
        world.say("最近几天 the last days")
        agreement.tell(world)
        papers.tell(world)
        shipping.tell(world)
        money.tell(world)
        books.judge(world)
        court.tell(world)
        audit.tell(world)
        seals.seal_days()
    return company


__all__ = ["NAME", "SLUG", "silent", "tell"]
