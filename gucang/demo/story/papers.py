"""Quotes and orders: of deals under way, with their versions and answers, and one discount that waits for a manager."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from gucang.demo.story import shipping
from gucang.demo.story.agreement import SUPERIOR, policy
from gucang.demo.story.world import Life, World, working_day
from gucang.kernel import clock, lines, reactions
from gucang.kernel.actors import Actor, system
from gucang.kernel.errors import NeedsApproval, Problem
from gucang.ordering.actions import orders
from gucang.ordering.models import SalesOrder
from gucang.parties.models import Customer
from gucang.selling.actions import quotes
from gucang.selling.models import Opportunity, Quote
from gucang.stock.models import Product

FIRST_AFTER = 25
LARGE = 300_000
REASONS = ("价格高于竞争对手", "项目推迟到明年", "改用了别的方案", "预算没有批下来")
NOTES = ("含包装和运费", "交期以收到预付款起算", "质保一年", "含安装调试", "")


def begin(world: World) -> None:
    """Every few days somebody writes a quote for a deal, and now and then a customer orders without one."""
    chance = random.Random(f"{world.seed} papers")
    day, number = world.first_day + timedelta(days=FIRST_AFTER), 0
    while day < world.today:
        number += 1
        own = random.Random(f"{world.seed} paper {number}")
        life = _again(world, own) if number % 6 == 0 else _quoted(world, own)
        world.start(_moment(chance, day), life)
        day += timedelta(days=chance.randint(4, 9))


def _moment(chance: random.Random, day: date) -> datetime:
    at = time(chance.randint(9, 16), chance.randrange(60), chance.randrange(60))
    return timezone.make_aware(datetime.combine(working_day(day), at))


def _later(chance: random.Random, least: int, most: int) -> datetime:
    found = _moment(chance, clock.today() + timedelta(days=chance.randint(least, most)))
    return max(found, clock.now() + timedelta(minutes=20))


def _lines(chance: random.Random, most_discount: int = 5) -> list[dict[str, Any]]:
    offered = list(Product.objects.filter(active=True, list_price__gt=0).order_by("id").values_list("pk", flat=True))
    return [
        {
            "product": pk, "quantity": chance.choice((1, 2, 4, 6, 8, 10, 12, 20)),
            "discount": chance.choice((0, 0, 0, 2, 3, most_discount)),
            "note": chance.choice(("", "", "按图纸", "现货")),
        }
        for pk in chance.sample(offered, chance.randint(1, 5))
    ]  # fmt: skip


def _deal(chance: random.Random) -> Opportunity | None:
    """A deal under way that has no quote yet; not a large one, because those wait for others at the end."""
    found = Opportunity.objects.filter(state="open", private=False, owner__isnull=False, quotes__isnull=True)
    some = list(found.filter(customer__owner__isnull=False).select_related("customer").order_by("id")[:60])
    return chance.choice(some) if some else None


def _quoted(world: World, chance: random.Random) -> Life:
    deal = _deal(chance)
    if deal is None:
        return
    actor = world.actor(deal.owner_id)
    values = {
        "customer": deal.customer_id, "contact": deal.contact_id, "opportunity": deal.pk, "lines": _lines(chance),
        "valid_until": clock.today() + timedelta(days=30), "note": chance.choice(NOTES),
    }  # fmt: skip
    quote = quotes.create(actor=actor, values=values).record
    yield _later(chance, 0, 2)
    if not _try(lambda: quotes.send(quote, actor=actor)):
        return
    yield _later(chance, 3, 9)
    if chance.random() < 0.3:
        quote = quotes.revise(quote, actor=actor).record.made
        more = {"discount": chance.choice((2, 3, 5)), "valid_until": clock.today() + timedelta(days=30)}
        quotes.edit(quote, actor=actor, values=more)
        yield _later(chance, 0, 1)
        quotes.send(quote, actor=actor)
        yield _later(chance, 2, 8)
    yield from _answered(world, chance, Quote.objects.get(pk=quote.pk), actor)


def _answered(world: World, chance: random.Random, quote: Quote, actor: Actor) -> Life:
    fate = chance.random()
    if fate < 0.2:
        quotes.decline(quote, actor=actor, reason=chance.choice(REASONS))
        return
    if fate < 0.35 and quote.valid_until is not None:
        yield _moment(chance, quote.valid_until + timedelta(days=1))
        _try(lambda: quotes.expire(quote, actor=system()))
        return
    quotes.accept(quote, actor=actor, note="客户邮件确认。")
    yield _later(chance, 0, 2)
    order = quotes.make_order(quote, actor=actor).record.made
    yield from _carried_out(world, chance, order, actor)


def _again(world: World, chance: random.Random) -> Life:
    """A customer who has bought before orders again, without a quote."""
    found = Customer.objects.filter(status="buyer", owner__isnull=False).order_by("id")
    buyers = list(found[:80])
    if not buyers:
        return
    customer = chance.choice(buyers)
    actor = world.actor(customer.owner_id)
    values = {
        "customer": customer.pk,
        "lines": _lines(chance, 3),
        "customer_number": f"PO-{chance.randint(1000, 9999)}",
    }
    yield from _carried_out(world, chance, orders.create(actor=actor, values=values).record, actor)


def _carried_out(world: World, chance: random.Random, order: SalesOrder, actor: Actor) -> Life:
    due = working_day(clock.today() + timedelta(days=chance.randint(14, 35)))
    orders.edit(order, actor=actor, values={"deliver_by": due, "address": "按客户收货地址"})
    yield _later(chance, 0, 2)
    if not _try(lambda: orders.approve(order, actor=actor)):
        return
    if chance.random() < 0.15:
        yield _later(chance, 2, 6)
        order = orders.revise(order, actor=actor, reason="客户追加数量").record
        first = lines.of(order)[0].key
        orders.edit(order, actor=actor, values={"lines": {first: {"quantity": chance.choice((15, 16, 24))}}})
        yield _later(chance, 0, 1)
        orders.approve(order, actor=actor)
    if chance.random() < 0.06:
        yield _later(chance, 3, 9)
        orders.cancel(order, actor=actor, reason="客户项目取消")
        return
    leaves = _moment(chance, due + timedelta(days=chance.randint(-3, 4)))
    yield max(leaves - timedelta(days=6), clock.now() + timedelta(minutes=20))
    _try(lambda: shipping.first_part(world, order, actor))
    yield max(leaves, clock.now() + timedelta(minutes=20))
    if _try(lambda: shipping.the_rest(world, order, actor)):
        yield clock.now() + timedelta(days=2)
        _try(lambda: orders.complete(order, actor=actor))


def _try(deed: Any) -> bool:
    """Whether it could be done: a customer may have changed hands, a deal been lost meanwhile."""
    try:
        deed()
    except Problem:
        return False
    return True


# ---- this morning ---------------------------------------------------------------------------------------------------


def tell(world: World) -> None:
    """The policies about discounts and large orders; a quote and an order that wait for the seller's manager."""
    step = {"name": "部门经理", "mode": "all", "who": [SUPERIOR], "hours": 8, "late": "superior"}
    _at(world, 5, lambda: policy(world, "折扣超出授权", "quote.send", "over_discount__gte=0.01", [step]))
    _at(world, 4, lambda: policy(world, "大额订单", "sales_order.approve", f"total__gte={LARGE}", [step]))
    _at(world, 3, lambda: _beyond(world, "li.xiangdong"))
    _at(world, 2.95, lambda: _given(world, "li.xiangdong"))
    _at(world, 2.92, lambda: _large(world, "li.xiangdong"))


