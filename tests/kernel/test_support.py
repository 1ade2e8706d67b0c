"""Numbers, search, jobs and idempotency."""

import threading

import pytest
from django.db import connections, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from gucang.kernel import idempotency, jobs, numbering, records, search
from gucang.kernel.actors import Reach
from gucang.kernel.errors import Invalid
from gucang.kernel.models import NumberRule
from gucang.kernel.scope import active_company_id, company_scope, writing


@pytest.fixture
def numbered():
    """A record type with a number pattern; which one does not matter to the counter."""
    return next(record_type for record_type in records.every() if record_type.number)


def test_numbers_count_up_and_follow_the_companys_own_rule(scope, numbered):
    first, second = numbering.next_number(numbered), numbering.next_number(numbered)
    assert second > first
    with writing("kernel"):
        NumberRule(record_type=numbered.name, pattern="A{seq:03}").save()
    assert numbering.next_numbers(numbered, 3) == ["A001", "A002", "A003"]


def test_a_rolled_back_creation_leaves_no_gap(scope, numbered):
    first = numbering.next_number(numbered)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        numbering.next_number(numbered)
        raise ZeroDivisionError
    last_digits = [int("".join(filter(str.isdigit, n))) for n in (first, numbering.next_number(numbered))]
    assert last_digits[1] == last_digits[0] + 1


@pytest.mark.django_db(transaction=True)
def test_sixteen_threads_get_sixteen_numbers_without_gap_or_double(acme, numbered):
    start, taken = threading.Barrier(16), []

    def take():
        try:
            start.wait()
            with company_scope(acme):
                taken.append(numbering.next_number(numbered))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take) for _ in range(16)]
    [thread.start() for thread in threads]
    [thread.join(30) for thread in threads]
    numbers = sorted(int("".join(filter(str.isdigit, number))) for number in taken)
    assert numbers == list(range(numbers[0], numbers[0] + 16))


def member_hits(actor, text):
    return [hit.title for hit in search.search(actor, text, types=[records.get("member")]).get("member", [])]


@pytest.mark.parametrize("text", ["星辰", "辰", "xingchen", "xc", "XC", "星辰远"])
def test_search_finds_chinese_pinyin_and_initials(scope, adam, text):
    records.get("member").create(actor=adam, values={"name": "星辰远", "phone": "13800008001"})
    assert member_hits(adam.as_actor(), text) == ["星辰远"]


def test_search_does_not_find_another_companys_records(acme, other, adam, dan):
    with company_scope(acme):
        records.get("member").create(actor=adam, values={"name": "独门绝技"})
        assert member_hits(adam.as_actor(), "独门") == ["独门绝技"]
    with company_scope(other):
        assert member_hits(dan.as_actor(), "独门") == []


def test_search_shows_nothing_to_who_may_not_see_the_type(scope, adam, alice):
    actor = alice.as_actor()
    actor.grants = {"customer.view": Reach.OWN}
    assert search.search(actor, "a", types=list(records.every())) == {}


def test_a_deleted_record_is_not_found(scope, adam):
    department = records.get("department").create(actor=adam, values={"name": "要撤的部门"}).record
    find = lambda: search.search(adam.as_actor(), "要撤", types=[records.get("department")])  # noqa: E731
    assert [hit.title for hit in find()["department"]] == ["要撤的部门"]
    records.get("department").verbs["delete"](department, actor=adam)
    assert find() == {}


seen: list[tuple[int, int]] = []


@jobs.job("tests.note")
def note(number: int) -> None:
    seen.append((active_company_id(), number))


def test_a_job_runs_inside_the_company_that_queued_it(acme):
    seen.clear()
    with company_scope(acme):
        jobs.enqueue("tests.note", number=7)
    assert seen == []
    assert jobs.drain() == 1
    assert seen == [(acme.pk, 7)]


def test_a_job_of_a_rolled_back_transaction_does_not_exist(acme):
    with pytest.raises(ZeroDivisionError), company_scope(acme):
        jobs.enqueue("tests.note", number=8)
        raise ZeroDivisionError
    assert not ProcrastinateJob.objects.filter(args__payload__number=8).exists()


def test_a_job_with_a_key_is_queued_once(acme):
    with company_scope(acme):
        jobs.enqueue("tests.note", key="same", number=1)
        jobs.enqueue("tests.note", key="same", number=2)
    assert ProcrastinateJob.objects.filter(args__job="tests.note", status="todo").count() == 1


def test_an_unknown_job_is_an_error_when_it_is_queued(scope):
    with pytest.raises(LookupError):
        jobs.enqueue("tests.no_such_job")


def test_a_repeated_request_gets_the_first_answer(scope, alice):
    actor = alice.as_actor()
    assert idempotency.begin(actor, "key-1", b"body") is None
    idempotency.finish(actor, "key-1", idempotency.Answer(201, {"id": 5}, {"ETag": '"1"'}))
    assert idempotency.begin(actor, "key-1", b"body") == idempotency.Answer(201, {"id": 5}, {"ETag": '"1"'})


def test_a_key_used_for_another_request_is_refused(scope, alice):
    actor = alice.as_actor()
    idempotency.begin(actor, "key-1", b"body")
    with pytest.raises(Invalid):
        idempotency.begin(actor, "key-1", b"another body")


def test_a_key_of_somebody_else_is_not_replayed(scope, alice, bob):
    assert idempotency.begin(alice.as_actor(), "key-1", b"body") is None
    assert idempotency.begin(bob.as_actor(), "key-1", b"body") is None


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_of_a_wrong_length_is_refused(scope, alice, key):
    with pytest.raises(Invalid):
        idempotency.begin(alice.as_actor(), key, b"")
