"""What was promised: the rebate that once took five days to confirm, the same today, and what else is in the ledger.

The old way is told as it went, in the ledger: the rebate was agreed to on the telephone, the books knew nothing of it,
the manager was travelling, and whoever had promised it had left. Its page counts the days and the hand-offs. The new
one is answered from the customer's page while they are on the line.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from gucang.activity.actions import follow_ups
from gucang.approvals.actions import delegations, policies, requests
from gucang.approvals.models import ApprovalRequest
from gucang.demo.story.cast import STAYING
from gucang.demo.story.world import World, working_day
from gucang.kernel import clock
from gucang.parties.models import Contact, Customer
from gucang.promises import jobs
from gucang.promises.actions import booking, making, settling
from gucang.promises.models import Promise

LARGE = 10_000
SELLER, SERVICE, FINANCE, DIRECTOR = "he.jing", "chen.yu", "zhao.min", "zhou.min"
Deed = Callable[[], object]


def begin(world: World) -> None:
    """Everything at its moment; the policy comes when the five days are over, because of them."""
    _five_days(world)
    world.once(_at(world, 9, 14, 0), lambda: _set_up(world))
    _five_minutes(world)
    _others(world)
    for back in range(12):
        moment = world.moment(world.today - timedelta(days=back), 18, 30)
        world.once(moment, jobs.look_at_the_clock)


def _at(world: World, back: int, hour: int, minute: int) -> datetime:
    """A moment on the working day that lies `back` working days before today."""
    return world.moment(world.today if not back else world.last_working_day(back), hour, minute)


# --- the five days ---------------------------------------------------------------------------------------------------


def _five_days(world: World) -> None:
    """A rebate that nobody had written down, from the customer's first call to the money."""
    told: dict[str, Promise] = {}

    def first_call() -> None:
        customer = _customer(world, SELLER, 0)
        if customer is not None:
            told["it"] = _promise(
                world, SERVICE, customer, "rebate", "年度返利 3%（吴倩离职前电话里答应的）", worth="18600", days=2
            )

    def then(deed: Callable[[Promise], object]) -> Deed:
        return lambda: deed(told["it"]) if "it" in told else None

    world.once(_at(world, 16, 9, 40), first_call)
    world.once(_at(world, 16, 15, 10), then(lambda it: _back(world, it, FINANCE, "账上查不到这笔返利，谁批的？")))
    world.once(
        _at(world, 15, 10, 20), then(lambda it: _on(world, it, SERVICE, SELLER, "答应的人已离职，请接手客户的人确认"))
    )
    world.once(_at(world, 14, 11, 0), then(lambda it: _on(world, it, SELLER, "wang.lei", "王经理出差，等他回来定")))
    world.once(_at(world, 12, 16, 30), then(lambda it: _on(world, it, "wang.lei", FINANCE, "情况属实，按 3% 返")))
    world.once(_at(world, 11, 10, 0), then(lambda it: _book(world, it, "记-1187")))
    world.once(_at(world, 11, 15, 20), then(lambda it: _keep(world, it, SERVICE, "客户确认到账，说五天打了六个电话。")))


# --- the same today --------------------------------------------------------------------------------------------------


def _set_up(world: World) -> None:
    """From 10,000 on the superior agrees, and who is away names who decides meanwhile."""
    admin = world.actor("admin")
    values = {"name": "大额让利", "record_type": "promise", "action": "promise.make"}
    policy = policies.create(actor=admin, values=values).record
    definition = {
        "steps": [{"name": "上级", "mode": "all", "who": [{"kind": "superior", "level": 1}], "hours": 8}],
        "conditions": f"worth__gte={LARGE}",
        "copies": [{"kind": "person", "id": world.members[FINANCE].pk}],
    }
    policies.define(policy, actor=admin, definition=json.dumps(definition, ensure_ascii=False))
    policies.put_in_force(policy, actor=admin)
    away = {
        "deputy": world.members[DIRECTOR], "starts_on": clock.today(), "ends_on": world.today + timedelta(days=2),
        "reason": "出差", "policy": policy.pk,
    }  # fmt: skip
    delegations.create(actor=world.actor("wang.lei"), values=away)


def _five_minutes(world: World) -> None:
    """Promised yesterday morning, agreed to by the deputy at noon, on the card when the customer calls."""
    told: dict[str, Customer] = {}

    def promise() -> None:
        customer = _customer(world, "li.xiangdong", 0)
        if customer is not None:
            told["to"] = customer
            _promise(world, "li.xiangdong", customer, "rebate", "3% 返利", worth="12480", days=8)

    def answer() -> None:
        if "to" in told:
            values = {
                "about_type": "customer", "about_id": told["to"].pk, "kind": "call",
                "text": "客户来电问返利。打开一问即答直接答复：谁批的、哪天入账、谁在办，没有转接。",
            }  # fmt: skip
            follow_ups.create(actor=world.actor(SERVICE), values=values)

    world.once(_at(world, 1, 10, 30), promise)
    world.once(_at(world, 1, 13, 5), lambda: _agree(world, DIRECTOR, "同意，按合同额 3% 返。"))
    world.once(_at(world, 1, 16, 40), answer)