def _at(world: World, minutes: float, deed: Any) -> None:
    with clock.at(world.now - timedelta(minutes=minutes)), reactions.at_once():
        deed()


def _given(world: World, seller: str) -> None:
    """An order with a service for nothing, which nobody has registered as a promise."""
    actor = world.actor(seller)
    customer = Customer.objects.filter(owner=world.members[seller], status="buyer").order_by("id").first()
    service = Product.objects.filter(stocked=False, active=True).order_by("id").first()
    goods = Product.objects.filter(stocked=True, active=True, list_price__gt=0).order_by("list_price", "id").first()
    if customer is None or service is None or goods is None:
        return
    rows = [{"product": goods.pk, "quantity": 2}, {"product": service.pk, "quantity": 1, "price": 0}]
    order = orders.create(actor=actor, values={"customer": customer.pk, "lines": rows}).record
    orders.approve(order, actor=actor)


def _large(world: World, seller: str) -> None:
    """So much of one product that a manager has to agree; the warehouse and the books wait for that."""
    actor = world.actor(seller)
    customer = Customer.objects.filter(owner=world.members[seller], status="buyer").order_by("-id").first()
    goods = Product.objects.filter(stocked=True, active=True, list_price__gt=0).order_by("-list_price", "id").first()
    if customer is None or goods is None or goods.list_price is None:
        return
    rows = [{"product": goods.pk, "quantity": int(LARGE / goods.list_price) + 1}]
    values = {"customer": customer.pk, "lines": rows, "deliver_by": working_day(world.today + timedelta(days=12))}
    order = orders.create(actor=actor, values=values | {"note": "客户等着装机，最好今天批。"}).record
    try:
        orders.approve(order, actor=actor)
    except NeedsApproval:
        return


def _beyond(world: World, seller: str) -> None:
    """Twelve per cent off every line, where five need nobody."""
    actor, chance = world.actor(seller), random.Random(f"{world.seed} beyond")
    customer = Customer.objects.filter(owner=world.members[seller]).order_by("-id").first()
    if customer is None:
        return
    rows = [row | {"discount": 12, "note": ""} for row in _lines(chance)]
    values = {"customer": customer.pk, "lines": rows, "valid_until": world.today + timedelta(days=15)}
    quote = quotes.create(actor=actor, values=values | {"note": "客户要求一次签两年，申请让利。"}).record
    try:
        quotes.send(quote, actor=actor)
    except NeedsApproval:
        return


__all__ = ["begin", "tell"]
