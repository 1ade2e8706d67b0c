"""Deals: from the first talk along the stages to an order, a loss, or where they stand today."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from gucang.demo.story.talking import Talk, write_down
from gucang.demo.story.world import Life, World, working_day
from gucang.kernel import clock
from gucang.parties.actions import contacts
from gucang.parties.models import Contact, Customer
from gucang.selling.actions import opportunities
from gucang.selling.models import LossReason, Opportunity, Pipeline, Stage

_TALK_AT = ("needs", "needs", "quote", "talks", "talks")
WON, LOST, ASLEEP = "won", "lost", "asleep"


def deal(world: World, customer_id: int, talk: Talk) -> Life:
    """One deal with a customer, by whoever owns it at the time."""
    customer = Customer.objects.filter(pk=customer_id, owner__isnull=False).first()
    if customer is None:
        return
    seller = customer.owner_id or 0
    talk.product = world.product()
    talk.amount = _amount(world, talk.product.price)
    contact = Contact.objects.filter(customer=customer).order_by("-is_primary", "id").first()
    values = {
        "name": world.names.opportunity_name(talk.company, talk.product), "customer": customer, "contact": contact,
        "pipeline": _pipeline(world, talk.amount), "amount": Decimal(talk.amount),
        "closes_on": working_day(clock.today() + timedelta(days=world.chance.randint(35, 110))),
        "private": world.maybe(0.04), "extra.cost": Decimal(talk.amount) * (60 + customer.pk % 25) / 100,
    }  # fmt: skip
    found = opportunities.create(actor=world.actor(seller), values=values).record
    yield from along(world, found.pk, talk)


def along(world: World, pk: int, talk: Talk) -> Life:
    """Bring a deal forward, talk by talk, to the end that chance has for it."""
    fate = world.chance.choices((WON, LOST, ASLEEP), (50, 34, 16))[0]
    steps = 0
    last_step = world.chance.randint(1, 3) if fate != WON else 99
    while True:
        again = world.later(4, 17)
        found = Opportunity.objects.filter(pk=pk).select_related("stage", "customer").first()
        if found is None or found.state != "open" or found.owner_id is None:
            return
        talk_at = _TALK_AT[min(steps, len(_TALK_AT) - 1)]
        write_down(world, found, found.owner_id, talk, talk_at, next_on=again.date())
        yield again
        found = Opportunity.objects.select_related("stage", "customer").get(pk=pk)
        if found.state != "open":
            return
        steps += 1
        following = _following(found.stage)
        if steps > last_step and fate == ASLEEP:
            return
        if steps > last_step and fate == LOST:
            _lose(world, found, talk)
            return
        if following is None:
            _win(world, found, talk)
            return
        _fill_in(world, found, talk)
        found = opportunities.move(found, actor=world.actor(found.owner_id), stage=following).record
        if world.maybe(0.3):
            talk.amount = max(1000, int(talk.amount * world.chance.uniform(0.85, 1.2)) // 100 * 100)
            opportunities.edit(found, actor=world.actor(found.owner_id), values={"amount": Decimal(talk.amount)})
        yield world.later(3, 12)


def _win(world: World, found: Opportunity, talk: Talk) -> None:
    actor = world.actor(found.owner_id)
    found = opportunities.win(found, actor=actor, note="合同已签，首付款三天内到。").record
    write_down(world, found.customer, actor.member_id or 0, talk, "won", next_on=world.later(5, 20).date())


def _lose(world: World, found: Opportunity, talk: Talk) -> None:
    actor = world.actor(found.owner_id)
    reason = world.chance.choice(list(LossReason.objects.order_by("position", "id")))
    note = world.names.follow_up("lost", talk.who, product=talk.product, amount=talk.amount).note
    opportunities.lose(found, actor=actor, reason=reason, note=note)


def _fill_in(world: World, found: Opportunity, talk: Talk) -> None:
    """What later stages ask for: a contact and a day, where a deal that grew from a lead has none yet."""
    actor, values = world.actor(found.owner_id), {}
    if found.contact_id is None:
        details = world.names.contact(talk.company)
        person = {"name": details.person.name, "mobile": details.mobile, "position": details.title}
        values["contact"] = contacts.create(actor=actor, values={"customer": found.customer, **person}).record
        talk.who = details.addressed
    if found.closes_on is None:
        values["closes_on"] = working_day(clock.today() + timedelta(days=world.chance.randint(20, 70)))
    if values:
        opportunities.edit(found, actor=actor, values=values)


def _following(stage: Stage) -> Stage | None:
    """The next open stage of the pipeline; None at the last one."""
    later = Stage.objects.filter(pipeline_id=stage.pipeline_id, kind="open", position__gt=stage.position)
    return later.order_by("position").first()


def _amount(world: World, price: int) -> int:
    """What a deal is worth, in whole hundreds of yuan."""
    pieces = world.chance.choice((2, 4, 6, 8, 10, 12, 20, 24, 36, 60))
    return max(2_000, min(price * pieces, 1_800_000) // 100 * 100)


def _pipeline(world: World, amount: int) -> Pipeline:
    """Large deals go along the long way of projects."""
    return Pipeline.objects.order_by("position", "id")[1 if amount > 150_000 and world.maybe(0.7) else 0]


__all__ = ["along", "deal"]