def _agree(world: World, who: str, comment: str) -> None:
    """The deputy agrees to what waits about promises."""
    for request in ApprovalRequest.objects.filter(about_type="promise", state="waiting").order_by("pk"):
        requests.agree(request, actor=world.actor(who), comment=comment)


# --- what else is in the ledger --------------------------------------------------------------------------------------

# Who promised what, how many working days ago, worth, for how many days; and what became of it.
_OTHERS: tuple[tuple[str, int, str, str, str, int, str], ...] = (
    ("he.jing", 8, "discount", "第二台按九折算", "6400", 6, "booked"),
    ("chen.siyuan", 8, "gift", "送两套备用皮带", "860", 9, "less"),
    ("lin.xiaotong", 7, "rebate", "满二十台返 2%", "5200", 4, "late"),
    ("li.xiangdong", 6, "free_service", "免费上门调试一天", "1500", 7, "kept"),
    ("he.jing", 5, "delivery_date", "月底前到货", "", 9, ""),
    ("chen.siyuan", 4, "price_hold", "报价保到下月底", "", 25, ""),
    ("lin.xiaotong", 4, "payment_term", "账期放宽到 60 天", "", 6, ""),
    ("li.xiangdong", 3, "gift", "样机多留一个月", "", 20, "broken"),
    ("chen.yu", 1, "call_back", "问清编码器的交期再回电", "", 1, ""),
    ("chen.siyuan", 1, "rebate", "老客户返利 1.5%", "7300", 10, ""),
)


def _others(world: World) -> None:
    for number, (who, back, kind, what, worth, days, then) in enumerate(_OTHERS):
        moment = _at(world, back, 10 + number % 6, 7 * number % 60)

        def make(
            who: str = who, kind: str = kind, what: str = what, worth: str = worth, days: int = days,
            then: str = then, moment: datetime = moment, number: int = number,
        ) -> None:  # fmt: skip
            seller = who if who in STAYING else "li.xiangdong"
            customer = _customer(world, seller, 1 + number)
            if customer is not None:
                it = _promise(world, who, customer, kind, what, worth=worth, days=days)
                _go_on(world, it, who, then, moment)

        world.once(moment, make)


def _go_on(world: World, it: Promise, who: str, then: str, moment: datetime) -> None:
    """What became of it a day later, and the day after that."""
    next_day = _on_working_day(moment + timedelta(days=1))
    after = _on_working_day(next_day + timedelta(days=1))
    if then in ("booked", "less"):
        less = Decimal("600") if then == "less" else None
        world.once(next_day, lambda: _book(world, it, f"记-{1200 + it.pk % 97}", less))
    elif then == "kept":
        world.once(after, lambda: _keep(world, it, who, "现场调试完，客户签了确认单。"))
    elif then == "broken":
        world.once(after, lambda: _broken(world, it, who))


def _on_working_day(moment: datetime) -> datetime:
    return moment + (working_day(moment.date()) - moment.date())


def _customer(world: World, seller: str, number: int) -> Customer | None:
    """One of a seller's customers who buy, another one for each number."""
    mine = Customer.objects.filter(owner=world.members[seller], status="buyer").order_by("pk")
    found: list[Customer] = list(mine)
    return found[number % len(found)] if found else None


def _promise(
    world: World, who: str, customer: Customer, kind: str, what: str, *, worth: str = "", days: int = 5
) -> Promise:
    contact = Contact.objects.filter(customer=customer).order_by("-is_primary", "pk").first()
    values = {
        "about_type": "customer", "about_id": customer.pk, "kind": kind, "what": what, "worth": worth or None,
        "until": working_day(clock.today() + timedelta(days=days)), "contact": contact.pk if contact else None,
    }  # fmt: skip
    made: Promise = making.create(actor=world.actor(who), values=values).record
    return made


def _book(world: World, it: Promise, ref: str, amount: Decimal | None = None) -> None:
    booking.book(it, actor=world.actor(FINANCE), ref=ref, amount=amount)


def _keep(world: World, it: Promise, who: str, said: str) -> None:
    settling.keep(it, actor=world.actor(who), confirmation=said)


def _broken(world: World, it: Promise, who: str) -> None:
    settling.break_promise(it, actor=world.actor(who), why="样机要给下一家试用，客户同意改成打折。")


def _back(world: World, it: Promise, who: str, why: str) -> None:
    booking.send_back(it, actor=world.actor(who), why=why)


def _on(world: World, it: Promise, who: str, to: str, note: str) -> None:
    booking.hand_on(it, actor=world.actor(who), to=world.members[to], note=note)


__all__ = ["begin"]
