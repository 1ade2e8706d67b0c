"""The demo company: every screen has something on it, nothing lies in the future, and nobody is sent anything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db.models import Count, Max, Min
from django.utils import timezone, translation
from procrastinate.contrib.django.models import ProcrastinateJob

from gucang.accounts.models import Member, Role, User
from gucang.accounts.sentences import sentences
from gucang.activity import queries as activity
from gucang.activity.models import Attachment, Coaching, FollowUp, Task
from gucang.approvals.models import ApprovalRequest, ApprovalTask
from gucang.audits import impact
from gucang.audits.kinds import LIVE
from gucang.audits.models import Correction, Finding
from gucang.billing.models import Dunning, Invoice, Payment, Receivable
from gucang.billing.reports import Asked, ageing
from gucang.conformance import night
from gucang.conformance.models import Case
from gucang.court.models import Deviation
from gucang.delivering.models import Delivery
from gucang.demo import cli, story
from gucang.demo.story import before, cast, tickets, training
from gucang.demo.story.world import DAYS_OF_HISTORY
from gucang.kernel import clock, records, seals, search
from gucang.kernel.actors import system
from gucang.kernel.models import Collaborator, Company, Event
from gucang.kernel.scope import company_scope
from gucang.messages import queries as messages
from gucang.messages.models import Notification
from gucang.ordering.models import SalesOrder
from gucang.parties.models import Contact, Customer
from gucang.processes.models import LogVariant, OutsideLog, State
from gucang.promises import differences, saying
from gucang.promises import queries as promises
from gucang.promises.models import Promise
from gucang.selling import queries as selling
from gucang.selling.models import Lead, LeadStatus, Opportunity, Pipeline, Quote
from gucang.sops import people
from gucang.sops.models import ProcessVersion, Reading
from gucang.stock import ledger
from gucang.stock.models import ExpectedReceipt, ReorderPoint, StockLevel, StockMove

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

# A Sunday night: the day on which least happens.
NOW = timezone.make_aware(datetime(2026, 11, 22, 23, 10))


@pytest.fixture(scope="module")
def told(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Company]:
    """The story, told once for all tests here, and taken back afterwards."""
    from django.conf import settings
    from django.db import transaction

    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "MEDIA_ROOT", tmp_path_factory.mktemp("files"))
        try:
            with transaction.atomic():
                with clock.at(NOW):
                    yield story.tell(now=NOW)
                raise _Undo
        except _Undo:
            pass


class _Undo(Exception):
    pass


@pytest.fixture
def inside(told: Company) -> Iterator[Company]:
    with clock.at(NOW), company_scope(told):
        yield told


def test_every_type_of_record_is_there_in_number(inside: Company) -> None:
    least = {
        Customer: 240, Contact: 320, Opportunity: 170, Lead: 50, FollowUp: 1100, Task: 900, Coaching: 20, Attachment: 9,
        Pipeline: 2, Collaborator: 3, Quote: 25, SalesOrder: 12,
    }  # fmt: skip
    there = {model: model._base_manager.count() for model in least}
    assert {model.__name__: there[model] for model in least if there[model] < least[model]} == {}


def test_nothing_happens_after_now_and_the_log_is_in_the_order_of_time(inside: Company) -> None:
    ends = Event.objects.aggregate(first=Min("recorded_at"), last=Max("recorded_at"), happened=Max("occurred_at"))
    assert ends["last"] <= NOW
    assert ends["happened"] <= NOW
    assert (NOW - ends["first"]).days > 365
    moments = list(Event.objects.order_by("id").values_list("recorded_at", flat=True))
    assert moments == sorted(moments)


def test_every_salesperson_has_something_late_due_today_and_to_come(inside: Company) -> None:
    for user in cast.SELLERS:
        if user == cast.LEAVER:
            continue
        member = _member(user)
        due = activity.due(member.as_actor(), member.pk)
        assert due.overdue, user
        assert due.today, user
        assert due.soon, user
        assert messages.unread(member.as_actor()), user


def test_deals_stand_in_every_open_stage_and_have_ended_both_ways(inside: Company) -> None:
    states = set(Opportunity.objects.values_list("state", flat=True))
    assert states == {"open", "won", "lost"}
    standard = selling.default_pipeline()
    stages = {stage.pk for stage in selling.stages_of(standard) if stage.kind == "open"}
    standing = set(Opportunity.objects.filter(pipeline=standard, state="open").values_list("stage_id", flat=True))
    assert len(stages - standing) <= 1
    assert not Opportunity.objects.filter(state="lost", lost_reason=None).exists()
    assert selling.check_totals() == []


def test_the_old_deals_made_buyers_without_a_deed_each(inside: Company) -> None:
    early = Opportunity.objects.filter(closed_on__lt=NOW.date() - timedelta(days=396))
    assert early.count() == before.DEALS
    assert {deal.state for deal in early} == {"won", "lost"}
    bought = Customer.objects.filter(opportunities__in=early.filter(state="won"))
    assert set(bought.values_list("status", flat=True)) == {"buyer"}


def test_the_initials_of_the_readme_find_a_customer_that_is_cared_for(inside: Company) -> None:
    for user in ("li.xiangdong", "wang.lei"):
        found = search.search(_member(user).as_actor(), "shgc", types=[records.get("customer")])
        assert "上海谷仓智能科技有限公司" in [hit.title for hit in found["customer"]], user


def test_the_companys_own_type_holds_machines_in_every_stage_with_fields_of_their_own(inside: Company) -> None:
    kind = records.get("own_equipment")
    machines = list(kind.model._default_manager.all())
    assert 20 <= len(machines) <= 40
    assert {one.stage for one in machines} == {"using", "repair", "scrapped"}
    assert all(one.number and one.customer_id and one.owner_id and one.extra["serial"] for one in machines)
    assert len({one.customer_id for one in machines}) > 15
    for user in (*cast.STAYING, "chen.yu"):
        assert kind.query(_member(user).as_actor()).exists(), user


def test_large_deals_wait_for_others_or_were_decided(inside: Company) -> None:
    deals = ApprovalRequest.objects.filter(about_type="opportunity")
    states = {one.state: one for one in deals.select_related("submitter")}
    assert set(states) == {"waiting", "carried_out", "returned"}
    waiting = deals.filter(state="waiting")
    assert {one.submitter.name for one in waiting} == {"李向东", "何静"}
    with_whom = ApprovalTask.objects.filter(request__in=waiting, open=True)
    assert {task.member.name for task in with_whom} == {"王磊", "周敏"}
    assert Opportunity.objects.get(pk=states["carried_out"].about_id).state == "won"
    assert Opportunity.objects.get(pk=states["returned"].about_id).state == "open"


def test_a_rebate_that_took_five_days_is_answered_in_one_call_today(inside: Company) -> None:
    old = Promise.objects.get(what__startswith="年度返利")
    assert (old.state, old.handoffs, promises.days_open(old)) == ("kept", 4, 5)
    new = Promise.objects.get(what="3% 返利")
    assert (new.state, new.handoffs, str(new.approved_by), str(new.holder)) == ("binding", 0, "周敏", "赵敏")
    said = saying.to_read(new, _member("chen.yu").as_actor())
    assert said.startswith("您的“3% 返利（¥12,480）”已由我们的销售总监于")
    assert said.endswith("入账，由财务部 赵敏办理。")
    auditor = _member("sun.weiguo").as_actor()
    assert all(check.find(auditor, 1) for check in differences.every()), "every check has something to show"
    states = set(Promise.objects.values_list("state", flat=True))
    assert states == {"binding", "booked", "kept", "broken"}


def test_money_is_owed_paid_late_and_free_and_a_write_off_waits(inside: Company) -> None:
    assert {"open", "partly", "paid"} <= set(Receivable.objects.values_list("state", flat=True))
    assert Receivable.objects.filter(open_order__gt=0, next_due_on__lt=clock.today()).exists()
    assert Receivable.objects.filter(promised_on__gte=clock.today()).exists()
    assert {"free", "partly", "settled"} <= set(Payment.objects.values_list("state", flat=True))
    (waiting,) = ApprovalRequest.objects.filter(state="waiting", about_type="receivable")
    assert Receivable.objects.get(pk=waiting.about_id).written_off == 0
    assert Invoice.objects.exists()
    assert Dunning.objects.exists()
    assert Payment.objects.filter(method="credit", promise__state="booked").exists()
    found = ageing(system(), Asked("customer", clock.today()))
    assert found.total is not None
    assert all(found.total.amounts.values()), "money of every age"


def test_who_left_has_nothing_left_to_do(inside: Company) -> None:
    leaver = Member.objects.get(user__email=f"{cast.LEAVER}@{cast.DOMAIN}")
    assert Task.objects.filter(assignee=leaver).exists()
    assert not Task.objects.filter(assignee=leaver, done_at=None).exists()


def test_the_sales_director_may_import_and_export_and_a_salesperson_not(inside: Company) -> None:
    director, seller = _member("zhou.min").as_actor(), _member("li.xiangdong").as_actor()
    for name in ("customer", "contact", "lead", "opportunity"):
        for verb in ("import", "export"):
            assert director.may(f"{name}.{verb}")
            assert not seller.may(f"{name}.{verb}")


def test_leads_are_in_every_state_and_some_wait_for_somebody(inside: Company) -> None:
    assert set(Lead.objects.values_list("status", flat=True)) == set(LeadStatus.values)
    assert Lead.objects.filter(owner=None, status=LeadStatus.NEW).exists()


def test_the_pool_has_customers_and_somebody_is_about_to_lose_one(inside: Company) -> None:
    assert Customer.objects.filter(owner=None).count() >= 10
    assert Customer.objects.filter(warned_for__gte=clock.today(), owner__isnull=False).exists()


def test_the_log_is_sealed_and_verifies(inside: Company) -> None:
    days, flaws = seals.verify()
    assert days > 300
    assert flaws == []


def test_history_queues_nothing_more_to_do_and_mails_nobody(inside: Company) -> None:
    queued = [job.args["job"] for job in ProcrastinateJob.objects.filter(task_name="gucang.run")]
    assert sorted(queued) == ["processes.compare", "processes.read"], "done already: see the next test"
    assert mail.outbox == []


def test_the_old_tickets_are_read_and_held_against_how_they_were_meant_to_go(inside: Company) -> None:
    log = OutsideLog.objects.get()
    assert (log.name, log.state, log.cases) == (tickets.NAME, State.READY, tickets.TICKETS)
    assert log.judged
    assert 0.8 < (log.fitness or 0) < 1
    assert 0 < (log.fitting or 0) < log.cases
    costs = LogVariant.objects.filter(log=log).values_list("activities", "cost")
    assert {tuple(activities) for activities, cost in costs if cost == 0} == {
        steps for _share, steps in tickets.WAYS[:2]
    }
    assert (log.ends_at or NOW) < NOW - timedelta(days=DAYS_OF_HISTORY)


def test_the_training_company_lends_its_people_from_the_demo_company(told: Company) -> None:
    practice = Company.objects.get(slug=training.SLUG)
    assert practice.kind == "training"
    with company_scope(practice):
        assert Customer.objects.count() == training.CUSTOMERS
        assert _member("li.xiangdong").name == "李向东"


def test_a_second_start_makes_nothing_and_says_the_same(told: Company) -> None:
    before = (Company.objects.count(), User.objects.count())
    assert cli.ensure_demo_company() == cast.log_ins()
    assert (Company.objects.count(), User.objects.count()) == before


def test_everybody_named_at_the_console_can_sign_in(told: Company) -> None:
    said = "\n".join(cast.log_ins())
    for part in cast.CAST:
        if part.user != cast.LEAVER:
            assert f"{part.user}@{cast.DOMAIN}" in said
    assert User.objects.get(email=f"he.jing@{cast.DOMAIN}").check_password(cast.PASSWORD)


def _member(user: str) -> Any:
    from gucang.accounts.models import Member

    return Member.objects.get(user__email=f"{user}@{cast.DOMAIN}")


def test_a_role_of_the_companys_own_is_made_like_another_and_says_what_it_means(inside: Company) -> None:
    role = Role.objects.get(name="销售助理")
    with translation.override("zh-hans"):
        said = next(one.text for one in sentences(role.grants, role.field_rules) if one.record == "customer")
    assert said.startswith("能看到全公司的客户；能新建；只能改自己的；")
    assert said.endswith("不能删；别人客户的电话、备用电话、邮箱只显示一部分。")
    assert [one.name for one in Member.objects.filter(member_roles__role=role)] == ["周子涵"]
    assert Event.objects.filter(name="role.set_rights", subject_id=role.pk).exists()


def test_a_discount_beyond_the_price_list_waits_and_orders_are_in_every_state(inside: Company) -> None:
    waiting = ApprovalRequest.objects.get(action="quote.send")
    assert waiting.state == "waiting"
    assert Quote.objects.get(pk=waiting.about_id).over_discount > 0
    assert {"sent", "accepted", "declined"} <= set(Quote.objects.values_list("state", flat=True))
    assert {"approved", "done"} <= set(SalesOrder.objects.values_list("state", flat=True))
    assert Quote.objects.filter(revision=2).exists()
    large = ApprovalRequest.objects.get(action="sales_order.approve", state="waiting")
    assert Finding.objects.filter(about_type="sales_order", about_id=large.about_id).count() == 0
    behind = impact.sentence_of(system(), "approval_request", large.pk)
    assert "1 行货品的预留" in behind
    assert "1 笔应收，共 ¥" in behind


def test_the_warehouses_hold_what_their_ledger_says_and_some_shelves_run_low(inside: Company) -> None:
    levels = list(StockLevel.objects.all())
    assert len(levels) > 60
    for level in levels:
        assert level.on_hand == ledger.sum_of(level.product_id, level.warehouse_id) >= level.reserved
    kinds_seen = set(StockMove.objects.values_list("kind", flat=True))
    assert kinds_seen == {"receive", "issue", "count", "reverse"}
    assert StockMove.objects.filter(kind="count").exclude(change=0).exists()
    assert ExpectedReceipt.objects.filter(left__gt=0).exists()
    assert ReorderPoint.objects.filter(low_since__isnull=False).exists()
    assert Notification.objects.filter(kind="low_stock", member__email__startswith="liu.yang").exists()


def test_orders_have_left_whole_and_in_parts_one_came_back_and_some_wait_to_be_sent(inside: Company) -> None:
    sent = Delivery.objects.filter(state="confirmed", returns=None)
    assert sent.count() >= 15
    assert set(SalesOrder.objects.values_list("delivered", flat=True)) == {"none", "part", "whole"}
    assert sent.values("order").annotate(count=Count("pk")).filter(count=2).exists(), "nothing went in two parts"
    back = Delivery.objects.get(state="confirmed", returns__isnull=False)
    assert back.total < 0
    assert Delivery.objects.filter(state="draft").count() >= 2
    for one in sent.filter(order__delivered="whole").exclude(order=back.order):
        whole = Delivery.objects.filter(order=one.order, state="confirmed")
        assert sum(each.total for each in whole) == one.order.total


def test_work_is_held_against_processes_and_departs_from_them(inside: Company) -> None:
    """Five processes hold, one of them in its second version; most have read, not all; cases fit, and some do not."""
    versions = ProcessVersion.objects.filter(state="in_force")
    assert versions.count() == 5
    assert versions.filter(number__gt=1).count() == 1
    concerned = {version: {one.pk for one in people.concerned(version.read())} for version in versions}
    for version, members in concerned.items():
        read = set(Reading.objects.filter(version=version).values_list("member_id", flat=True))
        assert 0 < len(read & members) < len(members), version
    for case_type in night.case_types():
        assert Case.objects.filter(object_type=case_type).exists(), case_type
    assert Case.objects.filter(deviations__gt=0).exists()
    assert Case.objects.filter(cost=0, whole=True).exists()
    assert Case.objects.exclude(waits_for="").filter(ended_at=None).exists()


def test_the_audit_has_found_much_and_people_and_the_auditor_have_gone_on_with_it(inside: Company) -> None:
    """Findings stand in every state that the story brings about, corrections are under way, the court has judged."""
    states = set(Finding.objects.values_list("state", flat=True))
    assert {"own", "open", "answered", "correcting", "waived", "accepted", "self_corrected"} <= states
    kinds = set(Finding.objects.values_list("rule__kind", flat=True))
    assert {"timeliness", "master_data", "conformance", "own"} <= kinds
    assert set(Correction.objects.values_list("state", flat=True)) >= {"open", "done"}
    assert not Correction.objects.filter(prevents="").exists()
    flood = Finding.objects.filter(state__in=LIVE, member__isnull=False).values("rule", "member")
    assert max(flood.annotate(n=Count("pk")).values_list("n", flat=True)) <= 4, "no more than the auditor's figure"
    brought = set(Deviation.objects.values_list("state", flat=True))
    assert brought == {"open", "better", "tolerated", "harmful"}
    better = Deviation.objects.get(state="better")
    assert ProcessVersion.objects.filter(process=better.process, state="draft").exists()
