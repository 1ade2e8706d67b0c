"""What customers owe and pay: terms and steps of dunning, opening balances, a receivable for each deal won, payments in
time and late; and this morning's money, with a write-off that waits for the general manager.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from gucang.approvals.actions import policies
from gucang.billing import jobs as billing_jobs
from gucang.billing.actions import credit, invoices, payments, receivables, setup
from gucang.billing.models import OPEN_STATES, Instalment, Payment, PaymentTerms, Receivable, ReceivableState
from gucang.books import actions as books
from gucang.demo.story.world import Life, World, working_day
from gucang.kernel import clock, reactions
from gucang.kernel.errors import NeedsApproval
from gucang.parties.models import Customer
from gucang.promises.actions import booking
from gucang.promises.kinds import Kind
from gucang.promises.models import Promise
from gucang.selling.models import Opportunity

ACCOUNTANT = "zhao.min"
PLANS = (
    ("货到 30 天", "货到 30 天"),
    ("月结 60", "月结 60"),
    ("30% 预付 + 70% 验收后", "30% 预付，70% 验收后 30 天"),
    ("款到发货", "预付"),
)
STEPS = (
    ("到期提醒", 3, "owner", "task", "打电话问什么时候付款"),
    ("上级跟进", 15, "superior", "message", "和负责人一起看怎么催"),
    ("财务催款", 30, "finance", "message", "寄对账单，发催款函"),
)
MOST_OPENING = 12
# So many days ago somebody got spare parts that are not paid for: 75 and 45 days late by now.
SLOW = (105, 75)
EVERYBODYS_LIMIT = "2000000"
IN_TIME, LATE, NEVER = "in time", "late", "never"


def set_up(world: World) -> None:
    """Payment terms and the steps of dunning, on the first day."""
    by = world.actor(ACCOUNTANT)
    for name, plan in PLANS:
        setup.create_terms(actor=by, values={"name": name, "plan": plan})
    for name, days, tells, does, text in STEPS:
        values = {"name": name, "days_after_due": days, "tells": tells, "does": does, "text": text}
        setup.create_step(actor=by, values=values)
    usual = PaymentTerms.objects.get(name=PLANS[0][0])
    credit.create(actor=by, values={"limit": EVERYBODYS_LIMIT, "terms": usual, "note": "新客户先按这个来。"})


def begin(world: World) -> None:
    """Opening balances in the first month, and every week the receivables of what was won."""
    world = world.aside("money")
    world.start(world.moment(working_day(world.first_day + timedelta(days=30))), _opening(world))
    world.start(world.moment(working_day(world.first_day + timedelta(days=33))), _weekly(world))
    for place, back in enumerate(SLOW):
        day = working_day(world.today - timedelta(days=back))
        world.once(world.moment(day), partial(_slow, world, place))


def _opening(world: World) -> Life:
    """What the first customers still owed from the year before."""
    for customer in list(Customer.objects.filter(owner__isnull=False).order_by("id")[:MOST_OPENING]):
        billed = world.first_day - timedelta(days=world.chance.randint(20, 330))
        values = {
            "name": "期初欠款", "customer": customer, "amount": Decimal(world.chance.randint(20, 400) * 100) / 4,
            "billed_on": billed, "due_on": billed + timedelta(days=60), "note": "上线时从旧账转入。",
        }  # fmt: skip
        made = receivables.create(actor=world.actor(ACCOUNTANT), values=values).record
        world.start(world.later(10, 150), _paid(world, made.pk))
    return
    yield


def _slow(world: World, place: int) -> None:
    """Spare parts for somebody who pays half and then nothing, so that there is money of every age."""
    customer = Customer.objects.filter(owner__isnull=False, status="buyer").order_by("id")[place]
    values = {
        "name": "备件补货", "customer": customer, "amount": Decimal("18600.50") + 4200 * place,
        "billed_on": clock.today(), "terms": PaymentTerms.objects.get(name=PLANS[0][0]),
    }  # fmt: skip
    made = receivables.create(actor=world.actor(ACCOUNTANT), values=values).record
    if place == 0:
        _pay(world, made, Decimal("9000"))


def _weekly(world: World) -> Iterator[datetime]:
    done: set[int] = set()
    while True:
        # What was ordered is owed by its deliveries.
        won = Opportunity.objects.filter(state="won", orders=None).exclude(pk__in=done)
        for deal in won.select_related("customer"):
            done.add(deal.pk)
            if deal.amount > 0:
                world.start(world.later(6, 25), _delivered(world, deal.pk))
        yield world.later(6, 8)


def _delivered(world: World, deal_id: int) -> Life:
    """A deal's goods have gone out: the receivable, its acceptance, its invoice, and then the payments."""
    deal = Opportunity.objects.select_related("customer").get(pk=deal_id)
    terms = _terms_for(world, deal.amount)
    values = {
        "name": deal.name, "customer": deal.customer, "amount": deal.amount, "billed_on": clock.today(), "terms": terms,
        "source_label": deal.number,
    }  # fmt: skip
    made = receivables.create(actor=world.actor(ACCOUNTANT), values=values).record
    yield world.later(1, 6)
    if world.maybe(0.7):
        _invoice(world, made)
    world.start(clock.now() + timedelta(minutes=5), _paid(world, made.pk))
    if any(one.due_on is None for one in Instalment.objects.filter(receivable=made)):
        yield world.later(15, 40)
        found = Receivable.objects.get(pk=made.pk)
        if found.accepted_on is None and found.state in OPEN_STATES:
            receivables.accept(found, actor=world.actor(ACCOUNTANT))


