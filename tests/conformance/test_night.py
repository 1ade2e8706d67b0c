"""The nightly run over the log: what a case is, what is kept of it, and that less is done the second time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gucang.accounts.actions import members
from gucang.accounts.models import Member, Role
from gucang.audits.actions import setup
from gucang.conformance import night, reading
from gucang.conformance.kinds import Kind
from gucang.conformance.models import (
    Arrow,
    Case,
    CaseDeviation,
    Pattern,
    Standing,
    ToJudge,
    Variant,
    Waiting,
    Watch,
)
from gucang.conformance.sums import PATTERN, STANDING
from gucang.kernel import clock, jobs
from gucang.kernel.actors import system
from gucang.kernel.scope import company_scope, deriving
from gucang.parties.actions import customers
from tests.conformance.conftest import FINAL, START, definition, hours, in_force, log

IN_ORDER = definition(["seq", "a", "b", "c", "d"])


def run(at: datetime = START + timedelta(days=3)) -> int:
    with clock.at(at):
        return night.run_here("customer")


def case_of(record: Any) -> Case:
    found: Case = Case.objects.select_related("variant").get(object_type="customer", object_id=record.pk)
    return found


def told(record: Any) -> list[tuple[str, str, str]]:
    found = CaseDeviation.objects.filter(case__object_id=record.pk).order_by("pk")
    return [(one.kind, one.step, one.other) for one in found]


def kept() -> dict[str, Any]:
    """Everything that is kept, without the ids of rows."""
    case = [
        "object_id", "version_id", "variant__digest", "begun_at", "last_at", "ended_at", "whole", "last_event",
        "owner_id", "events", "cost", "worst", "deviations", "waits_for", "waits_since", "holder_id", "due_at",
    ]  # fmt: skip
    found = ["case__object_id", "kind", "step", "other", "member_id", "event", "amount", "since", "last_at"]
    return {
        "cases": [*Case.objects.order_by("object_id").values_list(*case)],
        "paces": [bytes(one) for one in Case.objects.order_by("object_id").values_list("paces", flat=True)],
        "found": sorted(CaseDeviation.objects.values_list(*found), key=str),
        "arrows": sorted(
            (b, a, n, paces) for b, a, n, paces in Arrow.objects.values_list("before", "after", "count", "paces") if n
        ),
        "standing": sorted(Standing.objects.values_list(*STANDING[0], *STANDING[1]), key=str),
        "patterns": sorted(Pattern.objects.values_list(*PATTERN[0], *PATTERN[1], "people", "last_at"), key=str),
        "waiting": sorted(Waiting.objects.values_list("version", "step", "member", "cases", "late", "since"), key=str),
    }


# --- what a case is ---


def test_a_case_is_told_in_the_order_in_which_it_happened_and_ties_by_the_event(customer: Any, alice: Member) -> None:
    in_force(IN_ORDER)
    late, tied = customer(), customer()
    log(late, "c", hours(5), alice)
    log(late, "b", hours(2), alice)  # written down after it
    log(late, "a", hours(1), alice)
    first, second, third = log(tied, "a", START, alice), log(tied, "b", START, alice), log(tied, "c", START, alice)
    assert first.pk < second.pk < third.pk
    assert run() == 2
    for record in (late, tied):
        assert case_of(record).variant.steps == ["a", "b", "c"]
        assert case_of(record).cost == 0
    assert case_of(late).variant_id == case_of(tied).variant_id


def test_a_running_case_is_not_blamed_and_one_that_is_over_is(customer: Any, alice: Member) -> None:
    in_force(IN_ORDER)
    running, over, broken_off = customer(), customer(), customer()
    for record in (running, over, broken_off):
        log(record, "a", hours(1), alice)
    log(over, "d", hours(2), alice)
    log(broken_off, "c", hours(2), alice)
    log(broken_off, FINAL, hours(3), alice)
    run()
    found = case_of(running)
    assert (found.cost, found.worst, found.ended_at, found.waits_for) == (0, 5, None, "b")
    found = case_of(over)
    assert (found.cost, found.worst, found.ended_at, found.waits_for) == (2, 6, hours(2), "")
    assert told(over) == [(Kind.SKIPPED, "b", ""), (Kind.SKIPPED, "c", "")]
    assert told(running) == []
    # An order that was cancelled is not blamed for never having been delivered.
    found = case_of(broken_off)
    assert (found.cost, found.whole, found.ended_at, found.waits_for) == (1, False, hours(3), "")
    assert told(broken_off) == [(Kind.SKIPPED, "b", "")]


def test_a_case_is_judged_by_the_version_in_force_when_it_began(customer: Any, alice: Member) -> None:
    first = in_force(IN_ORDER)
    old, new, ancient = customer(), customer(), customer()
    log(ancient, "a", START - timedelta(days=60), alice)
    log(old, "a", hours(1), alice)
    second = in_force(definition(["seq", "a", "c", "d"]), at=hours(10))
    log(new, "a", hours(11), alice)
    for record in (old, new):
        log(record, "c", hours(12), alice)
        log(record, "d", hours(13), alice)
    run()
    assert (case_of(old).version, case_of(old).cost) == (first, 1)
    assert (case_of(new).version, case_of(new).cost) == (second, 0)
    assert not Case.objects.filter(object_id=ancient.pk).exists()


def test_an_event_of_another_name_fulfils_the_same_step(customer: Any, alice: Member) -> None:
    in_force(definition(["seq", "a", "b"], b={"events": ["customer.edit", "customer.progress"]}))
    old, new = customer(), customer()
    for record, name in ((old, "customer.edit"), (new, "customer.progress")):
        log(record, "a", hours(1), alice)
        log(record, name, hours(2), alice)
    run()
    assert case_of(old).variant_id == case_of(new).variant_id
    assert Variant.objects.count() == 1


def test_who_did_it_and_when_is_told_of_each_case(customer: Any, alice: Member, bob: Member) -> None:
    in_force(
        definition(
            ["seq", "a", "b", "c"],
            b={"roles": ["sales_manager"], "limit": {"amount": 2, "unit": "hours", "after": "a"}},
            c={"four_eyes": ["a"]},
        )
    )
    record = customer()
    log(record, "a", hours(0), alice)
    log(record, "b", hours(26), bob, late=timedelta(hours=40))
    log(record, "c", hours(27), alice)
    run()
    assert told(record) == [
        (Kind.ROLE, "b", ""), (Kind.LATE, "b", ""), (Kind.ENTERED_LATE, "b", ""), (Kind.FOUR_EYES, "c", "a"),
    ]  # fmt: skip
    late = CaseDeviation.objects.get(kind=Kind.LATE)
    assert (late.member, late.amount is not None and late.amount > 0) == (bob, True)
    assert case_of(record).deviations == 4


def give(member: Member, at: datetime, *keys: str) -> Member:
    with clock.at(at):
        found: Member = members.set_roles(member, actor=system(), roles=list(Role.objects.filter(key__in=keys))).record
    return found


def test_a_role_that_is_taken_later_makes_nothing_wrong(customer: Any, alice: Member) -> None:
    in_force(definition(["seq", "a", "b", "c", "d"], b={"roles": ["salesperson"]}))
    before, after = customer(), customer()
    for record, at in ((before, 2), (after, 8)):
        log(record, "a", hours(1), alice)
        log(record, "b", hours(at), alice)
    give(alice, hours(5), "reader")
    run(hours(9))
    assert (told(before), told(after)) == ([], [(Kind.ROLE, "b", "")])
    for record in (before, after):
        log(record, "c", hours(10), alice)
    run(hours(11))
    assert (told(before), told(after)) == ([], [(Kind.ROLE, "b", "")])
    assert case_of(before).holder == alice


def test_a_role_that_is_given_later_puts_nothing_right(customer: Any, alice: Member) -> None:
    in_force(definition(["seq", "a", "b", "c", "d"], b={"roles": ["sales_manager"]}))
    before, after = customer(), customer()
    for record, at in ((before, 2), (after, 8)):
        log(record, "a", hours(1), alice)
        log(record, "b", hours(at), alice)
    run(hours(4))
    give(alice, hours(5), "salesperson", "sales_manager")
    log(before, "c", hours(10), alice)
    run(hours(11))
    assert (told(before), told(after)) == ([(Kind.ROLE, "b", "")], [])


def test_what_happened_before_somebody_was_here_is_judged_by_their_first_roles(customer: Any, alice: Member) -> None:
    in_force(definition(["seq", "a", "b", "c", "d"], b={"roles": ["sales_manager"]}))
    record = customer()
    log(record, "a", hours(1), alice)
    with clock.at(hours(5)):
        late = members.create(actor=system(), values={"name": "顾晓"}).record
    late = give(late, hours(6), "sales_manager")
    give(late, hours(40), "reader")
    log(record, "b", hours(2), late)
    run()
    assert told(record) == []


def test_what_waits_becomes_late_without_an_event(customer: Any, alice: Member) -> None:
    in_force(definition(["seq", "a", "b"], b={"limit": {"amount": 2, "unit": "hours", "after": "a"}}))
    record = customer()
    log(record, "a", hours(1), alice)
    assert run(hours(2)) == 1
    assert case_of(record).due_at == hours(3)
    assert told(record) == []
    assert [(one.step, one.member, one.cases, one.late) for one in Waiting.objects.all()] == [("b", alice, 1, 0)]
    assert run(hours(4)) == 1
    assert (told(record), case_of(record).due_at) == ([(Kind.LATE, "b", "")], None)
    assert [(one.cases, one.late) for one in Waiting.objects.all()] == [(1, 1)]
    late = CaseDeviation.objects.get()
    assert (late.amount, late.since) == (None, hours(3))


def test_what_lies_in_the_bin_is_no_case(customer: Any, alice: Member, adam: Member) -> None:
    in_force(IN_ORDER)
    record = customer()
    log(record, "a", hours(1), alice)
    run()
    assert Arrow.objects.get().count == 1
    with clock.at(hours(2)):
        customers.delete(record, actor=adam)
    run()
    assert not Case.objects.exists()
    assert not Arrow.objects.exists()


# --- less the second time ---


def test_only_what_has_news_is_looked_at_again(customer: Any, alice: Member) -> None:
    in_force(IN_ORDER)
    records = [customer() for _ in range(3)]
    for record in records:
        log(record, "a", hours(1), alice)
    assert run() == 3
    assert run(START + timedelta(days=9)) == 0
    log(records[0], "b", START + timedelta(days=10), alice)
    assert run(START + timedelta(days=11)) == 1


def test_an_event_with_an_old_id_is_not_overlooked(customer: Any, alice: Member) -> None:
    """Connections hold ids in store, so a later event may have a lower one."""
    in_force(IN_ORDER)
    first, second = customer(), customer()
    spare = log(first, "a", hours(1), alice).pk + 1_000_000
    log(second, "a", hours(1), alice, pk=spare + 5)
    run(hours(2))
    log(first, "b", hours(2), alice, pk=spare)
    assert spare < Watch.objects.get().seen_event
    run(hours(3))
    assert case_of(first).variant.steps == ["a", "b"]


DEED = st.tuples(
    st.integers(0, 3), st.sampled_from([*"abcd", FINAL]), st.integers(0, 200), st.booleans(), st.booleans()
)  # fmt: skip
NIGHTS = st.lists(st.lists(DEED, min_size=1, max_size=10), min_size=2, max_size=4)


@pytest.fixture
def branching(scope: Any) -> None:
    in_force(
        definition(
            ["seq", "a", ["choice", "b", ["parallel", "c", "d"]]],
            b={"limit": {"amount": 1, "unit": "hours", "after": "a"}, "roles": ["sales_manager"]},
            c={"four_eyes": ["a"]},
        )
    )


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nights=NIGHTS)
def test_night_by_night_comes_to_the_same_as_all_at_once(
    branching: None, customer: Any, alice: Member, bob: Member, nights: list[list[Any]]
) -> None:
    four = [customer() for _ in range(4)]
    for deeds in nights:
        for number, name, hour, by_bob, late in deeds:
            lag = timedelta(hours=30 if late else 0)
            log(four[number], name, hours(hour), bob if by_bob else alice, late=lag)
        run(hours(300))
    step_by_step = kept()
    with deriving(night.APP):
        for model in (CaseDeviation, Case, Variant, Arrow, Standing, Waiting, Pattern, ToJudge, Watch):
            model.objects.all().delete()
    run(hours(300))
    assert step_by_step == kept()


def test_sums_that_do_not_fit_are_added_up_anew(branching: None, customer: Any, alice: Member) -> None:
    both = [customer() for _ in range(2)]
    for record in both:
        log(record, "d", hours(1), alice)
    run(hours(2))
    right = kept()
    with deriving(night.APP):
        Standing.objects.update(cases=0)
        Pattern.objects.all().delete()
    a_week_later = hours(24 * 7)
    log(both[0], "d", a_week_later, alice)
    run(a_week_later)
    assert sorted(Standing.objects.values_list("cases", flat=True)) == [1, 1]
    assert {one[0:4]: one[4] for one in kept()["patterns"]}.keys() >= {one[0:4] for one in right["patterns"]}
    with deriving(night.APP):
        night.forget("customer")
    after = kept()
    run(a_week_later)
    assert kept() == after


def test_another_limit_judges_anew_only_what_it_makes_a_difference_to(acme: Any, adam: Member, alice: Member) -> None:
    late, very_late, in_time = hours(30), hours(90), hours(2)
    with company_scope(acme):
        in_force(IN_ORDER)
        with clock.at(START - timedelta(days=90)):
            three = [customers.create(actor=alice, values={"name": f"客户{number}"}).record for number in range(3)]
        for record, entered in zip(three, (late, very_late, in_time), strict=True):
            log(record, "a", START, alice, late=entered - START)
        run(hours(100))
        assert [len(told(record)) for record in three] == [1, 1, 0]
        made = setup.create_settings(actor=adam, values={"late_entry_hours": 48}).record
    assert judged_again(acme) == [three[0].pk]
    with company_scope(acme):
        assert [len(told(record)) for record in three] == [0, 1, 0]
        setup.edit_settings(made, actor=adam, values={"late_entry_hours": 1})
    assert judged_again(acme) == [three[0].pk, three[2].pk]
    with company_scope(acme):
        assert [told(record) for record in three] == [[(Kind.ENTERED_LATE, "a", "")]] * 3
        setup.edit_settings(made, actor=adam, values={"grace_hours": 4})
    assert judged_again(acme) == []


def judged_again(company: Any) -> list[int]:
    """What the jobs that wait judge: the cases whose row is another one afterwards."""
    with company_scope(company), deriving(night.APP):
        Case.objects.update(events=99)
    jobs.drain()
    with company_scope(company):
        return [*Case.objects.exclude(events=99).order_by("object_id").values_list("object_id", flat=True)]


# --- killed, and others ---


def test_a_run_that_was_killed_goes_on_with_what_was_left(
    customer: Any, alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_force(IN_ORDER)
    records = [customer() for _ in range(5)]
    for record in records:
        log(record, "a", hours(1), alice)
    monkeypatch.setattr(night, "BATCH", 2)
    with clock.at(hours(2)):
        night.begin("customer")
        night.turn("customer")
    assert (Case.objects.count(), ToJudge.objects.count(), Watch.objects.get().done) == (2, 3, 2)
    assert run(hours(3)) >= 3  # the job is run again from its beginning
    assert (Case.objects.count(), ToJudge.objects.count()) == (5, 0)
    assert Arrow.objects.get().count == 5


def test_another_companys_cases_are_never_in(other: Any, dan: Member, acme: Any, alice: Member) -> None:
    with company_scope(other):
        in_force(IN_ORDER)
        stranger = customers.create(actor=dan, values={"name": "别家客户"}).record
        log(stranger, "a", hours(1), dan)
    with company_scope(acme):
        in_force(IN_ORDER)
        mine = customers.create(actor=alice, values={"name": "自家客户"}).record
        log(mine, "a", hours(1), alice)
        assert run() >= 1
        assert [*Case.objects.values_list("object_id", flat=True)] == [mine.pk]
    with company_scope(other):
        assert not Case.objects.exists()


def test_the_night_queues_a_job_for_each_type_and_it_judges(acme: Any, alice: Member) -> None:
    with company_scope(acme):
        in_force(IN_ORDER)
        record = customers.create(actor=alice, values={"name": "自家客户"}).record
        log(record, "b", hours(1), alice)
    jobs.run("conformance.night", acme.pk, None, {})
    jobs.drain()
    with company_scope(acme):
        assert case_of(record).variant.steps == ["b"]
        assert Watch.objects.get().ended_at is not None


# --- what it costs ---


def test_a_batch_looks_up_its_events_and_never_joins_the_whole_log(customer: Any, alice: Member) -> None:
    """Whatever the planner thinks of the numbers: at ten million events it once read all of them for each batch."""
    record = customer()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
        with CaptureQueriesContext(connection) as asked:
            list(reading.cases("customer", [record.pk], ["customer.create"]))
        cursor.execute("EXPLAIN " + asked[-1]["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Nested Loop" in plan
    assert "Hash Join" not in plan
    assert "Merge Join" not in plan
