"""Each rule of the program: it finds what offends, leaves what does not, and sees nothing of another company."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from gucang.accounts.models import Member
from gucang.activity.actions import follow_ups, tasks
from gucang.activity.models import Task
from gucang.approvals.models import ApprovalRequest
from gucang.audits import declared, waits, wording
from gucang.audits.actions import setup
from gucang.audits.kinds import Severity, State
from gucang.audits.models import Finding, Opening
from gucang.billing.actions import payments, receivables
from gucang.billing.models import Receivable
from gucang.delivering.actions import deliveries
from gucang.delivering.models import Delivery
from gucang.exchange.actions import exports
from gucang.exchange.models import Import, Origin
from gucang.kernel import clock
from gucang.kernel.actors import system
from gucang.kernel.errors import NeedsApproval
from gucang.kernel.scope import company_scope, deriving, writing
from gucang.ordering.actions import orders
from gucang.parties.actions import contacts, customers
from gucang.parties.models import Contact, Customer
from gucang.processes.actions import exports as extracts
from gucang.processes.models import LogExport
from gucang.promises.actions import booking, making
from gucang.promises.models import Promise
from gucang.selling.actions import leads
from gucang.stock.actions import moves, products, warehouses
from gucang.stock.models import StockLevel
from gucang.worktime.actions import leave
from tests.approvals.conftest import make_policy
from tests.audits.conftest import look_for, rule
from tests.personas import Team, hire

Made = tuple[Any, Any]
_count = iter(range(1, 10_000))


def ago(**span: int) -> AbstractContextManager[None]:
    """Let it happen so long ago."""
    return clock.at(clock.now() - timedelta(**span))


def day(back: int) -> date:
    return clock.today() - timedelta(days=back)


def name(what: str = "公司") -> str:
    return f"苏州第{next(_count)}{what}"


def customer(by: Member, **values: Any) -> Customer:
    made: Customer = customers.create(actor=by, values={"name": name(), **values}).record
    return made


def order(by: Member, about: Customer | None = None, **values: Any) -> Any:
    """An order of one thing that comes to 100 before tax."""
    thing = products.create(actor=system(), values={"name": name("号主轴"), "list_price": "100"}).record
    rows = [{"product": thing.pk, "quantity": 1, "price": 100}]
    return orders.create(actor=by, values={"customer": about or customer(by), "lines": rows, **values}).record


def approved(by: Member, about: Customer | None = None, **values: Any) -> Any:
    return orders.approve(order(by, about, **values), actor=by).record


# --- one offender and one that is as it should be --------------------------------------------------------------------


def next_step(by: Member) -> Made:
    values = {
        "about_type": "customer",
        "about_id": customer(by).pk,
        "kind": "call",
        "text": "谈价",
        "next_step": "回电",
    }
    with ago(days=30):
        follow_ups.create(actor=by, values=values | {"next_on": day(20)})
        late = tasks_of(by)[-1]
    other = customer(by).pk
    follow_ups.create(actor=by, values=values | {"about_id": other, "next_on": day(-3)})
    return late, tasks_of(by)[-1]


def tasks_of(by: Member) -> list[Any]:
    return list(Task.objects.filter(assignee=by).order_by("pk"))


def task(by: Member) -> Made:
    values = {"title": "寄样品", "assignee": by}
    late = tasks.create(actor=by, values=values | {"due_on": day(30)}).record
    return late, tasks.create(actor=by, values=values | {"due_on": day(-1)}).record


def follow_up(by: Member) -> Made:
    values = {"about_type": "customer", "about_id": customer(by).pk, "kind": "visit", "text": "拜访"}
    late = follow_ups.create(actor=by, values=values | {"happened_at": clock.now() - timedelta(days=5)}).record
    return late, follow_ups.create(actor=by, values=values | {"happened_at": clock.now() - timedelta(hours=2)}).record


def large_export(by: Member) -> Made:
    one, two = customer(by), customer(by)
    both = exports.create(actor=by, record_type="customer", query="", picked=f"{one.pk},{two.pk}").record
    return both, exports.create(actor=by, record_type="customer", query="", picked=str(one.pk)).record


def log_taken_out(by: Member) -> Made:
    made = [extracts.create(actor=by, types="customer").record for _ in range(2)]
    with writing("processes"):
        for one, events in zip(made, (1_001, 1_000), strict=True):
            LogExport.objects.filter(pk=one.pk).update(state="ready", events=events)
    return made[0], made[1]


def second_export(by: Member) -> Made:
    customer(by)
    first = exports.create(actor=by, record_type="customer", query="").record
    return exports.create(actor=by, record_type="customer", query="").record, first


def incomplete(by: Member) -> Made:
    with ago(days=30):
        bare = customer(by, level="A")
        return bare, customer(by, phone="13800571234", city="苏州")


def spoiled(by: Member, **columns: str) -> Made:
    """A customer as an old import left it, and a sound one."""
    bad = customer(by)
    fine = customer(by, credit_code="91440300708461136T", phone="13800571235")
    with writing("parties"):
        Customer.objects.filter(pk=bad.pk).update(**columns)
    return bad, fine


def contact(by: Member) -> Made:
    about = customer(by)
    bad = contacts.create(actor=by, values={"customer": about, "name": "王芳"}).record
    fine = contacts.create(actor=by, values={"customer": about, "name": "李强", "mobile": "13800571236"}).record
    with writing("parties"):
        Contact.objects.filter(pk=bad.pk).update(mobile="打前台")
    return bad, fine


def twice(by: Member) -> Made:
    first = customer(by, name="昆山同名公司")
    return customer(by, name="昆山同名公司"), first


def unconfirmed(by: Member) -> Made:
    with ago(days=500):
        return customer(by), customer_confirmed_since(by)


def customer_confirmed_since(by: Member) -> Customer:
    from gucang.audits.actions import confirmations

    found = customer(by)
    with clock.at(clock.now() + timedelta(days=400)):
        confirmations.create(actor=by, values={"about_type": "customer", "about_id": found.pk})
    return found


def lead(by: Member) -> Made:
    with ago(days=10):
        old = leads.create(actor=by, values={"name": name()}).record
    return old, leads.create(actor=by, values={"name": name()}).record


def asked(by: Member, action: str, record: Any) -> ApprovalRequest:
    from gucang.kernel.actions import get

    with pytest.raises(NeedsApproval) as caught:
        get(action)(record, actor=by)
    found: ApprovalRequest = caught.value.request
    return found


def decision(by: Member) -> Made:
    step = {"who": [{"kind": "person", "id": by.pk}], "hours": 4}
    make_policy(system(), step, action="sales_order.approve", same="allow")
    with ago(days=14):
        late = asked(by, "sales_order.approve", order(by))
    return late, asked(by, "sales_order.approve", order(by))


def waiting_order(by: Member) -> Made:
    late, fine = decision(by)
    return late.get_about(), fine.get_about()


def draft(by: Member) -> Made:
    with ago(days=14):
        old = order(by)
    return old, order(by)


def late_order(by: Member) -> Made:
    return approved(by, deliver_by=day(10)), approved(by, deliver_by=day(-10))


def silent_order(by: Member) -> Made:
    known = customer(by)
    values = {"about_type": "customer", "about_id": known.pk, "kind": "call", "text": "要货"}
    with ago(days=1):
        follow_ups.create(actor=by, values=values)
    return approved(by), approved(by, known)


def silent_member(by: Member, name: str = "Bea") -> Made:
    """One with a task who has written nothing down for weeks, beside one who does something today."""
    with ago(days=60):
        busy = hire(name, "salesperson")
        for who in (busy, by):
            tasks.create(actor=by, values={"title": "寄样品", "assignee": who})
    customer(by)
    return busy, by


def uncontracted(by: Member) -> Made:
    with ago(days=5):
        held = approved(by)
    return held, approved(by)


def silent_customer(by: Member) -> Made:
    quiet, known = customer(by), customer(by)
    follow_ups.create(actor=by, values={"about_type": "customer", "about_id": known.pk, "kind": "call", "text": "好"})
    approved(by, quiet)
    approved(by, known)
    return quiet, known


def delivery(by: Member) -> Made:
    def write(due: int) -> Delivery:
        orders.deliver(approved(by, deliver_by=day(due)), actor=by)
        found: Delivery = Delivery.objects.order_by("-pk").first()
        return found

    return write(20), write(-5)


def unbilled(by: Member) -> Made:
    place = warehouses.create(actor=system(), values={"name": name("仓")}).record
    found = []
    for _ in range(2):
        one = approved(by)
        line = one_line(one)
        moves.enter(system(), "receive", line.product, Decimal(5), warehouse=place)
        orders.deliver(one, actor=by)
        made = Delivery.objects.get(order=one)
        found.append(deliveries.confirm(made, actor=system()).record)
    with writing("billing"):
        Receivable.objects.filter(source_type="delivery", source_id=found[0].pk).update(source_type="", source_id=None)
    return found[0], found[1]


def told_late(by: Member) -> Made:
    """Two deliveries of the same day, one of them confirmed long after it."""
    place = warehouses.create(actor=system(), values={"name": name("仓")}).record
    found = []
    for back in (20, 2):
        with ago(days=30):
            one = approved(by)
            moves.enter(system(), "receive", one_line(one).product, Decimal(5), warehouse=place)
            orders.deliver(one, actor=by)
        found.append(deliveries.confirm(Delivery.objects.get(order=one), actor=by, on=day(back)).record)
    return found[0], found[1]


def late_money(by: Member) -> Made:
    given = {"customer": customer(by), "amount": "500"}
    credit_note = {"received_on": day(20), "method": "credit"}
    payments.create(actor=system(), values=given | credit_note)
    late = payments.create(actor=by, values=given | {"received_on": day(20)}).record
    return late, payments.create(actor=by, values=given | {"received_on": day(3)}).record


def one_line(found: Any) -> Any:
    from gucang.kernel import lines

    return lines.of(found)[0]


def receivable(by: Member, **values: Any) -> Receivable:
    given = {"name": "备件", "customer": customer(by), "amount": "1000", **values}
    made: Receivable = receivables.create(actor=system(), values=given).record
    return made


def off_ledger(by: Member) -> Made:
    bad, fine = receivable(by), receivable(by)
    with writing("billing"):
        Receivable.objects.filter(pk=bad.pk).update(open_amount=Decimal(900), paid_amount=Decimal(100))
    return bad, fine


def unreminded(by: Member) -> Made:
    return receivable(by, billed_on=day(90), due_on=day(60)), receivable(by, billed_on=day(9), due_on=day(3))


def promise(by: Member, kind: str = "gift", **values: Any) -> Promise:
    about = {"about_type": "customer", "about_id": customer(by).pk, "kind": kind, "what": "两套皮带", "worth": "800"}
    made: Promise = making.create(actor=by, values=about | values).record
    return made


def unkept(by: Member) -> Made:
    with ago(days=20):
        old = promise(by, until=day(-3))
    return old, promise(by, until=day(-10))


def late_step(by: Member) -> Made:
    with ago(days=20):
        old = promise(by, kind="rebate", until=day(-40))
    return old, promise(by, kind="rebate", until=day(-40))


def other_amount(by: Member) -> Made:
    less, same = promise(by, kind="rebate", until=day(-9)), promise(by, kind="rebate", until=day(-9))
    booking.book(less, actor=system(), ref="记-1", amount=Decimal(600))
    booking.book(same, actor=system(), ref="记-2", amount=Decimal(800))
    return less, same


def level(by: Member) -> Made:
    place = warehouses.create(actor=system(), values={"name": name("仓")}).record
    for what in ("齿轮", "皮带"):
        thing = products.create(actor=system(), values={"name": name(what)}).record
        moves.enter(system(), "receive", thing, Decimal(5), warehouse=place)
    bad, fine = StockLevel.objects.filter(warehouse=place).order_by("pk")
    with writing("stock"):
        StockLevel.objects.filter(pk=bad.pk).update(on_hand=Decimal(7), free=Decimal(7))
    return bad, fine


def hungry(by: Member) -> Made:
    """One who opens far more than on other days, beside one who opens as many every day."""
    busy = hire("Bea", "salesperson")
    with deriving("audits"):
        for member, usual in ((by, 20), (busy, 300)):
            Opening.objects.create(member=member, on=clock.today(), count=400)
            for back in range(8, 20):
                Opening.objects.create(member=member, on=day(back), count=usual)
    return by, busy


CASES: dict[str, tuple[Callable[[Member], Made], dict[str, int]]] = {
    "activity.next-step-late": (next_step, {}),
    "activity.task-late": (task, {}),
    "activity.entered-late": (follow_up, {}),
    "exchange.large-export": (large_export, {"most": 1}),
    "exchange.many-exports": (second_export, {"most": 1}),
    "processes.log-taken-out": (log_taken_out, {}),
    "audits.unusual-viewing": (hungry, {}),
    "parties.customer-incomplete": (incomplete, {}),
    "parties.credit-code-wrong": (lambda by: spoiled(by, credit_code="91440300708461136A"), {}),
    "parties.customer-phone-wrong": (lambda by: spoiled(by, phone="12345"), {}),
    "parties.contact-phone-wrong": (contact, {}),
    "parties.number-off-rule": (lambda by: spoiled(by, number="老客户 7"), {}),
    "parties.duplicate": (twice, {}),
    "parties.not-confirmed": (unconfirmed, {}),
    "selling.lead-unanswered": (lead, {}),
    "approvals.over-deadline": (decision, {}),
    "ordering.order-waits-for-approval": (waiting_order, {}),
    "ordering.order-not-submitted": (draft, {}),
    "ordering.order-late": (late_order, {}),
    "ordering.order-without-contract": (uncontracted, {"from_amount": 1}),
    "ordering.order-without-contact": (silent_order, {}),
    "ordering.revenue-without-activity": (silent_customer, {}),
    "ordering.work-elsewhere": (silent_member, {}),
    "delivering.delivery-waits": (delivery, {}),
    "delivering.confirmed-late": (told_late, {}),
    "billing.payment-entered-late": (late_money, {}),
    "billing.delivery-without-receivable": (unbilled, {}),
    "billing.receivable-off-ledger": (off_ledger, {}),
    "billing.overdue-unreminded": (unreminded, {}),
    "promises.overdue": (unkept, {}),
    "promises.step-late": (late_step, {}),
    "promises.booked-otherwise": (other_amount, {}),
    "promises.not-booked": (late_step, {}),
    "stock.level-off-ledger": (level, {}),
}


@pytest.mark.parametrize("key", sorted(CASES))
def test_a_rule_finds_what_offends_and_nothing_else(key: str, acme_team: Team, other_team: Team) -> None:
    make, figures = CASES[key]
    offenders = {}
    for team, who in ((other_team, "dan"), (acme_team, "adam")):
        with company_scope(team.company):
            offender, fine = make(team.people[who])
            if figures:
                words = ", ".join(f'"{name}": {value}' for name, value in figures.items())
                setup.tune(rule(key), actor=system(), severity=Severity.WARNING, figures=f"{{{words}}}")
            offenders[team.company.pk] = offender.pk, fine.pk
    with company_scope(acme_team.company):
        found = {one.about_id for one in look_for(key)}
        offender_id, fine_id = offenders[acme_team.company.pk]
        assert offender_id in found
        assert fine_id not in found
        assert offenders[other_team.company.pk][0] not in found - {offender_id}
        assert Finding.objects.filter(rule__key=key, about_id=offender_id).get().subject
    with company_scope(other_team.company):
        assert Finding.objects.count() == 0, "nothing was found there by looking here"


def test_who_was_away_is_new_has_left_or_has_nothing_to_do_is_not_told_that_their_work_stands_still(
    scope: Any, adam: Member
) -> None:
    quiet, away, left, idle = (silent_member(adam, name)[0] for name in ("Bea", "Cai", "Dan", "Eva"))
    with ago(days=3):
        new = hire("Fred", "salesperson")
        tasks.create(actor=adam, values={"title": "寄样品", "assignee": new})
    leave.create(actor=adam, values={"member": away, "begins_on": day(5), "ends_on": day(1)})
    for one in Task.objects.filter(assignee=idle):
        tasks.complete(one, actor=adam)
    with writing("accounts"):
        Member.objects.filter(pk=left.pk).update(status="left", left_on=clock.today())
    (finding,) = look_for("ordering.work-elsewhere")
    assert (finding.about_id, finding.member_id, finding.severity) == (quiet.pk, quiet.pk, "hint")
    assert "1 个任务" in wording.sentence(finding)
    customers.create(actor=quiet, values={"name": name()})
    assert look_for("ordering.work-elsewhere")[0].state == State.SELF_CORRECTED


def test_a_delivery_without_a_day_waits_since_it_was_written_and_a_return_without_one_does_not(
    scope: Any, adam: Member
) -> None:
    kim = hire("Kim", "warehouse")
    with ago(days=10):
        orders.deliver(approved(adam), actor=adam)
        sent, _other = unbilled(adam)
        back = deliveries.take_back(sent, actor=adam).record.made
    written = Delivery.objects.get(due_on=None, returns=None, state="draft")
    assert back.due_on is None
    (finding,) = look_for("delivering.delivery-waits")
    assert (finding.about_id, finding.member_id) == (written.pk, kim.pk)
    assert finding.facts["audit_since_on"] == day(10).isoformat()
    assert {one.url for one in waits.of(kim.as_actor(), "")} == {f"/deliveries/{written.pk}"}


def test_a_delivery_that_somebody_has_to_agree_to_is_theirs(scope: Any, adam: Member, mia: Any) -> None:
    hire("Kim", "warehouse")
    make_policy(adam, [mia], action="delivery.confirm", name="出货")
    late, _fine = delivery(adam)
    place = warehouses.create(actor=system(), values={"name": name("仓")}).record
    moves.enter(system(), "receive", one_line(late.order).product, Decimal(5), warehouse=place)
    asked(adam, "delivery.confirm", late)
    (finding,) = look_for("delivering.delivery-waits")
    assert (finding.about_id, finding.member_id) == (late.pk, mia.pk)


@pytest.mark.parametrize("key", ["delivering.confirmed-late", "billing.payment-entered-late"])
def test_what_is_entered_late_is_of_who_entered_it_and_not_put_right_by_time(
    key: str, scope: Any, adam: Member
) -> None:
    late, _fine = CASES[key][0](adam)
    (finding,) = look_for(key)
    assert (finding.about_id, finding.member_id) == (late.pk, adam.pk)
    assert len(look_for(key, at=clock.now() + timedelta(days=40))) == 1
    assert Finding.objects.get(rule__key=key).state in (State.LAPSED, State.OWN_LAPSED)


def test_what_an_import_brings_in_is_not_entered_late(scope: Any, adam: Member) -> None:
    late, _fine = late_money(adam)
    now = {"created_at": clock.now(), "updated_at": clock.now()}
    with writing("exchange"), deriving("exchange"):
        made = Import.objects.create(number="DR-1", name="老系统.csv", file="1", **now)
        Origin.objects.create(import_record=made, record_type="payment", source="payment", key="1", object_id=late.pk)
    assert look_for("billing.payment-entered-late") == []


def test_every_rule_of_the_program_has_its_case() -> None:
    """Rules about cases of processes are one rule for each type, and tried in `tests/conformance/test_audit.py`."""
    assert sorted(CASES) == [one.key for one in declared.every() if not one.key.startswith("conformance.")]