def _paid(world: World, pk: int) -> Life:
    """Instalment by instalment, as far as chance has the customer pay."""
    fate = world.chance.choices((IN_TIME, LATE, NEVER), (78, 17, 5))[0]
    while True:
        found = Receivable.objects.filter(pk=pk, state__in=OPEN_STATES).first()
        if found is None or (fate == NEVER and found.paid_amount > 0):
            return
        due = found.next_due_on
        if due is None:
            yield world.later(12, 20)
            continue
        spread = (-4, 6) if fate == IN_TIME else (12, 55) if fate == LATE else (900, 901)
        day = working_day(max(due + timedelta(days=world.chance.randint(*spread)), clock.today() + timedelta(days=1)))
        yield world.moment(day)
        found = Receivable.objects.filter(pk=pk, state__in=OPEN_STATES).first()
        if found is None:
            return
        one = found.instalments.filter(is_open=True, due_on=found.next_due_on).order_by("position").first()
        if one is not None:
            amount = one.open_amount if world.maybe(0.9) else (one.open_amount / 2).quantize(Decimal("1.00"))
            _pay(world, found, max(amount, Decimal("0.01")))
        yield world.later(1, 3)


def _pay(world: World, owed: Receivable, amount: Decimal, **values: Any) -> Payment:
    day = clock.today()
    given = {
        "customer": owed.customer, "amount": amount, "pays": owed, "received_on": day,
        "method": world.chance.choices(("transfer", "draft", "cash"), (85, 12, 3))[0],
        "bank_reference": f"{day:%Y%m%d}{world.chance.randint(10**7, 10**8 - 1)}", **values,
    }  # fmt: skip
    paid: Payment = payments.create(actor=world.actor(ACCOUNTANT), values=given).record
    return paid


def _invoice(world: World, owed: Receivable) -> None:
    special = bool(owed.customer.credit_code)
    values = {
        "number": f"26{world.chance.randint(10**17, 10**18 - 1)}", "customer": owed.customer, "receivable": owed,
        "kind": "e_special" if special else "e_ordinary", "amount": owed.amount,
        "tax": (owed.amount * 13 / 113).quantize(Decimal("0.01")), "issued_on": clock.today(),
    }  # fmt: skip
    invoices.create(actor=world.actor(ACCOUNTANT), values=values)


def _terms_for(world: World, amount: Decimal) -> PaymentTerms:
    """Large deals in instalments, small ones before the goods go out."""
    place = 2 if amount > 150_000 else 3 if amount < 8_000 else world.chance.choices((0, 1), (65, 35))[0]
    return PaymentTerms.objects.get(name=PLANS[place][0])


def tell(world: World) -> None:
    """This morning: reminders, payments of half and of more than was owed, one that nobody has allocated, a promised
    day, and a write-off that waits.
    """
    world = world.aside("this morning's money")
    _at(world, 2.8, lambda: _policy(world))
    _at(world, 2.5, billing_jobs.dun)
    late = _late()
    if len(late) > 4:
        half = (late[4].open_amount / 2).quantize(Decimal("1.00"))
        _at(world, 2.2, lambda: _pay(world, late[4], half))
    if len(late) > 3:
        _at(world, 2, lambda: _pay(world, late[0], late[0].open_amount + Decimal("300")))
        _at(world, 1.7, lambda: _pay(world, late[1], Decimal("2000"), pays=None, note="没有写是哪一笔。"))
        seller = world.actor(late[2].customer.owner_id)
        promised = working_day(world.today + timedelta(days=4))
        _at(world, 1.4, lambda: receivables.note_promise(late[2], actor=seller, on=promised, note="对方财务说下周一付"))
        _at(world, 0.9, lambda: _write_off(world, late[3]))
        terms = {"customer": late[0].customer, "limit": "50000", "late_days": 30, "note": "逾期太久，先款后货。"}
        _at(world, 0.8, lambda: _book_a_rebate(world))
        _at(world, 0.7, lambda: credit.create(actor=world.actor(ACCOUNTANT), values=terms))
    _at(world, 0.5, lambda: _other_terms(world))
    _at(world, 0.4, lambda: _close(world))


def _other_terms(world: World) -> None:
    """A delivery of these days is paid later than its customer's terms say, and nobody has registered that."""
    fresh = Receivable.objects.filter(order__isnull=False, state=ReceivableState.OPEN).order_by("-billed_on", "-pk")
    terms = PaymentTerms.objects.get(name=PLANS[1][0])
    for receivable in fresh.exclude(terms=terms)[:1]:
        receivables.edit(receivable, actor=world.actor(ACCOUNTANT), values={"terms": terms})


def _late() -> list[Receivable]:
    """What has been late the longest, of customers somebody owns."""
    found = Receivable.objects.filter(open_order__gt=0, next_due_on__lt=clock.today(), customer__owner__isnull=False)
    return list(found.select_related("customer", "customer__owner").order_by("next_due_on", "id")[:5])


def _policy(world: World) -> None:
    values = {"name": "核减要总经理同意", "record_type": "receivable", "action": "receivable.write_off"}
    made = policies.create(actor=world.actor("admin"), values=values).record
    leader = {"kind": "person", "id": world.members["li.guodong"].pk}
    step = {"name": "总经理", "mode": "all", "who": [leader], "hours": 24}
    words = json.dumps({"steps": [step], "conditions": "written_off__gte=100"}, ensure_ascii=False)
    policies.define(made, actor=world.actor("admin"), definition=words)
    policies.put_in_force(made, actor=world.actor("admin"))


def _write_off(world: World, owed: Receivable) -> None:
    try:
        receivables.write_off(owed, actor=world.actor(ACCOUNTANT), reason="bad_debt", note="公司已注销，催过四次。")
    except NeedsApproval:
        return  # as it should be: it waits for the general manager


def _book_a_rebate(world: World) -> None:
    """A rebate that was promised becomes a credit note."""
    promise = Promise.objects.filter(kind=Kind.REBATE, state="binding").order_by("book_by").first()
    if promise is not None:
        booking.book(promise, actor=world.actor(ACCOUNTANT))


def _close(world: World) -> None:
    """The month before last is closed."""
    month = world.today.replace(day=1) - timedelta(days=1)
    until: date = month.replace(day=1) - timedelta(days=1)
    books.create(actor=world.actor(ACCOUNTANT), values={"closed_until": until})


def _at(world: World, minutes: float, deed: Callable[[], Any]) -> Any:
    with clock.at(world.now - timedelta(minutes=minutes)), reactions.at_once():
        return deed()


__all__ = ["begin", "set_up", "tell"]
